"""A screen of our own, so that nobody's windows are in the way: Xvfb on a free display."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = "1440x900x24"


@contextlib.contextmanager
def xvfb() -> Iterator[str]:
    """Run an X server for as long as the context lasts, and yield its display, such as ``:1``.

    Raises
    ------
    OSError
        Where Xvfb is not installed or does not start.
    """
    read, write = os.pipe()
    with os.fdopen(read) as answer:
        try:
            server = subprocess.Popen(
                # Without a reset: while it begins anew after its last program, nobody can come in.
                ["Xvfb", "-displayfd", str(write), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"],
                pass_fds=[write],
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(write)
        number = answer.readline().strip()
    try:
        if not number:
            raise OSError("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def on(display: str) -> dict[str, str]:
    """Return the environment in which Qt shows its windows there."""
    return {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
