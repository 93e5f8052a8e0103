"""What the tests of a session share: a session with its worker, and everything it told."""

from __future__ import annotations

import numpy as np

from engine.catalog.datasets import Spiral
from engine.experiment import Experiment, Layer, Network
from engine.files.export.portable import portable
from engine.files.export.verify import export
from ui.editing.step import Kind, Step
from ui.session import Session
from ui.training.speed import Speed

FULL = Speed()
EXPERIMENT = Experiment(
    seed=7, data=Spiral(noise=0.1), network=Network(layers=(Layer(units=8), Layer(units=8)))
)


class Watched:
    """A session and everything it told."""

    def __init__(self, qtbot, speed):
        self.qtbot = qtbot
        self.session = Session(speed)
        self.frames = []
        self.problems = []
        self.serial = 0
        self.failures = []
        self.session.frameReady.connect(self.frames.append)
        self.session.problemFound.connect(self.problems.append)
        self.session.failed.connect(self.failures.append)

    def edit(self, old, new, kind=Kind.DO):
        self.session.edit(old, new, self._step(kind))

    def edit_weights(self, edit, kind=Kind.DO):
        self.session.edit_weights(edit, self._step(kind))

    def _step(self, kind):
        """Return a move of a command of its own, or one that takes the last one back or forth."""
        self.serial += kind is Kind.DO
        return Step(self.serial, kind)

    @property
    def frame(self):
        return self.frames[-1]

    def write_weights(self, path):
        """Write the weights to a file, or get a problem told."""
        told = len(self.problems)
        written = []
        self.session.ask(
            lambda trainer, _history: export(path, portable(trainer), trainer.predict), written.append
        )
        self.until(lambda: written or len(self.problems) > told)

    def until(self, condition):
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=30_000)

    def next_frame(self, condition=lambda frame: True):
        """Return the next frame that meets a condition."""
        count = len(self.frames)
        self.until(lambda: any(map(condition, self.frames[count:])))
        return next(filter(condition, self.frames[count:]))


def sessions(qtbot):
    """Yield what starts a session that is watched; all end with the test, none of them by a fault."""
    watched_ones = []

    def start(speed=FULL, experiment=EXPERIMENT):
        watched = Watched(qtbot, speed)
        watched_ones.append(watched)
        watched.session.load(experiment)
        watched.session.start()
        watched.until(lambda: watched.frames)
        return watched

    yield start
    for watched in watched_ones:
        watched.session.stop()
        assert not watched.failures, watched.failures[0]


def same(parameters, others):
    return all(
        np.array_equal(a, b)
        for one, other in zip(parameters, others, strict=True)
        for a, b in zip(one, other, strict=True)
    )
