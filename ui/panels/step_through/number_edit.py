"""A number that is typed, or counted up and down with the arrow keys and the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.wording.names import read_number

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QWheelEvent

_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}


class NumberEdit(QLineEdit):
    """Keeps a number within bounds; ``chosen`` tells every one that a user enters.

    Parameters
    ----------
    low, high : float
        The bounds, both allowed.
    whole : bool
        Whether only whole numbers count.
    """

    chosen = Signal(float)

    def __init__(self, low: float, high: float, whole: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high, self._whole = low, high, whole
        self._value = low if low > 0 else 0.0
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self._typed)
        self.set_value(self._value)

    def value(self) -> float:
        """Return the number."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a number, within the bounds, without telling anyone."""
        self._value = min(max(value, self._low), self._high)
        # Without separated thousands: a comma is read as a decimal sign.
        text = str(round(self._value)) if self._whole else f"{self._value:.6g}"
        self.setText(text.replace("-", "−"))

    def set_range(self, low: float, high: float) -> None:
        """Change the bounds; a number beyond them is moved to the nearest."""
        self._low, self._high = low, high
        self.set_value(self._value)

    def _typed(self) -> None:
        if not self.isModified():
            return
        value = read_number(self.text(), whole=self._whole)
        if value is None:
            self.set_value(self._value)
        else:
            self._choose(float(round(value)) if self._whole else value)

    def _choose(self, value: float) -> None:
        before = self._value
        self.set_value(value)
        if self._value != before:
            self.chosen.emit(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Count with the arrow keys."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._choose(self._value + step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Count if it has the focus; else let the panel scroll."""
        if self.hasFocus() and event.angleDelta().y():
            self._choose(self._value + (1 if event.angleDelta().y() > 0 else -1))
        else:
            event.ignore()
