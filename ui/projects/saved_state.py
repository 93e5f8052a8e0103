"""What of a document is safe in its file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING

from engine.files.projects.project import SUFFIX
from ui.training.run_mark import UNTRAINED

if TYPE_CHECKING:
    from pathlib import Path

    from engine.experiment import Experiment
    from ui.training.run_mark import Mark


def is_project(path: Path | None) -> bool:
    """Tell whether a file has the run too, not the experiment alone."""
    return path is not None and path.suffix.lower() == SUFFIX


def keeps_runs(path: Path | None) -> bool:
    """Tell whether what is learned is saved with the document: in all but an experiment without weights."""
    return path is None or is_project(path)


class AtStake(Flag):
    """What closing the document would lose."""

    NOTHING = 0
    EXPERIMENT = auto()
    RUN = auto()
    """What was learned, or set by hand."""


@dataclass(frozen=True)
class SavedState:
    """What was opened or saved last.

    Parameters
    ----------
    experiment : Experiment
        As it stands in the file.
    path : Path or None
        The file, None where there is none yet.
    mark : Mark
        Where the run stood.
    recovered : bool
        Whether the work is newer than its file: it was brought back after a crash.
    run_lost : bool
        Whether the run as it stood then is in no file at all.
    """

    experiment: Experiment
    path: Path | None = None
    mark: Mark = UNTRAINED
    recovered: bool = False
    run_lost: bool = False

    def at_stake(self, experiment: Experiment, mark: Mark, *, clean: bool, drawn: bool) -> AtStake:
        """Tell what closing the document would lose.

        Training counts, and so do edits of the weights: where there is no file yet, or one that keeps no
        weights, nothing says that they are not wanted.

        Parameters
        ----------
        experiment : Experiment
            The document now.
        mark : Mark
            Where its run stands.
        clean : bool
            Whether no edit has come between the weights and those that were saved.
        drawn : bool
            Whether the weights are as they were drawn, as they are again after the experiment is opened.
        """
        found = AtStake.NOTHING
        if self.recovered or experiment != self.experiment:
            found |= AtStake.EXPERIMENT
        if drawn and self.path is not None and not keeps_runs(self.path):
            return found
        if self.recovered or self.run_lost or not clean or mark != self.mark:
            found |= AtStake.RUN
        return found
