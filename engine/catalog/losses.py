"""Losses: how far the outputs are from the targets; always a mean over the batch.

Element-wise, ``value`` is the loss of one output and ``slope`` its derivative, both against the quantity
named by ``acts_on``:

``"output"``
    the activated output y;
``"logit"``
    the weighted sum z before the activation, so that nothing overflows or cancels;
``"log_probability"``
    the logarithm of the softmax over a sample's outputs, computed with the log-sum-exp trick.

The formulas, each with its entry, stand in ``value_losses`` and ``class_losses``.
"""

from __future__ import annotations

from engine.catalog.class_losses import CrossEntropy, Focal, Hinge, KlDivergence, SquaredHinge
from engine.catalog.loss import ActsOn, ClassLoss, Loss, LossRule
from engine.catalog.value_losses import HalfSquaredError, Huber, LogCosh, Mae, Mse, Poisson

LOSSES: tuple[type[Loss], ...] = (
    Mse,
    HalfSquaredError,
    Mae,
    Huber,
    LogCosh,
    CrossEntropy,
    Focal,
    KlDivergence,
    Hinge,
    SquaredHinge,
    Poisson,
)

# A code inside the kernels is a position here.
LOSS_RULES: tuple[LossRule, ...] = tuple(rule for loss in LOSSES for rule in loss.rules)

__all__ = [
    "LOSSES",
    "LOSS_RULES",
    "ActsOn",
    "ClassLoss",
    "CrossEntropy",
    "Focal",
    "HalfSquaredError",
    "Hinge",
    "Huber",
    "KlDivergence",
    "LogCosh",
    "Loss",
    "LossRule",
    "Mae",
    "Mse",
    "Poisson",
    "SquaredHinge",
]
