"""Weights in files: what is no network is refused, pickles, bombs and damaged files too."""

from __future__ import annotations

import io
import os
import pickle
import random
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine import WeightsError
from engine.files import arrays
from engine.files.imports.reader import read_network
from engine.files.imports.weights import read_weights
from engine.files.weights import named
from tests.engine.weights_files import (
    SUFFIXES,
    content,
    npy,
    npy_that_claims,
    npz,
    parameters,
    problem,
    safetensors,
    tensors,
    zipped,
)
from tests.fuzz import mutated

if TYPE_CHECKING:
    from pathlib import Path

WRONG = {
    "weight missing": (lambda a: a.pop("layers.1.weight"), "layers.1.weight is missing"),
    "bias missing": (lambda a: a.pop("layers.1.bias"), "layers.1.bias is missing"),
    "layer missing": (
        lambda a: [a.pop("layers.1.weight"), a.pop("layers.1.bias")],
        "layers.1.weight is missing",
    ),
    "nothing": (
        lambda a: a.clear(),
        "arrays must be named layers.0.weight, layers.0.bias, ...; it holds none",
    ),
    "other names": (
        lambda a: a.update(kernel=a.pop("layers.0.weight")),
        "arrays must be named layers.0.weight, layers.0.bias, ...; it holds kernel",
    ),
    "leading zeros": (
        lambda a: a.update({"layers.01.bias": a.pop("layers.1.bias")}),
        "arrays must be named layers.0.weight, layers.0.bias, ...; it holds layers.01.bias",
    ),
    "not a matrix": (
        lambda a: a.update({"layers.0.weight": np.zeros(10, np.float32)}),
        "layers.0: a weight of shape (10,) and a bias of shape (5,) do not fit",
    ),
    "transposed": (
        lambda a: a.update({"layers.1.weight": np.zeros((5, 3), np.float32)}),
        "layers.1: a weight of shape (5, 3) and a bias of shape (3,) do not fit after a layer of 5 outputs",
    ),
    "not a chain": (
        lambda a: a.update({"layers.1.weight": np.zeros((3, 4), np.float32)}),
        "layers.1: a weight of shape (3, 4) and a bias of shape (3,) do not fit after a layer of 5 outputs",
    ),
    "NaN": (
        lambda a: a["layers.2.weight"].__setitem__((0, 1), np.nan),
        "layers.2.weight holds a value that is not a finite number",
    ),
    "infinity": (
        lambda a: a["layers.0.bias"].__setitem__(1, -np.inf),
        "layers.0.bias holds a value that is not a finite number",
    ),
    "beyond float32": (
        lambda a: a.update({"layers.0.bias": np.full(5, 1e300)}),
        "layers.0.bias holds a value that is not a finite number",
    ),
    "booleans": (
        lambda a: a.update({"layers.0.bias": np.zeros(5, bool)}),
        "layers.0.bias: must hold numbers, not bool",
    ),
    "complex": (
        lambda a: a.update({"layers.0.bias": np.zeros(5, np.complex64)}),
        "layers.0.bias: must hold numbers, not complex64",
    ),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_no_network_is_refused(file, suffix, change, sentence):
    arrays = {name: array.copy() for name, array in named(parameters()).items()}
    change(arrays)
    assert problem(file(suffix, content(suffix, arrays))) == f"w{suffix}: {sentence}"


def test_several_bad_layers_are_all_told(file):
    arrays = {name: array * np.float32(np.nan) for name, array in named(parameters()).items()}
    with pytest.raises(WeightsError) as caught:
        read_weights(file(".npz", npz(arrays)))
    assert len(caught.value.problems) == 6


def test_strange_names_stay_on_one_short_line(file):
    members = {f"{'x' * 200}{i}\n\x1b[31m.npy": npy(np.zeros(1)) for i in range(20)}
    sentence = problem(file(".npz", zipped(members)))
    assert sentence.count("...") >= 4


WRONG_EXTRAS = {
    "statistics of other sums": (
        {"layers.0.normalization.running_mean": (5,)},
        "layers.0.normalization.running_mean: the shape (5,) does not fit a weight of shape (6, 2)",
    ),
    "a slope for part of the units": (
        {"layers.0.activation.weight": (4,)},
        "layers.0.activation.weight: the shape (4,) does not fit a weight of shape (6, 2)",
    ),
    "a projection of other inputs": (
        {"layers.1.projection.weight": (4, 5)},
        "layers.1.projection.weight: the shape (4, 5) does not fit a weight of shape (12, 6)",
    ),
    "a projection to part of the units": (
        {"layers.1.projection.weight": (5, 6)},
        "layers.1.projection.weight: the shape (5, 6) does not fit a weight of shape (12, 6)",
    ),
    "a tensor unknown here": (
        {"layers.1.normalization.gain": (12,)},
        "arrays must be named layers.0.weight, layers.0.bias, ...; it holds layers.1.normalization.gain",
    ),
    "no divisor of the sums before": (
        {"layers.2.weight": (1, 5)},
        "layers.2: a weight of shape (1, 5) and a bias of shape (1,) do not fit after a layer of 12 outputs",
    ),
    "no inputs": (
        {"layers.2.weight": (1, 0)},
        "layers.2: a weight of shape (1, 0) and a bias of shape (1,) do not fit after a layer of 12 outputs",
    ),
    "NaN in a running variance": (
        {"layers.0.normalization.running_var": None},
        "layers.0.normalization.running_var holds a value that is not a finite number",
    ),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("changes", "sentence"), WRONG_EXTRAS.values(), ids=WRONG_EXTRAS)
def test_what_does_not_belong_to_its_layer_is_refused(file, suffix, changes, sentence):
    arrays = named(tensors())
    for name, shape in changes.items():
        arrays[name] = np.full(6, np.nan, np.float32) if shape is None else np.ones(shape, np.float32)
    assert problem(file(suffix, content(suffix, arrays))) == f"w{suffix}: {sentence}"


class Exploit:
    """What makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickles_are_never_loaded(file, tmp_path):
    exploit = Exploit(tmp_path / "was-here")
    attack = npy(np.array([exploit], dtype=object))
    assert problem(file(".npz", zipped({"layers.0.weight.npy": attack}))) == (
        "w.npz: layers.0.weight: must hold numbers, not object"
    )
    assert problem(file(".npz", pickle.dumps(exploit))).startswith("w.npz: not a readable .npz file (")
    structured = npy(np.zeros(3, [("a", "f4"), ("b", "O")]))
    assert "must hold numbers" in problem(file(".npz", zipped({"layers.0.bias.npy": structured})))
    assert not exploit.path.exists()
    np.load(io.BytesIO(attack), allow_pickle=True)
    assert exploit.path.exists()  # so it would have worked


def test_text_arrays_are_refused(file):
    assert problem(file(".npz", npz({"layers.0.bias": np.array(["a"])}))) == (
        "w.npz: layers.0.bias: must hold numbers, not str32"
    )


@pytest.fixture
def little_memory():
    """Fail a test that ever takes more than 16 MB."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def bomb(megabytes: int, **members: Any) -> bytes:
    """Return a small archive of zeros that unpacks to so much a member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in members or {"layers.0.weight": 1}:
            with archive.open(f"{name}.npy", "w") as member:
                member.write(npy_that_claims((megabytes << 18,)))
                for _ in range(megabytes):
                    member.write(bytes(1 << 20))
    return buffer.getvalue()


def test_a_zip_bomb_is_not_unpacked(file, little_memory, monkeypatch):
    monkeypatch.setattr(arrays, "MAX_BYTES", 256 << 20)
    path = file(".npz", bomb(260))
    assert path.stat().st_size < 1 << 20
    assert problem(path) == "w.npz: unpacks to over 256 MB, which no network here needs"


def test_a_smaller_zip_bomb_is_not_unpacked_either(file, little_memory):
    path = file(".npz", bomb(100))
    assert problem(path) == "w.npz: unpacks to 100 MB from far less, which no weights do"


def test_a_zip_bomb_that_hides_its_size_is_not_unpacked(file, little_memory):
    data = bomb(100)
    size = struct.pack("<I", (100 << 20) + len(npy_that_claims((100 << 18,))))
    assert data.count(size) == 2
    sentence = problem(file(".npz", data.replace(size, struct.pack("<I", 4096))))
    assert sentence.startswith("w.npz: not a readable .npz file (")


def test_many_bombs_count_together(file, little_memory, monkeypatch):
    monkeypatch.setattr(arrays, "MAX_BYTES", 10 << 20)
    archive = bomb(4, **{f"layers.{i}.bias": 1 for i in range(3)})
    assert problem(file(".npz", archive)) == "w.npz: unpacks to over 10 MB, which no network here needs"


@pytest.mark.parametrize("shape", [(1 << 40,), (1 << 31, 1 << 31), (1 << 62, 1 << 62, 4), (9, 9), (-1, 5)])
def test_a_header_that_lies_about_its_shape_takes_no_memory(file, little_memory, shape):
    attack = npy_that_claims(shape, bytes(64))
    sentence = problem(file(".npz", zipped({"layers.0.weight.npy": attack})))
    assert "does not fit its 64 bytes" in sentence or "not a readable .npz file" in sentence
    header = {"layers.0.weight": {"dtype": "F32", "shape": [abs(n) for n in shape], "data_offsets": [0, 64]}}
    sentence = problem(file(".safetensors", safetensors(header, bytes(64))))
    assert sentence.startswith("w.safetensors: not a readable .safetensors file (")


def test_an_array_that_stands_there_twice_is_refused(file):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("layers.0.bias.npy", npy(np.zeros(1)))
        archive.writestr("layers.0.bias", npy(np.zeros(1)))
    assert problem(file(".npz", buffer.getvalue())) == "w.npz: the array layers.0.bias stands in it twice"


def test_number_types_that_numpy_lacks_are_named(file):
    header = {"layers.0.weight": {"dtype": "F8_E4M3", "shape": [1, 1], "data_offsets": [0, 1]}}
    assert problem(file(".safetensors", safetensors(header, b"a"))) == (
        "w.safetensors: layers.0.weight: holds numbers of the type F8_E4M3; save them as float32 (F32)"
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_more_numbers_of_a_short_type_than_a_network_has_are_refused(suffix):
    data = content(suffix, {"layers.0.weight": np.zeros((100, 10), np.int8)})
    assert arrays.arrays_of("w", suffix, data, 1000)["layers.0.weight"].shape == (100, 10)
    with pytest.raises(WeightsError, match="w: holds more than 999 numbers, which no network here needs"):
        arrays.arrays_of("w", suffix, data, 999)
    assert 4 * arrays.MOST_NUMBERS <= arrays.MAX_BYTES


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff" * 100])
def test_a_damaged_file_is_told_in_words_of_our_own(file, data):
    path = file(".safetensors", data)
    expected = "w.safetensors: not a readable .safetensors file (it is damaged or cut short)"
    assert problem(path) == expected
    with pytest.raises(WeightsError) as found:
        read_network(path)
    assert str(found.value) == expected


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"abc", bytes(8), b"\xff" * 100, b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_what_is_something_else_is_refused(file, suffix, data):
    assert problem(file(suffix, data)).startswith(f"w{suffix}: not a readable {suffix} file (")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_off_anywhere_is_refused(file, suffix):
    whole = content(suffix, named(parameters()))
    for length in range(0, len(whole), max(1, len(whole) // 200)):
        problem(file(suffix, whole[:length]))


@pytest.mark.parametrize(("suffix", "compressed"), [(".npz", False), (".npz", True), (".safetensors", False)])
def test_mutated_files_are_weights_or_refused(file, suffix, compressed):
    chance = random.Random(7)
    original = content(suffix, named(tensors()))
    if compressed:
        original = zipped({f"{name}.npy": npy(array) for name, array in named(tensors()).items()})
    refused = 0
    for _ in range(1000):
        try:
            found = read_weights(file(suffix, mutated(chance, original)))
        except WeightsError as error:
            refused += 1
            assert all(sentence.isprintable() for sentence in error.problems)
        else:
            assert all(np.isfinite(array).all() for layer in found for array in layer.values())
    assert refused > 100
