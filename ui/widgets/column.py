"""A column of panels that scrolls when the window is low."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from ui.widgets.row import line

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

WIDTH = 267
_BAR = 8


class Column(QScrollArea):
    """Panels below each other in a column of fixed width.

    The vertical bar, shown only when needed, lies over the margin of the panels: nothing is laid out anew
    when it comes and goes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._body = QWidget()
        self._body.setProperty("look", "column")
        self._layout = QVBoxLayout(self._body)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.setWidget(self._body)
        self._over = QScrollBar(Qt.Orientation.Vertical, self)
        hidden = self.verticalScrollBar()
        hidden.rangeChanged.connect(self._follow_range)
        hidden.valueChanged.connect(self._over.setValue)
        self._over.valueChanged.connect(hidden.setValue)
        self._follow_range(hidden.minimum(), hidden.maximum())

    def add(self, panel: QWidget) -> None:
        """Append a panel."""
        self._layout.insertWidget(self._layout.count() - 1, panel)

    def add_line(self) -> None:
        """Append a hairline."""
        self.add(line())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar at the right edge."""
        super().resizeEvent(event)
        self._over.setGeometry(self.width() - _BAR, 0, _BAR, self.height())

    def _follow_range(self, low: int, high: int) -> None:
        self._over.setRange(low, high)
        self._over.setPageStep(self.verticalScrollBar().pageStep())
        self._over.setSingleStep(self.verticalScrollBar().singleStep())
        self._over.setVisible(high > low)
