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
