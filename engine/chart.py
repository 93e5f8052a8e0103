"""Arithmetic of the loss curves: smoothing, thinning to what pixels can show, and round bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SMALLEST = 1e-12  # what a logarithmic scale shows of zero


def smoothed(values: Floats, weight: float) -> Floats:
    """Return the exponential moving average, corrected for its start, as TensorBoard draws it.

    Parameters
    ----------
    values : numpy.ndarray
        float64 (n,); NaN stays NaN and is left out of the average.
    weight : float
        0 (as it is) to below 1.
    """
    if weight <= 0 or not len(values):
        return values
    # A window of this length holds all but a millionth of the average's weight.
    reach = min(len(values), math.ceil(math.log(1e-6) / math.log(weight)))
    kernel = weight ** np.arange(reach)
    finite = np.isfinite(values)
    total = np.convolve(np.where(finite, values, 0.0), kernel)[: len(values)]
    count = np.convolve(finite.astype(np.float64), kernel)[: len(values)]
    result: Floats = np.where(finite, total / np.maximum(count, SMALLEST), np.nan)
    return result


def peaks(x: Floats, y: Floats, most: int) -> tuple[Floats, Floats]:
    """Thin a curve to the lowest and highest point of ``most`` stretches each, so that no spike is lost."""
    count = len(x)
    if count <= 2 * most:
        return x, y
    starts = np.linspace(0, count, most, endpoint=False).astype(np.intp)
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    # In which order the two came decides how the line looks between stretches.
    ends = np.append(starts[1:], count) - 1
    rising = y[starts] <= y[ends]
    pairs = np.stack((np.where(rising, low, high), np.where(rising, high, low)), axis=1)
    places = np.stack((x[starts], x[ends]), axis=1)
    return places.ravel(), pairs.ravel()


@dataclass(frozen=True)
class Bounds:
    """What the chart spans; ``low`` and ``high`` are exponents of ten on a logarithmic scale."""

    right: float
    low: float
    high: float


def bounds_of(epoch: Floats, curves: tuple[Floats, ...], log: bool) -> Bounds:
    """Return round bounds, which seldom change while training goes on."""
    right = max(10.0, float(epoch[-1]) if len(epoch) else 0.0)
    finite = [curve[np.isfinite(curve)] for curve in curves]
    lowest = min((float(curve.min()) for curve in finite if len(curve)), default=0.1)
    highest = max((float(curve.max()) for curve in finite if len(curve)), default=1.0)
    if not log:
        return Bounds(right, 0.0, _round_above(max(highest, 1e-6)))
    low = math.floor(math.log10(max(lowest, SMALLEST)) + 1e-9)
    high = math.ceil(math.log10(max(highest, SMALLEST)) - 1e-9)
    return Bounds(right, float(low), float(max(high, low + 1)))


def _round_above(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value)


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return the exponents to label, not many more than ``most``: decades, and 3 or 2 and 5 between them."""
    first, last = round(low), round(high)
    for parts in ((1, 2, 5), (1, 3)):
        if len(parts) * (last - first) <= most:
            ticks = [i + math.log10(part) for i in range(first, last) for part in parts]
            return [*ticks, float(last)]
    step = -(-(last - first) // max(most, 1))
    return [float(i) for i in range(first, last + 1, step)]


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers within a range, at most ``most`` and one."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 4, 5, 10) if size * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]
