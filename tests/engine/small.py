"""A small problem, and how to look at what a trainer makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import Experiment, Trainer
from engine.snapshot import FrameRequest, History

NOTHING = np.zeros(0)
HISTORY = History(NOTHING, NOTHING, NOTHING)


def experiment(**changes: Any) -> Experiment:
    """Return a small problem of two classes with some keys replaced."""
    document = {
        "seed": 3,
        "data": {"kind": "moons", "samples": 60},
        "network": {"layers": [{"units": 5}, {"units": 4}]},
        "training": {"optimizer": {"kind": "sgd", "learning_rate": 0.1}},
    }
    return Experiment.parse(document | changes)


def frame_of(trainer: Trainer, request: FrameRequest) -> Any:
    return trainer.frame(
        request,
        generation=5,
        history=HISTORY,
        running=True,
        samples_per_second=1.0,
        epochs_per_second=2.0,
    )


def state(trainer: Trainer) -> list[np.ndarray]:
    return [array.copy() for array in trainer._machine._changing()]


def assert_same(a: Trainer, b: Trainer) -> None:
    for x, y in zip(state(a), state(b), strict=True):
        np.testing.assert_array_equal(x, y)


def numpy_outputs(parameters: Any, features: np.ndarray) -> np.ndarray:
    """Run a network of tanh units with one sigmoid output, with NumPy alone."""
    a = features.astype(np.float64)
    for weight, bias in parameters[:-1]:
        a = np.tanh(a @ weight.T + bias)
    weight, bias = parameters[-1]
    return 1 / (1 + np.exp(-(a @ weight.T + bias)))
