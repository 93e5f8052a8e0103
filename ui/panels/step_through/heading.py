"""What a step is about, and what it comes to, in large letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme, pixel_size, tabular
from ui.widgets.themed import set_look

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class ElidedLabel(QLabel):
    """A line that ends in an ellipsis where there is no room, with all of it in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Ask for room for a few letters."""
        return QSize(40, super().minimumSizeHint().height())

    def shown(self) -> str:
        """Return the text as it is painted."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown()
        )


class Heading(QWidget):
    """A title at the left, a result at the right, and room for a button after it."""

    def __init__(self, button: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._result, self._old = "", False
        self.title = ElidedLabel()
        set_look(self.title, "number")
        self.result = QLabel()
        self.result.setTextFormat(Qt.TextFormat.RichText)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result.setAccessibleName(self.tr("Result"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.title, 1)
        layout.addWidget(self.result)
        layout.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.show_texts(self.title.text(), self._result, self._old)

    def show_texts(self, title: str, result: str, old: bool) -> None:
        """Show a title, and a result as rich text; an old one is muted."""
        self._result, self._old = result, old
        self.title.setText(title)
        self.title.setToolTip(title)
        font = tabular(self.font())
        font.setPixelSize(pixel_size(self.font()) + 6)  # read from the last row of a class
        self.result.setFont(font)
        colour = self._theme.muted if old else self._theme.text
        self.result.setText(f"<span style='color:{colour}'>{result}</span>")
