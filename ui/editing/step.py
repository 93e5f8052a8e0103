"""One move along the undo history, as the document tells it to those who follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.graft import Origin


class Kind(Enum):
    """Which way a move goes."""

    DO = auto()
    """Made for the first time, or a drag that goes on."""
    UNDO = auto()
    REDO = auto()


@dataclass(frozen=True)
class Step:
    """A move along the undo history.

    Parameters
    ----------
    serial : int
        Names the command on the undo stack; all edits of one drag share it.
    kind : Kind
        Which way.
    origin : Origin or None
        Where the layers of the network come from that it leads to, if that is known.
    """

    serial: int
    kind: Kind
    origin: Origin | None = None
