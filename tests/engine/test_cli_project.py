"""The command line with projects: training goes on, and what has been trained is exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import Trainer
from engine.files.imports.weights import read_weights
from engine.files.projects.project import Project, read_project, write_project
from tests.engine.command import ROWS, SMALL, TABLE, assert_weights, files_told, run, trained


def assert_layers(found, expected):
    for layer, other in zip(found, expected, strict=True):
        assert layer.keys() == other.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, other[name])


@pytest.fixture
def project(folder):
    """Train three epochs into ``p.unfold``."""
    assert run("train", "e.json", "--epochs", "3", "--export", "p.unfold", "--quiet") == 0
    return folder / "p.unfold"


def test_training_goes_on_from_a_project_to_the_bit(project, capsys):
    assert run("train", "p.unfold", "--epochs", "2", "--export", "p.unfold") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("epoch 5, step 15; ")
    assert out.splitlines()[1:] == ["wrote p.unfold"]
    found, expected = Trainer.resumed(read_project(project)), trained(5)
    assert found.step == expected.step
    assert_layers(found.tensors, expected.tensors)
    for name, slot in expected.optimizer_state.items():
        assert_layers(found.optimizer_state[name], slot)


def test_the_curves_of_a_project_go_on(project):
    assert run("train", "p.unfold", "--epochs", "2", "--export", "q.unfold", "--quiet") == 0
    points = read_project("q.unfold").curves.points
    assert points[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert np.isfinite(points).all()
    assert read_project(project).curves.points[0].tolist() == [0, 1, 2, 3]


def test_view_settings_of_a_project_stay(project):
    found = read_project(project)
    window = {"speed": "max", "page": 2}
    write_project(project, Project(found.experiment, found.checkpoint, found.curves, None, window))
    assert run("train", "p.unfold", "--epochs", "1", "--export", "p.unfold", "--quiet") == 0
    assert read_project(project).window == window


def test_given_weights_begin_new_curves(project):
    assert run("train", "p.unfold", "--epochs", "0", "--export", "w.npz", "--quiet") == 0
    arguments = ["--weights", "w.npz", "--epochs", "1", "--export", "q.unfold", "--quiet"]
    assert run("train", "p.unfold", *arguments) == 0
    assert read_project("q.unfold").curves.points[0].tolist() == [3, 4]


def test_what_early_stopping_took_back_is_known_in_the_project(folder):
    network = {"layers": [{"units": 3, "frozen": True}], "output": {"frozen": True}}
    document = SMALL | {"network": network, "training": {"stop": {"patience": 3}}}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--export", "p.unfold", "--quiet") == 0
    found = read_project("p.unfold")
    assert found.taken_back == Trainer.resumed(found).step == 3
    assert found.curves.points[0].max() == 3


def test_a_long_run_keeps_curves_within_bounds(folder):
    assert run("train", "e.json", "--epochs", "5000", "--export", "p.unfold", "--quiet") == 0
    points = read_project("p.unfold").curves.points
    assert 500 <= points.shape[1] <= 1100
    assert points[0, -1] == 5000


def test_a_project_with_a_table_is_trained_and_exported_without_the_table(folder, capsys):
    Path("t.csv").write_text(ROWS)
    Path("e.json").write_text(json.dumps(SMALL | {"data": TABLE}))
    assert run("train", "e.json", "--epochs", "1", "--export", "p.unfold") == 0
    Path("t.csv").unlink()
    assert run("train", "p.unfold", "--epochs", "1", "--export", "o.py") == 0
    assert run("export", "p.unfold", "o.json") == 0
    assert capsys.readouterr().err == ""


def test_export_writes_every_format_and_a_report(project, capsys):
    assert run("export", "p.unfold", "o.npz", "o.safetensors", "o.csv", "o.json", "o.py", "r.html") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert files_told(out.splitlines()) == ["o.npz", "o.safetensors", "o.csv", "o.json", "o.py", "r.html"]
    assert_weights(Path("o.npz"), trained(3))
    assert "<html" in Path("r.html").read_text(encoding="utf-8")
    for name in ("o.safetensors", "o.csv", "o.json"):
        assert_layers(read_weights(name), trained(3).tensors)


def test_a_report_of_a_training_has_its_curves(folder):
    assert run("train", "e.json", "--epochs", "20", "--export", "r.html", "--quiet") == 0
    assert "<svg" in Path("r.html").read_text(encoding="utf-8")


def test_what_has_not_been_trained_is_not_exported(folder, capsys):
    assert run("export", "e.json", "o.py") == 2
    assert capsys.readouterr().err == (
        "unfold: e.json: holds no trained network; to train it first: unfold train e.json --export o.py\n"
    )
    assert not Path("o.py").exists()


def test_initial_weights_of_a_project_are_exported_with_a_note(folder, capsys):
    assert run("train", "e.json", "--epochs", "0", "--export", "p.unfold", "--quiet") == 0
    assert run("export", "p.unfold", "o.npz") == 0
    assert capsys.readouterr().err == "unfold: note: p.unfold: not trained yet: these are initial weights\n"
    assert_weights(Path("o.npz"), trained(0))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["p.unfold", "p.unfold"], "p.unfold: is what is exported from; it would be overwritten"),
        (["p.unfold", "o.py", "./o.py"], "o.py: is named twice"),
        (["p.unfold", "no/o.py"], "no/o.py: the folder no does not exist"),
        (["p.unfold", "o.docx"], "o.docx: the suffix tells what to write; use one of .unfold, .html, "),
        (["p.unfold", ".py"], ".py: the suffix tells what to write; use one of .unfold, .html, "),
        (["broken.unfold", "o.py"], "broken.unfold: no readable project"),
    ],
)
def test_a_bad_export_is_one_line_and_nothing_written(project, capsys, arguments, problem):
    Path("broken.unfold").write_bytes(b"PK\x03\x04")
    before = {path: path.read_bytes() for path in project.parent.iterdir()}
    assert run("export", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"unfold: {problem}")
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in project.parent.iterdir()} == before


def test_an_experiment_is_not_written_over_by_a_project(folder, capsys):
    Path("x.unfold").write_bytes(Path("e.json").read_bytes())
    assert run("train", "e.json", "--export", "e.json") == 2
    assert capsys.readouterr().err == "unfold: e.json: is what is trained from; it would be overwritten\n"
