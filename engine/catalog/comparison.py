"""Predictions beside the truth: the confusion matrix, and all else that several metrics share."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Array = NDArray[Any]


def confusion(
    predicted: ArrayLike, truth: ArrayLike, classes: int, threshold: float = 0.5
) -> NDArray[np.int64]:
    """Count the samples of every class by the class that is predicted for them.

    Parameters
    ----------
    predicted : array_like
        Probabilities (n, 1) of the second class, or (n, classes).  Rows that hold NaN are not counted.
    truth : array_like
        Class index of every row, (n,).
    classes : int
        How many there are, at least 2; some may not occur.
    threshold : float
        From which probability on the second of two classes is predicted.  0 predicts it always; several
        classes do not depend on it.

    Returns
    -------
    numpy.ndarray
        int64 (classes, classes): a row for every true class, a column for every predicted one.

    Raises
    ------
    ValueError
        Where the probabilities or the truth do not fit so many classes.
    """
    scores: Array = np.asarray(predicted)
    actual: Array = np.asarray(truth, np.int64)
    if scores.shape[1:] != (1 if classes == 2 else classes,):
        raise ValueError(f"{classes} classes do not fit probabilities of the shape {scores.shape}")
    absent = np.isnan(scores)
    if absent.any():
        present = ~absent.any(axis=1)
        scores, actual = scores[present], actual[present]
    named = scores[:, 0] >= threshold if classes == 2 else scores.argmax(axis=1)
    counts = np.bincount(actual * classes + named, minlength=classes * classes)
    if counts.size > classes * classes:
        raise ValueError(f"the truth holds class {actual.max()}, but the classes are 0 to {classes - 1}")
    return counts.reshape(classes, classes)


class Counts(NamedTuple):
    """What a confusion matrix says of every class: samples that are rightly named, of it, and named it."""

    right: Sequence[int]
    actual: Sequence[int]
    named: Sequence[int]

    def classes(self) -> Iterator[tuple[int, int, int]]:
        """Yield (right, actual, named) of every class that occurs, in the truth or in the predictions."""
        return (each for each in zip(*self, strict=True) if each[1] or each[2])


class Comparison:
    """Predictions beside the truth, with what several metrics need of them, each worked out once."""

    def __init__(self, predicted: ArrayLike, target: ArrayLike, threshold: float = 0.5) -> None:
        self.predicted: Array = np.asarray(predicted)
        self.target: Array = np.asarray(target)
        self.threshold = threshold

    @property
    def classes(self) -> int:
        """How many classes the probabilities are of."""
        return max(2, int(self.predicted.shape[1]))

    @functools.cached_property
    def is_defined(self) -> bool:
        """Whether there is something to measure."""
        return len(self.target) > 0 and not np.isnan(self.predicted).any()

    @functools.cached_property
    def counts(self) -> Counts:
        """The confusion matrix, as Python's integers: few classes do not pay for arrays."""
        matrix = confusion(self.predicted, self.target, self.classes, self.threshold).tolist()
        right = [row[i] for i, row in enumerate(matrix)]
        actual, named = [sum(row) for row in matrix], [sum(column) for column in zip(*matrix, strict=True)]
        return Counts(right, actual, named)

    @functools.cached_property
    def likelihood(self) -> Array:
        """The probability given to every sample's true class, (n,)."""
        if self.predicted.shape[1] > 1:
            return np.asarray(self.predicted[np.arange(len(self.target)), self.target])
        second = self.predicted[:, 0].astype(np.float64)
        return np.where(self.target == 1, second, 1 - second)

    @functools.cached_property
    def residual(self) -> NDArray[np.float64]:
        """Target minus prediction of a regression, (n, outputs)."""
        return np.asarray(self.target - self.predicted, np.float64)
