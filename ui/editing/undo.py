"""The commands on the document's undo stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from engine.changes import Change, classify
from engine.weight_edits import replaces
from ui.editing.step import Kind, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from engine.experiment import Experiment
    from engine.graft import Origin
    from engine.weight_edits import WeightEdit

_MERGING = 1  # QUndoStack asks commands of one id alone whether they merge


class Command(QUndoCommand):
    """One step of undo.

    Parameters
    ----------
    text : str
        What was edited, for the menu.
    merge : hashable or None
        Commands of one key that follow one another become one.
    """

    def __init__(self, text: str, merge: Hashable | None) -> None:
        super().__init__(text)
        self.merge = merge
        self.serial = 0
        self._done = False

    @property
    def parts(self) -> tuple[Command, ...]:
        """The commands that it consists of, of which each has a serial of its own."""
        return (self,)

    def id(self) -> int:
        """Return what the stack compares first of two commands."""
        return -1 if self.merge is None else _MERGING

    def takes(self, later: Command) -> bool:
        """Tell whether a command that comes right after becomes a part of this one."""
        return type(later) is type(self) and self.merge is not None and later.merge == self.merge

    def doing(self) -> Kind:
        """Note that it is done now, and return whether that is for the first time."""
        kind = Kind.REDO if self._done else Kind.DO
        self._done = True
        return kind


class ExperimentCommand(Command):
    """Replaces one experiment by another: they are immutable, so one command serves every edit.

    Parameters
    ----------
    before, after : Experiment
        What is replaced by what.
    show : callable
        Takes the experiment that holds now, and the step that led there.
    origin : Origin, optional
        Where the layers of the one after come from.
    """

    def __init__(
        self,
        text: str,
        merge: Hashable | None,
        before: Experiment,
        after: Experiment,
        show: Callable[[Experiment, Step], None],
        origin: Origin | None,
    ) -> None:
        super().__init__(text, merge)
        self.before, self.after = before, after
        self._show = show
        self._origin = origin
        moves = origin is not None and origin.moves
        self._touches_weights = moves or classify(before, after) >= Change.GRAFT

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a later command; return whether it becomes a part of this one."""
        if not isinstance(other, ExperimentCommand) or not self.takes(other):
            return False
        self.after = other.after
        self._origin = None  # of two steps in a row nobody has told it
        self._touches_weights |= other._touches_weights
        # A drag back to where it began may have dropped weights on its way: undoing it brings them back.
        # They do not come back by themselves, as training may have gone on all through the drag.
        self.setObsolete(self.after == self.before and not self._touches_weights)
        return True

    def redo(self) -> None:
        """Show the experiment after it."""
        self._show(self.after, Step(self.serial, self.doing(), self._origin))

    def undo(self) -> None:
        """Show the experiment before it."""
        units = [layer.units for layer in self.before.network.layers]
        origin = None if self._origin is None else self._origin.inverted(units)
        self._show(self.before, Step(self.serial, Kind.UNDO, origin))


class WeightCommand(Command):
    """Edits the weights: only the worker has them, and keeps how they were.

    Parameters
    ----------
    edit : WeightEdit
        What is done.
    tell : callable
        Takes the edit and the step.
    """

    def __init__(
        self,
        text: str,
        merge: Hashable | None,
        edit: WeightEdit,
        tell: Callable[[WeightEdit, Step], None],
    ) -> None:
        super().__init__(text, merge)
        self.edit = edit
        self._tell = tell

    def takes(self, later: Command) -> bool:
        """Tell whether nothing is left of this edit after a later one of the same drag."""
        return super().takes(later) and isinstance(later, WeightCommand) and replaces(later.edit, self.edit)

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a later command; return whether it becomes a part of this one."""
        if not isinstance(other, WeightCommand) or not self.takes(other):
            return False
        self.edit = other.edit
        return True

    def redo(self) -> None:
        """Tell the edit."""
        self._tell(self.edit, Step(self.serial, self.doing()))

    def undo(self) -> None:
        """Tell that it is taken back."""
        self._tell(self.edit, Step(self.serial, Kind.UNDO))


class Together(Command):
    """Several commands that are done, undone and done again as one.

    Parameters
    ----------
    parts : sequence of Command
        What is done, in this order; undone the other way round.
    """

    def __init__(self, text: str, parts: Sequence[Command]) -> None:
        super().__init__(text, None)
        self._parts = tuple(parts)

    @property
    def parts(self) -> tuple[Command, ...]:
        """The commands that it consists of."""
        return self._parts

    def redo(self) -> None:
        """Do each of them."""
        for part in self._parts:
            part.redo()

    def undo(self) -> None:
        """Take each of them back."""
        for part in reversed(self._parts):
            part.undo()
