"""Saving a picture: what is asked before a file is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.dialogs.picture_dialog import PictureDialog
from ui.dialogs.picture_form import PictureForm
from ui.pictures import SHARPNESS, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from ui.looks.theme import Theme
    from ui.pictures import Source


class SavePictureDialog(PictureDialog):
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
        form = PictureForm(sources, theme, WIDTHS)
        super().__init__(self.tr("Save picture"), self.tr("Save…"), form, parent)
        form.changed.connect(self._show_size)
        self._show_size()

    def _show_size(self) -> None:
        width, height = self.form.width_chosen(), self.form.height_chosen()
        text = self.tr("PNG: {width} × {height} pixels. SVG, PDF: lines and words, sharp at any size.")
        pixels = {"width": f"{SHARPNESS * width:,}", "height": f"{SHARPNESS * height:,}"}
        self.form.measure.setText(text.format(**pixels))
