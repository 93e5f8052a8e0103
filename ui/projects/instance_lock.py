"""Telling the windows of one user which file each of them has open."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from platformdirs import user_state_path
from PySide6.QtCore import QLockFile

if TYPE_CHECKING:
    from pathlib import Path


def state_folder() -> Path:
    """Return the folder for what outlives a start of the program, but is no document."""
    return user_state_path("unfold", appauthor=False)


def lock_of(path: Path) -> QLockFile:
    """Return a lock that never grows stale while its program lives, and always once it has died."""
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # by age
    return lock


class Claim:
    """A file that this window has open.

    The lock stands in the state folder under the name of the real file, so it works for folders that cannot
    be written and through links.  Where no lock is possible at all, the file counts as free.

    Parameters
    ----------
    path : Path
        The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.real = os.path.realpath(path)
        self.is_free = True
        folder = state_folder() / "open"
        self._lock = lock_of(folder / f"{hashlib.sha256(os.fsencode(self.real)).hexdigest()[:32]}.lock")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        if not self._lock.tryLock(0):
            self.is_free = self._lock.error() != QLockFile.LockError.LockFailedError

    def is_of(self, path: Path) -> bool:
        """Tell whether it is of this file, whatever name it goes by."""
        return self.real == os.path.realpath(path)

    def release(self) -> None:
        """Let others have it."""
        self._lock.unlock()
