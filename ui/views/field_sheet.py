"""The field as a picture of its own, with axes and a legend, on whatever there is to paint on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from engine.chart import round_ticks
from ui.looks.theme import caption_font
from ui.views.field_picture import FieldPicture
from ui.views.legend import legend_height, paint_legend
from ui.views.projection import classes_shown, scale_of, shown_axes
from ui.wording.names import class_label, input_name, plain_number

if TYPE_CHECKING:
    from ui.looks.theme import Theme
    from ui.views.field_view import FieldView

_SIDE = 420.0
_LEFT, _TOP, _RIGHT, _BELOW, _FOOT = 50.0, 16.0, 18.0, 42.0, 12.0
_CAPTION = 18.0


class FieldSheet:
    """Paints what a view shows.

    Parameters
    ----------
    view : FieldView
        Where the frame and the choices of what to show come from.
    """

    def __init__(self, view: FieldView) -> None:
        self._view = view
        self._picture = FieldPicture()
        self._painted: tuple[object, ...] = ()

    def size(self) -> QSizeF:
        """Return the size at which words have their usual size."""
        return QSizeF(_LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BELOW + 2 * _CAPTION + _FOOT)

    def paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint the last frame into a rectangle."""
        painter.fillRect(rect, QColor(theme.panel))
        frame = self._view.frame()
        if frame is None:
            return
        classes = tuple(class_label(name) for name in frame.data.classes) if classes_shown(frame) else ()
        caption = self._view.caption()
        above = _TOP + (_CAPTION if caption else 0.0)
        below = _BELOW + legend_height(classes) + _FOOT
        is_curve = frame.field.shape[1] == 1
        side = float(int(min(rect.width() - _LEFT - _RIGHT, rect.height() - above - below)))
        left = rect.left() + round((rect.width() - side - _LEFT - _RIGHT) / 2) + _LEFT
        square = QRectF(left, rect.top() + above, side, side)
        self._take(painter, theme, side)
        font = caption_font(self._view.font())
        painter.setFont(font)
        self._picture.paint(painter, square)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        if caption:
            painter.setPen(QColor(theme.text))
            line = QRectF(left, rect.top() + 8, side, _CAPTION)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, caption)
        names = [input_name(frame.data.input_names[axis]) for axis in shown_axes(frame)]
        if is_curve:
            _centred(painter, names[0], QPointF(square.center().x(), square.bottom() + 14), theme.text)
        else:
            extent = tuple(frame.data.extent[axis] for axis in shown_axes(frame))
            _paint_axes(painter, font, square, extent, names, theme)
        reach = plain_number(scale_of(frame))
        ends = (f"−{reach}", f"+{reach}")
        if is_curve and not classes:
            return
        painter.save()
        painter.translate(square.left(), square.bottom() + _BELOW)
        paint_legend(painter, self._view.font(), side, classes, ends, theme)
        painter.restore()

    def _take(self, painter: QPainter, theme: Theme, side: float) -> None:
        """Hand what is shown to the picture, which keeps what it can."""
        frame = self._view.frame()
        train, test, hard = self._view.parts()
        look = theme, train, test, hard, side, painter.device().devicePixelRatioF()
        if look != self._painted[1:]:
            self._picture = FieldPicture()
            self._picture.set_theme(theme)
            self._picture.set_parts(train=train, test=test, hard=hard)
            self._painted = ()
        if frame is not None and (not self._painted or self._painted[0] is not frame):
            self._picture.show_frame(frame, self._view.scale())
        self._painted = frame, *look


def _paint_axes(
    painter: QPainter,
    font: QFont,
    square: QRectF,
    extent: tuple[tuple[float, float], ...],
    names: list[str],
    theme: Theme,
) -> None:
    """Paint numbers and names at the left and below."""
    metrics = QFontMetricsF(font)
    muted = QColor(theme.muted)
    (low, high), (lowest, highest) = extent
    for value in round_ticks(low, high, 6):
        x = square.left() + (value - low) / (high - low) * square.width()
        painter.setPen(QPen(muted, 1))
        painter.drawLine(QPointF(x, square.bottom()), QPointF(x, square.bottom() + 4))
        _centred(painter, plain_number(value), QPointF(x, square.bottom() + 12), theme.muted)
    for value in round_ticks(lowest, highest, 6):
        y = square.bottom() - (value - lowest) / (highest - lowest) * square.height()
        painter.setPen(QPen(muted, 1))
        painter.drawLine(QPointF(square.left() - 4, y), QPointF(square.left(), y))
        text = plain_number(value)
        place = QPointF(square.left() - 7 - metrics.horizontalAdvance(text), y + metrics.ascent() / 2 - 1)
        painter.drawText(place, text)
    _centred(painter, names[0], QPointF(square.center().x(), square.bottom() + 28), theme.text)
    painter.save()
    painter.translate(square.left() - _LEFT + 11, square.center().y())
    painter.rotate(-90)
    _centred(painter, names[1], QPointF(0, 0), theme.text)
    painter.restore()


def _centred(painter: QPainter, text: str, middle: QPointF, colour: str) -> None:
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(colour))
    width = metrics.horizontalAdvance(text)
    painter.drawText(QPointF(middle.x() - width / 2, middle.y() + metrics.ascent() / 2 - 1), text)
