"""How many damaged files a test tries, and what they may cost.

Few are tried in every run of the tests, all of them where they are asked for: ``UNFOLD_FUZZ=5000``.
"""

from __future__ import annotations

import os
import resource
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

VARIABLE = "UNFOLD_FUZZ"
PATIENCE = 2.0  # s, for one file
GIGABYTE = 1 << 20  # in the units of `peak`


def fuzz_count(default: int) -> int:
    """Return the number in the environment variable UNFOLD_FUZZ, e.g. 5000, else the default."""
    return int(os.environ.get(VARIABLE, default))


def peak() -> int:
    """Return the most memory that this process has ever taken, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def mutated(chance: random.Random, original: bytes) -> bytes:
    """Return a file with some bytes changed, left out, put in, repeated, or made a huge number."""
    data = bytearray(original)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        place = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                del data[place : place + chance.randrange(1, 20)]
            case 3:
                data[place:place] = chance.randbytes(chance.randrange(1, 20))
            case 4:
                data[place : place + 8] = struct.pack(
                    "<Q", chance.choice((0, 1 << 31, 1 << 62, (1 << 64) - 1))
                )
            case 5:
                start = chance.randrange(len(data))
                data[place:place] = data[start : start + chance.randrange(1, 200)]
        if not data:
            return b""
    return bytes(data)
