"""Numbers that NumPy has no type for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def bfloat16(array: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return numbers of the upper half of a float32 each."""
    return (array.astype(np.uint32) << 16).view(np.float32)
