"""Damaged and hostile files of networks: read rightly or refused in one line, at once, in little memory."""

from __future__ import annotations

import random
import resource
import struct
import time
import zipfile
from io import BytesIO

import numpy as np
import onnx
import pytest
from onnx import helper
from safetensors.numpy import save

from engine.errors import WeightsError
from engine.files.export import onnx_graph
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import portable
from engine.files.imports.reader import read_network
from engine.files.weights import named
from tests.engine.imported_files import array, graph, node, refusal
from tests.engine.onnx_files import layered, trained
from tests.engine.test_import_onnx import between
from tests.engine.weights_files import npz
from tests.fuzz import fuzz_count

PATIENCE = 2.0  # s, for one file
DIMS = [[1 << 40, 1 << 40], [1 << 62], [-1, 4], [0, 1 << 62], [1] * 200, [(1 << 63) - 1] * 8]
GIGABYTE = 1 << 20  # in the units of ru_maxrss on Linux


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
    }


def mutated(chance: random.Random, original: bytes) -> bytes:
    data = bytearray(original)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        place = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                del data[place : place + chance.randrange(1, 20)]
            case 3:
                data[place:place] = chance.randbytes(chance.randrange(1, 20))
            case 4:
                data[place : place + 8] = struct.pack(
                    "<Q", chance.choice((0, 1 << 31, 1 << 62, (1 << 64) - 1))
                )
            case 5:
                start = chance.randrange(len(data))
                data[place:place] = data[start : start + chance.randrange(1, 200)]
        if not data:
            return b""
    return bytes(data)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx"])
def test_mutated_files_are_networks_or_refused(file, suffix):
    chance = random.Random(11)
    files = originals()[suffix]
    for original in files:
        assert read_network(file(suffix, original)).layers
    refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = fuzz_count(600)
    for i in range(count):
        path = file(suffix, mutated(chance, files[i % len(files)]))
        start = time.perf_counter()
        try:
            found = read_network(path)
        except WeightsError as error:
            refused += 1
            assert all(sentence.isprintable() and len(sentence) < 600 for sentence in error.problems)
        else:
            width = found.inputs
            for layer, tensors in zip(found.layers, found.tensors, strict=True):
                assert {name: each.shape for name, each in tensors.items()} == layer.shapes(width)
                assert all(np.isfinite(each).all() and each.dtype == np.float32 for each in tensors.values())
                width = layer.units
            assert all(note.isprintable() for note in found.notes)
        assert time.perf_counter() - start < PATIENCE
    assert refused > count / 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GIGABYTE / 2


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx"])
def test_a_file_cut_off_anywhere_is_refused(file, suffix):
    whole = originals()[suffix][-1]
    for length in range(0, len(whole), max(1, len(whole) // 150)):
        refusal(file(suffix, whole[:length]))


@pytest.mark.parametrize("data", [b"", b"abc", bytes(8), b"\xff" * 100, b"PK\x03\x04", b"\x08\x08", b"{}"])
def test_what_is_something_else_is_refused(file, data):
    for suffix in (".npz", ".safetensors", ".onnx"):
        assert refusal(file(suffix, data)).startswith((f"not a readable {suffix} file", "there is no array"))


def quick(path):
    """Return the refusal of a hostile file that comes in a moment and takes little memory."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    sentence = refusal(path)
    assert time.perf_counter() - start < PATIENCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GIGABYTE / 2
    return sentence


@pytest.mark.parametrize("location", ["/etc/passwd", "../../etc/passwd", "weights.bin"])
def test_weights_in_another_file_are_never_read(file, location, tmp_path):
    (tmp_path / "weights.bin").write_bytes(bytes(64))
    model = graph(*between(node("Relu", "z", "a")))
    tensor = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, location, 0, 64)
    tensor.ClearField("raw_data")
    sentence = "w0 is kept in another file, which is not opened; save the model with its weights in one file"
    assert quick(file(".onnx", model.SerializeToString())) == sentence
    tensor.ClearField("data_location")
    assert quick(file(".onnx", model.SerializeToString())) == sentence


@pytest.mark.parametrize("dims", DIMS)
def test_shapes_of_any_size_are_refused(file, dims):
    model = graph(*between(node("Relu", "z", "a")))
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.extend(dims)
    assert quick(file(".onnx", model.SerializeToString())).startswith("w0: ")


def length_delimited(number: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while size >= 128:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def test_millions_of_tiny_parts_are_refused(file):
    for number in (1, 5, 11, 12):  # nodes, tensors, inputs, outputs of a graph
        data = length_delimited(7, bytes([number << 3 | 2, 0]) * 5_000_000)
        assert "it has too many parts" in quick(file(".onnx", data))
    nested = length_delimited(1, bytes([1 << 3 | 2, 0]) * 5_000_000)  # the inputs of one node
    assert "it has too many parts" in quick(file(".onnx", length_delimited(7, nested)))
    dims = length_delimited(1, b"\x01" * 5_000_000) + length_delimited(8, b"w0")
    model = graph(*between(node("Relu", "z", "a")))
    del model.graph.initializer[0]
    whole = model.graph.SerializeToString() + length_delimited(5, dims)
    assert "it has too many parts" in quick(file(".onnx", length_delimited(7, whole)))


def test_graphs_inside_of_graphs_are_not_entered(file):
    inner = b""
    for _ in range(20_000):
        inner = length_delimited(5, length_delimited(6, length_delimited(1, inner)))[: 1 << 20]
    data = length_delimited(7, length_delimited(1, inner))
    quick(file(".onnx", data))


def test_a_long_chain_of_operations_and_one_tensor_used_over_and_over(file):
    nodes = [node("Tanh", "x" if not i else f"v{i}", f"v{i + 1}") for i in range(19_000)]
    model = graph(nodes, {}, "v19000")
    assert "computed by dense layers" in quick(file(".onnx", model.SerializeToString()))
    nodes = [node("MatMul", "x" if not i else f"v{i}", f"v{i + 1}") for i in range(5000)]
    for each in nodes:
        each.input.append("w")
    data = graph(nodes, {"w": np.zeros((1000, 1000), np.float32)}, "v5000").SerializeToString()
    assert "it has over 16 hidden layers" in quick(file(".onnx", data))


def test_a_zip_bomb_and_paths_out_of_the_folder(file, tmp_path):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
        for _ in range(1100):
            member.write(bytes(1 << 20))
    assert "unpacks to over" in quick(file(".npz", buffer.getvalue()))
    outside = npz({"../../outside.weight": array(2, 2)})
    assert read_network(file(".npz", outside)).inputs == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.npz"]
    assert not (tmp_path.parent.parent / "outside.weight.npy").exists()


def test_devices_and_folders_are_refused(tmp_path):
    (tmp_path / "w.onnx").mkdir()
    with pytest.raises(WeightsError, match="cannot be read: is a directory"):
        read_network(tmp_path / "w.onnx")
    with pytest.raises(WeightsError, match="cannot be read: no such file"):
        read_network(tmp_path / "none.npz")


def test_names_of_any_length_and_kind_do_not_break_a_line(file):
    name = "a\n\x1b[31m" + "x" * 100_000 + ".weight"
    assert len(refusal(file(".safetensors", save({name: array(1, 2, 3)})))) < 200
    model = helper.make_model(helper.make_graph([node("A\nB" * 50_000, "x", "y")], "g", [], []))
    model.graph.input.append(helper.make_tensor_value_info("x", 1, None))
    model.graph.output.append(helper.make_tensor_value_info("y", 1, None))
    assert len(refusal(file(".onnx", model.SerializeToString()))) < 200
