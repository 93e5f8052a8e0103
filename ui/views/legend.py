"""What the colours and shapes of the field mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme, caption_font
from ui.views.draw_points import draw_symbol
from ui.views.field_image import colours as field_colours

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPaintEvent

_LINE = 18
_SYMBOL = 13


class Legend(QWidget):
    """A bar between two names or numbers, or a list of classes with their symbols."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._classes: tuple[str, ...] = ()
        self._ends: tuple[str, str] = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_classes(self, names: tuple[str, ...]) -> None:
        """Name the classes."""
        self._show(names, ("", ""))

    def show_range(self, low: str, high: str) -> None:
        """Name the values at the two ends of the colours."""
        self._show((), (low, high))

    def text(self) -> tuple[str, ...]:
        """Return the names or numbers shown."""
        return self._classes or self._ends

    def _show(self, classes: tuple[str, ...], ends: tuple[str, str]) -> None:
        if (classes, ends) == (self._classes, self._ends):
            return
        self._classes, self._ends = classes, ends
        self.setAccessibleName(", ".join(self.text()))
        self.setToolTip(", ".join(classes) if len(classes) > 2 else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return one line, or two for many classes."""
        return QSize(200, legend_height(self._classes))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar or the list."""
        painter = QPainter(self)
        paint_legend(painter, self.font(), self.width(), self._classes, self._ends, self._theme)


def legend_height(classes: tuple[str, ...]) -> int:
    """Return the height of one line, or of two for many classes."""
    return _LINE * (2 if len(classes) > 5 else 1)


def paint_legend(
    painter: QPainter,
    font: QFont,
    width: float,
    classes: tuple[str, ...],
    ends: tuple[str, str],
    theme: Theme,
) -> None:
    """Paint what colours mean, from the origin: a list of classes, or a bar between two names or numbers."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = caption_font(font)
    font.setPixelSize(font.pixelSize() + 1)
    painter.setFont(font)
    if len(classes) > 2:
        _paint_list(painter, width, classes, theme)
    else:
        _paint_bar(painter, width, classes, ends, theme)


def _paint_list(painter: QPainter, width: float, classes: tuple[str, ...], theme: Theme) -> None:
    columns = -(-len(classes) // (2 if len(classes) > 5 else 1))
    metrics = QFontMetrics(painter.font())
    wanted = max(metrics.horizontalAdvance(name) for name in classes) + _SYMBOL + 14
    cell = min(width / columns, wanted)
    for i, name in enumerate(classes):
        row, column = divmod(i, columns)
        left, top = column * cell, row * _LINE
        colour = QColor(theme.classes[i % len(theme.classes)])
        draw_symbol(painter, i, QPointF(left + 4, top + _LINE / 2), colour, None)
        painter.setPen(QColor(theme.muted))
        room = int(cell - _SYMBOL - 4)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left + _SYMBOL, top, room + 4, _LINE), Qt.AlignmentFlag.AlignVCenter, text)


def _paint_bar(
    painter: QPainter, width: float, classes: tuple[str, ...], ends: tuple[str, str], theme: Theme
) -> None:
    metrics = QFontMetrics(painter.font())
    names = (classes[0], classes[1]) if len(classes) == 2 else ends
    marks = _SYMBOL if classes else 0
    most = int(width // 3)
    left, right = (metrics.elidedText(end, Qt.TextElideMode.ElideRight, most) for end in names)
    widths = [metrics.horizontalAdvance(text) for text in (left, right)]
    if marks:
        for i, x in enumerate((3.5, width - 3.5)):
            draw_symbol(painter, i, QPointF(x, _LINE / 2), QColor(theme.classes[i]), None)
    painter.setPen(QColor(theme.muted))
    line = QRectF(marks, 0, width - 2 * marks, _LINE)
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, left)
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
    bar = QRectF(marks + widths[0] + 9, _LINE / 2 - 4, width - 2 * marks - sum(widths) - 18, 8)
    if bar.width() < 8:
        return
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    table = field_colours(theme, 1.0)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        gradient.setColorAt(share, QColor.fromRgb(table[round(share * 255)]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 4, 4)
