"""The data points on the field: which one is near a place, and where one lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QPointF

from ui.views.curve_plot import curve_scale
from ui.views.draw_points import thinned
from ui.views.projection import is_output, points_of, shown_axes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from PySide6.QtCore import QRectF

    from engine.snapshot import Frame

Part = Literal["train", "test"]
REACH = 6.0  # pixels from the middle of a point


def sample_near(
    frame: Frame, square: QRectF, parts: Iterable[Part], place: QPointF
) -> tuple[Part, int] | None:
    """Return the part and row of the shown point that is nearest to a place, or None where none is near."""
    found: list[tuple[float, Part, int]] = []
    for part in parts:
        rows = thinned(_count(frame, part))
        if not len(rows):
            continue
        pixels = _pixels(frame, square, part, rows)
        distances = np.hypot(pixels[..., 0] - place.x(), pixels[..., 1] - place.y()).min(
            axis=1, initial=np.inf
        )
        nearest = int(np.argmin(distances))
        found.append((float(distances[nearest]), part, int(rows[nearest])))
    distance, part, row = min(found, key=lambda one: one[0], default=(np.inf, "train", 0))
    return (part, row) if distance <= REACH else None


def places_of(frame: Frame, square: QRectF, part: Part, row: int) -> list[QPointF]:
    """Return where a row of the data lies: at every output's value along a single input; nowhere if gone."""
    if row >= _count(frame, part):
        return []
    pixels = _pixels(frame, square, part, np.array([row], np.intp))[0]
    return [QPointF(x, y) for x, y in pixels.tolist()]


def _count(frame: Frame, part: Part) -> int:
    return len(frame.data.train_targets if part == "train" else frame.data.test_targets)


def _pixels(frame: Frame, square: QRectF, part: Part, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return float64 (rows, places, 2)."""
    points = points_of(frame.data, shown_axes(frame), part == "test", rows)
    if points.y is not None:
        x, y = square.left() + points.x * square.width(), square.top() + points.y * square.height()
        return np.stack((x, y), axis=1)[:, None, :]
    if not is_output(frame):
        return np.empty((len(rows), 0, 2))  # the curve of a neuron is shown without points
    scale = curve_scale(frame, square)
    heights = scale.heights(points, len(frame.data.classes))
    return np.stack((np.broadcast_to(scale.x(points.x)[:, None], heights.shape), heights), axis=2)
