"""Elementary functions of 16 float32 lanes.

Range reductions and polynomials are those of Cephes (Moshier, single precision), tanh is the rational
minimax fit of Eigen (``ptanh``, MPL-2).  NaN stays NaN; the ranges are those of float32.
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
    x = minimum(maximum(x, -60.0), 88.0)
    n = nearest(x * LOG2_E)
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    p = fma(r, 1.9875691500e-4, 1.3981999507e-3)
    p = fma(p, r, 8.3334519073e-3)
    p = fma(p, r, 4.1665795894e-2)
    p = fma(p, r, 1.6666665459e-1)
    p = fma(p, r, 5.0000001201e-1)
    p = fma(p * r, r, r)
    scale = power_of_two(n)
    return fma(p, scale, exact_difference(scale, 1.0))


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
    return where(u < 3e38, result, u)  # infinity and NaN have no mantissa to speak of


@_for_vectors(simd.tanh)
def _tanh(x: Any) -> Any:
    x = minimum(maximum(x, -7.90531110763549805), 7.90531110763549805)
    s = x * x
    p = fma(s, -2.76076847742355e-16, 2.00018790482477e-13)
    p = fma(p, s, -8.60467152213735e-11)
    p = fma(p, s, 5.12229709037114e-08)
    p = fma(p, s, 1.48572235717979e-05)
    p = fma(p, s, 6.37261928875436e-04)
    p = fma(p, s, 4.89352455891786e-03)
    q = fma(s, 1.19825839466702e-06, 1.18534705686654e-04)
    q = fma(q, s, 2.26843463243900e-03)
    q = fma(q, s, 4.89352518554385e-03)
    return p * x / q


@_for_vectors(simd.sigmoid)
def _sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))
