"""Random trained networks of every kind of layer, data and output, with the nastiest names."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine import Experiment, Trainer
from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.catalog.datasets import DATASETS
from engine.catalog.losses import LOSSES
from engine.catalog.optimizers import OPTIMIZERS
from engine.files.export.comparison import points_of
from engine.files.export.portable import Portable, portable
from tests.exports.exact import can_be_compared

if TYPE_CHECKING:
    from numpy.random import Generator

    from engine.catalog.activation import Activation

NAMES = (
    'say "hello"',
    "it's",
    "back\\slash\\",
    "*/ end /*",
    "</script><!-- -->",
    "λ·x² \u202e \u2028 é",
    "for",
    "x%&_#{}~^$\\alpha",
    "what??/",
    "'''\"\"\"",
    "lambda, 1",
    "数据 😀",
    "${x} `y` %s {0}",
    "a: b # c",
)
# For every width of the inputs; of a table's they are of standardized columns.
FEATURES = {
    1: ("x1", "x1**2", "sin(x1)", "0.5*cos(pi*x1)", "abs(x1)"),
    2: (
        *("x1", "x2", "x1**2", "x2**2", "x1*x2", "sin(x1)", "cos(x2)", "-x1 - -2", "sign(x2)"),
        *("tanh(x1 - 2)/(1 + abs(x2))", "0.5*sin(pi*x1)", "2**-abs(x2)", "sqrt(abs(x1)) + log(2 + x2**2)"),
        *("exp(-x1**2)", "tan(0.1*x1)*3e-1", "x1 - (x2 - (x1 - 1))/2", "sin(40*x1)"),
    ),
}
KINDS = (*(entry.key() for entry in DATASETS), "classes", "pair", "values", "points", "heights")


class Network(NamedTuple):
    """A trained network: what is exported, what it predicts, and how many were drawn before it."""

    seed: int
    portable: Portable
    trainer: Trainer
    redrawn: int


@cache
def random_network(seed: int) -> Network:
    """Return the so-many-th random network, trained for a few epochs.

    One that cannot be compared (see ``can_be_compared``) is drawn anew; ``redrawn`` counts these.
    """
    for redrawn in range(100):
        network = Network(seed, *_trained(np.random.default_rng([seed, redrawn]), seed), redrawn)
        points = points_of(network.portable)
        found = network.trainer.predict(points)
        assert network.trainer.diverged is None and np.isfinite(found).all()
        if can_be_compared(network.portable, found, points):
            return network
    raise AssertionError(f"no network of seed {seed} is exact enough")


def _trained(rng: Generator, seed: int) -> tuple[Portable, Trainer]:
    with TemporaryDirectory() as folder:
        trainer = Trainer(Experiment.parse(random_document(rng, seed, Path(folder))), folder)
    trainer.advance(epochs=int(rng.integers(1, 5)))
    return portable(trainer), trainer


def random_document(rng: Generator, seed: int, folder: Path) -> dict[str, Any]:
    """Return an experiment; kinds, losses and activations take turns, so that all occur soon."""
    data, width, classes = _data(rng, KINDS[seed % len(KINDS)], folder)
    offered = FEATURES[min(width, 2)]
    features = [*rng.choice(offered, rng.integers(1, 5), replace=False)] if rng.random() < 0.7 else []
    layers = []
    inputs = len(features) or width
    for i in range(rng.integers(0, 4)):
        layers.append(_layer(rng, ACTIVATIONS[(seed * 3 + i) % len(ACTIVATIONS)], inputs))
        inputs = layers[-1]["units"]
    loss, output = _output(rng, seed, data, classes)
    chosen = OPTIMIZERS[rng.integers(len(OPTIMIZERS))]
    optimizer: dict[str, Any] = {"kind": chosen.key()}
    if not chosen.full_batch:
        optimizer["learning_rate"] = 0.003
    return {
        "title": str(rng.choice([*NAMES, "Two moons", "Untitled", ""])),
        "seed": seed,
        "data": data,
        "features": features,
        "network": {"layers": layers, "output": {"activation": output}},
        "training": {
            "loss": loss,
            "optimizer": optimizer,
            "gradient_clip": 1.0,
            "batch_size": "full" if chosen.full_batch else 20,
            "input_noise": float(rng.choice([0, 0, 0.1])),
        },
    }


def _layer(rng: Generator, activation: type[Activation], inputs: int) -> dict[str, Any]:
    units = inputs if rng.random() < 0.3 else int(rng.integers(1, 12))
    layer = {
        "units": units,
        "activation": _activation(rng, activation),
        # Exponentials one after the other would explode.
        "initializer": {"kind": "glorot_uniform", "gain": 0.2 if activation.key() == "exponential" else 1.0},
        "normalization": str(rng.choice(["none", "none", "batch", "layer"])),
        "residual": bool(rng.random() < 0.5),
        "dropout": float(rng.choice([0, 0, 0.2])),
        "frozen": bool(rng.random() < 0.1),
    }
    link = [int(rng.integers(units)), int(rng.integers(inputs))]
    for name, value, share in (
        ("muted_units", link[0], 0.3),
        ("muted_weights", link, 0.3),
        ("frozen_weights", link, 0.2),
    ):
        if rng.random() < share:
            layer[name] = [value]
    return layer


def _activation(rng: Generator, activation: type[Activation]) -> dict[str, Any]:
    chosen: dict[str, Any] = {"kind": activation.key()}
    for parameter in activation.parameters():
        if parameter.type is int:
            chosen[parameter.name] = int(rng.integers(2, 5))
        elif parameter.type is float and rng.random() < 0.7:
            chosen[parameter.name] = float(rng.uniform(0.2, 1))
    return chosen


def _output(rng: Generator, seed: int, data: dict[str, Any], classes: int) -> tuple[str, str]:
    task = "classification" if classes else "regression"
    fitting = [loss for loss in LOSSES if task in loss.tasks]
    if not classes and data["kind"] != "csv":
        fitting = [loss for loss in fitting if loss.lowest_target is None]  # whose values may be negative
    loss = fitting[(7 * (seed // len(KINDS)) + seed % len(KINDS)) % len(fitting)]
    if loss.fixed_output or rng.random() < 0.2:
        return loss.key(), "auto"
    outputs = [*(entry.key() for entry in ELEMENTWISE), *(["softmax"] if classes > 2 else [])]
    return loss.key(), outputs[seed % len(outputs)]


def _data(rng: Generator, kind: str, folder: Path) -> tuple[dict[str, Any], int, int]:
    """Return a source, how many inputs it has, and how many classes: 0 of a regression."""
    if kind in ("points", "heights"):
        count = int(rng.integers(2, 5))
        labels = np.arange(60) % count if kind == "points" else rng.normal(0, 2, 60)
        points = np.column_stack([rng.uniform(-6, 6, (60, 2)), labels]).tolist()
        task = "classification" if kind == "points" else "regression"
        return {"kind": "points", "points": points, "task": task}, 2, count if kind == "points" else 0
    if kind in ("classes", "pair", "values"):
        return _table(rng, kind, folder)
    entry = next(entry for entry in DATASETS if entry.key() == kind)
    data = {"kind": kind, "samples": 60}
    classes = 0
    if entry.task == "classification":
        data |= {"classes": int(rng.integers(2, 6))} if kind == "blobs" else {}
        classes = data.get("classes", 3 if kind == "rings" else 2)
    return data, entry.inputs, classes


def _table(rng: Generator, kind: str, folder: Path) -> tuple[dict[str, Any], int, int]:
    """Write a table of columns of very different size, some far from 0."""
    width, targets = int(rng.integers(1, 6)), int(rng.integers(1, 4)) if kind == "values" else 1
    names = [str(name) for name in rng.permutation(NAMES)]
    columns, target = names[:width], names[width : width + targets]
    inputs = rng.normal(
        rng.choice([0, 3, 1e4, -2000], width), rng.choice([1, 0.01, 1000], width), (80, width)
    )
    classes = {"classes": int(rng.integers(3, 6)), "pair": 2, "values": 0}[kind]
    if classes:
        rows = [[*row, names[-1 - i % classes]] for i, row in enumerate(inputs.tolist())]
    else:
        rows = [[*row, *rng.uniform(0, 3, targets)] for row in inputs.tolist()]
    with open(folder / "table.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*columns, *target], *rows])
    source = {
        "kind": "csv",
        "path": "table.csv",
        "inputs": columns,
        "target": target,
        "task": "classification" if classes else "regression",
        "standardize": True,
    }
    return source, width, classes
