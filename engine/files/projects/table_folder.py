"""The folder of kept tables: who uses one, and which are of no more use.

A process that uses a kept table holds a shared lock on the folder until it ends, in whatever way.  Before the
first use it may take an exclusive one: where it gets that, no process uses any table, and it cleans up.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import threading
import time
from pathlib import Path

from platformdirs import user_data_path

from engine.files.atomic import PREFIX

SUFFIX = ".csv"
DAYS = 90  # after which a table that nobody has used goes; opening its project keeps it anew
_HASH = re.compile("[0-9a-f]{16}")

_one_at_a_time = threading.Lock()
_locked: tuple[Path, int] | None = None  # the folder, and the handle that holds its lock


def folder() -> Path:
    """Return where the tables of opened projects are kept."""
    return user_data_path("unfold", appauthor=False) / "tables"


def is_kept(path: str | Path) -> bool:
    """Tell whether a file lies in the folder of kept tables."""
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder()))


def use(path: Path) -> None:
    """Keep a table from being cleaned up while this process lives, and 90 days beyond.

    To be called before it is read, so that one which has just gone is seen to be gone.  Nothing happens to
    files that are no kept tables.
    """
    if is_kept(path):
        with contextlib.suppress(OSError):  # it may be there no more, or belong to somebody else
            os.utime(path)
        with _one_at_a_time:
            _lock(folder())


def _lock(root: Path) -> None:
    """Hold the lock of the folder from now on; where nobody else does, clean up first."""
    global _locked
    if sys.platform == "win32":  # has no locks of folders, so nothing is ever cleaned up there
        return
    import fcntl

    if _locked is not None and _locked[0] == root:
        return
    _unlock()
    with contextlib.suppress(OSError):
        # Without a folder, or on a file system without locks, nobody cleans up.
        handle = os.open(root, os.O_RDONLY)
        _locked = root, handle
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            _clean_up(root)
        fcntl.flock(handle, fcntl.LOCK_SH)  # waits for another process that cleans up


def _unlock() -> None:
    global _locked
    if _locked is not None:
        os.close(_locked[1])
        _locked = None


def _clean_up(root: Path) -> None:
    """Remove the tables that nobody has used for long; whatever else there is stays."""
    oldest = time.time() - DAYS * 24 * 3600
    for place in [place for place in root.iterdir() if _HASH.fullmatch(place.name)]:
        if place.is_symlink():
            continue
        with contextlib.suppress(OSError):
            for file in list(place.iterdir()):
                status = file.lstat()
                is_ours = file.suffix == SUFFIX or file.name.startswith(PREFIX)
                if is_ours and stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
                    file.unlink()
            place.rmdir()  # where it is empty; else it stays
