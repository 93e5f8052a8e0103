"""The mark of what is pinned: a ring or a bright link, and a pin, so that it is not told by colour alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.canvas.curves import curve, ease, parameter_at
from ui.canvas.links import codes_of
from ui.canvas.spots import is_link
from ui.canvas.strokes import link_width

if TYPE_CHECKING:
    from PySide6.QtGui import QPainterPath

    from ui.canvas.layout import Layout
    from ui.canvas.spots import Link, Spot
    from ui.theme import Theme

_HEAD = 6.5  # the radius of the pin's disc


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


def paint_pin(painter: QPainter, layout: Layout, spot: Spot, value: float | None, theme: Theme) -> None:
    """Paint the mark, in the coordinates of the diagram; ``value`` is a link's weight."""
    place = place_of(layout, spot)
    if place is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ends = link_ends(layout, spot) if is_link(spot) else None
    head = place.center()
    if ends is not None:
        _paint_link(painter, curve(*ends), layout.link_scale, value or 0.0, theme)
    else:
        radius = max(3.0, place.width() * 7 / 44)
        for away, width, colour in ((1.5, 3.0, theme.canvas), (3.75, 2.5, theme.accent)):
            painter.setPen(QPen(QColor(colour), width))
            ring = place.adjusted(-away, -away, away, away)
            painter.drawRoundedRect(ring, radius + away, radius + away)
        head = place.topRight() + QPointF(2, -2)
    _paint_head(painter, head, theme)
    painter.restore()


def _paint_link(painter: QPainter, path: QPainterPath, scale: float, value: float, theme: Theme) -> None:
    code = int(codes_of(np.array([value], np.float32))[0])
    width = max(float(link_width(abs(code), scale)), 1.5)
    own = theme.positive if code >= 0 else theme.negative
    for colour, extra in ((theme.canvas, 7.0), (theme.accent, 4.0), (theme.canvas, 1.5), (own, 0.0)):
        painter.setPen(QPen(QColor(colour), width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)


def _paint_head(painter: QPainter, centre: QPointF, theme: Theme) -> None:
    """Paint a disc with a little pin on it."""
    painter.setPen(QPen(QColor(theme.canvas), 1.5))
    painter.setBrush(QColor(theme.accent))
    painter.drawEllipse(centre, _HEAD, _HEAD)
    painter.setPen(QPen(QColor(theme.accent_text), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(centre + QPointF(0, 0.5), centre + QPointF(0, 3.4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent_text))
    painter.drawEllipse(centre + QPointF(0, -1.4), 2.1, 2.1)
