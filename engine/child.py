"""The program itself started once more, behind the window, for work that would hold it up."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

WARM = "warm"
ENCODE_RECORDING = "encode-recording"  # what the window starts, not a person
_NICENESS = 10


def command(name: str) -> list[str]:
    """Return what runs one of this program's commands."""
    if getattr(sys, "frozen", False):
        return [sys.executable, name]
    return [sys.executable, str(Path(__file__).resolve().parents[1] / "main.py"), name]


def start(name: str, errors: IO[bytes], *, piped: bool = False) -> subprocess.Popen[bytes]:
    """Start a command behind everything that a person waits for.

    Parameters
    ----------
    name : str
        Which.
    errors : file
        Takes its standard error.
    piped : bool
        Whether its standard input and output are unbuffered pipes; else it has none.

    Raises
    ------
    OSError
        Where it cannot be started.
    """
    import subprocess  # which whoever asks for a name alone need not wait for

    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    stream = subprocess.PIPE if piped else subprocess.DEVNULL
    child = subprocess.Popen(
        command(name), stdin=stream, stdout=stream, stderr=errors, bufsize=0, creationflags=flags
    )
    if sys.platform != "win32":
        # Not by preexec_fn, which is unsafe in a process with threads.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    return child
