"""Recovery files: what a window has not saved, kept until it ends in order.

Each window has one file ``<id>.unfold`` in the recovery folder, a project like any other, and beside it a
lock that tells whether its program lives.  What is there without a living program was left by a crash.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLockFile

from engine.errors import UnfoldError
from engine.files.atomic import LEFT_SECONDS, PREFIX
from engine.files.projects.project import SUFFIX, read_project
from ui.projects.file_stamp import Stamp
from ui.projects.instance_lock import lock_of, state_folder
from ui.wording.faults import file_problem

if TYPE_CHECKING:
    from engine.files.projects.project import Project

DAMAGED = ".damaged"


def recovery_folder() -> Path:
    """Return where recovery files are kept."""
    return state_folder() / "recovery"


class Slot:
    """One recovery file and its lock.

    Parameters
    ----------
    path : Path
        The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = lock_of(path.with_suffix(".lock"))

    def take(self) -> bool:
        """Lock it; return False where the program that writes it lives."""
        return self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError

    def leave(self) -> None:
        """Unlock it, so that it is offered at a start."""
        self._lock.unlock()

    def drop(self) -> None:
        """Remove it."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.leave()


def new_slot(folder: Path) -> Slot:
    """Return a slot of this program in a folder that is made where it is missing.

    Raises
    ------
    OSError
        Where the folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    slot = Slot(folder / f"{uuid.uuid4().hex[:12]}{SUFFIX}")
    slot.take()
    return slot


@dataclass(frozen=True)
class Left:
    """Work that a program has left behind.

    Parameters
    ----------
    slot : Slot
        Its file, locked.
    name : str
        What the document was called.
    path : Path or None
        The file it belongs to, if it had one.
    stamp : Stamp or None
        That file as it was opened or saved.
    written : float
        When, in seconds since 1970.
    epoch : int
        Up to where it had trained.
    """

    slot: Slot
    name: str
    path: Path | None
    stamp: Stamp | None
    written: float
    epoch: int


def left_behind(folder: Path) -> tuple[list[Left], list[str]]:
    """Return the work that was left behind, the newest first, and a sentence for all that cannot be read.

    Damaged files are kept aside, under another name.
    """
    found: list[Left] = []
    problems: list[str] = []
    try:
        paths = [path for path in folder.iterdir() if path.name.endswith(SUFFIX) and path.is_file()]
        _clear_away(folder)
    except FileNotFoundError:  # nothing was ever left behind
        return [], []
    except OSError as error:
        return [], [file_problem(error, folder)]
    for path in paths:
        slot = Slot(path)
        if not slot.take():
            continue
        try:
            written = path.stat().st_mtime
            found.append(_left(slot, read_project(path), written))
        except FileNotFoundError:  # its program has just ended in order
            slot.leave()
        except UnfoldError as error:
            problems += _kept_aside(slot, error.problems)
        except Exception as error:
            logging.getLogger(__name__).exception("recovery file not read")
            problems += _kept_aside(slot, (f"{path.name}: {type(error).__name__}: {error}",))
    return sorted(found, key=lambda left: -left.written), problems


def _left(slot: Slot, project: Project, written: float) -> Left:
    about = project.window.get("recovery")
    about = about if isinstance(about, dict) else {}
    path, name, epoch = about.get("path"), about.get("name"), project.window.get("epoch")
    return Left(
        slot,
        name if isinstance(name, str) and name else project.experiment.title,
        Path(path) if isinstance(path, str) and path else None,
        _stamp(about.get("stamp")),
        written,
        epoch if isinstance(epoch, int) and not isinstance(epoch, bool) else 0,
    )


def _stamp(found: Any) -> Stamp | None:
    match found:
        case [int() as size, int() as written, str() as digest]:
            return Stamp(size, written, digest)
    return None


def _kept_aside(slot: Slot, problems: tuple[str, ...]) -> list[str]:
    aside = slot.path.with_name(slot.path.name + DAMAGED)
    with contextlib.suppress(OSError):
        os.replace(slot.path, aside)
    slot.leave()
    return [*problems, str(aside if aside.exists() else slot.path)]


def _clear_away(folder: Path) -> None:
    """Remove what a program that was killed had half-written."""
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_SECONDS:
                path.unlink()


def autosave_seconds() -> float:
    """Return how long unsaved work may be: a minute, or, for tests, ``UNFOLD_AUTOSAVE_SECONDS``."""
    try:
        seconds = float(os.environ.get("UNFOLD_AUTOSAVE_SECONDS", ""))
    except ValueError:
        return 60.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 60.0
