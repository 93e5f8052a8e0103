"""Whole runs from the same initial weights: we end as close to float64 as PyTorch's float32 does.

Rounding errors grow in a run as differences do in any dynamical system, in some runs a millionfold, so
no fixed tolerance means anything; PyTorch's own distance from its float64 run says what this run makes
of rounding (see ``runs`` for those that are drawn again).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.losses import LOSSES
from engine.catalog.optimizers import OPTIMIZERS as CATALOG
from tests.parity.counterparts import LOSS_KINKS, SIGNS
from tests.parity.runs import STATISTICS, run_of, trained_run
from tests.parity.tables import Table, near_default, random_table
from tests.parity.twin import flat

EPOCHS = 20

OPTIMIZERS = {
    "sgd": {"kind": "sgd", "learning_rate": 0.03},
    "momentum": {"kind": "sgd", "learning_rate": 0.005, "momentum": 0.9},
    "nesterov": {"kind": "sgd", "learning_rate": 0.005, "momentum": 0.9, "nesterov": True},
    "velocity": {"kind": "sgd", "learning_rate": 0.005, "momentum": 0.9, "form": "velocity"},
    "rmsprop": {"kind": "rmsprop", "learning_rate": 0.002},
    "rmsprop-momentum": {"kind": "rmsprop", "learning_rate": 0.0005, "momentum": 0.9},
    "adagrad": {"kind": "adagrad", "learning_rate": 0.02},
    "adadelta": {"kind": "adadelta"},
    "adam": {"kind": "adam", "learning_rate": 0.005},
    "adamw": {"kind": "adamw", "learning_rate": 0.005, "weight_decay": 0.1},
    "amsgrad": {"kind": "amsgrad", "learning_rate": 0.005},
    "nadam": {"kind": "nadam", "learning_rate": 0.005},
    "radam": {"kind": "radam", "learning_rate": 0.005},
    "adamax": {"kind": "adamax", "learning_rate": 0.005},
    "lion": {"kind": "lion", "learning_rate": 0.001},
    "rprop": {"kind": "rprop", "learning_rate": 0.001},
}
# What a loss is compared on: classes (-1: several; 0: a regression), and output activations to draw from.
OF_PROBABILITIES = {"binary": (2, ("auto", "sigmoid")), "classes": (-1, ("auto", "softmax"))}
OF_MARGINS = {"binary": (2, ("auto", "linear")), "classes": (-1, ("auto", "linear"))}
OF_VALUES = {
    "binary": (2, ("auto", "tanh", "sigmoid", "linear", "softsign")),
    "classes": (-1, ("auto", "softmax", "sigmoid", "tanh", "linear")),
    "regression": (0, ("auto", "linear", "tanh")),
}
TASKS = {
    "cross_entropy": OF_PROBABILITIES,
    "focal": OF_PROBABILITIES,
    "kl_divergence": OF_PROBABILITIES,
    "hinge": OF_MARGINS,
    "squared_hinge": OF_MARGINS,
    "mse": OF_VALUES,
    "half_squared_error": OF_VALUES,
    "mae": OF_VALUES,
    "huber": OF_VALUES,
    "log_cosh": OF_VALUES,
    "poisson": {"counts": (0, ("auto", "exponential"))},
}
PROBLEMS = [(loss, task) for loss, tasks in TASKS.items() for task in tasks]
# Where all slopes of a loss are of one size, the gradient of an output's bias is a count, which can be zero
# but for rounding; an optimizer that divides by its size, or takes its sign, makes a whole step of that.
WITHOUT_SIZE = ("sgd", "momentum", "nesterov", "velocity", "adadelta")
CASES = [
    (loss, task, optimizer)
    for loss, task in PROBLEMS
    for optimizer in OPTIMIZERS
    if loss not in LOSS_KINKS or optimizer in WITHOUT_SIZE
]
INITIALIZERS = ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "uniform")
NORMALIZATIONS = ("none", "none", "batch", "layer")
BATCHES = (4, 7, 10, 16, 32, "full")


def layer_of(rng: np.random.Generator, signed: bool) -> dict[str, Any]:
    """Draw a hidden layer.

    The bias under a batch normalization has a gradient that is nothing but rounding: an optimizer that
    follows its sign moves it at random, so that with one there is none.
    """
    normalization = str(rng.choice(NORMALIZATIONS))
    if signed and normalization == "batch":
        normalization = "layer"
    return {
        # The normalization of a layer of one unit is a constant.
        "units": int(rng.integers(1 if normalization == "none" else 2, 41)),
        "activation": near_default(ACTIVATIONS[rng.integers(len(ACTIVATIONS))], rng),
        "initializer": str(rng.choice(INITIALIZERS)),
        "normalization": normalization,
        "residual": bool(rng.random() < 0.3),
    }


def draw(rng: np.random.Generator, loss: str, task: str, optimizer: str) -> tuple[dict[str, Any], Table]:
    """Draw a document and its rows."""
    classes, outputs = TASKS[loss][task]
    classes = int(rng.integers(3, 9)) if classes < 0 else classes
    rows = int(rng.integers(20, 90))
    table = random_table(rng, rows, int(rng.integers(1, 9)), classes, counts=loss == "poisson")
    signed = OPTIMIZERS[optimizer]["kind"] in SIGNS
    layers = [layer_of(rng, signed) for _ in range(rng.integers(1, 5))]
    batches = BATCHES
    if any(layer["normalization"] == "batch" for layer in layers):
        # The statistics of few rows are ill-conditioned: of two rows all values are 1 or -1, whatever they
        # were, so that the gradient is what rounding leaves of a difference.
        batches = [size for size in BATCHES if size == "full" or (size >= 16 and not 0 < rows % size < 8)]
    document = {
        "seed": int(rng.integers(2**31)),
        "network": {"layers": layers, "output": {"activation": str(rng.choice(outputs))}},
        "training": {
            "loss": loss,
            "optimizer": OPTIMIZERS[optimizer],
            "batch_size": batches[rng.integers(len(batches))],
        },
    }
    return document, table


@pytest.mark.parametrize(("loss", "task", "optimizer"), CASES)
def test_a_run_ends_as_near_to_float64_as_pytorch_does(loss, task, optimizer, tmp_path):
    rng = np.random.default_rng([PROBLEMS.index((loss, task)), [*OPTIMIZERS].index(optimizer)])
    begin = []

    def drawn(attempt: int):
        document, table = draw(rng, loss, task, optimizer)
        run = run_of(table, tmp_path, document)
        begin.append(flat(run.trainer.tensors))
        return run

    run = trained_run(drawn, EPOCHS)
    exact = flat(run.exact.tensors)
    way = np.linalg.norm(exact - begin[-1])
    assert way > 1e-3 * np.linalg.norm(exact), "the run went nowhere"
    layers = run.trainer.experiment.network.layers
    # Their gradient is nothing but rounding.  Running means follow them, and have no effect on training.
    ignored = [
        (i, name)
        for i, layer in enumerate(layers)
        if layer.normalization == "batch"
        for name in ("bias", STATISTICS[0])
    ]
    run.assert_tensors_agree(tuple(ignored))


def test_runs_are_drawn_from_the_whole_catalog():
    assert {entry.key() for entry in LOSSES} == TASKS.keys()
    first_order = {entry.key() for entry in CATALOG if not entry.full_batch}
    assert {settings["kind"] for settings in OPTIMIZERS.values()} == first_order
