"""What can be pointed at in the diagram: a neuron or a link, and where its numbers lie in the tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

Unit = tuple[int, int]
"""(column, unit); column 0 holds the features."""
Link = tuple[int, int, int]
"""(column it leads to, unit there, unit it comes from)."""
Spot = Unit | Link


@dataclass(frozen=True)
class Abilities:
    """What can be done with a spot, and how it stands.

    ``name`` is what it is called, for screen readers.  ``held`` says why it cannot be freed here, empty where
    it can, ``hidden`` why its number cannot be set; ``is_link`` chooses the words.
    """

    name: str
    is_link: bool = False
    editable: bool = False
    can_mute: bool = False
    muted: bool = False
    frozen: bool = False
    held: str = ""
    hidden: str = ""


def is_link(spot: Spot | None) -> TypeGuard[Link]:
    """Return whether a spot is a link."""
    return spot is not None and len(spot) == 3


def is_unit(spot: Spot | None) -> TypeGuard[Unit]:
    """Return whether a spot is a neuron, a feature among them."""
    return spot is not None and len(spot) == 2


def exists(spot: Spot, units: tuple[int, ...]) -> bool:
    """Return whether a spot is one of a network with these units in its columns."""
    column = spot[0]
    if not (0 <= column < len(units) and 0 <= spot[1] < units[column]):
        return False
    return not is_link(spot) or (column > 0 and 0 <= spot[2] < units[column - 1])


def address(spot: Spot, piece: int, units: int) -> tuple[str, tuple[int, ...]]:
    """Return the tensor and the index of a spot's number: a link's weight or a neuron's bias.

    Parameters
    ----------
    spot : Unit or Link
        Not a feature: those have none.
    piece : int
        Which of the layer's weighted sums is meant, from 0; more than one there are with maxout alone.
    units : int
        The units of the spot's layer.
    """
    row = piece * units + spot[1]
    return ("weight", (row, spot[2])) if is_link(spot) else ("bias", (row,))


def next_link(spot: Spot, step: int, units: tuple[int, ...]) -> Link | None:
    """Return the incoming link of a spot's neuron that a step leads to, around the end; None of a feature.

    From the neuron itself the first step leads to its first link, or backwards to its last.
    """
    column = spot[0]
    if column == 0:
        return None
    sources = units[column - 1]
    if is_link(spot):
        return column, spot[1], (spot[2] + step) % sources
    return column, spot[1], 0 if step > 0 else sources - 1
