"""What stands out on the diagram: rings, the ground of selected layers, and where a dragged one would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.canvas.glyphs import corner_radius
from ui.canvas.layout import PILL
from ui.canvas.strokes import mixed

if TYPE_CHECKING:
    from ui.canvas.layout import Column, Layout
    from ui.looks.theme import Theme

_AROUND = 11.0  # from the tiles of a selected layer to the edge of its ground
_TINT = 0.16
_VEIL = 0.55  # how much of the ground lies over what is not talked about


class Emphasis:
    """Paints it in one theme."""

    def __init__(self, theme: Theme) -> None:
        self._ground = QColor(theme.canvas)
        self._accent = QColor(theme.accent)
        self._text = QColor(theme.text)
        self.tint = mixed(self._ground, self._accent, _TINT)
        self._wash = QColor(self.tint)
        self._wash.setAlphaF(0.86)  # the links below it still show
        self._veil = QColor(self._ground)
        self._veil.setAlphaF(_VEIL)

    def paint_selected(self, painter: QPainter, layout: Layout, columns: tuple[int, ...]) -> None:
        """Paint a soft ground behind the tiles of selected columns."""
        painter.setPen(QPen(mixed(self._ground, self._accent, 0.55), 1))
        painter.setBrush(self._wash)
        for index in columns:
            if 0 <= index < len(layout.columns):
                column = layout.columns[index]
                gaps = [layout.gap(i) for i in (index - 1, index) if 0 <= i < len(layout.columns) - 1]
                around = min(_AROUND, *((high - low) / 3 for low, high in gaps))
                painter.drawRoundedRect(_extent(column, round(around)).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)

    def paint_drop(self, painter: QPainter, layout: Layout, region: QRectF, gap: int) -> None:
        """Paint the line in a gap that tells where a dragged layer would go."""
        if not 0 <= gap < len(layout.columns) - 1:
            return
        low, high = layout.gap(gap)
        x = round((low + high) / 2)
        top, bottom = region.top() + 8, region.bottom() - 8
        for colour, width in ((self._ground, 7.0), (self._accent, 3.0)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(x, top, x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._accent)
        for y, way in ((top, 1), (bottom, -1)):
            corners = [QPointF(x - 6, y - 3 * way), QPointF(x + 6, y - 3 * way), QPointF(x, y + 5 * way)]
            painter.drawPolygon(QPolygonF(corners))

    def paint_veil(self, painter: QPainter, region: QRectF) -> None:
        """Dim what has been painted so far."""
        painter.fillRect(region, self._veil)

    def paint_pointed(self, painter: QPainter, tile: QRectF) -> None:
        """Ring the tile that is pointed at, or pinned."""
        self._paint_ring(painter, tile, self._accent, 2.5, 3.75)

    def paint_meant(self, painter: QPainter, tile: QRectF) -> None:
        """Ring a tile that is talked about, close to it."""
        self._paint_ring(painter, tile, self._text, 2.0, 4.0)  # sharp: on whole pixels

    def _paint_ring(
        self, painter: QPainter, tile: QRectF, colour: QColor, width: float, around: float
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = corner_radius(tile.width())
        for stroke, wide, away in ((self._ground, 3.0, 1.5), (colour, width, around)):
            painter.setPen(QPen(stroke, wide))
            painter.drawRoundedRect(tile.adjusted(-away, -away, away, away), radius + away, radius + away)


def _extent(column: Column, around: float) -> QRectF:
    """Return the ground of a column: its tiles, what tells of hidden ones, and room around."""
    top, bottom = column.top, column.top + column.extent
    if column.above:
        top -= PILL
    if column.below:
        bottom += PILL
    return QRectF(
        column.start - around, round(top) - around, column.tile + 2 * around, round(bottom - top) + 2 * around
    )
