"""Metrics: numbers that say how good a network is, beside the loss it is trained on.

Predictions are what ``Trainer.predict`` returns: for classes, probabilities (n, 1) of the second class
where there are two and (n, classes) where there are more; for a regression, values (n, outputs).
Targets are class indices (n,) or values (n, outputs).  The second class is predicted where its
probability reaches a threshold; of several classes the most probable one is, the first where they tie.
Every metric is NaN where there are no rows or a prediction is NaN.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from engine.catalog.comparison import Comparison, confusion
from engine.catalog.entry import Entry, Integer, Range

Array = NDArray[Any]

EPSILON = float(np.finfo(np.float32).eps)


def accuracy(seen: Comparison) -> float:
    """Return the share of samples whose class is the predicted one."""
    return sum(seen.counts.right) / len(seen.target)


def balanced_accuracy(seen: Comparison) -> float:
    """Return the mean over the classes in the truth of the share that is found."""
    return _mean([_share(right, actual) for right, actual, _ in seen.counts.classes() if actual])


def top_k(seen: Comparison, k: float = 2) -> float:
    """Return the share of samples whose class is among the k most probable; all, where there are no more."""
    if k >= seen.classes:
        return 1.0
    if seen.classes == 2:
        return accuracy(seen)
    likelihood, classes = seen.likelihood[:, None], np.arange(seen.classes)
    # As with argmax, the first of equally probable classes comes first.
    tied_before = (seen.predicted == likelihood) & (classes < seen.target[:, None])
    return float(np.mean(((seen.predicted > likelihood) | tied_before).sum(axis=1) < k))


def precision(seen: Comparison) -> float:
    """Return the mean over the classes of the share of the samples named so that are rightly named."""
    return _mean([_share(right, named) for right, _, named in seen.counts.classes()])


def recall(seen: Comparison) -> float:
    """Return the mean over the classes of the share of their samples that is found."""
    return _mean([_share(right, actual) for right, actual, _ in seen.counts.classes()])


def f1(seen: Comparison) -> float:
    """Return the mean over the classes of the harmonic mean of their precision and recall."""
    return _mean([_share(2 * right, actual + named) for right, actual, named in seen.counts.classes()])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def roc_auc(seen: Comparison) -> float:
    """Return the area under the curve of the second class, or the mean over each class against the rest.

    NaN where a class, or all others, do not occur.
    """
    if seen.classes == 2:
        scores = seen.predicted[:, 0]
        return _area(np.sort(scores), scores[seen.target == 1])
    scores = seen.predicted.T
    ordered = np.sort(scores, axis=1)
    return _mean([_area(ordered[c], scores[c, seen.target == c]) for c in range(seen.classes)])


def _area(ordered: Array, positive: Array) -> float:
    """Return the share of pairs in which the positive sample scores higher; a tie counts half.

    That is Mann and Whitney's U, from the sum of the positive samples' midranks among all sorted scores.
    """
    positives, negatives = positive.size, ordered.size - positive.size
    if not positives or not negatives:
        return math.nan
    positive.sort()  # so that neighbouring searches read neighbouring numbers
    below, not_above = (int(ordered.searchsorted(positive, side).sum()) for side in ("left", "right"))
    ranks = (below + not_above + positives) / 2
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def log_loss(seen: Comparison) -> float:
    """Return the mean of minus the logarithm of the true class's probability, or of float32's epsilon."""
    return 0.0 - float(np.log(np.maximum(seen.likelihood, EPSILON), dtype=np.float64).mean())


def r_squared(seen: Comparison) -> float:
    """Return 1 minus the residual over the total sum of squares, averaged over the outputs.

    NaN where the targets do not vary, since nothing is there to be explained.
    """
    residual = np.square(seen.residual).sum(axis=0)
    total = np.square(seen.target - seen.target.mean(axis=0)).sum(axis=0)
    if not (total > 0).all():
        return math.nan
    return float(np.mean(1 - residual / total))


def mean_absolute_error(seen: Comparison) -> float:
    """Return the mean over samples and outputs of the residual's size."""
    return float(np.abs(seen.residual).mean())


def root_mean_squared_error(seen: Comparison) -> float:
    """Return the root of the mean over samples and outputs of the squared residual."""
    return math.sqrt(np.square(seen.residual).mean())


class Metric(Entry):
    """A number computed from predictions and targets; ``measure`` is its formula.

    ``percent`` tells that it is a share, to be shown in per cent.
    """

    task: ClassVar[str]
    measure: ClassVar[Callable[..., float]]
    percent: ClassVar[bool] = False
    higher_is_better: ClassVar[bool] = True

    @classmethod
    def defaults(cls) -> tuple[float, ...]:
        """Return the parameters' defaults, as the formula takes them."""
        return tuple(float(parameter.default) for parameter in cls.parameters())

    @classmethod
    def compute(cls, predicted: ArrayLike, target: ArrayLike, *numbers: float) -> float:
        """Return this metric of some predictions; ``numbers`` are its parameters, or else its defaults."""
        seen = Comparison(predicted, target)
        return float(cls.measure(seen, *(numbers or cls.defaults()))) if seen.is_defined else math.nan


class Accuracy(Metric):
    kind: Literal["accuracy"] = "accuracy"
    label = "Accuracy"
    formula = "share of samples whose most probable class is right"
    advice = "Easy to read; compare it with the share of the largest class."
    pitfall = "Hides which classes are confused, and looks good when one class dominates."
    task = "classification"
    percent = True
    measure = staticmethod(accuracy)


class BalancedAccuracy(Metric):
    kind: Literal["balanced_accuracy"] = "balanced_accuracy"
    label = "Balanced accuracy"
    formula = "mean over the classes that occur of right / samples of the class"
    advice = "For classes of unequal size: guessing the largest one earns no more than chance, 1 / classes."
    pitfall = "A rare class weighs as much as a common one, so a few of its samples move it a lot."
    source = "Brodersen et al., 2010"
    task = "classification"
    percent = True
    measure = staticmethod(balanced_accuracy)


class TopK(Metric):
    kind: Literal["top_k"] = "top_k"
    k: Annotated[Integer, Range(1, 100)] = Field(2, description="How many guesses a sample has.")
    label = "Top-k accuracy"
    formula = "share of samples whose class is among the k most probable"
    advice = "For many classes of which some look alike: tells whether the right one is at least in sight."
    pitfall = "Always 100 % where there are no more than k classes."
    source = "Russakovsky et al., 2015"
    task = "classification"
    percent = True
    measure = staticmethod(top_k)


class Precision(Metric):
    kind: Literal["precision"] = "precision"
    label = "Precision"
    formula = "mean over the classes of right / samples predicted to be of the class"
    advice = "How far a prediction can be trusted: watch it where a false alarm is costly."
    pitfall = "A class that is never predicted counts 0. Says nothing about samples that are missed."
    source = "Kent et al., 1955"
    task = "classification"
    percent = True
    measure = staticmethod(precision)


class Recall(Metric):
    kind: Literal["recall"] = "recall"
    label = "Recall"
    formula = "mean over the classes of right / samples of the class"
    advice = "How much of each class is found: watch it where a miss is costly."
    pitfall = "Says nothing about false alarms. A class that is predicted but does not occur counts 0."
    source = "Kent et al., 1955"
    task = "classification"
    percent = True
    measure = staticmethod(recall)


class F1(Metric):
    kind: Literal["f1"] = "f1"
    label = "F1 score"
    formula = "mean over the classes of 2 right / (samples of the class + samples predicted to be)"
    advice = "The harmonic mean of precision and recall: high only where both are."
    pitfall = "A class that is never predicted counts 0. It is not the harmonic mean of the two macro means."
    source = "van Rijsbergen, 1979; Opitz and Burst, 2019"
    task = "classification"
    percent = True
    measure = staticmethod(f1)


class RocAuc(Metric):
    kind: Literal["roc_auc"] = "roc_auc"
    label = "ROC AUC"
    formula = "probability that a sample of the class scores higher than another; ties count half"
    advice = "Judges the order alone, whatever the threshold: 1 is a perfect order, 0.5 is chance."
    pitfall = (
        "Looks good where the class is rare, and says nothing about whether probabilities are right. "
        "Several classes: the mean over each against the rest; undefined where one is missing."
    )
    source = "Hanley and McNeil, 1982; Fawcett, 2006"
    task = "classification"
    measure = staticmethod(roc_auc)


class LogLoss(Metric):
    kind: Literal["log_loss"] = "log_loss"
    label = "Log loss"
    formula = "mean of -log max(p(true class), 1.2e-7)"
    advice = "Are the probabilities right, not only the classes? Guessing evenly costs log(classes)."
    pitfall = "A few confident mistakes dominate it; none costs more than 15.9, since p is cut off."
    source = "Good, 1952"
    task = "classification"
    higher_is_better = False
    measure = staticmethod(log_loss)


class RSquared(Metric):
    kind: Literal["r2"] = "r2"
    label = "R²"
    formula = "1 - Σ (t - y)² / Σ (t - mean t)²"
    advice = "1 is a perfect fit, 0 is no better than the mean of the targets; it can be negative."
    pitfall = "Says nothing about where the fit is wrong."
    source = "Wright, 1921"
    task = "regression"
    measure = staticmethod(r_squared)


class Mae(Metric):
    kind: Literal["mae"] = "mae"
    label = "Mean absolute error"
    formula = "mean over samples and outputs of |t - y|"
    advice = "The typical error in the unit of the targets; outliers count no more than others."
    pitfall = "Outputs of different units are mixed. Best at the median, not at the mean that MSE trains for."
    source = "Willmott and Matsuura, 2005"
    task = "regression"
    higher_is_better = False
    measure = staticmethod(mean_absolute_error)


class Rmse(Metric):
    kind: Literal["rmse"] = "rmse"
    label = "Root mean squared error"
    formula = "√ mean over samples and outputs of (t - y)²"
    advice = "The MSE in the unit of the targets: compare it with their standard deviation."
    pitfall = "A single outlier can make most of it. Never below the mean absolute error."
    source = "Chai and Draxler, 2014"
    task = "regression"
    higher_is_better = False
    measure = staticmethod(root_mean_squared_error)


# The first of a task is the one to show where there is room for one.
METRICS: tuple[type[Metric], ...] = (
    Accuracy,
    BalancedAccuracy,
    TopK,
    Precision,
    Recall,
    F1,
    RocAuc,
    LogLoss,
    RSquared,
    Mae,
    Rmse,
)


def metrics_for(task: str, classes: int = 0) -> tuple[type[Metric], ...]:
    """Return the metrics that are defined for a task, the one to show first.

    Given how many classes there are, without those that are the same whatever is predicted: of two classes
    the right one is always among the two most probable.
    """
    silent = silent_for(classes)
    return tuple(metric for metric in METRICS if metric.task == task and metric.key() not in silent)


def silent_for(classes: int) -> frozenset[str]:
    """Return the keys of the metrics that are the same whatever is predicted for so many classes."""
    return frozenset({TopK.key()} if 0 < classes <= TopK().k else ())


@functools.cache
def _formulas(task: str) -> tuple[tuple[str, Callable[..., float], tuple[float, ...]], ...]:
    """Return key, formula and numbers of a task's metrics: looked up for every frame."""
    return tuple((metric.key(), metric.measure, metric.defaults()) for metric in metrics_for(task))


def evaluate(
    task: str, predicted: ArrayLike, target: ArrayLike, classes: int, threshold: float = 0.5
) -> dict[str, float]:
    """Return all metrics of a task by their keys; what they have in common is computed once.

    Parameters
    ----------
    task : {"classification", "regression"}
        Which metrics.
    predicted, target : array_like
        As described at the top of this module.
    classes : int
        How many there are; 0 for a regression.
    threshold : float
        From which probability on the second of two classes is predicted.

    Raises
    ------
    ValueError
        Where the predictions or the targets do not fit so many classes.
    """
    seen = Comparison(predicted, target, threshold)
    if classes and classes != seen.classes:
        raise ValueError(f"{classes} classes do not fit predictions of the shape {seen.predicted.shape}")
    if not seen.is_defined:
        return {key: math.nan for key, _, _ in _formulas(task)}
    return {key: measure(seen, *numbers) for key, measure, numbers in _formulas(task)}


__all__ = ["METRICS", "Comparison", "Metric", "confusion", "evaluate", "metrics_for", "silent_for"]
