"""A number of the network that can be typed, dragged, turned by the wheel and stepped by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from ui.canvas.describe import number
from ui.looks.theme import LIGHT, Theme
from ui.widgets.themed import repolish
from ui.wording.names import read_number

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

STEP = 0.05  # a notch of the wheel, an arrow key
DRAG_STEP = 0.01  # a pixel
COARSE, FINE = 10.0, 0.1
LARGEST = 1e6
_SETTLE_MS = 250  # frames that were under way when the number was edited do not know it yet
_KEYS = {Qt.Key.Key_Up: 1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_PageUp: COARSE, Qt.Key.Key_PageDown: -COARSE}


def factor(modifiers: Qt.KeyboardModifier) -> float:
    """Return how much larger or finer a step is with Shift or Ctrl held."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return COARSE
    return FINE if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0


def moved(value: float, change: float) -> float:
    """Return a number after a step, kept within what is allowed and free of rounding dust."""
    return round(min(max(value + change, -LARGEST), LARGEST), 6)


class NumberField(QLineEdit):
    """Looks like text until it is pointed at; every change is told at once.

    ``numberEdited`` carries the new number, ``problemFound`` one line about what was typed and cannot be
    used, empty as soon as that is over, ``left`` says that Escape was pressed with nothing typed.
    """

    numberEdited = Signal(float)
    problemFound = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._number = 0.0
        self._settling = QElapsedTimer()
        self._grip: float | None = None
        self._scrubs = False
        self._from = 0.0
        self._wheel = 0.0
        self.setProperty("look", "value")
        self.setProperty("wrong", False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a press may begin a drag; only a click takes the focus
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.returnPressed.connect(self._commit)
        self.textEdited.connect(lambda _: self._complain(""))

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def number(self) -> float:
        """Return the number as it is, typing aside."""
        return self._number

    def show_number(self, value: float) -> None:
        """Show the number of a frame; while a hand is at it, and shortly after, what was set stays."""
        if self._scrubs or (self._settling.isValid() and self._settling.elapsed() < _SETTLE_MS):
            return
        self._number = value
        if not self.isModified():
            self._write()

    def forget(self) -> None:
        """Give up what was typed or set: another number is to be shown."""
        self._settling.invalidate()
        self._grip, self._scrubs, self._wheel = None, False, 0.0
        self._drop()

    def step(self, steps: float, modifiers: Qt.KeyboardModifier) -> None:
        """Change the number by so many steps."""
        self.set_by_hand(moved(self._number, steps * STEP * factor(modifiers)))

    def set_by_hand(self, value: float) -> None:
        """Take a number that the user sets, and tell it."""
        self._drop()
        if value != self._number:
            self._number = value
            self.numberEdited.emit(value)
        self._settling.start()
        self._write()

    def _write(self) -> None:
        text = number(self._number)
        if text != self.text():
            self.setText(text)
            if self.hasFocus() and not self._scrubs:
                self.selectAll()  # typing replaces
            else:
                self.setCursorPosition(0)

    def _drop(self) -> None:
        """Give up what was typed."""
        self.setModified(False)
        self._complain("")

    def _commit(self) -> None:
        if not self.isModified():
            return
        value = read_number(self.text())
        if value is None:
            self._complain(self.tr("Type a number, such as 0.5 or −2."))
        elif abs(value) > LARGEST:
            self._complain(self.tr("Type a number between −1,000,000 and 1,000,000."))
        else:
            self.set_by_hand(value)
            self.selectAll()

    def _complain(self, problem: str) -> None:
        if self.property("wrong") != bool(problem):
            self.setProperty("wrong", bool(problem))
            repolish(self)
            self.problemFound.emit(problem)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select all, so that typing replaces."""
        super().focusInEvent(event)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take over what was typed if it is a number; else it is given up."""
        super().focusOutEvent(event)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        self._commit()
        self._drop()
        self._write()
        self.deselect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow and page keys, give up with Escape."""
        steps = _KEYS.get(Qt.Key(event.key()))
        if steps is not None:
            self.step(steps, event.modifiers())
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.isModified():
            self._drop()
            self._write()
            self.selectAll()
        else:
            self.left.emit()

    def turn(self, delta: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Step by the notches of a wheel; a touch pad sends many small parts of one."""
        self._wheel += (delta.y() or delta.x()) / 120
        steps = int(self._wheel)
        self._wheel -= steps
        if steps:
            self.step(steps, modifiers)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step by notches."""
        self.turn(event.angleDelta(), event.modifiers())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin what may become a drag; while something is being typed, place the cursor."""
        if event.button() != Qt.MouseButton.LeftButton or self.isModified():
            super().mousePressEvent(event)
            return
        self._grip, self._from = event.position().x(), self._number

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the number with the distance."""
        if self._grip is None:
            super().mouseMoveEvent(event)
            return
        distance = event.position().x() - self._grip
        if not self._scrubs:
            if abs(distance) < QApplication.startDragDistance():
                return
            self._scrubs = True
        # From where the drag began: training goes on meanwhile, and would pull the number from the hand.
        self.set_by_hand(moved(self._from, distance * DRAG_STEP * factor(event.modifiers())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a click without one takes the focus, ready to be typed over."""
        if self._grip is None:
            super().mouseReleaseEvent(event)
            return
        dragged = self._scrubs
        self._grip, self._scrubs = None, False
        if not dragged:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.selectAll()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Be ready to be typed over."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.selectAll()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a line below the number: it can be changed."""
        super().paintEvent(event)
        if self.isEnabled() and not self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(self._theme.faint), 1, Qt.PenStyle.DotLine))
            painter.drawLine(3, self.height() - 1, self.width() - 3, self.height() - 1)
