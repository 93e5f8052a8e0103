"""The command line: what it writes, what it refuses, and what a terminal sees."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer, __version__, cli
from engine.files import atomic
from engine.files.weights import read_weights, write_weights

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "format": "unfold.experiment",
    "version": 1,
    "seed": 2,
    "data": {"kind": "moons", "samples": 60},
    "network": {"layers": [{"units": 4}]},
}
TABLE = {"kind": "csv", "path": "t.csv", "inputs": ["a", "b"], "target": "c"}
ROWS = "a,b,c\n1,2,x\n2,1,y\n3,4,x\n4,3,y\n5,6,x\n6,5,y\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of its own that holds an experiment ``e.json``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.json").write_text(json.dumps(SMALL))
    return tmp_path


def run(*arguments: str) -> int:
    """Call the command in this process and return its exit status."""
    try:
        return cli.run(list(arguments))
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=options.pop("stderr", subprocess.PIPE),
        stdin=subprocess.DEVNULL,
        text=True,
        **options,
    )


def trained(epochs: int, document: dict[str, Any] = SMALL) -> Trainer:
    trainer = Trainer(Experiment.parse(document))
    trainer.advance(epochs=epochs)
    return trainer


def assert_weights(path: Path, trainer: Trainer) -> None:
    for layer, other in zip(read_weights(path), trainer.tensors, strict=True):
        assert layer.keys() == other.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, other[name])


# What it does


def test_train_writes_weights_and_history(folder, capsys):
    status = run(
        "train",
        "e.json",
        "--epochs",
        "5",
        "--export",
        "o.npz",
        "--export",
        "o.safetensors",
        "--history",
        "h.csv",
    )
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    trainer = trained(5)
    assert_weights(folder / "o.npz", trainer)
    assert_weights(folder / "o.safetensors", trainer)
    snapshot = trainer.snapshot()
    assert out.splitlines() == [
        f"epoch 5, step 15; train loss {snapshot.losses['train']:.6g} "
        f"(accuracy {snapshot.metrics['train']['accuracy']:.4f}); test loss {snapshot.losses['test']:.6g} "
        f"(accuracy {snapshot.metrics['test']['accuracy']:.4f})",
        "wrote o.npz",
        "wrote o.safetensors",
        "wrote h.csv",
    ]
    assert sorted(p.name for p in folder.iterdir()) == ["e.json", "h.csv", "o.npz", "o.safetensors"]


def test_history_holds_every_epoch_as_it_was(folder):
    assert run("train", "e.json", "--epochs", "4", "--history", "h.csv") == 0
    with open("h.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["epoch", "step", "train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    trainer = trained(0)
    for i, row in enumerate(rows):
        snapshot = trainer.snapshot()
        assert row[:2] == [str(i), str(3 * i)]
        expected = [
            value
            for part in ("train", "test")
            for value in (snapshot.losses[part], snapshot.metrics[part]["accuracy"])
        ]
        assert [float(cell) for cell in row[2:]] == expected
        trainer.advance(epochs=1)
    assert len(rows) == 5


def test_history_of_a_regression_without_test_rows(folder):
    document = SMALL | {"data": {"kind": "sine", "samples": 20, "test_fraction": 0.0}}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--epochs", "1", "--history", "h.csv") == 0
    assert Path("h.csv").read_text().splitlines()[0] == "epoch,step,train_loss,train_r2"


def test_training_goes_on_from_given_weights(folder):
    assert run("train", "e.json", "--epochs", "3", "--export", "a.npz") == 0
    assert run("train", "e.json", "--epochs", "2", "--weights", "a.npz", "--export", "a.npz") == 0
    trainer = trained(0)
    trainer.set_parameters(trained(3).parameters)
    trainer.advance(epochs=2)
    assert_weights(folder / "a.npz", trainer)


def test_no_epochs_export_the_initial_weights(folder):
    assert run("train", "e.json", "--epochs", "0", "--export", "a.npz") == 0
    assert_weights(folder / "a.npz", trained(0))


def test_a_hundred_epochs_are_the_default(folder, capsys):
    assert run("train", "e.json") == 0
    assert capsys.readouterr().out.startswith("epoch 100, step 300; ")


def test_a_table_beside_the_document_is_trained_on_from_anywhere(folder, capsys):
    (folder / "sub").mkdir()
    (folder / "sub" / "t.csv").write_text(ROWS)
    (folder / "sub" / "e.json").write_text(json.dumps(SMALL | {"data": TABLE}))
    assert run("train", "sub/e.json", "--epochs", "2") == 0
    assert capsys.readouterr().out.startswith("epoch 2, ")


def test_divergence_is_told_and_the_last_finite_weights_are_written(folder, capsys):
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}}
    network = {"layers": [{"units": 8, "activation": "relu"}] * 3}
    Path("e.json").write_text(
        json.dumps(SMALL | {"training": training, "network": network, "data": "reg_gauss"})
    )
    assert run("train", "e.json", "--export", "o.npz", "--history", "h.csv") == 3
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["wrote o.npz", "wrote h.csv"]
    assert re.fullmatch(
        r"unfold: training diverged after step \d+ .*Lower the learning rate, or reset\n", err
    )
    found = read_weights(folder / "o.npz")
    assert all(np.isfinite(array).all() for layer in found for array in layer.values())
    with open("h.csv", newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(set(steps))


def stopping(**rules: Any) -> dict[str, Any]:
    return SMALL | {"training": SMALL.get("training", {}) | {"stop": rules}}


@pytest.mark.parametrize("history", [(), ("--history", "h.csv")], ids=["", "history"])
def test_a_stop_rule_ends_training_and_is_told_in_one_line(folder, capsys, history):
    document = stopping(epochs=4)
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--epochs", "50", "--export", "o.npz", *history) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert lines[0].startswith("epoch 4, step 12; ")
    assert lines[1] == trained(4, document).finished.reason
    assert lines[2:] == ["wrote o.npz", *(["wrote h.csv"] if history else [])]
    assert_weights(folder / "o.npz", trained(4))


def test_early_stopping_takes_its_best_epoch_back_but_not_the_history_since(folder, capsys):
    # Weights that training cannot change: the first epoch stays the best.
    network = {"layers": [{"units": 3, "frozen": True}], "output": {"frozen": True}}
    document = stopping(patience=3) | {"network": network}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--history", "h.csv") == 0
    assert capsys.readouterr().out.startswith("epoch 1, step 3; ")
    with open("h.csv", newline="") as file:
        epochs = [int(row["epoch"]) for row in csv.DictReader(file)]
    assert epochs == [0, 1, 2, 3]


def test_warm_says_how_long_it_took(capsys):
    assert run("warm") == 0
    assert re.fullmatch(r"kernels are compiled \(\d+\.\d s\)\n", capsys.readouterr().out)


# What it refuses

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
        ["w.pt: weights are kept in .npz or .safetensors files; use one of these suffixes"],
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
        ["w.safetensors: the weights have 1 layers, the network has 2"],
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
        ["o.txt: weights are kept in .npz or .safetensors files; use one of these suffixes"],
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


@pytest.mark.parametrize("arguments", [[], ["trian"], ["train"]])
def test_an_incomplete_command_is_one_line(capsys, arguments):
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"unfold: .*; see unfold( train)? --help\n", err)


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


# Help and version


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["warm", "--help"]])
def test_help_of_every_command(arguments, capsys):
    assert run(*arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("usage: unfold")
    if arguments[0] == "train":
        for word in (
            "FILE",
            "--epochs",
            "--weights",
            "--export",
            "--history",
            "Exit status",
            "3 training diverged",
        ):
            assert word in out


# As a program


def test_the_program_trains_and_says_nothing_to_a_pipe_but_its_result(folder):
    program = start("train", "e.json", "--epochs", "3", "--export", "o.npz", cwd=folder)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "wrote o.npz"
    assert_weights(folder / "o.npz", trained(3))


def test_the_program_refuses_bad_input_without_a_traceback(folder):
    (folder / "e.json").write_text("{")
    program = start("train", "e.json", cwd=folder)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, out) == (2, "")
    assert err.startswith("unfold: e.json: not valid JSON at line 1, column 2: ")
    assert err.count("\n") == 1


def test_bad_input_is_refused_before_numba_is_imported(folder):
    code = (
        "import sys; from engine.cli import run\n"
        "(open('e.json', 'w')).write('{')\n"
        "assert run(['train', 'e.json']) == 2 and 'numba' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, stderr=subprocess.DEVNULL)


def test_version_and_help_of_the_program():
    program = start("--version")
    assert program.communicate(timeout=60)[0] == f"unfold {__version__}\n"
    program = start("--help")
    out = program.communicate(timeout=60)[0]
    for command in ("train", "warm"):
        assert re.search(rf"^  {command} +\S", out, re.MULTILINE)


def test_an_output_that_nobody_reads_ends_quietly(folder):
    reader, writer = os.pipe()
    os.close(reader)
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "train", "e.json", "--epochs", "1"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    os.close(writer)
    err = program.communicate(timeout=120)[1]
    assert (program.returncode, err) == (1, "")


@pytest.fixture
def terminal():
    """Return the two ends of a terminal of 80 columns."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    yield reader, writer
    for end in (reader, writer):
        with contextlib.suppress(OSError):
            os.close(end)


def _read(end: int) -> str:
    """Read what there is on a terminal; at its end Linux raises."""
    try:
        return os.read(end, 65536).decode()
    except OSError:
        return ""


def test_a_terminal_sees_a_progress_bar_that_leaves_no_trace(folder, terminal):
    reader, writer = terminal
    program = start("train", "e.json", "--epochs", "3000", cwd=folder, stderr=writer)
    os.close(writer)
    seen = ""
    while piece := _read(reader):
        seen += piece
    out = program.communicate(timeout=120)[0]
    assert program.returncode == 0
    assert out.startswith("epoch 3,000, ")
    drawn = re.findall(r"\r\[(#*)(\.*)\] epoch ([\d,]+) of 3,000, (\d+) s left\x1b\[K", seen)
    assert drawn
    assert all(len(done) + len(left) == 30 for done, left, _, _ in drawn)
    assert drawn[-1][2] == "3,000"
    assert seen.endswith("\r\x1b[K")


def test_ctrl_c_ends_training_with_one_line_and_nothing_written(folder, terminal):
    reader, writer = terminal
    program = start(
        "train", "e.json", "--epochs", "9999999", "--export", "o.npz", "--history", "h.csv",
        cwd=folder, stderr=writer,
    )  # fmt: skip
    os.close(writer)
    seen = _read(reader)
    assert "epoch" in seen  # so it trains by now
    time.sleep(0.1)
    program.send_signal(signal.SIGINT)
    while piece := _read(reader):
        seen += piece
    out = program.communicate(timeout=60)[0]
    assert (program.returncode, out) == (130, "")
    assert seen.endswith("\r\x1b[Kunfold: interrupted; nothing was written\r\n")
    assert "Traceback" not in seen
    assert [p.name for p in folder.iterdir()] == ["e.json"]


def test_a_narrow_terminal_gets_a_bar_that_does_not_wrap(monkeypatch):
    class Terminal(list):
        def isatty(self):
            return True

        write = list.append

        def flush(self):
            pass

    monkeypatch.setenv("COLUMNS", "30")
    seen = Terminal()
    bar = cli.Bar(7, seen)
    bar.show(7)
    bar.close()
    assert seen == ["\r" + "[" + "#" * 28 + "\x1b[K", "\r\x1b[K"]


def test_weights_of_the_library_and_of_the_command_are_the_same_file(folder):
    trainer = trained(2)
    write_weights(folder / "a.npz", trainer.tensors, trainer.experiment)
    assert run("train", "e.json", "--epochs", "2", "--export", "b.npz") == 0
    with np.load("a.npz") as a, np.load("b.npz") as b:
        assert a.files == b.files
