"""Rows of a panel: a label of fixed width and a control, and the titles above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ui.widgets.themed import label

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

LABEL_WIDTH = 90
ROW_GAP = 2
ROW_HEIGHT = 22


class RowLabel(QLabel):
    """A muted label in the first column; one that is too long ends in an ellipsis."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("look", "muted")
        self.setFixedWidth(LABEL_WIDTH)

    def minimumSizeHint(self) -> QSize:
        """Ask for no width: the column's is fixed."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, shortened where it does not fit."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Row(QWidget):
    """A label and a control beside it."""

    def __init__(self, text: str, control: QWidget, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        caption = RowLabel(text)
        caption.setBuddy(control)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(ROW_GAP)
        layout.addWidget(caption)
        layout.addWidget(control, 1)
        self.setMinimumHeight(ROW_HEIGHT)
        self.setToolTip(tip)
        named = control.focusProxy() or control
        if not named.accessibleName():
            named.setAccessibleName(text)


class SectionTitle(QWidget):
    """A title in capitals at the left and a note at the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(title, "title"))
        layout.addStretch(1)
        self.note = label("", "note")
        layout.addWidget(self.note)
        self.setFixedHeight(16)

    def set_note(self, text: str) -> None:
        """Show another note."""
        if text != self.note.text():
            self.note.setText(text)


def line(vertical: bool = False) -> QFrame:
    """Return a hairline that separates."""
    result = QFrame()
    result.setProperty("look", "line")
    if vertical:
        result.setFixedWidth(1)
    else:
        result.setFixedHeight(1)
    return result
