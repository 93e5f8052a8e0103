"""What a slider's positions stand for: the values a person would type, and how they are written."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.entry import number_text

if TYPE_CHECKING:
    from engine.catalog.entry import Parameter, Range

# Ten values a decade, near enough to evenly spaced on a log scale, and all of them short.
_DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class Scale:
    """The stops of a slider in ascending order, and the bounds of what may be typed.

    Parameters
    ----------
    stops : tuple of float
        Evenly spaced on the slider.
    low, high : float
        Bounds of typed values; a stop that stands for a word may lie outside.
    whole : bool
        Whether only whole numbers count.
    percent : bool
        Whether 0.1 is written and typed as 10 %.
    words : tuple of (float, str)
        Stops that are written as a word, such as (0.0, "off").
    """

    stops: tuple[float, ...]
    low: float
    high: float
    whole: bool = False
    percent: bool = False
    words: tuple[tuple[float, str], ...] = ()

    def position(self, value: float) -> float:
        """Return where a value stands between 0 and 1, also between two stops and beyond them."""
        last = len(self.stops) - 1
        right = bisect.bisect_left(self.stops, value)
        if right > last or last == 0:
            return 1.0
        if right == 0 or self.stops[right] == value:
            return right / last
        below, above = self.stops[right - 1], self.stops[right]
        part = (value - below) / (above - below) if math.isfinite(above - below) else 0.5
        return (right - 1 + part) / last

    def nearest(self, position: float) -> float:
        """Return the stop nearest to a position between 0 and 1."""
        last = len(self.stops) - 1
        return self.stops[min(max(round(position * last), 0), last)]

    def moved(self, value: float, steps: int) -> float:
        """Return the stop so many steps on; from between two stops the first step goes to the next one."""
        if steps > 0:
            index = bisect.bisect_right(self.stops, value) + steps - 1
        else:
            index = bisect.bisect_left(self.stops, value) + steps
        return self.stops[min(max(index, 0), len(self.stops) - 1)]

    def text(self, value: float) -> str:
        """Write a value."""
        for stop, word in self.words:
            if value == stop:
                return word
        if self.percent:
            return f"{number_text(round(value * 100, 6))} %"
        return _whole_text(round(value)) if self.whole else plain_text(value)

    def parsed(self, text: str) -> float | None:
        """Read what was typed, moved into the bounds; None where it is no number.

        A zero that is no value means the word at the lower end, if there is one: typed to switch it off.
        """
        text = text.strip().lower()
        for stop, word in self.words:
            if text == word.lower():
                return stop
        text = text.removesuffix("%").strip().replace("−", "-")
        times = {"k": 1e3, "m": 1e6}.get(text[-1:], 1.0) if self.whole else 1.0
        text = text.rstrip("km").replace(",", "") if self.whole else text.replace(",", ".")
        try:
            value = float(text) * times
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        if value == 0 < self.low and self.words and self.words[0][0] < self.low:
            return self.words[0][0]
        value = min(max(value / 100 if self.percent else value, self.low), self.high)
        return float(round(value)) if self.whole else value


def scale_of(parameter: Parameter) -> Scale:
    """Return the scale for a catalog parameter that is a number."""
    limits = parameter.range
    if limits is None:
        raise ValueError(f"{parameter.name} has no range")
    whole = parameter.type is int
    percent = not whole and parameter.name in PERCENT
    return Scale(_stops(limits, whole), limits.low, limits.high, whole, percent)


# Shares of a whole read better in per cent; rates and decays keep the notation of the papers.
PERCENT = frozenset({"noise", "test_fraction", "dropout"})


def _stops(limits: Range, whole: bool) -> tuple[float, ...]:
    if limits.scale == "log":
        stops = log_stops(max(limits.low, limits.smallest) if limits.low == 0 else limits.low, limits.high)
        if whole:
            stops = tuple(sorted({float(round(stop)) for stop in stops}))
        return (0.0, *stops) if limits.low == 0 else stops
    if whole and limits.high - limits.low <= 200:
        return tuple(float(value) for value in range(int(limits.low), int(limits.high) + 1))
    if limits.low == 0 and 0.99 < limits.high < 1:
        return _decay_stops(limits.high)
    stops = even_stops(limits.low, limits.high)
    return tuple(sorted({float(round(stop)) for stop in stops})) if whole else stops


def even_stops(low: float, high: float) -> tuple[float, ...]:
    """Return up to a hundred evenly spaced short values between two ends, which come besides."""
    finest = 10.0 ** math.floor(math.log10((high - low) / 100) + 1e-9)
    step = next(finest * times for times in (1, 2, 5, 10) if (high - low) / (finest * times) < 100.5)
    inner = [round(i * step, 12) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return (low, *(stop for stop in inner if low < stop < high), high)


def log_stops(low: float, high: float) -> tuple[float, ...]:
    """Return short values from low to high, ten a decade, both ends included."""
    inner = []
    for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for digit in _DECADE:
            value = float(f"{digit}e{exponent}")  # the nearest float to the short text, unlike a product
            if low < value < high:
                inner.append(value)
    return (low, *inner, high)


def _decay_stops(high: float) -> tuple[float, ...]:
    """Return stops for a share that is kept: ever finer towards one, where all the interesting ones are."""
    stops = (
        [i / 20 for i in range(18)] + [i / 100 for i in range(90, 99)] + [i / 1000 for i in range(990, 1000)]
    )
    return (*stops, *(stop for stop in (0.9995, 0.9999, 0.99999) if stop < high), high)


def plain_text(value: float) -> str:
    """Write a number with a short exponent: 0.003, 1e-5."""
    text = number_text(value)
    return text.replace("e-0", "e-").replace("e+0", "e") if "e" in text else text


def _whole_text(value: int) -> str:
    """Write a whole number in the room of six digits: 1,200, 50k, 1M."""
    for times, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= 10_000 and value % times == 0:
            return f"{value // times}{letter}"
    return f"{value:,}" if value < 10_000 else str(value)
