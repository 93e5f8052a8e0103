"""The boxes with numbers on a field: under the pointer, and beside the probe point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ui.looks.theme import Theme, tabular
from ui.views.draw_points import draw_symbol
from ui.views.field_marks import ARM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.views.field_reading import Answer

EDGE = 8.0  # between boxes and the edge of the field
BAND = 24.0  # height of the box that follows the pointer
_LINE = 16.0
_GAP = 20.0  # between the cross-hair and its box
_PADDING = 9.0
_SYMBOL = 14.0
_MOST_NAME = 84.0


def paint_box(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Paint the ground of a box with numbers."""
    ground = QColor(theme.panel)
    ground.setAlpha(235)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def paint_reading(
    painter: QPainter, square: QRectF, text: str, pointer: QPointF, cross: QPointF | None, theme: Theme
) -> None:
    """Paint what stands under the pointer at an edge that is away from it, and off the cross-hair."""
    font = tabular(painter.font())
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    # A pixel to spare: a text that fits to the last fraction would be shortened.
    width = min(metrics.horizontalAdvance(text) + 2 * _PADDING + 1, square.width() - 2 * EDGE)
    box = reading_box(square, width, pointer, cross)
    paint_box(painter, box, theme)
    painter.setPen(QColor(theme.text))
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * _PADDING)
    inner = box.adjusted(_PADDING, 0, -_PADDING, 0)
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def reading_box(square: QRectF, width: float, pointer: QPointF, cross: QPointF | None) -> QRectF:
    """Return where the read-out of the pointer stands: at the top or bottom, at the left if it can."""
    left, right = square.left() + EDGE, square.right() - EDGE - width
    top, bottom = square.top() + EDGE, square.bottom() - EDGE - BAND
    away, near = (top, bottom) if pointer.y() > square.center().y() else (bottom, top)
    boxes = [QRectF(x, y, width, BAND) for y in (away, near) for x in (left, right)]
    for box in boxes:
        reach = box.adjusted(-ARM, -ARM, ARM, ARM)
        if not box.contains(pointer) and (cross is None or not reach.contains(cross)):
            return box
    return boxes[0]


def paint_answers(
    painter: QPainter, square: QRectF, at: QPointF, title: str, answers: Sequence[Answer], theme: Theme
) -> None:
    """Paint the network's answer beside the probe point, a line each class or value."""
    font = tabular(painter.font())
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(bold)
    shown, left_out = fitting(answers, square)
    symbol = _SYMBOL if any(answer.symbol is not None for answer in shown) else 0.0
    names = [metrics.elidedText(answer.name, Qt.TextElideMode.ElideRight, _MOST_NAME) for answer in shown]
    name_width = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
    number_width = max((metrics.horizontalAdvance(answer.number) for answer in shown), default=0.0)
    more = f"+ {left_out}" if left_out else ""
    width = max(symbol + name_width + 14 + number_width, metrics.horizontalAdvance(title))
    height = _LINE * (1 + len(shown) + bool(more)) + 10
    box = box_beside(square, at, QSizeF(width + 2 * _PADDING, height))
    paint_box(painter, box, theme)
    inner = box.adjusted(_PADDING, 5, -_PADDING, -5)
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    middle = Qt.AlignmentFlag.AlignVCenter

    def line(row: int) -> QRectF:
        return QRectF(inner.left(), inner.top() + row * _LINE, inner.width(), _LINE)

    painter.setFont(font)
    painter.setPen(QColor(theme.muted))
    painter.drawText(line(0), middle | left, title)
    for row, (answer, name) in enumerate(zip(shown, names, strict=True), 1):
        room = line(row)
        if answer.symbol is not None:
            colour = QColor(theme.classes[answer.symbol % len(theme.classes)])
            draw_symbol(painter, answer.symbol, QPointF(room.left() + 4, room.center().y()), colour, None)
        painter.setFont(bold if answer.is_best else font)
        painter.setPen(QColor(theme.text))
        painter.drawText(room.adjusted(symbol, 0, 0, 0), middle | left, name)
        painter.drawText(room, middle | right, answer.number)
    if more:
        painter.setPen(QColor(theme.muted))
        painter.drawText(line(len(shown) + 1), middle | left, more)


def fitting(answers: Sequence[Answer], square: QRectF) -> tuple[Sequence[Answer], int]:
    """Return the answers for which a box has room, the best among them, and how many are left out."""
    room = int((square.height() - 2 * (EDGE + BAND + EDGE) - 10) // _LINE) - 1  # the title has a line too
    if len(answers) <= room:
        return answers, 0
    kept = list(answers[: max(1, room - 1)])  # the last line says how many are left out
    best = next((answer for answer in answers if answer.is_best), kept[-1])
    if best not in kept:
        kept[-1] = best
    return kept, len(answers) - len(kept)


def box_beside(square: QRectF, at: QPointF, size: QSizeF) -> QRectF:
    """Return a box beside a point: right of it if it can, inside the field, off the bands at its edges."""
    band = EDGE + BAND + EDGE
    room = square.adjusted(EDGE, band, -EDGE, -band)
    width, height = size.width(), size.height()
    x = min(max(at.x() - width / 2, room.left()), room.right() - width)
    y = min(max(at.y() - height / 2, room.top()), room.bottom() - height)
    for box in (
        QRectF(at.x() + _GAP, y, width, height),
        QRectF(at.x() - _GAP - width, y, width, height),
        QRectF(x, at.y() + _GAP, width, height),
        QRectF(x, at.y() - _GAP - height, width, height),
    ):
        if room.contains(box):
            return box
    return QRectF(x, y, width, height)
