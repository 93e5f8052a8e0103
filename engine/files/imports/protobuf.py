"""Fields of a protobuf message, one level at a time.

A library would build the whole tree of a file first, and a small file can hold a tree of gigabytes.  Here a
message is read only where it is asked for, and what is read is counted.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FIELDS = 300_000  # of a file, nested ones included
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Field = int | memoryview


class Malformed(Exception):
    """Bytes that are no message, or one of too many parts."""


class Wire:
    """Reads the messages of one file, and counts their fields."""

    def __init__(self) -> None:
        self._left = MOST_FIELDS

    def fields(self, message: memoryview) -> Iterator[tuple[int, Field]]:
        """Iterate over (number, value) of a message.

        A value is an int where it was written as a varint, else the bytes: of a string, of a message, or
        the four or eight of a number.

        Raises
        ------
        Malformed
            Where the bytes end early or the file has too many fields.
        """
        at = 0
        while at < len(message):
            key, at = self._varint(message, at)
            kind = key & 7
            if kind == VARINT:
                value, at = self._varint(message, at)
                yield key >> 3, value
                continue
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if kind == BYTES:
                size, at = self._varint(message, at)
            if size is None or size > len(message) - at:
                raise Malformed("its bytes are damaged" if size is None else "it ends too early")
            yield key >> 3, message[at : at + size]
            at += size

    def varints(self, value: Field) -> list[int]:
        """Return signed 64-bit integers: one, or as many as were packed into bytes."""
        if isinstance(value, int):
            return [signed(value)]
        found, at = [], 0
        while at < len(value):
            number, at = self._varint(value, at)
            found.append(signed(number))
        return found

    def _varint(self, message: memoryview, at: int) -> tuple[int, int]:
        self._left -= 1
        if self._left < 0:
            raise Malformed("it has too many parts for a network of dense layers")
        value = 0
        for i in range(10):
            if at + i >= len(message):
                raise Malformed("it ends too early")
            byte = message[at + i]
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return value, at + i + 1
        raise Malformed("its bytes are damaged")


def signed(value: int) -> int:
    """Return a varint as the signed 64-bit integer it stands for."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def real(value: Field) -> float:
    """Return a float32 from its four bytes."""
    if isinstance(value, int) or len(value) != 4:
        raise Malformed("its bytes are damaged")
    return float(struct.unpack("<f", value)[0])


def text(value: Field) -> str:
    """Return a string."""
    return str(block(value), "utf-8", "replace")


def block(value: Field) -> memoryview:
    """Return the bytes of a string or a message."""
    if isinstance(value, int):
        raise Malformed("its bytes are damaged")
    return value
