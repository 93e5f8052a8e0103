"""Which theme is on: the one chosen, or the system's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from ui.looks.theme import DARK, LIGHT, Theme, apply

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class Appearance(QObject):
    """Applies a theme to the application, and follows the system's where that is chosen.

    Parameters
    ----------
    app : QApplication
        Gets style, palette and style sheet.
    choice : {"system", "light", "dark"}
        What to begin with.
    """

    changed = Signal(object)
    """Another Theme is on."""

    def __init__(self, app: QApplication, choice: str) -> None:
        super().__init__(app)
        self._app = app
        # Before ours is applied: setting a palette changes what the system is said to prefer.
        self._system = self._system_theme()
        self.choice = choice
        self.theme = self._resolved()
        apply(app, self.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def choose(self, choice: str) -> None:
        """Use "light", "dark" or, with "system", what the desktop prefers."""
        self.choice = choice
        theme = self._resolved()
        if theme is not self.theme:
            self.theme = theme
            apply(self._app, theme)
            self.changed.emit(theme)

    def _resolved(self) -> Theme:
        return {"light": LIGHT, "dark": DARK}.get(self.choice, self._system)

    def _system_theme(self) -> Theme:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if dark else LIGHT

    def _system_changed(self) -> None:
        self._system = self._system_theme()
        self.choose(self.choice)
