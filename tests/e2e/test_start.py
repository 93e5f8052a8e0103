"""The program from the outside: a process, its window, its answers where there is no screen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(arguments, **environment):
    """Start the program in a process of its own."""
    variables = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"} | environment
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def has_window(screen) -> bool:
    """Tell whether a window of the program is on the screen."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Unfold"],
        env=os.environ | {"DISPLAY": screen},
        capture_output=True,
        check=False,
    )
    return bool(found.stdout.strip())


def test_the_program_shows_its_window_and_ends_quietly(screen):
    program = start([], DISPLAY=screen)
    begin = time.monotonic()
    while not has_window(screen):
        assert program.poll() is None, program.stderr.read()
        assert time.monotonic() - begin < 20, "no window"
        time.sleep(0.05)
    time.sleep(1.0)  # long enough for the worker to have begun
    program.terminate()
    out, errors = program.communicate(timeout=20)
    assert (program.returncode, out, errors) == (0, "", "")


def test_the_window_answers_while_a_cold_cache_is_filled(screen, tmp_path):
    # The child compiles in another process, so the window's loop must go on turning.
    program = start([], DISPLAY=screen, XDG_CACHE_HOME=str(tmp_path))
    begin = time.monotonic()
    while not has_window(screen):
        assert program.poll() is None, program.stderr.read()
        assert time.monotonic() - begin < 20, "no window"
        time.sleep(0.05)
    time.sleep(1.0)
    program.terminate()  # handled by the event loop: it must be alive
    stopped = time.monotonic()
    program.communicate(timeout=20)
    assert program.returncode == 0
    assert time.monotonic() - stopped < 5


@pytest.mark.parametrize("display", ["", ":97"])
def test_without_a_display_one_line_names_train(display):
    program = start([], DISPLAY=display, WAYLAND_DISPLAY="")
    out, errors = program.communicate(timeout=20)
    assert program.returncode == 2
    assert out == ""
    assert len(errors.splitlines()) == 1 and "unfold train FILE" in errors
