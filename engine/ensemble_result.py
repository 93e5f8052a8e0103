"""What became of the members of an ensemble: curves, quantiles, and how many solved the problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.catalog.metrics import METRICS, metrics_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.experiment import Experiment
    from engine.snapshot import Snapshot

Curves: TypeAlias = NDArray[np.float64]

PARTS = ("train", "test")
SOLVED = 0.95
_HIGHER_IS_BETTER = {metric.key() for metric in METRICS if metric.higher_is_better}


@dataclass(frozen=True, eq=False)
class EnsembleResult:
    """What became of every member.  All arrays are read-only.

    Parameters
    ----------
    experiments : tuple of Experiment
        The members, n of them.
    epochs : numpy.ndarray
        int64 (points,): the epochs after which losses and metrics were recorded; 0 is the initial state.
    train_loss, test_loss : numpy.ndarray
        float64 (n, points); NaN where a member has no such rows, and from where on it had diverged or was
        stopped.
    metrics : mapping of str to mapping of str to numpy.ndarray
        Part ("train", "test"), then metric key, to float64 (n, points); NaN as above, and where a metric
        is not defined for a member's task.
    snapshots : tuple of Snapshot or None
        Every member's last state; None for one that was stopped before it began.
    stopped : bool
        Whether ``should_stop`` ended it early.
    """

    experiments: tuple[Experiment, ...]
    epochs: NDArray[np.int64]
    train_loss: Curves
    test_loss: Curves
    metrics: Mapping[str, Mapping[str, Curves]]
    snapshots: tuple[Snapshot | None, ...]
    stopped: bool

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Whether a member has left the finite numbers, (n,)."""
        return np.array([state is not None and state.diverged is not None for state in self.snapshots], bool)

    def curves(self, name: str = "loss", part: str | None = None) -> Curves:
        """Return one number of all members over the epochs.

        Parameters
        ----------
        name : str
            "loss" or the key of a metric.
        part : {"train", "test"}, optional
            Of which rows; by default those of the test, or of training for a member without test rows.

        Returns
        -------
        numpy.ndarray
            float64 (n, points).

        Raises
        ------
        ValueError
            For a name or a part that no member has.
        """
        if part is None:
            tested = [state is not None and "test" in state.losses for state in self.snapshots]
            train, test = (self.curves(name, each) for each in PARTS)
            return np.where(np.array(tested)[:, None], test, train)
        known = {"loss": self.train_loss if part == "train" else self.test_loss, **self.metrics.get(part, {})}
        if part not in PARTS or name not in known:
            raise ValueError(f"there is no {part} {name}; known: {', '.join(known)} of {' or '.join(PARTS)}")
        return known[name]

    def quantiles(self, levels: Sequence[float], name: str = "loss", part: str | None = None) -> Curves:
        """Return quantiles over the members at every point, float64 (levels, points).

        Of those members that have a finite value there: the ones that have diverged are not in it, so look at
        ``diverged`` too.  NaN where none has.  Between two members it is interpolated linearly.  ``name``
        and ``part`` as in ``curves``.
        """
        values = self.curves(name, part)
        found = np.full((len(levels), self.epochs.size), np.nan)
        for i, column in enumerate(values.T):
            finite = column[np.isfinite(column)]
            if finite.size:
                found[:, i] = np.quantile(finite, levels)
        return found

    def epochs_to_solve(
        self, threshold: float = SOLVED, metric: str | None = None, part: str | None = None
    ) -> NDArray[np.float64]:
        """Return for every member the first recorded epoch at which it reached the threshold; NaN: never.

        Parameters
        ----------
        threshold : float
            What the metric must reach from its worse side.
        metric : str, optional
            By default the first of a member's task: accuracy, or R² of a regression.
        part : {"train", "test"}, optional
            As in ``curves``.
        """
        if metric is None:
            keys = [metrics_for(each.data.task)[0].key() for each in self.experiments]
            rows = [self.curves(key, part)[i] for i, key in enumerate(keys)]
            reached = np.array(rows) >= threshold
        else:
            values = self.curves(metric, part)
            reached = values >= threshold if metric in _HIGHER_IS_BETTER else values <= threshold
        return np.where(reached.any(axis=1), self.epochs[reached.argmax(axis=1)], np.nan)

    def share_solved(
        self, threshold: float = SOLVED, metric: str | None = None, part: str | None = None
    ) -> float:
        """Return the share of all members that ever reached the threshold, as ``epochs_to_solve`` counts."""
        return float(np.mean(~np.isnan(self.epochs_to_solve(threshold, metric, part))))
