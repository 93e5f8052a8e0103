"""The vector operations that kernels and formulas are written with.

In a compiled kernel a vector is 16 float32 lanes (``lowering`` maps every function here, and the
operators ``+ - * /`` and comparisons, to LLVM vector instructions; a Python number beside a vector
stands for 16 equal lanes).  Called from Python the same functions are NumPy: a formula of the catalog
evaluated on float64 arrays is its own textbook definition, which ``reference.py`` and the tests use.
Called with a ``Symbol`` they are handed to it, which is how a formula becomes machine code
(``lowering.Value``).
"""

from __future__ import annotations

import functools
import math
import operator
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

LANES = 16


class Symbol(ABC):
    """A number or a vector that is not known yet; what is done with it is noted, not computed."""

    __hash__ = object.__hash__
    __array_ufunc__ = None  # NumPy's numbers leave their operators to us

    @abstractmethod
    def apply(self, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return the symbol of an operation's result; at least one argument is a symbol."""

    def __add__(self, other: Any) -> Any:
        return self.apply(operator.add, (self, other))

    def __radd__(self, other: Any) -> Any:
        return self.apply(operator.add, (other, self))

    def __sub__(self, other: Any) -> Any:
        return self.apply(operator.sub, (self, other))

    def __rsub__(self, other: Any) -> Any:
        return self.apply(operator.sub, (other, self))

    def __mul__(self, other: Any) -> Any:
        return self.apply(operator.mul, (self, other))

    def __rmul__(self, other: Any) -> Any:
        return self.apply(operator.mul, (other, self))

    def __truediv__(self, other: Any) -> Any:
        return self.apply(operator.truediv, (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return self.apply(operator.truediv, (other, self))

    def __pow__(self, other: Any) -> Any:
        return self.apply(operator.pow, (self, other))

    def __rpow__(self, other: Any) -> Any:
        return self.apply(operator.pow, (other, self))

    def __neg__(self) -> Any:
        return self.apply(operator.neg, (self,))

    def __gt__(self, other: Any) -> Any:
        return self.apply(operator.gt, (self, other))

    def __ge__(self, other: Any) -> Any:
        return self.apply(operator.ge, (self, other))

    def __lt__(self, other: Any) -> Any:
        return self.apply(operator.lt, (self, other))

    def __eq__(self, other: Any) -> Any:
        return self.apply(operator.eq, (self, other))


def operation(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a function of vectors to its argument where that is a symbol."""

    @functools.wraps(definition)
    def choose(*arguments: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, Symbol):
                return argument.apply(choose, arguments)
        return definition(*arguments)

    return choose


def load(array: Any, index: int) -> Any:
    """Return the 16 floats that start at ``array[index]``; no alignment is needed."""
    return array[index : index + LANES].copy()


def store(array: Any, index: int, vector: Any) -> None:
    """Write 16 floats from ``array[index]`` on.  Modified in place: array."""
    array[index : index + LANES] = vector


def broadcast(array: Any, index: int) -> Any:
    """Return ``array[index]`` in all lanes."""
    return np.full(LANES, array[index], np.float32)


def splat(value: Any) -> Any:
    """Return a vector with one value in all lanes."""
    return np.full(LANES, value, np.float32)


def total(vector: Any) -> Any:
    """Return the sum over the lanes."""
    return vector.sum()


def largest(vector: Any) -> Any:
    """Return the largest lane."""
    return vector.max()


@operation
def where(mask: Any, yes: Any, no: Any) -> Any:
    """Return, lane by lane, ``yes`` where the mask holds, else ``no``."""
    return np.where(mask, yes, no)


@operation
def maximum(a: Any, b: Any) -> Any:
    """Return the larger of the two; a NaN in ``a`` is kept, so that divergence stays visible."""
    return np.maximum(a, b)


@operation
def minimum(a: Any, b: Any) -> Any:
    """Return the smaller of the two; a NaN in ``a`` is kept."""
    return np.minimum(a, b)


@operation
def fma(a: Any, b: Any, c: Any) -> Any:
    """Return ``a * b + c``, in one rounding where the processor can."""
    return a * b + c


@operation
def absolute(x: Any) -> Any:
    """Return the magnitude."""
    return np.abs(x)


@operation
def sign(x: Any) -> Any:
    """Return -1, 0 or 1."""
    return np.sign(x)


@operation
def square_root(x: Any) -> Any:
    """Return the square root; NaN below zero."""
    return np.sqrt(x)


@operation
def exp(x: Any) -> Any:
    """Return e to the x; 0 far below zero, infinity above 88.7 in float32."""
    with np.errstate(over="ignore"):
        return np.exp(x)


@operation
def expm1(x: Any) -> Any:
    """Return ``exp(x) - 1`` without cancellation near zero."""
    with np.errstate(over="ignore"):
        return np.expm1(x)


@operation
def log(x: Any) -> Any:
    """Return the natural logarithm; minus infinity at 0, NaN below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)


@operation
def log1p(x: Any) -> Any:
    """Return ``log(1 + x)`` without cancellation near zero; minus infinity at -1, NaN below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log1p(x)


@operation
def softplus(x: Any) -> Any:
    """Return ``log(1 + exp(x))``, written so that the exponential does not overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@operation
def power(x: Any, exponent: Any) -> Any:
    """Return x to the exponent for ``x >= 0``; NaN below zero.  To the 0 every such number is 1."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.where((x >= 0) & (exponent == exponent), np.power(np.abs(x), exponent), np.nan)


@operation
def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return np.tanh(x)


@operation
def sigmoid(x: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``, written so that no exponential overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


# NumPy has neither; those of the C library are right to the last digits.
_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


@operation
def erf(x: Any) -> Any:
    """Return the error function, ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to x."""
    return _erf(x)


@operation
def normal_cdf(x: Any) -> Any:
    """Return the share of a standard normal distribution below ``x``, accurate in the lower tail too."""
    share = 0.5 * _erfc(np.asarray(x, np.float64) * -math.sqrt(0.5))
    return share.astype(x.dtype) if isinstance(x, np.ndarray | np.generic) else share


@operation
def sine(x: Any) -> Any:
    """Return the sine of an angle in radians; in kernels it is accurate for ``|x| < 12800``."""
    with np.errstate(invalid="ignore"):
        return np.sin(x)


@operation
def cosine(x: Any) -> Any:
    """Return the cosine of an angle in radians; in kernels it is accurate for ``|x| < 12800``."""
    with np.errstate(invalid="ignore"):
        return np.cos(x)
