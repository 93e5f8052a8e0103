"""What the Help menu does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

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
        from ui.dialogs.shortcuts import ShortcutsDialog  # the start need not wait for help
        from ui.menus.shortcuts_table import sections

        dialog = ShortcutsDialog(sections(), self._window)
        dialog.exec()
        dialog.deleteLater()

    def show_about(self) -> None:
        """Tell name, version and licence."""
        from ui.dialogs.about import AboutDialog

        dialog = AboutDialog(self._window)
        dialog.exec()
        dialog.deleteLater()
