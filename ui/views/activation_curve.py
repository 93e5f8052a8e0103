"""The curve of an activation and its slope, as numbers to draw; no widget."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation, Maxout, Softmax
from ui.views.curve_plot import CurveRange, nice_above

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.snapshot import Distribution

    Floats = NDArray[np.float64]

_POINTS = 401
_NARROWEST = 4.0  # to either side: the bend of every activation is within
_TALLEST = 12.0  # of what grows faster than the sums only this much is shown
# As in engine.probes.statistics, which would compile kernels if it were imported here.
FLAT, _REACH = 0.05, 10.0


@dataclass(frozen=True)
class ActivationCurve:
    """An activation over a stretch of sums.

    ``x`` is float64 (n,); ``values`` and ``slopes`` are (curves, n), one curve for every unit with a trained
    slope of its own, else a single one; ``flat`` bool (n,) marks where every slope is below 5 % of the
    largest.
    """

    x: Floats
    values: Floats
    slopes: Floats
    flat: NDArray[np.bool_]
    span: CurveRange

    def at(self, x: float) -> tuple[float, float]:
        """Return value and slope of the mean curve at a sum."""
        both = (np.interp(x, self.x, rows.mean(axis=0)) for rows in (self.values, self.slopes))
        value, slope = both
        return float(value), float(slope)


def reach_of(sums: Distribution | None) -> float:
    """Return how far a plot goes to either side of zero: round, so that it seldom changes."""
    edges = (0.0, 0.0) if sums is None or not sums.count else (float(sums.edges[0]), float(sums.edges[-1]))
    largest = max(map(abs, edges))
    return max(_NARROWEST, nice_above(largest)) if math.isfinite(largest) else _NARROWEST


def curve_of(
    entry: Entry, reach: float, trained: NDArray[np.floating] | None = None, units: int = 1
) -> ActivationCurve:
    """Return an activation between -reach and reach.

    Parameters
    ----------
    entry : Entry
        The activation.  Softmax is drawn for one logit while the others stay at 0; of maxout, what becomes
        of the largest sum.
    reach : float
        How far to either side.
    trained : numpy.ndarray, optional
        The trained slopes below zero, (units,).
    units : int
        How many units the layer has, which softmax shares its probability among.
    """
    x = np.linspace(-reach, reach, _POINTS)
    with np.errstate(all="ignore"):
        if isinstance(entry, Softmax):
            value = 1 / (1 + max(units - 1, 1) * np.exp(-x))
            values, slopes = value[None], (value * (1 - value))[None]
        elif isinstance(entry, Activation) and entry.trained:
            own = np.asarray([getattr(entry, "initial_slope")] if trained is None else trained)  # noqa: B009
            each = own.astype(np.float64)[:, None]
            values = np.asarray(entry.value(x[None], each), np.float64)
            slopes = np.asarray(entry.slope(x[None], values, each), np.float64)
        else:
            assert isinstance(entry, Activation)
            value = np.asarray(entry.value(x, *entry.numbers()), np.float64)
            values, slopes = value[None], np.asarray(entry.slope(x, value, *entry.numbers()))[None]
    slopes = np.broadcast_to(np.asarray(slopes, np.float64), values.shape)
    return ActivationCurve(x, values, slopes, _flat(entry, slopes), _span(x, values, slopes))


def _flat(entry: Entry, slopes: Floats) -> NDArray[np.bool_]:
    if isinstance(entry, Maxout):
        return np.zeros(slopes.shape[1], np.bool_)
    if isinstance(entry, Softmax):
        largest = np.array(0.25)
    elif isinstance(entry, Activation) and entry.trained:
        largest = np.maximum(1.0, np.abs(slopes[:, :1]))
    else:
        largest = np.array(largest_slope(entry))
    return np.asarray((np.abs(slopes) < FLAT * largest).all(axis=0), np.bool_)


@functools.cache
def largest_slope(entry: Entry) -> float:
    """Return the largest ``|f'|`` between -10 and 10; 1 for one that goes on growing."""
    assert isinstance(entry, Activation)
    x = np.linspace(-_REACH, _REACH, 4001)
    with np.errstate(all="ignore"):
        slopes = np.abs(entry.slope(x, entry.value(x, *entry.numbers()), *entry.numbers()))
    largest = float(slopes.max())
    return largest if largest < 2 * slopes[np.abs(x) <= _REACH / 2].max() else 1.0


def _span(x: Floats, values: Floats, slopes: Floats) -> CurveRange:
    both = np.concatenate([values.ravel(), slopes.ravel()])
    both = both[np.isfinite(both)]
    low, high = float(both.min(initial=0.0)), float(both.max(initial=0.0))
    tallest = max(_TALLEST, float(x[-1]))
    low, high = max(low, -tallest), min(high, tallest)
    margin = 0.08 * (high - low)
    return CurveRange(float(x[0]), float(x[-1]), low - margin, high + margin)
