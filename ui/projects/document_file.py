"""The document's file: who else has it open, who else has changed it, and writing it with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot

from ui.dialogs.conflicts import SavingDialog
from ui.projects.file_stamp import is_changed, stamp_of
from ui.projects.instance_lock import Claim
from ui.projects.saved_state import is_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from ui.document import Document
    from ui.projects.file_stamp import Stamp
    from ui.projects.window_view import WindowView
    from ui.session import Session
    from ui.training.mailbox import ProjectNotSaved, ProjectSaved
    from ui.training.run_mark import Mark

PATIENCE_MS = 400  # what takes longer is told


class ProjectFiles(QObject):
    """Writes projects while the window lives on, and knows the document's file.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, session, view
        What is written.
    """

    saved = Signal(object)
    """The project is in the file at this Path."""
    failed = Signal(object, object)
    """The project could not be written to this Path, and why: a sentence a problem."""

    def __init__(self, window: QWidget, document: Document, session: Session, view: WindowView) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._session = session
        self._view = view
        self._claim: Claim | None = None
        self._stamp: Stamp | None = None
        self._pending: dict[int, tuple[Callable[[Path, Mark], None], Claim]] = {}
        self._untold: tuple[Path, tuple[str, ...]] | None = None  # a failure that somebody waits for
        self._waiting: QEventLoop | SavingDialog | None = None
        document.replaced.connect(self._begin)
        session.projectSaved.connect(self._end)
        session.projectNotSaved.connect(self._fail)

    # -- the file

    def claim_of(self, path: Path) -> Claim | None:
        """Return the claim on a file where it is the document's own."""
        return self._claim if self._claim is not None and self._claim.is_of(path) else None

    def claimed(self, path: Path) -> Claim | None:
        """Return a claim on a project, free or not; experiments may be open as often as one likes."""
        return (self.claim_of(path) or Claim(path)) if is_project(path) else None

    def let_go(self, claim: Claim | None) -> None:
        """Release a claim, unless it is that on the document's own file."""
        if claim is not None and claim is not self._claim:
            claim.release()

    def take(self, claim: Claim | None, stamp: Stamp | None) -> None:
        """Note the file of the document that is shown from now on."""
        if self._claim is not claim:
            before, self._claim = self._claim, claim
            self.let_go(before)
        self._stamp = stamp

    @Slot()
    def _begin(self) -> None:
        """Let the file of the document before go."""
        path = self._document.path
        self.take(None if path is None else self.claim_of(path), None if path is None else stamp_of(path))

    def written(self, path: Path) -> None:
        """Note that an experiment without weights was written to the document's file."""
        self.take(None, stamp_of(path))

    def is_changed(self, path: Path) -> bool:
        """Tell whether somebody else has changed the document's file."""
        return is_changed(path, self._stamp)

    def about(self) -> dict[str, Any]:
        """Return what a recovered document must know of its file, as JSON has it."""
        path = self._document.path
        return {
            "path": "" if path is None else str(path.absolute()),
            "name": self._document.name,
            "stamp": None if self._stamp is None else list(self._stamp),
        }

    def release(self) -> None:
        """Let other windows have the file."""
        self.take(None, None)

    # -- writing

    def save(self, path: Path, claim: Claim) -> None:
        """Write the project to a file while no other is written; saved or failed tells the end of it."""
        assert not self._pending, "one at a time"
        end = self._document.begin_save()
        ticket = self._session.save_project(path, self._document.experiment, self._view.state())
        self._pending[ticket] = end, claim

    def wait(self) -> bool:
        """Wait until nothing is being written, the window painted all the while.

        Returns
        -------
        bool
            Whether all is written; False where something failed, which is told, or takes too long for the
            user.
        """
        if self._pending:
            loop = self._waiting = QEventLoop(self)
            QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            loop.deleteLater()
        if self._pending:
            dialog = self._waiting = SavingDialog(self._window, self._document.name)
            dialog.exec()
            dialog.deleteLater()
        self._waiting = None
        if self._untold is None:
            return not self._pending
        untold, self._untold = self._untold, None
        self.failed.emit(*untold)
        return False

    @Slot(object)
    def _end(self, report: ProjectSaved) -> None:
        if report.ticket not in self._pending:
            return
        end, claim = self._pending.pop(report.ticket)
        self.take(claim, report.stamp)
        end(report.path, report.mark)
        self._wake()
        self.saved.emit(report.path)

    @Slot(object)
    def _fail(self, report: ProjectNotSaved) -> None:
        if report.ticket not in self._pending:
            return
        _, claim = self._pending.pop(report.ticket)
        self.let_go(claim)
        self._document.fail_save()
        if self._waiting is None:
            self.failed.emit(report.path, report.problems)
        else:
            self._untold = report.path, report.problems
            self._wake()

    def _wake(self) -> None:
        """End the wait where there is nothing left to wait for."""
        if self._pending:
            return
        if isinstance(self._waiting, QEventLoop):
            self._waiting.quit()
        elif self._waiting is not None:
            self._waiting.accept()
