"""The command line as a program: pipes, terminals, and Ctrl+C."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from engine import __version__
from engine.cli import suffixes
from engine.cli.bar import Bar
from engine.files.export.formats import FORMATS
from tests.engine.command import ROOT, assert_weights, files_told, run, start, trained
from tests.engine.weights_files import save_weights


def test_the_program_trains_and_says_nothing_to_a_pipe_but_its_result(folder):
    program = start("train", "e.json", "--epochs", "3", "--export", "o.npz", cwd=folder)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    assert files_told(out.splitlines()[1:]) == ["o.npz"]
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
    for command in ("train", "export", "link", "warm"):
        assert re.search(rf"^  {command} +\S", out, re.MULTILINE)


@pytest.mark.parametrize("command", ["export", "train"])
def test_help_lists_all_that_can_be_written_with_its_label(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run(command, "--help") == 0
    out = capsys.readouterr().out
    assert re.search(r"^  \.unfold +Project\n  \.html +Report of the run$", out, re.MULTILINE)
    for kind in FORMATS:
        assert re.search(rf"^  {re.escape(kind.suffix)} +{re.escape(kind.label)}$", out, re.MULTILINE)
    listed = {kind.suffix: kind.label for kind in FORMATS}
    assert list(suffixes.LABELS.items())[2:] == list(listed.items())


def test_help_needs_no_compiler_and_no_format():
    code = (
        "import sys; from engine.cli import run\n"
        "try: run(['export', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'numba', 'onnx', 'torch', 'keras', 'engine.files.export.formats'} & sys.modules.keys()"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("before", [["--json"], ["--quiet"], ["--quiet", "--json"]])
def test_what_every_command_takes_may_stand_before_it(folder, before):
    program = start(*before, "train", "e.json", "--epochs", "1", cwd=folder)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    if "--json" in before:
        assert json.loads(out)["command"] == "train"
    else:
        assert out == ""


def test_a_problem_is_told_in_json_wherever_it_was_asked_for(folder, capsys):
    assert run("--json", "export", "no.unfold", "x.py") == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["command"], found["problems"]) == (
        "export",
        ["no.unfold: cannot be read: no such file or directory"],
    )


def test_a_word_that_is_no_command_and_no_file_is_told_as_such(folder):
    program = start("frob", cwd=folder)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (2, "")
    assert err == "unfold: frob is neither a command nor a file; see unfold --help\n"


def _buffered(unbuffered: str = "") -> dict[str, str]:
    return os.environ | {"PYTHONUNBUFFERED": unbuffered}


@pytest.mark.parametrize(
    ("more", "unbuffered"),
    [(["--epochs", "1"], ""), (["--epochs", "1"], "1"), (["--json"], ""), (["--help"], "")],
)
def test_an_output_that_nobody_reads_ends_quietly(folder, more, unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "train", "e.json", *more],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=_buffered(unbuffered),
    )
    os.close(writer)
    err = program.communicate(timeout=120)[1]
    assert (program.returncode, err) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize(("more", "unbuffered"), [(["--quiet", "--json"], ""), ([], ""), ([], "1")])
def test_an_output_that_cannot_be_written_is_told(folder, more, unbuffered):
    with open("/dev/full", "w") as full:
        program = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "train", "e.json", "--epochs", "1", *more],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=_buffered(unbuffered),
            check=False,
        )
    assert (program.returncode, program.stderr) == (2, "unfold: output: no space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes files")
def test_a_closed_output(folder):
    command = 'exec "$0" "$1" link "#dataset=xor" --quiet >&-'
    program = ["sh", "-c", command, sys.executable, str(ROOT / "main.py")]
    done = subprocess.run(program, stderr=subprocess.PIPE, text=True, cwd=folder, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_names_that_the_output_has_no_letters_for(folder):
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    program = start("train", "e.json", "--epochs", "0", "--export", "ö.npz", cwd=folder, env=environment)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    assert out.splitlines()[1].startswith("wrote \\xf6.npz: checked with ")
    assert (folder / "ö.npz").exists()
    options = ("--epochs", "0", "--export", "ö.npz", "--json")
    program = start("train", "e.json", *options, cwd=folder, env=environment)
    out, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (0, "")
    assert json.loads(out)["files"][0]["path"] == "ö.npz"


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
    """Read what there is on a terminal; at its end Linux raises.  A program that hangs fails the test."""
    assert select.select([end], [], [], 120)[0], "the program says nothing any more"
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
    bar = Bar(7, seen)
    bar.show(7)
    bar.close()
    assert seen == ["\r" + "[" + "#" * 28 + "\x1b[K", "\r\x1b[K"]


def test_weights_of_the_library_and_of_the_command_are_the_same_file(folder):
    trainer = trained(2)
    save_weights(folder / "a.npz", trainer.tensors)
    assert run("train", "e.json", "--epochs", "2", "--export", "b.npz") == 0
    with np.load("a.npz") as a, np.load("b.npz") as b:
        assert a.files == b.files
