"""What is no file is refused before it is opened: to open a pipe that nobody writes to takes for ever."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from engine import DataError, Experiment, UnfoldError
from engine.data import prepare
from engine.files.imports.reader import SUFFIXES, read_network
from engine.files.imports.weights import read_weights
from engine.files.preview import read_preview
from engine.files.projects.project import SUFFIX, open_document, read_project
from tests.engine.command import SMALL, TABLE, run, start

pytestmark = pytest.mark.timeout(60)
NO_FILE = "this is not a file"


@pytest.fixture
def pipe(tmp_path):
    def made(name):
        os.mkfifo(tmp_path / name)
        return tmp_path / name

    return made


def refused(read, path):
    with pytest.raises(UnfoldError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert path.name in problem
    assert NO_FILE in problem


@pytest.mark.parametrize("name", ["p.json", f"p{SUFFIX}", "p", "p.csv"])
def test_documents(pipe, name):
    path = pipe(name)
    refused(open_document, path)
    refused(read_project, path)
    refused(Experiment.load, path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_networks(pipe, suffix):
    path = pipe(f"p{suffix}")
    refused(read_network, path)
    if suffix != ".onnx":  # which are imported, but hold more than weights
        refused(read_weights, path)


def test_tables(pipe):
    path = pipe("t.csv")
    refused(read_preview, path)
    with pytest.raises(DataError, match=NO_FILE):
        prepare(Experiment.parse(SMALL | {"data": {**TABLE, "path": str(path)}}).data, None, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "PIPE"],
        ["train", "e.json", "--weights", "PIPE.npz"],
        ["train", "e.json", "--weights", "PIPE.csv"],
        ["train", "t.json"],
        ["export", "PIPE.unfold", "out.npz"],
        ["link", "PIPE.json"],
    ],
)
def test_the_command_line(tmp_path, monkeypatch, pipe, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.json").write_text(json.dumps(SMALL))
    (tmp_path / "t.json").write_text(json.dumps(SMALL | {"data": {**TABLE, "path": "PIPE.csv"}}))
    for name in ("PIPE", "PIPE.npz", "PIPE.csv", "PIPE.unfold", "PIPE.json"):
        pipe(name)
    assert run(*arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert NO_FILE in output.err


def test_a_file_may_come_as_the_standard_input(tmp_path):
    (tmp_path / "e.json").write_text(json.dumps(SMALL))
    with (tmp_path / "e.json").open() as given:
        process = start("train", "/dev/stdin", "--epochs", "1", stdin=given)
        output, errors = process.communicate(timeout=50)
    assert (process.returncode, errors) == (0, "")
    assert output.startswith("epoch 1, ")


def test_a_pipe_as_the_standard_input_is_told(tmp_path):
    process = start("train", "/dev/stdin", stdin=subprocess.PIPE)
    _, errors = process.communicate(json.dumps(SMALL), timeout=50)
    assert process.returncode == 2
    assert errors == (
        "unfold: /dev/stdin: cannot be read: this is not a file; save what it gives to one first\n"
    )
