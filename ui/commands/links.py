"""Links of TensorFlow Playground: opening one, and making one of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from engine.errors import UnfoldError
from ui.dialogs.messages import show_problems

if TYPE_CHECKING:
    from ui.document import Document
    from ui.looks.appearance import Appearance


class LinkCommands(QObject):
    """Opens links and copies them.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document : Document
        What a link is made of.
    appearance : Appearance
        The theme of the dialogs.
    """

    opened = Signal(object, str)
    """The Experiment of a link that shall be opened, and what to tell then."""
    done = Signal(str)
    """A link was copied: what to tell the user."""

    def __init__(self, window: QWidget, document: Document, appearance: Appearance) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._appearance = appearance

    def open(self) -> None:
        """Ask for a link, the one that was copied last to begin with, and open it."""
        from engine.files.playground.link import is_link  # the start need not wait for links

        copied = QGuiApplication.clipboard().text()
        self.ask(copied if is_link(copied) else "")

    def ask(self, text: str) -> None:
        """Show what a link opens, and open it or another one."""
        from ui.dialogs.open_link import OpenLinkDialog

        dialog = OpenLinkDialog(text, self._window)
        dialog.set_theme(self._appearance.theme)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        link = dialog.link
        dialog.deleteLater()
        if accepted and link is not None:
            self.opened.emit(link.experiment, self.tr("The experiment of the link is open"))

    def copy(self) -> None:
        """Copy the document's link, or tell everything that no link can say."""
        from engine.files.playground.link import write_link

        try:
            made = write_link(self._document.experiment)
        except UnfoldError as error:
            show_problems(
                self._window,
                self._appearance.theme,
                self.tr("TensorFlow Playground cannot show this experiment"),
                error.problems,
            )
            return
        QGuiApplication.clipboard().setText(made.url)
        self.done.emit(" ".join((self.tr("The link is copied."), *made.notes)))
