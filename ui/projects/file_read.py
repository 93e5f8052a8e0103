"""Reading a document that is to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data import prepare
from engine.files.projects.project import open_document
from engine.output import plan_output
from ui.projects.file_stamp import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.projects.project import Project
    from ui.projects.file_stamp import Stamp


@dataclass(frozen=True, eq=False)
class FileRead:
    """A project or an experiment, its file, and that file as it was when it was read."""

    project: Project
    path: Path
    stamp: Stamp | None


def read_file(path: Path) -> FileRead:
    """Read a project or an experiment, and make sure that it can be trained on.

    Raises
    ------
    UnfoldError
        Where it cannot.
    """
    stamp = stamp_of(path)  # before it is read: what is written meanwhile is told at the next save
    project = open_document(path)
    if project.checkpoint is None:
        experiment = project.experiment
        plan_output(experiment, prepare(experiment.data, experiment.features, experiment.seed))
    return FileRead(project, path, stamp)
