"""Networks of every kind to probe, and how to look at them in one long row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.probes import Probe
from engine.tensors import STATISTICS
from tests.engine.twins import Twin, table, trainer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Trainer

LEAKY = {"kind": "leaky_relu", "negative_slope": 0.2}
CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = {
    "no hidden layer": ({}, [], {}),
    "two classes": ({"classes": 2}, [{"units": 5}, {"units": 3, "activation": "sigmoid"}], {}),
    "squared two classes": ({"classes": 2}, [{"units": 4}], {"loss": "half_squared_error"}),
    "four classes": ({"classes": 4, "inputs": 3}, [{"units": 17, "activation": LEAKY}], {}),
    "class weights": (
        {"classes": 3},
        [{"units": 4}],
        {"loss": {"kind": "cross_entropy", "class_weights": [1.0, 2.0, 5.0]}},
    ),
    "weighted blocks": (
        {"classes": 2, "rows": 300},
        [{"units": 4}],
        {"loss": {"kind": "cross_entropy", "class_weights": [1.0, 3.0]}},
    ),
    "several blocks": ({"rows": 700, "outputs": 2}, [{"units": 6, "activation": "elu"}], {}),
    "residual": (
        {"inputs": 5, "outputs": 3},
        [
            {"units": 5, "residual": True},
            {"units": 3, "residual": True, "activation": "softplus", "muted_units": [1]},
        ],
        {},
    ),
    "batch": (
        {"rows": 200, "outputs": 2},
        [{"units": 6, "normalization": "batch"}, {"units": 6, "normalization": "batch", "residual": True}],
        {},
    ),
    "layer": (
        {"outputs": 2},
        [{"units": 6, "normalization": "layer"}, {"units": 4, "normalization": "layer"}],
        {},
    ),
    "maxout": (
        {"classes": 3},
        [{"units": 3, "activation": {"kind": "maxout", "pieces": 3}, "normalization": "layer"}] * 2,
        {},
    ),
    "prelu": ({"outputs": 2}, [{"units": 5, "activation": "prelu"}] * 2, {}),
    "ablated": (
        {"inputs": 3, "outputs": 2},
        [
            {"units": 5, "muted_units": [1], "muted_weights": [[0, 2]], "frozen_weights": [[3, 1]]},
            {"units": 4, "frozen": True},
        ],
        {},
    ),
    "chance": (
        {"rows": 130, "outputs": 2},
        [{"units": 6, "dropout": 0.5}],
        {"input_noise": 0.5, "regularizer": {"kind": "l2", "rate": 0.1}, "gradient_clip": 0.01},
    ),
}


def trainer_of_case(name: str, epochs: int = 3, **more: Any) -> Trainer:
    """Return a trainer that has learned a little."""
    shape, layers, training = CASES[name]
    settings = {"optimizer": {"kind": "adam", "learning_rate": 0.01}} | training | more
    trainer = trainer_of(table(11, **({"rows": 60, "test_rows": 25} | shape)), layers, seed=5, **settings)
    assert trainer.advance(epochs=epochs)
    return trainer


def probe_of(trainer: Trainer) -> Probe:
    return Probe(trainer.experiment, trainer.data)


def tensors_of(trainer: Trainer) -> Any:
    return trainer.snapshot().tensors


def row(tensors: Any) -> np.ndarray:
    """Return all trained numbers in one float64 row."""
    return np.concatenate(
        [
            np.asarray(layer[name], np.float64).ravel()
            for layer in tensors
            for name in sorted(layer)
            if name not in STATISTICS
        ]
    )


def put(twin: Twin, numbers: np.ndarray) -> None:
    """Write such a row into a twin.  Modified in place: twin."""
    start = 0
    for layer in twin.tensors:
        for name in sorted(layer):
            if name not in STATISTICS:
                stop = start + layer[name].size
                layer[name] = numbers[start:stop].reshape(layer[name].shape)
                start = stop


def audible(trainer: Trainer) -> np.ndarray:
    """Return 0 for the muted weights of such a row, else 1."""
    ones = [{name: np.ones(t.shape) for name, t in layer.items()} for layer in trainer.tensors]
    layers = [*trainer.experiment.network.layers, trainer.experiment.network.output]
    for layer, found in zip(layers, ones, strict=True):
        for unit, source in layer.muted_weights:
            found["weight"][unit, source] = 0
    return row(ones)


def exact_gradient(trainer: Trainer, rows: Sequence[int]) -> np.ndarray:
    """Return the gradient of the mean loss without chance, in float64, from the reference."""
    twin = Twin(trainer)
    twin.experiment = trainer.experiment.edited(training=trainer.experiment.training.edited(input_noise=0.0))
    return row(twin.gradient(rows)) * audible(trainer)
