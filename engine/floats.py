"""The arrays that the engine computes with: what annotations call them, and how numbers become them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def as_float32(array: NDArray[Any]) -> Floats:
    """Return numbers as float32; those beyond its range become infinite, without a warning."""
    with np.errstate(over="ignore"):
        return array.astype(np.float32)
