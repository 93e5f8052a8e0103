"""Write a file so that the old one survives any failure."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import time
from pathlib import Path

PREFIX = ".unfold."  # of a temporary file beside its target
LEFT_SECONDS = 3600.0  # after which nobody can still be writing what `write_atomically` has begun
# The process's file mode mask can only be read by setting it: here, before there are threads that write.
os.umask(_MASK := os.umask(0))


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside the target, flush it to disk, and rename it over the target.

    Raises
    ------
    OSError
        Where the folder cannot be written or the disk is full; it names the target, which is as it was.
    """
    try:
        target = _target(path)
        _write(target, content)
    except OSError as error:
        raise _named(error, path) from error
    _clear_away(target)


def check_writable(path: Path) -> None:
    """Raise, before any work is done for it, the OSError that writing this file would end in."""
    try:
        tempfile.TemporaryFile(dir=_target(path).parent).close()
    except OSError as error:
        raise _named(error, path) from error


def no_folder(path: Path) -> str:
    """Return what is wrong where the folder of a file to write is not there; else nothing."""
    return "" if path.parent.is_dir() else f"the folder {path.parent} does not exist"


def _named(error: OSError, path: Path) -> OSError:
    """Return an error of the same kind that names the file it was about, and what is not there."""
    missing = no_folder(path) if error.errno == errno.ENOENT else ""
    return OSError(error.errno, missing or error.strerror or str(error), str(path))


def _target(path: Path) -> Path:
    """Return the file itself, so that a link to it stays one; refuse what is no file."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():  # renaming over a device would do away with it
        raise OSError(errno.EINVAL, "Not a regular file")
    return target


def begin(path: Path) -> Path:
    """Make the temporary file beside a target that another process is to fill; see `complete`.

    Raises
    ------
    OSError
        Where the folder cannot be written; it names the target.
    """
    try:
        handle, temporary = tempfile.mkstemp(prefix=PREFIX, dir=_target(path).parent)
    except OSError as error:
        raise _named(error, path) from error
    os.close(handle)
    return Path(temporary)


def complete(temporary: Path, path: Path) -> None:
    """Put a temporary file, written and flushed to disk, in the place of its target.

    Raises
    ------
    OSError
        Where that cannot be done; it names the target, which is as it was.
    """
    try:
        _replace(str(temporary), _target(path))
    except OSError as error:
        raise _named(error, path) from error


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _flush_folder(path: Path) -> None:
    """Bring the new name itself to the disk, where the system has a way to; the file is whole already."""
    with contextlib.suppress(OSError):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _prefix(path: Path) -> str:
    """Return how the temporary files of a target begin: with a hash, since names may be as long as can be."""
    return f"{PREFIX}{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]}."


def _clear_away(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file have left beside it."""
    prefix, oldest = _prefix(path), time.time() - LEFT_SECONDS
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in [entry for entry in entries if entry.name.startswith(prefix)]:
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < oldest:
                os.unlink(entry.path)


def _replace(temporary: str, path: Path) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_MASK
    os.chmod(temporary, mode)
    os.replace(temporary, path)
    _flush_folder(path.parent)
