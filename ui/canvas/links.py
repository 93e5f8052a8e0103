"""The links: painted gap by gap into pixmaps, and only where what one can see has changed.

Stroking hundreds of smooth curves takes longer than a frame may, and holds the interpreter that the
training thread needs.  So a link's weight is rounded to a few widths and colours, a gap between two
columns is painted anew only when a rounded weight has changed, and painting takes no more than a
sixth of the time: a network with a thousand links gets its links a few times a second while its
neurons stay at full speed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from ui.canvas.curves import curve, ease, parameter_at
from ui.canvas.marks import MUTED
from ui.canvas.strokes import LEVELS, WIDEST, Codes, Gap, Strokes, link_width
from ui.looks.painting import is_vector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ui.canvas.layout import Layout
    from ui.canvas.marks import Styles
    from ui.looks.theme import Theme

FULL_WEIGHT = 5.0  # weights of this size and beyond get the widest link
_SHARE = 5.0  # after painting, links rest for this many times as long
_FIXED_UNITS = 1e-9


def codes_of(weights: NDArray[np.float32]) -> Codes:
    """Round weights to levels: 0 for none, else 1 to ``LEVELS`` by magnitude, with the weight's sign."""
    share = np.minimum(np.abs(weights) / FULL_WEIGHT, 1.0) ** 0.8
    level = np.ceil(share * LEVELS - _FIXED_UNITS)
    codes: Codes = np.nan_to_num(np.sign(weights) * level).astype(np.int8)
    return codes


@dataclass(frozen=True, eq=False)
class Tracks:
    """The strongest links: where each begins and how far it goes, its code, and a number of its own."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    across: NDArray[np.float64]
    drop: NDArray[np.float64]
    code: Codes
    number: NDArray[np.intp]


class Links:
    """All links of the diagram."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self._ground = QColor()
        self._strokes = Strokes()
        self._colours = (QColor(), QColor())
        self._scale = 1.0
        self._ratio = 1.0
        self._rest_until = 0.0
        self._next = 0
        self._tracks: Tracks | None = None

    @property
    def count(self) -> int:
        """How many gaps there are."""
        return len(self._gaps)

    @property
    def scale(self) -> float:
        """How wide links are, in parts of their full width."""
        return self._scale

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._ground = QColor(theme.canvas)
        self._colours = (QColor(theme.negative), QColor(theme.positive))
        self._strokes.set_theme(theme)
        self._forget()

    def set_layout(self, layout: Layout, ratio: float) -> None:
        """Take new places; ``ratio`` is the screen's device pixels a pixel."""
        self._scale, self._ratio = layout.link_scale, ratio
        self._strokes.set_scale(self._scale)
        height = layout.size.height()
        gaps = []
        for index in range(len(layout.columns) - 1):
            low, high = layout.gap(index)
            left, right = layout.middles[index], layout.middles[index + 1]
            top = max(0.0, np.floor(min(left[0], right[0]) - WIDEST))
            bottom = min(height, np.ceil(max(left[-1], right[-1]) + WIDEST))
            rect = QRectF(low, top, max(1.0, high - low), max(1.0, bottom - top))
            shape = len(right), len(left)
            none, plain = np.zeros(shape, np.int8), np.zeros(shape, np.uint8)
            gaps.append(Gap(rect, left.tolist(), right.tolist(), none, plain))
        self._gaps = gaps
        self._tracks = None
        self._next = 0
        self._rest_until = 0.0

    def set_weights(self, weights: Sequence[NDArray[np.float32] | None]) -> None:
        """Take the weights (shown units out, shown units in) of every gap, None where there are none yet."""
        parts = [
            np.zeros(gap.size, np.float32) if weight is None or weight.size != gap.size else weight.ravel()
            for gap, weight in zip(self._gaps, weights, strict=True)
        ]
        codes = codes_of(np.concatenate(parts)) if parts else np.zeros(0, np.int8)
        start = 0
        for gap in self._gaps:
            shape = (len(gap.right), len(gap.left))
            gap.wanted = codes[start : start + gap.size].reshape(shape)
            start += gap.size

    def set_styles(self, styles: Sequence[Styles]) -> None:
        """Take what is marked: uint8 (shown units out, shown units in) a gap, see `ui.canvas.marks`."""
        for gap, style in zip(self._gaps, styles, strict=True):
            if not np.array_equal(style, gap.style):
                gap.style = style
                gap.painted = None

    def tracks(self, most: int) -> Tracks:
        """Return the strongest links that carry something, so many a gap; the same until they change."""
        if self._tracks is None:
            for i, gap in enumerate(self._gaps):
                if gap.strongest is None:
                    gap.strongest = _strongest(gap, most, 7 * i)
            parts = [gap.strongest for gap in self._gaps if gap.strongest is not None]
            x, y, across, drop, code, number = map(np.concatenate, zip(*parts, strict=True))
            self._tracks = Tracks(x, y, across, drop, code, number)
        return self._tracks

    def paint(self, painter: QPainter, region: QRectF) -> bool:
        """Paint ground and links of a region; return whether some are still to be brought up to date."""
        if is_vector(painter):
            self._paint_strokes(painter, region)
            return False
        behind = self._refresh()
        left = region.left()
        for gap in self._gaps:
            rect = gap.rect
            if gap.pixmap is None or not rect.intersects(region):
                continue
            # Around the pixmaps only: most of the view is theirs.
            painter.fillRect(QRectF(left, region.top(), rect.left() - left, region.height()), self._ground)
            above, below = rect.top() - region.top(), region.bottom() - rect.bottom()
            if above > 0:
                painter.fillRect(QRectF(rect.left(), region.top(), rect.width(), above), self._ground)
            if below > 0:
                painter.fillRect(QRectF(rect.left(), rect.bottom(), rect.width(), below), self._ground)
            painter.drawPixmap(rect.topLeft(), gap.pixmap)
            left = rect.right()
        painter.fillRect(QRectF(left, region.top(), region.right() - left, region.height()), self._ground)
        return behind

    def _paint_strokes(self, painter: QPainter, region: QRectF) -> None:
        """Paint ground and links as they should look, without pixmaps."""
        painter.fillRect(region, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for gap in self._gaps:
            painter.save()
            painter.translate(gap.rect.topLeft())
            self._strokes.paint(painter, gap)
            painter.restore()

    def paint_highlight(self, painter: QPainter, index: int, target: int, source: int) -> None:
        """Paint one link once more, in full colour and a little wider."""
        if self.middle(index, target, source) is None:
            return
        gap = self._gaps[index]
        code = int(gap.wanted[target, source])
        start, end = gap.ends(target * len(gap.left) + source)
        path = curve(start + gap.rect.topLeft(), end + gap.rect.topLeft())
        width = max(link_width(abs(code), self._scale), 1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, extra in ((self._ground, 5.0), (self._colours[code >= 0], 1.5)):
            painter.setPen(QPen(colour, width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPath(path)

    def middle(self, index: int, target: int, source: int) -> QPointF | None:
        """Return the middle of a shown link, None where it is out of sight."""
        if not 0 <= index < len(self._gaps):
            return None
        gap = self._gaps[index]
        if not (0 <= target < len(gap.right) and 0 <= source < len(gap.left)):
            return None
        return QPointF(gap.rect.center().x(), (gap.left[source] + gap.right[target]) / 2)

    def link_at(self, index: int, point: QPointF, reach: float = 4.0) -> tuple[int, int] | None:
        """Return the (shown target, shown source) of the link in a gap that is nearest to a point."""
        gap = self._gaps[index]
        t = parameter_at((point.x() - gap.rect.left()) / gap.rect.width())
        left, right = np.array(gap.left)[None, :], np.array(gap.right)[:, None]
        drop = right - left
        # The distance to the curve, from the vertical one and the slope.
        slope = drop * 6 * t * (1 - t) / (gap.rect.width() * (1.5 - 3 * t + 3 * t * t))
        distance = np.abs(left + drop * ease(t) - point.y()) / np.hypot(1.0, slope)
        half = link_width(np.abs(gap.wanted), self._scale) / 2
        # Under the pointer a strong link wins, since it is painted above the weak ones.
        beside = np.where(distance <= half, -np.abs(gap.wanted), distance - half)
        best = int(np.argmin(beside))
        if beside.flat[best] > reach:
            return None
        target, source = divmod(best, len(gap.left))
        return target, source

    def _forget(self) -> None:
        for gap in self._gaps:
            gap.painted = None

    def _refresh(self) -> bool:
        """Paint stale gaps while there is time; return whether one is left."""
        stale = [i for i, gap in enumerate(self._gaps) if gap.is_stale()]
        fresh = [i for i in stale if self._gaps[i].painted is None]
        for i in fresh:  # new places must be right at once
            self._paint_gap(self._gaps[i])
        stale = [i for i in stale if i not in fresh]
        if not stale:
            return False
        started = time.perf_counter()
        if started < self._rest_until:
            return True
        # Each in its turn, so that none starves.
        chosen = next((i for i in stale if i >= self._next), stale[0])
        self._paint_gap(self._gaps[chosen])
        self._next = chosen + 1
        now = time.perf_counter()
        self._rest_until = now + _SHARE * (now - started)
        return len(stale) > 1

    def _paint_gap(self, gap: Gap) -> None:
        size = gap.rect.size() * self._ratio
        if gap.pixmap is None:
            gap.pixmap = QPixmap(ceil(size.width()), ceil(size.height()))
            gap.pixmap.setDevicePixelRatio(self._ratio)
        gap.pixmap.fill(self._ground)
        painter = QPainter(gap.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._strokes.paint(painter, gap)
        painter.end()
        gap.painted = gap.wanted
        gap.strongest = self._tracks = None


def _strongest(gap: Gap, most: int, number: int) -> tuple[NDArray[Any], ...]:
    """Return the columns of `Tracks` for the strongest links of a gap that are not muted."""
    codes = gap.wanted.ravel()
    strength = np.where((gap.style.ravel() & MUTED) > 0, 0, np.abs(codes))
    chosen = np.argsort(-strength, kind="stable")[:most]
    chosen = chosen[strength[chosen] > 1]
    target, source = np.divmod(chosen, len(gap.left))
    start, end = np.array(gap.left)[source], np.array(gap.right)[target]
    low, wide = np.full(len(chosen), gap.rect.left()), np.full(len(chosen), gap.rect.width())
    return low, start, wide, end - start, codes[chosen], chosen + number
