"""What the command line refuses: one line a problem, and nothing written."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Trainer
from engine.files import atomic
from tests.engine.command import ROWS, SMALL, TABLE, run

HEAD = {key: SMALL[key] for key in ("format", "version")}


def _csv(text: str, **fields: Any) -> dict[str, Any]:
    return {"e.json": HEAD | {"data": TABLE | fields}, "t.csv": text}


# files, further arguments, lines on stderr
BAD: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "no such file": (
        {"e.json": None},
        [],
        ["e.json: cannot be read: no such file or directory"],
    ),
    "not JSON": (
        {"e.json": '{"format": '},
        [],
        ["e.json: not valid JSON at line 1, column 12: expecting value"],
    ),
    "empty": ({"e.json": ""}, [], ["e.json: the file is empty"]),
    "newer": (
        {"e.json": HEAD | {"version": 9}},
        [],
        ["e.json: version: the file is of version 9, this Unfold reads up to 1; update Unfold"],
    ),
    "two problems": (
        {"e.json": HEAD | {"seed": -1, "network": {"layers": [{"units": 0}]}}},
        [],
        [
            "e.json: seed: must be between 0 and 4294967295",
            "e.json: network.layers.0.units: must be between 1 and 1024",
        ],
    ),
    "no table": (
        {"e.json": HEAD | {"data": TABLE}},
        [],
        ["{folder}/t.csv: there is no such file"],
    ),
    "text for a number": (
        _csv("a,b,c\n1,2,x\n2,two,y\n"),
        [],
        ["t.csv, line 3, column 'b': 'two' is not a finite number"],
    ),
    "missing column": (
        _csv("a,d,c\n1,2,x\n2,1,y\n"),
        [],
        ["t.csv: there is no column 'b'; there are 'a', 'd', 'c'"],
    ),
    "empty cell": (
        _csv("a,b,c\n1,,x\n2,1,y\n"),
        [],
        ["t.csv, line 2, column 'b': the cell is empty; fill it in or delete the line"],
    ),
    "NaN": (
        _csv("a,b,c\n1,NaN,x\n2,1,y\n"),
        [],
        ["t.csv, line 2, column 'b': the value is missing ('NaN'); fill it in or delete the line"],
    ),
    "ragged": (
        _csv("a,b,c\n1,2,x\n2,1\n3,4,y,5\n"),
        [],
        ["t.csv, line 3: 2 cells, but the header has 3", "t.csv, line 4: 4 cells, but the header has 3"],
    ),
    "single class": (
        _csv("a,b,c\n1,2,x\n2,1,x\n"),
        [],
        ["t.csv: at least two classes are needed; column 'c' holds only 'x'"],
    ),
    "empty table": (
        _csv(""),
        [],
        ["t.csv: the file is empty; a header line and lines of data are needed"],
    ),
    "header alone": (
        _csv("a,b,c\n"),
        [],
        ["t.csv: there is a header but no line of data below it"],
    ),
    "formula without a value": (
        {"e.json": HEAD | {"data": "moons", "features": ["log(x1)"]}},
        [],
        ["feature 'log(x1)': it is nan at point "],
    ),
    "output that does not fit": (
        {"e.json": HEAD | {"data": "rings", "network": {"output": {"activation": "sigmoid"}}}},
        [],
        [
            "network.output.activation: cross_entropy with 3 classes needs softmax, not sigmoid; use auto",
        ],
    ),
    "no weights": (
        {},
        ["--weights", "w.npz"],
        ["w.npz: cannot be read: no such file or directory"],
    ),
    "weights of another kind": (
        {"w.pt": "x"},
        ["--weights", "w.pt"],
        ["w.pt: weights are kept in .npz, .safetensors, .json or .csv files; use one of these suffixes"],
    ),
    "broken weights": (
        {"w.npz": "x"},
        ["--weights", "w.npz"],
        ["w.npz: not a readable .npz file (File is not a zip file)"],
    ),
    "weights of another shape": (
        {"w.npz": [((5, 2), 5), ((1, 5), 1)]},
        ["--weights", "w.npz"],
        [
            "w.npz: layers.0.weight: must have the shape (4, 2), not (5, 2)",
            "w.npz: layers.0.bias: must have the shape (4,), not (5,)",
            "w.npz: layers.1.weight: must have the shape (1, 4), not (1, 5)",
        ],
    ),
    "weights of a network without normalization": (
        {
            "w.npz": [((4, 2), 4), ((1, 4), 1)],
            "e.json": json.dumps(SMALL | {"network": {"layers": [{"units": 4, "normalization": "layer"}]}}),
        },
        ["--weights", "w.npz"],
        [
            "w.npz: layers.0.normalization.weight: is missing",
            "w.npz: layers.0.normalization.bias: is missing",
        ],
    ),
    "weights of another depth": (
        {"w.safetensors": [((1, 2), 1)]},
        ["--weights", "w.safetensors"],
        ["w.safetensors: the weights have 1 layer, the network has 2"],
    ),
    "weights with NaN": (
        {"w.npz": [((4, 2), 4), ((1, 4), 1), np.nan]},
        ["--weights", "w.npz"],
        [
            "w.npz: layers.0.weight holds a value that is not a finite number",
            "w.npz: layers.0.bias holds a value that is not a finite number",
            "w.npz: layers.1.weight holds a value that is not a finite number",
            "w.npz: layers.1.bias holds a value that is not a finite number",
        ],
    ),
    "bad suffix": (
        {},
        ["--export", "o.txt"],
        ["o.txt: the suffix tells what to write; use one of .unfold, .html, "],
    ),
    "missing folder": (
        {},
        ["--export", "no/o.npz", "--history", "no/h.csv"],
        ["no/o.npz: the folder no does not exist", "no/h.csv: the folder no does not exist"],
    ),
    "a folder": ({"o.npz/x": ""}, ["--export", "o.npz"], ["o.npz: is a folder; name a file"]),
    "history of another kind": (
        {},
        ["--history", "h.txt"],
        ["h.txt: the history is a table; name a .csv file"],
    ),
    "the same file twice": (
        {},
        ["--export", "o.npz", "--export", "./o.npz"],
        ["o.npz: is named twice"],
    ),
    "history over the data": (
        _csv(ROWS),
        ["--history", "t.csv"],
        ["t.csv: is what is trained from; it would be overwritten"],
    ),
    "history over the experiment": (
        {"e.csv": HEAD},
        ["e.csv", "--history", "e.csv"],
        ["e.csv: is what is trained from; it would be overwritten"],
    ),
    "negative epochs": (
        {},
        ["--epochs", "-1"],
        [
            "argument --epochs: must be a whole number from 0 to 10000000, not '-1'; see unfold train --help",
        ],
    ),
    "half an epoch": (
        {},
        ["--epochs", "0.5"],
        [
            "argument --epochs: must be a whole number from 0 to 10000000, "
            "not '0.5'; see unfold train --help",
        ],
    ),
    "too many epochs": (
        {},
        ["--epochs", "10000001"],
        [
            "argument --epochs: must be a whole number from 0 to 10000000, "
            "not '10000001'; see unfold train --help",
        ],
    ),
    "unknown option": ({}, ["--fast"], ["unrecognized arguments: --fast; see unfold --help"]),
    "option without a value": (
        {},
        ["--export"],
        ["argument --export: expected one argument; see unfold train --help"],
    ),
}


ABBREVIATED = {
    "train": ["--js", "--quie", "--epoch=1", "--weight=w.npz", "--ex=o.npz", "--his=h.csv"],
    "export": ["--jso", "--q"],
    "link": ["--o=e.json", "--jso"],
    "warm": ["--jso", "--qui"],
}


@pytest.mark.parametrize(
    ("command", "option"), [(c, o) for c, options in ABBREVIATED.items() for o in options]
)
def test_options_go_by_their_whole_names(folder, capsys, command, option):
    """What is short today would mean another option tomorrow."""
    given = {"train": ["e.json"], "export": ["p.unfold", "o.npz"], "link": ["dataset=xor"], "warm": []}[
        command
    ]
    assert run(command, *given, option) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"unfold: unrecognized arguments: {option}; see unfold --help\n")


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, list):
        value = content.pop() if not isinstance(content[-1], tuple) else 0.0
        arrays = {}
        for i, (shape, units) in enumerate(content):
            arrays[f"layers.{i}.weight"] = np.full(shape, value, np.float32)
            arrays[f"layers.{i}.bias"] = np.full(units, value, np.float32)
        if path.suffix == ".npz":
            np.savez(path, **arrays)
        else:
            from safetensors.numpy import save_file

            save_file(arrays, path)
    elif content is None:
        path.unlink()
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))


@pytest.mark.parametrize(("files", "arguments", "lines"), BAD.values(), ids=BAD)
def test_bad_input_ends_in_a_line_a_problem_and_nothing_written(folder, capsys, files, arguments, lines):
    for name, content in files.items():
        _write(folder / name, list(content) if isinstance(content, list) else content)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    more = [] if "--export" in arguments else ["--export", "out.npz"]
    experiment = [] if arguments and arguments[0] == "e.csv" else ["e.json"]
    assert run("train", *experiment, *more, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    found = err.splitlines()
    assert len(found) == len(lines)
    for line, expected in zip(found, lines, strict=True):
        expected = "unfold: " + expected.format(folder=folder)
        assert line == expected or (expected.endswith(" ") and line.startswith(expected))
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("arguments", [[], ["trian"], ["train"], ["export", "p.unfold"], ["link"]])
def test_an_incomplete_command_is_one_line(capsys, arguments):
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"unfold: .*; see unfold( \w+)? --help\n", err)


def test_a_folder_that_cannot_be_written_is_told_before_training(folder, capsys, monkeypatch):
    def fail(*_args, **_options):
        raise PermissionError(13, "Permission denied", "/somewhere/tmpx")

    monkeypatch.setattr(atomic.tempfile, "TemporaryFile", fail)
    monkeypatch.setattr(Trainer, "advance", lambda *_: pytest.fail("was trained"))
    assert run("train", "e.json", "--export", "o.npz") == 2
    assert capsys.readouterr().err == "unfold: o.npz: cannot be written: permission denied\n"


def test_a_disk_that_fills_up_is_told_with_the_file(folder, capsys, monkeypatch):
    Path("o.npz").write_bytes(b"old")

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert run("train", "e.json", "--epochs", "1", "--export", "o.npz") == 2
    assert capsys.readouterr().err == "unfold: o.npz: no space left on device\n"
    assert Path("o.npz").read_bytes() == b"old"
    assert sorted(p.name for p in folder.iterdir()) == ["e.json", "o.npz"]
