"""The plot of an activation: its curve, its slope, and where the sums of a layer fall on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.chart import round_ticks
from ui.looks.theme import LIGHT, Theme, caption_font
from ui.wording.names import plain_number

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from engine.snapshot import Distribution
    from ui.views.activation_curve import ActivationCurve, Floats

_LEFT, _ABOVE, _RIGHT, _BELOW = 36, 24, 12, 22
_TALLEST_BAR = 0.62  # of the plot's height
_STEPS = 40  # in which keys move the read-out across the plot
_MOST_CURVES = 64


class ActivationPlot(QWidget):
    """Shows value and slope over the sums; pointer and arrow keys read them off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._curve: ActivationCurve | None = None
        self._sums: Distribution | None = None
        self._at: float | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(180, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Activation and its slope"))

    def sizeHint(self) -> QSize:
        """Return a size at which everything is legible."""
        return QSize(420, 220)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_curve(self, curve: ActivationCurve, sums: Distribution | None) -> None:
        """Show an activation and, where they are known, the sums that it receives."""
        self._curve, self._sums = curve, sums if sums is not None and sums.count else None
        self.update()

    def reading(self) -> str:
        """Return what the read-out says, empty where nothing is pointed at."""
        if self._curve is None or self._at is None:
            return ""
        value, slope = self._curve.at(self._at)
        text = self.tr("x = {x}    f(x) = {value}    f'(x) = {slope}").format(
            x=plain_number(self._at), value=plain_number(value), slope=plain_number(slope)
        )
        share = self._share_at(self._at)
        return text if share is None else text + self.tr("    {share} % of the sums").format(share=share)

    def _share_at(self, x: float) -> str | None:
        """Return the per cent of the sums in the bar at a place."""
        if self._sums is None:
            return None
        bar = int(np.searchsorted(self._sums.edges, x, side="right")) - 1
        inside = 0 <= bar < len(self._sums.counts)
        share = 100 * float(self._sums.counts[bar]) / max(self._sums.count, 1) if inside else 0.0
        return f"{share:.1f}"

    # -- pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read off under the pointer."""
        area = self._area()
        x = event.position().x()
        self._point((x - area.left()) / area.width() if area.left() <= x <= area.right() else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading off."""
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the read-out."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._curve is None:
            super().keyPressEvent(event)
            return
        span = self._curve.span
        share = 0.5 if self._at is None else (self._at - span.left) / (span.right - span.left) + step / _STEPS
        self._point(min(max(share, 0.0), 1.0))

    def _point(self, share: float | None) -> None:
        at = None
        if share is not None and self._curve is not None:
            span = self._curve.span
            at = span.left + share * (span.right - span.left)
        if at != self._at:
            self._at = at
            self.setAccessibleDescription(self.reading())
            self.update()

    # -- painting

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _ABOVE, -_RIGHT, -_BELOW)

    def _xs(self, values: Floats) -> Floats:
        assert self._curve is not None
        span, area = self._curve.span, self._area()
        return np.asarray(area.left() + (values - span.left) / (span.right - span.left) * area.width())

    def _x(self, value: float) -> float:
        return float(self._xs(np.array(value)))

    def _y(self, values: Floats) -> Floats:
        assert self._curve is not None
        span, area = self._curve.span, self._area()
        share = (span.high - values) / (span.high - span.low)
        return np.asarray(area.top() + np.clip(share, -1, 2) * area.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint from the ground up: saturated stretches, bars, axes, curves, the read-out."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font(self.font()))
        if self._curve is None:
            return
        self._paint_flat(painter)
        self._paint_bars(painter)
        self._paint_axes(painter)
        painter.save()
        painter.setClipRect(self._area())
        dashes = QPen(QColor(self._theme.muted), 1.4)
        dashes.setDashPattern([4, 3])
        self._paint_lines(painter, self._curve.slopes, dashes)
        self._paint_lines(painter, self._curve.values, QPen(QColor(self._theme.accent), 2.0))
        painter.restore()
        self._paint_reading(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_flat(self, painter: QPainter) -> None:
        """Hatch where the slope is next to nothing."""
        assert self._curve is not None
        area, flat = self._area(), self._curve.flat
        changes = np.flatnonzero(np.diff(np.concatenate(([False], flat, [False])).astype(np.int8)))
        widest = QRectF()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # a pattern takes long with it
        for start, stop in changes.reshape(-1, 2):
            left, right = self._x(self._curve.x[start]), self._x(self._curve.x[stop - 1])
            band = QRectF(left, area.top(), right - left, area.height())
            painter.fillRect(band, QBrush(QColor(self._theme.pressed), Qt.BrushStyle.BDiagPattern))
            widest = band if band.width() > widest.width() else widest
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.tr("saturated")
        metrics = painter.fontMetrics()
        if widest.width() > metrics.horizontalAdvance(text) + 16:
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + 10, metrics.height() + 2)
            box.moveCenter(QPointF(widest.center().x(), area.top() + area.height() * 0.3))
            painter.fillRect(box, QColor(self._theme.panel))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_bars(self, painter: QPainter) -> None:
        """Paint the histogram of the sums; its heights are relative to the tallest bar."""
        if self._sums is None:
            return
        area = self._area()
        tallest = max(int(self._sums.counts.max()), 1)
        edges = self._xs(self._sums.edges).tolist()
        colour = QColor(self._theme.accent)
        colour.setAlphaF(0.34 if self._theme.is_dark else 0.24)
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        heights = (_TALLEST_BAR * area.height() / tallest * self._sums.counts).tolist()
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            bar = QRectF(left, area.bottom() - height, max(right - left - 0.5, 1.0), height)
            painter.fillRect(bar, colour)
        painter.restore()

    def _paint_axes(self, painter: QPainter) -> None:
        assert self._curve is not None
        theme, area, span = self._theme, self._area(), self._curve.span
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in round_ticks(span.low, span.high, max(2, int(area.height() // 30))):
            y = round(float(self._y(np.array(value)))) + 0.5
            painter.setPen(QPen(QColor(theme.faint if value == 0 else theme.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, plain_number(value))
        for value in round_ticks(span.left, span.right, 5):
            x = round(self._x(value)) + 0.5
            if value == 0:
                painter.setPen(QPen(QColor(theme.faint), 1))
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QColor(theme.muted))
            room = QRectF(min(x, self.width() - 22) - 30, area.bottom() + 4, 60, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, plain_number(value))

    def _paint_lines(self, painter: QPainter, rows: Floats, pen: QPen) -> None:
        assert self._curve is not None
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if len(rows) > 1:
            pen.setWidthF(1.0)
        painter.setPen(pen)
        xs = self._xs(self._curve.x).tolist()
        for row in rows[:_MOST_CURVES]:
            ys = np.nan_to_num(self._y(row), nan=self._area().bottom()).tolist()
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(xs, ys, strict=True)]))

    def _paint_reading(self, painter: QPainter) -> None:
        """Paint the legend, or what is read off where something is pointed at."""
        area, theme = self._area(), self._theme
        line = QRectF(area.left(), 2, area.width(), 16)
        if self._at is not None and self._curve is not None:
            x = self._x(self._at)
            painter.setPen(QPen(QColor(theme.faint), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QColor(theme.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.reading())
            return
        left = line.left()
        for mark, text in (
            ("line", self.tr("f(x)")),
            ("dashes", self.tr("slope f'(x)")),
            ("bar", self.tr("how often each sum occurs")),
        ):
            if mark == "bar" and self._sums is None:
                continue
            left = self._paint_mark(painter, mark, text, left, line)

    def _paint_mark(self, painter: QPainter, mark: str, text: str, left: float, line: QRectF) -> float:
        """Paint one entry of the legend and return where the next one starts."""
        theme, middle = self._theme, line.center().y()
        if mark == "bar":
            colour = QColor(theme.accent)
            colour.setAlphaF(0.34 if theme.is_dark else 0.24)
            painter.fillRect(QRectF(left + 4, middle - 5, 10, 10), colour)
        else:
            pen = QPen(QColor(theme.accent if mark == "line" else theme.muted), 2 if mark == "line" else 1.4)
            if mark == "dashes":
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawLine(QPointF(left, middle), QPointF(left + 18, middle))
        painter.setPen(QColor(theme.muted))
        width = painter.fontMetrics().horizontalAdvance(text)
        box = QRectF(left + 24, line.top(), width + 2, line.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        return left + 24 + width + 18
