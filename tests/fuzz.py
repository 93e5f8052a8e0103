"""How many damaged files a test tries: few in every run of the tests, all where they are asked for."""

from __future__ import annotations

import os

VARIABLE = "UNFOLD_FUZZ"


def fuzz_count(default: int) -> int:
    """Return the number in the environment variable UNFOLD_FUZZ, e.g. 5000, else the default."""
    return int(os.environ.get(VARIABLE, default))
