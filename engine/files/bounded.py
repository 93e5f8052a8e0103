"""Read a file whose size nobody knows: devices and pipes say nothing of it and may never end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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
