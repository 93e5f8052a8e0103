"""The neurons of the diagram: their tiles, and the signs of bias, lock and muting on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPainter

from ui.canvas.glyphs import Glyphs
from ui.canvas.layout import TILE
from ui.canvas.marks import Marks
from ui.canvas.tiles import Tiles

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from PySide6.QtCore import QPointF, QRectF

    from ui.canvas.layout import Layout
    from ui.canvas.tiles import Bytes, Picture
    from ui.looks.theme import Theme

_FULL_BIAS = 2.0
_NO_BIAS = 0.02  # of the full one; what is less shows as none
_LEAST_TILE = 14  # smaller ones have no room for a bias


class Neurons:
    """Paints the neurons of one layout in one theme.

    ``marks`` tells which are muted and frozen; columns ``tinted`` stand on another ground, ``tint``.
    """

    def __init__(self, theme: Theme) -> None:
        self.marks = Marks()
        self.tinted: Collection[int] = ()
        self.rects: list[list[QRectF]] = []
        self._pictures: list[list[Picture]] = []
        self._biases: list[list[float]] = []
        self._first: list[int] = []
        self._ratio = 1.0
        self.set_theme(theme, QColor(theme.canvas))

    def set_theme(self, theme: Theme, tint: QColor) -> None:
        """Take the colours of a theme; pictures come in the old ones until the next `show`."""
        self._ground, self._tint = QColor(theme.canvas), tint
        self._tiles = Tiles(theme)
        self._glyphs = Glyphs(theme)
        self._glyphs.set_ratio(self._ratio)

    def set_layout(self, layout: Layout, ratio: float) -> None:
        """Take new places; ``ratio`` is the screen's device pixels a pixel."""
        self._ratio = ratio
        self._glyphs.set_ratio(ratio)
        self._first = [column.first for column in layout.columns]
        self.rects = []
        for i, column in enumerate(layout.columns):
            units = range(column.first, column.first + column.shown)
            self.rects.append([rect for u in units if (rect := layout.tile_rect(i, u)) is not None])

    def show(self, thumbnails: Sequence[Bytes | None], biases: list[list[float]], *, by_class: bool) -> None:
        """Take the pictures and biases of what is shown of every column; see `Tiles.pictures`."""
        self._pictures = self._tiles.pictures(thumbnails, by_class=by_class)
        self._biases = biases

    def paint(self, painter: QPainter, region: QRectF, layout: Layout) -> None:
        """Paint all neurons in a region."""
        for index, column in enumerate(layout.columns):
            if column.left <= region.right() and column.left + column.width >= region.left():
                self._paint_tiles(painter, index, slice(None))
                self._paint_signs(painter, index, slice(None))

    def paint_one(self, painter: QPainter, column: int, unit: int) -> None:
        """Paint one neuron that is in sight once more."""
        row = self._row(column, unit)
        self._paint_tiles(painter, column, row)
        self._paint_signs(painter, column, row)

    def paint_signs(self, painter: QPainter, column: int, unit: int) -> None:
        """Paint the signs of one neuron that is in sight once more, above what lies on them."""
        self._paint_signs(painter, column, self._row(column, unit))

    def paint_pin(self, painter: QPainter, centre: QPointF) -> None:
        """Paint the head of a pin."""
        self._glyphs.paint_pin(painter, centre)

    def _row(self, column: int, unit: int) -> slice:
        row = unit - self._first[column]
        return slice(row, row + 1)

    def _paint_tiles(self, painter: QPainter, column: int, rows: slice) -> None:
        ground = self._tint if column in self.tinted else self._ground
        # Upright rectangles need no softening of their edges.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        rects, pictures = self.rects[column][rows], self._pictures[column][rows]
        self._tiles.paint(painter, rects, pictures, self._ratio, ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_signs(self, painter: QPainter, column: int, rows: slice) -> None:
        rects = self.rects[column][rows]
        first = self._first[column] + (rows.start or 0)
        if column < len(self.marks.muted) and self.marks.muted[column]:
            for unit, rect in enumerate(rects, first):
                if self.marks.is_muted(column, unit):
                    self._glyphs.paint_muted(painter, rect)
        if rects and rects[0].width() >= _LEAST_TILE:
            scale = min(max(rects[0].width() / TILE, 0.7), 1.4)
            for rect, bias in zip(rects, self._biases[column][rows], strict=False):
                strength = abs(bias) / _FULL_BIAS
                if strength > _NO_BIAS:
                    radius = (2.8 + 1.8 * min(strength, 1.0) ** 0.5) * scale
                    self._glyphs.paint_bias(painter, rect, round(10 * radius), 1 if bias > 0 else -1)
                else:  # or not a number
                    self._glyphs.paint_bias(painter, rect, round(28 * scale), 0)
        for unit, rect in enumerate(rects, first):
            if self.marks.is_frozen(column, unit):
                self._glyphs.paint_lock(painter, rect)
