"""The neurons' tiles: live thumbnails in the theme's colours, and the frame around each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap

from ui.canvas.glyphs import corner_radius
from ui.looks.painting import is_vector
from ui.looks.theme import class_table, field_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.looks.theme import Theme

EDGE = 5  # room around a tile for its shadow
_LEVELS = 44  # rows of the little curve that stands for a unit with a single input

Bytes = NDArray[np.uint8]
Picture = tuple[QImage, QRectF]


def as_areas(rows: Bytes) -> Bytes:
    """Turn units over a single input, uint8 (units, 1, side), into little charts (units, 44, side).

    Each shows the area between zero and the unit's value, in the colour of the value.
    """
    value = rows.astype(np.int16) - 128
    level = np.linspace(127, -128, _LEVELS)[None, :, None]
    filled = ((level > 0) & (value >= level)) | ((level < 0) & (value <= level))
    return np.where(filled, rows, np.uint8(128))


@dataclass(frozen=True)
class Sheet:
    """The thumbnails of a layer below one another in one image, each ``rows`` high."""

    image: QImage
    rows: int

    def pictures(self) -> list[Picture]:
        """Return every thumbnail as the image and its part of it."""
        parts = _parts(self.image.height() // self.rows, self.rows, self.image.width())
        return [(self.image, part) for part in parts]


def sheet(thumbnails: Bytes, table: list[int]) -> Sheet:
    """Colour the thumbnails (units, rows, columns) of a layer."""
    units, rows, columns = thumbnails.shape
    data = np.ascontiguousarray(thumbnails).reshape(units * rows, columns)
    image = QImage(data.data, columns, units * rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    # A copy: it no longer depends on the array's memory, and painting it needs no table.
    return Sheet(image.convertToFormat(QImage.Format.Format_RGB32), rows)


@lru_cache(maxsize=16)
def _parts(count: int, rows: int, columns: int) -> tuple[QRectF, ...]:
    return tuple(QRectF(0, i * rows, columns, rows) for i in range(count))


def _squares(thumbnails: Bytes) -> Bytes:
    return as_areas(thumbnails) if thumbnails.shape[1] == 1 else thumbnails


class Tiles:
    """Paints tiles of one size in one theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._table = field_table(theme)
        self._neutral = QColor(theme.zero)
        self._frames: dict[tuple[int, float, int], QPixmap] = {}

    def pictures(self, thumbnails: Sequence[Bytes | None], *, by_class: bool) -> list[list[Picture]]:
        """Return the pictures of all layers, as far as there are any.

        Parameters
        ----------
        thumbnails : sequence of numpy.ndarray or None
            A layer each, uint8 (units, rows, columns), all of the same rows and columns.
        by_class : bool
            Whether the last layer's units have their classes' colours.
        """
        known = [(i, part) for i, part in enumerate(thumbnails) if part is not None and len(part)]
        result: list[list[Picture]] = [[] for _ in thumbnails]
        plain = [(i, part) for i, part in known if not (by_class and i == len(thumbnails) - 1)]
        if plain:
            # One image for all: colouring it costs no more than colouring one thumbnail.
            every = sheet(_squares(np.concatenate([part for _, part in plain])), self._table)
            places = iter(every.pictures())
            for i, part in plain:
                result[i] = [next(places) for _ in part]
        if by_class and known and known[-1][0] == len(thumbnails) - 1:
            last = _squares(known[-1][1])
            result[-1] = [
                sheet(last[unit : unit + 1], class_table(self._theme, unit)).pictures()[0]
                for unit in range(len(last))
            ]
        return result

    def paint(
        self,
        painter: QPainter,
        rects: Sequence[QRectF],
        pictures: Sequence[Picture],
        ratio: float,
        ground: QColor,
    ) -> None:
        """Paint tiles of one size; those without a picture are left neutral.

        ``ground`` is the opaque colour they stand on, ``ratio`` the screen's device pixels a pixel.
        """
        if not rects:
            return
        vector = is_vector(painter)
        for rect, (image, part) in zip(rects, pictures, strict=False):
            if vector:  # there only a whole image can be painted
                painter.drawImage(rect, image.copy(part.toRect()))
            else:
                painter.drawImage(rect, image, part)
        for rect in rects[len(pictures) :]:
            painter.fillRect(rect, self._neutral)
        inset = QPointF(EDGE, EDGE)
        side = round(rects[0].width())
        frame = None if vector else self._frame(side, ratio, ground)
        for rect in rects:
            if frame is not None:
                painter.drawPixmap(rect.topLeft() - inset, frame)
                continue
            painter.save()
            painter.translate(rect.topLeft() - inset)
            self._draw_frame(painter, side, 0.5, ground)
            painter.restore()

    def _frame(self, side: int, ratio: float, ground: QColor) -> QPixmap:
        """Return the frame, which also rounds the corners off by covering them with the ground."""
        key = side, ratio, ground.rgb()
        known = self._frames.get(key)
        if known is not None:
            return known
        whole = side + 2 * EDGE
        pixmap = QPixmap(round(whole * ratio), round(whole * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        # Between device pixels the picture's edge spreads over one more.
        self._draw_frame(painter, side, 0.0 if float(ratio).is_integer() else 1 / ratio, ground)
        painter.end()
        if len(self._frames) > 16:  # zooming passes through many sizes
            self._frames.clear()
        self._frames[key] = pixmap
        return pixmap

    def _draw_frame(self, painter: QPainter, side: int, beyond: float, ground: QColor) -> None:
        """Draw the frame; corners are covered ``beyond`` the edge too."""
        square = QRectF(EDGE, EDGE, side, side)
        radius = corner_radius(side)
        rounded = QPainterPath()
        rounded.addRoundedRect(square, radius, radius)
        full = QPainterPath()
        full.addRect(square.adjusted(-beyond, -beyond, beyond, beyond))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(full.subtracted(rounded), ground)
        dark = QColor(0, 0, 0, 26 if self._theme.is_dark else 8)
        for spread in (3.0, 2.0, 1.2, 0.5):
            shadow = QPainterPath()
            around = square.adjusted(-spread, -spread, spread, spread).translated(0, 1)
            shadow.addRoundedRect(around, radius + spread, radius + spread)
            painter.fillPath(shadow.subtracted(rounded), dark)
        painter.setPen(QPen(QColor(255, 255, 255, 28) if self._theme.is_dark else QColor(0, 0, 0, 14), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(square.adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5)
