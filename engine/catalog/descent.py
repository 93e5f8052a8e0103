"""Optimizers that follow the gradient itself or its sign, and the one that follows its change (L-BFGS)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.entry import Flag, Integer, Range, Real
from engine.catalog.optimizer import RATE, Decay, LearningRate, Optimizer, Rule, WeightDecay
from engine.kernels.simd import fma, maximum, minimum, sign, where


def sgd_constants(step: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    return (learning_rate,)


def sgd(w: Any, g: Any, learning_rate: Any) -> tuple[Any, ...]:
    return (fma(g, -learning_rate, w),)


def momentum_constants(step: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    return (learning_rate, momentum)


def sgd_momentum(w: Any, g: Any, total: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    total = fma(total, momentum, g)
    return fma(total, -learning_rate, w), total


def sgd_nesterov(w: Any, g: Any, total: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    total = fma(total, momentum, g)
    return fma(fma(total, momentum, g), -learning_rate, w), total


def sgd_velocity(w: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any) -> tuple[Any, ...]:
    velocity = momentum * velocity - learning_rate * g
    return w + velocity, velocity


def sgd_velocity_nesterov(
    w: Any, g: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> tuple[Any, ...]:
    velocity = momentum * velocity - learning_rate * g
    return w + (momentum * velocity - learning_rate * g), velocity


def lion_constants(
    step: Any, learning_rate: Any, beta1: Any, beta2: Any, weight_decay: Any
) -> tuple[Any, ...]:
    return (learning_rate, learning_rate * weight_decay, beta1, 1 - beta1, beta2, 1 - beta2)


def lion(
    w: Any, g: Any, mean: Any,
    learning_rate: Any, decay: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any,
) -> tuple[Any, ...]:  # fmt: skip
    direction = sign(beta1 * mean + rest1 * g)
    return fma(w, -decay, w) - learning_rate * direction, beta2 * mean + rest2 * g


def rprop_constants(
    step: Any, learning_rate: Any, shrink: Any, grow: Any, smallest: Any, largest: Any
) -> tuple[Any, ...]:
    return (learning_rate, shrink, grow, smallest, largest)


def rprop(
    w: Any, g: Any, previous: Any, size: Any,
    learning_rate: Any, shrink: Any, grow: Any, smallest: Any, largest: Any,
) -> tuple[Any, ...]:  # fmt: skip
    turned = sign(g) * sign(previous)  # by signs, since a product of tiny gradients would underflow
    size = where(size > 0, size, learning_rate)  # 0 before the first step
    size = size * where(turned > 0, grow, where(turned < 0, shrink, 1))
    size = minimum(maximum(size, smallest), largest)
    g = where(turned < 0, 0, g)  # after a change of sign the parameter waits for one step
    return w - sign(g) * size, g, size


SGD_RULE = Rule(sgd_constants, sgd)
MOMENTUM_RULE = Rule(momentum_constants, sgd_momentum, ("accumulated gradient",))
NESTEROV_RULE = Rule(momentum_constants, sgd_nesterov, ("accumulated gradient",))
VELOCITY_RULE = Rule(momentum_constants, sgd_velocity, ("velocity",))
VELOCITY_NESTEROV_RULE = Rule(momentum_constants, sgd_velocity_nesterov, ("velocity",))
LION_RULE = Rule(lion_constants, lion, ("mean gradient",))
RPROP_RULE = Rule(rprop_constants, rprop, ("last gradient", "step size"))


class Sgd(Optimizer):
    kind: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = Field(0.001, description=RATE)
    momentum: Decay = Field(0.0, description="Share of the last velocity that is kept; 0: plain descent.")
    nesterov: Flag = Field(
        False, description="Look ahead along the velocity before stepping; acts only with momentum."
    )
    form: Literal["gradient", "velocity"] = Field(
        "gradient",
        description=(
            "What momentum gathers: gradients (v ← m v + g, w ← w - η v; PyTorch) or steps (v ← m v - η g, "
            "w ← w + v; textbooks). The two part when the learning rate changes: it then acts at once on "
            "all that is gathered, or on new gradients alone."
        ),
    )
    label = "SGD"
    formula = (
        "v ← m v + g;  w ← w - η v   (Nesterov: w ← w - η (g + m v);  velocity: v ← m v - η g;  w ← w + v)"
    )
    advice = "The plain rule: one learning rate for all. Momentum carries it through ravines."
    pitfall = "Needs a learning rate tuned to the problem; without momentum it crawls along ravines."
    source = "Robbins and Monro, 1951; Polyak, 1964; Nesterov, 1983; Sutskever et al., 2013"
    rules = (SGD_RULE, MOMENTUM_RULE, NESTEROV_RULE, VELOCITY_RULE, VELOCITY_NESTEROV_RULE)

    @property
    def rule(self) -> Rule:
        """Return plain, momentum or Nesterov, the latter two in the form that is asked for."""
        if self.momentum == 0:
            return SGD_RULE
        if self.form == "velocity":
            return VELOCITY_NESTEROV_RULE if self.nesterov else VELOCITY_RULE
        return NESTEROV_RULE if self.nesterov else MOMENTUM_RULE

    def numbers(self) -> tuple[float, ...]:
        """Leave out Nesterov, which chooses the rule and is no number of it."""
        return (self.learning_rate, self.momentum)


class Lion(Optimizer):
    kind: Literal["lion"] = "lion"
    learning_rate: LearningRate = Field(1e-4, description="How far every parameter moves in one step.")
    beta1: Decay = Field(0.9, description="Share of the mean gradient in the direction of a step.")
    beta2: Decay = Field(0.99, description="How slowly the mean gradient forgets.")
    weight_decay: WeightDecay = Field(
        0.0, description="Share of each parameter, times the learning rate, taken off at every step."
    )
    label = "Lion"
    formula = "w ← w - η (sign(β₁ m + (1 - β₁) g) + λ w);  m ← β₂ m + (1 - β₂) g"
    advice = "Found by a search over programs: every parameter moves by η, whatever its gradient; one slot."
    pitfall = "Steps never get shorter by themselves: needs a schedule, and η 3 to 10 times below Adam's."
    source = "Chen et al., 2023"
    rules = (LION_RULE,)


class Rprop(Optimizer):
    kind: Literal["rprop"] = "rprop"
    learning_rate: LearningRate = Field(
        0.01, description="The first step size of every parameter; after that it has no effect."
    )
    eta_minus: Annotated[Real, Range(0.01, 0.99)] = Field(
        0.5, title="Shrink", description="Factor of the step size where the gradient has changed its sign."
    )
    eta_plus: Annotated[Real, Range(1.01, 10.0)] = Field(
        1.2, title="Grow", description="Factor of the step size where the gradient has kept its sign."
    )
    smallest_step: Annotated[Real, Range(1e-12, 1.0, "log")] = Field(
        1e-6, description="The shortest step a parameter takes."
    )
    largest_step: Annotated[Real, Range(1e-6, 1e6, "log")] = Field(
        50.0, description="The longest step a parameter takes."
    )
    label = "Rprop"
    formula = "Δ ← Δ η₊ if g keeps its sign, Δ η₋ if it turns;  w ← w - Δ sign(g)   (after a turn: wait)"
    advice = "Only the gradient's sign counts: fast and hardly in need of tuning, with full batches."
    pitfall = "In small batches the signs are noise. The learning rate, and so a schedule, acts once at most."
    source = "Riedmiller and Braun, 1993; as in PyTorch's Rprop"
    rules = (RPROP_RULE,)


class Lbfgs(Optimizer):
    kind: Literal["lbfgs"] = "lbfgs"
    learning_rate: LearningRate = Field(
        1.0, description="The first length a line search tries; 1 is the full quasi-Newton step."
    )
    history_size: Annotated[Integer, Range(1, 100)] = Field(
        10, description="How many past steps, with the gradients' change along them, give the curvature."
    )
    label = "L-BFGS"
    formula = "w ← w - t H g, with H from the last changes of w and g, and t by a strong Wolfe line search"
    advice = "A quasi-Newton method: on small, smooth problems it needs far fewer steps than any other."
    pitfall = "Uses all rows in each step, several times; kinks, dropout or noise mislead its curvature."
    source = "Nocedal, 1980; Liu and Nocedal, 1989; Nocedal and Wright, 2006"
    rules = ()
    full_batch = True
