"""Words on the diagram: the names beside it, what is hidden of a column, and the numbers on its tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from ui.canvas.glyphs import blank
from ui.looks.painting import is_vector
from ui.looks.theme import caption_font, tabular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape
    from ui.looks.theme import Theme

_ROOM = 64.0  # the widest name beside a tile; longer ones are shortened
_GAP = 8.0
_PADDING = 4.0  # left and right of the number in a chip
_MARK = 7.0  # what a chip leaves of the tile's left for the mark of the bias
_CROWDED = 32.0  # the side of a tile below which a chip would hide its picture
_BELOW = 5.0  # how far a chip hangs over the tile


class Labels:
    """Paints words in one theme."""

    def __init__(self) -> None:
        self._theme: Theme | None = None
        self._names: list[tuple[QPointF, QPixmap]] = []
        self._set_fonts(QFont())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._names = []
        self._ground = QColor(theme.panel)
        self._ground.setAlphaF(0.93)
        self._border = QPen(QColor(theme.border), 1)
        self._text = QColor(theme.text)
        self._muted = QColor(theme.muted)

    def _set_fonts(self, base: QFont) -> None:
        self._font = caption_font(base)
        self._digits = tabular(caption_font(base, QFont.Weight.Medium))
        self._metrics = QFontMetricsF(self._font)
        self._digit_metrics = QFontMetricsF(self._digits)

    def widths(self, shape: Shape, font: QFont) -> tuple[float, float]:
        """Return the room that the names left of the features and right of the outputs need."""
        self._set_fonts(font)
        self._names = []

        def room(names: tuple[str, ...]) -> float:
            widest = max((self._metrics.horizontalAdvance(name) for name in names), default=0.0)
            return min(widest, _ROOM) + _GAP if names else 0.0

        return room(shape.features), room(shape.outputs)

    def forget_places(self) -> None:
        """Place the names anew."""
        self._names = []

    def paint_names(
        self, painter: QPainter, layout: Layout, shape: Shape, rects: list[list[QRectF]], ratio: float
    ) -> None:
        """Paint the names of the features and outputs."""
        if is_vector(painter):
            painter.setFont(self._font)
            painter.setPen(self._muted)
            for text, place, flags in self._placed(layout, shape, rects):
                painter.drawText(place, flags, text)
            return
        if not self._names:
            for text, place, flags in self._placed(layout, shape, rects):
                self._names.append((place.topLeft(), self._name(text, place, flags, ratio)))
        for corner, pixmap in self._names:
            painter.drawPixmap(corner, pixmap)

    def _placed(
        self, layout: Layout, shape: Shape, rects: list[list[QRectF]]
    ) -> Iterator[tuple[str, QRectF, Qt.AlignmentFlag]]:
        """Yield every name that is in sight, its place, and how it stands there."""
        for layer, names, side in ((0, shape.features, -1), (len(shape.units) - 1, shape.outputs, 1)):
            first = layout.columns[layer].first
            for i, rect in enumerate(rects[layer] if names else []):
                text = self._metrics.elidedText(names[first + i], Qt.TextElideMode.ElideRight, _ROOM + 1)
                place = QRectF(rect)
                place.setWidth(_ROOM + 8)
                if side < 0:
                    place.moveRight(rect.left() - _GAP)
                    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                else:
                    place.moveLeft(rect.right() + _GAP)
                    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                yield text, place, flags

    def _name(self, text: str, place: QRectF, flags: Qt.AlignmentFlag, ratio: float) -> QPixmap:
        """Paint a name once: laying text out is slow."""
        pixmap = blank(place.width(), place.height(), ratio)
        painter = QPainter(pixmap)
        painter.setFont(self._font)
        painter.setPen(self._muted)
        painter.drawText(QRectF(0, 0, place.width(), place.height()), flags, text)
        painter.end()
        return pixmap

    def paint_pills(self, painter: QPainter, layout: Layout) -> None:
        """Paint how many neurons are out of sight above and below gathered columns."""
        for layer, column in enumerate(layout.columns):
            if not column.gathered:
                continue
            for below, hidden in ((False, column.above), (True, column.below)):
                rect = layout.pill(layer, below)
                if rect is None:
                    continue
                painter.setPen(self._border)
                painter.setBrush(self._ground)
                painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
                painter.setPen(self._muted)
                painter.setFont(self._font)
                text = QCoreApplication.translate("Diagram", "+ {count} more").format(count=hidden)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def paint_numbers(
        self, painter: QPainter, layout: Layout, region: QRectF, numbers: Mapping[tuple[int, int], str]
    ) -> None:
        """Paint a chip with a number at the lower edge of each named tile, beside small ones."""
        painter.setFont(self._digits)
        metrics = self._digit_metrics
        height = metrics.height() + 1
        last = len(layout.columns) - 1
        texts = []
        painter.setPen(self._border)
        painter.setBrush(self._ground)
        for (layer, unit), text in numbers.items():
            tile = layout.tile_rect(layer, unit)
            if tile is None or not text or not tile.intersects(region):
                continue
            width = metrics.horizontalAdvance(text) + 2 * _PADDING
            left, top = tile.center().x() - width / 2, tile.bottom() + _BELOW - height
            if tile.width() < _CROWDED:  # beside it, on the side away from the names
                left = tile.right() - 4 if layer < last else tile.left() + 4 - width
                top = tile.center().y() - height / 2
            elif layer:  # features have no bias
                left = max(left, tile.left() + _MARK)
            chip = QRectF(round(left) + 0.5, round(top) + 0.5, round(width), height)
            painter.drawRoundedRect(chip, 4, 4)
            texts.append((QPointF(chip.left() + _PADDING, chip.top() + 0.5 + metrics.ascent()), text))
        painter.setPen(self._text)
        for place, text in texts:
            painter.drawText(place, text)
