"""Optimizers: how a gradient becomes a step.

A rule is a pair of plain functions.  ``constants(step, *parameters)`` gives the scalars of one step
(``step`` counts from 1); ``update(w, g, *slots, *constants)`` returns the new parameter and the new
slots, element by element.  Slots start at zero.  Formulas and defaults are PyTorch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Flag, Range, Real
from engine.kernels.simd import fma, square_root

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Rule:
    """One update rule: the scalars of a step, the element-wise update and its number of slots."""

    constants: Callable[..., tuple[Any, ...]]
    update: Callable[..., tuple[Any, ...]]
    slots: tuple[str, ...] = ()


def sgd_constants(step: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    return (learning_rate,)


def sgd(w: Any, g: Any, learning_rate: Any) -> tuple[Any, ...]:
    return (fma(g, -learning_rate, w),)


def momentum_constants(step: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    return (learning_rate, momentum)


def sgd_momentum(w: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    velocity = fma(velocity, momentum, g)
    return fma(velocity, -learning_rate, w), velocity


def sgd_nesterov(w: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    velocity = fma(velocity, momentum, g)
    return fma(fma(velocity, momentum, g), -learning_rate, w), velocity


def rmsprop_constants(step: Any, learning_rate: Any, alpha: Any, epsilon: Any) -> tuple[Any, ...]:
    return (learning_rate, alpha, 1 - alpha, epsilon)


def rmsprop(
    w: Any, g: Any, square: Any, learning_rate: Any, alpha: Any, rest: Any, epsilon: Any
) -> tuple[Any, ...]:
    square = alpha * square + rest * (g * g)
    return w - learning_rate * g / (square_root(square) + epsilon), square


def adagrad_constants(step: Any, learning_rate: Any, epsilon: Any) -> tuple[Any, ...]:
    return (learning_rate, epsilon)


def adagrad(w: Any, g: Any, total: Any, learning_rate: Any, epsilon: Any) -> tuple[Any, ...]:
    total = fma(g, g, total)
    return w - learning_rate * g / (square_root(total) + epsilon), total


def adam_constants(step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any) -> tuple[Any, ...]:
    corrected = learning_rate / (1 - beta1**step)
    return (corrected, 1 / (1 - beta2**step) ** 0.5, epsilon, beta1, 1 - beta1, beta2, 1 - beta2)


def adam(
    w: Any, g: Any, mean: Any, square: Any,
    corrected: Any, unbias: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    square = beta2 * square + rest2 * (g * g)
    return w - corrected * mean / (square_root(square) * unbias + epsilon), mean, square


SGD_RULE = Rule(sgd_constants, sgd)
MOMENTUM_RULE = Rule(momentum_constants, sgd_momentum, ("velocity",))
NESTEROV_RULE = Rule(momentum_constants, sgd_nesterov, ("velocity",))
RMSPROP_RULE = Rule(rmsprop_constants, rmsprop, ("square",))
ADAGRAD_RULE = Rule(adagrad_constants, adagrad, ("total",))
ADAM_RULE = Rule(adam_constants, adam, ("mean", "square"))

# A code inside the kernels is a position here.
RULES: tuple[Rule, ...] = (SGD_RULE, MOMENTUM_RULE, NESTEROV_RULE, RMSPROP_RULE, ADAGRAD_RULE, ADAM_RULE)

LearningRate = Annotated[Real, Range(0.0, 100.0, "log", 1e-5)]
Decay = Annotated[Real, Range(0.0, 0.999999)]
# Not 0: a parameter that never had a gradient would become 0 / 0.
Epsilon = Annotated[Real, Range(1e-12, 1.0, "log")]
RATE = "How far one step goes. Too small crawls, too large oscillates or diverges."
EPSILON = "Added to the denominator, so that a tiny gradient history cannot make a huge step."


class Optimizer(Entry):
    """A choice of update rule and its hyper-parameters."""

    learning_rate: Real

    @property
    def rule(self) -> Rule:
        """Return the rule that these hyper-parameters ask for."""
        return self.rules[0]

    rules: ClassVar[tuple[Rule, ...]]


class Sgd(Optimizer):
    kind: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    momentum: Decay = Field(0.0, description="Share of the last velocity that is kept; 0: plain descent.")
    nesterov: Flag = Field(
        False, description="Look ahead along the velocity before stepping; acts only with momentum."
    )
    label = "SGD"
    formula = "v ← m v + g;  w ← w - η v   (Nesterov: w ← w - η (g + m v))"
    advice = "The plain rule: one learning rate for all. Momentum carries it through ravines."
    pitfall = "Needs a learning rate tuned to the problem; without momentum it crawls along ravines."
    source = "Robbins and Monro, 1951; Sutskever et al., 2013"
    rules = (SGD_RULE, MOMENTUM_RULE, NESTEROV_RULE)

    @property
    def rule(self) -> Rule:
        """Return plain, momentum or Nesterov."""
        if self.momentum == 0:
            return SGD_RULE
        return NESTEROV_RULE if self.nesterov else MOMENTUM_RULE

    def numbers(self) -> tuple[float, ...]:
        """Leave out Nesterov, which chooses the rule and is no number of it."""
        return (self.learning_rate, self.momentum)


class RmsProp(Optimizer):
    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = Field(0.01, description=RATE)
    alpha: Decay = Field(0.99, description="How slowly the mean of squared gradients forgets.")
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "RMSprop"
    formula = "s ← α s + (1 - α) g²;  w ← w - η g / (√s + ε)"
    advice = "Divides every gradient by its recent size: steps of similar length in all directions."
    pitfall = "Never settles completely at a constant learning rate."
    source = "Tieleman and Hinton, 2012"
    rules = (RMSPROP_RULE,)


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


class Adam(Optimizer):
    kind: Literal["adam"] = "adam"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    beta1: Decay = Field(0.9, description="How slowly the mean gradient forgets.")
    beta2: Decay = Field(0.999, description="How slowly the mean squared gradient forgets.")
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "Adam"
    formula = "m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;  w ← w - η m̂ / (√ŝ + ε)"
    advice = "Momentum and a step size of its own for every parameter: works well untuned."
    pitfall = "Can oscillate near the minimum; some problems end better with plain SGD."
    source = "Kingma and Ba, 2015"
    rules = (ADAM_RULE,)


OPTIMIZERS: tuple[type[Optimizer], ...] = (Sgd, RmsProp, Adagrad, Adam)
