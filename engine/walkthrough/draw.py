"""Which sample to walk with: drawn from the seed's own stream, so that a class sees the same one."""

from __future__ import annotations

from engine.streams import stream


def drawn_row(seed: int, rows: int, draw: int) -> int:
    """Return the row that the so-many-th draw of an experiment takes.

    Parameters
    ----------
    seed : int
        The experiment's.
    rows : int
        How many there are to draw from.
    draw : int
        Counted from 0; one draw does not depend on another.
    """
    return int(stream(seed, "walkthrough", draw).integers(rows))
