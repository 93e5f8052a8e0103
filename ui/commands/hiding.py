"""Which controls of the window the document hides: chosen by a teacher, brought back by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from ui.document import Document


class HidingCommands(QObject):
    """Hides controls and shows them again.

    Parameters
    ----------
    window : QWidget
        The parent of the dialog, and the owner.
    document : Document
        What says which are hidden.
    """

    viewEdited = Signal(object, str)
    """How the document shall be shown, and what was changed."""

    def __init__(self, window: QWidget, document: Document) -> None:
        super().__init__(window)
        self._window = window
        self._document = document

    def choose(self) -> None:
        """Ask which controls to hide."""
        from ui.dialogs.hidden_controls import HiddenControlsDialog  # the start need not wait for it

        view = self._document.experiment.view
        dialog = HiddenControlsDialog(view.hidden, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        hidden = dialog.hidden()
        dialog.deleteLater()
        if accepted:
            self.viewEdited.emit(view.edited(hidden=hidden), self.tr("Hidden controls"))

    def show_all(self) -> None:
        """Bring all controls back."""
        view = self._document.experiment.view
        self.viewEdited.emit(view.edited(hidden=()), self.tr("Show hidden controls"))
