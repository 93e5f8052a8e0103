"""What holds for formats of weights, JSON and Python: the same is computed, and said; else it is refused."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from engine.files.export import (
    c_header,
    formats,
    javascript,
    keras_file,
    network_json,
    python,
    pytorch,
    weight_files,
    weights_table,
)
from engine.files.export.comparison import points_of
from engine.files.export.format import TOLERANCE, ExportError
from engine.files.export.formats import format_of
from engine.files.export.portable import portable
from engine.files.export.torch_optimizers import memory_of
from engine.files.export.verify import computed, export
from engine.files.imports.weights import read_weights
from tests.engine.exported import KINDS, exported, layered, small, table, trained

OURS = (
    weight_files.SAFETENSORS,
    weight_files.NPZ,
    weights_table.FORMAT,
    network_json.FORMAT,
    python.FORMAT,
)
SUFFIXES = [kind.suffix for kind in OURS]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_computes_the_same_in_every_format(tmp_path, kind):
    trainer = trained(KINDS[kind])
    for suffix in SUFFIXES:
        done = exported(trainer, tmp_path / f"network{suffix}")
        assert done.check.difference is not None
        assert done.check.difference <= TOLERANCE
        assert done.check.points == 1000


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nasty_names_and_standardized_inputs_are_held(tmp_path, suffix, task):
    trainer = trained(table(tmp_path, task))
    done = exported(trainer, tmp_path / f"network{suffix}")
    assert done.check.difference is not None
    assert done.check.difference <= TOLERANCE


@pytest.mark.parametrize("kind", OURS, ids=SUFFIXES)
def test_the_file_in_place_is_the_one_that_was_checked_and_says_so(tmp_path, kind):
    trainer = trained(small())
    path = tmp_path / f"n{kind.suffix}"
    done = exported(trainer, path)
    assert done.check.text.startswith("Checked with ")
    assert done.check.text.encode() in path.read_bytes()
    network = portable(trainer)
    inputs = points_of(network)
    found, consumer = computed(kind, path, network, inputs)
    np.testing.assert_allclose(found, trainer.predict(inputs), rtol=0, atol=TOLERANCE)
    assert consumer == done.check.consumer
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", OURS, ids=SUFFIXES)
def test_a_file_that_computes_something_else_is_refused_and_the_old_one_stays(tmp_path, monkeypatch, kind):
    def falsified(network, check):
        last = network.layers[-1]
        tensors = {**last.tensors, "bias": last.tensors["bias"] + np.float32(1e-3)}
        return kind.render(
            replace(network, layers=(*network.layers[:-1], replace(last, tensors=tensors))), check
        )

    others = [found for found in formats.FORMATS if found is not kind]
    monkeypatch.setattr(formats, "FORMATS", (*others, replace(kind, render=falsified)))
    path = tmp_path / f"n{kind.suffix}"
    path.write_bytes(b"old")
    said = r"differs from Unfold by up to \d" if kind.read is None else "its numbers read back differently"
    with pytest.raises(ExportError, match=f"not written: .*{said}"):
        exported(trained(small()), path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_file_that_gives_no_number_is_refused_and_why(tmp_path, monkeypatch):
    def computes_nothing(path, inputs):
        return np.full((len(inputs), 1), np.nan, np.float32), "Python"

    monkeypatch.setattr(formats, "FORMATS", (replace(python.FORMAT, run=computes_nothing),))
    with pytest.raises(ExportError) as caught:
        exported(trained(small()), tmp_path / "n.py")
    assert caught.value.problems == (
        "n.py: not written: run with Python it gives a number where Unfold gives none, or the other way "
        "round; very large weights exceed the range of float32",
    )


def test_weights_whose_sums_are_too_large_are_kept_and_it_is_said(tmp_path):
    trainer = trained(small(network={"layers": [{"units": 20, "activation": "linear"}]}), epochs=0)
    signs = np.where(np.random.default_rng(0).random((20, 2)) < 0.5, -1, 1)
    first, last = ({name: tensor.copy() for name, tensor in layer.items()} for layer in trainer.tensors)
    first["weight"], last["weight"] = np.float32(1e10) * signs, np.float32(1e28) * signs[:, :1].T
    trainer.set_tensors([first, last])
    done = exported(trainer, tmp_path / "n.npz")
    assert done.check.text.endswith(": a number where Unfold gives none, or the other way round")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("suffix", [".tex", ".h"])
def test_numbers_beyond_float32_are_no_reason_to_warn(tmp_path, suffix):
    data = {"kind": "reg_plane", "samples": 20}
    steep = small(network={"layers": []}, features=["exp(14*x1)", "x2"], data=data)
    with contextlib.suppress(ExportError):
        exported(trained(steep, epochs=0), tmp_path / f"n{suffix}")


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if s != ".py"])
@pytest.mark.parametrize(
    "kind", ["maxout", "prelu hidden", "residual", "batch normalization", "large layers"]
)
def test_what_holds_weights_loads_them_back_to_the_bit(tmp_path, suffix, kind):
    trainer = trained(KINDS[kind])
    path = tmp_path / f"n{suffix}"
    exported(trainer, path)
    other = trained(KINDS[kind], epochs=0)
    other.set_tensors(read_weights(path))
    for layer, expected in zip(other.tensors, trainer.tensors, strict=True):
        for name, tensor in layer.items():
            np.testing.assert_array_equal(tensor, expected[name])


LIMITED = {
    ".json": network_json,
    ".csv": weights_table,
    ".js": javascript,
    ".h": c_header,
    ".py": python,
    ".torch.py": pytorch,
    ".keras.py": keras_file,
}


@pytest.mark.parametrize("suffix", LIMITED)
def test_a_text_for_too_many_numbers_is_refused_by_name_of_a_better_format(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(LIMITED[suffix], "MOST_NUMBERS", 36)
    trainer = trained(small(), epochs=0)
    with pytest.raises(ExportError, match=r"n[.\w]+: the network has 37 numbers, more than .*; use \.\w+"):
        export(tmp_path / f"n{suffix}", portable(trainer), trainer.predict)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(LIMITED[suffix], "MOST_NUMBERS", 37)
    assert not format_of(tmp_path / f"n{suffix}").problems(portable(trainer))


@pytest.mark.parametrize(("optimizer", "remembered"), [("sgd", 0), ("adam", 2), ("lbfgs", 4)])
def test_what_the_optimizer_remembers_is_counted_where_it_goes_into_the_file(
    monkeypatch, optimizer, remembered
):
    network = portable(trained(small(training={"optimizer": optimizer}), epochs=2))
    memory = sum(vector.size for vector in memory_of(network).values())
    assert memory == 37 * remembered
    monkeypatch.setattr(pytorch, "MOST_NUMBERS", 37 + memory)
    assert not pytorch.FORMAT.problems(network)
    monkeypatch.setattr(pytorch, "MOST_NUMBERS", 36 + memory)
    (problem,) = pytorch.FORMAT.problems(network)
    whose = "the network and its optimizer have" if remembered else "the network has"
    assert problem.startswith(f"{whose} {37 + memory} numbers, more than the {36 + memory} that")


def test_a_large_network_is_refused_at_once_or_can_be_written():
    """A network of 12 layers of 1024 units: without a limit Node.js would take minutes to run it."""
    network = portable(trained(layered(*[{"units": 1024}] * 12), epochs=0))
    refused = {kind.suffix for kind in formats.FORMATS if kind.problems(network)}
    assert refused == {".js", ".h", ".tex", ".json", ".csv"}


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_folders_of_this_computer_stay_out_of_what_is_given_away(tmp_path, suffix):
    exported(trained(table(tmp_path, "regression")), tmp_path / f"n{suffix}")
    assert str(tmp_path).encode() not in (tmp_path / f"n{suffix}").read_bytes()


def test_a_suffix_without_a_format_names_those_there_are(tmp_path):
    with pytest.raises(ExportError) as caught:
        exported(trained(small(), epochs=0), tmp_path / "n.docx")
    assert all(suffix in str(caught.value) for suffix in SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_rounding_makes_of_huge_weights_is_told_but_loses_no_weights(tmp_path, suffix):
    trainer = trained(small(network={"layers": [{"units": 4, "activation": "sine"}]}))
    trainer.set_tensors([{name: 3e6 * t for name, t in layer.items()} for layer in trainer.tensors])
    path = tmp_path / f"n{suffix}"
    if suffix in (".json", ".py"):
        with pytest.raises(ExportError, match="very large weights magnify the rounding of float32"):
            exported(trainer, path)
        assert not path.exists()
    else:
        assert exported(trainer, path).check.difference > TOLERANCE
        assert read_weights(path)
