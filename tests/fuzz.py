"""How many damaged files a test tries, and what they may cost.

Few are tried in every run of the tests, all of them where they are asked for: ``UNFOLD_FUZZ=5000``.
"""

from __future__ import annotations

import os
import resource

VARIABLE = "UNFOLD_FUZZ"


def fuzz_count(default: int) -> int:
    """Return the number in the environment variable UNFOLD_FUZZ, e.g. 5000, else the default."""
    return int(os.environ.get(VARIABLE, default))


def peak() -> int:
    """Return the most memory that this process has ever taken, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
