"""Metrics: numbers that say how good a network is, beside the loss it is trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.catalog.entry import Entry

Array = NDArray[Any]


def accuracy(predicted: Array, target: Array) -> float:
    """Return the share of samples whose most probable class is the right one.

    ``predicted`` are probabilities (n, 1) of the second class or (n, classes); ``target`` is the class
    index (n,).
    """
    if predicted.shape[1] == 1:
        return float(np.mean((predicted[:, 0] >= 0.5) == (target == 1)))
    return float(np.mean(predicted.argmax(axis=1) == target))


def r_squared(predicted: Array, target: Array) -> float:
    """Return 1 minus the residual over the total sum of squares, averaged over the outputs (n, outputs).

    NaN where the targets do not vary, since nothing is there to be explained.
    """
    residual = np.square(target - predicted).sum(axis=0)
    total = np.square(target - target.mean(axis=0)).sum(axis=0)
    if not (total > 0).all():
        return float("nan")
    return float(np.mean(1 - residual / total))


class Metric(Entry):
    """A number computed from predictions and targets."""

    task: ClassVar[str]
    compute: ClassVar[Callable[..., float]]
    percent: ClassVar[bool] = False


class Accuracy(Metric):
    kind: Literal["accuracy"] = "accuracy"
    label = "Accuracy"
    formula = "share of samples whose most probable class is right"
    advice = "Easy to read; compare it with the share of the largest class."
    pitfall = "Hides which classes are confused, and looks good when one class dominates."
    task = "classification"
    percent = True
    compute = staticmethod(accuracy)


class RSquared(Metric):
    kind: Literal["r2"] = "r2"
    label = "R²"
    formula = "1 - Σ (t - y)² / Σ (t - mean t)²"
    advice = "1 is a perfect fit, 0 is no better than the mean of the targets; it can be negative."
    pitfall = "Says nothing about where the fit is wrong."
    task = "regression"
    compute = staticmethod(r_squared)


METRICS: tuple[type[Metric], ...] = (Accuracy, RSquared)


def metrics_for(task: str) -> tuple[type[Metric], ...]:
    """Return the metrics that are defined for a task."""
    return tuple(metric for metric in METRICS if metric.task == task)
