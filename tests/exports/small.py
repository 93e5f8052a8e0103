"""A small trained network with some keys of its document replaced, exported."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from engine import Experiment, Trainer
from engine.files.export.portable import portable
from engine.files.export.verify import export

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from engine.files.export.verify import Exported


def trained(folder: Path, **changes: Any) -> Trainer:
    document = {
        "data": {"kind": "moons", "samples": 40},
        "network": {"layers": [{"units": 4}]},
        "training": {"optimizer": {"kind": "adam", "learning_rate": 0.003}},
    }
    trainer = Trainer(Experiment.parse(document | changes), folder)
    trainer.advance(epochs=2)
    return trainer


def exported(trainer: Trainer, path: Path) -> Exported:
    return export(path, portable(trainer), trainer.predict)


def table(folder: Path, columns: dict[str, np.ndarray], classes: tuple[str, str]) -> dict[str, Any]:
    """Write a table of two classes, and return it as a source of data."""
    rows = [*zip(*columns.values(), strict=True)]
    with open(folder / "table.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "kind"])
        writer.writerows([*row, classes[i % 2]] for i, row in enumerate(rows))
    return {"kind": "csv", "path": "table.csv", "inputs": [*columns], "target": "kind"}
