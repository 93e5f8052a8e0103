"""Small signs on tiles and links, painted once into pixmaps: shape tells them apart, not colour alone."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from ui.looks.painting import is_vector

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from ui.looks.theme import Theme

BADGE = 15.0  # the side of a lock or a pin
BIAS = 16.0  # the side of a bias mark's pixmap
_CROWDED = 24.0  # the side of a tile below which signs are smaller
_KEPT = 128


def blank(width: float, height: float, ratio: float) -> QPixmap:
    """Return a transparent pixmap of a size in pixels, of ``ratio`` device pixels each."""
    pixmap = QPixmap(ceil(width * ratio), ceil(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def corner_radius(side: float) -> float:
    """Return the radius of a tile's corners."""
    return max(3.0, side * 7 / 44)


class Glyphs:
    """The signs in one theme, for one screen."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._ground = QColor(theme.canvas)
        self._ratio = 1.0
        self._made: dict[Hashable, QPixmap] = {}

    def set_ratio(self, ratio: float) -> None:
        """Paint for a screen of so many device pixels a pixel."""
        if ratio != self._ratio:
            self._ratio = ratio
            self._made.clear()

    def paint_lock(self, painter: QPainter, tile: QRectF) -> None:
        """Paint a lock at the upper right corner of a tile: training leaves it alone."""
        side = BADGE if tile.width() >= _CROWDED else 11.0
        self._paint_badge(painter, QPointF(tile.right() - 1, tile.top() + 1), side, _draw_lock)

    def paint_pin(self, painter: QPainter, centre: QPointF) -> None:
        """Paint a pin: what is under it stays shown."""
        self._paint_badge(painter, centre, BADGE, _draw_pin)

    def _paint_badge(
        self, painter: QPainter, centre: QPointF, side: float, draw: Callable[[QPainter, Theme], None]
    ) -> None:
        def drawn(inner: QPainter) -> None:
            inner.scale(side / BADGE, side / BADGE)
            draw(inner, self._theme)

        self._paint(painter, centre - QPointF(side / 2, side / 2), (draw, side), side, drawn)

    def paint_muted(self, painter: QPainter, tile: QRectF) -> None:
        """Make a tile pale and cross it out: its output counts as zero."""

        def drawn(inner: QPainter) -> None:
            side = tile.width()
            square = QRectF(0, 0, side, side)
            rounded = QPainterPath()
            rounded.addRoundedRect(square, corner_radius(side), corner_radius(side))
            pale = QColor(self._ground)
            pale.setAlphaF(0.72)
            inner.fillPath(rounded, pale)
            inner.setClipPath(rounded)
            hatch = QColor(self._theme.muted)
            hatch.setAlphaF(0.45)
            inner.setPen(QPen(hatch, 1.0))
            step = max(5.0, side / 6)
            inner.drawLines([QLineF(x, side, x + side, 0) for x in _steps(-side, side, step)])
            inset = side * 0.2
            inner.setPen(QPen(QColor(self._theme.text), max(1.6, side / 22), c=Qt.PenCapStyle.RoundCap))
            inner.drawLine(QLineF(inset, inset, side - inset, side - inset))
            inner.drawLine(QLineF(inset, side - inset, side - inset, inset))

        self._paint(painter, tile.topLeft(), ("muted", tile.width()), tile.width(), drawn)

    def paint_bias(self, painter: QPainter, tile: QRectF, tenths: int, sign: int) -> None:
        """Paint a bias at the lower left corner of a tile.

        A positive one is a disc, a negative one a disc with a bar (a minus), one next to zero an empty
        ring; ``tenths`` is the radius in tenths of a pixel.
        """

        def drawn(inner: QPainter) -> None:
            middle, radius = QPointF(BIAS / 2, BIAS / 2), tenths / 10
            inner.setPen(QPen(self._ground, 1.5))
            inner.setBrush(QColor((self._theme.negative, self._theme.panel, self._theme.positive)[sign + 1]))
            inner.drawEllipse(middle, radius + 0.75, radius + 0.75)
            if sign == 0:
                inner.setPen(QPen(QColor(self._theme.muted), 1.2))
                inner.drawEllipse(middle, radius - 0.4, radius - 0.4)
            elif sign < 0:
                inner.fillRect(
                    QRectF(middle.x() - radius * 0.62, middle.y() - 0.7, radius * 1.24, 1.4),
                    Qt.GlobalColor.white,
                )

        corner = tile.bottomLeft() + QPointF(1 - BIAS / 2, -1 - BIAS / 2)
        self._paint(painter, corner, ("bias", tenths, sign), BIAS, drawn)

    def _paint(
        self, on: QPainter, corner: QPointF, key: Hashable, side: float, draw: Callable[[QPainter], None]
    ) -> None:
        """Paint a sign at a corner, from what was painted before where it goes to the screen."""
        if is_vector(on):
            on.save()
            on.translate(corner)
            on.setBrush(Qt.BrushStyle.NoBrush)
            draw(on)
            on.restore()
            return
        pixmap = self._made.get(key)
        if pixmap is None:
            if len(self._made) >= _KEPT:  # zooming passes through many sizes
                self._made.clear()
            pixmap = self._made[key] = blank(side, side, self._ratio)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter)
            painter.end()
        on.drawPixmap(corner, pixmap)


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * i for i in range(1, ceil((high - low) / step))]


def _draw_lock(painter: QPainter, theme: Theme) -> None:
    """Draw a closed lock on a disc."""
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(QColor(theme.panel))
    painter.drawEllipse(QRectF(0.5, 0.5, BADGE - 1, BADGE - 1))
    colour = QColor(theme.text)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(4.25, 6.75, 6.5, 4.75), 1, 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.3))
    shackle = QPainterPath(QPointF(5.6, 7))
    shackle.lineTo(5.6, 5.4)
    shackle.arcTo(QRectF(5.6, 3.5, 3.8, 3.8), 180, -180)
    shackle.lineTo(9.4, 7)
    painter.drawPath(shackle)


def _draw_pin(painter: QPainter, theme: Theme) -> None:
    """Draw the head of a pin: a disc with a light in it."""
    painter.setPen(QPen(QColor(theme.canvas), 1.5))
    painter.setBrush(QColor(theme.accent))
    painter.drawEllipse(QRectF(1, 1, BADGE - 2, BADGE - 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent_text))
    painter.drawEllipse(QPointF(BADGE / 2, BADGE / 2), 2.2, 2.2)
