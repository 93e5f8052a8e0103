"""Whole runs from the same initial weights: we end as close to float64 as PyTorch's float32 does.

Rounding errors grow in a run as differences do in any dynamical system, in some runs a millionfold, so
no fixed tolerance means anything; PyTorch's own distance from its float64 run says what this run makes
of rounding.

It cannot say so of a run in which a sum comes so near to the kink of a ReLU that float32 cannot tell the
side: from there on two float32 runs are of two functions, whoever computes them.  Such a run is drawn
again, as is one that diverges; that is decided from PyTorch's two runs alone.  (Of 2,148 runs drawn once,
159 came so near, and two of these ended too far away; of the others none did.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS
from tests.parity.tables import Table, near_default, random_table, trainer_of
from tests.parity.twin import Twin, assert_as_near_as_pytorch, flat, torch

if TYPE_CHECKING:
    from pathlib import Path

    from engine import Trainer

EPOCHS = 20
EPSILON = 2.0**-23  # of float32

OPTIMIZERS = {
    "sgd": {"kind": "sgd", "learning_rate": 0.03},
    "momentum": {"kind": "sgd", "learning_rate": 0.005, "momentum": 0.9},
    "nesterov": {"kind": "sgd", "learning_rate": 0.005, "momentum": 0.9, "nesterov": True},
    "rmsprop": {"kind": "rmsprop", "learning_rate": 0.002},
    "adagrad": {"kind": "adagrad", "learning_rate": 0.02},
    "adam": {"kind": "adam", "learning_rate": 0.005},
}
# loss, classes (-1: several), output activations to draw from
PROBLEMS = {
    "cross_entropy-binary": ("cross_entropy", 2, ("auto", "sigmoid")),
    "cross_entropy-classes": ("cross_entropy", -1, ("auto", "softmax")),
    "mse-binary": ("mse", 2, ("auto", "tanh", "sigmoid", "linear")),
    "mse-classes": ("mse", -1, ("auto", "softmax", "sigmoid", "tanh", "linear")),
    "mse-regression": ("mse", 0, ("auto", "linear", "tanh")),
    "half_squared_error-binary": ("half_squared_error", 2, ("auto", "tanh", "sigmoid", "linear")),
    "half_squared_error-classes": ("half_squared_error", -1, ("auto", "softmax", "sigmoid")),
    "half_squared_error-regression": ("half_squared_error", 0, ("auto", "linear")),
}
INITIALIZERS = ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "uniform")
BATCHES = (4, 7, 10, 16, 32, "full")
SEEDS = range(5)


@dataclass(frozen=True)
class Run:
    """A trainer that has not trained yet, its initial weights, and where PyTorch has got from them."""

    trainer: Trainer
    initial: np.ndarray
    exact: np.ndarray
    single: np.ndarray


def draw(rng: np.random.Generator, problem: str, optimizer: str) -> tuple[dict[str, Any], Table]:
    """Draw a document and its rows."""
    loss, classes, outputs = PROBLEMS[problem]
    classes = int(rng.integers(3, 9)) if classes < 0 else classes
    table = random_table(rng, int(rng.integers(20, 90)), int(rng.integers(1, 9)), classes)
    layers = [
        {
            "units": int(rng.integers(1, 41)),
            "activation": near_default(ACTIVATIONS[rng.integers(len(ACTIVATIONS))], rng),
            "initializer": str(rng.choice(INITIALIZERS)),
        }
        for _ in range(rng.integers(1, 5))
    ]
    document = {
        "seed": int(rng.integers(2**31)),
        "network": {"layers": layers, "output": {"activation": str(rng.choice(outputs))}},
        "training": {
            "loss": loss,
            "optimizer": OPTIMIZERS[optimizer],
            "batch_size": BATCHES[rng.integers(len(BATCHES))],
        },
    }
    return document, table


def comparable_run(folder: Path, problem: str, optimizer: str, seed: int) -> Run:
    """Draw runs until one is finite and clear of kinks."""
    rng = np.random.default_rng([seed, [*PROBLEMS].index(problem), [*OPTIMIZERS].index(optimizer)])
    while True:
        document, table = draw(rng, problem, optimizer)
        trainer = trainer_of(table, folder, document)
        initial = trainer.parameters
        exact, single = (
            Twin(trainer.experiment, table, initial, dtype) for dtype in (torch.float64, torch.float32)
        )
        if train_clear_of_kinks(exact, single):
            return Run(trainer, flat(initial), flat(exact.parameters), flat(single.parameters))


def train_clear_of_kinks(exact: Twin, single: Twin) -> bool:
    """Train both; return False where a sum comes nearer to a kink than float32 can tell, or diverges."""
    for rows in exact.batches(EPOCHS):
        exact.step(rows)
        single.step(rows)
        for true, rounded in zip(exact.bent, single.bent, strict=True):
            error = (rounded - true).square().mean().sqrt() + EPSILON * true.square().mean().sqrt()
            if true.abs().min() <= 5 * error:
                return False
    return bool(np.isfinite(flat(exact.parameters)).all())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_run_ends_as_near_to_float64_as_pytorch_does(problem, optimizer, seed, tmp_path):
    run = comparable_run(tmp_path, problem, optimizer, seed)
    assert run.trainer.advance(epochs=EPOCHS)
    way = np.linalg.norm(run.exact - run.initial)
    assert way > 1e-3 * np.linalg.norm(run.exact), "the run went nowhere"
    assert_as_near_as_pytorch(flat(run.trainer.parameters), run.single, run.exact)
