"""Optimizers that divide every gradient by the size of the past ones: Adagrad and what grew out of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.catalog.entry import Flag  # noqa: TC001  (pydantic evaluates it)
from engine.catalog.optimizer import EPSILON, RATE, Decay, Epsilon, LearningRate, Optimizer, Rule
from engine.kernels.simd import fma, maximum, square_root


def adagrad_constants(step: Any, learning_rate: Any, epsilon: Any) -> tuple[Any, ...]:
    return (learning_rate, epsilon)


def adagrad(w: Any, g: Any, total: Any, learning_rate: Any, epsilon: Any) -> tuple[Any, ...]:
    total = fma(g, g, total)
    return w - learning_rate * g / (square_root(total) + epsilon), total


def adadelta_constants(step: Any, learning_rate: Any, rho: Any, epsilon: Any) -> tuple[Any, ...]:
    return (learning_rate, rho, 1 - rho, epsilon)


def adadelta(
    w: Any, g: Any, square: Any, moved: Any, learning_rate: Any, rho: Any, rest: Any, epsilon: Any
) -> tuple[Any, ...]:
    square = rho * square + rest * (g * g)
    change = square_root(moved + epsilon) / square_root(square + epsilon) * g
    return w - learning_rate * change, square, rho * moved + rest * (change * change)


def rmsprop_constants(
    step: Any, learning_rate: Any, alpha: Any, epsilon: Any, momentum: Any
) -> tuple[Any, ...]:
    return (learning_rate, alpha, 1 - alpha, epsilon, momentum)


def rmsprop(
    w: Any, g: Any, square: Any, learning_rate: Any, alpha: Any, rest: Any, epsilon: Any, momentum: Any
) -> tuple[Any, ...]:
    square = alpha * square + rest * (g * g)
    return w - learning_rate * g / (square_root(square) + epsilon), square


def rmsprop_momentum(
    w: Any, g: Any, square: Any, total: Any,
    learning_rate: Any, alpha: Any, rest: Any, epsilon: Any, momentum: Any,
) -> tuple[Any, ...]:  # fmt: skip
    square = alpha * square + rest * (g * g)
    total = momentum * total + g / (square_root(square) + epsilon)
    return w - learning_rate * total, square, total


def rmsprop_centered(
    w: Any, g: Any, square: Any, mean: Any,
    learning_rate: Any, alpha: Any, rest: Any, epsilon: Any, momentum: Any,
) -> tuple[Any, ...]:  # fmt: skip
    square = alpha * square + rest * (g * g)
    mean = alpha * mean + rest * g
    spread = square_root(maximum(square - mean * mean, 0))  # rounding may leave a variance below zero
    return w - learning_rate * g / (spread + epsilon), square, mean


def rmsprop_centered_momentum(
    w: Any, g: Any, square: Any, mean: Any, total: Any,
    learning_rate: Any, alpha: Any, rest: Any, epsilon: Any, momentum: Any,
) -> tuple[Any, ...]:  # fmt: skip
    square = alpha * square + rest * (g * g)
    mean = alpha * mean + rest * g
    spread = square_root(maximum(square - mean * mean, 0))
    total = momentum * total + g / (spread + epsilon)
    return w - learning_rate * total, square, mean, total


SQUARE, MEAN, SCALED = "mean squared gradient", "mean gradient", "accumulated scaled gradient"
ADAGRAD_RULE = Rule(adagrad_constants, adagrad, ("sum of squared gradients",))
ADADELTA_RULE = Rule(adadelta_constants, adadelta, (SQUARE, "mean squared change"))
RMSPROP_RULE = Rule(rmsprop_constants, rmsprop, (SQUARE,))
RMSPROP_MOMENTUM_RULE = Rule(rmsprop_constants, rmsprop_momentum, (SQUARE, SCALED))
RMSPROP_CENTERED_RULE = Rule(rmsprop_constants, rmsprop_centered, (SQUARE, MEAN))
RMSPROP_CENTERED_MOMENTUM_RULE = Rule(rmsprop_constants, rmsprop_centered_momentum, (SQUARE, MEAN, SCALED))


class Adagrad(Optimizer):
    kind: Literal["adagrad"] = "adagrad"
    learning_rate: LearningRate = Field(0.01, description=RATE)
    epsilon: Epsilon = Field(1e-10, description=EPSILON)
    label = "Adagrad"
    formula = "s ← s + g²;  w ← w - η g / (√s + ε)"
    advice = "Parameters with rare gradients take larger steps: good for sparse inputs."
    pitfall = "The sum only grows, so the step shrinks towards nothing and learning stalls."
    source = "Duchi, Hazan and Singer, 2011"
    rules = (ADAGRAD_RULE,)


class Adadelta(Optimizer):
    kind: Literal["adadelta"] = "adadelta"
    learning_rate: LearningRate = Field(
        1.0, description="Factor of a step whose length the rule finds by itself; 1 is the paper's."
    )
    rho: Decay = Field(0.9, description="How slowly both means of squares forget.")
    epsilon: Epsilon = Field(
        1e-6, description="Added under both roots; it decides how long the first steps are."
    )
    label = "Adadelta"
    formula = "s ← ρ s + (1 - ρ) g²;  Δ = g √(d + ε) / √(s + ε);  d ← ρ d + (1 - ρ) Δ²;  w ← w - η Δ"
    advice = "Adagrad that forgets, and sizes its steps by the steps before: no learning rate to find."
    pitfall = "Its first steps are tiny, about √ε, so it starts slowly; with a larger ε it jitters."
    source = "Zeiler, 2012"
    rules = (ADADELTA_RULE,)


class RmsProp(Optimizer):
    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = Field(0.01, description=RATE)
    alpha: Decay = Field(0.99, description="How slowly the mean of squared gradients forgets.")
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    momentum: Decay = Field(0.0, description="Share of the last scaled gradients that is kept; 0: none.")
    centered: Flag = Field(
        False, description="Divide by the standard deviation of the gradient instead of its size."
    )
    label = "RMSprop"
    formula = (
        "s ← α s + (1 - α) g²;  v ← μ v + g / (√s + ε);  w ← w - η v   "
        "(centred: √(s - m²) for √s, with m ← α m + (1 - α) g)"
    )
    advice = "Divides every gradient by its recent size: steps of similar length in all directions."
    pitfall = "Never settles completely at a constant rate; centred, a steady gradient makes huge steps."
    source = "Tieleman and Hinton, 2012; centred: Graves, 2013"
    rules = (RMSPROP_RULE, RMSPROP_MOMENTUM_RULE, RMSPROP_CENTERED_RULE, RMSPROP_CENTERED_MOMENTUM_RULE)

    @property
    def rule(self) -> Rule:
        """Return the one of the four that centring and momentum ask for."""
        if self.centered:
            return RMSPROP_CENTERED_MOMENTUM_RULE if self.momentum else RMSPROP_CENTERED_RULE
        return RMSPROP_MOMENTUM_RULE if self.momentum else RMSPROP_RULE

    def numbers(self) -> tuple[float, ...]:
        """Leave out the centring, which chooses the rule and is no number of it."""
        return (self.learning_rate, self.alpha, self.epsilon, self.momentum)
