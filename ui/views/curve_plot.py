"""The field of a single input: the output's curve over it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from engine.chart import round_ticks
from ui.views.draw_points import draw_points
from ui.views.projection import classes_shown
from ui.wording.names import plain_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.snapshot import Frame
    from ui.looks.theme import Theme
    from ui.views.projection import Points

_LEFT, _BELOW = 34, 22  # room for the numbers


@dataclass(frozen=True)
class CurveRange:
    """What the plot spans; ``low`` to ``high`` upwards."""

    left: float
    right: float
    low: float
    high: float


def nice_above(value: float) -> float:
    """Return the smallest of 1, 1.5, 2, 3, 5, 7.5 times a power of ten that is not below a value."""
    if not (value > 0 and math.isfinite(value)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10) if step * power >= value * (1 - 1e-9))


def range_of(frame: Frame, classes: int) -> CurveRange:
    """Return the range of a plot, which stays put while the curve moves."""
    left, right = frame.data.extent[0]
    if classes:
        return CurveRange(left, right, -0.1, 1.1)
    if frame.request.shown is None:
        reach = 1.35 * frame.value_scale
    else:
        finite = frame.field[np.isfinite(frame.field)]
        reach = nice_above(max(1.1, float(np.abs(finite).max(initial=0.0))))
    return CurveRange(left, right, -reach, reach)


def plot_area(rect: QRectF) -> QRectF:
    """Return where the curve is, inside the axes' numbers."""
    return rect.adjusted(_LEFT, 10, -10, -_BELOW)


@dataclass(frozen=True)
class CurveScale:
    """Where values lie on the plot, in pixels."""

    area: QRectF
    span: CurveRange

    def x(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels of shares of the width."""
        return self.area.left() + share * self.area.width()

    def y(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels of values; what is far off the plot stays not far outside it."""
        share = (self.span.high - values) / (self.span.high - self.span.low)
        return self.area.top() + np.clip(share, -1, 2) * self.area.height()

    def heights(self, points: Points, classes: int) -> NDArray[np.float64]:
        """Return in which pixel rows points lie, (points, 1), or (points, outputs) for values."""
        if not classes:
            return self.y(points.targets)
        # Two classes lie at the probabilities 0 and 1; with more, all would be right at 1.
        share = points.targets / (classes - 1) if classes > 1 else np.zeros(len(points.x))
        return self.y(share[:, None])


def curve_scale(frame: Frame, square: QRectF) -> CurveScale:
    """Return the scale of a frame's curves that are painted into a square."""
    return CurveScale(plot_area(square), range_of(frame, classes_shown(frame)))


class CurvePlot:
    """Paints axes, points and curves into a rectangle."""

    def __init__(self, rect: QRectF, scale: CurveScale, theme: Theme) -> None:
        self._rect, self._scale, self._theme = rect, scale, theme
        self._area, self._span = scale.area, scale.span

    def paint_axes(self, painter: QPainter) -> None:
        """Paint ground, grid, numbers and the zero line."""
        theme, area, span = self._theme, self._area, self._span
        painter.fillRect(self._rect, QColor(theme.zero))  # on which both outlines show
        metrics = painter.fontMetrics()
        for value in round_ticks(span.low, span.high, 5):
            y = round(float(self._scale.y(np.array(value)))) + 0.5
            painter.setPen(QPen(QColor(theme.muted if value == 0 else theme.pressed), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            room = QRectF(self._rect.left(), y - 8, _LEFT - 6, 16)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, plain_number(value)
            )
        for value in round_ticks(span.left, span.right, 5):
            x = area.left() + (value - span.left) / (span.right - span.left) * area.width()
            text = plain_number(value)
            half = metrics.horizontalAdvance(text) / 2 + 2
            x = min(x, self._rect.right() - half)
            room = QRectF(x - half, area.bottom() + 4, 2 * half, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def paint_points(
        self, painter: QPainter, points: Points, *, classes: int, scale: float, test: bool
    ) -> None:
        """Paint training or test points: at their value, or on the line of their class."""
        painter.save()
        painter.setClipRect(self._area.adjusted(-6, -6, 6, 6))
        targets = points.targets[:, None] if classes else points.targets
        for height, values in zip(self._scale.heights(points, classes).T, targets.T, strict=True):
            draw_points(
                painter, self._scale.x(points.x), height, values, self._theme,
                classes=classes, value_scale=scale, test=test,
            )  # fmt: skip
        painter.restore()

    def paint_curves(self, painter: QPainter, field: NDArray[np.float32], *, classes: int) -> None:
        """Paint one curve an output, in its class's colour where there are several."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self._area)
        count = field.shape[2]
        xs = self._scale.x((np.arange(count) + 0.5) / count).tolist()
        for output, row in enumerate(field[:, 0, :].astype(np.float64)):
            several = len(field) > 1
            colour = self._theme.classes[output % len(self._theme.classes)] if several else self._theme.accent
            painter.setPen(
                QPen(
                    QColor(colour),
                    2.2,
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            ys = np.nan_to_num(self._scale.y(row), nan=self._area.bottom()).tolist()
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(xs, ys, strict=True)]))
        painter.restore()
