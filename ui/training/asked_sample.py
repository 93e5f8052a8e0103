"""Whether the data still have the sample that a walk was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.data import PreparedData
    from engine.walkthrough import Request


def missing(request: Request, data: PreparedData) -> str:
    """Return why the data have no such sample, or nothing where they have it."""
    if request.row is not None:
        count = len(data.train_targets if request.part == "train" else data.test_targets)
        known = 0 <= request.row < count
        return "" if known else f"there is no row {request.row} among {count} {request.part} rows"
    if request.inputs is not None and len(request.inputs) != len(data.input_names):
        return "the data have another number of inputs"
    if request.target is not None:
        target = np.ravel(request.target)
        if data.classes and (target.size != 1 or not 0 <= target[0] < len(data.classes)):
            return f"there is no class {request.target}"
        if not data.classes and target.size != data.outputs:
            return "the data have another number of targets"
    return ""
