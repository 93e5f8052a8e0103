"""The flow along the links while training runs: short lights that travel from input to output.

Only the strongest links carry them, so that a network of a thousand links costs no more than a small one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle

from ui.canvas.curves import along, ease
from ui.canvas.strokes import link_width, mixed

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.canvas.links import Links, Tracks
    from ui.looks.theme import Theme

MOST = 40  # links that carry lights, in all gaps together
FEWEST = 4  # in each
_SPACING = 70.0  # pixels from one light to the next
_LENGTH = 5.0
PERIOD = 1.4  # seconds from one light's place to the next one's
_INSIDE = 2.4  # a link of this width has its lights within it
_WIDTHS = 2.8, 1.8  # of lights upon thin links and within wide ones
_PATIENCE = 40  # ms without a frame until the flow goes on by itself
_GOLDEN = 0.618


class Pulse(QObject):
    """The clock of the flow: ``beat`` carries its phase, 0 to 1 and over again, or None while it rests.

    It beats with the frames, and by itself where they are slow to come.  It rests where the desktop asks
    for no animations.
    """

    beat = Signal(object)

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._timer = QTimer(self, interval=_PATIENCE)
        self._timer.timeout.connect(self._beat)

    def show_running(self, running: bool) -> None:
        """Beat now and from now on, or rest."""
        moves = self._view.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._view)
        if running and moves:
            self._timer.start()  # anew: the next frame may come first
            self._beat()
        elif self._timer.isActive():
            self._timer.stop()
            self.beat.emit(None)

    def _beat(self) -> None:
        self.beat.emit(time.monotonic() / PERIOD % 1.0)


class Flow:
    """Paints the lights."""

    def __init__(self) -> None:
        self.phase: float | None = None
        self._tracks: Tracks | None = None
        self._pens: list[QPen] = []

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        white = QColor("white")
        self._pens = []
        for colour in (QColor(theme.negative), QColor(theme.positive)):
            for inner in (colour, mixed(colour, white, 0.5)):
                self._pens.append(QPen(inner, 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))

    def paint(self, painter: QPainter, links: Links) -> None:
        """Paint the lights of this moment, unless the flow rests."""
        if self.phase is None:
            return
        tracks = links.tracks(max(FEWEST, MOST // max(links.count, 1)))
        if tracks is not self._tracks:
            self._place(tracks, links.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(max(links.scale, 0.65), 1.0)
        for pen, width, lines in zip(self._pens, 2 * _WIDTHS, self._lights(self.phase), strict=True):
            if lines:
                pen.setWidthF(width * scale)
                painter.setPen(pen)
                painter.drawLines(lines)

    def _place(self, tracks: Tracks, scale: float) -> None:
        """Prepare the lights of other links: for every light its link, and where on it it starts."""
        self._tracks = tracks
        lengths = np.hypot(tracks.across, tracks.drop)
        counts = np.maximum(1, np.rint(lengths / _SPACING)).astype(np.intp)
        link = np.repeat(np.arange(len(counts)), counts)
        order = np.arange(len(link)) - np.repeat(np.cumsum(counts) - counts, counts)
        # Apart from one another, so that the lights of a column do not march in step.
        self._start = (order + (tracks.number * _GOLDEN % 1.0)[link]) / counts[link]
        self._step = 1.0 / counts[link]
        self._piece = np.minimum(_LENGTH / lengths, 0.5)[link]
        inside = link_width(np.abs(tracks.code), scale) >= _INSIDE
        kind = (2 * (tracks.code > 0) + inside)[link]
        self._kinds = [np.flatnonzero(kind == which) for which in range(len(self._pens))]
        self._corner = tracks.x[link], tracks.y[link]
        self._span = tracks.across[link], tracks.drop[link]

    def _lights(self, phase: float) -> list[list[QLineF]]:
        """Return the lights as lines, a list for each pen."""
        head = (self._start + phase * self._step) % 1.0
        # Shorter where it enters and leaves.
        t = np.stack((np.maximum(head - self._piece, 0.0), head))
        (x, y), (across, drop) = self._corner, self._span
        right, down = x + across * along(t), y + drop * ease(t)
        ends = np.stack((right[0], down[0], right[1], down[1]), axis=1)
        return [[QLineF(*end) for end in ends[which].tolist()] for which in self._kinds]
