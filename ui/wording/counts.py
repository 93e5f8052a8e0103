"""How many of something, in words."""

from __future__ import annotations


def counted(count: int, one: str, many: str) -> str:
    """Return a text about so many of something.

    Parameters
    ----------
    count : int
        How many.
    one : str
        What is said of one.
    many : str
        What is said of any other number, with its ``{count}``.
    """
    return one if count == 1 else many.format(count=f"{count:,}")
