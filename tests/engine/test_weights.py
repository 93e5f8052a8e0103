"""Weights in files: their form, their way back, and the disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from engine import Experiment, Trainer, WeightsError
from engine.files import weights
from engine.files.weights import named, read_weights, write_weights
from tests.engine.weights_files import (
    EXPERIMENT,
    NAMES,
    NORMALIZED,
    SHAPES,
    SUFFIXES,
    assert_same,
    content,
    npz,
    parameters,
    problem,
    tensors,
)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".NPZ"])
def test_weights_come_back_to_the_bit(tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    write_weights(path, tensors(), EXPERIMENT)
    assert_same(read_weights(str(path)), tensors())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pairs_are_layers_of_weight_and_bias_alone(tmp_path, suffix):
    write_weights(tmp_path / f"w{suffix}", parameters(), EXPERIMENT)
    expected = [{"weight": weight, "bias": bias} for weight, bias in parameters()]
    assert_same(read_weights(tmp_path / f"w{suffix}"), expected)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_trained_network_predicts_the_same_after_its_weights_are_read_back(tmp_path, suffix):
    trainer = Trainer(EXPERIMENT)
    assert trainer.advance(epochs=2)
    write_weights(tmp_path / f"w{suffix}", trainer.tensors, trainer.experiment)
    other = Trainer(EXPERIMENT)
    other.set_tensors(read_weights(tmp_path / f"w{suffix}"))
    X = trainer.data.train_inputs
    np.testing.assert_array_equal(other.predict(X), trainer.predict(X))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_normalization_and_projection_come_back_with_the_weights(tmp_path, suffix):
    trainer = Trainer(NORMALIZED)
    assert trainer.advance(epochs=2)
    write_weights(tmp_path / f"w{suffix}", trainer.tensors, trainer.experiment)
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
    write_weights(tmp_path / "w.npz", plain.tensors, EXPERIMENT)
    first = EXPERIMENT.network.layers[0].edited(normalization="layer")
    network = EXPERIMENT.network.edited(layers=(first, *EXPERIMENT.network.layers[1:]))
    with pytest.raises(WeightsError) as caught:
        Trainer(EXPERIMENT.edited(network=network)).set_tensors(read_weights(tmp_path / "w.npz"))
    assert caught.value.problems == (
        "layers.0.normalization.weight: is missing",
        "layers.0.normalization.bias: is missing",
    )


def test_npz_holds_named_float32_arrays_for_plain_numpy(tmp_path):
    write_weights(tmp_path / "w.npz", parameters(), EXPERIMENT)
    with np.load(tmp_path / "w.npz", allow_pickle=False) as found:
        assert sorted(found.files) == sorted(NAMES)
        assert [found[name].shape for name in NAMES] == [shape for layer in SHAPES for shape in layer]
        assert {found[name].dtype for name in NAMES} == {np.dtype(np.float32)}


def test_safetensors_hold_the_same_and_the_experiment(tmp_path):
    path = tmp_path / "w.safetensors"
    write_weights(path, parameters(), EXPERIMENT)
    with safe_open(path, "numpy") as found:
        assert sorted(found.keys()) == sorted(NAMES)
        for name, array in named(parameters()).items():
            np.testing.assert_array_equal(found.get_tensor(name), array)
        metadata = found.metadata()
    assert metadata["format"] == "pt"
    assert Experiment.parse(json.loads(metadata["experiment"])) == EXPERIMENT


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_arrays_in_any_memory_order_are_written_as_they_read(tmp_path, suffix):
    transposed = [(np.asfortranarray(weight), bias[::-1][::-1]) for weight, bias in parameters()]
    write_weights(tmp_path / f"w{suffix}", transposed, EXPERIMENT)
    np.testing.assert_array_equal(read_weights(tmp_path / f"w{suffix}")[0]["weight"], parameters()[0][0])


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.uint8])
def test_other_number_types_are_taken_as_float32(file, suffix, dtype):
    arrays = {name: np.round(array * 3 + 9).astype(dtype) for name, array in named(parameters()).items()}
    for i, layer in enumerate(read_weights(file(suffix, content(suffix, arrays)))):
        for part, array in layer.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, arrays[f"layers.{i}.{part}"].astype(np.float32))


def test_compressed_npz_is_read_too(tmp_path):
    np.savez_compressed(tmp_path / "w.npz", **named(parameters()))
    np.testing.assert_array_equal(read_weights(tmp_path / "w.npz")[1]["weight"], parameters()[1][0])


# What does not hold weights of a network


def test_other_suffixes_are_refused(tmp_path):
    written = ".npz or .safetensors files; use one of these suffixes"
    read = ".npz, .safetensors, .json or .csv files; use one of these suffixes"
    for name in ("w", "w.pt", "w.npy", ".npz"):
        with pytest.raises(WeightsError) as caught:
            write_weights(tmp_path / name, parameters(), EXPERIMENT)
        assert caught.value.problems == (f"{name}: weights are kept in {written}",)
        assert problem(tmp_path / name) == f"{name}: weights are kept in {read}"
    assert not list(tmp_path.iterdir())


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
    monkeypatch.setattr(weights, "MAX_BYTES", 1 << 20)
    with (tmp_path / "w.npz").open("wb") as sparse:
        sparse.truncate((1 << 20) + 1)
    assert problem(tmp_path / "w.npz") == "w.npz: larger than 1 MB, which no network here needs"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, suffix, function):
    path = tmp_path / f"w{suffix}"
    write_weights(path, parameters(), EXPERIMENT)
    before = path.read_bytes()

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space left"):
        write_weights(path, [(2 * weight, bias) for weight, bias in parameters()], EXPERIMENT)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "w.npz"
    write_weights(path, parameters(), EXPERIMENT)
    before = path.read_bytes()
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(PermissionError) as caught:
            write_weights(path, parameters(), EXPERIMENT)
        assert caught.value.filename == str(path)
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == before


def test_what_reads_back_differently_is_not_saved(tmp_path, monkeypatch):
    path = tmp_path / "w.npz"
    write_weights(path, parameters(), EXPERIMENT)
    before = path.read_bytes()
    monkeypatch.setattr(
        weights, "_npz", lambda arrays: npz({name: 2 * array for name, array in arrays.items()})
    )
    with pytest.raises(WeightsError, match="reads back differently; the file was not saved"):
        write_weights(path, parameters(), EXPERIMENT)
    assert path.read_bytes() == before
