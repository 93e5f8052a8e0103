"""How links look: their widths and colours by weight, the muted dashed, the frozen double."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from ui.canvas.curves import curve, dashes, polyline
from ui.canvas.marks import FROZEN, MUTED
from ui.looks.painting import is_vector

if TYPE_CHECKING:
    from ui.canvas.marks import Styles
    from ui.looks.theme import Theme

LEVELS = 20
THINNEST, WIDEST = 0.6, 6.0
_MUTED_WIDTH = 1.6  # at most: what carries nothing does not stand out
_FROZEN_WIDTH = 4.2  # at least: two lines with ground between them
_FROZEN_CORE = 0.42  # of the width

Codes = NDArray[np.int8]


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
class Gap:
    """The links between two columns: ``wanted`` is what they should look like, ``painted`` what they do."""

    rect: QRectF
    left: list[float]
    right: list[float]
    wanted: Codes
    style: Styles
    painted: Codes | None = None
    strongest: tuple[NDArray[Any], ...] | None = None  # of what was painted
    pixmap: QPixmap | None = None
    lines: dict[int, list[QLineF]] = field(default_factory=dict)
    paths: dict[int, QPainterPath] = field(default_factory=dict)
    dashes: dict[int, list[QLineF]] = field(default_factory=dict)

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

    def pieces(self, index: int) -> list[QLineF]:
        """Return link ``index`` as short lines."""
        found = self.lines.get(index)
        if found is None:
            found = self.lines[index] = polyline(*self.ends(index))
        return found

    def path(self, index: int) -> QPainterPath:
        """Return link ``index`` as a curve."""
        found = self.paths.get(index)
        if found is None:
            found = self.paths[index] = curve(*self.ends(index))
        return found


class Strokes:
    """Strokes the links of a gap."""

    def __init__(self) -> None:
        self._pens: dict[int, QPen] = {}
        self._ground = QColor()
        self._colours = (QColor(), QColor())
        self._plain = QColor()
        self._scale = 1.0

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._ground = QColor(theme.canvas)
        self._colours = (QColor(theme.negative), QColor(theme.positive))
        self._plain = QColor(theme.muted)
        self._pens.clear()

    def set_scale(self, scale: float) -> None:
        """Take how wide links are, in parts of their full width."""
        self._scale = scale
        self._pens.clear()

    def paint(self, painter: QPainter, gap: Gap) -> None:
        """Stroke all links of a gap, from its corner."""
        codes, style = gap.wanted.ravel(), gap.style.ravel()
        marked = np.flatnonzero(style)
        for index in marked.tolist():  # the muted below all others
            if style[index] & MUTED:
                self._paint_muted(painter, gap, index)
        self._paint_plain(painter, gap, codes, style)
        for index in marked.tolist():
            if style[index] == FROZEN:
                self._paint_frozen(painter, gap, index, int(codes[index]))

    def _paint_plain(self, painter: QPainter, gap: Gap, codes: Codes, style: Styles) -> None:
        strength = np.abs(codes.astype(np.int16))
        vector = is_vector(painter)
        # Weak ones first: strong ones lie above them.
        order = np.argsort(strength * 2 + (codes > 0), kind="stable")
        order = order[style[order] == 0]
        sorted_codes = codes[order]
        starts = np.flatnonzero(np.diff(sorted_codes, prepend=sorted_codes[0] - 1 if len(order) else 0))
        for group in np.split(order, starts[1:]) if len(order) else ():
            code = int(codes[group[0]])
            painter.setPen(self._pen(code))
            if vector or link_width(abs(code), self._scale) <= 1.0:
                for index in group.tolist():  # Qt strokes thin curves fast
                    painter.drawPath(gap.path(index))
                continue
            painter.drawLines([line for index in group.tolist() for line in gap.pieces(index)])

    def _paint_muted(self, painter: QPainter, gap: Gap, index: int) -> None:
        """Paint a link that carries nothing: dashed, thin and pale; where it is frozen as well, in pairs."""
        code = int(gap.wanted.flat[index])
        width = min(max(link_width(abs(code), self._scale), 1.0), _MUTED_WIDTH)
        colour = self._colours[code > 0] if code else self._plain
        lines = gap.dashes.get(index)
        if lines is None:
            lines = gap.dashes[index] = dashes(*gap.ends(index))
        pale = mixed(self._ground, colour, 0.5)
        frozen = bool(gap.style.flat[index] & FROZEN)
        for stroke, wide in self._rails(pale, width) if frozen else ((pale, width),):
            painter.setPen(QPen(stroke, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLines(lines)

    def _paint_frozen(self, painter: QPainter, gap: Gap, index: int, code: int) -> None:
        """Paint a link that training leaves alone: as a double line."""
        for colour, wide in self._rails(self._pen(code).color(), link_width(abs(code), self._scale)):
            painter.setPen(QPen(colour, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
            if is_vector(painter):
                painter.drawPath(gap.path(index))
            else:
                painter.drawLines(gap.pieces(index))

    def _rails(self, colour: QColor, width: float) -> tuple[tuple[QColor, float], ...]:
        """Return colours and widths of the strokes that leave a double line."""
        width = max(width, _FROZEN_WIDTH * min(self._scale, 1.0), 3.0)
        return (colour, width), (self._ground, width * _FROZEN_CORE)

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
