"""Files that were made to break a reader: refused in one line, at once, in little memory; none is opened."""

from __future__ import annotations

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
from engine.files.imports.reader import read_network
from engine.files.imports.weights import read_weights
from tests.engine.imported_files import array, graph, node, refusal
from tests.engine.test_import_onnx import between
from tests.engine.weights_files import npz
from tests.fuzz import GIGABYTE, PATIENCE

DIMS = [[1 << 40, 1 << 40], [1 << 62], [-1, 4], [0, 1 << 62], [1] * 200, [(1 << 63) - 1] * 8]


def quick(path, read=read_network):
    """Return the refusal of a hostile file that comes in a moment and takes little memory."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    sentence = refusal(path, read)
    assert time.process_time() - start < PATIENCE
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


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb_that_says_it_is_none(file, method):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, archive.open("a.npy", "w") as member:
        for _ in range(600):
            member.write(bytes(1 << 20))
    content = bytearray(buffer.getvalue())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = content[entry + 20 : entry + 24]  # unpacks to as much as it takes
    path = file(".npz", bytes(content))
    for read in (read_network, read_weights):
        assert quick(path, read) == "a is compressed in a way that NumPy does not use"


@pytest.mark.parametrize("read", [read_network, read_weights])
def test_far_too_many_arrays(file, read):
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, *[0] * 15)
    count = 300_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, count * len(entry), 0, 0)
    assert "more than 10,000 arrays" in quick(file(".npz", entry * count + end), read)
    for key in ("dtype", "\\u0064type"):
        tensors = (f'"{i:x}":{{"{key}":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(600_000))
        header = f"{{{','.join(tensors)}}}".encode()
        content = struct.pack("<Q", len(header)) + header
        assert "more than 10,000 arrays" in quick(file(".safetensors", content), read)


@pytest.mark.parametrize("read", [read_network, read_weights])
@pytest.mark.parametrize(
    ("begin", "crowd", "end"),
    [
        ('"__metadata__":{', '"{i:x}":""', "}"),
        ('"__metadata__":{', '"{i:x}\\\\":"\\\\"', "}"),
        ('"a":{"dtype":"F32","data_offsets":[0,0],"shape":[', "0", "]}"),
    ],
)
def test_far_too_many_notes_and_numbers(file, read, begin, crowd, end):
    header = f"{{{begin}{','.join(crowd.format(i=i) for i in range(5_000_000))}{end}}}".encode()
    path = file(".safetensors", struct.pack("<Q", len(header)) + header)
    assert "describes more than 10,000 arrays" in quick(path, read)


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
