"""On which points a file is compared with the engine, and how far apart two results are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.format import POINTS
from engine.streams import stream

if TYPE_CHECKING:
    from engine.files.export.portable import Portable
    from engine.floats import Floats


def largest_difference(found: Floats, expected: Floats) -> float:
    """Return the largest difference, relative to the larger of 1 and the expected value."""
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        differences = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    return float(np.where(same, 0, differences).max(initial=0))


def points_of(network: Portable, count: int = POINTS) -> Floats:
    """Return raw inputs over the field and a tenth beyond it, the same for the same document."""
    rng = stream(network.experiment.seed, "export")
    low, high = np.asarray(network.data.extent, np.float64).T
    margin = 0.1 * (high - low)
    return rng.uniform(low - margin, high + margin, (count, len(low))).astype(np.float32)
