"""Adam and its relatives: a mean of the gradient, divided by a mean of its size."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.entry import Range, Real
from engine.catalog.optimizer import (
    BETA1,
    BETA2,
    EPSILON,
    RATE,
    Decay,
    Epsilon,
    LearningRate,
    Optimizer,
    Rule,
    WeightDecay,
)
from engine.kernels.simd import absolute, fma, maximum, square_root, where


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


def adamw_constants(
    step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any, weight_decay: Any
) -> tuple[Any, ...]:
    corrected = learning_rate / (1 - beta1**step)
    return (learning_rate * weight_decay, corrected, 1 / (1 - beta2**step) ** 0.5, epsilon,
            beta1, 1 - beta1, beta2, 1 - beta2)  # fmt: skip


def adamw(
    w: Any, g: Any, mean: Any, square: Any, decay: Any,
    corrected: Any, unbias: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    square = beta2 * square + rest2 * (g * g)
    kept = fma(w, -decay, w)
    return kept - corrected * mean / (square_root(square) * unbias + epsilon), mean, square


def amsgrad(
    w: Any, g: Any, mean: Any, square: Any, largest: Any,
    corrected: Any, unbias: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    square = beta2 * square + rest2 * (g * g)
    largest = maximum(square, largest)
    return w - corrected * mean / (square_root(largest) * unbias + epsilon), mean, square, largest


def nadam_constants(
    step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any, momentum_decay: Any
) -> tuple[Any, ...]:
    momentum = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))
    following = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentum_decay))
    unbias = 1 / (1 - beta2**step) ** 0.5
    return (learning_rate, momentum, 1 - momentum, following, 1 - following,
            unbias, epsilon, beta1, 1 - beta1, beta2, 1 - beta2)  # fmt: skip


def nadam(
    w: Any, g: Any, mean: Any, square: Any, weight: Any,
    learning_rate: Any, momentum: Any, rest: Any, following: Any, rest_after: Any,
    unbias: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    square = beta2 * square + rest2 * (g * g)
    # 1 minus the product of all momenta so far: begins at 0, and nothing cancels.
    weight = fma(weight, momentum, rest)
    ahead = rest * g / weight + following * mean / fma(weight, following, rest_after)
    return w - learning_rate * ahead / (square_root(square) * unbias + epsilon), mean, square, weight


def radam_constants(step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any) -> tuple[Any, ...]:
    known = 1 - beta2**step
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * step * beta2**step / known
    # Up to a length of 5 the variance of the square is unknown and no square is used.  The formula is
    # evaluated at 5 then: below, its root or its denominator might not exist.
    a, b = maximum(length, 5), maximum(longest, 5)
    rectified = ((a - 4) * (a - 2) * b / ((b - 4) * (b - 2) * a) * known) ** 0.5
    return (learning_rate / (1 - beta1**step), where(length > 5, rectified, 0), where(length > 5, 0, 1),
            epsilon, beta1, 1 - beta1, beta2, 1 - beta2)  # fmt: skip


def radam(
    w: Any, g: Any, mean: Any, square: Any,
    corrected: Any, rectified: Any, plain: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    square = beta2 * square + rest2 * (g * g)
    scale = rectified / (square_root(square) + epsilon) + plain  # one of the two is 0
    return w - corrected * mean * scale, mean, square


def adamax_constants(step: Any, learning_rate: Any, beta1: Any, beta2: Any, epsilon: Any) -> tuple[Any, ...]:
    return (learning_rate / (1 - beta1**step), epsilon, beta1, 1 - beta1, beta2)


def adamax(
    w: Any, g: Any, mean: Any, largest: Any,
    corrected: Any, epsilon: Any, beta1: Any, rest1: Any, beta2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    mean = beta1 * mean + rest1 * g
    largest = maximum(absolute(g) + epsilon, beta2 * largest)
    return w - corrected * mean / largest, mean, largest


MEAN, SQUARE = "mean gradient", "mean squared gradient"
ADAM_RULE = Rule(adam_constants, adam, (MEAN, SQUARE))
ADAMW_RULE = Rule(adamw_constants, adamw, (MEAN, SQUARE))
AMSGRAD_RULE = Rule(adam_constants, amsgrad, (MEAN, SQUARE, "largest mean squared gradient"))
NADAM_RULE = Rule(nadam_constants, nadam, (MEAN, SQUARE, "1 - product of the momenta"))
RADAM_RULE = Rule(radam_constants, radam, (MEAN, SQUARE))
ADAMAX_RULE = Rule(adamax_constants, adamax, (MEAN, "largest recent gradient"))


class Adam(Optimizer):
    kind: Literal["adam"] = "adam"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description=BETA2)
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "Adam"
    formula = "m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;  w ← w - η m̂ / (√ŝ + ε)"
    advice = "Momentum and a step size of its own for every parameter: works well untuned."
    pitfall = "Can oscillate near the minimum; some problems end better with plain SGD."
    source = "Kingma and Ba, 2015"
    rules = (ADAM_RULE,)


class AdamW(Optimizer):
    kind: Literal["adamw"] = "adamw"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description=BETA2)
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    weight_decay: WeightDecay = Field(
        0.01, description="Share of each parameter, times the learning rate, taken off before every step."
    )
    label = "AdamW"
    formula = "w ← (1 - η λ) w, then a step of Adam"
    advice = "Adam with weight decay apart from the gradient, so that all parameters shrink at one rate."
    pitfall = "Decays the biases too; a regularizer besides it acts in addition."
    source = "Loshchilov and Hutter, 2019"
    rules = (ADAMW_RULE,)


class AmsGrad(Optimizer):
    kind: Literal["amsgrad"] = "amsgrad"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description=BETA2)
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "AMSGrad"
    formula = "as Adam, with the largest s so far in place of s:  w ← w - η m̂ / (√ŝmax + ε)"
    advice = "Adam whose step sizes never grow again: converges where a rare large gradient misleads Adam."
    pitfall = "One huge gradient at the start makes all later steps short."
    source = "Reddi, Kale and Kumar, 2018"
    rules = (AMSGRAD_RULE,)


class NAdam(Optimizer):
    kind: Literal["nadam"] = "nadam"
    learning_rate: LearningRate = Field(0.002, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description=BETA2)
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    momentum_decay: Annotated[Real, Range(0.0, 1.0, "log", 1e-4)] = Field(
        0.004,
        description="How fast the momentum μ rises from half of beta1 to the whole; 0: it stays at half.",
    )
    label = "NAdam"
    formula = "w ← w - η ((1 - μₜ) g / (1 - P) + μₜ₊₁ m / (1 - P μₜ₊₁)) / (√ŝ + ε), with P = Π μ"
    advice = "Adam with Nesterov's look ahead: often a little faster."
    pitfall = "Its first steps lean on single gradients, so noisy small batches make it restless."
    source = "Dozat, 2016"
    rules = (NADAM_RULE,)


class RAdam(Optimizer):
    kind: Literal["radam"] = "radam"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description=BETA2)
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "RAdam"
    formula = "w ← w - η r m̂ / (√ŝ + ε), with r from 0 to 1 as s becomes reliable; until then w ← w - η m̂"
    advice = "Adam with a warm-up of its own: careful while too few gradients are known to trust their size."
    pitfall = "The first steps, five with the usual β₂, are plain momentum: long ones if gradients are large."
    source = "Liu et al., 2020"
    rules = (RADAM_RULE,)


class Adamax(Optimizer):
    kind: Literal["adamax"] = "adamax"
    learning_rate: LearningRate = Field(0.002, description=RATE)
    beta1: Decay = Field(0.9, description=BETA1)
    beta2: Decay = Field(0.999, description="How slowly the largest gradient is forgotten.")
    epsilon: Epsilon = Field(1e-8, description=EPSILON)
    label = "Adamax"
    formula = "m ← β₁ m + (1 - β₁) g;  u ← max(β₂ u, |g| + ε);  w ← w - η m̂ / u"
    advice = "Adam with the largest recent gradient for its size: no step is much longer than the rate."
    pitfall = "A single outlier keeps the steps short for about 1 / (1 - β₂) steps."
    source = "Kingma and Ba, 2015"
    rules = (ADAMAX_RULE,)
