"""Losses of classes: of the probabilities that a sigmoid or a softmax gives, and of scores with a margin.

The formulas of the first kind begin at the logits, so that nothing overflows and no digit is lost; p is
the probability of class 1 (of the class, where there are several), and q = 1 - p.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.entry import Range, Real
from engine.catalog.loss import ClassLoss, LossRule
from engine.kernels.simd import (
    absolute,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    power,
    sigmoid,
    softplus,
    where,
)

# Stands for 0 where a logarithm or a division would make it infinite; whatever it multiplies there is 0.
TINY = 1e-30


def binary_cross_entropy(z: Any, target: Any) -> Any:
    # -t log s(z) - (1 - t) log(1 - s(z)), with neither logarithm near zero
    return maximum(z, 0) - z * target + log1p(exp(-absolute(z)))


def binary_cross_entropy_slope(z: Any, target: Any) -> Any:
    return sigmoid(z) - target


def softmax_cross_entropy(log_probability: Any, target: Any) -> Any:
    return -(target * log_probability)


def softmax_cross_entropy_slope(log_probability: Any, target: Any) -> Any:
    return -target


def binary_focal(z: Any, target: Any, gamma: Any) -> Any:
    # -log p = softplus(-z) and -log q = softplus(z); p and q are sigmoids, so that neither is 1 - the other
    missed = power(maximum(sigmoid(-z), TINY), gamma) * softplus(-z)
    feared = power(maximum(sigmoid(z), TINY), gamma) * softplus(z)
    return target * missed + (1 - target) * feared


def binary_focal_slope(z: Any, target: Any, gamma: Any) -> Any:
    p, q = sigmoid(z), sigmoid(-z)
    missed = power(maximum(q, TINY), gamma) * (gamma * p * softplus(-z) + q)
    feared = power(maximum(p, TINY), gamma) * (gamma * q * softplus(z) + p)
    return (1 - target) * feared - target * missed


def softmax_focal(log_probability: Any, target: Any, gamma: Any) -> Any:
    q = maximum(-expm1(log_probability), TINY)
    return -(target * power(q, gamma) * log_probability)


def softmax_focal_slope(log_probability: Any, target: Any, gamma: Any) -> Any:
    q = maximum(-expm1(log_probability), TINY)
    ratio = minimum(log_probability, 0) / q  # -1 at p = 1, whatever a rounding does
    return -target * power(q, gamma) * (1 - gamma * exp(log_probability) * ratio)


def hinge(y: Any, target: Any) -> Any:
    return maximum(1 - target * y, 0)


def hinge_slope(y: Any, target: Any) -> Any:
    missing = 1 - target * y
    return where(missing > 0, -target, missing * 0)  # keeps a NaN


def squared_hinge(y: Any, target: Any) -> Any:
    return maximum(1 - target * y, 0) * maximum(1 - target * y, 0)


def squared_hinge_slope(y: Any, target: Any) -> Any:
    return -2 * target * maximum(1 - target * y, 0)


def binary_kl(z: Any, target: Any) -> Any:
    # t (log t - log p) + (1 - t) (log(1 - t) - log q): without the difference of two entropies
    other = 1 - target
    return target * (log(maximum(target, TINY)) + softplus(-z)) + other * (
        log(maximum(other, TINY)) + softplus(z)
    )


def softmax_kl(log_probability: Any, target: Any) -> Any:
    return target * (log(maximum(target, TINY)) - log_probability)


BINARY_RULE = LossRule(binary_cross_entropy, binary_cross_entropy_slope, "logit")
SOFTMAX_RULE = LossRule(softmax_cross_entropy, softmax_cross_entropy_slope, "log_probability")
BINARY_FOCAL_RULE = LossRule(binary_focal, binary_focal_slope, "logit", arity=1)
SOFTMAX_FOCAL_RULE = LossRule(softmax_focal, softmax_focal_slope, "log_probability", arity=1)
HINGE_RULE = LossRule(hinge, hinge_slope, "output", mean_over_outputs=True)
SQUARED_HINGE_RULE = LossRule(squared_hinge, squared_hinge_slope, "output", mean_over_outputs=True)
# The entropy of the targets is constant, so the slopes are those of the cross-entropy.
BINARY_KL_RULE = LossRule(binary_kl, binary_cross_entropy_slope, "logit")
SOFTMAX_KL_RULE = LossRule(softmax_kl, softmax_cross_entropy_slope, "log_probability")


class ProbabilityLoss(ClassLoss):
    """A loss of class probabilities: from one sigmoid for two classes, from a softmax for more."""

    tasks = ("classification",)
    fixed_output = True

    label_smoothing: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.0,
        description=(
            "Share of each target spread evenly over all classes, so that nothing asks for infinite logits."
        ),
    )

    def rule(self, classes: int) -> LossRule:
        """Return that of one sigmoid for two classes, of softmax for more."""
        return self.rules[0 if classes == 2 else 1]

    def output(self, classes: int) -> str:
        """Return the activation that gives probabilities."""
        return "sigmoid" if classes == 2 else "softmax"

    def soften(self, targets: Any, classes: int) -> Any:
        """Return smoothed targets (Szegedy et al., 2016); one sigmoid tells two classes apart."""
        return targets * (1 - self.label_smoothing) + self.label_smoothing / max(classes, 2)

    def numbers(self) -> tuple[float, ...]:
        """Leave out the smoothing, which acts on the targets and is no number of the formula."""
        return ()


class MarginLoss(ClassLoss):
    """A loss of unbounded scores with targets -1 and +1, one output against the rest of the classes."""

    tasks = ("classification",)
    fixed_output = True

    def output(self, classes: int) -> str:
        """Return linear: a bounded score could not pass the margin, or not on both sides."""
        return "linear"


class CrossEntropy(ProbabilityLoss):
    kind: Literal["cross_entropy"] = "cross_entropy"
    label = "Cross-entropy"
    formula = "L = mean over samples of -log p(true class)"
    advice = "The loss of classification: minus the log probability given to the right class."
    pitfall = "A confident wrong answer costs a lot, so mislabelled points pull hard."
    source = "Cox, 1958; as in PyTorch's BCEWithLogitsLoss and CrossEntropyLoss"
    rules = (BINARY_RULE, SOFTMAX_RULE)


class Focal(ProbabilityLoss):
    kind: Literal["focal"] = "focal"
    gamma: Annotated[Real, Range(0.0, 10.0)] = Field(
        2.0, description="How strongly samples that are right already are ignored; 0 is cross-entropy."
    )
    label = "Focal"
    formula = "L = mean over samples of -(1 - p)^γ log p, with p the probability of the true class"
    advice = "Cross-entropy that turns to the hard samples: for rare classes among many easy points."
    pitfall = "Mislabelled points are the hardest of all, and the probabilities become too cautious."
    source = "Lin et al., 2017"
    rules = (BINARY_FOCAL_RULE, SOFTMAX_FOCAL_RULE)

    def numbers(self) -> tuple[float, ...]:
        """Return γ alone."""
        return (self.gamma,)


class Hinge(MarginLoss):
    kind: Literal["hinge"] = "hinge"
    label = "Hinge"
    formula = "L = mean over samples and outputs of max(0, 1 - t y), with t = ±1"
    advice = "The loss of support vector machines: content once a point is on its side by a margin of 1."
    pitfall = "Gives scores, not probabilities; points beyond the margin teach nothing more."
    source = "Cortes and Vapnik, 1995; one versus the rest: Rifkin and Klautau, 2004"
    rules = (HINGE_RULE,)


class SquaredHinge(MarginLoss):
    kind: Literal["squared_hinge"] = "squared_hinge"
    label = "Squared hinge"
    formula = "L = mean over samples and outputs of max(0, 1 - t y)², with t = ±1"
    advice = "A hinge without a kink, which punishes large violations more: easier to optimize."
    pitfall = "A point far on the wrong side dominates, as an outlier does under the squared error."
    source = "Lee and Mangasarian, 2001; in networks: Tang, 2013"
    rules = (SQUARED_HINGE_RULE,)


class KlDivergence(ProbabilityLoss):
    kind: Literal["kl_divergence"] = "kl_divergence"
    label = "KL divergence"
    formula = "L = mean over samples of Σ t log(t / p), with 0 log 0 = 0"
    advice = "Cross-entropy minus the entropy of the targets: 0 for a perfect fit of smoothed targets too."
    pitfall = "Without label smoothing it equals the cross-entropy; its gradient always does."
    source = "Kullback and Leibler, 1951; as in PyTorch's KLDivLoss"
    rules = (BINARY_KL_RULE, SOFTMAX_KL_RULE)
