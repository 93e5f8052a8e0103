"""Units of several weighted sums (maxout): of their pieces the one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.floats import Floats


def strongest(array: Floats, units: int) -> Floats:
    """Return one weight a link, or one bias a unit: of several pieces that of largest magnitude.

    Parameters
    ----------
    array : float32 array, (pieces * units, ...)
        A layer's weight or bias, piece after piece.
    units : int
        How many units the layer has.
    """
    pieces = array.reshape(-1, units, *array.shape[1:])
    chosen = np.abs(pieces).argmax(axis=0)[None]
    return np.asarray(np.take_along_axis(pieces, chosen, axis=0)[0])
