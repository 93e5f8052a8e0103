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


def uniform(rng: np.random.Generator, shape: tuple[int, int], limit: float) -> Weight:
    """Draw from [-limit, limit)."""
    return rng.uniform(-limit, limit, shape)


def normal(rng: np.random.Generator, shape: tuple[int, int], std: float) -> Weight:
    """Draw from a normal distribution with mean 0."""
    return rng.normal(0.0, std, shape)


class Initializer(Entry):
    """A distribution of initial weights, and the one value all biases start at."""

    bias: Annotated[Real, Range(-10.0, 10.0)] = Field(0.0, description="The value every bias starts at.")

    @abstractmethod
    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return initial weights of the given shape (out, in), float64."""


class Zeros(Initializer):
    kind: Literal["zeros"] = "zeros"
    label = "Zeros"
    formula = "w = 0"
    advice = "To see why not: all units of a layer stay equal for ever."
    pitfall = "Symmetry is never broken, so the layer acts as a single unit."

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Return zeros."""
        return np.zeros(shape)


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


class GlorotUniform(Initializer):
    kind: Literal["glorot_uniform"] = "glorot_uniform"
    label = "Glorot uniform"
    formula = "w ~ U(-a, a),  a = √(6 / (fan_in + fan_out))"
    advice = "For tanh, sigmoid and linear units: keeps signals and gradients at one scale."
    pitfall = "Too small for ReLU, which halves the signal: use He there."
    source = "Glorot and Bengio, 2010"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 / (fan_in + fan_out)."""
        return uniform(rng, shape, math.sqrt(6 / sum(shape)))


class GlorotNormal(Initializer):
    kind: Literal["glorot_normal"] = "glorot_normal"
    label = "Glorot normal"
    formula = "w ~ N(0, 2 / (fan_in + fan_out))"
    advice = "As Glorot uniform, with a normal distribution."
    pitfall = "Too small for ReLU, which halves the signal: use He there."
    source = "Glorot and Bengio, 2010"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 / (fan_in + fan_out)."""
        return normal(rng, shape, math.sqrt(2 / sum(shape)))


class HeUniform(Initializer):
    kind: Literal["he_uniform"] = "he_uniform"
    label = "He uniform"
    formula = "w ~ U(-a, a),  a = √(6 / fan_in)"
    advice = "For ReLU and its relatives: makes up for the half of the signal they cut off."
    pitfall = "Large for tanh and sigmoid: they may start saturated."
    source = "He et al., 2015"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 / fan_in."""
        return uniform(rng, shape, math.sqrt(6 / shape[1]))


class HeNormal(Initializer):
    kind: Literal["he_normal"] = "he_normal"
    label = "He normal"
    formula = "w ~ N(0, 2 / fan_in)"
    advice = "As He uniform, with a normal distribution."
    pitfall = "Large for tanh and sigmoid: they may start saturated."
    source = "He et al., 2015"

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Weight:
        """Draw with variance 2 / fan_in."""
        return normal(rng, shape, math.sqrt(2 / shape[1]))


INITIALIZERS: tuple[type[Initializer], ...] = (
    Zeros,
    Uniform,
    Normal,
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
)
