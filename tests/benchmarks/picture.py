"""Draw the curves of ``scale``: the time of an epoch against each number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from tests.benchmarks.scale import BASE, duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmarks.scale import Curve

WIDTH, HEIGHT, ZOOM = 1080, 760, 2
HEAD, MARGIN = 74, 24
GROUND, TEXT, MUTED, GRID = "#ffffff", "#1c2129", "#6b7482", "#e3e6eb"
LINE, WORK = "#3b6fe0", "#e9843b"


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Write a PNG of up to four curves.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    # Kept in a name: fonts need an application for as long as they are used.
    application = QGuiApplication.instance() or QGuiApplication(["scale", "-platform", "offscreen"])
    image = QImage(WIDTH * ZOOM, HEIGHT * ZOOM, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ZOOM)
    image.fill(QColor(GROUND))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _head(painter)
    width, height = (WIDTH - 3 * MARGIN) / 2, (HEIGHT - HEAD - 2 * MARGIN) / 2
    for i, curve in enumerate(curves):
        left = MARGIN + i % 2 * (width + MARGIN)
        _Panel(painter, curve, QRectF(left, HEAD + i // 2 * (height + MARGIN), width, height)).draw()
    painter.end()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path)):
        raise OSError(f"{path}: the picture could not be written")
    del application


def _font(painter: QPainter, pixels: int, bold: bool = False) -> None:
    font = QFont(["Inter", "DejaVu Sans", "Arial"])
    font.setPixelSize(pixels)
    font.setBold(bold)
    painter.setFont(font)


def _head(painter: QPainter) -> None:
    """Write the title, and what the two lines are."""
    _font(painter, 17, bold=True)
    painter.setPen(QColor(TEXT))
    painter.drawText(QPointF(MARGIN, 34), "Time of one epoch, one core")
    _font(painter, 12)
    painter.setPen(QColor(MUTED))
    base = f"{BASE.network}, {BASE.rows:,} samples in batches of {BASE.batch}, one number varied"
    painter.drawText(QPointF(MARGIN, 54), base)
    x = WIDTH - 330
    for name, colour, style in (
        ("measured", LINE, Qt.PenStyle.SolidLine),
        ("in proportion to the work", WORK, Qt.PenStyle.DashLine),
    ):
        painter.setPen(QPen(QColor(colour), 2, style))
        painter.drawLine(QPointF(x, 50), QPointF(x + 26, 50))
        painter.setPen(QColor(MUTED))
        painter.drawText(QPointF(x + 34, 54), name)
        x += 118


class _Axis:
    """Where a value lies along one side of a plot, from 0 to 1."""

    def __init__(self, low: float, high: float, is_log: bool) -> None:
        self._is_log = is_log
        self._low, self._high = self._place(low), self._place(high)

    def _place(self, value: float) -> float:
        return math.log10(value) if self._is_log else value

    def __call__(self, value: float) -> float:
        return (self._place(value) - self._low) / (self._high - self._low)


def ticks(low: float, high: float, is_log: bool) -> list[float]:
    """Return round numbers, the first not above ``low``, the last not below ``high``.

    On a logarithmic axis powers of ten, or 1, 2 and 5 times them over less than two of them; on a linear one
    multiples from 0 on.
    """
    if is_log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        factors = (1, 2, 5) if math.log10(high / low) < 2 else (1,)
        found = [factor * 10.0**power for power in powers for factor in factors]
    else:
        step = next(step for step in ticks(high / 10, high, True) if high / step <= 5)
        found = [i * step for i in range(math.ceil(high / step) + 1)]
    first = max(i for i, tick in enumerate(found) if tick <= low)
    last = min(i for i, tick in enumerate(found) if tick >= high)
    return found[first : last + 1] if is_log else found


class _Panel:
    """One curve with its axes."""

    def __init__(self, painter: QPainter, curve: Curve, outer: QRectF) -> None:
        self._painter, self._curve, self._outer = painter, curve, outer
        self._plot = outer.adjusted(58, 34, -12, -26)
        values, is_log = curve.sweep.values, curve.sweep.is_log
        self._ideal = [operations / curve.speed for operations in curve.operations]
        shown = [*curve.seconds, *self._ideal]
        self._ticks = ticks(min(shown), max(shown), is_log)
        self._across = _Axis(values[0], values[-1], is_log)
        self._up = _Axis(self._ticks[0], self._ticks[-1], is_log)

    def _x(self, value: float) -> float:
        return self._plot.left() + (0.03 + 0.94 * self._across(value)) * self._plot.width()

    def _y(self, seconds: float) -> float:
        return self._plot.bottom() - self._up(seconds) * self._plot.height()

    def draw(self) -> None:
        """Paint title, grid, the line of the work, and the measured points."""
        painter, curve = self._painter, self._curve
        self._title()
        self._grid()
        self._line(self._ideal, WORK, Qt.PenStyle.DashLine)
        self._line(curve.seconds, LINE, Qt.PenStyle.SolidLine)
        painter.setBrush(QColor(LINE))
        painter.setPen(QPen(QColor(GROUND), 1.5))
        for value, seconds in zip(curve.sweep.values, curve.seconds, strict=True):
            painter.drawEllipse(QPointF(self._x(value), self._y(seconds)), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _title(self) -> None:
        painter, plot, memory = self._painter, self._plot, self._curve.memory
        line = plot.top() - 12
        _font(painter, 13, bold=True)
        painter.setPen(QColor(TEXT))
        painter.drawText(QPointF(plot.left(), line), self._curve.sweep.title)
        low, high = (f"{size / 1e6:,.1f}" for size in (min(memory), max(memory)))
        text = f"memory {low} MB" if low == high else f"memory {low} to {high} MB"
        _font(painter, 11)
        painter.setPen(QColor(MUTED))
        painter.drawText(QPointF(plot.right() - painter.fontMetrics().horizontalAdvance(text), line), text)

    def _grid(self) -> None:
        painter, plot, left = self._painter, self._plot, self._outer.left()
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for tick in self._ticks:
            y = self._y(tick)
            painter.setPen(QPen(QColor(GRID), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(MUTED))
            painter.drawText(QRectF(left, y - 9, plot.left() - left - 8, 18), beside, duration(tick))
        for value in self._curve.sweep.values:
            x = self._x(value)
            painter.setPen(QPen(QColor(GRID), 1))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 4))
            painter.setPen(QColor(MUTED))
            room = QRectF(x - 40, plot.bottom() + 6, 80, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, f"{value:,}")

    def _line(self, seconds: Sequence[float], colour: str, style: Qt.PenStyle) -> None:
        points = zip(self._curve.sweep.values, seconds, strict=True)
        self._painter.setPen(QPen(QColor(colour), 2, style))
        self._painter.drawPolyline(QPolygonF([QPointF(self._x(value), self._y(t)) for value, t in points]))
