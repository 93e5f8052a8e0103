"""Paints the diagram of one layout: links, tiles, names, and the ring around what is pointed at."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from ui.canvas.layout import TILE
from ui.canvas.links import Links
from ui.canvas.model import kept
from ui.canvas.tiles import Tiles
from ui.theme import caption_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.snapshot import Frame
    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape
    from ui.canvas.tiles import Picture
    from ui.theme import Theme

    Parameters = tuple[NDArray[np.float32], NDArray[np.float32]]

_LABEL_ROOM = 64.0  # the widest name beside a tile; longer ones are shortened
_LABEL_GAP = 8.0
_FULL_BIAS = 2.0
_DOT = 8  # half the side of a bias mark's pixmap
_DOT_OFFSET = QPointF(1 - _DOT, -1 - _DOT)


def strongest(parameters: Parameters, units: int) -> Parameters:
    """Return one weight a link and one bias a unit; of several pieces (maxout) that of largest magnitude."""
    weight, bias = (_largest(array.reshape(-1, units, *array.shape[1:])) for array in parameters)
    return weight, bias


def _largest(pieces: NDArray[np.float32]) -> NDArray[np.float32]:
    chosen = np.abs(pieces).argmax(axis=0)[None]
    return np.asarray(np.take_along_axis(pieces, chosen, axis=0)[0])


class Diagram:
    """What is painted of a network, from the last frame."""

    def __init__(self, theme: Theme) -> None:
        self._links = Links()
        self._pictures: list[list[Picture]] = []
        self._rects: list[list[QRectF]] = []
        self._parameters: list[Parameters | None] = []
        self._biases: list[list[float]] = []
        self._ratio = 1.0
        self._font = QFont()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.ground = QColor(theme.canvas)
        self._tiles = Tiles(theme)
        self._links.set_theme(theme)
        self._names: list[tuple[QPointF, QPixmap]] = []
        self._dots: dict[int, QPixmap] = {}
        self._bias_brushes = (QColor(theme.negative), QColor(theme.positive))

    def label_widths(self, shape: Shape, font: QFont) -> tuple[float, float]:
        """Return the room that the names left of the features and right of the outputs need."""
        self._font = caption_font(font)
        metrics = QFontMetricsF(self._font)

        def room(names: tuple[str, ...]) -> float:
            widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
            return min(widest, _LABEL_ROOM) + _LABEL_GAP if names else 0.0

        return room(shape.features), room(shape.outputs)

    def set_layout(self, layout: Layout, ratio: float) -> None:
        """Take new places; ``ratio`` is the screen's device pixels a pixel."""
        if ratio != self._ratio:
            self._dots.clear()
        self._ratio = ratio
        self._links.set_layout(layout, ratio)
        self._rects = []
        for i, column in enumerate(layout.columns):
            units = range(column.first, column.first + column.shown)
            self._rects.append([rect for u in units if (rect := layout.tile_rect(i, u)) is not None])
        self._names = []

    def show_values(self, layout: Layout, shape: Shape, frame: Frame | None) -> None:
        """Take pictures and weights from a frame, as far as they belong to what is laid out.

        While the window waits for the first frame after an edit, what stayed the same stays in sight.
        """
        columns = layout.columns
        count = len(columns)
        pictures: list[NDArray[np.uint8] | None] = [None] * count
        by_class = False
        self._parameters = [None] * count
        self._biases = [[] for _ in columns]
        weights: list[NDArray[np.float32] | None] = [None] * (count - 1)
        if frame is not None:
            source = kept(tuple(len(one) for one in frame.thumbnails), shape.units)
            for i, (column, old) in enumerate(zip(columns, source, strict=True)):
                if old is None:
                    continue
                pictures[i] = frame.thumbnails[old][column.first : column.first + column.shown]
                if i == count - 1:
                    by_class = shape.by_class and old == len(frame.thumbnails) - 1
                if i == 0 or old == 0:
                    continue
                units = len(frame.thumbnails[old])
                weight, bias = self._parameters[i] = strongest(frame.snapshot.parameters[old - 1], units)
                self._biases[i] = bias[column.first : column.first + column.shown].tolist()
                before = columns[i - 1]
                if source[i - 1] == old - 1:
                    weights[i - 1] = _window(
                        weight, (column.first, column.shown), (before.first, before.shown)
                    )
        self._pictures = self._tiles.pictures(pictures, by_class=by_class)
        self._links.set_weights(weights)

    def parameters_of(self, layer: int) -> Parameters | None:
        """Return the (weight, bias) of a layer in the last frame, None where there are none."""
        return self._parameters[layer] if 0 <= layer < len(self._parameters) else None

    def link_at(self, layout: Layout, point: QPointF) -> tuple[int, int, int] | None:
        """Return the link under a point as (layer it leads to, unit there, unit it comes from)."""
        gap = layout.gap_at(point.x())
        if gap is None or self._parameters[gap + 1 : gap + 2] in ([], [None]):
            return None
        found = self._links.link_at(gap, point)
        if found is None:
            return None
        return gap + 1, layout.columns[gap + 1].first + found[0], layout.columns[gap].first + found[1]

    def paint(
        self,
        painter: QPainter,
        region: QRectF,
        layout: Layout,
        shape: Shape,
        hovered: tuple[int, int] | None,
        link: tuple[int, int, int] | None,
    ) -> bool:
        """Paint a region of the content; return whether links are still to be brought up to date."""
        behind = self._links.paint(painter, region)
        if link is not None:
            layer, target, source = link
            self._links.paint_highlight(
                painter,
                layer - 1,
                target - layout.columns[layer].first,
                source - layout.columns[layer - 1].first,
            )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for rects, pictures, column in zip(self._rects, self._pictures, layout.columns, strict=True):
            if column.left <= region.right() and column.left + column.width >= region.left():
                self._tiles.paint(painter, rects, pictures, self._ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_biases(painter)
        self._paint_names(painter, layout, shape)
        self._paint_pills(painter, layout)
        if hovered is not None:
            self._paint_ring(painter, layout.tile_rect(*hovered))
        return behind

    def _paint_biases(self, painter: QPainter) -> None:
        """Mark each neuron's bias at its lower left corner: a dot, larger and in the sign's colour."""
        for rects, biases in zip(self._rects, self._biases, strict=True):
            if not rects or rects[0].width() < 24:
                continue
            scale = min(rects[0].width() / TILE, 1.5)
            for rect, bias in zip(rects, biases, strict=False):
                strength = abs(bias) / _FULL_BIAS
                if not strength > 0.02:
                    continue
                level = round(10 * (1.8 + 2.0 * min(strength, 1.0) ** 0.5) * scale)
                dot = self._dot(level if bias > 0 else -level)
                painter.drawPixmap(rect.bottomLeft() + _DOT_OFFSET, dot)

    def _dot(self, level: int) -> QPixmap:
        """Return the mark of a bias: the radius in tenths of a pixel, with the sign of the bias."""
        dot = self._dots.get(level)
        if dot is None:
            dot = self._blank(2 * _DOT, 2 * _DOT)
            painter = QPainter(dot)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.ground, 1.5))
            painter.setBrush(self._bias_brushes[level > 0])
            radius = abs(level) / 10 + 0.75
            painter.drawEllipse(QPointF(_DOT, _DOT), radius, radius)
            painter.end()
            self._dots[level] = dot
        return dot

    def _blank(self, width: float, height: float) -> QPixmap:
        """Return a transparent pixmap of a size in the screen's pixels."""
        pixmap = QPixmap(ceil(width * self._ratio), ceil(height * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _paint_names(self, painter: QPainter, layout: Layout, shape: Shape) -> None:
        if not self._names:
            metrics = QFontMetricsF(self._font)
            for layer, names, side in ((0, shape.features, -1), (len(shape.units) - 1, shape.outputs, 1)):
                first = layout.columns[layer].first
                for i, rect in enumerate(self._rects[layer] if names else []):
                    text = metrics.elidedText(names[first + i], Qt.TextElideMode.ElideRight, _LABEL_ROOM + 1)
                    place = QRectF(rect)
                    place.setWidth(_LABEL_ROOM + 8)
                    if side < 0:
                        place.moveRight(rect.left() - _LABEL_GAP)
                        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    else:
                        place.moveLeft(rect.right() + _LABEL_GAP)
                        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                    self._names.append((place.topLeft(), self._name(text, place, flags)))
        for corner, pixmap in self._names:
            painter.drawPixmap(corner, pixmap)

    def _name(self, text: str, place: QRectF, flags: Qt.AlignmentFlag) -> QPixmap:
        """Paint a name once: text is slow to paint."""
        pixmap = self._blank(place.width(), place.height())
        painter = QPainter(pixmap)
        painter.setFont(self._font)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QRectF(0, 0, place.width(), place.height()), flags, text)
        painter.end()
        return pixmap

    def _paint_pills(self, painter: QPainter, layout: Layout) -> None:
        for layer, column in enumerate(layout.columns):
            if not column.gathered:
                continue
            for below, hidden in ((False, column.above), (True, column.below)):
                rect = layout.pill(layer, below)
                if rect is None:
                    continue
                painter.setPen(QPen(QColor(self._theme.border), 1))
                painter.setBrush(QColor(self._theme.panel))
                painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
                painter.setPen(QColor(self._theme.muted))
                painter.setFont(self._font)
                text = QCoreApplication.translate("Diagram", "+ {count} more").format(count=hidden)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_ring(self, painter: QPainter, rect: QRectF | None) -> None:
        if rect is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = max(3.0, rect.width() * 7 / 44)
        painter.setPen(QPen(self.ground, 3))
        painter.drawRoundedRect(rect.adjusted(-1.5, -1.5, 1.5, 1.5), radius + 1.5, radius + 1.5)
        painter.setPen(QPen(QColor(self._theme.accent), 2.5))
        painter.drawRoundedRect(rect.adjusted(-3.75, -3.75, 3.75, 3.75), radius + 3.75, radius + 3.75)


def _window(weight: NDArray[np.float32], out: tuple[int, int], into: tuple[int, int]) -> NDArray[np.float32]:
    """Return the weights between the shown units; zero where the frame's network was smaller."""
    part = weight[out[0] : out[0] + out[1], into[0] : into[0] + into[1]]
    if part.shape == (out[1], into[1]):
        return part
    result = np.zeros((out[1], into[1]), np.float32)
    result[: part.shape[0], : part.shape[1]] = part
    return result
