"""Where a run stands, to tell whether it has gone on since it was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.snapshot import Snapshot
    from engine.trainer import Trainer


class Mark(NamedTuple):
    """The steps taken, and whether training has ended by itself."""

    step: int
    diverged: bool
    finished: bool


UNTRAINED = Mark(0, diverged=False, finished=False)


def mark_of(run: Snapshot | Trainer) -> Mark:
    """Return where a run stands."""
    return Mark(run.step, run.diverged is not None, run.finished is not None)
