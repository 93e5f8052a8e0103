"""Elementary functions of 16 float32 lanes.

Range reductions and polynomials are those of Cephes (Moshier, single precision), tanh is the rational
minimax fit of Eigen (``ptanh_float``, MPL-2).  NaN stays NaN; the ranges are those of float32.
"""

from __future__ import annotations

from typing import Any

from numba.extending import overload

from engine.kernels import simd
from engine.kernels.lowering import (
    VectorType,
    exact_difference,
    exact_sum,
    exponent,
    mantissa,
    nearest,
    power_of_two,
)
from engine.kernels.simd import exp, fma, maximum, minimum, where

LOG2_E = 1.44269504088896341
LN2_HIGH = 0.693359375  # few bits, so that its product with a small whole number is exact
LN2_LOW = -2.12194440e-4
TANH_IS_ONE = 8.01773357391357422  # where the fit reaches 1 exactly
INFINITY = float("inf")


def _for_vectors(function: Any) -> Any:
    """Make a function the meaning of an operation of ``simd`` wherever its argument is a vector."""

    def register(implementation: Any) -> Any:
        @overload(function, inline="never")
        def choose(x: Any) -> Any:
            return implementation if isinstance(x, VectorType) else None

        return implementation

    return register


@_for_vectors(simd.exp)
def _exp(x: Any) -> Any:
    x = minimum(maximum(x, -104.0), 89.0)
    n = nearest(x * LOG2_E)
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    p = fma(r, 1.9875691500e-4, 1.3981999507e-3)
    p = fma(p, r, 8.3334519073e-3)
    p = fma(p, r, 4.1665795894e-2)
    p = fma(p, r, 1.6666665459e-1)
    p = fma(p, r, 5.0000001201e-1)
    p = fma(p * r, r, r) + 1
    half = nearest(n * 0.5)  # two factors: one alone leaves the range of the exponent at both ends
    return p * power_of_two(half) * power_of_two(n - half)


@_for_vectors(simd.expm1)
def _expm1(x: Any) -> Any:
    x = minimum(maximum(x, -60.0), 89.0)
    n = nearest(x * LOG2_E)
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    p = fma(r, 1.9875691500e-4, 1.3981999507e-3)
    p = fma(p, r, 8.3334519073e-3)
    p = fma(p, r, 4.1665795894e-2)
    p = fma(p, r, 1.6666665459e-1)
    p = fma(p, r, 5.0000001201e-1)
    p = fma(p * r, r, r)
    half = power_of_two(n - 1)  # 2**128, just below the overflow, is no float32
    return 2 * fma(p, half, exact_difference(half, 0.5))


@_for_vectors(simd.log1p)
def _log1p(x: Any) -> Any:
    u = exact_sum(1.0, x)
    lost = exact_difference(x, exact_difference(u, 1.0))
    m = mantissa(u)
    large = m > 1.41421356
    m = where(large, m * 0.5, m)
    e = where(large, exponent(u) + 1, exponent(u))
    f = exact_difference(m, 1.0)
    z = f * f
    p = fma(f, 7.0376836292e-2, -1.1514610310e-1)
    p = fma(p, f, 1.1676998740e-1)
    p = fma(p, f, -1.2420140846e-1)
    p = fma(p, f, 1.4249322787e-1)
    p = fma(p, f, -1.6668057665e-1)
    p = fma(p, f, 2.0000714765e-1)
    p = fma(p, f, -2.4999993993e-1)
    p = fma(p, f, 3.3333331174e-1)
    p = p * f * z
    p = fma(e, LN2_LOW, p)
    p = fma(z, -0.5, p) + lost / u
    result = fma(e, LN2_HIGH, f + p)
    return where(u < INFINITY, result, u)  # infinity and NaN have no mantissa to speak of


@_for_vectors(simd.tanh)
def _tanh(x: Any) -> Any:
    x = minimum(maximum(x, -TANH_IS_ONE), TANH_IS_ONE)
    s = x * x
    p = fma(s, 1.394553628e-8, 2.102733560e-5)
    p = fma(p, s, 3.520756727e-3)
    p = fma(p, s, 1.340216100e-1)
    q = fma(s, 8.015776984e-7, 3.326951409e-4)
    q = fma(q, s, 2.597254514e-2)
    q = fma(q, s, 4.673548340e-1)
    q = fma(q, s, 1.0)
    return fma(p, s * x, x) / q


@_for_vectors(simd.sigmoid)
def _sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))
