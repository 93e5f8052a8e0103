"""One training run as the worker drives it: what to do next, a chunk of it, a frame of it."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from engine.changes import Change, classify
from engine.errors import DataError, WeightsError
from engine.files.projects.project import Project
from engine.history import Recorder
from engine.weight_edits import ResetWeights
from ui.editing.step import Kind
from ui.training.asked_sample import missing
from ui.training.checkpoints import Checkpoints, Moment
from ui.training.mailbox import Walked, WeightsKept, WeightsLost, WeightsRestored
from ui.training.pace import Pace, Rates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from engine.experiment import Experiment
    from engine.snapshot import Frame, FrameRequest, History, Snapshot
    from engine.trainer import Trainer
    from engine.walkthrough import Request
    from ui.editing.step import Step
    from ui.training.mailbox import Edit, EditWeights
    from ui.training.speed import Speed

FRAME_PATIENCE = 0.1  # s; what takes longer between two frames is shown half-way
SLOW_FRAME = 0.03  # s; a frame that takes longer is computed more coarsely while training
_COARSEST = 4
_LATE = 0.25  # s; slow steps that are later than this are not made up for


class Act(Enum):
    """What to do next."""

    WAIT = auto()
    TRAIN = auto()
    SHOW = auto()


class Plan(NamedTuple):
    """What to do next; for a WAIT also the seconds, None if only a command or a request ends it."""

    act: Act
    seconds: float | None = None


class Wish(NamedTuple):
    """The frame that the window wants, and since when on the performance counter."""

    request: FrameRequest
    since: float


class Run:
    """A trainer with its curves and its speed.

    Parameters
    ----------
    build : type
        `engine.trainer.Trainer`, which takes Numba a while to import.
    """

    def __init__(self, build: type[Trainer]) -> None:
        self._build = build
        self._opened: Project | None = None  # a project of which there is no trainer
        self.trainer: Trainer | None = None
        self._is_of_before = False  # the trainer is of a document before, since this one has none
        self.running = False
        self._generation = 0
        self._goal: int | None = None  # training is under way to the end of so many epochs
        self._next_step = 0.0
        self._trained = False  # since the last frame
        self._taken_back: int | None = None  # the step to which early stopping went back
        self._shown: FrameRequest | None = None  # None too where the last frame no longer holds
        self._coarseness = 1  # the big field's side is divided by it while training
        self._recorder = Recorder()
        self.checkpoints = Checkpoints()
        self._pace = Pace()
        self._rates = Rates()

    @property
    def history(self) -> History:
        """The curves so far, read-only."""
        return self._recorder.view()

    # -- commands

    def load(self, experiment: Experiment, generation: int, project: Project | None = None) -> None:
        """Begin with another document, or go on with a project; the run before stays where this raises."""
        self.checkpoints.clear()
        self._opened = project
        self._is_of_before = True
        if project is None or project.checkpoint is None:
            self._rebuild(experiment, generation)
        else:
            self.trainer = self._build.resumed(project)
            self._start_over(generation)
            if project.curves is not None:
                self._recorder.restore(project.curves)
            self._taken_back = project.taken_back
        self._opened = None

    def hold(self, project: Project | None) -> None:
        """Keep a project that is to be saved again, though not gone on with."""
        self._opened = project

    def project(self, experiment: Experiment, window: Mapping[str, Any], rescue: bool = False) -> Project:
        """Return the run as it stands, to be written while it goes on.

        Parameters
        ----------
        experiment : Experiment
            The document.
        window : mapping
            View settings; the epoch is noted beside them.
        rescue : bool
            Be content where there is no network of the experiment, since the last edit was not possible: with
            the run before that edit if it has learned anything, else with the experiment alone.

        Raises
        ------
        WeightsError
            Where there is none, as after an edit that was not possible.
        """
        trainer = self.trainer
        if trainer is not None and trainer.experiment == experiment:
            return self._packed(trainer, window)
        if self._opened is not None and self._opened.experiment == experiment:
            return replace(self._opened, window=window)
        if not rescue:
            raise WeightsError(
                "there is no network of this experiment, so no weights to save: undo the last edit, or save "
                "the experiment without weights"
            )
        if trainer is not None and trainer.step and not self._is_of_before:
            return self._packed(trainer, window)
        return Project(experiment, None, None, None, window)

    def _packed(self, trainer: Trainer, window: Mapping[str, Any]) -> Project:
        window = {**window, "epoch": trainer.epoch}
        curves = self._recorder.state()
        return Project(trainer.experiment, trainer.checkpoint(), curves, self._taken_back, window)

    def edit(self, edit: Edit) -> WeightsKept | WeightsRestored | None:
        """Go on with another experiment, keeping what fits; undo and redo bring the weights back.

        Returns
        -------
        WeightsKept, WeightsRestored or None
            What became of the weights, where it is worth telling.
        """
        if self.trainer is None:
            self._rebuild(edit.experiment, edit.generation)
            return None
        if self._go_back(self.trainer, edit.experiment, edit.step, edit.generation):
            return WeightsRestored(self.trainer.epoch)
        change = classify(self.trainer.experiment, edit.experiment)
        # An origin tells of the network before it, which an edit that failed may never have been.
        origin = edit.step.origin if edit.old.network == self.trainer.experiment.network else None
        if origin is not None and origin.moves:
            change = max(change, Change.GRAFT)
        moment = self._moment_to_keep(self.trainer, edit.step) if change >= Change.GRAFT else None
        report = None
        if change is Change.REBUILD:
            self._rebuild(edit.experiment, edit.generation)
        elif change is Change.GRAFT:
            kept = self.trainer.graft(edit.experiment, origin)
            report = WeightsKept(kept) if kept.drawn or kept.dropped else None
            self._pace.forget()
        else:
            self.trainer.tune(edit.experiment)
        if moment is not None:
            self.checkpoints.keep(edit.step.serial, moment)
        self._generation = edit.generation
        self._shown = None
        return report

    def edit_weights(self, command: EditWeights) -> WeightsRestored | WeightsLost | None:
        """Edit the weights, or bring back what they were.

        Returns
        -------
        WeightsRestored, WeightsLost or None
            What became of the weights, where it is worth telling.

        Raises
        ------
        WeightsError
            Where the edit does not fit the network or its file cannot be read; nothing is changed then.
        """
        trainer, edit, step = self.trainer, command.edit, command.step
        if trainer is None:
            raise WeightsError("there is no network yet whose weights could be edited")
        # Whatever comes of it, the window waits for frames of this generation.
        self._generation = command.generation
        self._shown = None
        if self._go_back(trainer, trainer.experiment, step, command.generation):
            return WeightsRestored(trainer.epoch)
        if step.kind is Kind.UNDO:
            lost = self.checkpoints.knows(step.serial) and self.checkpoints.of(step.serial) is None
            return WeightsLost() if lost else None
        moment = self._moment_to_keep(trainer, step)
        trainer.edit_weights(edit)
        if moment is not None:
            self.checkpoints.keep(step.serial, moment)
        if isinstance(edit, ResetWeights):
            self._start_over(command.generation)
        return None

    def _rebuild(self, experiment: Experiment, generation: int) -> None:
        """Begin with new weights; the run before stays where this raises."""
        self.trainer = self._build(experiment)
        self._start_over(generation)

    def _moment_to_keep(self, trainer: Trainer, step: Step) -> Moment | None:
        """Return the run as it stands, unless a drag goes on: what was before its begin is kept already."""
        if step.kind is Kind.DO and self.checkpoints.knows(step.serial):
            return None
        return Moment(trainer.checkpoint(), self._recorder.state(), self._taken_back)

    def _go_back(self, trainer: Trainer, experiment: Experiment, step: Step, generation: int) -> bool:
        """Go to the other end of a command that has touched weights; return False where that is not known."""
        moment = None if step.kind is Kind.DO else self.checkpoints.of(step.serial)
        # It is of another network where an edit in between has failed here, though not in the document.
        if moment is None or classify(moment.checkpoint.experiment, experiment) > Change.TUNE:
            return False
        present = Moment(trainer.checkpoint(), self._recorder.state(), self._taken_back)
        trainer.restore(moment.checkpoint)
        if trainer.experiment != experiment:
            trainer.tune(experiment)
        self.checkpoints.keep(step.serial, present)
        self._start_over(generation)
        self._recorder.restore(moment.curves)
        self._taken_back = moment.taken_back
        return True

    def play(self, running: bool) -> None:
        """Train, or pause at the next chunk's end."""
        self.running = running
        self._goal = None
        self._next_step = time.perf_counter()
        self._rates.stop()
        if not running:
            self._shown = None  # the last frame says that it runs

    def step(self, epoch: bool) -> None:
        """Train one batch now, or to the end of the epoch in the coming chunks."""
        if self.trainer is None:
            return
        if epoch:
            self._goal = (self.trainer.epoch if self._goal is None else self._goal) + 1
        else:
            self._train(self.trainer, 1)

    def walk(self, request: Request) -> Walked | None:
        """Walk one sample through the network as it stands.

        Raises
        ------
        DataError
            Where there is no such sample; it was asked for before an edit.
        """
        # Probes come with Numba: only here, in the worker's thread.
        from engine.walkthrough.walk import walk_of

        if self.trainer is None:
            return None
        if why := missing(request, self.trainer.data):
            raise DataError(f"no such sample: {why}")
        return Walked(walk_of(self.trainer, request))

    # -- work

    def plan(self, wish: Wish | None, speed: Speed) -> Plan:
        """Return what to do next."""
        if self.trainer is None:
            return Plan(Act.WAIT)
        if wish is not None:
            if wish.request != self._shown:
                return Plan(Act.SHOW)
            waited = time.perf_counter() - wish.since
            if self._trained and (self._goal is None or waited > FRAME_PATIENCE):
                return Plan(Act.SHOW)
        if self._goal is not None:
            return Plan(Act.TRAIN)
        if not self.running:
            return Plan(Act.WAIT)
        if speed.steps_per_second is not None:
            seconds = self._next_step - time.perf_counter()
            return Plan(Act.WAIT, seconds) if seconds > 0 else Plan(Act.TRAIN)
        if speed.epochs_per_frame is not None and wish is None:
            return Plan(Act.WAIT)
        return Plan(Act.TRAIN)

    def train(self, speed: Speed) -> bool:
        """Train a chunk; return False if training has ended by itself."""
        trainer = self.trainer
        assert trainer is not None, "planned without a trainer"
        batches = self._pace.batches()
        if self._goal is None and self.running:
            if speed.steps_per_second is not None:
                batches = min(batches, self._due_steps(speed.steps_per_second))
            elif speed.epochs_per_frame is not None:
                self._goal = trainer.epoch + speed.epochs_per_frame
        if self._goal is not None:
            left = (self._goal - trainer.epoch) * trainer.batches_per_epoch - trainer.batch
            batches = min(batches, max(left, 1))
        self._train(trainer, batches)
        if self._goal is not None and trainer.epoch >= self._goal:
            self._goal = None
        if trainer.diverged is None and trainer.finished is None:
            return True
        self._goal = None
        return not self.running

    def frame(self, request: FrameRequest) -> Frame:
        """Compute what the window wants to see."""
        trainer = self.trainer
        assert trainer is not None, "planned without a trainer"
        snapshot = trainer.snapshot()
        self._record(trainer, snapshot)
        self._shown, self._trained = request, False
        begin = time.perf_counter()
        frame = trainer.frame(
            self._affordable(request),
            generation=self._generation,
            history=self.history,
            running=self.running,
            samples_per_second=self._rates.samples,
            epochs_per_second=self._rates.epochs,
            snapshot=snapshot,
        )
        self._adapt(time.perf_counter() - begin)
        return frame

    def _record(self, trainer: Trainer, snapshot: Snapshot) -> None:
        """Add a point to the curves; what led to early stopping stays until training goes on."""
        if snapshot.finished is not None and snapshot.finished.restored is not None:
            self._taken_back = snapshot.step
        if snapshot.step != self._taken_back:
            self._taken_back = None
            epoch = snapshot.epoch + trainer.batch / trainer.batches_per_epoch
            self._recorder.append(epoch, snapshot.losses["train"], snapshot.losses.get("test", math.nan))

    def _affordable(self, request: FrameRequest) -> FrameRequest:
        """Return the request at a resolution that does not hold up training; in full while paused."""
        if not self.running or self._coarseness == 1:
            return request
        return replace(request, resolution=max(1, request.resolution // self._coarseness))

    def _adapt(self, seconds: float) -> None:
        if seconds > SLOW_FRAME:
            self._coarseness = min(2 * self._coarseness, _COARSEST)
        elif seconds < SLOW_FRAME / 4 and self._coarseness > 1:  # twice the side is four times the points
            self._coarseness //= 2

    def _start_over(self, generation: int) -> None:
        self._is_of_before = False
        self._generation = generation
        self._goal = None
        self._shown = None
        self._trained = False
        self._taken_back = None
        self._recorder.clear()
        self._pace.forget()
        self._rates.stop()

    def _due_steps(self, rate: float) -> int:
        now = time.perf_counter()
        if now - self._next_step > _LATE:
            self._next_step = now
        due = 1 + int((now - self._next_step) * rate)
        self._next_step += due / rate
        return due

    def _train(self, trainer: Trainer, batches: int) -> None:
        epochs = trainer.epoch + trainer.batch / trainer.batches_per_epoch
        start = time.perf_counter()
        trainer.advance(batches=batches)
        self._pace.measured(batches, time.perf_counter() - start)
        epochs = trainer.epoch + trainer.batch / trainer.batches_per_epoch - epochs
        self._rates.count(epochs * len(trainer.data.train_features), epochs)
        self._trained = True
