"""Whether the numbers of a walk still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from engine.walkthrough import Walkthrough


def same_document(one: Experiment, other: Experiment | None) -> bool:
    """Return whether two experiments have the same numbers, whatever their titles."""
    if other is None or one is other:
        return True
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("data", "features", "network", "training", "seed")
    )


def same_weights(walk: Walkthrough, frame: Frame) -> bool:
    """Return whether a frame is of the moment of a walk."""
    snapshot = frame.snapshot
    if snapshot.step != walk.memory.step or len(snapshot.tensors) != len(walk.tensors):
        return False
    return all(
        ours.keys() == theirs.keys()
        and all(np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ours)
        for ours, theirs in zip(walk.tensors, snapshot.tensors, strict=True)
    )
