"""An experiment in memory, ready for the kernels: network, data, and what training changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import loops  # noqa: F401  (fills the kernels' formulas before one compiles)
from engine.catalog.optimizers import Lbfgs as LbfgsEntry
from engine.catalog.schedules import Plateau, PlateauState
from engine.kernels import layout
from engine.kernels.evaluate import evaluate
from engine.kernels.train import train
from engine.lbfgs import Lbfgs
from engine.output import plan_output, probabilities, sample_weights, target_rows
from engine.program import (
    aligned_zeros,
    block_rows,
    flat_rows,
    learning_of,
    network_of,
    slot_names,
    workspace_of,
    write_numbers,
    write_settings,
)
from engine.streams import stream
from engine.tensors import (
    clear_where,
    drawn_tensors,
    frozen_mask,
    initial_tensors,
    muted_links,
    read_tensors,
    weight_view,
    write_tensors,
)
from engine.weight_edits import edited

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from engine.catalog.optimizers import Optimizer
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.tensors import Tensors
    from engine.weight_edits import PartialEdit

    Voices: TypeAlias = dict[tuple[int, int, int], Floats]
    State: TypeAlias = tuple[tuple[NDArray[Any], ...], Lbfgs | None, PlateauState | None]


@dataclass(frozen=True)
class Rows:
    """One part of the data as the kernels read it; ``weights`` is empty where all samples count the same."""

    features: Floats
    targets: Floats
    truth: NDArray[Any]
    weights: NDArray[np.float64]


def _lbfgs_of(optimizer: Optimizer) -> Lbfgs | None:
    """Return an empty memory where the optimizer is L-BFGS."""
    if not isinstance(optimizer, LbfgsEntry):
        return None
    return Lbfgs(learning_rate=optimizer.learning_rate, history_size=optimizer.history_size)


class Machine:
    """The arrays of one run.

    Raises
    ------
    ExperimentError, DataError
        Where the output layer or the loss does not fit the data.
    """

    def __init__(self, experiment: Experiment, data: PreparedData) -> None:
        self.experiment, self.data = experiment, data
        self.plan = plan_output(experiment, data)
        self.network = network_of(experiment, data, self.plan)
        self.work = workspace_of(self.network)
        self.learning = learning_of(experiment, self.network, data, self.plan)
        self.train_rows = self._rows(data.train_features, data.train_targets)
        self.test_rows = self._rows(data.test_features, data.test_targets)
        self._voices: Voices = {}  # of the muted weights, while they are muted
        self._order = b"", self.learning.order.copy()  # the generator's state after it, and the order
        self._begin_memory()
        self._freeze()
        self.write(initial_tensors(experiment, self.network))

    def _rows(self, features: Floats, truth: NDArray[Any]) -> Rows:
        targets = target_rows(self.experiment, self.data, truth, self.plan)
        return Rows(flat_rows(features), targets, truth, sample_weights(self.experiment, self.data, truth))

    def _begin_memory(self) -> None:
        training = self.experiment.training
        self.lbfgs = _lbfgs_of(training.optimizer)
        self.plateau = PlateauState() if isinstance(training.schedule, Plateau) else None

    def _freeze(self) -> None:
        """Note what is frozen or muted now."""
        size = self.network.parameters.size
        mask = frozen_mask(self.experiment, self.network, aligned_zeros(size))
        self.learning = self.learning._replace(trained=mask, held=aligned_zeros(mask.size))

    @property
    def epoch(self) -> int:
        """Whole passes over the training rows so far."""
        return int(self.learning.counters[layout.EPOCH])

    @property
    def step_count(self) -> int:
        """Parameter updates so far."""
        return int(self.learning.counters[layout.STEP])

    # Parameters

    def tensors(self) -> Tensors:
        """Return copies of all tensors as they act: a muted weight is zero."""
        return read_tensors(self.network)

    def voiced(self) -> Tensors:
        """Return copies of all tensors, muted weights as they are when they are not muted."""
        self._unmute()
        tensors = read_tensors(self.network)
        self._mute()
        return tensors

    def write(self, tensors: Sequence[Mapping[str, ArrayLike]]) -> None:
        """Write tensors; what they name of muted weights is kept for when these are no longer muted."""
        self._unmute()
        write_tensors(self.network, tensors)
        self._mute()

    def _mute(self) -> None:
        for layer, unit, source in muted_links(self.experiment):
            weights = weight_view(self.network, layer)[:, unit, source]
            self._voices[layer, unit, source] = weights.copy()
            weights[...] = 0

    def _unmute(self) -> None:
        for (layer, unit, source), weights in self._voices.items():
            weight_view(self.network, layer)[:, unit, source] = weights
        self._voices.clear()

    def voices(self) -> Voices:
        """Return what the muted weights are when they are not muted, by (layer, unit, input)."""
        return dict(self._voices)  # their arrays are never written to

    def give_voices(self, voices: Voices) -> None:
        """Take back what ``voices`` has returned."""
        self._voices = dict(voices)

    def edit(self, edit: PartialEdit) -> None:
        """Edit some of the weights; what the optimizer remembers of them is zero then, L-BFGS forgets all.

        Raises
        ------
        WeightsError
            Where the edit does not fit; nothing is changed then.
        """
        seed, units = self.experiment.seed, self.network.layers[:, layout.OUTPUTS].tolist()

        def draw(layer: int) -> dict[str, Floats]:
            # A grandchild of the weights' stream: never what a layer has started from.
            rng = stream(seed, "weights", layer, self.step_count)
            return drawn_tensors(self.experiment, self.network, layer, rng)

        changed, marks = edited(self.voiced(), edit, units, draw)
        self.write(changed)
        size = self.network.parameters.size
        for slot in self.learning.slots.reshape(-1, size):
            clear_where(self.network, slot, marks)
        self.lbfgs = _lbfgs_of(self.experiment.training.optimizer)

    def forget(self) -> None:
        """Start the optimizer's memory and the plateau's afresh."""
        self.learning.slots[:] = 0
        self._begin_memory()

    def tune(self, experiment: Experiment) -> None:
        """Take over hyper-parameters; everything that training changes goes on."""
        self._unmute()
        before, self.experiment = self.experiment, experiment
        rows = self.learning.order.size
        if block_rows(before, rows) != block_rows(experiment, rows):
            fresh = network_of(experiment, self.data, self.plan)
            write_tensors(fresh, read_tensors(self.network))
            self.network, self.work = fresh, workspace_of(fresh)
        write_numbers(self.network, experiment, self.plan)
        write_settings(self.learning, experiment, self.plan, self.data.outputs)
        names = slot_names(experiment.training.optimizer)
        if names != slot_names(before.training.optimizer):  # as when momentum is switched on or off
            slots = aligned_zeros(len(names) * self.network.parameters.size)
            self.learning = self.learning._replace(slots=slots)
        if before.training.schedule != experiment.training.schedule:
            self.plateau = PlateauState() if isinstance(experiment.training.schedule, Plateau) else None
        if before.training.optimizer != experiment.training.optimizer:
            self.lbfgs = _lbfgs_of(experiment.training.optimizer)
        self._freeze()
        self._mute()

    # Training

    def step(self, batches: int) -> int:
        """Take so many steps; return how many were taken before the loss left the finite numbers."""
        if self.lbfgs is not None:
            return sum(self._lbfgs_step(self.lbfgs) for _ in range(batches))
        counters = self.learning.counters
        epoch, rows = int(counters[layout.EPOCH]), self.learning.order.size
        ahead = (int(counters[layout.POSITION]) + batches * int(counters[layout.BATCH])) // rows + 1
        self._set_factors(epoch, ahead)
        taken = int(self._train(batches))
        if counters[layout.EPOCH] > epoch:
            self._note_epoch(float(self.learning.losses[layout.OF_EPOCH]))
        return taken

    def _note_epoch(self, loss: float) -> None:
        """Let the plateau see the mean train loss of an epoch."""
        schedule = self.experiment.training.schedule
        if self.plateau is not None and isinstance(schedule, Plateau):
            self.plateau.update(schedule, loss)

    def _train(self, batches: int) -> int:
        rows = self.train_rows
        return int(train(self.network, self.work, self.learning, rows.features, rows.targets, batches))

    def _set_factors(self, epoch: int, count: int) -> None:
        factors = self.experiment.training.schedule.factor(np.arange(epoch, epoch + count))
        if self.plateau is not None:
            factors = factors * self.plateau.factor
        self.learning.codes[layout.FIRST_EPOCH] = epoch
        self.learning = self.learning._replace(factors=factors)

    def learning_rate(self) -> float:
        """Return the learning rate of the next step."""
        epoch = int(self.learning.counters[layout.EPOCH])
        factor = float(self.experiment.training.schedule.factor(np.array([epoch]))[0])
        plateau = 1.0 if self.plateau is None else self.plateau.factor
        return self.experiment.training.optimizer.learning_rate * factor * plateau

    def _lbfgs_step(self, lbfgs: Lbfgs) -> int:
        """Take one step of L-BFGS along all rows; return 0 where the loss is not finite."""
        network, learning = self.network, self.learning
        drawn = [array.copy() for array in (learning.dropout_state, learning.noise_state, network.statistics)]
        start = network.parameters.astype(np.float64)
        weights = self._weight_mask()

        def objective(vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            with np.errstate(over="ignore"):  # to an infinity, with which the loss is none
                network.parameters[:] = vector
            # The same masks and noise for all trials of a step, so that they can be compared.
            learning.dropout_state[:], learning.noise_state[:], network.statistics[:] = drawn
            self._train(1)
            loss = float(learning.losses[layout.OF_BATCH])
            pull = float(learning.scalars[layout.PULL])
            if pull:
                loss += 0.5 * pull * float(np.square(vector[weights]).sum())
            return loss, learning.gradient.astype(np.float64)

        lbfgs.learning_rate = self.learning_rate()
        vector, _ = lbfgs.step(start, objective)
        loss, _ = objective(vector)
        if not np.isfinite(loss):
            return 0
        learning.losses[layout.OF_EPOCH] = learning.losses[layout.OF_BATCH]
        counters = learning.counters
        counters[layout.STEP] += 1
        counters[layout.EPOCH] += 1
        self._note_epoch(loss)
        return 1

    def _weight_mask(self) -> NDArray[np.bool_]:
        """Return which parameters a penalty acts on."""
        mask = np.zeros(self.network.parameters.size, bool)
        for row in self.network.layers:
            mask[row[layout.KERNEL] : row[layout.BIAS_AT]] = True
        return mask

    def is_finite(self) -> bool:
        """Tell whether everything that training changes is."""
        arrays = (self.network.parameters, self.network.statistics, self.learning.slots)
        return all(bool(np.isfinite(array).all()) for array in arrays)

    def _changing(self) -> tuple[NDArray[Any], ...]:
        learning, network = self.learning, self.network
        states = (learning.order_state, learning.dropout_state, learning.noise_state)
        return (
            network.parameters,
            network.statistics,
            learning.slots,
            learning.counters,
            learning.order,
            learning.losses,
            *states,
        )

    def state(self) -> State:
        """Return a copy of everything that a step changes and the next depends on."""
        drawn = self.learning.order_state.tobytes()
        if drawn != self._order[0]:  # the order is long, and changes once an epoch
            self._order = drawn, self.learning.order.copy()
        kept = self._order[1]
        arrays = tuple(kept if a is self.learning.order else a.copy() for a in self._changing())
        return arrays, self.lbfgs and self.lbfgs.copy(), self.plateau and replace(self.plateau)

    def restore(self, state: State) -> None:
        """Go back to a state."""
        arrays, lbfgs, plateau = state
        for array, saved in zip(self._changing(), arrays, strict=True):
            array[...] = saved
        self.lbfgs, self.plateau = lbfgs and lbfgs.copy(), plateau and replace(plateau)

    # Results

    def outputs(self, features: Floats) -> Floats:
        """Return what the output layer makes of features, (n, outputs)."""
        found = np.zeros((len(features), self.data.outputs), np.float32)
        nothing = np.zeros(0)
        self._evaluate(flat_rows(features), np.zeros(0, np.float32), nothing, found, len(features))
        return found

    def predict(self, features: Floats) -> Floats:
        """Return probabilities or values for features; see ``Trainer.predict``."""
        return probabilities(self.outputs(features), self.data, self.plan)

    def assess(self, rows: Rows) -> tuple[Floats, float]:
        """Return the outputs (n, outputs) and the mean loss of a part of the data."""
        outputs = np.zeros((len(rows.truth), self.data.outputs), np.float32)
        loss = self._evaluate(rows.features, rows.targets, rows.weights, outputs, len(rows.truth))
        return outputs, loss

    def loss(self, rows: Rows) -> float:
        """Return the mean loss of a part of the data."""
        nothing = np.zeros((0, 0), np.float32)
        return self._evaluate(rows.features, rows.targets, rows.weights, nothing, len(rows.truth))

    def _evaluate(
        self, features: Floats, targets: Floats, weights: NDArray[np.float64], found: Floats, count: int
    ) -> float:
        order = np.arange(count, dtype=np.int64)
        return float(
            evaluate(self.network, self.work, self.learning, features, targets, order, weights, found)
        )
