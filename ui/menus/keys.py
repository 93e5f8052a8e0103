"""The menu's Ctrl keys, also while a field has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

_Key = Qt.Key
_EDITING = {_Key.Key_Backspace, _Key.Key_Delete, _Key.Key_Left, _Key.Key_Right, _Key.Key_Home, _Key.Key_End}


class MenuKeys(QObject):
    """Keeps line edits of a window from claiming the Ctrl keys of its commands.

    Qt's line edits claim many, as those of undo always and on Linux Ctrl+E for the end of the line: after
    a number was typed and taken over, the menu's keys would do nothing.  Undo and redo stay with a field
    in which something is being typed, and keys that delete text or go through it always.

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
        """Answer for the field whether it wants the key, or withhold the question."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not self._is_command(event):
            return False
        if event.key() in _EDITING:
            event.accept()  # not every one of them is claimed by Qt, as Ctrl+Shift+Backspace
            return True
        standard = QKeySequence.StandardKey
        undoes = event.matches(standard.Undo) or event.matches(standard.Redo)
        if undoes and isinstance(watched, QLineEdit) and watched.isModified():
            return False
        event.ignore()
        return True

    def _is_command(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(event.keyCombination())
        everywhere = Qt.ShortcutContext.WindowShortcut
        return any(
            pressed in action.shortcuts()
            for action in self._window.findChildren(QAction)
            if action.shortcutContext() == everywhere
        )
