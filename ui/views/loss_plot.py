"""The plot inside the loss chart.  Importing this module imports pyqtgraph, which takes a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from engine.chart import Bounds, log_ticks, round_ticks
from ui.looks.theme import Theme, caption_font
from ui.wording.names import plain_number

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QMouseEvent

    Floats = NDArray[np.float64]

_LEFT, _BELOW = 40, 24


class _Axis(pyqtgraph.AxisItem):
    """An axis without a line: calm numbers, and a grid line at each where it is the loss's."""

    def __init__(self, orientation: str, first: str = "{number}") -> None:
        super().__init__(orientation)
        self.log = False
        self.line = QColor()
        self.ink = QColor()
        self._first = first
        offset = 5 if orientation == "left" else 7
        self.setStyle(
            tickLength=0,
            tickTextOffset=offset,
            autoExpandTextSpace=False,
            autoReduceTextSpace=False,
            hideOverlappingLabels=False,
        )

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return one level of ticks."""
        if self.orientation == "left":
            values = log_ticks(low, high, int(size // 26)) if self.log else round_ticks(low, high, 4)
        else:
            values = round_ticks(low, high, 4)
        return [(1.0, values)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Write the numbers."""
        if self.orientation == "left":
            return [plain_number(10**value if self.log else value) for value in values]
        texts = [f"{value:,.0f}" if value == round(value) else f"{value:g}" for value in values]
        return [self._first.format(number=texts[0]), *texts[1:]] if texts else []

    def boundingRect(self) -> QRectF:
        """Return where the axis paints: the first number below it reaches out to the left."""
        rect: QRectF = super().boundingRect()
        return rect.adjusted(-_LEFT, 0, 0, 0) if self.orientation == "bottom" else rect

    def drawPicture(self, p: QPainter, axis: Any, ticks: Any, texts: Any) -> None:
        """Paint grid lines and numbers."""
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.orientation == "left":
            view = self.mapRectFromItem(self.linkedView(), self.linkedView().rect())
            p.setPen(QPen(self.line, 1))
            for _, start, _end in ticks:
                y = round(start.y())
                p.drawLine(QPointF(view.left(), y), QPointF(view.right(), y))
        p.setPen(self.ink)
        p.setFont(self.style["tickFont"])
        right = self.size().width()  # the bounding rectangle reaches beyond the widget
        for rect, flags, text in texts:
            box = QRectF(rect)
            if self.orientation == "bottom":
                # The last number stays whole at the edge.
                overhang = box.right() - right + 2
                if overhang > 0:
                    box.translate(-overhang, 0)
            p.drawText(box, int(flags) | Qt.TextFlag.TextDontClip, text)


class LossPlot(pyqtgraph.PlotWidget):
    """Two curves over the epochs; ``pointed`` carries the epoch under the pointer, or None."""

    pointed = Signal(object)

    def __init__(self, epoch_label: str) -> None:
        self._left, self._bottom = _Axis("left"), _Axis("bottom", epoch_label)
        super().__init__(axisItems={"left": self._left, "bottom": self._bottom})
        self._bounds: Bounds | None = None
        self._left.setWidth(_LEFT)
        self._bottom.setHeight(_BELOW)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)  # the window takes files, also here
        self.plotItem.setContentsMargins(0, 4, 6, 0)
        self.plotItem.vb.setDefaultPadding(0)
        self.plotItem.vb.disableAutoRange()
        # The lowest and the highest value of every pixel: more points would only take longer to stroke.
        thinned = {"autoDownsample": True, "autoDownsampleFactor": 1.0, "downsampleMethod": "peak"}
        self._test = self.plot([], [], connect="finite", antialias=True, **thinned)
        self._train = self.plot([], [], connect="finite", antialias=True, **thinned)
        # A noisy curve that overlaps itself takes 100 ms to stroke as one path wider than a pixel, as
        # single lines 2 ms; dashes need the path, so the test curve is a pixel wide.
        self._train.curve.setSegmentedLineMode("on")
        for axis in (self._left, self._bottom):
            axis.setZValue(-10)  # grid lines lie beneath the curves
        self._cross = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._marks = pyqtgraph.ScatterPlotItem(pxMode=True)
        for item in (self._cross, self._marks):
            self.addItem(item, ignoreBounds=True)
            item.hide()
        self.viewport().setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.setBackground(theme.panel)
        font = caption_font(self.font())
        for axis in (self._left, self._bottom):
            axis.setPen(None)
            axis.setTickFont(font)
            axis.line, axis.ink = (
                QColor(theme.pressed if theme.is_dark else theme.border),
                QColor(theme.muted),
            )
        self._train.setPen(pyqtgraph.mkPen(theme.train_line, width=1.6))
        self._test.setPen(
            pyqtgraph.mkPen(theme.test_line, width=1, style=Qt.PenStyle.CustomDashLine, dash=[4, 2.5])
        )
        self._cross.setPen(pyqtgraph.mkPen(theme.faint, width=1))
        self._brushes = (pyqtgraph.mkBrush(theme.train_line), pyqtgraph.mkBrush(theme.panel))
        self._pens = (
            pyqtgraph.mkPen(theme.train_line, width=1.5),
            pyqtgraph.mkPen(theme.test_line, width=1.5),
        )
        for axis in (self._left, self._bottom):
            axis.picture = None
            axis.update()

    def show_curves(self, epoch: Floats, train: Floats, test: Floats, bounds: Bounds, log: bool) -> None:
        """Show two curves of the same epochs, as logarithms where the scale is logarithmic."""
        if log != self._left.log:
            self._left.log = log
            self._bounds = None
        if bounds != self._bounds:
            self._bounds = bounds
            self.plotItem.vb.setRange(
                xRange=(0, bounds.right), yRange=(bounds.low, bounds.high), padding=0, disableAutoRange=False
            )
        self._train.setData(epoch, train)
        self._test.setData(epoch, test)

    def show_cross(self, epoch: float | None, values: tuple[float, float]) -> None:
        """Mark an epoch and the two curves' values there, in the scale's own terms."""
        shown = epoch is not None
        self._cross.setVisible(shown)
        self._marks.setVisible(shown)
        if epoch is None:
            return
        self._cross.setValue(epoch)
        self._marks.setData(
            [
                {"pos": (epoch, value), "size": 8, "brush": brush, "pen": pen}
                for value, brush, pen in zip(values, self._brushes, self._pens, strict=True)
                if np.isfinite(value)
            ]
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the epoch under the pointer."""
        place = self.plotItem.vb.mapSceneToView(event.position())
        bounds = self._bounds
        inside = bounds is not None and 0 <= place.x() <= bounds.right
        self.pointed.emit(place.x() if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the pointer has left."""
        super().leaveEvent(event)
        self.pointed.emit(None)
