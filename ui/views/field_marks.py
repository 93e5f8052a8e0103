"""What is painted over a field: the probe point, rings, and the frame that shows the focus."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.views.curve_plot import curve_scale

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from engine.snapshot import Frame
    from ui.looks.theme import Theme

RING, ARM = 9.0, 13.5  # pixels, of the cross-hair


def paint_cross(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Paint the probe point on the plane: a ring and a cross, with a rim that stands out on every colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rim = QColor(theme.panel)
    rim.setAlpha(200)
    for pen in (QPen(rim, 4), QPen(QColor(theme.text), 1.8)):
        painter.setPen(pen)
        painter.drawEllipse(at, RING, RING)
        painter.drawLine(at - QPointF(ARM, 0), at + QPointF(ARM, 0))
        painter.drawLine(at - QPointF(0, ARM), at + QPointF(0, ARM))


def paint_line(painter: QPainter, frame: Frame, square: QRectF, x: float, theme: Theme) -> None:
    """Paint the probe point of a single input: a line, and a ring on every curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = curve_scale(frame, square).area
    painter.setPen(QPen(QColor(theme.text), 1))
    column = math.floor(x) + 0.5  # one sharp column of pixels
    painter.drawLine(QPointF(column, area.top()), QPointF(column, area.bottom()))
    painter.setPen(QPen(QColor(theme.text), 1.8))
    painter.setBrush(QColor(theme.panel))
    for y in curve_heights(frame, square, x):
        if area.top() - 1 <= y <= area.bottom() + 1:
            painter.drawEllipse(QPointF(x, y), 5.5, 5.5)


def curve_heights(frame: Frame, square: QRectF, x: float) -> list[float]:
    """Return the pixel rows in which the curves of a single input cross a pixel column."""
    scale = curve_scale(frame, square)
    share = (x - scale.area.left()) / scale.area.width()
    count = frame.field.shape[2]
    centres = (np.arange(count) + 0.5) / count
    values = [np.interp(share, centres, row[0].astype(np.float64)) for row in frame.field]
    found: list[float] = scale.y(np.nan_to_num(np.array(values))).tolist()
    return found


def paint_ring(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Paint the ring around the data point that was picked."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor(theme.panel), 5.5), QPen(QColor(theme.accent), 2.5)):
        painter.setPen(pen)
        painter.drawEllipse(at, 8.5, 8.5)


def paint_focus(painter: QPainter, square: QRectF, radius: float, theme: Theme) -> None:
    """Paint the frame of a field that has the focus; its inner line shows on the accent's own colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for inset, colour in ((1.0, theme.accent), (2.75, theme.panel)):
        painter.setPen(QPen(QColor(colour), 2 if colour == theme.accent else 1.5))
        painter.drawRoundedRect(square.adjusted(inset, inset, -inset, -inset), radius - 1, radius - 1)
