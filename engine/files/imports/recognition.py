"""Which activation of the catalog some operations are, told by what they compute and not by their names.

So GELU is found however a program wrote it down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import ELEMENTWISE
from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from engine.catalog.activation import Activation

    Values = NDArray[np.float64]

# Where operations are computed; the first far below zero, where all that saturates has.
POINTS: Values = np.concatenate([[-1000.0, -1.0, 0.0, -30.0, 30.0], np.linspace(-9, 9, 121)])
POINTS.flags.writeable = False
CLOSE = 2e-6  # relative to the larger of 1 and the value; constants are float32

# The parameter of an activation, from its values at -1000, -1 and 0.
GUESSES: dict[str, Callable[[float, float, float], float]] = {
    "leaky_relu": lambda far, one, zero: -one,
    "elu": lambda far, one, zero: -far,
    "celu": lambda far, one, zero: -far,
    "softplus": lambda far, one, zero: math.log(2) / zero,
}


def recognized(values: Values) -> Activation | None:
    """Return the activation with these values at `POINTS`, None where there is none.

    Parameters
    ----------
    values : float64 array
        What some operations gave.
    """
    for entry in ELEMENTWISE:
        for activation in _candidates(entry, values):
            with np.errstate(all="ignore"):
                expected = np.asarray(activation.value(POINTS, *activation.numbers()), np.float64)
                apart = np.abs(values - expected) / np.maximum(1, np.abs(expected))
            if (apart <= CLOSE).all():  # not where either is NaN
                return activation
    return None


def _candidates(entry: type[Activation], values: Values) -> list[Activation]:
    guess = GUESSES.get(entry.key())
    if guess is None:
        return [entry.model_validate({})]
    far, one, zero = map(float, values[:3])
    (parameter,) = entry.parameters()
    try:
        found = float(f"{guess(far, one, zero):.7g}")
    except (ZeroDivisionError, OverflowError):
        return []
    if parameter.range is None or not parameter.range.low <= found <= parameter.range.high:
        return []
    return [entry.model_validate({parameter.name: found})]


def _selu(
    x: Values, alpha: float = 1.67326319217681884765625, gamma: float = 1.05070102214813232421875
) -> Values:
    return np.asarray(gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))))


def _gelu(x: Values, approximate: str = "none") -> Values:
    if approximate == "tanh":
        return np.asarray(0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))
    return np.asarray(x * simd.normal_cdf(x))


def _clip(
    x: Values, low: Values | float = -math.inf, high: Values | float = math.inf, **limits: float
) -> Values:
    return np.asarray(np.minimum(np.maximum(x, limits.get("min", low)), limits.get("max", high)))


# Operators that work on every number by itself, and the attributes that these have.
OPERATORS: dict[str, Callable[..., Any]] = {
    "Abs": np.abs,
    "Add": np.add,
    "Celu": lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha)),
    "Clip": _clip,
    "Cos": np.cos,
    "Div": np.divide,
    "Elu": lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "Equal": np.equal,
    "Erf": simd.erf,
    "Exp": np.exp,
    "Gelu": _gelu,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "HardSigmoid": lambda x, alpha=0.2, beta=0.5: np.clip(alpha * x + beta, 0, 1),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "LeakyRelu": lambda x, alpha=0.01: np.where(x > 0, x, alpha * x),
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Log": np.log,
    "Max": lambda *x: np.max(np.broadcast_arrays(*x), axis=0),
    "Min": lambda *x: np.min(np.broadcast_arrays(*x), axis=0),
    "Mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "Mul": np.multiply,
    "Neg": np.negative,
    "Pow": np.power,
    "Reciprocal": np.reciprocal,
    "Relu": lambda x: np.maximum(x, 0),
    "Selu": _selu,
    "Sigmoid": simd.sigmoid,
    "Sign": np.sign,
    "Sin": np.sin,
    "Softplus": lambda x: np.logaddexp(0, x),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Sum": lambda *x: np.sum(np.broadcast_arrays(*x), axis=0),
    "Swish": lambda x, alpha=1.0: x * simd.sigmoid(alpha * x),
    "Tanh": np.tanh,
    "ThresholdedRelu": lambda x, alpha=1.0: np.where(x > alpha, x, 0),
    "Where": np.where,
}
ATTRIBUTES = {"alpha", "beta", "gamma", "approximate", "min", "max"}
_TWO = ("Add", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Mul", "Pow", "Sub")
_LIMITS = {**dict.fromkeys(_TWO, (2, 2)), "Clip": (1, 3), "Where": (3, 3)}
_LIMITS |= dict.fromkeys(("Max", "Min", "Sum"), (1, 100))


def takes(operator: str, count: int) -> bool:
    """Tell whether an operator takes so many values."""
    least, most = _LIMITS.get(operator, (1, 1))
    return least <= count <= most
