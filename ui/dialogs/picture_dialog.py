"""What a dialog looks like that asks for a picture before a file is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from ui.dialogs.buttons import lead

if TYPE_CHECKING:
    from ui.dialogs.picture_form import PictureForm


class PictureDialog(QDialog):
    """A form above two buttons.

    Parameters
    ----------
    title : str
        Of the window.
    accept : str
        What the button says that goes on to the file.
    form : PictureForm
        What is asked.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, title: str, accept: str, form: PictureForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.form = form
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        self.accept_button.setToolTip(self.tr("Choose the file; its suffix is the format"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(14)
        self.column.addWidget(form, 1)
        self.column.addWidget(buttons)
        form.picture.setFocus()

    def add_below_form(self, widget: QWidget) -> None:
        """Put something between the form and the buttons."""
        self.column.insertWidget(1, widget)
