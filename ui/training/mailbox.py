"""What crosses between the window and the worker: commands there, one frame and reports back."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.weight_edits import replaces
from ui.editing.step import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.errors import UnfoldError
    from engine.experiment import Experiment
    from engine.files.projects.project import Project
    from engine.graft import Kept
    from engine.snapshot import Frame, History
    from engine.trainer import Trainer
    from engine.walkthrough import Request, Walkthrough
    from engine.weight_edits import WeightEdit
    from ui.editing.step import Step
    from ui.projects.file_stamp import Stamp
    from ui.training.run_mark import Mark


@dataclass(frozen=True)
class Load:
    """Train this from its initial weights, or from where a project stands, whatever was trained before."""

    experiment: Experiment
    generation: int
    project: Project | None = None


@dataclass(frozen=True)
class Edit:
    """Go on with this experiment, keeping what can be kept; ``old`` is the document before."""

    old: Experiment
    experiment: Experiment
    generation: int
    step: Step


@dataclass(frozen=True)
class EditWeights:
    """Edit the weights, or take that back."""

    edit: WeightEdit
    generation: int
    step: Step


@dataclass(frozen=True)
class Forget:
    """These commands will never be undone or redone."""

    serials: tuple[int, ...]


@dataclass(frozen=True)
class Play:
    """Train or pause; ``serial`` tells a later Stopped which Play it ends."""

    running: bool
    serial: int


@dataclass(frozen=True)
class Advance:
    """Train one batch, or to the end of the epoch."""

    epoch: bool


@dataclass(frozen=True)
class Ask:
    """Look at the run as it stands: ``look`` is given trainer and curves, in the worker's thread."""

    ticket: int
    look: Look


@dataclass(frozen=True)
class SaveProject:
    """Write the run as it stands, with this document and these settings of the window.

    Parameters
    ----------
    path : Path
        The file.
    experiment : Experiment
        The document at the moment it was asked for.
    window : mapping
        View settings, as JSON has them.
    ticket : int
        Comes back with the answer.
    rescue : bool
        Write the experiment alone where there is no network of it; else that is refused.
    """

    path: Path
    experiment: Experiment
    window: Mapping[str, Any]
    ticket: int
    rescue: bool = False


@dataclass(frozen=True)
class Walk:
    """Walk one sample through the network as it stands."""

    request: Request


Look: TypeAlias = "Callable[[Trainer, History], Any]"
Command: TypeAlias = Load | Edit | EditWeights | Forget | Play | Advance | Ask | SaveProject | Walk


def is_overtaken(first: Command, second: Command) -> bool:
    """Tell whether a command need not be obeyed since the one after it does it all, as happens in a drag."""
    if type(first) is type(second) and isinstance(first, Load | Walk):
        return True
    if not isinstance(first, Edit | EditWeights) or not isinstance(second, Edit | EditWeights):
        return False
    if first.step.serial != second.step.serial or {first.step.kind, second.step.kind} != {Kind.DO}:
        return False
    if isinstance(first, EditWeights) and isinstance(second, EditWeights):
        return replaces(second.edit, first.edit)
    # What comes from where is told from step to step.
    return type(first) is type(second) and first.step.origin is None and second.step.origin is None


@dataclass(frozen=True)
class Stopped:
    """Training has ended by itself: it diverged, or a stop rule holds."""

    serial: int


@dataclass(frozen=True)
class Problem:
    """Something the user can act on; nothing was changed."""

    error: UnfoldError


@dataclass(frozen=True)
class Failure:
    """A fault of the program: its traceback."""

    trace: str


@dataclass(frozen=True)
class Preparing:
    """The engine is not ready yet; ``how`` is "" once it is."""

    how: str


@dataclass(frozen=True)
class Answer:
    """What a look at the run has found, or why it could not: a problem, or a fault's traceback."""

    ticket: int
    found: Any
    error: UnfoldError | str | None = None


@dataclass(frozen=True)
class ProjectSaved:
    """A project is in its file, as the file's stamp says; ``mark`` is where the run stood."""

    ticket: int
    path: Path
    stamp: Stamp
    mark: Mark


@dataclass(frozen=True)
class ProjectNotSaved:
    """A project was not written, and why: a sentence a problem.  An existing file is as it was."""

    ticket: int
    path: Path
    problems: tuple[str, ...]


@dataclass(frozen=True)
class WeightsKept:
    """An edit has drawn or dropped weights: how many, and how many it kept."""

    kept: Kept


@dataclass(frozen=True)
class WeightsRestored:
    """An undo or a redo has brought back all that was learned, as it was at this epoch."""

    epoch: int


@dataclass(frozen=True)
class WeightsLost:
    """The weights before an edit were not kept, so undoing it has left them as they are."""


@dataclass(frozen=True)
class Refused:
    """An edit of the weights was not possible; nothing of this command has been done."""

    serial: int
    edit: WeightEdit


@dataclass(frozen=True)
class Walked:
    """A sample has been walked through, with the weights of that moment."""

    walkthrough: Walkthrough


Report: TypeAlias = (
    Stopped
    | Problem
    | Failure
    | Preparing
    | Answer
    | ProjectSaved
    | ProjectNotSaved
    | WeightsKept
    | WeightsRestored
    | WeightsLost
    | Refused
    | Walked
)


class Mailbox:
    """One slot for the newest frame, and every report, in order.

    Parameters
    ----------
    wake : callable
        Tells the reader that there is something to take; not called again before it has taken it.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._reports: list[Report] = []
        self._awake = False

    def put(self, item: Frame | Report) -> None:
        """Leave a report, or a frame in place of one not taken yet."""
        with self._lock:
            if isinstance(item, Report):
                self._reports.append(item)
            else:
                self._frame = item
            asleep, self._awake = not self._awake, True
        if asleep:
            self._wake()

    def take(self) -> tuple[Frame | None, list[Report]]:
        """Take everything out."""
        with self._lock:
            frame, self._frame = self._frame, None
            reports, self._reports = self._reports, []
            self._awake = False
        return frame, reports
