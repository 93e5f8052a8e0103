"""What the experiment is called: its title, which exports and reports bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from ui.dialogs.title import TitleDialog

if TYPE_CHECKING:
    from ui.document import Document


class TitleCommands(QObject):
    """Gives the experiment another title.

    Parameters
    ----------
    window : QWidget
        The parent of the dialog, and the owner.
    document : Document
        What has the title.
    """

    titleEdited = Signal(str)
    """The experiment shall be called this."""

    def __init__(self, window: QWidget, document: Document) -> None:
        super().__init__(window)
        self._window = window
        self._document = document

    def edit(self) -> None:
        """Ask for another title."""
        dialog = TitleDialog(self._document.experiment.title, self._document.path, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        title = dialog.title()
        dialog.deleteLater()
        if accepted:
            self.titleEdited.emit(title)
