"""The curves of a run as the text of ``history.csv``, exact to the bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError
from engine.history import CAPACITY, Curves

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER = "epoch,train_loss,test_loss"


def text_of(curves: Curves) -> str:
    """Return one line a point, each number as short as it can be and still be read back as the same.

    A loss that there is not (NaN) is an empty cell.
    """
    lines = (",".join("" if math.isnan(x) else repr(x) for x in point) for point in curves.points.T.tolist())
    return "\n".join((HEADER, *lines)) + "\n"


def curves_of(content: bytes, stride: int, since_kept: int) -> Curves:
    """Read what `text_of` has written.

    Raises
    ------
    DataError
        Where it is something else, or a recorder could not have held it.
    """
    try:
        header, *lines = content.decode("ascii").splitlines()
    except ValueError:
        raise DataError(f"must begin with the line {HEADER}") from None
    if header != HEADER:
        raise DataError(f"must begin with the line {HEADER}")
    if len(lines) > CAPACITY:
        raise DataError(f"has {len(lines)} points, at most {CAPACITY} are kept")
    points = np.empty((3, len(lines)))
    for i, line in enumerate(lines):
        try:
            points[0, i], points[1, i], points[2, i] = (
                float(cell) if cell else math.nan for cell in line.split(",")
            )
        except ValueError:
            raise DataError(f"line {i + 2}: must be three numbers") from None
    _check(points, stride, since_kept)
    return Curves(points, stride, since_kept)


def _check(points: NDArray[np.float64], stride: int, since_kept: int) -> None:
    epochs = points[0]
    if not (np.isfinite(epochs).all() and (epochs >= 0).all() and (np.diff(epochs) > 0).all()):
        raise DataError("the epochs must rise from line to line")
    if stride & (stride - 1) or since_kept > stride:
        raise DataError("its points are thinned in a way that cannot be")
