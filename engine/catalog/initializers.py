"""Initializers: where the weights start.

A draw is a plain function of a random generator, the weight's shape (out, in) and the entry's
parameters; ``fan_in`` is the number of inputs of a unit, ``fan_out`` the number of units.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.catalog.entry import Entry, Range, Real

Weight = NDArray[np.float64]
Bias = NDArray[np.float64]


def uniform(rng: np.random.Generator, shape: tuple[int, int], limit: float) -> Weight:
    """Draw from [-limit, limit)."""
    return rng.uniform(-limit, limit, shape)


def normal(rng: np.random.Generator, shape: tuple[int, int], std: float) -> Weight:
    """Draw from a normal distribution with mean 0."""
    return rng.normal(0.0, std, shape)


def truncated_normal(rng: np.random.Generator, shape: tuple[int, int], std: float) -> Weight:
    """Draw from a normal distribution, again whatever lies beyond two of its standard deviations.

    What is left has the standard deviation 0.8796 ``std``.
    """
    weight = rng.normal(0.0, std, shape)
    while (beyond := np.abs(weight) > 2 * std).any():
        weight[beyond] = rng.normal(0.0, std, int(beyond.sum()))
    return weight


def orthogonal(rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
    """Draw a matrix with orthonormal columns or, where it is wide, rows; all of them are equally likely."""
    out, into = shape
    q, r = np.linalg.qr(rng.normal(0.0, 1.0, (max(shape), min(shape))))
    # The factorization is unique, and q uniform, where the diagonal of r is positive (Mezzadri, 2007).
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return np.ascontiguousarray(q if out >= into else q.T)


def sparse(rng: np.random.Generator, shape: tuple[int, int], sparsity: float, std: float) -> Weight:
    """Draw from a normal distribution, and set the same number of weights of every input to zero."""
    weight = rng.normal(0.0, std, shape)
    zeros = math.ceil(sparsity * shape[0])
    places = rng.permuted(np.broadcast_to(np.arange(shape[0])[:, None], shape), axis=0)[:zeros]
    np.put_along_axis(weight, places, 0.0, axis=0)
    return weight


class Initializer(Entry):
    """A distribution of initial weights, and the one value all biases start at."""

    bias: Annotated[Real, Range(-10.0, 10.0)] = Field(0.0, description="The value every bias starts at.")

    @abstractmethod
    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return initial weights of the given shape (out, in), float64."""

    def draw_bias(self, rng: np.random.Generator, units: int, fan_in: int) -> Bias:
        """Return biases that are drawn as the weights are, instead of starting at ``bias``.

        A bias is the weight of an input that is always 1, so it is a column of a weight drawn anew; a
        constant gives itself.

        Parameters
        ----------
        rng : numpy.random.Generator
            Not the one the weight was drawn from, or at another place.
        units, fan_in : int
            The shape of the weight.

        Returns
        -------
        numpy.ndarray
            float64, shape (units,).
        """
        return self.draw(rng, (units, fan_in))[:, 0].copy()


class Scaled(Initializer):
    """An initializer that knows the right scale, and a factor for those who know better."""

    gain: Annotated[Real, Range(0.0, 10.0)] = Field(
        1.0,
        description="Factor of every weight: above 1 signals grow from layer to layer, below they fade.",
    )


class Zeros(Initializer):
    kind: Literal["zeros"] = "zeros"
    label = "Zeros"
    formula = "w = 0"
    advice = "To see why not: all units of a layer stay equal for ever."
    pitfall = "Symmetry is never broken, so the layer acts as a single unit."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return zeros."""
        return np.zeros(shape)


class Ones(Initializer):
    kind: Literal["ones"] = "ones"
    label = "Ones"
    formula = "w = 1"
    advice = "To see symmetry at work: every unit receives the same sum, and so the same gradient."
    pitfall = "Units stay equal as with zeros, and in a wide layer the sums saturate or explode."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return ones."""
        return np.ones(shape)


class Constant(Initializer):
    kind: Literal["constant"] = "constant"
    value: Annotated[Real, Range(-10.0, 10.0)] = Field(0.1, description="The value every weight starts at.")
    label = "Constant"
    formula = "w = c"
    advice = "For a single unit, or a computation done by hand. All units of a layer start equal."
    pitfall = "Symmetry is never broken, so a layer of several units acts as a single one."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return the value everywhere."""
        return np.full(shape, self.value)


class Identity(Scaled):
    kind: Literal["identity"] = "identity"
    label = "Identity"
    formula = "wᵢᵢ = g, all others 0"
    advice = "Each unit passes one input on, so a deep stack starts as no change at all."
    pitfall = "In a layer wider than its input the further units start at zero, all alike."
    source = "Le, Jaitly and Hinton, 2015"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return ``gain`` on the diagonal and zeros beside it."""
        return self.gain * np.eye(*shape)

    def draw_bias(self, rng: np.random.Generator, units: int, fan_in: int) -> Bias:
        """Return zeros: the identity adds nothing."""
        return np.zeros(units)


class Uniform(Initializer):
    kind: Literal["uniform"] = "uniform"
    limit: Annotated[Real, Range(0.0, 10.0)] = Field(0.5, description="Weights lie between ± this.")
    label = "Uniform"
    formula = "w ~ U(-a, a)"
    advice = "TensorFlow Playground's choice with a = 0.5. Good enough for a few small layers."
    pitfall = "Ignores the layer's width: signals shrink or explode in deep networks."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw from [-limit, limit)."""
        return uniform(rng, shape, self.limit)


class Normal(Initializer):
    kind: Literal["normal"] = "normal"
    std: Annotated[Real, Range(0.0, 10.0)] = Field(0.5, description="Standard deviation of the weights.")
    label = "Normal"
    formula = "w ~ N(0, σ²)"
    advice = "Try a tiny or a huge σ to see vanishing signals and saturation."
    pitfall = "Ignores the layer's width: signals shrink or explode in deep networks."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with the standard deviation ``std``."""
        return normal(rng, shape, self.std)


class TruncatedNormal(Initializer):
    kind: Literal["truncated_normal"] = "truncated_normal"
    std: Annotated[Real, Range(0.0, 10.0)] = Field(
        0.5, description="Standard deviation before the tails are cut off; afterwards it is 0.88 of this."
    )
    label = "Truncated normal"
    formula = "w ~ N(0, σ²) where |w| ≤ 2σ"
    advice = "Normal without the rare large weights that saturate a unit from the start."
    pitfall = "Ignores the layer's width, as Normal does; its spread is only 0.88 σ."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with the standard deviation ``std`` before truncation."""
        return truncated_normal(rng, shape, self.std)


class GlorotUniform(Scaled):
    kind: Literal["glorot_uniform"] = "glorot_uniform"
    label = "Glorot uniform"
    formula = "w ~ U(-a, a),  a = g √(6 / (fan_in + fan_out))"
    advice = "For tanh, sigmoid and linear units: keeps signals and gradients at one scale."
    pitfall = "Too small for ReLU, which halves the signal: use He there."
    source = "Glorot and Bengio, 2010"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 gain² / (fan_in + fan_out)."""
        return uniform(rng, shape, self.gain * math.sqrt(6 / sum(shape)))


class GlorotNormal(Scaled):
    kind: Literal["glorot_normal"] = "glorot_normal"
    label = "Glorot normal"
    formula = "w ~ N(0, 2 g² / (fan_in + fan_out))"
    advice = "As Glorot uniform, with a normal distribution."
    pitfall = "Too small for ReLU, which halves the signal: use He there."
    source = "Glorot and Bengio, 2010"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 gain² / (fan_in + fan_out)."""
        return normal(rng, shape, self.gain * math.sqrt(2 / sum(shape)))


class HeUniform(Scaled):
    kind: Literal["he_uniform"] = "he_uniform"
    label = "He uniform"
    formula = "w ~ U(-a, a),  a = g √(6 / fan_in)"
    advice = "For ReLU and its relatives: makes up for the half of the signal they cut off."
    pitfall = "Large for tanh and sigmoid: they may start saturated."
    source = "He et al., 2015"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 gain² / fan_in."""
        return uniform(rng, shape, self.gain * math.sqrt(6 / shape[1]))


class HeNormal(Scaled):
    kind: Literal["he_normal"] = "he_normal"
    label = "He normal"
    formula = "w ~ N(0, 2 g² / fan_in)"
    advice = "As He uniform, with a normal distribution."
    pitfall = "Large for tanh and sigmoid: they may start saturated."
    source = "He et al., 2015"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 gain² / fan_in."""
        return normal(rng, shape, self.gain * math.sqrt(2 / shape[1]))


class LecunUniform(Scaled):
    kind: Literal["lecun_uniform"] = "lecun_uniform"
    label = "LeCun uniform"
    formula = "w ~ U(-a, a),  a = g √(3 / fan_in)"
    advice = "Sums have the variance of the inputs, whatever the width. For tanh and SELU."
    pitfall = "Too small for ReLU, which halves the signal: use He there. Gradients are not balanced."
    source = "LeCun et al., Efficient BackProp, 1998"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance gain² / fan_in."""
        return uniform(rng, shape, self.gain * math.sqrt(3 / shape[1]))


class LecunNormal(Scaled):
    kind: Literal["lecun_normal"] = "lecun_normal"
    label = "LeCun normal"
    formula = "w ~ N(0, g² / fan_in)"
    advice = "As LeCun uniform, with a normal distribution: what SELU was derived with."
    pitfall = "Too small for ReLU, which halves the signal: use He there. Gradients are not balanced."
    source = "LeCun et al., Efficient BackProp, 1998"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance gain² / fan_in."""
        return normal(rng, shape, self.gain * math.sqrt(1 / shape[1]))


class Orthogonal(Scaled):
    kind: Literal["orthogonal"] = "orthogonal"
    label = "Orthogonal"
    formula = "w = g Q,  QᵀQ = I (QQᵀ = I where the layer is narrower than its input)"
    advice = "Rotates and reflects: lengths survive any number of layers, so very deep stacks start alive."
    pitfall = "ReLU halves the signal all the same: g = 1.414 makes up for it. Narrowing layers cut it, too."
    source = "Saxe, McClelland and Ganguli, 2014"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with orthogonal columns or, where it is wide, rows of length ``gain``."""
        return self.gain * orthogonal(rng, shape)


class Sparse(Initializer):
    kind: Literal["sparse"] = "sparse"
    sparsity: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.5, description="Share of every input's weights that are zero, rounded up to whole weights."
    )
    std: Annotated[Real, Range(0.0, 10.0)] = Field(0.5, description="Standard deviation of the others.")
    label = "Sparse"
    formula = "w ~ N(0, σ²), a share s of every input's weights 0"
    advice = "Few connections of full strength: units start different, and wide layers do not saturate."
    pitfall = "Rounded up, all weights of a layer with a single unit are zero. The zeros do train."
    source = "Martens, 2010"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with ``ceil(sparsity * out)`` zeros in every column."""
        return sparse(rng, shape, self.sparsity, self.std)


INITIALIZERS: tuple[type[Initializer], ...] = (
    Zeros,
    Ones,
    Constant,
    Identity,
    Uniform,
    Normal,
    TruncatedNormal,
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    Orthogonal,
    Sparse,
)
