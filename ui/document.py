"""The current experiment and its undo history: the only place that changes it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from engine.files.projects.kept_tables import save_experiment
from engine.weight_edits import ResetWeights
from ui.editing.undo import Command, ExperimentCommand, Together, WeightCommand
from ui.projects.saved_state import AtStake, SavedState, keeps_runs
from ui.training.run_mark import UNTRAINED, mark_of, mark_of_project

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from pathlib import Path

    from engine.experiment import Experiment
    from engine.files.projects.project import Project
    from engine.graft import Origin
    from engine.snapshot import Frame
    from engine.weight_edits import WeightEdit
    from ui.editing.step import Step
    from ui.training.run_mark import Mark

UNTITLED = "Untitled"
UNDO_LIMIT = 1000


class Document(QObject):
    """One experiment, its file, and every edit since it was opened.

    Edits of the weights stand in the same history, though the weights themselves are with the worker.
    While it tells of a move it takes no edit: a part that reacts by one, such as a text field that loses
    its place, would push into a history that is half-way to another state.

    Parameters
    ----------
    experiment : Experiment
        What to begin with.
    parent : QObject, optional
        The owner.
    """

    changed = Signal(object, object, object)
    """An edit, an undo or a redo: the experiment before and after, and the Step."""
    weightsEdited = Signal(object, object)
    """The same of the weights alone: a WeightEdit, and the Step."""
    forgotten = Signal(object)
    """The serials of commands that can no longer be undone or redone, as a tuple."""
    replaced = Signal(object)
    """Another document was opened: its experiment."""
    stateChanged = Signal()
    """The title, the file or whether there are unsaved edits."""

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.undo_stack.indexChanged.connect(self._drop_refused)
        self.undo_stack.cleanChanged.connect(self._tell_edited)
        self._serial = 0
        self._moving = False
        self._experiment = experiment
        self._saved = SavedState(experiment)
        self._saving: object | None = None  # names the save that is under way
        self._mark = UNTRAINED  # where the run stands
        self._begun_drawn = True  # before what can be undone: no run had been saved
        self._project: Project | None = None
        self._untitled = ""  # what to call it while it has no file and the title it was opened with
        self._told = AtStake.NOTHING

    @property
    def experiment(self) -> Experiment:
        """The experiment as it is now."""
        return self._experiment

    @property
    def path(self) -> Path | None:
        """The file it was opened from or saved to last."""
        return self._saved.path

    @property
    def project(self) -> Project | None:
        """The project that is being opened, to go on with its run; None at any other time."""
        return self._project

    @property
    def at_stake(self) -> AtStake:
        """What closing it would lose; after undoing everything that is nothing."""
        return self._saved.at_stake(
            self._experiment,
            self._mark,
            clean=self._has_weights_as_saved(),
            drawn=self._has_weights_as_drawn(),
        )

    @property
    def edited(self) -> bool:
        """Whether closing it would lose anything."""
        return bool(self.at_stake)

    @property
    def has_learned(self) -> bool:
        """Whether there is more to its weights than the experiment alone brings back."""
        return not self._has_weights_as_drawn()

    @property
    def name(self) -> str:
        """The file's name without its suffix, or the experiment's title where there is no file."""
        if self.path is not None:
            return self.path.stem
        title = self._experiment.title
        return (self._untitled if title == self._saved.experiment.title else "") or title.strip() or UNTITLED

    @property
    def title(self) -> str:
        """The name, with a mark while something is unsaved."""
        stake = self.at_stake
        if not stake:
            return self.name
        is_safe = stake is AtStake.RUN and not keeps_runs(self.path)  # all that its file can keep
        text = self.tr("{name} — weights not saved") if is_safe else self.tr("{name} — edited")
        return text.format(name=self.name)

    def apply(
        self,
        experiment: Experiment,
        text: str,
        merge: Hashable | None = None,
        origin: Origin | None = None,
        weights: WeightEdit | None = None,
    ) -> None:
        """Make an edit that can be undone; nothing happens where nothing changed.

        Parameters
        ----------
        experiment : Experiment
            The whole experiment after the edit.
        text : str
            What was edited, for the Undo menu.
        merge : hashable, optional
            Edits of the same key that follow one another, such as those of one drag, are undone together.
        origin : Origin, optional
            Where the network's layers come from, if the edit moved or repeated some.
        weights : WeightEdit, optional
            What the network that it leads to begins with: a part of the same edit.
        """
        before = self._experiment
        # Layers of the same settings that change places take their weights along.
        if experiment != before or (origin is not None and origin.moves):
            command: Command = ExperimentCommand(text, merge, before, experiment, self._show, origin)
            if weights is not None:
                command = Together(text, (command, WeightCommand(text, None, weights, self._tell_weights)))
            self._push(command)

    def edit_weights(self, edit: WeightEdit, text: str, merge: Hashable | None = None) -> None:
        """Edit the weights; can be undone.

        Parameters
        ----------
        edit : WeightEdit
            What to do.
        text : str
            What was edited, for the Undo menu.
        merge : hashable, optional
            Edits of the same key and the same number or tensor that follow one another are undone together.
        """
        self._push(WeightCommand(text, merge, edit, self._tell_weights))

    def refuse(self, serial: int, edit: WeightEdit) -> None:
        """Take an edit of the weights that was not possible off the history; nothing had changed.

        Parameters
        ----------
        serial : int
            Names the command, of which nothing has been done.
        edit : WeightEdit
            What was refused.  Where a drag has gone on since, it is its last edit that counts.
        """
        for command in self._commands(self.undo_stack.count()):
            if isinstance(command, WeightCommand) and command.serial == serial and command.edit is edit:
                command.setObsolete(True)
        self._drop_refused()

    def replace(
        self,
        experiment: Experiment,
        path: Path | None = None,
        project: Project | None = None,
        *,
        untitled: str = "",
        recovered: bool = False,
    ) -> None:
        """Open another document; the edits of the old one are forgotten.

        Parameters
        ----------
        experiment : Experiment
            The document.
        path : Path, optional
            Its file.
        project : Project, optional
            The run to go on with.
        untitled : str
            What to call it while it has neither a file nor another title.
        recovered : bool
            Whether it is newer than its file.
        """
        self.undo_stack.clear()
        self.undo_stack.setClean()  # an empty stack that was not clean, after a save that failed, stays so
        self._experiment = experiment
        self._mark = mark_of_project(project)
        self._begun_drawn = project is None or project.checkpoint is None
        self._saved = SavedState(experiment, path, self._mark, recovered)
        self._saving = None  # it was of the document before
        self._untitled = untitled
        self._project = project
        with self._move():
            self.replaced.emit(experiment)
        self._project = None
        self._tell_state()

    def follow(self, frame: Frame) -> None:
        """Note where the run stands."""
        mark = mark_of(frame.snapshot)
        if mark != self._mark:
            self._mark = mark
            self._tell_edited()

    def save(self, path: Path) -> Path | None:
        """Write the experiment to a file and call it saved; what was learned is not in it.

        Returns
        -------
        Path or None
            The copy of a table that was written beside it, if it needed one.

        Raises
        ------
        OSError
            Where the file cannot be written; it and the document are then as they were.
        """
        self._refuse_while_saving()
        table = save_experiment(self._experiment, path)
        run_lost = AtStake.RUN in self.at_stake  # else the run is in a project, or as it was drawn
        # A drag that goes on must not reach back behind what was saved.
        self.undo_stack.setClean()
        self._saved = SavedState(self._experiment, path, self._mark, run_lost=run_lost)
        self._tell_state()
        return table

    def begin_save(self) -> Callable[[Path, Mark], None]:
        """Tell that the document as it stands is about to be written with its run.

        Returns
        -------
        callable
            To be called once that is done, with the file and where the run stood.  Where it fails,
            `fail_save` is called instead.  Of a document that was replaced meanwhile both say nothing.

        Raises
        ------
        RuntimeError
            While another save is under way: which of two is in the file nobody could say.
        """
        self._refuse_while_saving()
        experiment = self._experiment
        saving = self._saving = object()
        self.undo_stack.setClean()  # what comes from now on is not in the file

        def end(path: Path, mark: Mark) -> None:
            if self._saving is saving:
                self._saving = None
                self._saved = SavedState(experiment, path, mark)
                self._tell_state()

        return end

    def fail_save(self) -> None:
        """Tell that the file is as it was, so that everything since is unsaved."""
        if self._saving is not None:
            self._saving = None
            self.undo_stack.resetClean()
            self._tell_state()

    def _refuse_while_saving(self) -> None:
        if self._saving is not None:
            raise RuntimeError("the document is being saved already")

    def _push(self, command: Command) -> None:
        """Put a command on the stack; it may become a part of the one on top."""
        if self._moving:
            return
        stack = self.undo_stack
        top = stack.command(stack.index() - 1) if stack.index() else None
        # The worker must know what belongs together before the stack merges it, so this says what that will
        # do: it never merges into what was saved.
        if isinstance(top, Command) and not stack.isClean() and top.takes(command):
            command.serial = top.serial
        else:
            for part in command.parts:
                self._serial += 1
                part.serial = self._serial
        may_lose = stack.canRedo() or stack.count() == UNDO_LIMIT
        before = self._serials() if may_lose else set()
        oldest = self._commands(1) if may_lose else []
        stack.push(command)
        if not self._serials().issuperset(part.serial for part in oldest):  # it has made room for this one
            self._begun_drawn = _leaves_drawn(oldest, self._begun_drawn)
        self._tell_edited()
        if may_lose and (gone := before - self._serials()):
            self.forgotten.emit(tuple(sorted(gone)))

    def _tell_state(self) -> None:
        self._told = self.at_stake
        self.stateChanged.emit()

    def _tell_edited(self) -> None:
        """Tell where training, or an edit of the weights, has made a difference to the file."""
        if self.at_stake != self._told:
            self._tell_state()

    def _has_weights_as_saved(self) -> bool:
        """Tell whether no edit has come between the weights and what was opened or saved."""
        stack = self.undo_stack
        if stack.isClean():
            return True
        # Where nothing was trained or set by hand, the weights are as they were drawn: nobody's work.
        is_as_drawn = self.path is None and self._mark == self._saved.mark == UNTRAINED
        if not is_as_drawn or stack.cleanIndex() != 0:
            return False
        return not any(isinstance(command, WeightCommand) for command in self._commands(stack.index()))

    def _has_weights_as_drawn(self) -> bool:
        """Tell whether nothing was trained or set by hand, or it was all reset."""
        if self._mark != UNTRAINED:
            return False
        return _leaves_drawn(self._commands(self.undo_stack.index()), self._begun_drawn)

    def _serials(self) -> set[int]:
        return {command.serial for command in self._commands(self.undo_stack.count())}

    def _commands(self, count: int) -> list[Command]:
        """Return the first commands of the history; of those that are done as one, each part."""
        found = (self.undo_stack.command(i) for i in range(count))
        return [part for command in found if isinstance(command, Command) for part in command.parts]

    def _drop_refused(self) -> None:
        """Drop refused commands next to where the history stands; the stack passes over them in silence."""
        stack = self.undo_stack
        while stack.canUndo() and stack.command(stack.index() - 1).isObsolete():
            stack.undo()
        while stack.canRedo() and stack.command(stack.index()).isObsolete():
            stack.redo()

    @contextmanager
    def _move(self) -> Iterator[None]:
        """Take no edits meanwhile."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    def _show(self, experiment: Experiment, step: Step) -> None:
        with self._move():
            before, self._experiment = self._experiment, experiment
            self.changed.emit(before, experiment, step)
            self._tell_state()

    def _tell_weights(self, edit: WeightEdit, step: Step) -> None:
        with self._move():
            self.weightsEdited.emit(edit, step)


def _leaves_drawn(commands: Sequence[Command], before: bool) -> bool:
    """Tell whether weights are as they were drawn after some commands, as they are or are not before them."""
    edits = [command.edit for command in commands if isinstance(command, WeightCommand)]
    return isinstance(edits[-1], ResetWeights) if edits else before
