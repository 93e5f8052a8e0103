"""What the Help menu does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.dialogs.about import AboutDialog
from ui.dialogs.shortcuts import ShortcutsDialog
from ui.shortcuts_table import sections

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class HelpCommands(QObject):
    """Shows what the program is and which keys it knows.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def show_shortcuts(self) -> None:
        """List all keys."""
        dialog = ShortcutsDialog(sections(), self._window)
        dialog.exec()
        dialog.deleteLater()

    def show_about(self) -> None:
        """Tell name, version and licence."""
        dialog = AboutDialog(self._window)
        dialog.exec()
        dialog.deleteLater()
