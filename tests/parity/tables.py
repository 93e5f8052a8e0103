"""Experiments on tables of numbers, through the same door as a user's: a CSV file and a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import Experiment, Trainer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.catalog.entry import Entry


@dataclass(frozen=True)
class Table:
    """Rows to train on.

    ``targets`` are class indices (n,), every class present, or values (n, outputs); ``classes`` is 0 for
    a regression.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[Any]
    classes: int

    @property
    def outputs(self) -> int:
        """The number of output units."""
        return (1 if self.classes == 2 else self.classes) or self.targets.shape[1]


def random_table(
    rng: np.random.Generator, rows: int, inputs: int, classes: int, outputs: int = 1, counts: bool = False
) -> Table:
    """Draw inputs and something that a network can partly learn from them: classes, values or counts."""
    X = rng.uniform(-2, 2, (rows, inputs)).astype(np.float32)
    waves = np.sin(X @ rng.normal(size=(inputs, classes or outputs)) + rng.uniform(0, 6, classes or outputs))
    values = waves + rng.normal(0, 0.2, waves.shape)
    if not classes:
        return Table(X, rng.poisson(np.exp(values)).astype(np.float64) if counts else values, 0)
    labels = values.argmax(axis=1)
    labels[:classes] = np.arange(classes)
    return Table(X, labels, classes)


def trainer_of(table: Table, folder: Path, document: dict[str, Any]) -> Trainer:
    """Write the table and return a trainer of its rows in their order, every input as it is."""
    names = [f"a{i}" for i in range(table.inputs.shape[1])]
    columns = table.targets.reshape(len(table.targets), -1)
    targets = [f"t{i}" for i in range(columns.shape[1])]
    rows = np.hstack([table.inputs.astype(np.float64), columns]).tolist()
    lines = [names + targets, *([repr(cell) for cell in row] for row in rows)]
    (folder / "table.csv").write_text("\n".join(",".join(line) for line in lines))
    data = {
        "kind": "csv",
        "path": "table.csv",
        "inputs": names,
        "target": targets if len(targets) > 1 else targets[0],
        "task": "classification" if table.classes else "regression",
        "standardize": False,
        "test_fraction": 0.0,
    }
    training = {"shuffle": False, **document.get("training", {})}
    return Trainer(Experiment.parse({**document, "data": data, "training": training}), folder)


def variants(entry: type[Entry]) -> list[dict[str, Any]]:
    """Return an entry as documents: with its defaults, and with every number at other places of its range."""
    found: list[dict[str, Any]] = [{"kind": entry.key()}]
    for parameter in entry.parameters():
        limits = parameter.range
        if limits is None:
            continue
        places = {limits.low, limits.high, parameter.default / 2, min(parameter.default * 3, limits.high)}
        if parameter.type is int:
            places = {int(place) for place in places if place >= limits.low}
        found += [{"kind": entry.key(), parameter.name: place} for place in sorted(places)]
    return found


def near_default(entry: type[Entry], rng: np.random.Generator) -> dict[str, Any]:
    """Return an entry as a document with every number between half and twice its default."""
    document: dict[str, Any] = {"kind": entry.key()}
    for parameter in entry.parameters():
        if parameter.range is not None:
            value = parameter.default * 2 ** rng.uniform(-1, 1)
            value = float(np.clip(value, parameter.range.low, parameter.range.high))
            document[parameter.name] = round(value) if parameter.type is int else value
    return document
