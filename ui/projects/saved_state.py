"""What of a document is safe in its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.files.projects.project import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from engine.experiment import Experiment
    from ui.training.run_mark import Mark


def is_project(path: Path | None) -> bool:
    """Tell whether a file has the run too, not the experiment alone."""
    return path is not None and path.suffix.lower() == SUFFIX


def keeps_runs(path: Path | None) -> bool:
    """Tell whether what is learned is part of the document: in all but an experiment without weights."""
    return path is None or is_project(path)


@dataclass(frozen=True)
class SavedState:
    """What was opened or saved last.

    Parameters
    ----------
    experiment : Experiment
        As it stands in the file.
    path : Path or None
        The file, None where there is none yet.
    mark : Mark or None
        Where the run stood; None before its first frame has told.
    recovered : bool
        Whether the work is newer than its file: it was brought back after a crash.
    """

    experiment: Experiment
    path: Path | None = None
    mark: Mark | None = None
    recovered: bool = False

    def differs(self, experiment: Experiment, mark: Mark | None, clean: bool) -> bool:
        """Tell whether closing the document would lose something.

        Training counts, and so do edits of the weights, unless the file is one that keeps no weights: where
        there is no file yet, nothing says that they are not wanted.

        Parameters
        ----------
        experiment : Experiment
            The document now.
        mark : Mark or None
            Where its run stands.
        clean : bool
            Whether its undo history stands where it was saved.
        """
        if self.recovered or experiment != self.experiment:
            return True
        return keeps_runs(self.path) and (not clean or mark != self.mark)
