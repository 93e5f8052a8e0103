"""Saving a picture: what is asked before a file is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from ui.dialogs.buttons import lead
from ui.dialogs.picture_form import PictureForm
from ui.pictures import SHARPNESS, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.looks.theme import Theme
    from ui.pictures import Source


class SavePictureDialog(QDialog):
    """Shows what will be saved; ``form`` has what was chosen.

    Parameters
    ----------
    sources : sequence of Source
        The pictures.
    theme : Theme
        That of the window.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, sources: Sequence[Source], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save picture"))
        self.form = PictureForm(sources, theme, WIDTHS)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(self.tr("Save…"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        self.accept_button.setToolTip(self.tr("Choose the file; its suffix is the format"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(self.form, 1)
        layout.addWidget(buttons)
        self.form.changed.connect(self._show_size)
        self._show_size()
        self.form.picture.setFocus()

    def _show_size(self) -> None:
        width, height = self.form.width_chosen(), self.form.height_chosen()
        text = self.tr("PNG: {width} × {height} pixels. SVG, PDF: lines and words, sharp at any size.")
        pixels = {"width": f"{SHARPNESS * width:,}", "height": f"{SHARPNESS * height:,}"}
        self.form.measure.setText(text.format(**pixels))
