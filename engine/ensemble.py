"""Many runs at once: other seeds, or variants of one experiment, side by side.

One run says little: was it the setting, or the luck of the initial weights?

    >>> from engine import Experiment
    >>> from engine.ensemble import ensemble, seeds, variants
    >>> moons = Experiment(data="moons")
    >>> result = ensemble(seeds(moons, 3), epochs=20, every=5)
    >>> result.epochs.tolist(), result.train_loss.shape
    ([0, 5, 10, 15, 20], (3, 5))
    >>> widths = variants(moons, "network.layers.0.units", [2, 4, 8])
    >>> [wide.network.layers[0].units for wide in widths]
    [2, 4, 8]

**What the members share.**  All randomness follows from an experiment's seed through named streams
(``engine.streams``), so members of one seed differ in nothing but what was varied: another learning rate
trains the same weights on the same rows in the same order, and another width of one layer leaves the
other layers' weights alone.  Members whose data, features and seed agree share one ``PreparedData``.
Members of different seeds differ in data, split, weights, order and dropout.

**Threads.**  Members are trained by a pool of threads; the kernels hold no lock of the interpreter.
Every member is a run of its own, so its result is bit by bit that of a ``Trainer`` alone, whatever the
number of threads.  Recording a point does need the interpreter, for about 0.2 ms, and only one thread at
a time has it: several processors help where the training between two points takes longer than that, so
record small networks every ten epochs or so.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.metrics import METRICS
from engine.data import PreparedData, prepare
from engine.ensemble_result import PARTS, Curves, EnsembleResult
from engine.errors import UnfoldError
from engine.output import plan_output
from engine.trainer import Trainer
from engine.variations import seeds, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.experiment import Experiment
    from engine.snapshot import Snapshot

SLICE_SECONDS = 0.1  # so soon training notices that it should stop
SHORT_SECONDS = 2e-4  # about what the interpreter takes to record a point
POLL_SECONDS = 0.05


class _SharedData:
    """Prepared data by what they follow from: each prepared once, and let go after its last use."""

    def __init__(self, experiments: Sequence[Experiment], folder: str | Path | None) -> None:
        self._folder = folder
        self._left = Counter(map(self._key, experiments))
        self._ready: dict[Any, PreparedData] = {}
        self._lock = Lock()
        self._check(experiments)

    @staticmethod
    def _key(experiment: Experiment) -> Any:
        return experiment.data, experiment.features, experiment.seed

    def _check(self, experiments: Sequence[Experiment]) -> None:
        """Raise for all that cannot be trained, before hours of training.

        Whether data can be prepared, and which classes they hold, does not depend on the seed: so one of
        several seeds is prepared, and the others when it is their turn.
        """
        errors: list[UnfoldError] = []
        first: dict[Any, PreparedData | None] = {}
        for experiment in experiments:
            source = experiment.data, experiment.features
            try:
                if source not in first:
                    first[source] = None
                    first[source] = self._prepared(experiment)
                if (data := first[source]) is not None:
                    plan_output(experiment, data)
            except UnfoldError as error:
                errors.append(error)
        if errors:
            raise type(errors[0])(dict.fromkeys(problem for error in errors for problem in error.problems))

    def _prepared(self, experiment: Experiment) -> PreparedData:
        key = self._key(experiment)
        if key not in self._ready:
            self._ready[key] = prepare(experiment.data, experiment.features, experiment.seed, self._folder)
        return self._ready[key]

    def take(self, experiment: Experiment) -> PreparedData:
        """Return a member's data; each member takes them once."""
        key = self._key(experiment)
        with self._lock:
            data = self._prepared(experiment)
            self._left[key] -= 1
            if not self._left[key]:
                del self._ready[key]
            return data


class _Pace:
    """Trains one run in slices short enough to be stopped, and knows how long a batch takes."""

    def __init__(self, trainer: Trainer, stopping: Event) -> None:
        self._trainer, self._stopping = trainer, stopping
        self._seconds = math.inf  # a batch, the shortest seen: others may have kept the interpreter

    def is_short(self, batches: int) -> bool:
        """Tell whether so many batches take less time than the interpreter takes for them."""
        return batches * self._seconds < SHORT_SECONDS

    def advance(self, batches: int) -> bool:
        """Take so many steps; tell whether the run has neither diverged nor been stopped meanwhile."""
        left = batches
        while left > 0 and not self._stopping.is_set():
            size = min(left, max(1, int(SLICE_SECONDS / self._seconds)))
            begin = time.perf_counter()
            if not self._trainer.advance(batches=size):
                return False
            self._seconds = min(self._seconds, (time.perf_counter() - begin) / size)
            left -= size
        return left == 0


def _train(
    trainer: Trainer,
    epochs: NDArray[np.int64],
    record: Callable[[int, Snapshot], None],
    stopping: Event,
    turn: AbstractContextManager[Any],
) -> Snapshot:
    """Train to the last point, or until it diverges or is stopped; return the last state.

    ``record`` is given every point reached; ``turn`` is for one member at a time.
    """
    state = trainer.snapshot()
    record(0, state)
    pace = _Pace(trainer, stopping)
    for point in range(1, epochs.size):
        batches = int(epochs[point] - epochs[point - 1]) * trainer.batches_per_epoch
        # Threads that all want the interpreter are slower than one: each handing over costs a wake-up.
        with turn if pace.is_short(batches) else nullcontext():
            reached = pace.advance(batches)
            state = trainer.snapshot()
        if not reached:
            break
        record(point, state)
    return state


def ensemble(
    experiments: Iterable[Experiment],
    epochs: int,
    every: int = 1,
    threads: int | None = None,
    folder: str | Path | None = None,
    progress: Callable[[int, int], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> EnsembleResult:
    """Train all experiments, several at once, and record their losses and metrics.

    A member that diverges stops alone, with its last finite parameters; the others go on.  Blocks until
    all have ended.

    Parameters
    ----------
    experiments : iterable of Experiment
        The members: ``seeds``, ``variants``, or any others.
    epochs : int
        How long each is trained.
    every : int
        So many epochs lie between two recorded points; the last epoch is always one.
    threads : int, optional
        How many members are trained at a time; by default as many as this process has processors.
    folder : str or Path, optional
        What a table's relative path is relative to, as for ``Trainer``.
    progress : callable, optional
        Called from the calling thread, some twenty times a second and at the end, with how many epochs
        all members together have done and how many they will do; a diverged one counts as done.
    should_stop : callable, optional
        Asked from the calling thread as often.  After True every member stops within about 0.1 s or one
        batch, and what has been recorded is returned.

    Returns
    -------
    EnsembleResult
        In the order of ``experiments``.

    Raises
    ------
    DataError, ExperimentError
        Before anything is trained, where a member's data cannot be read or do not fit it; all problems.
    ValueError
        For no experiments, or a count out of range.
    """
    members = tuple(experiments)
    if not members or epochs < 0 or every < 1 or (threads is not None and threads < 1):
        raise ValueError("an ensemble needs an experiment, epochs from 0, and every and threads from 1")
    axis = np.append(np.arange(0, epochs, every), epochs).astype(np.int64)
    shared = _SharedData(members, folder)
    stopping, turn = Event(), Lock()
    curves = _no_curves(members, axis.size)
    done = [0] * len(members)  # epochs; this and a row of the curves are written by the member's thread alone

    def run(i: int) -> Snapshot | None:
        if stopping.is_set():
            return None

        def record(point: int, state: Snapshot) -> None:
            for part, loss in state.losses.items():
                for key, value in {"loss": loss, **state.metrics[part]}.items():
                    curves[part][key][i, point] = value
            done[i] = int(axis[point])

        last = _train(Trainer(members[i], folder, shared.take(members[i])), axis, record, stopping, turn)
        if last.diverged:
            # A point may have been recorded on finite parameters whose loss was no longer finite.
            for values in (each for found in curves.values() for each in found.values()):
                values[i, axis > last.epoch] = np.nan
            done[i] = epochs
        return last

    with ThreadPoolExecutor(min(threads or _processors(), len(members)), "ensemble") as pool:
        try:
            futures = [pool.submit(run, i) for i in range(len(members))]
            pending = set(futures)
            while pending:
                finished, pending = wait(pending, POLL_SECONDS, FIRST_EXCEPTION)
                for future in finished:
                    future.result()  # raises what the member has raised
                if progress:
                    progress(sum(done), epochs * len(members))
                if should_stop and pending and should_stop():
                    stopping.set()
        except BaseException:
            stopping.set()  # the pool waits for its threads
            raise
    for array in (axis, *(each for found in curves.values() for each in found.values())):
        array.setflags(write=False)
    train_loss, test_loss = (curves[part].pop("loss") for part in PARTS)
    metrics = MappingProxyType({part: MappingProxyType(found) for part, found in curves.items()})
    snapshots = tuple(future.result() for future in futures)
    return EnsembleResult(members, axis, train_loss, test_loss, metrics, snapshots, stopping.is_set())


def _no_curves(experiments: Sequence[Experiment], points: int) -> dict[str, dict[str, Curves]]:
    """Return part -> "loss" and metric keys -> NaN, one row a member."""
    tasks = {experiment.data.task for experiment in experiments}
    keys = ["loss", *(metric.key() for metric in METRICS if metric.task in tasks)]
    return {part: {key: np.full((len(experiments), points), np.nan) for key in keys} for part in PARTS}


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


__all__ = ["EnsembleResult", "ensemble", "seeds", "variants"]
