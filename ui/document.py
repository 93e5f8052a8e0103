"""The current experiment and its undo history: the only place that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from engine.experiment import Experiment

UNTITLED = "Untitled"
_MERGING = 1  # QUndoStack asks commands of one id alone whether they merge


class _Edit(QUndoCommand):
    """Replaces one experiment by another: they are immutable, so one command serves every edit."""

    def __init__(self, document: Document, after: Experiment, text: str, merge: Hashable | None) -> None:
        super().__init__(text)
        self._document = document
        self._before = document.experiment
        self.after = after
        self.merge = merge

    def id(self) -> int:
        return -1 if self.merge is None else _MERGING

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other.merge != self.merge:
            return False
        self.after = other.after
        self.setObsolete(self.after == self._before)
        return True

    def redo(self) -> None:
        self._document._show(self.after)

    def undo(self) -> None:
        self._document._show(self._before)


class Document(QObject):
    """One experiment, its file, and every edit since it was opened.

    Parameters
    ----------
    experiment : Experiment
        What to begin with.
    parent : QObject, optional
        The owner.
    """

    changed = Signal(object, object)
    """An edit, an undo or a redo: the experiment before and after."""
    replaced = Signal(object)
    """Another document was opened: its experiment."""
    stateChanged = Signal()
    """The title, the file or whether there are unsaved edits."""

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(1000)
        self._experiment = experiment
        self._saved = experiment
        self._path: Path | None = None

    @property
    def experiment(self) -> Experiment:
        """The experiment as it is now."""
        return self._experiment

    @property
    def path(self) -> Path | None:
        """The file it was opened from or saved to last."""
        return self._path

    @property
    def edited(self) -> bool:
        """Whether it differs from what was opened or saved; undoing everything counts as not edited."""
        return self._experiment != self._saved

    @property
    def name(self) -> str:
        """The experiment's title, or its file's name where it has none."""
        if self._experiment.title == UNTITLED and self._path is not None:
            return self._path.stem
        return self._experiment.title

    @property
    def title(self) -> str:
        """The name, with a mark while there are unsaved edits."""
        return self.tr("{name} — edited").format(name=self.name) if self.edited else self.name

    def apply(self, experiment: Experiment, text: str, merge: Hashable | None = None) -> None:
        """Make an edit that can be undone; nothing happens where nothing changed.

        Parameters
        ----------
        experiment : Experiment
            The whole experiment after the edit.
        text : str
            What was edited, for the Undo menu.
        merge : hashable, optional
            Edits of the same key that follow one another, such as those of one drag, are undone together.
        """
        if experiment != self._experiment:
            self.undo_stack.push(_Edit(self, experiment, text, merge))

    def replace(self, experiment: Experiment, path: Path | None = None) -> None:
        """Open another document; the edits of the old one are forgotten."""
        self.undo_stack.clear()
        self._experiment = self._saved = experiment
        self._path = path
        self.replaced.emit(experiment)
        self.stateChanged.emit()

    def save(self, path: Path) -> None:
        """Write the experiment to a file and call it saved.

        Raises
        ------
        OSError
            Where the file cannot be written; it and the document are then as they were.
        """
        self._experiment.save(path)
        self._saved = self._experiment
        self._path = path
        # A drag that goes on must not reach back behind what was saved.
        self.undo_stack.setClean()
        self.stateChanged.emit()

    def _show(self, experiment: Experiment) -> None:
        before, self._experiment = self._experiment, experiment
        self.changed.emit(before, experiment)
        self.stateChanged.emit()
