"""The history of a run as CSV: one line an epoch, numbers written so that they read back exactly."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.metrics import silent_for
from engine.files.projects.curves_table import text_of
from engine.history import Curves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.snapshot import History, Snapshot


def history_csv(rows: Sequence[Snapshot], classes: int = 0) -> str:
    """Return the states of a run as CSV, in their order.

    The columns are ``epoch``, ``step``, ``learning_rate`` (of the step that follows; left out where it is
    not known), and for the train and the test rows, as far as there are some, ``train_loss``,
    ``train_accuracy`` and all other metrics of the task by their keys.  A number that is not known is an
    empty cell.

    Parameters
    ----------
    rows : sequence of Snapshot
        At least one.
    classes : int
        How many there are, where that is known: what is the same for so many whatever is predicted is left
        out.
    """
    first, silent = rows[0], silent_for(classes)
    rates = any(row.learning_rate for row in rows)
    columns = [
        (part, name)
        for part in first.losses
        for name in ("loss", *first.metrics.get(part, ()))
        if name not in silent
    ]
    header = ["epoch", "step", *(["learning_rate"] * rates), *(f"{part}_{name}" for part, name in columns)]
    return _table(
        header,
        (
            [
                row.epoch,
                row.step,
                *([_cell(row.learning_rate)] * rates),
                *(_cell(_value(row, part, name)) for part, name in columns),
            ]
            for row in rows
        ),
    )


def curves_csv(history: History) -> str:
    """Return the curves of a window as CSV, as a project holds them: epoch, train loss and test loss."""
    points = np.stack((history.epoch, history.train_loss, history.test_loss))
    return text_of(Curves(points, 1, 1))


def _value(row: Snapshot, part: str, name: str) -> float:
    found = row.losses if name == "loss" else row.metrics.get(part, {})
    return found.get(part if name == "loss" else name, math.nan)


def _cell(value: float) -> str:
    """Write a number with as many digits as bring it back, nothing for one that is not known."""
    return "" if math.isnan(value) else repr(float(value))


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
