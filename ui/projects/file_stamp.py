"""Whether a file is still the one that was read or written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Stamp(NamedTuple):
    """A file's size in bytes, when it was written in ns, and the SHA-256 of its content."""

    size: int
    written: int
    digest: str


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, or None where there is none that can be read."""
    try:
        if not path.is_file():  # reading a device or a pipe might never end
            return None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns, digest)


def is_changed(path: Path, known: Stamp | None) -> bool:
    """Tell whether a file holds something else than when it was known; one that is gone does not."""
    try:
        status = path.stat()
    except OSError:
        return False
    if known is None:
        return True
    if (status.st_size, status.st_mtime_ns) == known[:2]:
        return False
    found = stamp_of(path)
    return found is None or found.digest != known.digest
