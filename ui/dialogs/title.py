"""Giving the experiment a title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.dialogs.buttons import lead
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH = 420
_LONGEST = 200  # letters, as the experiment takes them


class TitleDialog(QDialog):
    """A field for the title; an empty one is none.

    Parameters
    ----------
    title : str
        The title now.
    path : Path or None
        The document's file, by which the window goes on calling it.
    """

    def __init__(self, title: str, path: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Title"))
        self._old = title
        caption = QLabel(self.tr("Title of the experiment"))
        self.field = QLineEdit(title)
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(caption.text())
        self.field.setToolTip(
            tip(
                self.tr("Title"),
                self.tr("Exports, pictures and reports bear it, so choose what a reader understands."),
            )
        )
        caption.setBuddy(self.field)
        if path is None:
            text = self.tr("Exports, pictures and reports bear it, and the window until there is a file.")
        else:
            text = self.tr("Exports, pictures and reports bear it. The window shows the name of the file.")
        self.note = label(text, "muted")
        self.note.setWordWrap(True)
        self.field.setAccessibleDescription(text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(self.tr("Set title"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(caption)
        layout.addWidget(self.field)
        layout.addWidget(self.note)
        layout.addSpacing(6)
        layout.addWidget(buttons)
        self.setFixedWidth(_WIDTH)
        self.field.textChanged.connect(self._follow)
        self._follow(self.field.text())
        self.field.selectAll()
        self.field.setFocus()

    def title(self) -> str:
        """Return what was typed; an untouched title stays to the letter, though the field shows one line."""
        return self.field.text().strip() if self.field.isModified() else self._old

    @Slot(str)
    def _follow(self, text: str) -> None:
        self.accept_button.setEnabled(bool(text.strip()))
