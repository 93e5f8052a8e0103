"""Where the parts of the window stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.row import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from ui.widgets.column import Column
    from ui.widgets.drawer import Drawer

RIGHT_WIDTH = 380


class Middle(QWidget):
    """A column with a drawer at its foot; what stands above keeps its smallest height.

    Parameters
    ----------
    above : QWidget
        Takes the room that the drawer leaves.
    drawer : Drawer
        Takes the height it wants, as far as there is room.
    """

    def __init__(self, above: QWidget, drawer: Drawer) -> None:
        super().__init__()
        self._above, self._drawer = above, drawer
        above.setParent(self)
        drawer.setParent(self)
        drawer.heightChanged.connect(self._place)

    def minimumSizeHint(self) -> QSize:
        """Return the size at which the drawer is closed."""
        above, below = self._above.minimumSize(), self._drawer.minimumSizeHint()
        return QSize(above.width(), above.height() + below.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place both anew."""
        self._place()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        self._drawer.fit(height, self._above.minimumHeight())
        below = min(self._drawer.sizeHint().height(), height)
        self._above.setGeometry(0, 0, width, height - below)
        self._drawer.setGeometry(0, height - below, width, below)


def arranged(bar: QWidget, left: Column, middle: QWidget, right: Sequence[QWidget]) -> QWidget:
    """Return a widget with a bar above three columns, the middle one taking the room that is left.

    Parameters
    ----------
    bar, left, middle : QWidget
        Each where its name says.
    right : sequence of QWidget
        Below each other; the last takes the room that is left.
    """
    last = QWidget()
    last.setProperty("look", "column")
    last.setFixedWidth(RIGHT_WIDTH)
    views = _tight(QVBoxLayout(last))
    for widget in right:
        views.addWidget(widget, 1 if widget is right[-1] else 0)
    columns = _tight(QHBoxLayout())
    for widget in (left, line(vertical=True), middle, line(vertical=True), last):
        columns.addWidget(widget, 1 if widget is middle else 0)
    whole = QWidget()
    rows = _tight(QVBoxLayout(whole))
    rows.addWidget(bar)
    rows.addWidget(line())
    rows.addLayout(columns, 1)
    return whole


def _tight(layout: QBoxLayout) -> QBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
