"""How many of something, in words."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Return a number and what it counts: "1 row", "2,000 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
