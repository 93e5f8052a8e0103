"""The sheet of all keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.dialogs.about import Sheet
from ui.widgets.themed import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.menus.shortcuts_table import Section

_AROUND = 190  # pixels of headline, button, margins and the window's own frame
_TITLE_ROWS = 1.8  # how many rows a title and the room above it take


class ShortcutsDialog(Sheet):
    """Sections of keys and what they do, in two columns of about equal height.

    Parameters
    ----------
    sections : sequence of Section
        In the order to read them: down the left column, then down the right one.
    """

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.show_headline(self.tr("Keyboard shortcuts"))
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 0, 14, 0)
        columns.setSpacing(44)
        cut = _cut(sections)
        for part in (sections[:cut], sections[cut:]):
            columns.addLayout(self._column(part), 1)
        body = QWidget()
        body.setLayout(columns)
        body.setProperty("look", "column")
        scroll = QScrollArea()
        scroll.setProperty("look", "texts")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(self.tr("Keyboard shortcuts"))
        scroll.setWidget(body)
        self.content.addWidget(scroll, 1)
        room = self.screen().availableSize().height() - _AROUND
        bar = scroll.verticalScrollBar().sizeHint().width()
        wanted = body.sizeHint().grownBy(QMargins(2, 2, 2, 2))
        scroll.setMinimumSize(wanted.width() + bar, min(wanted.height(), room))

    def _column(self, sections: Sequence[Section]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(5)
        for section in sections:
            if column.count():
                column.addSpacing(11)
            column.addWidget(label(section.title.upper(), "title"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(22)
            grid.setVerticalSpacing(4)
            grid.setColumnStretch(0, 1)
            for row, (keys, text) in enumerate(section.rows):
                grid.addWidget(label(text, ""), row, 0)
                grid.addLayout(self._keys(keys), row, 1)
            column.addLayout(grid)
        column.addStretch(1)
        return column

    def _keys(self, keys: Sequence[str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addStretch(1)
        for key in keys:
            row.addWidget(label(key, "key"))
        return row


def _cut(sections: Sequence[Section]) -> int:
    """Return where to begin the second column."""
    sizes = [len(section.rows) + _TITLE_ROWS for section in sections]
    return min(range(1, len(sizes)), key=lambda at: max(sum(sizes[:at]), sum(sizes[at:])), default=len(sizes))
