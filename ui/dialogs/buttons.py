"""One main button a dialog: Enter presses it, wherever the focus has been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialogButtonBox

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _EnterPresses(QObject):
    """Lets Enter press the button that has the focus, which Qt does for "auto-default" ones alone."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QPushButton):
            return False
        if event.type() != QEvent.Type.KeyPress or event.key() not in _ENTER:
            return False
        if not event.isAutoRepeat():  # of the Enter that has opened the dialog
            watched.click()
        return True


def lead(buttons: QDialogButtonBox, main: QPushButton) -> None:
    """Make one button the default of a dialog for good.

    Left alone, Qt makes any button the default that the focus passes, and leaves it so: after Tab over
    Cancel, Enter in a field would cancel and lose what was typed there.

    Parameters
    ----------
    buttons : QDialogButtonBox
        All buttons of the dialog.
    main : QPushButton
        The one that Enter presses, unless another has the focus.
    """
    enter = _EnterPresses(buttons)
    for button in buttons.buttons():
        if isinstance(button, QPushButton):
            button.setAutoDefault(False)  # of the main one too: it would stop when the focus leaves it
            button.installEventFilter(enter)
    main.setDefault(True)
