"""ONNX graphs of dense layers become the network that they compute; anything else is refused in one line."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from engine import Experiment, Trainer
from engine.catalog.activations import (
    ELEMENTWISE,
    Elu,
    Gelu,
    GeluTanh,
    HardTanh,
    LeakyRelu,
    Mish,
    Prelu,
    Relu,
    Relu6,
    Selu,
    Sigmoid,
    Silu,
    Softmax,
    Softplus,
    Tanh,
)
from engine.files.export import onnx_graph
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import portable
from engine.files.imports.document import network_for
from engine.files.imports.reader import read_network
from engine.files.imports.recognition import POINTS, recognized
from tests.engine.imported_files import array, graph, modelled, node
from tests.engine.onnx_files import layered, session, trained

W0, B0, W1, B1 = array(8, 2), array(8), array(3, 8), array(3)
CONSTANTS = {"w0": W0, "b0": B0, "w1": W1, "b1": B1}


def between(*nodes, **constants):
    """Return nodes and constants of two layers with something between the sums ``z`` and ``a``."""
    first, last = node("Gemm", "x w0 b0", "z", transB=1), node("Gemm", "a w1 b1", "y", transB=1)
    return [first, *nodes, last], CONSTANTS | constants


def assert_same(path, found):
    """Compare the network in a document of its own with what onnxruntime makes of the file."""
    outputs, last = found.outputs, found.layers[-1].activation.kind
    data = {"kind": "blobs", "classes": outputs} if outputs > 2 else "circle"
    if last == "linear":
        columns = [*(f"x{i}" for i in range(found.inputs)), *(f"y{i}" for i in range(outputs))]
        lines = [columns, *np.eye(len(columns)).astype(str).tolist()]
        path.with_suffix(".csv").write_text("\n".join(map(",".join, lines)))
        data = {"kind": "csv", "path": str(path.with_suffix(".csv")), "task": "regression"}
        data |= {"inputs": columns[:-outputs], "target": columns[-outputs:], "standardize": False}
    loss = "mse" if last == "linear" else "cross_entropy"
    document = Experiment.parse({"data": data, "training": {"loss": loss}})
    trainer = Trainer(network_for(document, found, Tanh()))
    trainer.set_tensors(found.tensors)
    points = np.random.default_rng(0).uniform(-3, 3, (100, found.inputs)).astype(np.float32)
    expected = session(path).run(None, {"x": points})[0]
    np.testing.assert_allclose(trainer.predict(points), expected, atol=1e-5, rtol=1e-5)


OPERATORS = [
    ("Relu", {}, Relu()),
    ("Tanh", {}, Tanh()),
    ("Sigmoid", {}, Sigmoid()),
    ("LeakyRelu", {}, LeakyRelu(negative_slope=0.01)),
    ("LeakyRelu", {"alpha": 0.3}, LeakyRelu(negative_slope=0.3)),
    ("Elu", {"alpha": 0.7}, Elu(alpha=0.7)),
    ("Selu", {}, Selu()),
    ("Softplus", {}, Softplus()),
]


@pytest.mark.parametrize(("operator", "attributes", "activation"), OPERATORS)
def test_an_activation_between_two_layers(operator, attributes, activation, tmp_path):
    path = modelled(tmp_path, *between(node(operator, "z", "a", **attributes)))
    found = read_network(path)
    assert [layer.activation.kind for layer in found.layers] == [activation.kind, "linear"]
    assert found.layers[0].activation == activation
    np.testing.assert_array_equal(found.tensors[0]["weight"], W0)
    np.testing.assert_array_equal(found.tensors[1]["bias"], B1)
    assert_same(path, found)


FORMULAS = [
    ([node("Sigmoid", "z", "s"), node("Mul", "z s", "a")], {}, Silu()),
    ([node("Softplus", "z", "s"), node("Tanh", "s", "t"), node("Mul", "z t", "a")], {}, Mish()),
    (
        [
            node("Div", "z root", "d"),
            node("Erf", "d", "e"),
            node("Add", "e one", "f"),
            node("Mul", "z f", "g"),
            node("Mul", "g half", "a"),
        ],
        {"root": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)},
        Gelu(),
    ),
    (
        [
            node("Pow", "z three", "p"),
            node("Mul", "p c", "q"),
            node("Add", "z q", "r"),
            node("Mul", "r k", "t"),
            node("Tanh", "t", "u"),
            node("Add", "u one", "f"),
            node("Mul", "z f", "g"),
            node("Mul", "g half", "a"),
        ],
        {
            "three": np.float32(3),
            "c": np.float32(0.044715),
            "k": np.float32((2 / np.pi) ** 0.5),
            "one": np.float32(1),
            "half": np.array([0.5], np.float32),
        },
        GeluTanh(),
    ),
    ([node("Clip", "z low high", "a")], {"low": np.float32(0), "high": np.float32(6)}, Relu6()),
    ([node("Clip", "z low high", "a")], {"low": np.float32(-1), "high": np.float32(1)}, HardTanh()),
    ([node("Max", "z zero", "a")], {"zero": np.float32(0)}, Relu()),
    (
        [node("Greater", "z zero", "m"), node("Where", "m z zero", "a")],
        {"zero": np.float32(0)},
        Relu(),
    ),
    ([node("Identity", "z", "i"), node("Dropout", "i", "d"), node("Tanh", "d", "a")], {}, Tanh()),
]


@pytest.mark.parametrize(("nodes", "constants", "activation"), FORMULAS)
def test_an_activation_that_is_written_out(nodes, constants, activation, tmp_path):
    path = modelled(tmp_path, *between(*nodes, **constants))
    found = read_network(path)
    assert found.layers[0].activation == activation
    assert_same(path, found)


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda entry: entry.key())
def test_every_activation_as_our_own_export_writes_it(activation, tmp_path):
    chosen = {"kind": activation.key()}
    for parameter in activation.parameters():
        chosen[parameter.name] = 0.7
    trainer = trained(layered({"units": 3, "activation": chosen}, {"units": 4}), 0)
    model = onnx_graph.model(portable(trainer), UNCHECKED)
    del model.metadata_props[:]
    path = tmp_path / "w.onnx"
    path.write_bytes(model.SerializeToString())
    found = read_network(path)
    assert found.experiment is None
    assert found.layers[0].activation == trainer.experiment.network.layers[0].activation
    assert found.layers[-1].activation == Softmax()
    assert found.notes == ("Of 2 outputs the first, probabilities, was taken.",)


@pytest.mark.parametrize(
    ("operator", "activation"), [("Sigmoid", "sigmoid"), ("Softmax", "softmax"), ("Tanh", "tanh")]
)
def test_the_output_s_activation(operator, activation, tmp_path):
    nodes, constants = between(node("Relu", "z", "a"))
    if operator != "Softmax":
        constants |= {"w1": array(1, 8), "b1": array(1)}
    attributes = {"axis": 1} if operator == "Softmax" else {}
    path = modelled(tmp_path, [*nodes, node(operator, "y", "p", **attributes)], constants, "p")
    found = read_network(path)
    assert found.layers[-1].activation.kind == activation
    if activation != "tanh":
        assert_same(path, found)


def test_products_and_sums_as_keras_writes_them(tmp_path):
    nodes = [
        node("MatMul", "x w0", "p"),
        node("Add", "p b0", "z"),
        node("Tanh", "z", "a"),
        node("MatMul", "a w1", "q"),
        node("Add", "b1 q", "y"),
    ]
    path = modelled(tmp_path, nodes, CONSTANTS | {"w0": W0.T.copy(), "w1": W1.T.copy()})
    found = read_network(path)
    np.testing.assert_array_equal(found.tensors[0]["weight"], W0)
    np.testing.assert_array_equal(found.tensors[1]["bias"], B1)
    assert_same(path, found)


def test_products_without_biases_and_one_output(tmp_path):
    nodes = [node("MatMul", "x w0", "z"), node("Relu", "z", "a"), node("MatMul", "a w1", "q")]
    nodes += [node("Add", "q b1", "r"), node("Sigmoid", "r", "y")]
    constants = {"w0": W0.T.copy(), "w1": array(8, 1), "b1": array(1)}
    path = modelled(tmp_path, nodes, constants)
    found = read_network(path)
    np.testing.assert_array_equal(found.tensors[0]["bias"], np.zeros(8))
    np.testing.assert_array_equal(found.tensors[1]["bias"], constants["b1"])
    assert_same(path, found)


def test_factors_of_a_gemm_and_constants_that_are_nodes(tmp_path):
    nodes, constants = between(node("Relu", "z", "a"))
    nodes[0] = node("Gemm", "x w0 b0", "z", transB=1, alpha=0.5, beta=2.0)
    nodes[2] = node("Gemm", "a turned bias", "y")
    value = numpy_helper.from_array(B1[None], "value")
    nodes[:0] = [
        helper.make_node("Constant", [], ["bias"], value=value),
        node("Transpose", "w1", "turned", perm=[1, 0]),
    ]
    path = modelled(tmp_path, nodes, constants)
    found = read_network(path)
    np.testing.assert_allclose(found.tensors[0]["weight"], W0 / 2)
    np.testing.assert_allclose(found.tensors[0]["bias"], B0 * 2)
    assert_same(path, found)


def test_normalizations_and_trained_slopes(tmp_path):
    rows = {name: array(8, seed=i + 5) for i, name in enumerate("sbmps")}
    rows["v"] = array(8, seed=9) ** 2 + 0.1
    for nodes, kind in (
        ([node("BatchNormalization", "z s b m v", "n", epsilon=1e-3)], "batch"),
        ([node("LayerNormalization", "z s b", "n", axis=-1)], "layer"),
        ([node("LayerNormalization", "z s", "n")], "layer"),
    ):
        path = modelled(tmp_path, *between(*nodes, node("PRelu", "n p", "a"), **rows))
        found = read_network(path)
        assert (found.layers[0].normalization, found.layers[0].activation) == (kind, Prelu())
        assert_same(path, found)


def test_numbers_may_be_kept_in_any_field_and_as_halves(tmp_path):
    w1 = W1.astype(np.float16)
    constants = {
        "w0": helper.make_tensor("w0", TensorProto.FLOAT, W0.shape, W0.ravel().tolist()),
        "b0": helper.make_tensor("b0", TensorProto.DOUBLE, B0.shape, B0.ravel().tolist()),
        "w1": helper.make_tensor("w1", TensorProto.FLOAT16, W1.shape, w1.ravel().tolist()),
        "b1": helper.make_tensor("b1", TensorProto.BFLOAT16, B1.shape, [1.0, -2.0, 0.5]),
    }
    found = read_network(modelled(tmp_path, between(node("Relu", "z", "a"))[0], constants))
    np.testing.assert_array_equal(found.tensors[0]["weight"], W0)
    np.testing.assert_array_equal(found.tensors[0]["bias"], B0)
    np.testing.assert_array_equal(found.tensors[1]["weight"], w1.astype(np.float32))
    np.testing.assert_array_equal(found.tensors[1]["bias"], [1, -2, 0.5])


def test_tensors_listed_as_inputs_too_are_none(tmp_path):
    model = graph(*between(node("Relu", "z", "a")))
    model.graph.input.append(helper.make_tensor_value_info("w0", TensorProto.FLOAT, [8, 2]))
    (tmp_path / "w.onnx").write_bytes(model.SerializeToString())
    assert read_network(tmp_path / "w.onnx").inputs == 2


def test_an_own_file_with_a_damaged_document_is_read_as_a_graph(tmp_path):
    trainer = trained({"data": "circle"}, 0)
    model = onnx_graph.model(portable(trainer), UNCHECKED)
    next(entry for entry in model.metadata_props if entry.key == "experiment").value = "{}"
    (tmp_path / "w.onnx").write_bytes(model.SerializeToString())
    found = read_network(tmp_path / "w.onnx")
    assert found.experiment is None
    assert found.notes[0].startswith("The experiment in the file cannot be read")
    np.testing.assert_array_equal(found.tensors[0]["weight"], trainer.tensors[0]["weight"])


@settings(max_examples=40)
@given(st.sampled_from(ELEMENTWISE), st.floats(0, 1))
def test_a_parameter_is_found_from_what_is_computed(entry, share):
    ranges = {p.name: p.range for p in entry.parameters()}
    parameters = {name: r.low + share * (r.high - r.low) for name, r in ranges.items()}
    activation = entry.model_validate(parameters)
    with np.errstate(all="ignore"):
        values = activation.value(POINTS, *activation.numbers())
        found = recognized(np.asarray(values))
        again = found.value(POINTS, *found.numbers())
    np.testing.assert_allclose(again, values, rtol=1e-5, atol=1e-5)


def test_the_file_is_never_handed_to_onnx(tmp_path, monkeypatch):
    def forbidden(*_):
        raise AssertionError

    path = modelled(tmp_path, *between(node("Relu", "z", "a")))
    for name in ("load", "load_model", "load_from_string", "load_model_from_string"):
        monkeypatch.setattr(onnx, name, forbidden)
    assert read_network(path).outputs == 3
