"""Compile the kernels in a child process: compiling holds the GIL and would stall the window."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NICENESS = 10
_LOOK_SECONDS = 0.1


def command() -> list[str]:
    """Return what runs this program's ``warm`` command."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "warm"]
    return [sys.executable, str(Path(__file__).resolve().parents[1] / "main.py"), "warm"]


class Warming:
    """A child that may be stopped from another thread at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self, is_warm: Callable[[], bool] = lambda: False) -> bool:
        """Compile, wait until it is done or ``is_warm`` says that a run can begin, and return whether it can.

        The child then goes on with what only instruments need.
        """
        with tempfile.TemporaryFile() as errors:  # no pipe: nobody would read it once a run has begun
            with self._lock:
                if self._stopped:
                    return False
                try:
                    self._child = _start(errors)
                except OSError:
                    logging.getLogger(__name__).exception("the engine's child process could not be started")
                    return False
            return self._wait(self._child, errors, is_warm)

    def _wait(self, child: subprocess.Popen[bytes], errors: IO[bytes], is_warm: Callable[[], bool]) -> bool:
        while child.returncode is None:
            try:
                child.wait(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if is_warm():
                    return True
        if child.returncode != 0 and not self._stopped:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip()
            logging.getLogger(__name__).error("preparing the engine failed: %s", text)
        return child.returncode == 0

    def stop(self) -> None:
        """End the child, now or before it starts; ``run`` then returns False."""
        with self._lock:
            self._stopped = True
            if self._child is not None and self._child.poll() is None:
                self._child.kill()
                self._child.wait()


def _start(errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the child behind everything that a person waits for."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    child = subprocess.Popen(
        command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        creationflags=flags,
    )
    if sys.platform != "win32":
        # Not by preexec_fn, which is unsafe in a process with threads.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    return child
