"""Ctrl+Z for the document, also while a field has the focus but nothing is being typed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow


class UndoKeys(QObject):
    """Keeps line edits of a window from claiming the keys of undo and redo when they have nothing to undo.

    Qt's line edits claim them always: after a number was typed and taken over, Ctrl+Z would do nothing.

    Parameters
    ----------
    window : QMainWindow
        Its fields are meant, not those of dialogs; also the owner.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._watch)

    def _watch(self, old: QWidget | None, new: QWidget | None) -> None:
        # Only the field with the focus: a filter of all events would cost every one of them.
        if isinstance(old, QLineEdit):
            old.removeEventFilter(self)
        if isinstance(new, QLineEdit) and new.window() is self._window:
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Withhold the question whether the field wants the key."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        standard = QKeySequence.StandardKey
        if not (event.matches(standard.Undo) or event.matches(standard.Redo)):
            return False
        if isinstance(watched, QLineEdit) and watched.isModified():
            return False
        event.ignore()
        return True
