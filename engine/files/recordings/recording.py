"""A recording: frames go to a child process, which writes them as GIF, WebP or MP4 once they have ended.

The child's standard input is a line of JSON (see `Plan.header`), then for every frame a letter ``F``, the
ticks since the one before (a tick is a frame of the rate) and its pixels, blue, green, red and a fourth byte,
row by row; at the end the letter ``E`` and how long the last one stays.  Without that end nothing is written.
Its standard output is one line of JSON a report: ``progress``, at last ``done`` or ``error``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import queue
import struct
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

from engine import child
from engine.files.atomic import begin, complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = (".gif", ".webp", ".mp4")
RATES = (5, 30)  # frames a second, least and most
MOST_SECONDS = 600
MESSAGE = struct.Struct("<cI")
FRAME, END = b"F", b"E"
_WAITING_BYTES = 64 << 20  # of frames between the window and the child; what comes beyond is dropped


def can_write_video() -> bool:
    """Tell whether MP4 can be written: it needs the package ``av``."""
    return importlib.util.find_spec("av") is not None


@dataclass(frozen=True)
class Plan:
    """What to record.

    Parameters
    ----------
    path : Path
        The file; its suffix is the format.
    width, height : int
        Pixels, both even.
    rate : int
        Frames a second.
    """

    path: Path
    width: int
    height: int
    rate: int

    def header(self, temporary: Path) -> bytes:
        """Return what the child has to know."""
        known = {
            "format": self.path.suffix.lower(),
            "width": self.width,
            "height": self.height,
            "rate": self.rate,
            "out": str(temporary),
        }
        return json.dumps(known).encode() + b"\n"


@dataclass(frozen=True)
class Progress:
    """So much of the file is written, 0 to 1; no more frames are taken."""

    share: float


@dataclass(frozen=True)
class Recorded:
    """The file is complete."""

    path: Path
    frames: int
    seconds: float


@dataclass(frozen=True)
class Broken:
    """Nothing was written, for this reason; an existing file is as it was."""

    reason: str


@dataclass(frozen=True)
class Cancelled:
    """Nothing was written, as asked for."""


Report: TypeAlias = Progress | Recorded | Broken | Cancelled


class Encoder:
    """The child that writes one recording, and the thread that feeds it.

    Its methods return at once, ``wait`` alone excepted.

    Parameters
    ----------
    plan : Plan
        What to record.
    tell : callable
        Takes every Report, in the thread; the last one is no Progress.

    Raises
    ------
    OSError
        Where the file cannot be written or the child cannot be started.
    """

    def __init__(self, plan: Plan, tell: Callable[[Report], None]) -> None:
        self._plan, self._tell = plan, tell
        self._frames: queue.SimpleQueue[tuple[bytes, int, bytes]] = queue.SimpleQueue()
        self._most = max(4, _WAITING_BYTES // (4 * plan.width * plan.height))
        self._ended = self._cancelled = False
        self._temporary = begin(plan.path)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the child)
        try:
            self._child = child.start(child.ENCODE_RECORDING, self._errors, piped=True)
        except OSError:
            self._temporary.unlink(missing_ok=True)
            self._errors.close()
            raise
        self._thread = threading.Thread(target=self._work, name="unfold-recording", daemon=True)
        self._thread.start()

    def put(self, pixels: bytes, ticks: int) -> bool:
        """Hand over a frame that comes so many ticks after the one before; return False if it is dropped."""
        if self._frames.qsize() >= self._most:
            return False
        self._frames.put((FRAME, ticks, pixels))
        return True

    def finish(self, ticks: int = 1) -> None:
        """Let the file be written; the last frame stays so many ticks."""
        if not self._ended:
            self._ended = True
            self._frames.put((END, ticks, b""))

    def cancel(self) -> None:
        """Write nothing."""
        self._cancelled = True
        self._child.kill()
        self._frames.put((END, 0, b""))  # wakes the thread

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the last report was told; return whether it was."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        report: Report = Broken("the program that writes recordings has ended")
        try:
            report = self._fed()
        except OSError as error:
            report = Broken(f"{error.filename or self._plan.path}: {error.strerror or error}")
        finally:
            self._end_child()
            self._temporary.unlink(missing_ok=True)
            self._tell(Cancelled() if self._cancelled else report)

    def _fed(self) -> Report:
        """Send everything, then return what the child makes of it."""
        assert self._child.stdin is not None and self._child.stdout is not None, "started with pipes"
        with contextlib.suppress(BrokenPipeError), self._child.stdin as pipe:  # a child that ends says why
            _write(pipe, self._plan.header(self._temporary))
            kind = FRAME
            while kind != END:
                kind, ticks, pixels = self._frames.get()
                _write(pipe, MESSAGE.pack(kind, ticks))
                _write(pipe, pixels)
        last: dict[str, object] = {}
        for line in self._child.stdout:
            last = json.loads(line)
            if "progress" in last:
                self._tell(Progress(float(str(last["progress"]))))
        if "done" in last and self._child.wait() == 0 and not self._cancelled:
            complete(self._temporary, self._plan.path)
            return Recorded(self._plan.path, int(str(last["done"])), float(str(last["seconds"])))
        return Broken(str(last.get("error") or "the program that writes recordings has ended"))

    def _end_child(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        self._errors.close()
        if said and not self._cancelled:
            logging.getLogger(__name__).error("a recording was not written: %s", said)


def _write(pipe: IO[bytes], content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[pipe.write(view) :]
