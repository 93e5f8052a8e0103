"""Find the polynomials of ``engine/kernels/vectormath.py`` that are not taken from the literature.

Each is the minimax fit of a relative error, found by Remez's exchange algorithm (Remez, 1934) with Newton
steps, so that it may be rational; its coefficients are then rounded to float32.

``python scripts/fit_vectormath.py`` prints them; with ``--check`` it fails where one is not in the source.
"""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).resolve().parents[1] / "engine" / "kernels" / "vectormath.py"
POINTS = 20_001
Numbers = np.ndarray  # longdouble, so that the noise of the errors stays far below them
ROOT_2, ROOT_PI = np.sqrt(np.longdouble(2)), np.sqrt(np.arccos(np.longdouble(-1)))


@dataclass(frozen=True)
class Fit:
    """A relative error to be levelled over a range, as a function of the coefficients."""

    name: str
    low: float
    high: float
    error: Callable[[Numbers, Numbers], Numbers]
    start: tuple[float, ...]

    def grid(self) -> Numbers:
        """Return Chebyshev's points of the range, both ends among them; no grid point is 0."""
        x = (
            self.low
            + (self.high - self.low)
            * (1 - np.cos(np.pi * np.linspace(0, 1, POINTS, dtype=np.longdouble)))
            / 2
        )
        return np.where(np.abs(x) < 1e-6, 1e-6, x)


def extrema(error: Numbers, count: int) -> Numbers:
    """Return where ``count`` largest errors of alternating sign lie, left to right."""
    runs = np.split(np.arange(error.size), np.flatnonzero(np.diff(np.sign(error)) != 0) + 1)
    peaks = [run[np.abs(error[run]).argmax()] for run in runs]
    while len(peaks) > count:
        size = np.abs(error[peaks])
        k = int(size.argmin())
        if len(peaks) == count + 1 or k in (0, len(peaks) - 1):  # without an end the signs still alternate
            peaks.pop(0 if size[0] < size[-1] else -1)
        else:
            first = k if size[k + 1] < size[k - 1] else k - 1
            del peaks[first : first + 2]
    return np.array(peaks)


def slopes(fit: Fit, x: Numbers, coefficients: Numbers) -> Numbers:
    """Return the derivatives of the error by the coefficients, one a column."""
    steps = np.diag(1e-4 * coefficients)
    return np.stack(
        [(fit.error(x, coefficients + h) - fit.error(x, coefficients - h)) / (2 * h.sum()) for h in steps], 1
    )


def level(fit: Fit) -> Numbers:
    """Return the coefficients of the least largest error."""
    x, coefficients = fit.grid(), np.array(fit.start)
    count = coefficients.size + 1
    signs = (-1.0) ** np.arange(count)
    peaks = np.round((1 - np.cos(np.pi * (np.arange(count) + 0.5) / count)) / 2 * (POINTS - 1)).astype(int)
    for _ in range(100):
        system = np.concatenate([slopes(fit, x[peaks], coefficients), signs[:, None]], 1).astype(float)
        change = np.linalg.solve(system, -fit.error(x[peaks], coefficients).astype(float))[:-1]
        coefficients = coefficients + change
        found = extrema(fit.error(x, coefficients), count)
        if found.size == count:
            if np.array_equal(found, peaks) and (np.abs(change) < 1e-9 * np.abs(coefficients)).all():
                return coefficients
            peaks = found
    raise ArithmeticError(f"{fit.name}: no levelled error was found")


def polynomial(x: Numbers, coefficients: Numbers) -> Numbers:
    """Return the sum of ``coefficients[k] * x**k``."""
    return np.polynomial.polynomial.polyval(x, coefficients.astype(np.longdouble))


def exponential(r: Numbers, c: Numbers) -> Numbers:
    """``expm1(r) = r + r**2 c(r)``; the error keeps its sign at 0, where the weight vanishes."""
    return (r + r * r * polynomial(r, c) - np.expm1(r)) / np.abs(np.expm1(r))


def tanh(x: Numbers, c: Numbers) -> Numbers:
    """``tanh(x) = 2 t / (1 + t**2)``, ``t = m / (2 d)``, with 1.8671875 as the first coefficient of both."""
    s = x * x
    m = x * (1.8671875 + s * polynomial(s, c[:2]))
    d = 1.8671875 + s * polynomial(s, c[2:])
    return m * d / (m * d + (d - m / 2) ** 2) / np.tanh(x) - 1


def logarithm(s: Numbers, c: Numbers) -> Numbers:
    """``log((1 + s) / (1 - s)) = 2/3 s (3 + s**2 + s**4 c(s**2))``."""
    true = 2 * np.arctanh(s)
    return 2 * s * (3 + s**2 + s**4 * polynomial(s * s, c)) / (3 * true) - 1


def series(x: Numbers) -> Numbers:
    """Return ``sqrt(pi) / 2 * exp(x**2) * erf(x)``, by its series of positive terms."""
    term = total = x
    for k in range(1, 120):
        term = term * (2 * x * x / (2 * k + 1))
        total = total + term
    return total


def error_function(x: Numbers, c: Numbers) -> Numbers:
    """``erf(x) = x c(x**2)``."""
    return x * polynomial(x * x, c) / (2 / ROOT_PI * series(x) * np.exp(-x * x)) - 1


def upper_tail(x: Numbers, c: Numbers) -> Numbers:
    """``exp(x**2 / 2) (1 - Phi(x)) = w c(x w - 1.5625)`` with ``w = 1 / (1 + 35/64 x)``.

    Far out the true value is a continued fraction.
    """
    near, far = np.minimum(x, 3.5) / ROOT_2, np.maximum(x, 3.5)
    fraction = far
    for k in range(200, 0, -1):
        fraction = far + k / fraction
    true = np.where(
        x < 3.5, np.exp(near * near) / 2 - series(near) / ROOT_PI, 1 / (ROOT_2 * ROOT_PI * fraction)
    )
    w = 1 / (1 + 0.546875 * x)
    return w * polynomial(x * w - 1.5625, c) / true - 1


def sine(r: Numbers, c: Numbers) -> Numbers:
    """``sin(r) = r + r**3 c(r**2)``."""
    return (r + r**3 * polynomial(r * r, c)) / np.sin(r) - 1


FACTORIALS = tuple(1 / math.factorial(k) for k in range(2, 9))
FITS = (
    Fit("exponential", -math.log(2), math.log(2), exponential, FACTORIALS),
    Fit("tanh", 0, 9, tanh, (0.056, 2.1e-4, 0.212, 2.3e-3, 2.3e-6)),
    Fit("logarithm", 0.01, 0.1716, logarithm, (3 / 5, 3 / 7, 3 / 9)),
    Fit("error_function", 0, 0.625, error_function, (1.13, -0.376, 0.113, -0.027, 0.005)),
    Fit("upper_tail", 0.74, 14.5, upper_tail, (0.2, -0.1, 0.05, -0.01, 0.002, 2e-4, -1e-4, -1e-5, 1e-5)),
    Fit("sine", 0, 1.571, sine, (-1 / 6, 1 / 120, -1 / 5040, 1 / 362880)),
)


def main() -> int:
    """Print every fit; return the exit status of the check, if one is asked for."""
    literals = {np.float32(number) for number in re.findall(r"-?\d+\.\d*(?:e[-+]?\d+)?", SOURCE.read_text())}
    missing = 0
    for fit in FITS:
        coefficients = level(fit).astype(np.float32)
        worst = np.abs(fit.error(fit.grid(), coefficients)).max() * 2**24
        print(f"{fit.name}: {worst:.2f} * 2**-24 with rounded coefficients")
        for number in coefficients:
            found = number in literals
            missing += not found
            print(f"    {number:.9g}{'' if found else '    not in the source'}")
    return int(missing > 0) if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
