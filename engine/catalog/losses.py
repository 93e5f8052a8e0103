"""Losses: how far the outputs are from the targets; always a mean over the batch.

Element-wise, ``value`` is the loss of one output and ``slope`` its derivative, both against the quantity
named by ``acts_on``:

``"output"``
    the activated output y;
``"logit"``
    the weighted sum z before a sigmoid, so that nothing overflows;
``"log_probability"``
    the logarithm of the softmax over a sample's outputs, computed with the log-sum-exp trick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.catalog.entry import Entry
from engine.kernels.simd import absolute, exp, log1p, maximum, sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable

ActsOn = Literal["output", "logit", "log_probability"]


@dataclass(frozen=True)
class LossRule:
    """One formula of a loss; ``mean_over_outputs`` divides by the number of outputs as well."""

    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]
    acts_on: ActsOn
    mean_over_outputs: bool = False


def squared_error(y: Any, target: Any) -> Any:
    return (y - target) * (y - target)


def squared_error_slope(y: Any, target: Any) -> Any:
    return 2 * (y - target)


def half_squared_error(y: Any, target: Any) -> Any:
    return 0.5 * (y - target) * (y - target)


def half_squared_error_slope(y: Any, target: Any) -> Any:
    return y - target


def binary_cross_entropy(z: Any, target: Any) -> Any:
    # -t log s(z) - (1 - t) log(1 - s(z)), with neither logarithm near zero
    return maximum(z, 0) - z * target + log1p(exp(-absolute(z)))


def binary_cross_entropy_slope(z: Any, target: Any) -> Any:
    return sigmoid(z) - target


def softmax_cross_entropy(log_probability: Any, target: Any) -> Any:
    return -(target * log_probability)


def softmax_cross_entropy_slope(log_probability: Any, target: Any) -> Any:
    return -target


MSE_RULE = LossRule(squared_error, squared_error_slope, "output", mean_over_outputs=True)
HALF_SQUARED_RULE = LossRule(half_squared_error, half_squared_error_slope, "output")
BINARY_RULE = LossRule(binary_cross_entropy, binary_cross_entropy_slope, "logit")
SOFTMAX_RULE = LossRule(softmax_cross_entropy, softmax_cross_entropy_slope, "log_probability")

# A code inside the kernels is a position here.
LOSS_RULES: tuple[LossRule, ...] = (MSE_RULE, HALF_SQUARED_RULE, BINARY_RULE, SOFTMAX_RULE)


class Loss(Entry):
    """A loss and the tasks it is defined for."""

    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    rules: ClassVar[tuple[LossRule, ...]]

    def rule(self, classes: int) -> LossRule:
        """Return the formula for a problem with so many classes (0: a regression)."""
        return self.rules[0]


class Mse(Loss):
    kind: Literal["mse"] = "mse"
    label = "MSE"
    formula = "mean squared error: L = mean over samples and outputs of (y - t)²"
    advice = "The loss of regression: the most likely fit when the noise is Gaussian."
    pitfall = "Squares make single outliers dominate; on a saturated sigmoid or tanh its gradient vanishes."
    source = "Gauss, 1809; as in PyTorch's MSELoss"
    rules = (MSE_RULE,)


class HalfSquaredError(Loss):
    kind: Literal["half_squared_error"] = "half_squared_error"
    label = "½ squared error"
    formula = "L = mean over samples of ½ Σ (y - t)²"
    advice = "The textbook form, used by TensorFlow Playground: the ½ cancels in the derivative."
    pitfall = "As for the mean squared error; with several outputs it is larger by their number."
    source = "Rumelhart, Hinton and Williams, 1986"
    rules = (HALF_SQUARED_RULE,)


class CrossEntropy(Loss):
    kind: Literal["cross_entropy"] = "cross_entropy"
    label = "Cross-entropy"
    formula = "L = mean over samples of -log p(true class)"
    advice = "The loss of classification: minus the log probability given to the right class."
    pitfall = "A confident wrong answer costs a lot, so mislabelled points pull hard."
    source = "Cox, 1958; as in PyTorch's BCEWithLogitsLoss and CrossEntropyLoss"
    tasks = ("classification",)
    rules = (BINARY_RULE, SOFTMAX_RULE)

    def rule(self, classes: int) -> LossRule:
        """Return that of one sigmoid for two classes, of softmax for more."""
        return BINARY_RULE if classes == 2 else SOFTMAX_RULE


LOSSES: tuple[type[Loss], ...] = (Mse, HalfSquaredError, CrossEntropy)
