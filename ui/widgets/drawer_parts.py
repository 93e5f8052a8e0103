"""What a drawer is worked with: its tabs, and the edge that is dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from ui.looks.theme import LIGHT, Theme
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

TABS = 34  # pixels
GRIP = 5
_GAP = 20  # between the texts of two tabs
_STEP = 20  # pixels that a key moves the grip


class Tabs(QTabBar):
    """Flat text tabs; while no page is open, the current one is only where the keyboard stands."""

    pressed = Signal(int, bool)
    """A tab was pressed: which, and whether it was the current one already."""
    flipped = Signal()
    """A key opens or closes the current one."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.opened = False
        self._by_key = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(TABS)

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def tabSizeHint(self, index: int) -> QSize:
        """Return the size that holds the text when bold, so that nothing moves when its page opens."""
        width = QFontMetrics(self._bold()).horizontalAdvance(self.tabText(index))
        return QSize(width + _GAP, TABS)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return the same: a tab does not shrink."""
        return self.tabSizeHint(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which tab was pressed."""
        before, at = self.currentIndex(), self.tabAt(event.position().toPoint())
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.pressed.emit(at, at == before)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the page as it is."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open and close; the arrow keys go from tab to tab."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.flipped.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the texts, a line under the open one, and a ring where the keyboard is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = self.tabAt(self.mapFromGlobal(self.cursor().pos())) if self.underMouse() else -1
        for index in range(self.count()):
            self._paint_tab(painter, index, index == under)

    def _paint_tab(self, painter: QPainter, index: int, under: bool) -> None:
        theme, rect = self.theme, self.tabRect(index)
        current = index == self.currentIndex()
        on = current and self.opened
        painter.setFont(self._bold() if on else self.font())
        painter.setPen(QColor(theme.text if on or under else theme.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
        inner = QRectF(rect).adjusted(_GAP / 2, 0, -_GAP / 2, 0)
        if on:
            painter.fillRect(QRectF(inner.left(), TABS - 2, inner.width(), 2), QColor(theme.accent))
        if current and self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(inner.adjusted(-5.5, 6.5, 5.5, -7.5), 4, 4)


class Grip(QWidget):
    """The upper edge of the drawer, which a hand or the arrow keys move."""

    moved = Signal(int)
    """By so many pixels upwards since it was taken."""
    released = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._from: int | None = None
        self.setFixedHeight(GRIP)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(self.tr("Height of the page"))
        self.setToolTip(tip(self.tr("Height of the page"), self.tr("Drag, or press the up and down keys.")))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = round(event.globalPosition().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the edge."""
        if self._from is not None:
            self.moved.emit(self._from - round(event.globalPosition().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._from is not None:
            self._from = None
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the edge up or down."""
        step = {Qt.Key.Key_Up: _STEP, Qt.Key.Key_Down: -_STEP}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.moved.emit(step)
        self.released.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the edge while it is pointed at, held or has the focus."""
        if self.hasFocus() or self.underMouse() or self._from is not None:
            QPainter(self).fillRect(QRect(0, 0, self.width(), 2), QColor(self.theme.accent))
