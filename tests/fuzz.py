"""How many damaged files a test tries."""

from __future__ import annotations

import os


def fuzz_count(default: int) -> int:
    """Return the number that the environment's UNFOLD_FUZZ asks for, or the default."""
    return int(os.environ.get("UNFOLD_FUZZ", default))
