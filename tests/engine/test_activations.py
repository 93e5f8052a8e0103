"""The activations' formulas: their definitions, their digits in float32, and their limits."""

from __future__ import annotations

import math
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from engine.catalog.activations import (
    ACTIVATIONS,
    ELEMENTWISE,
    Activation,
    Celu,
    Elu,
    Gelu,
    GeluTanh,
    LeakyRelu,
    Maxout,
    Prelu,
    Softplus,
)
from engine.kernels import simd
from tests.engine.twins import table, trainer_of

EPSILON = 2.0**-23  # of float32
SMALLEST = 2.0**-149  # float32 above 0
HUGE = float(np.float32(3e38))

OTHERS = [
    LeakyRelu(negative_slope=0.3),
    Elu(alpha=0.3),
    Elu(alpha=10.0),
    Celu(alpha=0.3),
    Celu(alpha=3.0),
    Softplus(beta=0.3),
    Softplus(beta=3.0),
]
ENTRIES = [entry() for entry in ACTIVATIONS]


def name(entry: Activation) -> str:
    return "-".join([entry.key(), *map(str, entry.numbers())])


def numbers(entry: Activation) -> tuple[float, ...]:
    """Return what the formulas take: for what is trained, one number that it may have become."""
    return entry.numbers() + (0.25,) * len(entry.trained)


each = pytest.mark.parametrize("entry", ENTRIES, ids=name)
each_and_others = pytest.mark.parametrize("entry", ENTRIES + OTHERS, ids=name)


def test_keys_are_in_their_order():
    assert [entry.key() for entry in ACTIVATIONS] == [
        *(
            "linear",
            "sigmoid",
            "tanh",
            "relu",
            "leaky_relu",
            "elu",
        ),
        *("hard_sigmoid", "hard_tanh", "relu6", "selu", "celu", "gelu", "gelu_tanh", "silu", "mish"),
        *("softplus", "softsign", "sine", "gaussian", "exponential"),
        *("prelu", "maxout"),
    ]


# Definitions, with the default parameters


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
DEFINITIONS = {
    "linear": lambda x: x,
    "sigmoid": _sigmoid,
    "tanh": math.tanh,
    "relu": lambda x: max(0, x),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "hard_sigmoid": lambda x: 0 if x <= -3 else 1 if x >= 3 else x / 6 + 0.5,
    "hard_tanh": lambda x: -1 if x < -1 else 1 if x > 1 else x,
    "relu6": lambda x: min(max(0, x), 6),
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * (math.exp(x) - 1)),
    "celu": lambda x: max(0, x) + min(0, math.exp(x) - 1),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * math.tanh(math.log(1 + math.exp(x))),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "sine": math.sin,
    "gaussian": lambda x: math.exp(-(x**2)),
    "exponential": math.exp,
    "prelu": lambda x: x if x > 0 else 0.25 * x,
    "maxout": lambda x: x,
}


@each
def test_values_are_those_of_the_definition(entry):
    x = np.linspace(-8, 8, 1001)
    expected = [DEFINITIONS[entry.key()](float(number)) for number in x]
    np.testing.assert_allclose(entry.value(x, *numbers(entry)), expected, rtol=1e-13, atol=1e-14)


@each_and_others
def test_slopes_are_the_derivatives_of_the_values(entry):
    x, step = np.linspace(-7, 7, 2001) + 0.000123, 1e-5  # no point at a kink
    up, down = (entry.value(x + way, *numbers(entry)) for way in (step, -step))
    found = entry.slope(x, entry.value(x, *numbers(entry)), *numbers(entry))
    np.testing.assert_allclose(found, (up - down) / (2 * step), rtol=1e-7, atol=1e-8)


@each
def test_values_stay_within_their_bounds_and_come_close_to_them(entry):
    x = np.concatenate([np.linspace(-50, 50, 100_001), [-1e9, 1e9]])
    y = entry.value(x, *numbers(entry))
    assert y.min() >= entry.low
    assert y.max() <= entry.high
    for bound in (entry.low, entry.high):
        assert not math.isfinite(bound) or np.abs(y - bound).min() < 1e-6
    assert entry.derivative.startswith("f'(x) = ")


def test_the_approximation_of_gelu_is_as_near_as_it_says():
    x = np.linspace(-10, 10, 20_001)
    distance = np.abs(GeluTanh.value(x) - Gelu.value(x)).max()
    assert 0.0004 < distance < 0.0005
    assert "within 0.0005" in GeluTanh.advice


# Digits.  In float32, with elementary functions that round correctly, only the formula loses any.

ELEMENTARY = ("exp", "expm1", "log1p", "tanh", "sigmoid", "normal_cdf", "sine", "cosine", "fma")


def _rounded(operation: Any) -> Any:
    """Return an operation of vectors that computes in float64 and rounds once to float32."""

    def compute(*arguments: Any) -> Any:
        exact = operation(*(np.asarray(argument, np.float64) for argument in arguments))
        with np.errstate(over="ignore"):  # e to the 89 is infinite in float32, and meant to be
            return np.asarray(exact).astype(np.float32)

    return compute


ROUNDED = {operation: _rounded(getattr(simd, operation)) for operation in ELEMENTARY}


def in_float32(formula: Any) -> Any:
    """Return a formula on correctly rounded lanes."""
    if formula.__module__ == simd.__name__:
        return ROUNDED[formula.__name__]
    return FunctionType(formula.__code__, {**formula.__globals__, **ROUNDED})


def everywhere() -> np.ndarray:
    """Return float32 numbers from -3e38 to 3e38: every 16,384th there is, and densely where things happen."""
    last = int(np.float32(HUGE).view(np.uint32))
    bits = np.arange(0, last, 1 << 14, dtype=np.uint32).view(np.float32)
    positive = np.concatenate([bits, np.linspace(0, 110, 150_001, dtype=np.float32), np.float32([1e4, HUGE])])
    return np.unique(np.concatenate([-positive, positive]))


# How large the argument of an exponential is that has itself been rounded: of e to the u, rounding u costs
# |u| units of the last place.  No formula in float32 keeps these digits; PyTorch's have no digit there.
EXPONENTS = {
    "gelu_tanh": lambda x, entry: np.abs(x * (1.6 + 0.0714 * x * x)) * (x < 0),
    "softplus": lambda x, entry: np.abs(x * entry.beta) * (x < 0) * (entry.beta != 1),
}


@each_and_others
def test_float32_keeps_the_digits(entry):
    """Values are within 4 units of the last place.

    Slopes cross zero or are a small difference from 1 for some, so they are within twice the distance of
    float32 numbers at 1, or at the slope where it is larger.
    """
    x = everywhere()
    given = numbers(entry)
    value = in_float32(entry.value)(x, *given)
    slope = in_float32(entry.slope)(x, value, *given)
    assert value.dtype == slope.dtype == np.float32
    assert not np.isnan(value).any()
    assert not np.isnan(slope).any()
    exact_x = x.astype(np.float64)
    exact = entry.value(exact_x, *given)
    exact_slope = entry.slope(exact_x, exact, *given)
    finite = np.abs(exact) <= np.finfo(np.float32).max
    np.testing.assert_array_equal(value[~finite], np.inf)
    exact_x, value, slope, exact, exact_slope = (
        array[finite] for array in (exact_x, value, slope, exact, exact_slope)
    )

    # A factor below the normal range has fewer digits than its product with x.
    smallest = SMALLEST * np.clip(np.abs(exact_x), 1, 1000)
    place = np.maximum(np.spacing(np.abs(exact.astype(np.float32))), smallest)
    allowed = 4 + 2.5 * EXPONENTS.get(entry.key(), lambda x, entry: 0 * x)(exact_x, entry)
    error = np.abs(value - exact) / place
    worst = (error / allowed).argmax()
    assert error[worst] <= allowed[worst], f"{error[worst]:.2f} units of the last place at {exact_x[worst]!r}"

    error = np.abs(slope - exact_slope) / np.maximum(1, np.abs(exact_slope)) / EPSILON
    assert error.max() <= 2, f"the slope is {error.max():.2f} epsilon away at {exact_x[error.argmax()]!r}"


# Far out

ZERO = (0.0, 0.0)
# Value and slope of x where it is far below zero, and where it is far above.
FAR = {
    "linear": (lambda x: (x, 1), lambda x: (x, 1)),
    "sigmoid": (lambda x: ZERO, lambda x: (1, 0)),
    "tanh": (lambda x: (-1, 0), lambda x: (1, 0)),
    "relu": (lambda x: ZERO, lambda x: (x, 1)),
    "leaky_relu": (lambda x: (0.01 * x, 0.01), lambda x: (x, 1)),
    "elu": (lambda x: (-1, 0), lambda x: (x, 1)),
    "hard_sigmoid": (lambda x: ZERO, lambda x: (1, 0)),
    "hard_tanh": (lambda x: (-1, 0), lambda x: (1, 0)),
    "relu6": (lambda x: ZERO, lambda x: (6, 0)),
    "selu": (lambda x: (-SELU_SCALE * SELU_ALPHA, 0), lambda x: (SELU_SCALE * x, SELU_SCALE)),
    "celu": (lambda x: (-1, 0), lambda x: (x, 1)),
    "gelu": (lambda x: ZERO, lambda x: (x, 1)),
    "gelu_tanh": (lambda x: ZERO, lambda x: (x, 1)),
    "silu": (lambda x: ZERO, lambda x: (x, 1)),
    "mish": (lambda x: ZERO, lambda x: (x, 1)),
    "softplus": (lambda x: ZERO, lambda x: (x, 1)),
    "softsign": (lambda x: (x / (1 + abs(x)), 1 / (1 + abs(x)) ** 2),) * 2,  # the slow one
    "sine": (lambda x: (math.sin(x), math.cos(x)),) * 2,
    "gaussian": (lambda x: ZERO, lambda x: ZERO),
    "exponential": (lambda x: ZERO, lambda x: (math.inf, math.inf)),
    "prelu": (lambda x: (0.25 * x, 0.25), lambda x: (x, 1)),
    "maxout": (lambda x: (x, 1), lambda x: (x, 1)),
}


@each
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("x", [-HUGE, -1e4, 1e4, HUGE])
def test_far_out_values_and_slopes_are_the_limits(entry, kind, x):
    at = np.array([x], kind)
    given = numbers(entry)
    value = entry.value(at, *given)
    slope = entry.slope(at, value, *given)
    expected = FAR[entry.key()][x > 0](x)
    np.testing.assert_allclose([value[0], slope[0]], expected, rtol=1e-6, atol=1e-7)


@each
def test_no_parameter_makes_the_far_ends_overflow(entry):
    for end in ("low", "high"):
        edge = entry.edited(**{p.name: p.type(getattr(p.range, end)) for p in entry.parameters()})
        for kind in (np.float32, np.float64):
            x = np.array([-HUGE, -1e4, -100.0, -0.0, 0.0, 100.0, 1e4, HUGE], kind)
            value = edge.value(x, *numbers(edge))
            slope = edge.slope(x, value, *numbers(edge))
            assert not np.isnan(value).any()
            assert np.isfinite(slope[np.isfinite(value)]).all()


@each_and_others
def test_nan_stays_nan_in_values_and_slopes(entry):
    x = np.array([1.0, np.nan, -1.0])
    value = entry.value(x, *numbers(entry))
    np.testing.assert_array_equal(np.isnan(value), np.isnan(x))
    np.testing.assert_array_equal(np.isnan(entry.slope(x, value, *numbers(entry))), np.isnan(x))


@pytest.mark.parametrize("entry", [entry() for entry in ELEMENTWISE], ids=name)
@pytest.mark.parametrize("x", [-HUGE, -1e4, 1e4, HUGE])
def test_kernels_reach_the_limits(entry, x):
    """One hidden unit with x as its bias; its value is the output, its slope is in the gradient."""
    value, slope = (float(number) for number in FAR[entry.key()][x > 0](x))
    if math.isinf(value):
        return
    sine = entry.key() == "sine"  # of which float32 promises no digit out there, only the bounds
    trainer = trainer_of(
        table(0, rows=1, inputs=1),
        [{"units": 1, "activation": entry.key()}],
        loss="half_squared_error",
        optimizer={"kind": "sgd", "learning_rate": 0.0},
    )
    hidden = np.zeros((1, 1)), np.array([x])
    trainer.set_parameters([hidden, (np.ones((1, 1)), np.zeros(1))])
    found = float(trainer.predict(np.zeros((1, 1)))[0, 0])
    assert abs(found) <= 1 if sine else found == pytest.approx(value, rel=8 * EPSILON, abs=1e-37)

    # A weight so small and a target so near that nothing in the gradient overflows, nor is flushed to 0.
    weight = 2.0**-110
    target = float(trainer.data.train_targets[0, 0])
    trainer.set_parameters([hidden, (np.full((1, 1), weight), np.array([target + 0.5 - weight * found]))])
    assert trainer.advance(batches=1)
    (_, by_bias), (_, error) = trainer.gradient
    found = float(by_bias[0]) / (float(error[0]) * weight)
    assert abs(found) <= 1.001 if sine else found == pytest.approx(slope, rel=8 * EPSILON, abs=8 * EPSILON)


# What the engine asks


@each
def test_the_formulas_take_as_many_numbers_as_there_are(entry):
    x = np.ones(3)
    assert len(entry.numbers()) == entry.arity() <= 4
    taken = entry.arity() + len(entry.trained)
    assert np.shape(entry.value(x, *[0.5] * taken)) == (3,)
    assert np.shape(entry.slope(x, x, *[0.5] * taken)) == (3,)


def test_prelu_is_leaky_relu_with_a_slope_for_every_unit():
    x, slopes = np.linspace(-3, 3, 8).reshape(4, 2), np.array([0.1, 0.7])
    y = Prelu.value(x, slopes)
    slope = Prelu.slope(x, y, slopes)
    for unit, number in enumerate(slopes):
        expected = LeakyRelu.value(x[:, unit], number)
        np.testing.assert_array_equal(y[:, unit], expected)
        np.testing.assert_array_equal(slope[:, unit], LeakyRelu.slope(x[:, unit], expected, number))
    assert Prelu.trained == ("slope",)
    assert not any(entry.trained for entry in (*ELEMENTWISE, Maxout))
    assert Prelu().initial_slope == 0.25
    assert Prelu(initial_slope=0.5).numbers() == ()


def test_slope_by_a_trained_parameter_is_the_derivative():
    x, number, step = np.linspace(-3, 3, 13), 0.3, 1e-6
    found = (Prelu.value(x, number + step) - Prelu.value(x, number - step)) / (2 * step)
    np.testing.assert_allclose(Prelu.parameter_slope(x), found, atol=1e-9)
    assert np.isnan(Prelu.parameter_slope(np.array([np.nan]))).all()


def test_only_maxout_has_several_sums_a_unit():
    assert {entry.sums_per_unit() for entry in ENTRIES if entry.key() != "maxout"} == {1}
    assert Maxout().sums_per_unit() == 2
    assert Maxout(pieces=5).sums_per_unit() == 5
    assert Maxout(pieces=5).numbers() == ()
