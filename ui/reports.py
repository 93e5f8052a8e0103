"""Reports of the run: a copy of it is taken from the worker, and written while training goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.files.projects.project import Project
from ui.background import Background

if TYPE_CHECKING:
    from pathlib import Path

    from engine.checkpoint import Checkpoint
    from engine.snapshot import History
    from engine.trainer import Trainer
    from ui.session import Session


@dataclass(frozen=True, eq=False)
class RunCopy:
    """A run at one moment, and its curves."""

    checkpoint: Checkpoint
    history: History


class Reports(QObject):
    """Writes reports, each in a thread of its own: drawing one takes seconds where the network is large.

    Parameters
    ----------
    session : Session
        Has the run.
    parent : QObject, optional
        The owner.
    """

    done = Signal(object)
    """The report is in the file at this Path."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._writing: set[Background] = set()

    def write(self, path: Path, date: str, log: bool) -> None:
        """Write a report of the run as it stands.

        Parameters
        ----------
        path : Path
            The file.
        date : str
            When this is, as it is to be written.
        log : bool
            Whether the loss has a logarithmic axis.
        """
        self._session.ask(_copy, lambda run: self._begin(path, run, date, log))

    def stop(self) -> None:
        """Wait at the end of the program for what is being written."""
        for background in self._writing:
            background.stop()

    def _begin(self, path: Path, run: RunCopy, date: str, log: bool) -> None:
        background = Background("unfold-report", self)
        background.done.connect(self.done)
        background.refused.connect(self._session.problemFound)
        background.failed.connect(self._session.failed)
        for ended in (background.done, background.refused, background.failed):
            ended.connect(lambda _: self._forget(background))
        self._writing.add(background)
        background.start(lambda: _write(path, run, date, log))

    def _forget(self, background: Background) -> None:
        self._writing.discard(background)
        background.deleteLater()


def _copy(trainer: Trainer, history: History) -> RunCopy:
    return RunCopy(trainer.checkpoint(), history)


def _write(path: Path, run: RunCopy, date: str, log: bool) -> Path:
    # They bring Numba and the imaging library along: only here, in a thread that nobody waits for.
    from engine.files.report import write_report
    from engine.trainer import Trainer

    trainer = Trainer.resumed(Project(run.checkpoint.experiment, run.checkpoint, None))
    write_report(path, trainer, run.history, date=date, log=log)
    return path
