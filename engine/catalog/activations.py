"""Activations: what a unit does with the weighted sum it receives.

Each has a value ``y = f(x)`` and a slope ``f'(x)``, written in terms of whichever of ``x`` and ``y`` is
cheaper.  Both are plain functions of vectors: float64 NumPy when called from Python, 16-lane float32
instructions inside the kernels (see ``engine.kernels.simd``).  The families ``sigmoids``, ``rectifiers``
and ``gates`` have files of their own; here are the others, and the tables of them all.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.activation import Activation
from engine.catalog.entry import Entry, Integer, Range
from engine.catalog.gates import Gelu, GeluTanh, Mish, Silu
from engine.catalog.rectifiers import Celu, Elu, LeakyRelu, Prelu, Relu, Relu6, Selu, Softplus
from engine.catalog.sigmoids import HardSigmoid, HardTanh, Sigmoid, Softsign, Tanh
from engine.kernels.simd import absolute, cosine, exp, fma, minimum, sine

__all__ = [
    "ACTIVATIONS",
    "ELEMENTWISE",
    "OUTPUT_ACTIVATIONS",
    "Activation",
    "Auto",
    "Celu",
    "Elu",
    "Exponential",
    "Gaussian",
    "Gelu",
    "GeluTanh",
    "HardSigmoid",
    "HardTanh",
    "LeakyRelu",
    "Linear",
    "Maxout",
    "Mish",
    "Prelu",
    "Relu",
    "Relu6",
    "Selu",
    "Sigmoid",
    "Silu",
    "Sine",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
]


def linear(x: Any) -> Any:
    return x


def linear_slope(x: Any, y: Any) -> Any:
    return x * 0 + 1  # keeps a NaN


def sine_slope(x: Any, y: Any) -> Any:
    return cosine(x)


def gaussian(x: Any) -> Any:
    near = minimum(absolute(x), 40)  # where the value is long 0, and the square of more could overflow
    square = near * near
    # What rounding took from the square, at most 2⁻¹⁸ where the value is not 0, is a factor of its own.
    lost = fma(near, near, -square)
    bell = exp(-square)
    return fma(bell, -lost, bell)


def gaussian_slope(x: Any, y: Any) -> Any:
    return -2 * (x * y)


def exponential_slope(x: Any, y: Any) -> Any:
    return y


class Linear(Activation):
    kind: Literal["linear"] = "linear"
    label = "Linear"
    formula = "f(x) = x"
    derivative = "f'(x) = 1"
    advice = "The output of a regression. In a hidden layer it shows why non-linearity matters."
    pitfall = "Layers of linear units collapse into one: W₂W₁ is a single matrix, so depth adds nothing."
    low, high = -math.inf, math.inf
    value, slope = staticmethod(linear), staticmethod(linear_slope)


class Sine(Activation):
    kind: Literal["sine"] = "sine"
    label = "Sine"
    formula = "f(x) = sin(x)"
    derivative = "f'(x) = cos(x)"
    advice = "For waves and fine detail: a periodic unit goes on beyond the data, and never saturates."
    pitfall = "Every period repeats, so the loss has countless minima; large weights turn the fit into noise."
    source = "Sitzmann et al., 2020"
    low, high = -1.0, 1.0
    value, slope = staticmethod(sine), staticmethod(sine_slope)


class Gaussian(Activation):
    kind: Literal["gaussian"] = "gaussian"
    label = "Gaussian"
    formula = "f(x) = e^(-x²)"
    derivative = "f'(x) = -2 x f(x)"
    advice = "A bump: the unit answers near one line of its inputs and nowhere else. For local detail."
    pitfall = "Saturates on both sides: a unit whose bump lies off the data is dead. Not centred on zero."
    source = "Broomhead and Lowe, 1988"
    low, high = 0.0, 1.0
    value, slope = staticmethod(gaussian), staticmethod(gaussian_slope)


class Exponential(Activation):
    kind: Literal["exponential"] = "exponential"
    label = "Exponential"
    formula = "f(x) = eˣ"
    derivative = "f'(x) = f(x)"
    advice = "The output for counts and rates, with the Poisson loss: always positive, and each sum a factor."
    pitfall = "Explodes in hidden layers: value and slope grow without bound together, and soon overflow."
    source = "Nelder and Wedderburn, 1972"
    low, high = 0.0, math.inf
    value, slope = staticmethod(exp), staticmethod(exponential_slope)


class Maxout(Activation):
    """The largest of several weighted sums; of the largest alone it is linear."""

    kind: Literal["maxout"] = "maxout"
    pieces: Annotated[Integer, Range(2, 8)] = Field(
        2, description="Weighted sums of every unit, each with weights and a bias of its own."
    )
    label = "Maxout"
    formula = "f(x) = max(x₁, …, xₖ), each xᵢ a weighted sum of its own"
    derivative = "f'(x) = 1 for the largest xᵢ, 0 for the others"
    advice = "Learns its own shape: any convex one, ReLU and |x| among them. Neither saturates nor dies."
    pitfall = "Costs k times the weights and the time, and overfits the sooner for it."
    source = "Goodfellow et al., 2013"
    low, high = -math.inf, math.inf
    value, slope = staticmethod(linear), staticmethod(linear_slope)

    @classmethod
    def arity(cls) -> int:
        """Return 0: the number of pieces is none of the formulas'."""
        return 0

    def numbers(self) -> tuple[float, ...]:
        """Return nothing: the number of pieces shapes the layer, not its formulas."""
        return ()

    def sums_per_unit(self) -> int:
        """Return the number of pieces."""
        return self.pieces


# A code inside the kernels is a position here.
ELEMENTWISE: tuple[type[Activation], ...] = (
    Linear,
    Sigmoid,
    Tanh,
    Relu,
    LeakyRelu,
    Elu,
    HardSigmoid,
    HardTanh,
    Relu6,
    Selu,
    Celu,
    Gelu,
    GeluTanh,
    Silu,
    Mish,
    Softplus,
    Softsign,
    Sine,
    Gaussian,
    Exponential,
)

# The last two are more than a function of one sum: a layer makes room for their parameters.
ACTIVATIONS: tuple[type[Activation], ...] = (*ELEMENTWISE, Prelu, Maxout)


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


OUTPUT_ACTIVATIONS: tuple[type[Entry], ...] = (Auto, Softmax, *ELEMENTWISE)
