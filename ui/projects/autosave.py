"""Keeps what is not saved in a recovery file, so that a crash costs a minute at most."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.projects import recovery_files as recovery
from ui.training.run_mark import mark_of
from ui.wording.faults import file_problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.snapshot import Frame
    from ui.document import Document
    from ui.session import Session
    from ui.training.mailbox import ProjectNotSaved, ProjectSaved
    from ui.training.run_mark import Mark


class Autosave(QObject):
    """Writes a recovery file some time after something has changed, by an edit or by training.

    Parameters
    ----------
    document, session
        What is written.
    window : callable
        Returns the view settings and what a recovered document must know of its file, as JSON has them.
    parent : QObject, optional
        The owner.
    seconds : float, optional
        How long a change may be unsaved.
    folder : Path, optional
        Where to write.
    """

    troubled = Signal(str)
    """A recovery file could not be written: why.  Told once until it is possible again."""

    def __init__(
        self,
        document: Document,
        session: Session,
        window: Callable[[], dict[str, Any]],
        parent: QObject | None = None,
        *,
        seconds: float | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._window = window
        self._folder = folder or recovery.recovery_folder()
        self._slot: recovery.Slot | None = None
        self._retired: list[recovery.Slot] = []  # of documents that were closed, until the next shows
        self._tickets: dict[int, recovery.Slot] = {}  # what is being written
        self._mark: Mark | None = None
        self._dirty = False
        self._is_told = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.setInterval(round(1000 * (recovery.autosave_seconds() if seconds is None else seconds)))
        self._timer.timeout.connect(self.now)
        document.changed.connect(self.touch)
        document.weightsEdited.connect(self.touch)
        document.replaced.connect(self._begin)
        session.frameReady.connect(self._follow)
        session.projectSaved.connect(self._end)
        session.projectNotSaved.connect(self._fail)

    @Slot()
    def now(self) -> None:
        """Write what has changed since the last time, if anything has: something risky comes."""
        if not self._dirty:
            return
        if not self._document.edited:
            self.forget()  # an undo has led back to what is saved
            return
        self._dirty = False
        self._timer.stop()
        try:
            slot = self._slot = self._slot or recovery.new_slot(self._folder)
        except OSError as error:
            self._be_troubled(file_problem(error, self._folder))
            return
        experiment = self._document.experiment
        ticket = self._session.save_project(slot.path, experiment, self._window(), rescue=True)
        self._tickets[ticket] = slot

    @Slot()
    def forget(self) -> None:
        """Drop the recovery file: the document is saved, apart from what has been learned meanwhile."""
        self._retire()
        self._drop_retired()
        if self._document.edited:
            self.touch()

    def adopt(self, slot: recovery.Slot) -> None:
        """Go on with the recovery file that the document came from."""
        self._retire()
        self._slot = slot

    def close(self, keep: bool = False) -> None:
        """End it, once nothing is written any more.

        Parameters
        ----------
        keep : bool
            Leave what is not saved for the next start; the program ends without having asked.
        """
        if keep and self._slot is not None:
            self._slot.leave()
            self._slot = None
        self._retire()
        self._tickets.clear()
        self._drop_retired()

    @Slot()
    def _begin(self) -> None:
        """Go on with another document; the one before is dropped once that has come up."""
        self._retire()
        self._mark = None

    @Slot(object)
    def _follow(self, frame: Frame) -> None:
        mark = mark_of(frame.snapshot)
        if mark == self._mark:
            return
        self._document.follow(frame)  # which may hear of it only later: what is unsaved is asked below
        before, self._mark = self._mark, mark
        if before is None:
            self._drop_retired()
            if not self._document.edited:  # else a step was taken before the first frame came
                return
        self.touch()
        if mark.diverged and not (before is not None and before.diverged):
            self.now()

    @Slot()
    def touch(self) -> None:
        """Write the recovery file soon: what it says is no longer true."""
        self._dirty = True
        if not self._timer.isActive():
            self._timer.start()

    def _retire(self) -> None:
        self._dirty = False
        self._timer.stop()
        if self._slot is not None:
            self._retired.append(self._slot)
            self._slot = None

    def _drop_retired(self) -> None:
        """Drop files of no more use; those being written follow when they are."""
        busy = set(self._tickets.values())
        for slot in [slot for slot in self._retired if slot not in busy]:
            self._retired.remove(slot)
            slot.drop()

    @Slot(object)
    def _end(self, report: ProjectSaved) -> None:
        if self._tickets.pop(report.ticket, None) is not None:
            self._is_told = False
            self._drop_what_waited()

    @Slot(object)
    def _fail(self, report: ProjectNotSaved) -> None:
        slot = self._tickets.pop(report.ticket, None)
        if slot is not None and slot is self._slot:
            self._be_troubled("; ".join(report.problems))
        self._drop_what_waited()

    def _drop_what_waited(self) -> None:
        if self._mark is not None:  # the document that is shown now has come up
            self._drop_retired()

    def _be_troubled(self, why: str) -> None:
        self.touch()
        if not self._is_told:
            self._is_told = True
            logging.getLogger(__name__).warning("no recovery file: %s", why)
            self.troubled.emit(self.tr("Unsaved work is not kept: {why}").format(why=why))
