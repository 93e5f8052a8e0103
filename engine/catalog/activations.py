"""Activations: what a unit does with the weighted sum it receives.

Each has a value ``y = f(x)`` and a slope ``f'(x)``, written in terms of whichever of ``x`` and ``y`` is
cheaper.  Both are plain functions of vectors: float64 NumPy when called from Python, 16-lane float32
instructions inside the kernels (see ``engine.kernels.simd``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Range, Real
from engine.kernels.simd import exp, expm1, maximum, sigmoid, tanh, where


def linear(x: Any) -> Any:
    return x


def linear_slope(x: Any, y: Any) -> Any:
    return x * 0 + 1  # keeps a NaN


def sigmoid_slope(x: Any, y: Any) -> Any:
    return y * (1 - y)


def tanh_slope(x: Any, y: Any) -> Any:
    return 1 - y * y


def relu(x: Any) -> Any:
    return maximum(x, 0)


def relu_slope(x: Any, y: Any) -> Any:
    return where(y > 0, 1, 0)


def leaky_relu(x: Any, negative_slope: Any) -> Any:
    return where(x > 0, x, x * negative_slope)


def leaky_relu_slope(x: Any, y: Any, negative_slope: Any) -> Any:
    return where(x > 0, 1, negative_slope)


def elu(x: Any, alpha: Any) -> Any:
    return where(x > 0, x, alpha * expm1(x))


def elu_slope(x: Any, y: Any, alpha: Any) -> Any:
    return where(x > 0, 1, alpha * exp(x))


class Activation(Entry):
    """An element-wise function; ``low`` and ``high`` bound its values."""

    value: ClassVar[Callable[..., Any]]
    slope: ClassVar[Callable[..., Any]]
    derivative: ClassVar[str]
    low: ClassVar[float]
    high: ClassVar[float]


class Linear(Activation):
    kind: Literal["linear"] = "linear"
    label = "Linear"
    formula = "f(x) = x"
    derivative = "f'(x) = 1"
    advice = "The output of a regression. In a hidden layer it shows why non-linearity matters."
    pitfall = "Layers of linear units collapse into one: W₂W₁ is a single matrix, so depth adds nothing."
    low, high = -math.inf, math.inf
    value, slope = staticmethod(linear), staticmethod(linear_slope)


class Sigmoid(Activation):
    kind: Literal["sigmoid"] = "sigmoid"
    label = "Sigmoid"
    formula = "f(x) = 1 / (1 + e⁻ˣ)"
    derivative = "f'(x) = f(x) (1 - f(x)), at most 0.25"
    advice = "The output of a two-class problem: a probability between 0 and 1."
    pitfall = "Saturates: far from zero its slope vanishes; its values are not centred on zero."
    source = "Rumelhart, Hinton and Williams, 1986"
    low, high = 0.0, 1.0
    value, slope = staticmethod(sigmoid), staticmethod(sigmoid_slope)


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


class Relu(Activation):
    kind: Literal["relu"] = "relu"
    label = "ReLU"
    formula = "f(x) = max(0, x)"
    derivative = "f'(x) = 1 if x > 0, else 0"
    advice = "Cheap and never saturates above zero: the default of deep networks, with He initialization."
    pitfall = "A unit whose input stays negative gets no gradient and is dead for good."
    source = "Nair and Hinton, 2010"
    low, high = 0.0, math.inf
    value, slope = staticmethod(relu), staticmethod(relu_slope)


class LeakyRelu(Activation):
    kind: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.01, description="The slope below zero. 0 is ReLU, 1 is linear."
    )
    label = "Leaky ReLU"
    formula = "f(x) = x if x > 0, else a x"
    derivative = "f'(x) = 1 if x > 0, else a"
    advice = "ReLU that keeps a small slope below zero, so that units cannot die."
    pitfall = "With a slope near 1 it is almost linear and depth adds little."
    source = "Maas, Hannun and Ng, 2013"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(leaky_relu), staticmethod(leaky_relu_slope)


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


# A code inside the kernels is a position here.
ACTIVATIONS: tuple[type[Activation], ...] = (Linear, Sigmoid, Tanh, Relu, LeakyRelu, Elu)


class Auto(Entry):
    """The output activation that belongs to the loss and the data."""

    kind: Literal["auto"] = "auto"
    label = "Automatic"
    formula = "sigmoid or softmax for cross-entropy, linear for regression, tanh for two classes otherwise"
    advice = "Follows the loss and the data, so that the output always means what it should."


class Softmax(Entry):
    """Class probabilities: positive and summing to one over the outputs of a sample."""

    kind: Literal["softmax"] = "softmax"
    label = "Softmax"
    formula = "pᵢ = e^zᵢ / Σⱼ e^zⱼ"
    advice = "The output of a problem with several classes: probabilities that sum to 1."
    pitfall = "Adding a constant to all logits changes nothing; large logits make it overconfident."
    source = "Bridle, 1990"


OUTPUT_ACTIVATIONS: tuple[type[Entry], ...] = (Auto, Softmax, *ACTIVATIONS)
