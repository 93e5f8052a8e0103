"""The links: painted gap by gap into pixmaps, and only where what one can see has changed.

Stroking hundreds of smooth curves takes longer than a frame may, and holds the interpreter that the
training thread needs.  So a link's weight is rounded to a few widths and colours, a gap between two
columns is painted anew only when a rounded weight has changed, and painting takes no more than a
sixth of the time: a network with a thousand links gets its links a few times a second while its
neurons stay at full speed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from ui.canvas.curves import curve, ease, parameter_at, polyline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.canvas.layout import Layout
    from ui.theme import Theme

LEVELS = 20
THINNEST, WIDEST = 0.6, 6.0
FULL_WEIGHT = 5.0  # weights of this size and beyond get the widest link
_SHARE = 5.0  # after painting, links rest for this many times as long
_FIXED_UNITS = 1e-9

Codes = NDArray[np.int8]


def codes_of(weights: NDArray[np.float32]) -> Codes:
    """Round weights to levels: 0 for none, else 1 to ``LEVELS`` by magnitude, with the weight's sign."""
    share = np.minimum(np.abs(weights) / FULL_WEIGHT, 1.0) ** 0.8
    level = np.ceil(share * LEVELS - _FIXED_UNITS)
    codes: Codes = np.nan_to_num(np.sign(weights) * level).astype(np.int8)
    return codes


def link_width(level: Codes | int, scale: float = 1.0) -> Any:
    """Return the width in pixels of a link of a level (0 to ``LEVELS``), thinner where there is less room."""
    return THINNEST + (WIDEST * scale - THINNEST) * level / LEVELS


def mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """Return the opaque colour that a translucent one has on a ground."""
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in (
                (ground.red(), colour.red()),
                (ground.green(), colour.green()),
                (ground.blue(), colour.blue()),
            )
        )
    )


@dataclass
class _Gap:
    """The links between two columns: ``wanted`` is what they should look like, ``painted`` what they do."""

    rect: QRectF
    left: list[float]
    right: list[float]
    wanted: Codes
    painted: Codes | None = None
    pixmap: QPixmap | None = None
    lines: dict[int, list[QLineF]] = field(default_factory=dict)
    paths: dict[int, QPainterPath] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many links there are."""
        return len(self.left) * len(self.right)

    def ends(self, index: int) -> tuple[QPointF, QPointF]:
        """Return where link ``index`` (target-major) starts and ends, from the gap's corner."""
        target, source = divmod(index, len(self.left))
        top = self.rect.top()
        return QPointF(0.0, self.left[source] - top), QPointF(self.rect.width(), self.right[target] - top)

    def is_stale(self) -> bool:
        """Whether the pixmap shows other weights than it should."""
        return self.painted is None or self.painted.tobytes() != self.wanted.tobytes()


class Links:
    """All links of the diagram."""

    def __init__(self) -> None:
        self._gaps: list[_Gap] = []
        self._pens: dict[int, QPen] = {}
        self._ground = QColor()
        self._colours = (QColor(), QColor())
        self._scale = 1.0
        self._ratio = 1.0
        self._rest_until = 0.0
        self._next = 0

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._ground = QColor(theme.canvas)
        self._colours = (QColor(theme.negative), QColor(theme.positive))
        self._pens.clear()
        self._forget()

    def set_layout(self, layout: Layout, ratio: float) -> None:
        """Take new places; ``ratio`` is the screen's device pixels a pixel."""
        self._scale, self._ratio = layout.link_scale, ratio
        self._pens.clear()
        height = layout.size.height()
        gaps = []
        for index in range(len(layout.columns) - 1):
            low, high = layout.gap(index)
            left, right = layout.middles[index], layout.middles[index + 1]
            top = max(0.0, np.floor(min(left[0], right[0]) - WIDEST))
            bottom = min(height, np.ceil(max(left[-1], right[-1]) + WIDEST))
            rect = QRectF(low, top, max(1.0, high - low), max(1.0, bottom - top))
            gaps.append(_Gap(rect, left.tolist(), right.tolist(), np.zeros((len(right), len(left)), np.int8)))
        self._gaps = gaps
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

    def paint(self, painter: QPainter, region: QRectF) -> bool:
        """Paint ground and links of a region; return whether some are still to be brought up to date."""
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

    def paint_highlight(self, painter: QPainter, index: int, target: int, source: int) -> None:
        """Paint one link once more, in full colour and a little wider."""
        if not 0 <= index < len(self._gaps):
            return
        gap = self._gaps[index]
        if not (target < gap.wanted.shape[0] and source < gap.wanted.shape[1]):
            return
        code = int(gap.wanted[target, source])
        start, end = gap.ends(target * len(gap.left) + source)
        path = curve(start + gap.rect.topLeft(), end + gap.rect.topLeft())
        width = max(link_width(abs(code), self._scale), 1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, extra in ((self._ground, 5.0), (self._colours[code >= 0], 1.5)):
            painter.setPen(QPen(colour, width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPath(path)

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

    def _paint_gap(self, gap: _Gap) -> None:
        size = gap.rect.size() * self._ratio
        if gap.pixmap is None:
            gap.pixmap = QPixmap(ceil(size.width()), ceil(size.height()))
            gap.pixmap.setDevicePixelRatio(self._ratio)
        gap.pixmap.fill(self._ground)
        codes = gap.wanted.ravel()
        painter = QPainter(gap.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strength = np.abs(codes.astype(np.int16))
        # Weak ones first: strong ones lie above them.
        order = np.argsort(strength * 2 + (codes > 0), kind="stable")
        sorted_codes = codes[order]
        starts = np.flatnonzero(np.diff(sorted_codes, prepend=sorted_codes[0] - 1 if len(order) else 0))
        for group in np.split(order, starts[1:]):
            code = int(codes[group[0]])
            painter.setPen(self._pen(code))
            if link_width(abs(code), self._scale) <= 1.0:
                for index in group.tolist():  # Qt strokes thin curves fast
                    path = gap.paths.get(index)
                    if path is None:
                        path = gap.paths[index] = curve(*gap.ends(index))
                    painter.drawPath(path)
                continue
            lines: list[QLineF] = []
            for index in group.tolist():
                pieces = gap.lines.get(index)
                if pieces is None:
                    pieces = gap.lines[index] = polyline(*gap.ends(index))
                lines += pieces
            painter.drawLines(lines)
        painter.end()
        gap.painted = gap.wanted

    def _pen(self, code: int) -> QPen:
        pen = self._pens.get(code)
        if pen is None:
            level = abs(code)
            share = 0.15 if level == 0 else min(1.0, 0.28 + 0.72 * level / LEVELS * 2.2)
            # Opaque, mixed with the ground: lines that overlap at their ends would show as beads.
            colour = mixed(self._ground, self._colours[code >= 0], share * 0.95)
            width = link_width(level, self._scale)
            # Caps close the wedges between the lines of a curve.
            pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
            self._pens[code] = pen
        return pen
