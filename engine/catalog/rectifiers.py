"""Activations that let positive sums through and hold negative ones back: ReLU and its relatives."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.activation import Activation
from engine.catalog.entry import Range, Real
from engine.kernels.simd import absolute, exp, expm1, log1p, maximum, minimum, sigmoid, where

# The one pair for which values of mean 0 and variance 1 keep them from layer to layer.
SELU_SCALE = 1.0507009873554804934
SELU_ALPHA = 1.6732632423543772848
# Where e⁻ˣ is long 0, whatever number of these entries stands beside x: so far products do not overflow.
FAR = 1e4


def relu(x: Any) -> Any:
    return maximum(x, 0)


def relu_slope(x: Any, y: Any) -> Any:
    return where(y > 0, 1, y * 0)  # not 0, which would hide a NaN


def relu6(x: Any) -> Any:
    return minimum(maximum(x, 0), 6)


def relu6_slope(x: Any, y: Any) -> Any:
    level = y * 0
    return where(y > 0, where(y < 6, 1, level), level)


def leaky_relu(x: Any, negative_slope: Any) -> Any:
    return where(x > 0, x, x * negative_slope)


def leaky_relu_slope(x: Any, y: Any, negative_slope: Any) -> Any:
    return where(x > 0, 1, x * 0 + negative_slope)


def prelu_parameter_slope(x: Any) -> Any:
    return where(x > 0, 0, x)


def elu(x: Any, alpha: Any) -> Any:
    return where(x > 0, x, alpha * expm1(minimum(x, 0)))


def elu_slope(x: Any, y: Any, alpha: Any) -> Any:
    return where(x > 0, 1, alpha * exp(minimum(x, 0)))


def selu(x: Any) -> Any:
    return where(x > 0, SELU_SCALE * x, SELU_SCALE * SELU_ALPHA * expm1(minimum(x, 0)))


def selu_slope(x: Any, y: Any) -> Any:
    return where(x > 0, SELU_SCALE, SELU_SCALE * SELU_ALPHA * exp(minimum(x, 0)))


def celu(x: Any, alpha: Any) -> Any:
    return where(x > 0, x, alpha * expm1(minimum(maximum(x, -FAR), 0) / alpha))


def celu_slope(x: Any, y: Any, alpha: Any) -> Any:
    return where(x > 0, 1, exp(minimum(maximum(x, -FAR), 0) / alpha))


def softplus(x: Any, beta: Any) -> Any:
    # What it adds to ReLU: the same on both sides, so that nothing cancels.
    return maximum(x, 0) + log1p(exp(-beta * minimum(absolute(x), FAR))) / beta


def softplus_slope(x: Any, y: Any, beta: Any) -> Any:
    return sigmoid(beta * minimum(maximum(x, -FAR), FAR))


class Relu(Activation):
    kind: Literal["relu"] = "relu"
    label = "ReLU"
    formula = "f(x) = max(0, x)"
    derivative = "f'(x) = 1 if x > 0, else 0"
    advice = "Cheap and never saturates above zero: the default of deep networks, with He initialization."
    pitfall = "A unit whose input stays negative gets no gradient and is dead for good. Not centred on zero."
    source = "Nair and Hinton, 2010"
    low, high = 0.0, math.inf
    value, slope = staticmethod(relu), staticmethod(relu_slope)


class Relu6(Activation):
    kind: Literal["relu6"] = "relu6"
    label = "ReLU6"
    formula = "f(x) = min(max(0, x), 6)"
    derivative = "f'(x) = 1 if 0 < x < 6, else 0"
    advice = "ReLU with a ceiling, so that values fit the few digits of small devices."
    pitfall = "Dies below zero as ReLU does, and above 6 it saturates as well. Not centred on zero."
    source = "Krizhevsky, 2010"
    low, high = 0.0, 6.0
    value, slope = staticmethod(relu6), staticmethod(relu6_slope)


class LeakyRelu(Activation):
    kind: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.01, description="The slope below zero. 0 is ReLU, 1 is linear."
    )
    label = "Leaky ReLU"
    formula = "f(x) = x if x > 0, else a x"
    derivative = "f'(x) = 1 if x > 0, else a"
    advice = "ReLU that keeps a small slope below zero, so that units cannot die. As cheap, never saturates."
    pitfall = "With a slope near 1 it is almost linear and depth adds little."
    source = "Maas, Hannun and Ng, 2013"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(leaky_relu), staticmethod(leaky_relu_slope)


class Prelu(Activation):
    """Leaky ReLU whose slope below zero is a vector, trained with the weights."""

    kind: Literal["prelu"] = "prelu"
    initial_slope: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.25, description="Where the slope below zero of every unit starts; training changes it."
    )
    label = "PReLU"
    formula = "f(x) = x if x > 0, else a x, with a trained for every unit"
    derivative = "f'(x) = 1 if x > 0, else a"
    advice = "Leaky ReLU that finds its slopes itself, from ReLU to linear and beyond. Units cannot die."
    pitfall = "More to overfit with on little data. A penalty on the slopes would pull them to plain ReLU."
    source = "He et al., 2015"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(leaky_relu), staticmethod(leaky_relu_slope)
    parameter_slope = staticmethod(prelu_parameter_slope)
    trained = ("slope",)

    @classmethod
    def arity(cls) -> int:
        """Return 0: the slope the formulas take is a vector of the layer."""
        return 0

    def numbers(self) -> tuple[float, ...]:
        """Return nothing: where the slope starts is no number of the formulas."""
        return ()


class Elu(Activation):
    kind: Literal["elu"] = "elu"
    alpha: Annotated[Real, Range(0.0, 10.0)] = Field(
        1.0, description="Minus the value approached far below zero. 1 makes the slope continuous."
    )
    label = "ELU"
    formula = "f(x) = x if x > 0, else α (eˣ - 1)"
    derivative = "f'(x) = 1 if x > 0, else α eˣ"
    advice = "Like ReLU above zero, smooth and bounded below: mean values stay nearer to zero."
    pitfall = "Needs an exponential, so it is slower; it saturates far below zero."
    source = "Clevert, Unterthiner and Hochreiter, 2016"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(elu), staticmethod(elu_slope)


class Selu(Activation):
    kind: Literal["selu"] = "selu"
    label = "SELU"
    formula = "f(x) = λ x if x > 0, else λ α (eˣ - 1),  λ = 1.0507, α = 1.6733"
    derivative = "f'(x) = λ if x > 0, else λ α eˣ"
    advice = "Keeps mean 0 and variance 1 through deep dense networks, started with LeCun normal."
    pitfall = "The promise needs standardized inputs and LeCun normal; dropout and residuals break it."
    source = "Klambauer et al., 2017"
    low, high = -SELU_SCALE * SELU_ALPHA, math.inf
    value, slope = staticmethod(selu), staticmethod(selu_slope)


class Celu(Activation):
    kind: Literal["celu"] = "celu"
    alpha: Annotated[Real, Range(0.1, 10.0, "log")] = Field(
        1.0, description="Minus the value approached far below zero. Towards 0 it becomes ReLU."
    )
    label = "CELU"
    formula = "f(x) = x if x > 0, else α (e^(x/α) - 1)"
    derivative = "f'(x) = 1 if x > 0, else e^(x/α)"
    advice = "ELU whose slope is continuous for every α, so that α can be chosen freely."
    pitfall = "Needs an exponential and saturates far below zero, the sooner the smaller α."
    source = "Barron, 2017"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(celu), staticmethod(celu_slope)


class Softplus(Activation):
    kind: Literal["softplus"] = "softplus"
    beta: Annotated[Real, Range(0.1, 10.0, "log")] = Field(
        1.0, description="How sharp the bend at zero is. The larger, the nearer to ReLU."
    )
    label = "Softplus"
    formula = "f(x) = log(1 + e^(β x)) / β"
    derivative = "f'(x) = 1 / (1 + e^(-β x))"
    advice = "ReLU with a round corner. As an output, for what must be positive, such as a spread or a rate."
    pitfall = "Not centred on zero, saturates below it, and costs a logarithm: rarely beats ReLU."
    source = "Dugas et al., 2001"
    low, high = 0.0, math.inf
    value, slope = staticmethod(softplus), staticmethod(softplus_slope)
