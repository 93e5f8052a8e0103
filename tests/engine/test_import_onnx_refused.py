"""ONNX graphs that are no plain chain of dense layers are refused, each with one sentence that says why."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from tests.engine.imported_files import array, graph, modelled, node, refusal
from tests.engine.test_import_onnx import B0, CONSTANTS, W0
from tests.engine.test_import_onnx import between as two

NO_PART = "is no part of a dense network that can be imported"
BRANCHES = "the graph has branches; only a plain chain of dense layers can be imported"
UNCOMPUTED = "the first output of the graph is not computed by dense layers"
TEXT = helper.make_tensor("w0", TensorProto.STRING, [1], [b"a"])
GEMM = node("Gemm", "x w0 b0", "z", transB=1)
REFUSED = {
    "another operator": (two(node("Conv", "z w1", "a")), f"the operator Conv {NO_PART}"),
    "another domain": (
        two(node("Gelu", "z", "a", domain="com.microsoft")),
        f"the operator Gelu {NO_PART}",
    ),
    "an activation unknown here": (
        two(node("HardSwish", "z", "a")),
        "what follows layer 1 is no activation",
    ),
    "the other hard sigmoid": (
        two(node("HardSigmoid", "z", "a")),
        "what follows layer 1 is no activation",
    ),
    "a negative slope above 1": (
        two(node("LeakyRelu", "z", "a", alpha=3.0)),
        "what follows layer 1 is no",
    ),
    "an unknown attribute": (two(node("Tanh", "z", "a", out=1.0)), f"the operator Tanh {NO_PART}"),
    "an attribute of another type": (
        two(node("Elu", "z", "a", alpha="a")),
        f"the operator Elu {NO_PART}",
    ),
    "values that an operator does not take": (two(node("Tanh", "z z", "a")), f"the operator Tanh {NO_PART}"),
    "a value left out": (
        two(helper.make_node("Clip", ["z", "", "six"], ["a"]), six=np.float32(6)),
        "Clip leaves out a value",
    ),
    "a slope left out": (two(node("PRelu", "z", "a")), f"the operator PRelu {NO_PART}"),
    "an addition of one value": (two(node("Add", "z", "a")), f"the operator Add {NO_PART}"),
    "an epsilon that is no number": (
        two(node("LayerNormalization", "z v", "a", epsilon="a"), v=array(8)),
        f"the operator LayerNormalization {NO_PART}",
    ),
    "a residual": (two(node("Gemm", "z v", "h"), node("Add", "z h", "a"), v=array(8, 8)), BRANCHES),
    "a bias added aside": (
        two(node("Sigmoid", "z", "s"), node("Add", "z v", "t"), node("Mul", "s t", "a"), v=array(8)),
        BRANCHES,
    ),
    "two layers of one": (
        ([GEMM, node("Gemm", "x w0 b0", "q", transB=1), node("Add", "z q", "y")], CONSTANTS),
        BRANCHES,
    ),
    "a factor for each unit": (
        two(node("Mul", "z v", "a"), v=array(8)),
        "Mul with a number for each unit",
    ),
    "a softmax inside": (two(node("Softmax", "z", "a")), "layer 1 of it has a softmax"),
    "a softmax that goes on": (two(node("Softmax", "z", "s"), node("Tanh", "s", "a")), "Tanh behind a"),
    "a softmax over samples": (two(node("Softmax", "z", "a", axis=0)), "a softmax over the samples"),
    "an input that is changed": (
        ([node("Tanh", "x", "u"), node("Gemm", "u w0 b0", "y", transB=1)], CONSTANTS),
        "the graph changes its input before the first layer",
    ),
    "a normalization after the activation": (
        two(node("Relu", "z", "r"), node("BatchNormalization", "r v v v v", "a"), v=array(8)),
        "BatchNormalization is not where a dense layer can have it",
    ),
    "a layer normalization with another epsilon": (
        two(node("LayerNormalization", "z v", "a", epsilon=1e-3), v=array(8)),
        "a layer normalization with epsilon 0.001 cannot be imported",
    ),
    "two normalizations": (
        two(node("LayerNormalization", "z v", "n"), node("LayerNormalization", "n v", "a"), v=array(8)),
        "layer 1 is normalized twice",
    ),
    "something added to a normalization": (
        two(node("LayerNormalization", "z v", "n"), node("Add", "n v", "a"), v=array(8)),
        "something is added behind a normalization",
    ),
    "a matrix the other way round": (([node("MatMul", "w0 x", "y")], CONSTANTS), "a matrix is multiplied"),
    "a product of two values": (two(node("MatMul", "z z", "a")), "a matrix is multiplied with"),
    "a turned input": (([node("Gemm", "x w0", "y", transA=1)], CONSTANTS), "Gemm is no dense layer"),
    "a bias that does not fit": (
        ([node("Gemm", "x w0 b1", "y", transB=1)], CONSTANTS),
        "a constant of shape (3,) does not fit a layer of 8 units",
    ),
    "layers that do not fit": (
        two(node("Relu", "z", "a"), w1=array(3, 7)),
        "layer 2 holds weight (3, 7)",
    ),
    "a value out of order": (
        ([node("Relu", "z", "y"), GEMM], CONSTANTS),
        "the value z is used before it is computed",
    ),
    "a circle": (([node("Relu", "y", "y")], {}), "the value y is used before it is computed"),
    "no layers": (([node("Relu", "x", "y")], {}), UNCOMPUTED),
    "an output that is a constant": (([], {"y": W0}), UNCOMPUTED),
    "too many layers": (
        (
            [node("MatMul", f"{'x' if not i else f'v{i}'} w", f"v{i + 1}") for i in range(18)]
            + [node("Relu", "v18", "y")],
            {"w": array(2, 2)},
        ),
        "it has over 16 hidden layers",
    ),
    "too many units": (([node("MatMul", "x w", "y")], {"w": array(2, 1025)}), "a layer has 1025 units"),
    "no finite numbers": (
        ([GEMM, node("Tanh", "z", "y")], {"w0": W0 * np.inf, "b0": B0}),
        "layer 1: weight holds a value that is not a finite number",
    ),
    "texts": (
        ([GEMM, node("Tanh", "z", "y")], {"w0": TEXT, "b0": B0}),
        "w0 holds no numbers of a type that is known here",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_chain_of_dense_layers_is_refused(case, tmp_path):
    (nodes, constants), problem = REFUSED[case]
    assert problem in refusal(modelled(tmp_path, nodes, constants))


def test_two_inputs_are_refused(tmp_path):
    model = graph(*two(node("Relu", "z", "a")))
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [8, 2]))
    (tmp_path / "w.onnx").write_bytes(model.SerializeToString())
    assert refusal(tmp_path / "w.onnx") == "the graph has 2 inputs; only one that has one can be imported"
