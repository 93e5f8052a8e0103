"""Where the parts of the window stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.row import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.widgets.column import Column

RIGHT_WIDTH = 380


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
