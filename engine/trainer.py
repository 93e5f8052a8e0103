"""Train one experiment: no thread, no window, nothing but the document and its data."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from engine.changes import Change, classify
from engine.checked import checked_tensors
from engine.checkpoint import Checkpoint
from engine.course import Course
from engine.data import PreparedData, prepare
from engine.frames import Instruments, framed, snapshot_of
from engine.kernels.jit import is_warm
from engine.machine import Machine
from engine.probes import Fields
from engine.program import slot_names
from engine.tensors import Curvature, pairs, read_like_parameters
from engine.transplant import transplanted
from engine.walkthrough.take import take_step
from engine.weight_edits import ResetWeights, SetTensors, TakeStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike

    from engine.experiment import Experiment
    from engine.files.projects.project import Project
    from engine.floats import Floats
    from engine.graft import Kept, Origin
    from engine.snapshot import Divergence, Finish, Frame, FrameRequest, History, Snapshot
    from engine.tensors import Parameters, Tensors
    from engine.weight_edits import WeightEdit


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

    @classmethod
    def resumed(cls, project: Project) -> Trainer:
        """Return a trainer that goes on where a project's run stands, to the bit; without a run, a new one.

        Raises
        ------
        DataError, ExperimentError
            As from the constructor, where there is no run yet.
        """
        if project.checkpoint is None:
            return cls(project.experiment)
        trainer = cls(project.experiment, data=project.checkpoint.data)
        trainer.restore(project.checkpoint)
        return trainer

    def _adopt(self, machine: Machine) -> None:
        self._machine = machine
        self._fields = Fields(machine.network, machine.data, machine.plan)
        self._course = Course(machine)

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
        return self._course.batches_per_epoch

    @property
    def batch(self) -> int:
        """Steps already taken of the present epoch; 0 between two epochs."""
        return self._course.batch

    @property
    def diverged(self) -> Divergence | None:
        """Why training has stopped by itself, or None."""
        return self._course.diverged

    @property
    def finished(self) -> Finish | None:
        """Which stop rule has ended training, or None."""
        return self._course.finished

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
        return self._course.advance(epochs, batches)

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
        return snapshot_of(self._machine, self.diverged, self.finished)

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

    @property
    def curvature(self) -> Curvature | None:
        """What L-BFGS remembers; None with another optimizer, or before its first step."""
        network, lbfgs = self._machine.network, self._machine.lbfgs
        if lbfgs is None or lbfgs.previous is None:
            return None
        steps, turns = ([read_like_parameters(network, v) for v in kept] for kept in (lbfgs.s, lbfgs.y))
        return Curvature(steps, turns, *(read_like_parameters(network, v) for v in lbfgs.previous))

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
        self._course = Course(self._machine)

    def edit_weights(self, edit: WeightEdit) -> None:
        """Edit some or all weights; the optimizer's memory of what was edited starts afresh.

        Muted weights are edited too, and heard of when they are no longer muted.

        Raises
        ------
        WeightsError
            Where the network has no such number, a value is not finite, or a file does not fit; nothing is
            changed then.
        """
        match edit:
            case ResetWeights():
                self.reset()
            case SetTensors(tensors):
                self.set_tensors(tensors)
            case TakeStep():
                take_step(self._machine, edit)
                self._course = Course(self._machine)
            case _:
                self._machine.edit(edit)
                self._course = Course(self._machine)

    # Going back

    def checkpoint(self) -> Checkpoint:
        """Return all that the run depends on from here."""
        machine, course = self._machine, self._course
        return Checkpoint(
            machine.experiment,
            machine.data,
            machine.state(),
            machine.voices(),
            machine.learning.gradient.copy(),
            course.guard.earlier,
            copy.copy(course.watch),
            course.diverged,
            course.finished,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint, also of another experiment; what follows is the same to the bit."""
        machine = Machine(checkpoint.experiment, checkpoint.data)
        machine.restore(checkpoint.state)
        machine.give_voices(checkpoint.voices)
        machine.learning.gradient[:] = checkpoint.gradient
        self._adopt(machine)
        course = self._course
        course.guard.earlier, course.watch = checkpoint.earlier, copy.copy(checkpoint.watch)
        course.diverged, course.finished = checkpoint.diverged, checkpoint.finished

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
            self._course = Course(self._machine)

    def graft(self, experiment: Experiment, origin: Origin | None = None) -> Kept:
        """Take over another structure or other data, keeping every weight that still has a place.

        New weights are drawn as at a start, and a layer whose initializer has changed is drawn anew.  What
        the optimizer remembers goes where its weights go, and is zero for new ones; it is lost with another
        optimizer, and L-BFGS forgets all.  Counters go on, and so do dropout, input noise and, with as many
        training rows as before, the order of the batches.

        Parameters
        ----------
        experiment : Experiment
            The one to go on with.
        origin : Origin, optional
            Where its hidden layers come from; by default they are matched from both ends, units and inputs
            by position, features by their formula.

        Returns
        -------
        Kept
            How many weights were kept, drawn and dropped.

        Raises
        ------
        DataError, ExperimentError
            As from the constructor; nothing is changed then.
        ValueError
            Where the origin is of other networks; nothing is changed then.
        """
        old = self.experiment
        parts = ("data", "features", "seed")
        data = self.data
        if any(getattr(old, part) != getattr(experiment, part) for part in parts):
            data = prepare(experiment.data, experiment.features, experiment.seed, self._folder)
        machine, kept = transplanted(self._machine, experiment, data, origin)
        self._adopt(machine)
        return kept


__all__ = ["Trainer", "is_warm"]
