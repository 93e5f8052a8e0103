"""The first row of the window: the program's name, the menus, and the document's title."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QProxyStyle,
    QSizePolicy,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QVBoxLayout,
    QWidget,
)

from ui.widgets.row import line

HEIGHT = 43


class _Plain(QProxyStyle):
    """Fusion without a line under the letter that Alt chooses; the letters work all the same."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return 0
        return super().styleHint(hint, option, widget, returned)


class MenuRow(QWidget):
    """A menu bar with a name before it and a title in the middle of what is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = QLabel("Unfold")
        self.bar = QMenuBar()
        self._style = _Plain("Fusion")
        self.bar.setStyle(self._style)
        self.bar.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._title = QLabel()
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(9)
        row.addWidget(self._name)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row, 1)
        layout.addWidget(line())
        self.setFixedHeight(HEIGHT + 1)
        self._set_fonts()

    def show_title(self, title: str) -> None:
        """Show the document's title."""
        self._title.setText(title)

    def title(self) -> str:
        """Return the title shown."""
        return self._title.text()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._set_fonts()

    def _set_fonts(self) -> None:
        bold = QFont(self.font())
        if bold.pixelSize() > 0:
            bold.setPixelSize(bold.pixelSize() + 1)
        bold.setWeight(QFont.Weight.Bold)
        self._name.setFont(bold)
        medium = QFont(self.font())
        medium.setWeight(QFont.Weight.Medium)
        self._title.setFont(medium)
