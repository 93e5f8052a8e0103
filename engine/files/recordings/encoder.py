"""The child process that writes a recording; `recordings.recording` says what it reads and writes.

While frames come they are kept, packed, in a file without a name, so that little work is done while a network
is trained; once they have ended the whole recording is known, and its colours with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.files.recordings.recording import END, MESSAGE
from engine.files.recordings.reel import Reel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def fill(reel: Reel, source: IO[bytes]) -> bool:
    """Read all frames that are sent; return False where they end before their end."""
    size = reel.width * reel.height * 4
    while True:
        head = source.read(MESSAGE.size)
        if len(head) < MESSAGE.size:
            return False
        kind, ticks = MESSAGE.unpack(head)
        if kind == END:
            reel.end(ticks)
            return True
        pixels = source.read(size)
        if len(pixels) < size:
            return False
        reel.add(pixels, ticks)


class Teller:
    """Reports to whoever has started this process."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._told = -1

    def tell(self, **report: object) -> None:
        """Tell something."""
        self._out.write(json.dumps(report) + "\n")
        self._out.flush()

    def progress(self, share: float) -> None:
        """Tell how much is written, a hundred times in all at most."""
        if int(100 * share) > self._told:
            self._told = int(100 * share)
            self.tell(progress=round(share, 2))


def encode(suffix: str, reel: Reel, out: Path, teller: Teller) -> None:
    """Write a reel to a file and flush it to disk."""
    if suffix == ".mp4":
        from engine.files.recordings.moving import write_mp4

        write_mp4(reel, out, teller.progress)
    else:
        from engine.files.recordings.moving import write_gif, write_webp

        with out.open("wb") as file:
            (write_gif if suffix == ".gif" else write_webp)(reel, file, teller.progress)
    with out.open("rb+") as file:
        os.fsync(file.fileno())


def main() -> int:
    """Read a recording from the standard input and write it; return the exit status.

    What was not written to its end is removed, also where whoever recorded has gone.
    """
    teller = Teller(sys.stdout)
    out: Path | None = None
    try:
        spec: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
        out = Path(spec["out"])
        problem = _written(spec, out, teller)
        if not problem:
            return 0
    except BrokenPipeError:
        problem = ""
    except OSError as error:
        problem = error.strerror or str(error)
    except MemoryError:
        problem = "there is not enough memory; record fewer seconds, or a smaller picture"
    with contextlib.suppress(OSError):
        if out is not None:
            out.unlink(missing_ok=True)
        if problem:
            teller.tell(error=problem)
    return 1


def _written(spec: dict[str, Any], out: Path, teller: Teller) -> str:
    """Write what is sent; return why that could not be, or nothing where it is written."""
    with Reel(spec["width"], spec["height"], spec["rate"], out.parent) as reel:
        if not fill(reel, sys.stdin.buffer):
            raise BrokenPipeError
        if not len(reel):
            return "there was no frame to record"
        encode(spec["format"], reel, out, teller)
        teller.tell(done=len(reel), seconds=reel.seconds)
    return ""
