"""The door: what the command line does before any window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import main
from engine import __version__
from engine.cli.arguments import parser

MAIN = Path(main.__file__)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the program as a shell would, without a display."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        return subprocess.run(
            [sys.executable, MAIN, *arguments], capture_output=True, text=True, timeout=120, cwd=tmp_path
        )

    return call


def test_version(run):
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"unfold {__version__}\n", "")


def test_help_names_every_command(run):
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in main.COMMANDS)


def test_help_says_of_every_command_what_the_commands_say(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"{command} {text}" in said for command, text in main.COMMANDS.items())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_no_display_is_one_line_that_names_train(run):
    done = run()
    assert done.returncode == 2
    assert done.stderr == "unfold: no display found; to train without a window: unfold train FILE\n"


@pytest.mark.parametrize("arguments", [("--nonsense",), ("a.json", "b.json"), ("--vers",), ("--he",)])
def test_a_mistake_is_one_line(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("unfold: ")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (None, ["cannot be read"]),
        ("", ["empty"]),
        ('{"format": "unfold.experiment", "version": 99}', ["version 99"]),
        ('{"format": "unfold.experiment", "version": 1, "seed": -1, "titel": ""}', ["seed", "titel"]),
        (
            '{"format": "unfold.experiment", "version": 1, "data": {"kind": "csv", "path": "no.csv", '
            '"inputs": ["a"], "target": "b"}}',
            ["no.csv"],
        ),
    ],
)
def test_a_file_that_is_no_experiment_is_told_line_by_line(run, tmp_path, content, lines):
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_text(content)
    done = run(path)
    assert done.returncode == 2
    told = done.stderr.splitlines()
    assert len(told) == len(lines)
    assert all(
        line.startswith("unfold: ") and word in line for line, word in zip(told, sorted(lines), strict=True)
    )
    assert "Traceback" not in done.stderr


def test_commands_bring_no_qt():
    code = "import sys, main; main._parser(); sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=MAIN.parent).returncode == 0
