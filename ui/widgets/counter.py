"""Numbers that change with every frame, and a notice: painted, because labels would lay out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.looks.icons import pixmap
from ui.looks.theme import LIGHT, Theme, caption_font, pixel_size, tabular

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

NONE = "—"


class Counter(QWidget):
    """A caption and a number below it."""

    def __init__(self, caption: str, template: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._caption = caption
        self._value = NONE
        self._alarm = False
        self._template = template
        self._width = 0
        self._fonts: tuple[QFont, QFont] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def value(self) -> str:
        """Return the text shown."""
        return self._value

    def caption(self) -> str:
        """Return the caption shown."""
        return self._caption

    def set_caption(self, caption: str) -> None:
        """Show another caption."""
        if caption != self._caption:
            self._caption = caption
            self.setAccessibleName(caption)
            self._width = 0
            self.updateGeometry()
            self.update()

    def set_value(self, text: str, alarm: bool = False) -> None:
        """Show another number; in the colour of danger if it means some."""
        if text == self._value and alarm == self._alarm:
            return
        self._value, self._alarm = text, alarm
        if len(text) > len(self._template):  # grows, and stays so: a bar that shrinks again would jitter
            self._template = "8" * len(text)
            self._width = 0
            self.updateGeometry()
        self.update()

    def _both_fonts(self) -> tuple[QFont, QFont]:
        if self._fonts is None:
            number = tabular(self.font())
            number.setPixelSize(pixel_size(self.font()) + 1)
            number.setWeight(QFont.Weight.DemiBold)
            self._fonts = (caption_font(self.font()), number)
        return self._fonts

    def sizeHint(self) -> QSize:
        """Return a width that holds the caption and the longest number so far."""
        if not self._width:
            caption, number = self._both_fonts()
            self._width = 2 + max(
                QFontMetrics(caption).horizontalAdvance(self._caption),
                QFontMetrics(number).horizontalAdvance(self._template),
            )
        return QSize(self._width, 36)

    def minimumSizeHint(self) -> QSize:
        """Return the same: numbers are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both lines."""
        caption, number = self._both_fonts()
        painter = QPainter(self)
        painter.setFont(caption)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QRect(0, 1, self.width(), 16), Qt.AlignmentFlag.AlignVCenter, self._caption)
        painter.setFont(number)
        painter.setPen(QColor(self._theme.danger if self._alarm else self._theme.text))
        painter.drawText(QRect(0, 17, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, self._value)


class Notice(QWidget):
    """A sign and a text in one colour; where there is no room, the sign alone.

    Parameters
    ----------
    sign : str
        The name of an icon.
    colour : str
        The name of a colour of the theme.
    """

    _SIGN = 16
    _GAP = 5

    def __init__(self, sign: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._icon, self._colour = sign, colour
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of sign and text."""
        return QSize(self._SIGN + self._GAP + self.fontMetrics().horizontalAdvance(self._text) + 2, 22)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the sign."""
        return QSize(self._SIGN, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign and as much of the text as fits."""
        painter = QPainter(self)
        top = (self.height() - self._SIGN) // 2
        colour = getattr(self._theme, self._colour)
        sign = pixmap(self._icon, colour, self._SIGN, self.devicePixelRatioF())
        painter.drawPixmap(0, top, sign)
        room = QRect(self._SIGN + self._GAP, 0, self.width() - self._SIGN - self._GAP, self.height())
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        if len(text) > 3:  # an ellipsis after two letters says nothing
            painter.setPen(QColor(colour))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class ReadOut(QWidget):
    """One small line of text, set to the right under the values of a panel."""

    HEIGHT = 13

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._text = ""
        self.setFixedHeight(self.HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def text(self) -> str:
        """Return the text shown."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text."""
        painter = QPainter(self)
        painter.setFont(tabular(caption_font(self.font())))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self._text)
