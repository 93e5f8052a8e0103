"""Where neurons and links are, and what a point is on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from ui.canvas.curves import ease, parameter_at
from ui.canvas.spots import is_link

if TYPE_CHECKING:
    from ui.canvas.layout import Layout
    from ui.canvas.spots import Link, Spot


def link_ends(layout: Layout, link: Link) -> tuple[QPointF, QPointF] | None:
    """Return where a link starts and ends, None where one of its neurons is out of sight."""
    column, unit, source = link
    start, end = layout.tile_rect(column - 1, source), layout.tile_rect(column, unit)
    if start is None or end is None:
        return None
    low, high = layout.gap(column - 1)
    return QPointF(low, start.center().y()), QPointF(high, end.center().y())


def place_of(layout: Layout, spot: Spot) -> QRectF | None:
    """Return what a card stands beside: a neuron's tile, or the middle of a link."""
    if not is_link(spot):
        return layout.tile_rect(spot[0], spot[1])
    ends = link_ends(layout, spot)
    if ends is None:
        return None
    middle = (ends[0] + ends[1]) / 2
    return QRectF(middle, middle).adjusted(-2, -2, 2, 2)


def is_over(layout: Layout, spot: Spot, point: QPointF, reach: float = 5.0) -> bool:
    """Return whether a point is on a spot; of a link not farther than ``reach`` from its middle line."""
    if not is_link(spot):
        rect = layout.tile_rect(spot[0], spot[1])
        return rect is not None and rect.contains(point)
    ends = link_ends(layout, spot)
    if ends is None:
        return False
    (start, end), across = ends, ends[1].x() - ends[0].x()
    share = (point.x() - start.x()) / across
    if not 0 < share < 1:
        return False
    t, drop = parameter_at(share), end.y() - start.y()
    # The distance to the curve, from the vertical one and the slope.
    slope = drop * 6 * t * (1 - t) / (across * (1.5 - 3 * t + 3 * t * t))
    return abs(start.y() + drop * float(ease(t)) - point.y()) <= reach * math.hypot(1.0, slope)
