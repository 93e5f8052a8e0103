"""Where a run stands, to tell whether it has gone on since it was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.checkpoint import Checkpoint
    from engine.files.projects.project import Project
    from engine.snapshot import Snapshot


class Mark(NamedTuple):
    """The steps taken, and whether training has ended by itself."""

    step: int
    diverged: bool
    finished: bool


UNTRAINED = Mark(0, diverged=False, finished=False)


def mark_of(run: Snapshot | Checkpoint) -> Mark:
    """Return where a run stands."""
    return Mark(run.step, run.diverged is not None, run.finished is not None)


def mark_of_project(project: Project | None) -> Mark:
    """Return where the run of a project stands; one without weights begins at the beginning."""
    if project is None or project.checkpoint is None:
        return UNTRAINED
    return mark_of(project.checkpoint)
