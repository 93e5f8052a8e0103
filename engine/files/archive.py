"""Zip archives of a few known members: written in one piece, read without trusting them.

Nothing is ever unpacked to disk, so the names and links in an archive lead nowhere; what is read is bounded
before it is read, so that no archive takes more memory than its reader allows.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import struct
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from engine.errors import UnfoldError
from engine.files.bounded import is_regular
from engine.sentences import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

MAX_MEMBERS = 16
MAX_DIRECTORY = 1 << 14  # bytes of the list of members
# Bytes that a compressed member may unpack to; larger ones are stored, so their size is no claim.
MAX_DEFLATED = 32 << 20
MAGIC = b"PK\x03\x04"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest there is: when it was saved is the file's own date
_END = struct.Struct("<4s4H2LH")  # the end of the central directory, PKWARE's APPNOTE 4.3.16
_LOCATOR = 20  # bytes of a zip64 locator, which stands before it


class ArchiveError(UnfoldError):
    """An archive that cannot be read, or holds something else."""


def archive_of(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of named members; arrays, which hardly shrink, are stored as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            stored = name.endswith(".safetensors") or len(content) > MAX_DEFLATED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


class Archive:
    """An open archive whose list of members has been checked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {entry.filename: entry for entry in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Return how many bytes a member says it unpacks to; `read` holds it to that."""
        return self._members[name].file_size

    def read(self, name: str, most: int) -> bytes:
        """Unpack a member.

        Raises
        ------
        ArchiveError
            Where it is missing, damaged, or unpacks to more than ``most`` bytes.
        """
        if name not in self._members:
            raise ArchiveError(f"{name} is missing")
        entry = self._members[name]
        if entry.file_size > most:
            raise ArchiveError(f"{name}: {entry.file_size} bytes, at most {most} can be right")
        if entry.file_size > MAX_DEFLATED and entry.compress_type != zipfile.ZIP_STORED:
            raise ArchiveError(f"{name}: compressed, where a member of its size must be stored")
        try:
            with self._archive.open(entry) as file:
                content = file.read(entry.file_size)  # to the end, where the checksum is compared
                surplus = file.read(1)
        except Exception as error:  # a damaged archive raises many kinds; each means the same to a user
            raise ArchiveError(f"{name}: damaged ({_reason(error)})") from error
        if surplus or len(content) != entry.file_size:
            raise ArchiveError(f"{name}: damaged (its length is not the one given)")
        return content


def is_archive(path: Path) -> bool:
    """Tell whether a file begins like a zip archive; False too where it cannot be read."""
    try:
        if not is_regular(path):
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def other_kind(path: Path) -> str:
    """Return what a file holds instead of an archive; nothing where it was one, or is no file."""
    try:
        if not is_regular(path):
            return ""
        with path.open("rb") as file:
            start = file.read(512)
    except OSError:
        return ""
    if not start or MAGIC.startswith(start[:2]):
        return ""
    is_text = b"\0" not in start
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        is_text = False
    return "it holds text" if is_text else "it begins as something else"


@contextlib.contextmanager
def opened(path: Path, known: Collection[str]) -> Iterator[Archive]:
    """Open an archive for reading.

    Parameters
    ----------
    path : Path
        A regular file.
    known : collection of str
        The members it may have.

    Raises
    ------
    ArchiveError
        Where it is no archive, or has members of other names, two of one name, or such as are encrypted or
        compressed in an unusual way.
    OSError
        Where the file cannot be read.
    """
    if not is_regular(path):
        raise ArchiveError("this is not a file")
    with path.open("rb") as file:
        _check_end(file)
        try:
            archive = zipfile.ZipFile(file)
        except Exception as error:
            raise ArchiveError(f"damaged ({_reason(error)})") from error
        with archive:
            _check_members(archive.infolist(), known)
            yield Archive(archive)


def _check_end(file: BinaryIO) -> None:
    """Look at the archive's own account of its list of members before any of it is parsed."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size - _LOCATOR))
    tail = file.read()
    if len(tail) < _END.size:
        raise ArchiveError("too short to be one" if size else "the file is empty")
    signature, disk, first_disk, _, count, length, _, comment = _END.unpack(tail[-_END.size :])
    if signature != b"PK\x05\x06" or comment:
        raise ArchiveError("its end is missing or is not that of a zip archive")
    if disk or first_disk or tail[: -_END.size].startswith(b"PK\x06\x07"):
        raise ArchiveError("in several parts, or made for a huge size")
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise ArchiveError("it has too many members")


def _check_members(entries: list[zipfile.ZipInfo], known: Collection[str]) -> None:
    names = [entry.filename for entry in entries]
    problems = [f"{shown(name)} does not belong in it" for name in dict.fromkeys(names) if name not in known]
    problems += [f"{name} stands in it twice" for name in known if names.count(name) > 1]
    for entry in entries:
        if entry.flag_bits & 0x1:
            problems.append(f"{shown(entry.filename)} is encrypted")
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            problems.append(f"{shown(entry.filename)} is compressed in a way that is not read here")
    if problems:
        raise ArchiveError(problems[:3])


def _reason(error: Exception) -> str:
    text = (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
    return shown(text, 100)
