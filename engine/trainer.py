"""Train one experiment: no thread, no window, nothing but the document and its data."""

from __future__ import annotations

import operator
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import loops  # noqa: F401  (fills the kernels' formulas before one compiles)
from engine.catalog.metrics import metrics_for
from engine.changes import Change, classify
from engine.data import PreparedData, prepare
from engine.graft import Parameters, carry, checked_parameters
from engine.kernels import layout
from engine.kernels.evaluate import evaluate
from engine.kernels.jit import is_warm
from engine.kernels.train import train
from engine.probes import Fields
from engine.program import (
    Floats,
    aligned_zeros,
    flat_rows,
    initial_parameters,
    learning_of,
    network_of,
    plan_output,
    probabilities,
    read_parameters,
    target_rows,
    workspace_of,
    write_numbers,
    write_parameters,
    write_settings,
)
from engine.snapshot import Divergence, Frame, FrameRequest, History, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from engine.experiment import Experiment

    State: TypeAlias = tuple[NDArray[Any], ...]

CHUNK_SECONDS = 0.005


class Trainer:
    """The state of one training run, and the acts that change it.

    Parameters
    ----------
    experiment : Experiment
        What to train.  A table's relative path is relative to ``folder``.
    folder : str or Path, optional
        The folder of the document; by default the current one.
    data : PreparedData, optional
        The experiment's data where they have been prepared already.

    Raises
    ------
    DataError
        Where the data cannot be read or do not fit the experiment.
    ExperimentError
        Where the output layer does not fit the classes found in the data.
    """

    def __init__(
        self, experiment: Experiment, folder: str | Path | None = None, data: PreparedData | None = None
    ) -> None:
        self._folder = folder
        self._adopt(
            experiment,
            prepare(experiment.data, experiment.features, experiment.seed, folder) if data is None else data,
        )
        write_parameters(self._network, initial_parameters(experiment, self._network))

    def _adopt(self, experiment: Experiment, data: PreparedData) -> None:
        """Build everything that follows from an experiment and its data, at the start of a run."""
        self.experiment = experiment
        self.data = data
        self._plan = plan_output(experiment, data)
        self._network = network_of(experiment, data, self._plan)
        self._work = workspace_of(self._network)
        self._learning = learning_of(experiment, self._network, len(data.train_features), self._plan)
        self._features = flat_rows(data.train_features)
        self._test_features = flat_rows(data.test_features)
        self._targets = target_rows(data, data.train_targets, self._plan)
        self._test_targets = target_rows(data, data.test_targets, self._plan)
        self._fields = Fields(self._network, data, self._plan)
        self._diverged: Divergence | None = None
        self._earlier: State | None = None  # before the last step
        self._seconds_per_batch = 0.0

    # Training

    @property
    def epoch(self) -> int:
        """Whole passes over the training rows so far."""
        return int(self._learning.counters[layout.EPOCH])

    @property
    def step(self) -> int:
        """Parameter updates so far."""
        return int(self._learning.counters[layout.STEP])

    @property
    def batches_per_epoch(self) -> int:
        """Steps of one whole epoch."""
        return -(-int(self._learning.order.size) // int(self._learning.counters[layout.BATCH]))

    @property
    def batch(self) -> int:
        """Steps already taken of the present epoch; 0 between two epochs."""
        counters = self._learning.counters
        return -(-int(counters[layout.POSITION]) // int(counters[layout.BATCH]))

    @property
    def diverged(self) -> Divergence | None:
        """Why training has stopped by itself, or None."""
        return self._diverged

    def advance(self, *, epochs: int | None = None, batches: int | None = None) -> bool:
        """Train; blocks, without holding the GIL.

        Parameters
        ----------
        epochs : int, optional
            Train to the end of the so-many-th epoch from here (an epoch begun by single batches counts as
            the first).
        batches : int, optional
            Take so many steps instead.

        Returns
        -------
        bool
            True, or False where training has diverged: the parameters are then the last finite ones,
            ``diverged`` says why, and nothing more is trained until the experiment or the parameters
            change.

        Raises
        ------
        TypeError
            For none or both of the two, or for what is no whole number.
        ValueError
            For a negative number.
        """
        given = [amount for amount in (epochs, batches) if amount is not None]
        if len(given) != 1:
            raise TypeError("advance takes either epochs or batches")
        amount = operator.index(given[0])  # other integers than int would be compiled for anew
        if amount < 0:
            raise ValueError(f"advance cannot go back: {amount}")
        left = self._batches_of(amount) if batches is None else amount
        while left > 0 and self._diverged is None:
            size = (
                min(left, max(1, int(CHUNK_SECONDS / self._seconds_per_batch)))
                if self._seconds_per_batch
                else 1
            )
            begin = time.perf_counter()
            self._chunk(size)
            self._seconds_per_batch = (time.perf_counter() - begin) / size
            left -= size
        return self._diverged is None

    def _batches_of(self, epochs: int) -> int:
        """Return the steps to the end of the so-many-th epoch from here."""
        counters = self._learning.counters
        if epochs == 0:
            return 0
        remaining = int(self._learning.order.size) - int(counters[layout.POSITION])
        return (epochs - 1) * self.batches_per_epoch - (-remaining // int(counters[layout.BATCH]))

    def _chunk(self, batches: int) -> None:
        """Take some steps; where they leave the finite numbers, keep the last state that has not."""
        before = self._state()
        if self._steps(batches, before):
            return
        # One step at a time from the last good state, so that what is kept does not depend on the chunks.
        self._restore(before)
        good, earlier = before, self._earlier
        while (taken := self._train(1)) == 1 and self._is_finite():
            good, earlier = self._state(), good
        # Parameters may be finite and their loss not: then those before them are the last to be of use.
        self._restore(good if taken or earlier is None else earlier)
        self._earlier = None
        self._diverged = Divergence(
            self.epoch,
            self.step,
            f"training diverged after step {self.step} (epoch {self.epoch}): the loss or a weight is "
            "no longer a finite number; the last finite weights are kept. Lower the learning rate, or reset",
        )

    def _steps(self, batches: int, before: State) -> bool:
        """Take some steps, remembering the state before the last; tell whether all numbers stayed finite."""
        if batches > 1:
            if self._train(batches - 1) < batches - 1:
                return False
            before = self._state()
        if self._train(1) < 1 or not self._is_finite():
            return False
        self._earlier = before
        return True

    def _train(self, batches: int) -> int:
        taken = train(self._network, self._work, self._learning, self._features, self._targets, batches)
        return int(taken)

    def _is_finite(self) -> bool:
        return bool(np.isfinite(self._network.parameters).all() and np.isfinite(self._learning.slots).all())

    def _changing(self) -> State:
        """Return everything that a step changes and the next depends on."""
        learning = self._learning
        return (
            self._network.parameters,
            learning.slots,
            learning.counters,
            learning.order,
            learning.order_state,
            learning.dropout_state,
        )

    def _state(self) -> State:
        return tuple(array.copy() for array in self._changing())

    def _restore(self, state: State) -> None:
        for array, saved in zip(self._changing(), state, strict=True):
            array[...] = saved

    def reset(self) -> None:
        """Go back to the initial weights and the start of all random streams."""
        self._adopt(self.experiment, self.data)
        write_parameters(self._network, initial_parameters(self.experiment, self._network))

    # Results

    def predict(self, inputs: ArrayLike) -> Floats:
        """Run raw inputs through preprocessing, features and network.

        Parameters
        ----------
        inputs : array_like
            (n, raw inputs).

        Returns
        -------
        float32 array
            Probabilities for classification ((n, 1), of the second class, when binary; (n, classes)
            otherwise), values (n, outputs) for regression.
        """
        features = self.data.features_of(inputs)
        outputs, _ = self._evaluate(flat_rows(features), len(features), np.zeros(0, np.float32))
        return probabilities(outputs, self.data, self._plan)

    def _evaluate(self, features: Floats, rows: int, targets: Floats) -> tuple[Floats, float]:
        """Return the outputs (n, outputs) and the mean loss of flat rows."""
        learning = self._learning
        outputs = np.zeros((rows, self.data.outputs), np.float32)
        order = np.arange(rows, dtype=np.int64)
        code, on = learning.codes[layout.LOSS], learning.codes[layout.LOSS_ON]
        loss = evaluate(self._network, self._work, features, targets, order, code, on, outputs,
                        learning.dropout_state, learning.loss)  # fmt: skip
        return outputs, float(loss) * float(learning.scalars[layout.LOSS_SCALE])

    def snapshot(self) -> Snapshot:
        """Return the present state as values that never change."""
        losses: dict[str, float] = {}
        metrics: dict[str, dict[str, float]] = {}
        data = self.data
        parts: list[tuple[str, Floats, NDArray[Any], Floats]] = [
            ("train", self._features, data.train_targets, self._targets),
            ("test", self._test_features, data.test_targets, self._test_targets),
        ]
        for part, features, truth, targets in parts:
            if not len(truth):
                continue
            outputs, losses[part] = self._evaluate(features, len(truth), targets)
            predicted = probabilities(outputs, data, self._plan)
            metrics[part] = {
                metric.key(): metric.compute(predicted, truth) for metric in metrics_for(data.task)
            }
        parameters = self.parameters
        for weight, bias in parameters:
            weight.flags.writeable = bias.flags.writeable = False
        return Snapshot(
            self.epoch,
            self.step,
            MappingProxyType(losses),
            MappingProxyType({part: MappingProxyType(found) for part, found in metrics.items()}),
            tuple(parameters),
            self._diverged,
        )

    def frame(
        self,
        request: FrameRequest,
        *,
        generation: int,
        history: History,
        running: bool,
        samples_per_second: float,
        epochs_per_second: float,
        snapshot: Snapshot | None = None,
    ) -> Frame:
        """Return all that one repaint of a window needs; a neuron that is gone gives way to the output."""
        last = len(self.data.input_names) - 1
        axes = request.axes if max(request.axes) <= last else (0, min(1, last))
        shown = request.shown if self._fields.has(request.shown) else None
        return Frame(
            generation=generation,
            experiment=self.experiment,
            data=self.data,
            request=FrameRequest(request.resolution, request.thumbnail, shown, axes),
            snapshot=snapshot or self.snapshot(),
            thumbnails=self._fields.thumbnails(request.thumbnail, axes),
            field=self._fields.field(request.resolution, axes, shown),
            value_scale=self._fields.value_scale,
            history=history,
            running=running,
            samples_per_second=samples_per_second,
            epochs_per_second=epochs_per_second,
        )

    @property
    def parameters(self) -> Parameters:
        """Float32 copies of (weight (out, in), bias (out,)) of every layer, input to output."""
        return read_parameters(self._network)

    @property
    def gradient(self) -> Parameters:
        """The gradient of the last step's batch, in the form of ``parameters``."""
        return read_parameters(self._network, self._learning.gradient)

    def set_parameters(self, parameters: Sequence[tuple[ArrayLike, ArrayLike]]) -> None:
        """Replace all weights and biases; the optimizer's memory starts afresh.

        Raises
        ------
        WeightsError
            Where their number or a shape is another, or a value is not finite; nothing is changed then.
        """
        checked = checked_parameters(parameters, [weight.shape for weight, _ in self.parameters])
        write_parameters(self._network, checked)
        self._learning.slots[:] = 0
        self._diverged = self._earlier = None

    # Edits of a running experiment

    def tune(self, experiment: Experiment) -> None:
        """Take over new hyper-parameters; weights, optimizer memory and random streams go on.

        Raises
        ------
        ValueError
            Where the experiment differs in more (see ``engine.changes``); nothing is changed then.
        """
        change = classify(self.experiment, experiment)
        if change > Change.TUNE:
            raise ValueError("the experiment differs in more than hyper-parameters: graft it, or begin anew")
        self.experiment = experiment
        write_numbers(self._network, experiment, self._plan)
        write_settings(self._learning, experiment, self._plan, self.data.outputs)
        slots = len(experiment.training.optimizer.rule.slots) * self._network.parameters.size
        if slots != self._learning.slots.size:  # momentum switched on or off
            self._learning = self._learning._replace(slots=aligned_zeros(slots))
        if change is Change.TUNE:
            self._diverged = self._earlier = None

    def graft(self, experiment: Experiment) -> None:
        """Take over another structure or other data, keeping every weight that still has a place.

        Layers are matched from both ends, units and inputs by position, features by their formula.  New
        weights are drawn as at a start; a layer whose initializer has changed is drawn anew.  Counters go
        on; the optimizer's memory starts afresh.

        Raises
        ------
        DataError, ExperimentError
            As from the constructor; nothing is changed then.
        """
        old, counters = self.experiment, self._learning.counters
        parts = ("data", "features", "seed")
        same_data = all(getattr(old, part) == getattr(experiment, part) for part in parts)
        fresh = Trainer(experiment, self._folder, self.data if same_data else None)
        drawn = fresh.parameters
        carry(old, experiment, self.parameters, drawn)
        write_parameters(fresh._network, drawn)
        fresh._learning.counters[layout.STEP] = counters[layout.STEP]
        fresh._learning.counters[layout.EPOCH] = counters[layout.EPOCH]
        self.__dict__.update(fresh.__dict__)


__all__ = ["Trainer", "is_warm"]
