"""The form of every activation: a function of one number, its slope, and the texts that teach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from engine.catalog.entry import Entry


class Activation(Entry):
    """An element-wise function; ``low`` and ``high`` bound its values.

    ``value(x, *numbers)`` is f(x) and ``slope(x, y, *numbers)`` is f'(x), where y is f(x) and the numbers
    are those of ``numbers()``.  Both are finite for every finite x at which f and f' are, and NaN for NaN.

    ``trained`` names parameters that training changes like weights, one for every unit.  The formulas take
    them as vectors in place of numbers, and ``parameter_slope(x)`` is the derivative of f(x) by them.
    """

    value: ClassVar[Callable[..., Any]]
    slope: ClassVar[Callable[..., Any]]
    parameter_slope: ClassVar[Callable[..., Any]]
    derivative: ClassVar[str]
    low: ClassVar[float]
    high: ClassVar[float]
    trained: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def arity(cls) -> int:
        """Return how many numbers the formulas take."""
        return sum(parameter.type in (int, float, bool) for parameter in cls.parameters())

    def sums_per_unit(self) -> int:
        """Return how many weighted sums a unit has, of which it takes the largest."""
        return 1
