"""The card that floats beside what the pointer is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import LIGHT, Theme, tabular

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPaintEvent

    from ui.canvas.describe import Description

_SHADOW = 10
_PAD = 12
_LINE = 19
_BETWEEN = 14


class Card(QWidget):
    """Shows a `Description`; lets the pointer through, so that it is never in the way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme: Theme = LIGHT
        self._description: Description | None = None
        self._size = (0, 0)
        self.hide()

    @property
    def description(self) -> Description | None:
        """What is shown, None while hidden."""
        return self._description

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_beside(self, description: Description, target: QRect, room: QRect) -> None:
        """Show a text beside a target, inside the room: right of it and below, or where there is space."""
        if description != self._description:
            self._description = description
            self._measure(description)
            self.update()
        width, height = self._size
        x = target.right() + 14 - _SHADOW
        if x + width > room.right() + _SHADOW:
            x = target.left() - 14 - width + _SHADOW
        y = target.center().y() + 8 - _SHADOW
        if y + height > room.bottom() + _SHADOW:
            y = target.center().y() - 8 - height + _SHADOW
        x = min(max(x, room.left() - _SHADOW), room.right() - width + _SHADOW)
        y = min(max(y, room.top() - _SHADOW), room.bottom() - height + _SHADOW)
        self.resize(width, height)
        self.move(QPoint(x, y))
        if self.isHidden():
            self.show()
            self.raise_()

    def clear(self) -> None:
        """Disappear."""
        self._description = None
        self._size = (0, 0)
        self.hide()

    def _fonts(self) -> tuple[QFont, QFont, QFont]:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        return bold, self.font(), tabular(bold)

    def _measure(self, description: Description) -> None:
        bold, plain, _ = (QFontMetrics(font) for font in self._fonts())
        widths = [bold.horizontalAdvance(description.title), plain.horizontalAdvance(description.formula)]
        # A value's room does not follow its digits, or the card would tremble while training.
        widths += [
            plain.horizontalAdvance(name)
            + _BETWEEN
            + max(bold.horizontalAdvance(value), bold.horizontalAdvance("−0.0000"))
            for name, value in description.values
        ]
        lines = 1 + bool(description.formula) + len(description.values)
        width = max(max(widths) + 2 * (_PAD + _SHADOW), self._size[0])
        self._size = (width, lines * _LINE + 2 * _PAD - 3 + 2 * _SHADOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel and its lines."""
        if self._description is None:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 20 if theme.is_dark else 7))
        for spread in range(_SHADOW - 2, 0, -2):
            painter.drawRoundedRect(
                box.adjusted(-spread, -spread + 3, spread, spread + 2), 8 + spread, 8 + spread
            )
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

        bold, plain, numbers = self._fonts()
        line = QRectF(box.left() + _PAD, box.top() + _PAD - 2, box.width() - 2 * _PAD, _LINE)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        painter.drawText(line, left, self._description.title)
        painter.setFont(plain)
        if self._description.formula:
            line.translate(0, _LINE)
            painter.setPen(QColor(theme.muted))
            painter.drawText(line, left, self._description.formula)
        for name, value in self._description.values:
            line.translate(0, _LINE)
            painter.setFont(plain)
            painter.setPen(QColor(theme.muted))
            painter.drawText(line, left, name)
            painter.setFont(numbers)
            painter.setPen(QColor(theme.text))
            painter.drawText(line, right, value)
