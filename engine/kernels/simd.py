"""The vector operations that kernels and formulas are written with.

In a compiled kernel a vector is 16 float32 lanes (``lowering`` maps every function here, and the
operators ``+ - * /`` and comparisons, to LLVM vector instructions; a Python number beside a vector
stands for 16 equal lanes).  Called from Python the same functions are NumPy: a formula of the catalog
evaluated on float64 arrays is its own textbook definition, which ``reference.py`` and the tests use.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LANES = 16


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


def where(mask: Any, yes: Any, no: Any) -> Any:
    """Return, lane by lane, ``yes`` where the mask holds, else ``no``."""
    return np.where(mask, yes, no)


def maximum(a: Any, b: Any) -> Any:
    """Return the larger of the two; a NaN in ``a`` is kept, so that divergence stays visible."""
    return np.maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """Return the smaller of the two; a NaN in ``a`` is kept."""
    return np.minimum(a, b)


def fma(a: Any, b: Any, c: Any) -> Any:
    """Return ``a * b + c``, in one rounding where the processor can."""
    return a * b + c


def absolute(x: Any) -> Any:
    """Return the magnitude."""
    return np.abs(x)


def sign(x: Any) -> Any:
    """Return -1, 0 or 1."""
    return np.sign(x)


def square_root(x: Any) -> Any:
    """Return the square root; NaN below zero."""
    return np.sqrt(x)


def exp(x: Any) -> Any:
    """Return e to the x; 0 far below zero, infinity above 88.7 in float32."""
    with np.errstate(over="ignore"):
        return np.exp(x)


def expm1(x: Any) -> Any:
    """Return ``exp(x) - 1`` without cancellation near zero."""
    with np.errstate(over="ignore"):
        return np.expm1(x)


def log1p(x: Any) -> Any:
    """Return ``log(1 + x)`` for ``x >= 0``, without cancellation near zero."""
    return np.log1p(x)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return np.tanh(x)


def sigmoid(x: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``, written so that no exponential overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
