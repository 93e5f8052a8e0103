"""Train one experiment: no thread, no window, nothing but the document and its data."""

from __future__ import annotations

import operator
import time
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.catalog.metrics import evaluate as metrics_of
from engine.changes import Change, classify
from engine.data import PreparedData, prepare
from engine.divergence import Guard
from engine.frames import Instruments, framed
from engine.graft import carry, checked_tensors
from engine.kernels import layout
from engine.kernels.jit import is_warm
from engine.machine import Machine
from engine.output import probabilities
from engine.probes import Fields
from engine.program import slot_names
from engine.snapshot import Divergence, Frame, FrameRequest, History, Snapshot
from engine.stopping import Finish, Watch
from engine.tensors import initial_tensors, pairs, read_like_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike

    from engine.experiment import Experiment
    from engine.snapshot import Floats
    from engine.tensors import Parameters, Tensors


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
        self._instruments = Instruments()
        if data is None:
            data = prepare(experiment.data, experiment.features, experiment.seed, folder)
        self._adopt(Machine(experiment, data))

    def _adopt(self, machine: Machine) -> None:
        self._machine = machine
        self._fields = Fields(machine.network, machine.data, machine.plan)
        self._diverged: Divergence | None = None
        self._finished: Finish | None = None
        self._watch = Watch()
        self._guard = Guard(machine)

    @property
    def experiment(self) -> Experiment:
        """The document as it stands."""
        return self._machine.experiment

    @property
    def data(self) -> PreparedData:
        """The experiment's data, ready to be trained on."""
        return self._machine.data

    # Training

    @property
    def epoch(self) -> int:
        """Whole passes over the training rows so far."""
        return self._machine.epoch

    @property
    def step(self) -> int:
        """Parameter updates so far."""
        return self._machine.step_count

    @property
    def batches_per_epoch(self) -> int:
        """Steps of one whole epoch."""
        return -(
            -int(self._machine.learning.order.size) // int(self._machine.learning.counters[layout.BATCH])
        )

    @property
    def batch(self) -> int:
        """Steps already taken of the present epoch; 0 between two epochs."""
        counters = self._machine.learning.counters
        return -(-int(counters[layout.POSITION]) // int(counters[layout.BATCH]))

    @property
    def diverged(self) -> Divergence | None:
        """Why training has stopped by itself, or None."""
        return self._diverged

    @property
    def finished(self) -> Finish | None:
        """Which stop rule has ended training, or None."""
        return self._finished

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, as the schedule has it."""
        return self._machine.learning_rate()

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
            True, or False where training has ended by itself.  Where it has diverged the parameters are the
            last finite ones, ``diverged`` says why, and nothing more is trained until the experiment or the
            parameters change; where a stop rule has ended it, ``finished`` says which.

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
        while left > 0 and self._diverged is None and self._finished is None:
            size = min(left, self._chunk_size())
            begin = time.perf_counter()
            self._diverged = self._guard.take(size)
            self._watch.seconds += time.perf_counter() - begin
            left -= size
            if self.batch == 0 and self._diverged is None:
                self._finished = self._watch.finish(
                    self._machine, self.experiment.training.stop, self.epoch, self.step
                )
        return self._diverged is None and self._finished is None

    def _chunk_size(self) -> int:
        """Return how many steps to take without coming back to Python."""
        size = self._guard.chunk()
        stop = self.experiment.training.stop
        if Watch.is_needed(stop) or self._machine.plateau is not None:
            return min(size, self._batches_of(1))
        if stop.epochs is not None:
            return min(size, max(1, self._batches_of(max(1, stop.epochs - self.epoch))))
        if stop.seconds is not None and size > self._batches_of(1):  # to the end of an epoch
            return size - (size - self._batches_of(1)) % self.batches_per_epoch
        return size

    def _batches_of(self, epochs: int) -> int:
        """Return the steps to the end of the so-many-th epoch from here."""
        counters = self._machine.learning.counters
        if epochs == 0:
            return 0
        remaining = int(self._machine.learning.order.size) - int(counters[layout.POSITION])
        return (epochs - 1) * self.batches_per_epoch - (-remaining // int(counters[layout.BATCH]))

    def reset(self) -> None:
        """Go back to the initial weights and the start of all random streams."""
        self._adopt(Machine(self.experiment, self.data))

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
        return self._machine.predict(self.data.features_of(inputs))

    def snapshot(self) -> Snapshot:
        """Return the present state as values that never change."""
        losses: dict[str, float] = {}
        metrics: dict[str, dict[str, float]] = {}
        machine = self._machine
        for part, rows in (("train", machine.train_rows), ("test", machine.test_rows)):
            if not len(rows.truth):
                continue
            outputs, losses[part] = machine.assess(rows)
            predicted = probabilities(outputs, machine.data, machine.plan)
            metrics[part] = metrics_of(self.data.task, predicted, rows.truth, len(self.data.classes))
        tensors = machine.tensors()
        for layer in tensors:
            for array in layer.values():
                array.flags.writeable = False
        return Snapshot(
            self.epoch,
            self.step,
            MappingProxyType(losses),
            MappingProxyType({part: MappingProxyType(found) for part, found in metrics.items()}),
            tuple(pairs(tensors)),
            self._diverged,
            self._finished,
            tuple(MappingProxyType(layer) for layer in tensors),
            self.learning_rate,
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
        """Return all that one repaint of a window needs; what is gone of the request gives way."""
        return framed(
            self._machine,
            self._fields,
            self._instruments,
            request,
            snapshot or self.snapshot(),
            generation=generation,
            history=history,
            running=running,
            samples_per_second=samples_per_second,
            epochs_per_second=epochs_per_second,
        )

    @property
    def parameters(self) -> Parameters:
        """Float32 copies of (weight (out, in), bias (out,)) of every layer, input to output."""
        return pairs(self.tensors)

    @property
    def tensors(self) -> Tensors:
        """Float32 copies of all that a layer has learned, by name; see ``engine.tensors``."""
        return self._machine.tensors()

    @property
    def gradient(self) -> Parameters:
        """The gradient of the last step's batch, in the form of ``parameters``."""
        return pairs(self.tensor_gradient)

    @property
    def tensor_gradient(self) -> Tensors:
        """The gradient of the last step's batch, in the form of ``tensors``; running statistics have none."""
        machine = self._machine
        return read_like_parameters(machine.network, machine.learning.gradient)

    @property
    def optimizer_state(self) -> dict[str, Tensors]:
        """What the optimizer remembers of every parameter, by the names of its rule, e.g. ``velocity``."""
        machine, names = self._machine, slot_names(self.experiment.training.optimizer)
        slots = machine.learning.slots.reshape(len(names), -1) if names else ()
        return {
            name: read_like_parameters(machine.network, slot) for name, slot in zip(names, slots, strict=True)
        }

    def set_parameters(self, parameters: Sequence[tuple[ArrayLike, ArrayLike]]) -> None:
        """Replace all weights and biases; the optimizer's memory starts afresh.

        Raises
        ------
        WeightsError
            Where their number or a shape is another, or a value is not finite; nothing is changed then.
        """
        self._write(checked_tensors(parameters, pairs_of=self.tensors))

    def set_tensors(self, tensors: Sequence[Mapping[str, ArrayLike]]) -> None:
        """Replace all tensors; the optimizer's memory starts afresh.

        Raises
        ------
        WeightsError
            Where a name or a shape does not fit, or a value is not finite; nothing is changed then.
        """
        self._write(checked_tensors(tensors, self.tensors))

    def _write(self, tensors: Tensors) -> None:
        self._machine.write(tensors)
        self._machine.forget()
        self._diverged = self._finished = None
        self._guard, self._watch = Guard(self._machine), Watch()

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
        self._machine.tune(experiment)
        self._fields = self._fields.of(self._machine.network)
        if change is Change.TUNE:
            self._diverged = self._finished = None
            self._guard, self._watch = Guard(self._machine), Watch()

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
        old = self.experiment
        parts = ("data", "features", "seed")
        same_data = all(getattr(old, part) == getattr(experiment, part) for part in parts)
        fresh = Trainer(experiment, self._folder, self.data if same_data else None)
        drawn = initial_tensors(experiment, fresh._machine.network)
        carry(old, experiment, self._machine.voiced(), drawn)
        fresh._machine.write(drawn)
        fresh_counters = fresh._machine.learning.counters
        fresh_counters[layout.STEP], fresh_counters[layout.EPOCH] = self.step, self.epoch
        self.__dict__.update(fresh.__dict__)


__all__ = ["Trainer", "is_warm"]
