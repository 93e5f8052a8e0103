"""How a command has ended, as its exit status."""

from __future__ import annotations

DONE = 0
BAD_INPUT = 2
DIVERGED = 3
REFUSED = 4
INTERRUPTED = 130

# What ``--help`` says of each.
MEANINGS = {
    DONE: "done",
    BAD_INPUT: "bad input, and nothing is written; or a file that cannot be written",
    DIVERGED: "training diverged; the last finite weights are written",
    REFUSED: "an export was refused, since it would not compute the same or the format cannot hold the "
    "network; the other files are written",
    INTERRUPTED: "interrupted by Ctrl+C",
}


def told(*statuses: int) -> str:
    """Return what ``--help`` says of some statuses, a paragraph each."""
    return "\n".join(["Exit status:", *(f"{status:>5}  {MEANINGS[status]}" for status in statuses)])
