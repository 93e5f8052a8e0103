"""A program that is killed while it trains, and the start after it: real processes on a real screen."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

from engine.experiment import Experiment, Layer, Network
from engine.files.projects.project import Project, read_project, write_project
from engine.trainer import Trainer
from tests.e2e.test_start import has_window, start

PATIENCE = 40.0


def _wait(condition, program, what):
    begin = time.monotonic()
    while not (found := condition()):
        assert program.poll() is None, program.stderr.read()
        assert time.monotonic() - begin < PATIENCE, what
        time.sleep(0.05)
    return found


def _xdotool(screen, *words):
    done = subprocess.run(
        ["xdotool", *words], env={"DISPLAY": screen}, capture_output=True, text=True, check=False
    )
    return done.stdout.split()


def _focus(screen, name):
    """Give the keyboard to the window of this name, and return whether it is there."""
    found = _xdotool(screen, "search", "--onlyvisible", "--name", name)
    for window in found:
        _xdotool(screen, "windowfocus", "--sync", window)
    return bool(found)


@pytest.fixture
def place(tmp_path):
    """Return the environment of a user with nothing on the disk but the compiled kernels."""
    names = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    return {name: str(tmp_path / folder) for name, folder in names.items()} | {
        "UNFOLD_AUTOSAVE_SECONDS": "0.5"
    }


def test_work_that_was_killed_is_offered_and_restored(screen, place, tmp_path):
    path = tmp_path / "mine.unfold"
    experiment = Experiment(title="Mine", network=Network(layers=(Layer(units=6), Layer(units=3))))
    write_project(path, Project(experiment, None, None))
    recovery = tmp_path / "state" / "unfold" / "recovery"

    program = start([str(path)], DISPLAY=screen, **place)
    try:
        _wait(lambda: has_window(screen), program, "no window")
        time.sleep(1.0)
        _focus(screen, "mine")
        _xdotool(screen, "key", "--clearmodifiers", "space")

        def kept():
            files = list(recovery.glob("*.unfold"))
            return bool(files) and (read_project(files[0]).window.get("epoch") or 0) > 20

        _wait(kept, program, "nothing was kept")
    finally:
        program.send_signal(signal.SIGKILL)
        program.communicate()
    (file,) = recovery.glob("*.unfold")
    before = shutil.copy(file, tmp_path / "before.unfold")
    opened = path.read_bytes()

    program = start([], DISPLAY=screen, **place)
    try:
        _wait(lambda: _focus(screen, "Restore unsaved work"), program, "nothing was offered")
        time.sleep(0.5)
        _xdotool(screen, "key", "--clearmodifiers", "Return")  # Restore
        _wait(lambda: _focus(screen, "mine — edited"), program, "nothing was restored")
        assert path.read_bytes() == opened, "restored, but not saved unasked"
        time.sleep(0.5)
        _xdotool(screen, "key", "--clearmodifiers", "ctrl+s")
        _wait(lambda: path.read_bytes() != opened, program, "it was not saved")
        _wait(lambda: not list(recovery.glob("*.unfold")), program, "a saved document needs no recovery")
        program.terminate()
        _, errors = program.communicate(timeout=20)
        assert (program.returncode, errors) == (0, "")
    finally:
        program.kill()
        program.communicate()

    killed, saved = read_project(before), read_project(path)
    assert saved.experiment == killed.experiment == experiment
    assert saved.window["epoch"] == killed.window["epoch"] > 20
    for layer, other in zip(Trainer.resumed(saved).tensors, Trainer.resumed(killed).tensors, strict=True):
        for name in layer:
            np.testing.assert_array_equal(layer[name], other[name])
    shown = killed.curves.points.shape[1]
    assert shown > 5
    np.testing.assert_array_equal(saved.curves.points[:, : shown - 1], killed.curves.points[:, : shown - 1])


def test_a_program_that_is_asked_to_end_leaves_what_is_not_saved(screen, place, tmp_path):
    path = tmp_path / "mine.unfold"
    write_project(path, Project(Experiment(title="Mine"), None, None))
    opened = path.read_bytes()
    program = start([str(path)], DISPLAY=screen, **place | {"UNFOLD_AUTOSAVE_SECONDS": "600"})
    try:
        _wait(lambda: _focus(screen, "mine"), program, "no window")
        time.sleep(1.0)
        _xdotool(screen, "key", "--clearmodifiers", "space")
        _wait(lambda: _focus(screen, "mine — edited"), program, "it does not train")
        program.terminate()
        _, errors = program.communicate(timeout=20)
        assert (program.returncode, errors) == (0, "")
    finally:
        program.kill()
        program.communicate()
    (file,) = (tmp_path / "state" / "unfold" / "recovery").iterdir()
    assert read_project(file).window["recovery"]["path"] == str(path)
    assert Trainer.resumed(read_project(file)).step > 0
    assert path.read_bytes() == opened
