"""The shape of a link: a Bézier curve that leaves and arrives horizontally, its control points half way."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ease(t: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return how far down a link has come (0 to 1) at the curve's parameter t."""
    t = np.asarray(t, np.float64)
    return t * t * (3 - 2 * t)


def along(t: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return how far right a link has come (0 to 1) at the curve's parameter t."""
    t = np.asarray(t, np.float64)
    return 1.5 * t * (1 - t) + t**3


_TABLE_T = np.linspace(0.0, 1.0, 65)
_TABLE_X = along(_TABLE_T)


# The slope at t as a share of the largest, in the middle: rises from 0 to 1 over the first half.
_TABLE_HALF = np.linspace(0.0, 0.5, 65)
_TABLE_SLOPE = (_TABLE_HALF * (1 - _TABLE_HALF) / 0.25) * (
    0.75 / (1.5 - 3 * _TABLE_HALF + 3 * _TABLE_HALF**2)
)
_TURN = 9.0  # degrees from one piece of a curve to the next


def parameter_at(share: float) -> float:
    """Invert `along`: the parameter at which a link has come this far right."""
    return float(np.interp(share, _TABLE_X, _TABLE_T))


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a link as a Bézier curve that leaves and arrives horizontally."""
    middle = (start.x() + end.x()) / 2
    path = QPainterPath(start)
    path.cubicTo(middle, start.y(), middle, end.y(), end.x(), end.y())
    return path


@lru_cache(maxsize=4096)
def _profile(across: int, drop: int) -> tuple[tuple[float, float], ...]:
    """Return (right, down) shares of the corners of a smooth-looking polyline for a link of this size."""
    if drop == 0:
        return ((0.0, 0.0), (1.0, 1.0))
    slope = 2.0 * drop / max(across, 1)  # in the middle of the curve
    steepest = math.atan(slope)
    # Long links need more: a piece leaves the curve by about length * angle / 8 pieces**2 pixels.
    enough = max(2 + 2 * math.degrees(steepest) / _TURN, math.sqrt(math.hypot(across, drop) * steepest))
    pieces = 2 * math.ceil(enough / 2)
    even = np.linspace(0.0, 0.5, pieces // 2 + 1)
    # Pieces that turn by equal angles are long in the straight middle; even ones are coarse at the bends.
    turning = np.interp(np.tan(2 * even * steepest), _TABLE_SLOPE * slope, _TABLE_HALF)
    half = (even + turning) / 2
    t = np.concatenate((half, 1 - half[-2::-1]))
    return tuple(zip(along(t).tolist(), ease(t).tolist(), strict=True))


def polyline(start: QPointF, end: QPointF) -> list[QLineF]:
    """Return a link as short lines, as few as look smooth: Qt strokes lines much faster than curves."""
    x, y = start.x(), start.y()
    across, drop = end.x() - x, end.y() - y
    corners = [(x + across * u, y + drop * v) for u, v in _profile(round(across), round(abs(drop)))]
    return [QLineF(a, b, c, d) for (a, b), (c, d) in pairwise(corners)]


def dashes(start: QPointF, end: QPointF, dash: float = 5.0, space: float = 4.0) -> list[QLineF]:
    """Return a link as the lines of its dashes, each as long as the other along the curve."""
    t = np.linspace(0.0, 1.0, 129)
    x = start.x() + (end.x() - start.x()) * along(t)
    y = start.y() + (end.y() - start.y()) * ease(t)
    way = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    starts = np.arange(0.0, way[-1], dash + space)
    stops = np.minimum(starts + dash, way[-1])
    ends = [np.interp(at, way, line) for at in (starts, stops) for line in (x, y)]
    return [QLineF(*one) for one in np.stack(ends, axis=1).tolist()]
