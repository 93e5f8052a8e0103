"""Numbers as text that reads back exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.files.export.portable import Portable


def shortest(array: NDArray[np.float32]) -> NDArray[np.str_]:
    """Return float32 numbers with as few digits as tell them from all others: 0.1, not 0.10000000149."""
    return array.astype(str)


def as_lists(array: NDArray[np.float32]) -> Any:
    """Return float32 numbers as nested lists of floats that print with as few digits as there must be."""
    return shortest(array).astype(np.float64).tolist()


def wrapped(texts: Sequence[str], indent: str, most: int = 8) -> Iterator[str]:
    """Yield lines of at most so many numbers, each with a comma behind it; further ones further in."""
    for at in range(0, len(texts), most):
        yield f"{indent}{'  ' if at else ''}{', '.join(texts[at : at + most])},"


def numbers_of(network: Portable) -> int:
    """Return how many numbers a network has in all."""
    return sum(tensor.size for layer in network.layers for tensor in layer.tensors.values())


def too_many(network: Portable, most: int, kind: str, instead: str, remembered: int = 0) -> tuple[str, ...]:
    """Return a sentence for a network of more numbers than a kind of file is good for.

    Parameters
    ----------
    network : Portable
        The network.
    most : int
        How many numbers there may be.
    kind : str
        What the file is: "a spreadsheet".
    instead : str
        The suffix of what is better.
    remembered : int, optional
        How many numbers of its optimizer go into the file as well.
    """
    numbers = numbers_of(network) + remembered
    if numbers <= most:
        return ()
    whose = "the network and its optimizer have" if remembered else "the network has"
    return (f"{whose} {numbers:,} numbers, more than the {most:,} that {kind} is good for; use {instead}",)
