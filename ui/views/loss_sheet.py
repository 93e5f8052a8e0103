"""The loss over the epochs as a picture of its own, on whatever there is to paint on."""

from __future__ import annotations

import math
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from engine.chart import SMALLEST, bounds_of, log_ticks, peaks, round_ticks, smoothed
from ui.looks.painting import is_vector
from ui.looks.theme import caption_font, tabular
from ui.wording.names import loss_text, plain_number

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont

    from engine.chart import Bounds
    from ui.looks.theme import Theme
    from ui.views.loss_chart import LossChart

    Floats = NDArray[np.float64]

_SIZE = QSizeF(620, 340)
_REFRESH = 0.1  # seconds
_LEFT, _TOP, _RIGHT, _BELOW = 64.0, 40.0, 20.0, 46.0


class LossSheet:
    """Paints what a chart shows.

    Parameters
    ----------
    chart : LossChart
        Where the curves, their scale and their smoothing come from.
    moving : bool
        Whether it is for a recording: while training runs, the curves are then painted ten times a second,
        as on the screen.
    """

    def __init__(self, chart: LossChart, moving: bool = False) -> None:
        self._chart, self._moving = chart, moving
        self._kept: QPixmap | None = None
        self._kept_at = 0.0
        self._key: tuple[object, ...] = ()

    def size(self) -> QSizeF:
        """Return the size at which words have their usual size."""
        return _SIZE

    def paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint the curves into a rectangle."""
        if not self._moving or is_vector(painter):
            self._paint(painter, rect, theme)
            return
        ratio, now = painter.device().devicePixelRatioF(), time.perf_counter()
        key = theme, rect.size(), ratio, self._chart.is_log(), self._chart.smoothing()
        is_old = not self._chart.is_running() or now - self._kept_at > _REFRESH
        if self._kept is None or key != self._key or is_old:
            self._kept = QPixmap(math.ceil(rect.width() * ratio), math.ceil(rect.height() * ratio))
            self._kept.setDevicePixelRatio(ratio)
            inner = QPainter(self._kept)
            self._paint(inner, QRectF(0, 0, rect.width(), rect.height()), theme)
            inner.end()
            self._kept_at, self._key = now, key
        painter.drawPixmap(rect.topLeft(), self._kept)

    def _paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        painter.fillRect(rect, QColor(theme.panel))
        history, log = self._chart.history(), self._chart.is_log()
        if history is None or not len(history.epoch):
            return
        weight = self._chart.smoothing()
        curves = [smoothed(curve, weight) for curve in (history.train_loss, history.test_loss)]
        bounds = bounds_of(history.epoch, (curves[0], curves[1]), log)
        area = rect.adjusted(_LEFT, _TOP, -_RIGHT, -_BELOW)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = tabular(caption_font(self._chart.font()))
        painter.setFont(font)
        self._paint_axes(painter, font, area, bounds, log, theme)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pens = _pens(theme)
        for i in (1, 0):  # the training curve above the other
            x, y = peaks(history.epoch, _scaled(curves[i], log), int(area.width()))
            across = area.left() + x / bounds.right * area.width()
            down = area.bottom() - (y - bounds.low) / (bounds.high - bounds.low) * area.height()
            painter.setPen(pens[i])
            for run in _runs(across, np.clip(down, area.top() - 2, area.bottom() + 2)):
                if i or is_vector(painter):
                    painter.drawPolyline(run)
                else:  # a noisy curve that overlaps itself is stroked fifty times as fast in pieces
                    painter.drawLines([QLineF(a, b) for a, b in pairwise(run)])
        self._paint_legend(painter, font, area, theme)

    def _paint_axes(
        self, painter: QPainter, font: QFont, area: QRectF, bounds: Bounds, log: bool, theme: Theme
    ) -> None:
        metrics = QFontMetricsF(font)
        rows = int(area.height() // 30)
        ticks = log_ticks(bounds.low, bounds.high, rows) if log else round_ticks(bounds.low, bounds.high, 5)
        for value in ticks:
            y = area.bottom() - (value - bounds.low) / (bounds.high - bounds.low) * area.height()
            painter.setPen(QPen(QColor(theme.pressed if theme.is_dark else theme.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            text = plain_number(10**value if log else value)
            painter.setPen(QColor(theme.muted))
            left = area.left() - 8 - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(left, y + metrics.ascent() / 2 - 1), text)
        for value in round_ticks(0.0, bounds.right, 6):
            text = f"{value:,.0f}" if value == round(value) else f"{value:g}"
            x = area.left() + value / bounds.right * area.width()
            half = metrics.horizontalAdvance(text) / 2
            x = min(x, area.right() + _RIGHT - 2 - half)
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(x - half, area.bottom() + 17), text)
        painter.setPen(QColor(theme.text))
        epoch, loss = self._chart.tr("epoch"), self._chart.tr("loss (log)") if log else self._chart.tr("loss")
        middle = area.center().x() - metrics.horizontalAdvance(epoch) / 2
        painter.drawText(QPointF(middle, area.bottom() + 36), epoch)
        painter.save()
        painter.translate(area.left() - _LEFT + 16, area.center().y())
        painter.rotate(-90)
        painter.drawText(QPointF(-metrics.horizontalAdvance(loss) / 2, 0), loss)
        painter.restore()

    def _paint_legend(self, painter: QPainter, font: QFont, area: QRectF, theme: Theme) -> None:
        """Name the curves with their last values, from the left."""
        history = self._chart.history()
        assert history is not None, "painted without curves"
        metrics = QFontMetricsF(font)
        x, y = area.left(), area.top() - 20
        names = self._chart.tr("train {value}"), self._chart.tr("test {value}")
        for name, curve, pen in zip(
            names, (history.train_loss, history.test_loss), _pens(theme), strict=True
        ):
            if not np.isfinite(curve[-1]):
                continue
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + 22, y))
            text = name.format(value=loss_text(float(curve[-1])))
            painter.setPen(QColor(theme.text))
            painter.drawText(QPointF(x + 28, y + metrics.ascent() / 2 - 1), text)
            x += 28 + max(metrics.horizontalAdvance(text), 80.0) + 18


def _pens(theme: Theme) -> tuple[QPen, QPen]:
    """Return the pens of the training curve and of the dashed test curve."""
    train, test = QPen(QColor(theme.train_line), 1.8), QPen(QColor(theme.test_line), 1.0)
    train.setCapStyle(Qt.PenCapStyle.RoundCap)
    train.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    test.setDashPattern([4, 2.5])
    test.setCapStyle(Qt.PenCapStyle.FlatCap)
    return train, test


def _scaled(values: Floats, log: bool) -> Floats:
    """Return values in the scale's own terms."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.log10(np.maximum(values, SMALLEST)) if log else values, np.float64)


def _runs(x: Floats, y: Floats) -> list[list[QPointF]]:
    """Return the points of a line, cut where a value is not known."""
    known = np.flatnonzero(np.isfinite(y))
    cuts = np.flatnonzero(np.diff(known) > 1) + 1
    return [
        [QPointF(right, down) for right, down in zip(x[run].tolist(), y[run].tolist(), strict=True)]
        for run in np.split(known, cuts)
        if len(run)
    ]
