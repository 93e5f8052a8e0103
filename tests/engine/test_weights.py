"""Weights in files: their form, their way back, and the disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from engine import Experiment, Trainer, WeightsError
from engine.files import arrays
from engine.files.imports.weights import read_weights
from engine.files.weights import named, npz_of, safetensors_of
from tests.engine.exported import exported
from tests.engine.read_only import read_only
from tests.engine.weights_files import (
    EXPERIMENT,
    NAMES,
    NORMALIZED,
    SHAPES,
    SUFFIXES,
    assert_same,
    content,
    parameters,
    problem,
    safetensors,
    save_weights,
    tensors,
)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".NPZ"])
def test_weights_come_back_to_the_bit(tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    save_weights(path, tensors())
    assert_same(read_weights(str(path)), tensors())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_trained_network_predicts_the_same_after_its_weights_are_read_back(tmp_path, suffix):
    trainer = Trainer(EXPERIMENT)
    assert trainer.advance(epochs=2)
    save_weights(tmp_path / f"w{suffix}", trainer.tensors)
    other = Trainer(EXPERIMENT)
    other.set_tensors(read_weights(tmp_path / f"w{suffix}"))
    X = trainer.data.train_inputs
    np.testing.assert_array_equal(other.predict(X), trainer.predict(X))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_normalization_and_projection_come_back_with_the_weights(tmp_path, suffix):
    trainer = Trainer(NORMALIZED)
    assert trainer.advance(epochs=2)
    save_weights(tmp_path / f"w{suffix}", trainer.tensors)
    found = read_weights(tmp_path / f"w{suffix}")
    assert_same(found, trainer.tensors)
    assert "normalization.running_var" in found[0]
    assert "projection.weight" in found[1]
    other = Trainer(NORMALIZED)
    other.set_tensors(found)
    X = trainer.data.train_inputs
    np.testing.assert_array_equal(other.predict(X), trainer.predict(X))


def test_a_file_that_lacks_a_tensor_of_the_network_is_told_by_name(tmp_path):
    plain = Trainer(EXPERIMENT)
    save_weights(tmp_path / "w.npz", plain.tensors)
    first = EXPERIMENT.network.layers[0].edited(normalization="layer")
    network = EXPERIMENT.network.edited(layers=(first, *EXPERIMENT.network.layers[1:]))
    with pytest.raises(WeightsError) as caught:
        Trainer(EXPERIMENT.edited(network=network)).set_tensors(read_weights(tmp_path / "w.npz"))
    assert caught.value.problems == (
        "layers.0.normalization.weight: is missing",
        "layers.0.normalization.bias: is missing",
    )


def test_npz_holds_named_float32_arrays_for_plain_numpy(tmp_path):
    (tmp_path / "w.npz").write_bytes(npz_of(parameters(), {}))
    with np.load(tmp_path / "w.npz", allow_pickle=False) as found:
        assert sorted(found.files) == sorted(NAMES)
        assert [found[name].shape for name in NAMES] == [shape for layer in SHAPES for shape in layer]
        assert {found[name].dtype for name in NAMES} == {np.dtype(np.float32)}


def test_safetensors_hold_the_same_and_the_experiment(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors_of(named(parameters()), EXPERIMENT))
    with safe_open(path, "numpy") as found:
        assert sorted(found.keys()) == sorted(NAMES)
        for name, array in named(parameters()).items():
            np.testing.assert_array_equal(found.get_tensor(name), array)
        metadata = found.metadata()
    assert metadata["format"] == "pt"
    assert Experiment.parse(json.loads(metadata["experiment"])) == EXPERIMENT


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_arrays_in_any_memory_order_are_written_as_they_read(file, suffix):
    turned = [{name: np.asfortranarray(array) for name, array in layer.items()} for layer in parameters()]
    data = npz_of(turned, {}) if suffix == ".npz" else safetensors_of(named(turned))
    assert_same(read_weights(file(suffix, data)), parameters())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.uint8])
def test_other_number_types_are_taken_as_float32(file, suffix, dtype):
    arrays = {name: np.round(array * 3 + 9).astype(dtype) for name, array in named(parameters()).items()}
    for i, layer in enumerate(read_weights(file(suffix, content(suffix, arrays)))):
        for part, array in layer.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, arrays[f"layers.{i}.{part}"].astype(np.float32))


def test_bfloat16_is_taken_as_float32(file):
    arrays = named(parameters())
    kept = {name: array.view(np.uint32) >> 16 for name, array in arrays.items()}
    header, data = {}, b""
    for name, upper in kept.items():
        offsets = [len(data), len(data) + 2 * upper.size]
        header[name] = {"dtype": "BF16", "shape": upper.shape, "data_offsets": offsets}
        data += upper.astype("<u2").tobytes()
    for i, layer in enumerate(read_weights(file(".safetensors", safetensors(header, data)))):
        for part, array in layer.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array.view(np.uint32), kept[f"layers.{i}.{part}"] << 16)


def test_compressed_npz_is_read_too(tmp_path):
    np.savez_compressed(tmp_path / "w.npz", **named(parameters()))
    np.testing.assert_array_equal(read_weights(tmp_path / "w.npz")[1]["weight"], parameters()[1]["weight"])


# What does not hold weights of a network


def test_other_suffixes_are_refused(tmp_path):
    kept = ".npz, .safetensors, .json or .csv files; use one of these suffixes"
    for name in ("w", "w.pt", "w.npy", ".npz"):
        assert problem(tmp_path / name) == f"{name}: weights are kept in {kept}"


def test_missing_files_and_folders_are_told(tmp_path):
    assert problem(tmp_path / "no.npz") == f"{tmp_path / 'no.npz'}: cannot be read: no such file or directory"
    (tmp_path / "w.npz").mkdir()
    assert problem(tmp_path / "w.npz") == f"{tmp_path / 'w.npz'}: cannot be read: is a directory"


def test_files_without_an_end_are_refused(tmp_path):
    if not Path("/dev/zero").exists():
        pytest.skip("no such device")
    (tmp_path / "w.npz").symlink_to("/dev/zero")
    assert problem(tmp_path / "w.npz").endswith(
        "w.npz: cannot be read: this is not a file; save what it gives to one first"
    )


def test_files_that_are_too_large_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "MAX_BYTES", 1 << 20)
    with (tmp_path / "w.npz").open("wb") as sparse:
        sparse.truncate((1 << 20) + 1)
    assert problem(tmp_path / "w.npz") == "w.npz: larger than 1 MB, which no network here needs"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, suffix, function):
    path = tmp_path / f"w{suffix}"
    path.write_bytes(b"old")

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space left"):
        exported(Trainer(EXPERIMENT), path)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_leaves_the_old_file(open_folder):
    path = open_folder / "w.npz"
    path.write_bytes(b"old")
    with read_only(open_folder), pytest.raises(PermissionError) as caught:
        exported(Trainer(EXPERIMENT), path)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(open_folder) == ["w.npz"]
