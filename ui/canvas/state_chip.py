"""A pill that says by its word, not by its colour alone, whether it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics

from ui.widgets.buttons import Chip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class StateChip(Chip):
    """A pill that says by its word whether it is on: "Mute" and "Muted"."""

    def __init__(self, off: str, on: str, parent: QWidget) -> None:
        super().__init__(off, parent=parent)
        self._words = (off, on)
        self.toggled.connect(self._say)

    def set_on(self, on: bool) -> None:
        """Show a state without telling anyone."""
        self.show_checked(on)
        self._say(on)

    def _say(self, on: bool) -> None:
        self.setText(self._words[on])

    def sizeHint(self) -> QSize:
        """Return the size that holds both words, so that nothing moves when it is switched."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        return QSize(max(metrics.horizontalAdvance(word) for word in self._words) + 20, self.HEIGHT)
