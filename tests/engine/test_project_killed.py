"""Killed at any moment, a program that saves leaves a whole project, no older than its last full save."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import Trainer
from engine.files.projects.project import read_project
from engine.history import Recorder
from tests.engine.projects import assert_bits, assert_same_run, begun, everything, recorded

ROOT = Path(__file__).parents[2]
LONGEST = 0.05  # seconds until the kill: some five saves


class Savers:
    """Begins processes that train and save."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.killed_saver"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        line = self._process.stdout.readline()
        assert line, "the process has ended"
        return line.rstrip("\n")

    def killed(self, path: Path, after: int, seconds: float) -> int | None:
        """Let a process save to a path and return the step that it saved last.

        It is killed some time after so many saves, which on a busy machine take as long as they like.
        """
        self._process.stdin.write(f"{path}\n")
        begun, process = self._line().split()
        assert begun == "begun"
        saved = None
        for _ in range(after):
            saved = int(self._line().removeprefix("saved "))
        time.sleep(seconds)
        os.kill(int(process), signal.SIGKILL)
        while (line := self._line()) != "ended":
            saved = int(line.removeprefix("saved "))
        return saved

    def close(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()


@pytest.fixture(scope="module")
def savers():
    found = Savers()
    yield found
    found.close()


def kill_many(savers: Savers, folder: Path, times: int) -> None:
    rng = random.Random(times)
    whole = 0
    twin, recorder, steps = begun(everything(optimizer={"kind": "adam"})), Recorder(), {}
    for i in range(times):
        path = folder / str(i) / "p.unfold"
        path.parent.mkdir()
        saved = savers.killed(path, rng.choice((0, 1, 1, 5)), rng.uniform(0, LONGEST))
        if saved is None and not path.exists():
            continue  # killed before the first save was done
        whole += 1
        project = read_project(path)
        step = Trainer.resumed(project).step
        assert saved is None or step in (saved, saved + 1)
        while step not in steps:
            recorded(twin, recorder)
            steps[twin.step] = twin.checkpoint(), recorder.state()
            twin.advance(batches=1)
        assert_same_run(project.checkpoint, steps[step][0])
        assert_bits(project.curves, steps[step][1])
        # What is left of the save that was cut short is hidden, and no other file.
        assert all(name.startswith(".unfold.") for name in os.listdir(path.parent) if name != path.name)
    assert whole > times / 3


def test_a_few_kills(savers, tmp_path):
    kill_many(savers, tmp_path, 12)


@pytest.mark.slow
def test_two_hundred_kills(savers, tmp_path):
    kill_many(savers, tmp_path, 200)
