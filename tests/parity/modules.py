"""Networks, and the modules that the exports for PyTorch and for Keras make of them."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.losses import LOSSES
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import portable


def trained(document, epochs=2, batches=0):
    trainer = Trainer(Experiment.parse({"seed": 3, **document}))
    trainer.advance(epochs=epochs)
    trainer.advance(batches=batches)
    return trainer


def module_of(kind, trainer, folder):
    """Return the module that a format makes of a trainer's network."""
    path = folder / f"network{kind.suffix}"
    path.write_bytes(kind.render(portable(trainer), UNCHECKED))
    spec = importlib.util.spec_from_file_location("network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def layered(*layers, **document):
    return {"data": {"kind": "moons", "samples": 60}, "network": {"layers": list(layers)}, **document}


CHOICES = [
    {"normalization": "batch"},
    {"normalization": "layer"},
    {"residual": True},
    {"residual": True, "units": 5},
    {"dropout": 0.4},
    {"muted_units": [0, 2]},
    {"muted_weights": [[0, 1], [3, 0]]},
    {"frozen": True},
    {"normalization": "batch", "residual": True, "dropout": 0.2, "muted_units": [1]},
]

SMALL = layered({"units": 6, "activation": "tanh"}, {"units": 5, "activation": "silu"})

TASKS = {"moons": "classification", "rings": "classification", "sine": "regression"}


def _data_for(loss, kind):
    if loss.lowest_target is None:
        return {"kind": kind, "samples": 60, "noise": 0.2}
    points = [[x, x * x, abs(x)] for x in np.linspace(-2, 2, 30).tolist()]
    return {"kind": "points", "points": points, "task": "regression"}


# Every loss on each kind of data that it is for.
LOSSES_ON_DATA = [
    pytest.param(loss, _data_for(loss, kind), id=f"{loss.key()}-{kind}")
    for loss in LOSSES
    for kind, task in TASKS.items()
    if task in loss.tasks
]


def table(folder, rows, test_fraction=0.3):
    """Return an experiment on a table with names that no language likes, standardized."""
    names = ['wi"dth\\', "\u202e'''héight\"\"\"", "class", "def"]
    kinds = ['a"b', "\\N", "*/ \U0001f600"]
    rng = np.random.default_rng(1)
    lines = [",".join('"' + name.replace('"', '""') + '"' for name in names)]
    for _ in range(rows):
        x = rng.normal(100, 30, 3)
        kind = kinds[int(x[0] > x[1]) + int(x[2] > 100)].replace('"', '""')
        lines.append(",".join([*map(repr, x.tolist()), f'"{kind}"']))
    (folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    data = {"kind": "csv", "path": str(folder / "table.csv"), "inputs": names[:3], "target": names[3]}
    return {
        "title": 'An """odd\\ one\n\0 \ud800'.encode("utf-8", "replace").decode(),
        "data": {**data, "test_fraction": test_fraction},
        "features": ["x1", "x2*x3", "sin(2)*x1", "3**2", "-(x1 - x2)**2/(1 + abs(x3))"],
        "network": {"layers": [{"units": 30}, {"units": 7}]},
    }
