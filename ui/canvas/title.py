"""The title of a layer's header: a click selects the layer, a drag takes it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPen
from PySide6.QtWidgets import QApplication

from ui.widgets.buttons import PaintedButton

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

_PAD = 8
_SELECTING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HeaderTitle(PaintedButton):
    """A name that is checked while its layer is selected.

    ``picked`` carries the keyboard modifiers of a click or of Space, ``dragged`` and ``dropped`` where
    the pointer is on the screen; ``cancelled`` ends a drag without effect.

    Parameters
    ----------
    movable : bool
        Whether it can be dragged.
    """

    picked = Signal(object)
    dragged = Signal(QPointF)
    dropped = Signal(QPointF)
    cancelled = Signal()

    HEIGHT = 22

    def __init__(self, movable: bool, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setCheckable(True)
        self._movable = movable
        self._grip: QPointF | None = None
        self._dragging = False

    def bold(self) -> QFont:
        """Return the font of the text."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def sizeHint(self) -> QSize:
        """Return the size of the text and the room for the mark of the selection."""
        width = QFontMetrics(self.bold()).horizontalAdvance(self.text())
        return QSize(width + 2 * _PAD, self.HEIGHT)

    def nextCheckState(self) -> None:
        """Stay: the selection says what is checked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the layer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.globalPosition()
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell where the layer is dragged, once the pointer has clearly moved."""
        if self._grip is None or not self._movable:
            return
        far = (event.globalPosition() - self._grip).manhattanLength()
        if self._dragging or far >= QApplication.startDragDistance():
            if not self._dragging:
                self._dragging = True
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select, or let go of what was dragged."""
        if event.button() != Qt.MouseButton.LeftButton or self._grip is None:
            return
        dragging = self._dragging
        self._end()
        if dragging:
            self.dropped.emit(event.globalPosition())
        elif self.rect().contains(event.position().toPoint()):
            self.picked.emit(event.modifiers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select with Space or Return; Escape gives up a drag; other keys are the canvas's."""
        if event.key() == Qt.Key.Key_Escape and self._dragging:
            self._end()
            self.cancelled.emit()
        elif event.key() in _SELECTING:
            self._by_key = True
            self.update()
            self.picked.emit(event.modifiers())
        else:
            event.ignore()

    def _end(self) -> None:
        self._grip = None
        self._dragging = False
        self.unsetCursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the name; framed where the layer is selected or the keyboard is."""
        theme, painter = self.theme, self.begin()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        on = self.isChecked()
        if on or self.has_ring() or self.underMouse():
            painter.setBrush(QColor(theme.accent_soft if on else theme.hover))
            width = 2 if on and self.has_ring() else 1
            edge = QPen(QColor(theme.accent), width) if on or self.has_ring() else Qt.PenStyle.NoPen
            painter.setPen(edge)
            painter.drawRoundedRect(box, 5, 5)
        painter.setFont(self.bold())
        painter.setPen(QColor(theme.accent if on else theme.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
