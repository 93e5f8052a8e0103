"""A small card of facts: a heading and lines of name and value."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme
from ui.widgets.themed import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class Facts(QWidget):
    """A framed card; long values wrap."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._texts: tuple[str, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 8, 10, 9)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def texts(self) -> tuple[str, ...]:
        """Return everything shown, in reading order."""
        return self._texts

    def show_facts(self, heading: str, facts: Sequence[tuple[str, str]], tooltip: str = "") -> None:
        """Show a heading and (name, value) lines."""
        texts = (heading, *(text for fact in facts for text in fact))
        if texts == self._texts:
            return
        self._texts = texts
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        title = label(self.fontMetrics().elidedText(heading, Qt.TextElideMode.ElideMiddle, 210), "number")
        self._grid.addWidget(title, 0, 0, 1, 2)
        for row, (name, value) in enumerate(facts, start=1):
            self._grid.addWidget(label(name, "caption"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self._value(value), row, 1)
        self.setToolTip(escape(tooltip))

    def _value(self, text: str) -> QLabel:
        shown = text if len(text) <= 120 else text[:117] + "…"  # a table may have hundreds of columns
        result = label(shown, "caption")
        result.setTextFormat(Qt.TextFormat.PlainText)
        result.setWordWrap(True)
        result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        result.setToolTip(escape(text))
        return result

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.canvas))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
