"""The elementary functions of 16 lanes: accuracy, ends of the range, NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS
from engine.kernels import layout, passes, simd
from engine.kernels.dispatch import Family
from engine.kernels.jit import inner, kernel
from engine.kernels.simd import load, store


def _loop(function: Any) -> Any:
    compiled = function if function.__module__ == simd.__name__ else inner(function)

    def loop(x, y):  # type: ignore[no-untyped-def]
        for i in range(0, x.size, 16):
            store(y, i, compiled(load(x, i)))

    return loop


def _unused(x: Any, y: Any) -> None:
    y[0] = np.nan


VECTOR_FUNCTIONS = (
    simd.exp,
    simd.expm1,
    simd.log1p,
    simd.tanh,
    simd.sigmoid,
    simd.sign,
    simd.absolute,
    simd.square_root,
)
FUNCTIONS = Family(_unused)
FUNCTIONS.fill([_loop(function) for function in VECTOR_FUNCTIONS])
_apply = FUNCTIONS.call
_activate = passes.ACTIVATIONS.call


@kernel
def apply(code: Any, x: Any, y: Any) -> None:
    """Write one of the vector functions of x.  Modified in place: y."""
    _apply(code, (x, y))


@kernel
def apply_activation(code: Any, x: Any, y: Any, numbers: Any) -> None:
    """Write one of the catalog's activations of x.  Modified in place: y."""
    _activate(code, (x, y, 0, x.size, numbers))


def vector(function: Any, x: np.ndarray) -> np.ndarray:
    """Apply a vector function of the kernels to float32 numbers."""
    room = np.zeros(layout.padded(x.size), np.float32)
    room[: x.size] = x
    found = np.zeros_like(room)
    apply(VECTOR_FUNCTIONS.index(function), room, found)
    return found[: x.size]


def _positive(low: float, high: float) -> np.ndarray:
    """Return about 200,000 float32 numbers of a range, as dense everywhere as the numbers themselves are."""
    first, last = np.array([low, high], np.float32).view(np.uint32)
    step = max(1, int(last - first) // 200_000)
    return np.arange(first, last, step, dtype=np.uint32).view(np.float32)


def _both(low: float, high: float) -> np.ndarray:
    x = _positive(low, high)
    return np.concatenate([-x[::-1], x])


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -x))


LARGEST = float(np.finfo(np.float32).max)
# The largest error in units of the last place.  Of tanh only where it is close to 1, which it reaches.
ACCURACY = [
    (simd.exp, np.exp, _positive(0, 88.72), 1.1),
    (simd.exp, np.exp, -_positive(0, 103.9), 1.1),
    (simd.expm1, np.expm1, _both(0, 88.72), 1.6),
    (simd.expm1, np.expm1, -_positive(88.72, LARGEST), 1.0),
    (simd.log1p, np.log1p, _positive(0, LARGEST), 1.0),
    (simd.tanh, np.tanh, _both(0, 1), 3.0),
    (simd.tanh, np.tanh, _both(1, 4), 4.0),
    (simd.tanh, np.tanh, _both(4, LARGEST), 5.3),
    (simd.sigmoid, _sigmoid, _positive(0, LARGEST), 2.0),
    (simd.sigmoid, _sigmoid, -_positive(0, 87.3), 2.5),
]


@pytest.mark.parametrize(
    ("function", "exact", "x", "limit"),
    ACCURACY,
    ids=[f"{f.__name__}-{x[0]:.4g}-to-{x[-1]:.4g}" for f, _, x, _ in ACCURACY],
)
def test_vector_functions_are_accurate_to_the_last_places(function, exact, x, limit):
    truth = exact(x.astype(np.float64))
    rounded = truth.astype(np.float32)
    # Just below 1 the numbers lie half as far apart as from 1 on.
    place = np.minimum(np.spacing(np.abs(rounded)), np.spacing(np.abs(rounded) * np.float32(1 - 2**-24)))
    place = np.maximum(place, np.float32(1.4e-45)).astype(np.float64)
    error = np.abs(vector(function, x) - truth) / place
    worst = error.argmax()
    assert error[worst] <= limit, f"{error[worst]:.2f} units of the last place at {x[worst]!r}"


def test_vector_functions_at_the_ends_of_the_range():
    huge = np.array([89, 1000, LARGEST, np.inf], np.float32)
    assert (vector(simd.exp, huge) == np.inf).all()
    assert (vector(simd.expm1, huge) == np.inf).all()
    assert (vector(simd.exp, -huge[1:]) == 0).all()
    assert (vector(simd.expm1, -huge) == -1).all()
    assert (vector(simd.tanh, huge) == 1).all()
    assert (vector(simd.tanh, -huge) == -1).all()
    assert (vector(simd.sigmoid, huge) == 1).all()
    assert (np.abs(vector(simd.sigmoid, -huge)) < 2e-38).all()
    assert vector(simd.log1p, np.float32([np.inf]))[0] == np.inf
    zero = np.zeros(1, np.float32)
    assert [vector(f, zero)[0] for f in VECTOR_FUNCTIONS] == [1, 0, 0, 0, 0.5, 0, 0, 0]


@pytest.mark.parametrize("function", VECTOR_FUNCTIONS, ids=lambda f: f.__name__)
def test_vector_functions_keep_nan_in_its_lane(function):
    x = np.full(48, 0.25, np.float32)
    x[[0, 17, 47]] = np.nan
    np.testing.assert_array_equal(np.isnan(vector(function, x)), np.isnan(x))


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
def test_activations_keep_nan_and_are_the_formula(entry):
    x = np.concatenate([[np.nan], np.linspace(-20, 20, 63)]).astype(np.float32)
    found, numbers = np.zeros_like(x), np.zeros(4)
    given = entry().numbers()
    numbers[: len(given)] = given
    apply_activation(ACTIVATIONS.index(entry), x, found, numbers)
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:], entry.value(x[1:].astype(np.float64), *given), rtol=1e-6, atol=1e-9)
    assert (found[1:] >= entry.low).all()
    assert (found[1:] <= entry.high).all()
