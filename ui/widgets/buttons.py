"""Buttons that paint themselves: chips, segments of a switch, and tiles with a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QStatusTipEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from ui.looks.theme import LIGHT, Theme, caption_font

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPaintEvent


_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
MAX_CHIP = 226  # the width of the column that chips stand in


def _bold(font: QFont) -> QFont:
    result = QFont(font)
    result.setWeight(QFont.Weight.DemiBold)
    return result


class PaintedButton(QAbstractButton):
    """A button with a theme that repaints on hover and shows where the keyboard is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.setText(text)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._by_key = False

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the keyboard came here: a ring after a click would only disturb.

        The Tab key enters a group of which one is chosen at that one, whichever comes first.
        """
        group = self.group()
        chosen = group.checkedButton() if group is not None and group.exclusive() else None
        if event.reason() in _BY_TAB and chosen is not None and chosen is not self:
            chosen.setFocus(event.reason())
            return
        self._by_key = event.reason() not in (
            Qt.FocusReason.MouseFocusReason,
            Qt.FocusReason.PopupFocusReason,
        )
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the ring as soon as a key is used here."""
        if not self._by_key:
            self._by_key = True
            self.update()
        super().keyPressEvent(event)

    def has_ring(self) -> bool:
        """Whether to show that keys act on this button."""
        return self._by_key and self.hasFocus()

    def begin(self) -> QPainter:
        """Return an antialiasing painter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def show_checked(self, checked: bool) -> None:
        """Check or uncheck without telling anyone."""
        blocked = self.blockSignals(True)
        self.setChecked(checked)
        self.blockSignals(blocked)
        self.update()


class Chip(PaintedButton):
    """A pill that is on or off.

    A locked chip is on and stays on; clicking it says why.
    """

    HEIGHT = 23

    def __init__(self, text: str, checkable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(checkable)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self._locked = ""

    def sizeHint(self) -> QSize:
        """Return the size that holds the text when bold, so that nothing moves when it is switched on."""
        width = QFontMetrics(_bold(self.font())).horizontalAdvance(self.text())
        return QSize(min(width + 20, MAX_CHIP), self.HEIGHT)

    def set_locked(self, reason: str) -> None:
        """Refuse to be switched off for a reason that is told; an empty one allows it again."""
        self._locked = reason

    def locked(self) -> str:
        """Return why this chip cannot be switched off, empty if it can."""
        return self._locked

    def nextCheckState(self) -> None:
        """Toggle, unless locked."""
        if self._locked and self.isChecked():
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self._locked, self)
            QApplication.sendEvent(self.window(), QStatusTipEvent(self._locked))
            return
        super().nextCheckState()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill."""
        theme, on = self.theme, self.isChecked()
        painter = self.begin()
        ground = theme.accent_soft if on else theme.pressed if self.underMouse() else theme.track
        painter.setBrush(QColor(ground))
        ring = self.has_ring() or (on and self.underMouse())
        painter.setPen(QPen(QColor(theme.accent), 1) if ring else Qt.PenStyle.NoPen)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5) if ring else QRectF(self.rect())
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(QColor(theme.accent if on else theme.text if self.underMouse() else theme.muted))
        if on:
            painter.setFont(_bold(self.font()))
        inner = self.rect().adjusted(8, 0, -8, 0)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, text)


class _Segment(PaintedButton):
    """One choice of a `SegmentedControl`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 16, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self.theme, self.isChecked()
        painter = self.begin()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -1)
        if on:
            if not theme.is_dark:  # a hint of a shadow lifts the chosen one
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(0, 0, 0, 26))
                painter.drawRoundedRect(box.translated(0, 1), 5, 5)
            painter.setBrush(QColor(theme.panel))
            painter.setPen(QPen(QColor(theme.accent), 1) if self.has_ring() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 5, 5)
        if on:
            painter.setFont(_bold(self.font()))
        painter.setPen(QColor(theme.text if on or self.underMouse() else theme.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class SegmentedControl(QWidget):
    """A switch between a few choices; ``chosen`` tells the key of the one a user picks."""

    chosen = Signal(str)

    def __init__(self, choices: tuple[tuple[str, str, str], ...], parent: QWidget | None = None) -> None:
        """Build the switch from (key, text, tooltip) triples."""
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Segment] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        for key, text, tip in choices:
            button = _Segment(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setObjectName(key)
            self._buttons[key] = button
            self._group.addButton(button)
            layout.addWidget(button, 1)
        self.setFixedHeight(29)
        self._group.buttonClicked.connect(self._clicked)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        self.update()

    def current(self) -> str:
        """Return the key of the choice shown, empty before the first."""
        button = self._group.checkedButton()
        return button.objectName() if button is not None else ""

    def set_current(self, key: str) -> None:
        """Show a choice without telling anyone."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> QAbstractButton:
        """Return the button of a choice."""
        return self._buttons[key]

    def _clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(button.objectName())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.track))
        painter.drawRoundedRect(self.rect(), 6, 6)


class Tile(PaintedButton):
    """A framed picture with its name below, one of several to choose from."""

    SIDE = 52
    INNER = 46

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._picture = QPixmap()

    def set_picture(self, picture: QPixmap) -> None:
        """Show another picture, `INNER` pixels wide."""
        self._picture = picture
        self.update()

    def picture(self) -> QPixmap:
        """Return the picture shown."""
        return self._picture

    def sizeHint(self) -> QSize:
        """Return the size of the frame and one line of text."""
        return QSize(self.SIDE + 2, self.SIDE + 20)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a tile does not shrink."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light the frame."""
        super().enterEvent(event)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, the picture and the name."""
        theme, on = self.theme, self.isChecked()
        painter = self.begin()
        left = (self.width() - self.SIDE) / 2
        frame = QRectF(left, 0, self.SIDE, self.SIDE)
        if on:
            pen, inset = QPen(QColor(theme.accent), 2), 1.0
        else:
            hot = self.underMouse() or self.has_ring()
            pen, inset = QPen(QColor(theme.faint if hot else theme.border), 1), 0.5
        painter.setPen(pen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawRoundedRect(frame.adjusted(inset, inset, -inset, -inset), 6, 6)
        if not self._picture.isNull():
            gap = (self.SIDE - self.INNER) / 2
            painter.drawPixmap(
                QRectF(left + gap, gap, self.INNER, self.INNER), self._picture, QRectF(self._picture.rect())
            )
        font = caption_font(self.font(), QFont.Weight.Bold if on else QFont.Weight.Normal)
        painter.setFont(font)
        below = QRect(0, self.SIDE + 3, self.width(), self.height() - self.SIDE - 3)
        painter.setPen(QColor(theme.text if on or self.underMouse() else theme.muted))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
        if on and self.has_ring():
            width = painter.fontMetrics().horizontalAdvance(text)
            y = below.top() + painter.fontMetrics().height() + 0.5
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawLine(
                round((self.width() - width) / 2), round(y), round((self.width() + width) / 2), round(y)
            )
