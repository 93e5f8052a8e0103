"""Compile the kernels in a child process: compiling holds the GIL and would stall the window."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

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
        with self._lock:
            if self._stopped:
                return False
            try:
                self._child = _start()
            except OSError:
                logging.getLogger(__name__).exception("the engine's child process could not be started")
                return False
        errors = b""
        while self._child.returncode is None:
            try:
                _, errors = self._child.communicate(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if is_warm():
                    return True
        if self._child.returncode != 0 and not self._stopped:
            text = errors.decode(errors="replace").strip()
            logging.getLogger(__name__).error("preparing the engine failed: %s", text)
        return self._child.returncode == 0

    def stop(self) -> None:
        """End the child, now or before it starts; ``run`` then returns False."""
        with self._lock:
            self._stopped = True
            if self._child is not None and self._child.poll() is None:
                self._child.kill()


def _start() -> subprocess.Popen[bytes]:
    """Start the child behind everything that a person waits for."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    child = subprocess.Popen(
        command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        creationflags=flags,
    )
    if sys.platform != "win32":
        # Not by preexec_fn, which is unsafe in a process with threads.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    return child
