"""Activations that level off on both sides: a step from one value to another, more or less soft."""

from __future__ import annotations

from typing import Any, Literal

from engine.catalog.activation import Activation
from engine.kernels.simd import absolute, maximum, minimum, sigmoid, tanh, where


def sigmoid_slope(x: Any, y: Any) -> Any:
    return y * (1 - y)


def hard_sigmoid(x: Any) -> Any:
    return minimum(maximum(x + 3, 0), 6) / 6


def hard_sigmoid_slope(x: Any, y: Any) -> Any:
    return where(absolute(x) < 3, 1 / 6, y * 0)  # not 0, which would hide a NaN


def tanh_slope(x: Any, y: Any) -> Any:
    return 1 - y * y


def hard_tanh(x: Any) -> Any:
    return minimum(maximum(x, -1), 1)


def hard_tanh_slope(x: Any, y: Any) -> Any:
    return where(absolute(x) < 1, 1, y * 0)


def softsign(x: Any) -> Any:
    return x / (1 + absolute(x))


def softsign_slope(x: Any, y: Any) -> Any:
    root = 1 / (1 + absolute(x))  # squared last: the denominator's square would overflow
    return root * root


class Sigmoid(Activation):
    kind: Literal["sigmoid"] = "sigmoid"
    label = "Sigmoid"
    formula = "f(x) = 1 / (1 + e⁻ˣ)"
    derivative = "f'(x) = f(x) (1 - f(x)), at most 0.25"
    advice = "The output of a two-class problem: a probability between 0 and 1."
    pitfall = (
        "Saturates: far from zero its slope vanishes, and it is nowhere above 0.25, so gradients shrink from "
        "layer to layer. Its values are not centred on zero, and it costs an exponential."
    )
    source = "Rumelhart, Hinton and Williams, 1986"
    low, high = 0.0, 1.0
    value, slope = staticmethod(sigmoid), staticmethod(sigmoid_slope)


class HardSigmoid(Activation):
    kind: Literal["hard_sigmoid"] = "hard_sigmoid"
    label = "Hard sigmoid"
    formula = "f(x) = min(max(x + 3, 0), 6) / 6"
    derivative = "f'(x) = 1/6 if |x| < 3, else 0"
    advice = "A sigmoid of three straight lines: as good a gate, without the cost of an exponential."
    pitfall = "Saturates outright: beyond ±3 the slope is exactly 0, so a unit can die. Not centred on zero."
    source = "Howard et al., MobileNetV3, 2019"
    low, high = 0.0, 1.0
    value, slope = staticmethod(hard_sigmoid), staticmethod(hard_sigmoid_slope)


class Tanh(Activation):
    kind: Literal["tanh"] = "tanh"
    label = "Tanh"
    formula = "f(x) = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)"
    derivative = "f'(x) = 1 - f(x)²"
    advice = "Smooth and centred on zero: a good first choice for small networks and smooth boundaries."
    pitfall = "Saturates for large |x|: with large weights its slope, and so the gradient, vanishes."
    source = "LeCun et al., Efficient BackProp, 1998"
    low, high = -1.0, 1.0
    value, slope = staticmethod(tanh), staticmethod(tanh_slope)


class HardTanh(Activation):
    kind: Literal["hard_tanh"] = "hard_tanh"
    label = "Hard tanh"
    formula = "f(x) = min(max(x, -1), 1)"
    derivative = "f'(x) = 1 if |x| < 1, else 0"
    advice = "Tanh of three straight lines: centred on zero, and next to no cost."
    pitfall = "Saturates outright: beyond ±1 the slope is exactly 0, so a unit can die."
    source = "Collobert, 2004"
    low, high = -1.0, 1.0
    value, slope = staticmethod(hard_tanh), staticmethod(hard_tanh_slope)


class Softsign(Activation):
    kind: Literal["softsign"] = "softsign"
    label = "Softsign"
    formula = "f(x) = x / (1 + |x|)"
    derivative = "f'(x) = 1 / (1 + |x|)²"
    advice = "Like tanh, but it nears ±1 so slowly that a saturated unit still gets a gradient to return by."
    pitfall = "Bends already close to zero, so signals shrink from layer to layer, and it trains slowly."
    source = "Bergstra et al., 2009"
    low, high = -1.0, 1.0
    value, slope = staticmethod(softsign), staticmethod(softsign_slope)
