"""Symbols of data points: the shape tells the class as well as the colour does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QTransform

from ui.looks.painting import is_vector
from ui.looks.theme import field_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ui.looks.theme import Theme

MOST_POINTS = 2000  # more cover each other, and take longer to paint than they tell
_ROOM = 12  # pixels of a symbol's stamp
_VALUES = 32  # colours of a regression's points
_TRAIN_OUTLINE, _TEST_OUTLINE = "#14171c", "#ffffff"


def _polygon(corners: int, radius: float, turn: float = 0.0) -> QPainterPath:
    path = QPainterPath()
    for i in range(corners):
        angle = math.radians(turn - 90) + 2 * math.pi * i / corners
        point = QPointF(radius * math.cos(angle), radius * math.sin(angle))
        if i:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path


def _cross(reach: float, half: float) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRect(QRectF(-reach, -half, 2 * reach, 2 * half))
    path.addRect(QRectF(-half, -reach, 2 * half, 2 * reach))
    return path.simplified()


def _star(corners: int, outer: float, inner: float) -> QPainterPath:
    path = QPainterPath()
    for i in range(2 * corners):
        radius = inner if i % 2 else outer
        angle = math.pi * i / corners - math.pi / 2
        point = QPointF(radius * math.cos(angle), radius * math.sin(angle))
        if i:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path


def symbol(index: int) -> QPainterPath:
    """Return the shape of a class about the origin, some eight pixels wide; ten differ, then they repeat."""
    index %= 10
    if index == 0:
        path = QPainterPath()
        path.addRect(QRectF(-2.9, -2.9, 5.8, 5.8))
        return path
    if index == 1:
        path = QPainterPath()
        path.addEllipse(QPointF(0, 0), 3.2, 3.2)
        return path
    turned = QTransform().rotate(45)
    return (
        _polygon(3, 4.1),
        _polygon(4, 4.1),
        _cross(3.9, 1.3),
        _polygon(3, 4.1, 180),
        _polygon(5, 3.8),
        turned.map(_cross(4.1, 1.3)),
        _star(5, 4.5, 2.0),
        _polygon(6, 3.7),
    )[index - 2]


def draw_symbol(
    painter: QPainter, index: int, centre: QPointF, fill: QColor, outline: QColor | None, scale: float = 1.0
) -> None:
    """Draw the symbol of a class."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    painter.scale(scale, scale)
    painter.setBrush(fill)
    painter.setPen(QPen(outline, 1.3) if outline is not None else Qt.PenStyle.NoPen)
    painter.drawPath(symbol(index))
    painter.restore()


def thinned(count: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return the rows to show of so many: all, or evenly spaced ones."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).astype(np.intp)


def draw_points(
    painter: QPainter,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    targets: NDArray[Any],
    theme: Theme,
    *,
    classes: int,
    value_scale: float,
    test: bool,
) -> None:
    """Draw points at pixel positions.

    Parameters
    ----------
    painter : QPainter
        Where to draw.
    x, y : numpy.ndarray
        float64 (n,): the points' middles, in pixels.
    targets : numpy.ndarray
        (n,): class index, or value.
    theme : Theme
        The colours.
    classes : int
        Number of classes, 0 for values.
    value_scale : float
        The value that has the full colour.
    test : bool
        Test points have a light outline, training points a dark one.
    """
    if classes:
        groups = targets.astype(np.int64)
        colours = [QColor(colour) for colour in theme.classes]
    else:
        share = np.clip((targets / max(value_scale, 1e-12) + 1) / 2, 0, 1)
        groups = np.minimum((share * _VALUES).astype(np.int64), _VALUES - 1)
        table = field_table(theme, 1.0)
        colours = [QColor.fromRgb(table[round((i + 0.5) / _VALUES * 255)]) for i in range(_VALUES)]
    outline = QColor(_TEST_OUTLINE if test else _TRAIN_OUTLINE)
    if is_vector(painter):
        for px, py, group in zip(x.tolist(), y.tolist(), groups.tolist(), strict=True):
            # Values come in larger numbers, and all as discs.
            index, scale = (group, 1.0) if classes else (1, 0.8)
            draw_symbol(painter, index, QPointF(px, py), colours[group % len(colours)], outline, scale)
        return
    ratio = painter.device().devicePixelRatioF()
    half = _ROOM / 2
    stamps = {
        # Values come in larger numbers, and all as discs.
        group: _stamp(
            group if classes else 1, colours[group % len(colours)], outline, ratio, 1.0 if classes else 0.8
        )
        for group in np.unique(groups).tolist()
    }
    for px, py, group in zip((x - half).tolist(), (y - half).tolist(), groups.tolist(), strict=True):
        painter.drawPixmap(QPointF(px, py), stamps[group])


def _stamp(index: int, fill: QColor, outline: QColor, ratio: float, scale: float) -> QPixmap:
    pixmap = QPixmap(round(_ROOM * ratio), round(_ROOM * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_symbol(painter, index, QPointF(_ROOM / 2, _ROOM / 2), fill, outline, scale)
    painter.end()
    return pixmap
