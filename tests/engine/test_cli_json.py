"""The command line for programs: one JSON object, quiet runs, exit statuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.files.export import formats, network_json
from engine.files.export.format import TOLERANCE
from engine.files.imports.weights import read_weights
from tests.engine.command import SMALL, run, start, trained


def told(capsys):
    """Return the JSON object on stdout, and make sure that nothing else was said."""
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def falsified(monkeypatch, kind=network_json.FORMAT):
    """Let one format write something else than the network."""

    def render(network, check):
        last = network.layers[-1]
        tensors = {**last.tensors, "bias": last.tensors["bias"] + np.float32(1e30)}
        return kind.render(
            replace(network, layers=(*network.layers[:-1], replace(last, tensors=tensors))), check
        )

    others = [found for found in formats.FORMATS if found is not kind]
    monkeypatch.setattr(formats, "FORMATS", (*others, replace(kind, render=render)))


def test_train_says_all_in_one_object(folder, capsys):
    arguments = ("--epochs", "3", "--export", "o.npz", "--export", "o.py", "--history", "h.csv", "--json")
    assert run("train", "e.json", *arguments) == 0
    found = told(capsys)
    snapshot = trained(3).snapshot()
    assert found.pop("seconds") > 0
    files = found.pop("files")
    assert found == {
        "command": "train",
        "title": "Untitled",
        "epoch": 3,
        "step": snapshot.step,
        "losses": dict(snapshot.losses),
        "metrics": {
            part: {name: value for name, value in metrics.items() if name != "top_k"}  # of two classes
            for part, metrics in snapshot.metrics.items()
        },
        "finished": None,
        "diverged": None,
        "status": 0,
        "problems": [],
    }
    assert [file["path"] for file in files] == ["o.npz", "o.py", "h.csv"]
    assert files[0]["notes"]
    assert files[2] == {"path": "h.csv", "check": None, "notes": []}
    for file in files[:2]:
        assert file["check"]["difference"] <= TOLERANCE
        assert file["check"]["points"] == 1000
        assert file["check"]["consumer"] in file["check"]["text"]


def test_divergence_and_stop_rules_are_fields(folder, capsys):
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}}
    document = SMALL | {"data": "reg_gauss", "training": training}
    document["network"] = {"layers": [{"units": 8, "activation": "relu"}] * 3}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--json") == 3
    found = told(capsys)
    assert found["status"] == 3
    assert found["diverged"]["reason"] == found["problems"][0]
    assert {"epoch", "step"} < set(found["diverged"])
    Path("e.json").write_text(json.dumps(SMALL | {"training": {"stop": {"epochs": 2}}}))
    assert run("train", "e.json", "--json") == 0
    assert told(capsys)["finished"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["train", "no.json"], "no.json: cannot be read: no such file or directory"),
        (["train", "e.json", "--epochs", "x"], "argument --epochs: must be a whole number"),
        (["train", "e.json", "--export", "o.txt"], "o.txt: the suffix tells what to write"),
        (["export", "e.json", "o.py"], "e.json: holds no trained network"),
        (["link", "#activation=?&networkShape=,,,"], ""),
        (["link"], "the following arguments are required: URL"),
    ],
)
def test_problems_are_a_field(folder, capsys, arguments, problem):
    assert run(*arguments, "--json") == 2
    found = told(capsys)
    assert (found["command"], found["status"], found["files"]) == (arguments[0], 2, [])
    assert found["problems"][0].startswith(problem)


def test_quiet_says_nothing_but_what_is_wrong(folder, capsys):
    assert run("train", "e.json", "--epochs", "1", "--export", "p.unfold", "--quiet") == 0
    assert run("export", "p.unfold", "o.py", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert run("export", "no.unfold", "o.py", "--quiet") == 2
    assert capsys.readouterr() == ("", "unfold: no.unfold: cannot be read: no such file or directory\n")


def test_an_export_that_is_refused_does_not_lose_the_others(folder, capsys, monkeypatch):
    falsified(monkeypatch)
    Path("o.json").write_text("old")
    arguments = ["--export", "o.json", "--export", "o.npz", "--export", "p.unfold", "--history", "h.csv"]
    assert run("train", "e.json", "--epochs", "1", *arguments, "--json") == 4
    found = told(capsys)
    assert [file["path"] for file in found["files"]] == ["o.npz", "p.unfold", "h.csv"]
    (problem,) = found["problems"]
    assert problem.startswith("o.json: not written: run with NumPy ")
    assert Path("o.json").read_text() == "old"
    assert read_weights(folder / "o.npz")


def test_what_a_format_cannot_hold_is_refused_before_training(folder, capsys, monkeypatch):
    monkeypatch.setattr(network_json, "MOST_NUMBERS", 3)
    monkeypatch.setattr("engine.trainer.Trainer.advance", lambda *_, **__: pytest.fail("was trained"))
    assert run("train", "e.json", "--export", "o.json", "--export", "o.npz") == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("unfold: o.json: the network has 17 numbers, more than the 3 that JSON is good for")
    assert not Path("o.npz").exists()


def test_divergence_counts_more_than_a_refused_export(folder, capsys, monkeypatch):
    falsified(monkeypatch)
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}}
    document = SMALL | {"data": "reg_gauss", "training": training}
    document["network"] = {"layers": [{"units": 8, "activation": "relu"}] * 3}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--export", "o.json", "--json") == 3
    assert len(told(capsys)["problems"]) == 2


def test_a_file_that_cannot_be_written_does_not_lose_the_others(folder, capsys, monkeypatch):
    from engine.cli import train

    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(train, "write_atomically", full)
    arguments = ["--history", "h.csv", "--export", "o.npz", "--json"]
    assert run("train", "e.json", "--epochs", "1", *arguments) == 2
    found = told(capsys)
    assert found["problems"] == ["h.csv: no space left on device"]
    assert [file["path"] for file in found["files"]] == ["o.npz"]


def test_warm_says_its_time(capsys):
    assert run("warm", "--json") == 0
    found = told(capsys)
    assert found.pop("seconds") >= 0
    assert found == {"command": "warm", "status": 0, "files": [], "problems": []}


def test_the_program_prints_no_bar_and_no_line_besides_the_object(folder):
    program = start("train", "e.json", "--epochs", "2", "--json", cwd=folder)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    assert json.loads(out)["epoch"] == 2
