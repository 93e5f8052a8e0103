"""Damaged and hostile files of networks: read rightly or refused in one line, at once, in little memory."""

from __future__ import annotations

import random
import resource
import time
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save

from engine.errors import WeightsError
from engine.files.export import network_json, onnx_graph, weights_table
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import PortableLayer, evaluate, portable
from engine.files.imports.onnx_chain import PASSED_ON
from engine.files.imports.reader import SUFFIXES, read_network
from engine.files.imports.recognition import OPERATORS
from engine.files.weights import named
from tests.engine.imported_files import array, graph, node, refusal
from tests.engine.onnx_files import layered, trained
from tests.engine.test_import_onnx import between
from tests.engine.weights_files import npz
from tests.fuzz import GIGABYTE, PATIENCE, fuzz_count, mutated

OTHERS = ("Gemm", "MatMul", "PRelu", "Softmax", "BatchNormalization", "LayerNormalization", "If")
NAMES = ("alpha", "beta", "axis", "to", "perm", "epsilon", "transA", "transB", "value", "min")
VALUES = (0, 1, -1, 0.5, float("nan"), 1e38, "none", [1, 0], 1 << 62)


def originals():
    """Return the bytes of files of every kind that can be read."""
    network = layered(
        {"units": 4, "activation": "prelu", "normalization": "batch", "residual": True},
        {"units": 3, "activation": {"kind": "maxout", "pieces": 2}, "normalization": "layer"},
    )
    trainer = trained(network, 0)
    arrays = named(trainer.tensors)
    document = trainer.experiment.model_dump_json()
    state = {"0.weight": array(8, 2), "0.bias": array(8), "2.weight": array(1, 8).astype(np.float16)}
    keras = {"dense/kernel:0": array(2, 8), "dense/bias:0": array(8), "dense_1/kernel:0": array(8, 3)}
    packed = BytesIO()
    np.savez_compressed(packed, **state)
    rows = {name: array(8, seed=i) ** 2 for i, name in enumerate("sbmvp")}
    special = [node("BatchNormalization", "z s b m v", "n"), node("PRelu", "n p", "a")]
    foreign = graph(*between(*special, **rows))
    written = graph(*between(node("Sigmoid", "z", "g"), node("Mul", "g z", "a")))
    own = onnx_graph.model(portable(trainer), UNCHECKED)
    return {
        ".npz": [npz(arrays), npz(state), npz(keras), packed.getvalue()],
        ".safetensors": [save(arrays, {"experiment": document}), save(state), save(keras)],
        ".onnx": [each.SerializeToString() for each in (own, foreign, written)],
        ".json": [network_json.render(portable(trainer), UNCHECKED)],
        ".csv": [weights_table.render(portable(trainer), UNCHECKED)],
    }


def rebuilt(chance: random.Random, original: bytes) -> bytes:
    """Return a graph that is well formed and says something else."""
    model = onnx.load_model_from_string(original)
    if chance.random() < 0.8:
        del model.metadata_props[:]
    made = model.graph
    values = [name for each in made.node for name in (*each.input, *each.output)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        each, tensor = chance.choice(made.node), chance.choice(made.initializer)
        match chance.randrange(8):
            case 0:
                each.op_type = chance.choice(
                    [*OPERATORS, *PASSED_ON, "Gemm", "MatMul", "PRelu", "Softmax", "If"]
                )
            case 1:
                names = chance.choice((each.input, each.output))
                if names:
                    names[chance.randrange(len(names))] = chance.choice(["", "x", *values])
            case 2:
                del each.input[chance.randrange(3) :]
            case 3:
                each.input.append(chance.choice(values))
            case 4:
                name = chance.choice(
                    ["alpha", "axis", "to", "perm", "epsilon", "transA", "value", "beta", "min"]
                )
                value = chance.choice([0, 1, -1, 0.5, float("nan"), 1e38, "none", [1, 0], 1 << 62])
                del each.attribute[:]
                each.attribute.append(helper.make_attribute(name, value))
            case 5:
                tensor.dims[:] = chance.choice(
                    [list(tensor.dims)[::-1], [*tensor.dims, 1], [1], [], [3, 4, 2]]
                )
            case 6:
                tensor.data_type = chance.randrange(25)
            case 7:
                numbers = np.full(
                    len(tensor.raw_data) // 4, chance.choice([0, 1e38, -1e38, np.nan]), np.float32
                )
                tensor.raw_data = numbers.tobytes()
    return model.SerializeToString()


def check_whole(found):
    """Fail unless the parts of a network fit together."""
    width = found.inputs
    for layer, tensors in zip(found.layers, found.tensors, strict=True):
        assert {name: each.shape for name, each in tensors.items()} == layer.shapes(width)
        assert all(np.isfinite(each).all() and each.dtype == np.float32 for each in tensors.values())
        width = layer.units
    assert all(note.isprintable() for note in found.notes)


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [*((suffix, mutated) for suffix in SUFFIXES), (".onnx", rebuilt)],
)
def test_damaged_files_are_networks_or_refused(file, suffix, damage):
    chance = random.Random(11)
    files = originals()[suffix]
    for original in files:
        assert read_network(file(suffix, original)).layers
    refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = fuzz_count(600)
    for i in range(count):
        path = file(suffix, damage(chance, files[i % len(files)]))
        start = time.process_time()
        try:
            check_whole(read_network(path))
        except WeightsError as error:
            refused += 1
            assert all(sentence.isprintable() and len(sentence) < 600 for sentence in error.problems)
        assert time.process_time() - start < PATIENCE
    assert count / 10 < refused < count
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GIGABYTE / 2


def computed(found, inputs):
    """Return what a network of a file computes."""
    layers = [
        PortableLayer(layer.activation, tensors, layer.normalization, layer.residual)
        for layer, tensors in zip(found.layers, found.tensors, strict=True)
    ]
    return evaluate(SimpleNamespace(data=Features(), layers=layers, bounds=None), inputs)


class Features:
    def features_of(self, inputs):
        return inputs


def test_a_graph_is_refused_or_taken_for_what_it_computes(file):
    chance = random.Random(5)
    files = originals()[".onnx"][1:]
    inputs = np.random.default_rng(0).uniform(-2, 2, (20, 2)).astype(np.float32)
    compared = 0
    count = fuzz_count(600)
    for i in range(count):
        path = file(".onnx", rebuilt(chance, files[i % len(files)]))
        try:
            found = read_network(path)
        except WeightsError:
            continue
        model = onnx.load_model_from_string(path.read_bytes())
        with np.errstate(all="ignore"):
            try:
                expected = ReferenceEvaluator(model).run([model.graph.output[0].name], {"x": inputs})[0]
            except Exception:  # the graph is of no use, which is not the point here
                continue
            values = computed(found, inputs)
        if np.isfinite(values).all() and np.abs(values).max() < 1e30:
            np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-4)
            compared += 1
    assert compared > count / 30


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx"])
def test_a_file_cut_off_anywhere_is_refused(file, suffix):
    whole = originals()[suffix][-1]
    for length in range(0, len(whole), max(1, len(whole) // 150)):
        refusal(file(suffix, whole[:length]))


@pytest.mark.parametrize("data", [b"", b"abc", bytes(8), b"\xff" * 100, b"PK\x03\x04", b"\x08\x08", b"{}"])
def test_what_is_something_else_is_refused(file, data):
    for suffix in (".npz", ".safetensors", ".onnx"):
        assert refusal(file(suffix, data)).startswith((f"not a readable {suffix} file", "there is no array"))
