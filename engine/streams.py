"""Named random streams: every use of chance draws from its own child of the one seed.

So two runs that differ in one setting share everything else: more noise keeps the split, another
network keeps the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

StreamName = Literal["data", "split", "weights", "order", "dropout", "noise", "walkthrough", "export"]

# The position of a name is part of every saved experiment's meaning: append new names, never reorder.
STREAMS: tuple[StreamName, ...] = get_args(StreamName)


def _sequence(seed: int, name: StreamName, *children: int) -> np.random.SeedSequence:
    # The same child as SeedSequence(seed).spawn(len(STREAMS))[position], whatever the number of names.
    return np.random.SeedSequence(seed, spawn_key=(STREAMS.index(name), *children))


def stream(seed: int, name: StreamName, *children: int) -> np.random.Generator:
    """Return a fresh generator at the start of the named stream.

    Parameters
    ----------
    seed : int
        The experiment's seed, at least 0.
    name : {"data", "split", "weights", "order", "dropout", "noise", "walkthrough", "export"}
        What the numbers are for.
    *children : int
        Which child of the stream, which child of that, and so on.

    Returns
    -------
    numpy.random.Generator
        PCG64, named outright because NumPy may change what ``default_rng`` means.
    """
    return np.random.Generator(np.random.PCG64(_sequence(seed, name, *children)))


def seed_words(seed: int, name: StreamName) -> NDArray[np.uint64]:
    """Return the state of the named stream as words, for the generator of a compiled kernel.

    Parameters
    ----------
    seed : int
        The experiment's seed, at least 0.
    name : {"data", "split", "weights", "order", "dropout", "noise", "walkthrough", "export"}
        What the numbers are for.

    Returns
    -------
    numpy.ndarray
        uint64, shape (4,); never all zero in practice, as xoshiro256 needs it.
    """
    return _sequence(seed, name).generate_state(4, np.uint64).astype(np.uint64)
