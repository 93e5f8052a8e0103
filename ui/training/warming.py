"""Compile the kernels in a child process: compiling holds the GIL and would stall the window."""

from __future__ import annotations

import logging
import subprocess
import tempfile
import threading
from typing import IO, TYPE_CHECKING

from engine import child

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_SECONDS = 0.1


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
                    self._child = child.start(child.WARM, errors)
                except OSError:
                    logging.getLogger(__name__).exception("the engine's child process could not be started")
                    return False
            return self._wait(self._child, errors, is_warm)

    def _wait(self, process: subprocess.Popen[bytes], errors: IO[bytes], is_warm: Callable[[], bool]) -> bool:
        while process.returncode is None:
            try:
                process.wait(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if is_warm():
                    return True
        if process.returncode != 0 and not self._stopped:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip()
            logging.getLogger(__name__).error("preparing the engine failed: %s", text)
        return process.returncode == 0

    def stop(self) -> None:
        """End the child, now or before it starts; ``run`` then returns False."""
        with self._lock:
            self._stopped = True
            if self._child is not None and self._child.poll() is None:
                self._child.kill()
                self._child.wait()
