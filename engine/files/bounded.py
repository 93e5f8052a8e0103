"""Read a file whose size nobody knows: devices and pipes say nothing of it and may never end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sentences import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.errors import UnfoldError

PIECE = 1 << 20


def read_bounded(path: Path, most: int) -> bytes | None:
    """Return the content of a file, or None where it is longer than ``most`` bytes.

    Raises
    ------
    OSError
        Where it cannot be read.
    """
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
