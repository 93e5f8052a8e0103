"""What a field shows of a frame: ranges, names, and where its points lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ui.views.draw_points import thinned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.snapshot import Frame

    Column = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """The points of one part (training or test) that are shown.

    ``x`` and ``y`` are float64 shares of the field (0 to 1, from the left and from the top), ``y`` None
    with a single input; ``targets`` are class indices or values, ``total`` says how many points there are.
    """

    x: Column
    y: Column | None
    targets: NDArray[Any]
    total: int


def points_of(
    data: PreparedData, axes: tuple[int, int], test: bool, rows: NDArray[np.intp] | None = None
) -> Points:
    """Project the training or test points onto two inputs: some rows of them, by default those shown."""
    inputs = data.test_inputs if test else data.train_inputs
    targets = data.test_targets if test else data.train_targets
    rows = thinned(len(inputs)) if rows is None else rows
    inputs, shown = inputs[rows], targets[rows]
    low, high = data.extent[axes[0]]
    x = (inputs[:, axes[0]] - low) / (high - low)
    if len(data.input_names) == 1:
        return Points(x, None, shown, len(targets))
    low, high = data.extent[axes[1]]
    y = (high - inputs[:, axes[1]]) / (high - low)
    return Points(x, y, shown, len(targets))


def shown_axes(frame: Frame) -> tuple[int, int]:
    """Return the inputs that span the plane, both within what the data have."""
    count = len(frame.data.input_names)
    across, down = frame.request.axes
    return min(across, count - 1), min(down, count - 1)


def scale_of(frame: Frame) -> float:
    """Return the value that has the full colour: as in the thumbnails, so that both look the same."""
    shown = frame.request.shown
    if shown is None:
        return frame.value_scale
    if shown[0] == 0:
        return float(np.abs(frame.field).max(initial=0.0)) / 2 or 1.0
    return 1.0


def class_unit(frame: Frame) -> int | None:
    """Return the class whose output unit the field shows, None if it shows anything else."""
    shown = frame.request.shown
    if shown is None or len(frame.data.classes) < 3 or shown[0] != len(frame.thumbnails) - 1:
        return None
    return shown[1]


def is_output(frame: Frame) -> bool:
    """Whether the field shows the network's answer and not a neuron inside it."""
    return frame.request.shown is None


def classes_shown(frame: Frame) -> int:
    """Return the number of classes if the field holds their probabilities, else 0."""
    classes = len(frame.data.classes)
    return classes if is_output(frame) and len(frame.field) == frame.data.outputs else 0
