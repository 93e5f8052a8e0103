"""Read a file that others have made: a regular one, and no more of it than it may hold."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from engine.sentences import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.errors import UnfoldError

PIECE = 1 << 20


def is_regular(path: Path) -> bool:
    """Tell, before it is opened, whether a file has content and an end.

    To open a pipe that nobody writes to, and to read some devices, would take for ever.

    Raises
    ------
    OSError
        Where there is nothing of this name.
    """
    return stat.S_ISREG(os.stat(path).st_mode)


def read_bounded(path: Path, most: int) -> bytes | None:
    """Return the content of a regular file, or None where it is longer than ``most`` bytes.

    Raises
    ------
    OSError
        Where it cannot be read, or is something else.
    """
    if not is_regular(path) and not path.is_dir():  # of a folder the system says so itself
        raise OSError(errno.EINVAL, "this is not a file; save what it gives to one first", str(path))
    content = bytearray()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            content += piece
            if len(content) > most:
                return None
    return bytes(content)


def content_of(path: Path, most: int, kind: type[UnfoldError], so: str = "") -> bytes:
    """Return the content of a file, or raise one sentence for why there is none.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        Bytes.
    kind : type
        What is raised.
    so : str
        What the sentence says behind the size of a file that is larger: "so it is no experiment".

    Raises
    ------
    UnfoldError
        Of this kind, where the file cannot be read or is larger.
    """
    try:
        content = read_bounded(path, most)
    except OSError as error:
        raise kind(f"{path}: cannot be read: {reason_of(error)}") from error
    if content is None:
        raise kind(f"{path.name}: larger than {most >> 20} MB{so and ', ' + so}")
    return content
