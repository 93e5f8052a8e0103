"""The elementary functions of 16 lanes: accuracy over the whole range, its ends, NaN."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import loops
from engine.catalog.activations import ELEMENTWISE
from engine.kernels import layout, passes, simd
from engine.kernels.denormals import flush_denormals, restore_denormals
from engine.kernels.dispatch import Family, Scope
from engine.kernels.jit import kernel

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = 2.0**-126  # of the normal numbers
POINTS = 2_000_000
ULPS = 4.0


def _nowhere(scope: Scope, x: Any, y: Any, size: Any, number: Any) -> None:
    with scope.lanes(0, size) as i:
        scope.store(y, i, np.nan)


def _branch(function: Any) -> Any:
    def branch(scope: Scope, x: Any, y: Any, size: Any, number: Any) -> None:
        given = (scope.number(number, 0),) if function is simd.power else ()
        with scope.lanes(0, size) as i:
            scope.store(y, i, function(scope.load(x, i), *given))

    return branch


VECTOR_FUNCTIONS = (
    simd.exp,
    simd.expm1,
    simd.log,
    simd.log1p,
    simd.softplus,
    simd.power,
    simd.tanh,
    simd.sigmoid,
    simd.erf,
    simd.normal_cdf,
    simd.sine,
    simd.cosine,
    simd.sign,
    simd.absolute,
    simd.square_root,
)
FUNCTIONS = Family(_nowhere)
FUNCTIONS.fill([_branch(function) for function in VECTOR_FUNCTIONS])
_apply = FUNCTIONS.call
_activate = passes.ACTIVATIONS.call
assert loops.__name__ == "engine.loops"  # which fills the families


@kernel
def apply(code: Any, x: Any, y: Any, number: Any, flush: Any) -> None:
    """Write one of the vector functions of x.  Modified in place: y."""
    state = flush_denormals()
    if not flush:
        restore_denormals(state)
    size = x.size
    _apply(code, (x, y, size, number))
    restore_denormals(state)


@kernel
def apply_activation(code: Any, x: Any, y: Any, numbers: Any) -> None:
    """Write one of the catalog's activations of x.  Modified in place: y."""
    size = x.size
    _activate(code, (x, 0, y, 0, size, numbers))


def vector(function: Any, x: np.ndarray, number: float = 0.0, flush: bool = False) -> np.ndarray:
    """Apply a vector function of the kernels to float32 numbers."""
    room = np.ones(layout.padded(x.size), np.float32)
    room[: x.size] = x
    found = np.zeros_like(room)
    apply(VECTOR_FUNCTIONS.index(function), room, found, np.array([number]), flush)
    return found[: x.size]


def _between(low: float, high: float) -> np.ndarray:
    """Return numbers of a range, as dense everywhere as float32 itself is; both ends are among them."""
    if low < 0:
        below = -_between(0.0, -low)
        return below if high <= 0 else np.concatenate([below, _between(0.0, high)])
    first, last = (int(bits) for bits in np.array([low, high], np.float32).view(np.uint32))
    step = max(1, (last - first) // POINTS)
    bits = np.append(np.arange(first, last, step, dtype=np.uint32), np.uint32(last))
    return bits.view(np.float32)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -x))


def _power(a: float, x: np.ndarray) -> np.ndarray:
    return np.power(x, a)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


# Function, its float64 value, and where: everywhere but where it is not defined or promises less.
EVERYWHERE = (-LARGEST, LARGEST)
SWEEPS = [
    (simd.exp, np.exp, EVERYWHERE, 0.0),
    (simd.expm1, np.expm1, EVERYWHERE, 0.0),
    (simd.log, np.log, (0.0, LARGEST), 0.0),
    (simd.log1p, np.log1p, (-1.0, LARGEST), 0.0),
    (simd.softplus, _softplus, EVERYWHERE, 0.0),
    (simd.tanh, np.tanh, EVERYWHERE, 0.0),
    (simd.sigmoid, _sigmoid, EVERYWHERE, 0.0),
    (simd.erf, simd.erf, EVERYWHERE, 0.0),
    (simd.normal_cdf, simd.normal_cdf, EVERYWHERE, 0.0),
    (simd.sine, np.sin, (-12_800.0, 12_800.0), 0.0),
    (simd.cosine, np.cos, (-12_800.0, 12_800.0), 0.0),
    (simd.sign, np.sign, EVERYWHERE, 0.0),
    (simd.absolute, np.abs, EVERYWHERE, 0.0),
    (simd.square_root, np.sqrt, (0.0, LARGEST), 0.0),
    *((simd.power, partial(_power, a), (0.0, LARGEST), a) for a in (0.0, 0.5, 1.0, 2.0, 2.5, -1.5, 7.25)),
]


@pytest.mark.parametrize(
    ("function", "exact", "range_", "number"), SWEEPS, ids=[f"{f.__name__}-{a:g}" for f, _, _, a in SWEEPS]
)
def test_vector_functions_are_within_four_units_of_the_last_place(function, exact, range_, number):
    x = _between(*range_)
    with np.errstate(all="ignore"):
        truth = exact(x.astype(np.float64))
        rounded = truth.astype(np.float32)
    found = vector(function, x, number).astype(np.float64)
    # Below the normal numbers a result may come out as anything between 0 and the smallest of them.
    tiny = np.abs(truth) < SMALLEST
    assert (np.abs(found[tiny]) <= SMALLEST).all()
    infinite = np.isinf(rounded)
    np.testing.assert_array_equal(found[infinite & np.isinf(truth)], truth[infinite & np.isinf(truth)])
    assert (np.abs(found[infinite]) > LARGEST * (1 - 1e-6)).all()
    checked = ~tiny & ~infinite
    # Just below a power of two the numbers lie half as far apart as from it on.
    size = np.abs(rounded[checked]) * np.float32(1 - 2**-24)
    place = np.spacing(size).astype(np.float64)
    error = np.abs(found[checked] - truth[checked]) / place
    worst = error.argmax()
    assert error[worst] <= ULPS, f"{error[worst]:.2f} units of the last place at {x[checked][worst]!r}"


def test_every_vector_function_is_swept():
    swept = {function for function, *_ in SWEEPS}
    assert swept == set(VECTOR_FUNCTIONS)
    formulas = {function for function in vars(simd).values() if getattr(function, "__wrapped__", None)}
    exact = {simd.maximum, simd.minimum, simd.where, simd.fma}  # one instruction each
    assert formulas == swept | exact


@pytest.mark.parametrize("function", VECTOR_FUNCTIONS, ids=lambda f: f.__name__)
def test_flushing_denormals_changes_nothing_but_what_is_tiny(function):
    x = _between(0.0, 100.0)[::7]
    plain, flushed = (vector(function, x, 1.5, flush) for flush in (False, True))
    normal = (np.abs(plain) >= SMALLEST) & (x >= np.float32(SMALLEST))
    np.testing.assert_array_equal(plain[normal], flushed[normal])


def test_vector_functions_at_the_ends_of_the_range():
    huge = np.array([89, 1000, LARGEST, np.inf], np.float32)
    for function in (simd.exp, simd.expm1):
        assert (vector(function, huge) == np.inf).all()
    assert (vector(simd.softplus, huge) == huge).all()
    assert (vector(simd.exp, -huge[1:]) == 0).all()
    assert (vector(simd.expm1, -huge) == -1).all()
    for function in (simd.tanh, simd.erf):
        assert (vector(function, huge) == 1).all()
        assert (vector(function, -huge) == -1).all()
    for function in (simd.sigmoid, simd.normal_cdf):
        assert (vector(function, huge) == 1).all()
        assert (np.abs(vector(function, -huge)) < 2e-38).all()
    for function in (simd.log, simd.log1p, simd.square_root):
        assert vector(function, np.float32([np.inf]))[0] == np.inf
    assert vector(simd.log, np.float32([0]))[0] == vector(simd.log1p, np.float32([-1]))[0] == -np.inf
    for function in (simd.sine, simd.cosine):
        assert np.isnan(vector(function, np.float32([np.inf, -np.inf]))).all()
        assert (np.abs(vector(function, _between(*EVERYWHERE))) <= 1 + 2.0**-20).all()
    for function in (simd.log, simd.square_root, simd.power):
        assert np.isnan(vector(function, np.float32([-1.0]), 0.5)).all()
    zero = np.zeros(1, np.float32)
    expected = [1, 0, -math.inf, 0, math.log(2), 0, 0, 0.5, 0, 0.5, 0, 1, 0, 0, 0]
    np.testing.assert_allclose([vector(f, zero, 2.0)[0] for f in VECTOR_FUNCTIONS], expected, rtol=1e-7)


@pytest.mark.parametrize("function", VECTOR_FUNCTIONS, ids=lambda f: f.__name__)
def test_vector_functions_keep_nan_in_its_lane(function):
    x = np.full(48, 0.25, np.float32)
    x[[0, 17, 47]] = np.nan
    np.testing.assert_array_equal(np.isnan(vector(function, x, 0.5)), np.isnan(x))


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_activations_keep_nan_and_are_the_formula(entry):
    x = np.concatenate([[np.nan], np.linspace(-20, 20, 63)]).astype(np.float32)
    found, numbers = np.zeros_like(x), np.zeros(4)
    given = entry().numbers()
    numbers[: len(given)] = given
    apply_activation(ELEMENTWISE.index(entry), x, found, numbers)
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:], entry.value(x[1:].astype(np.float64), *given), rtol=1e-6, atol=1e-9)
    assert (found[1:] >= entry.low).all()
    assert (found[1:] <= entry.high).all()


def test_the_coefficients_are_those_that_the_script_finds():
    script = Path(__file__).parents[2] / "scripts" / "fit_vectormath.py"
    check = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout
