"""Elementary functions of 16 float32 lanes.

Every function is within 4 units in the last place of its float64 value, over all of float32; sine and
cosine are up to 12,800 in magnitude.  (Where the processor cannot fuse a product and a sum, tanh may be 4.2
off.)  NaN stays NaN.  A result below 2**-126, the smallest normal number, may come out as zero; where the
processor is told to take such numbers for zeros, arguments below it are zeros too.

Each body is straight-line code, right for any lane.  The polynomials are minimax fits: that of the
logarithm from Cephes (Moshier, 1989), the others from ``scripts/fit_vectormath.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.kernels import simd
from engine.kernels.lowering import (
    copy_sign,
    define,
    exact_difference,
    exact_sum,
    exponent,
    head,
    mantissa,
    negate_odd,
    power_of_two,
    traced,
)
from engine.kernels.simd import absolute, exp, fma, maximum, minimum, where

if TYPE_CHECKING:
    from collections.abc import Callable

INFINITY = float("inf")
NAN = float("nan")
SMALLEST = 2.0**-126  # of the normal numbers
# Added to a number below 2**22, these leave the nearest whole number in the last bits, where the steps of
# lowering look for it; subtracted again, they leave it as a float.
TO_WHOLE = 1.5 * 2**23
TO_EXPONENT = TO_WHOLE + 127
LOG2_E = 1.44269504088896341
LN2_HIGH = 0.693359375  # few digits, so that its product with a small whole number is exact
LN2_LOW = -2.12194440e-4
SQRT_2, SQRT_HALF = 1.41421356237309505, 0.707106781186547524
ONE_OVER_PI = 0.318309886183790672
# Pi in parts, the first three of 11 digits for the same reason.
PI_1, PI_2, PI_3, PI_4 = 3.140625, 9.675025939941406e-4, 1.5099067240953445e-7, 5.126688136514179e-12


def _for_vectors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a formula the meaning of an operation of ``simd`` wherever an argument is a vector."""

    def register(formula: Callable[..., Any]) -> Callable[..., Any]:
        define(function, formula.__code__.co_argcount, traced(formula))
        return formula

    return register


# Exponentials


def _exponential(x: Any, rest: Any) -> Any:
    """Return p and n with ``exp(x + rest) = (1 + p) * (2**n)**2`` and -0.5 <= p <= 1, for |x| < 110.

    n comes as ``power_of_two`` wants it; one factor 2**(2 n) would leave the range of the exponent.
    """
    n = fma(x, 0.5 * LOG2_E, TO_EXPONENT)
    pairs = exact_difference(n, TO_EXPONENT)
    r = fma(pairs, -2 * LN2_HIGH, x) + (pairs * (-2 * LN2_LOW) + rest)
    p = fma(r, 2.47811768e-5, 2.00955154e-4)
    p = fma(p, r, 1.38904236e-3)
    p = fma(p, r, 8.33262969e-3)
    p = fma(p, r, 4.16666232e-2)
    p = fma(p, r, 1.66666716e-1)
    p = fma(p, r, 5.0e-1)
    return fma(p * r, r, r), n


@_for_vectors(simd.exp)
def _exp(x: Any) -> Any:
    p, n = _exponential(minimum(maximum(x, -104.0), 89.0), 0)
    s = power_of_two(n)
    return (p + 1) * s * s


@_for_vectors(simd.expm1)
def _expm1(x: Any) -> Any:
    p, n = _exponential(minimum(maximum(x, -25.0), 89.0), 0)
    s = power_of_two(n)
    inverse = power_of_two(exact_difference(2 * TO_EXPONENT, n))
    return fma(p, s, exact_difference(s, inverse)) * s  # s * s alone may be 2**128


@_for_vectors(simd.sigmoid)
def _sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))


@_for_vectors(simd.tanh)
def _tanh(x: Any) -> Any:
    # tanh(x) = 2 t / (1 + t**2) with t = tanh(x / 2) = m / (2 d), a quotient of polynomials.  Near 1 an error
    # of t hardly matters, and the denominator, with m d in it, is never the smaller number.  The first
    # coefficient puts d, and its square, just below a power of 2, where rounding loses least.
    a = minimum(absolute(x), 9.0)
    s = a * a
    m = a * fma(fma(s, 2.13407897e-4, 5.55967093e-2), s, 1.8671875)
    d = fma(fma(fma(s, 2.29634975e-6, 2.25321366e-3), s, 2.11195603e-1), s, 1.8671875)
    product, difference = m * d, fma(m, -0.5, d)
    return copy_sign(product / fma(difference, difference, product), x)


# Logarithms


def _split(x: Any) -> Any:
    """Return f and e with ``x = (1 + f) * 2**e``, sqrt(1/2) <= 1 + f <= sqrt(2), of a positive normal x."""
    m = mantissa(x)
    large = m > SQRT_2
    e = where(large, exponent(x) + 1, exponent(x))
    return exact_difference(where(large, m * 0.5, m), 1.0), e


def _split_any(x: Any) -> Any:
    """Return ``_split`` of a positive x, normal or not."""
    tiny = x < SMALLEST
    f, e = _split(where(tiny, x * 2.0**24, x))
    return f, where(tiny, e - 24, e)


def _logarithm(f: Any, e: Any, rest: Any) -> Any:
    """Return ``log((1 + f) * 2**e) + rest``, for a small rest."""
    z = f * f
    p = fma(z, 7.0376836292e-2, 1.1676998740e-1)  # odd and even powers apart: half as long a chain
    q = fma(z, -1.1514610310e-1, -1.2420140846e-1)
    p = fma(p, z, 1.4249322787e-1)
    q = fma(q, z, -1.6668057665e-1)
    p = fma(p, z, 2.0000714765e-1)
    q = fma(q, z, -2.4999993993e-1)
    p = fma(q, f, fma(p, z, 3.3333331174e-1))
    p = fma(e, LN2_LOW, p * f * z)
    p = fma(z, -0.5, p) + rest
    return fma(e, LN2_HIGH, f + p)


def _with_ends(x: Any, result: Any) -> Any:
    """Return the logarithm's result, and what it is of numbers that are not positive and finite."""
    return where(x > 0, where(x < INFINITY, result, x), where(x == 0, -INFINITY, NAN))


@_for_vectors(simd.log)
def _log(x: Any) -> Any:
    f, e = _split_any(x)
    return _with_ends(x, _logarithm(f, e, 0))


@_for_vectors(simd.log1p)
def _log1p(x: Any) -> Any:
    u = exact_sum(1.0, x)
    lost = exact_difference(x, exact_difference(u, 1.0))
    f, e = _split(u)
    return _with_ends(u, _logarithm(f, e, lost / u))


@_for_vectors(simd.softplus)
def _softplus(x: Any) -> Any:
    # max(x, 0) + log1p(exp(-|x|)), where 1 + exp is at most 2
    p, n = _exponential(maximum(-absolute(x), -104.0), 0)
    s = power_of_two(n)
    small = (p + 1) * s * s
    u = exact_sum(1.0, small)
    lost = exact_difference(small, exact_difference(u, 1.0))
    large = u > SQRT_2
    f = exact_difference(where(large, u * 0.5, u), 1.0)
    return maximum(x, 0) + _logarithm(f, where(large, 1, 0), lost / u)


@_for_vectors(simd.power)
def _power(x: Any, a: Any) -> Any:
    # exp(a log x): an error of the exponent is one of the result a hundred times as large.  So the logarithm
    # comes as high + low, and of a the head is taken apart, whose product with high is exact.
    a = where(x >= 0, a, NAN)
    a = minimum(maximum(a, -(2.0**33)), 2.0**33)  # decides like infinity, and overflows nothing
    high, low = _long_logarithm(x)
    a_high = head(a)
    y = where(x > 0, where(x < INFINITY, a_high * high, a * INFINITY), a * -INFINITY)
    rest = fma(a, low, (a - a_high) * high)
    p, n = _exponential(minimum(maximum(y, -104.5), 89.5), minimum(maximum(rest, -0.25), 0.25))
    s = power_of_two(n)
    return where(a == 0, 1, (p + 1) * s * s)


def _long_logarithm(x: Any) -> Any:
    """Return the logarithm of a positive x as a head and the rest, together right to 2**-33.

    With ``s = f / (2 + f)`` it is ``2/3 s (3 + s**2 + 3/5 s**4 + ...)``, as in e_powf.c (Sun, 1993).
    """
    f, e = _split_any(x)
    d = f + 2
    d_high = head(d)
    d_low = f - (d_high - 2)
    inverse = 1 / d
    s = head(f * inverse)
    s_low = (f - s * d_high - s * d_low) * inverse
    square, square_low = s * s, s_low * (s + s + s_low)
    z = square + square_low
    fourth = fma(fma(z, 3.51276785e-1, 4.28207129e-1), z, 6.00002289e-1) * z * z
    k = 3 + (z + fourth)
    k_high = head(k)
    k_low = (square - (k_high - 3)) + (square_low + fourth)
    u, v = s * k_high, fma(s_low, k, s * k_low)
    t = head(u + v)
    t_low = v - (t - u)
    m, m_low = t * 0.66650390625, fma(t, 1.62760416667e-4, t_low * 0.666666667)  # 2/3, a head and the rest
    big = e * LN2_HIGH
    high = head(big + m)
    return high, ((big - high) + m) + fma(e, LN2_LOW, m_low)


# The normal distribution


def _upper_tail(x: Any, half_square: Any, rest: Any) -> Any:
    """Return the probability above x of a standard normal variable, for 0.74 <= x <= 14.5.

    ``x**2 / 2 = half_square + rest``.  It is ``exp(-x**2 / 2)`` times a polynomial in ``x / (1 + 35/64 x)``.
    """
    w = 1 / fma(x, 0.546875, 1.0)
    v = fma(x, w, -1.5625)
    q = fma(v, 1.39873847e-3, 6.91802753e-3)
    q = fma(q, v, 1.1473991e-2)
    q = fma(q, v, 7.20445183e-4)
    q = fma(q, v, -1.5572736e-2)
    q = fma(q, v, 1.10815512e-2)
    q = fma(q, v, 4.31803763e-2)
    q = fma(q, v, -1.43499434e-1)
    q = fma(q, v, 2.53164083e-1) * w
    p, n = _exponential(-half_square, -rest)
    s = power_of_two(n)
    return fma(p, q, q) * s * s


def _erf_near_zero(x: Any) -> Any:
    """Return ``erf(x)`` for |x| <= 0.625."""
    s = x * x
    p = fma(s, 4.45685303e-3, -2.66102925e-2)
    p = fma(p, s, 1.12802468e-1)
    p = fma(p, s, -3.7612465e-1)
    return fma(p, s, 1.12837911) * x


@_for_vectors(simd.erf)
def _erf(x: Any) -> Any:
    a = absolute(x)
    t = minimum(a, 4.0)  # where it is 1
    far = 1 - 2 * _upper_tail(SQRT_2 * t, t * t, 0)
    return where(a < 0.625, _erf_near_zero(x), copy_sign(far, x))


@_for_vectors(simd.normal_cdf)
def _normal_cdf(x: Any) -> Any:
    # The exponential needs the square to more digits than there are; that of the head is exact.
    a = minimum(absolute(x), 14.5)
    top = head(a)
    tail = _upper_tail(a, 0.5 * top * top, 0.5 * (a - top) * (a + top))
    near = fma(_erf_near_zero(x * SQRT_HALF), 0.5, 0.5)
    return where(a < 0.75, near, where(x > 0, 1 - tail, tail))


# Sine and cosine


def _sine_less(x: Any, turns: Any) -> Any:
    """Return ``sin(x - turns * pi)`` for turns that leave at most a quarter of a circle.

    The parts of pi, times turns of 13 digits, are exact.  Beyond, up to 2**22, the result is off by less than
    a change of x by one unit in its last place; from there on, where neighbouring numbers are half a radian
    apart, x counts as 2**22.
    """
    r = fma(turns, -PI_4, fma(turns, -PI_3, fma(turns, -PI_2, fma(turns, -PI_1, x))))
    s = r * r
    p = fma(s, 2.60574188e-6, -1.98095862e-4)
    p = fma(p, s, 8.33306648e-3)
    p = fma(p, s, -1.66666597e-1)
    return minimum(maximum(fma(p * s, r, r), -1.0), 1.0)


@_for_vectors(simd.sine)
def _sine(x: Any) -> Any:
    bounded = minimum(maximum(x, -(2.0**22)), 2.0**22)
    n = fma(bounded, ONE_OVER_PI, TO_WHOLE)
    result = negate_odd(_sine_less(bounded, exact_difference(n, TO_WHOLE)), n)
    return where(absolute(x) < INFINITY, result, NAN)


@_for_vectors(simd.cosine)
def _cosine(x: Any) -> Any:
    bounded = minimum(maximum(x, -(2.0**22)), 2.0**22)
    n = exact_sum(fma(bounded, ONE_OVER_PI, -0.5), TO_WHOLE + 1)  # one more, for the sign of sin(-pi/2)
    half_turns = exact_difference(n, TO_WHOLE + 1) + 0.5
    result = negate_odd(_sine_less(bounded, half_turns), n)
    return where(absolute(x) < INFINITY, result, NAN)
