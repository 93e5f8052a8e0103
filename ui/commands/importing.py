"""Importing a network from a file: weights for the one that is here, or another one with its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog

from ui.background import Background
from ui.dialogs.files import FileType, ask_open
from ui.dialogs.messages import show_problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from engine.errors import UnfoldError
    from engine.experiment import Experiment
    from engine.files.imports.imported import Imported
    from ui.document import Document
    from ui.looks.appearance import Appearance
    from ui.session import Session
    from ui.settings import Store


class ImportCommands(QObject):
    """Asks for a file, and for what it does not tell.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, session, appearance
        What the commands act on.
    store : Store
        Remembers the folder.
    open_experiment : callable
        Opens an Experiment as another document and tells a text; returns whether the user let it.
    """

    done = Signal(str)
    """Something was read: what to tell the user."""
    failed = Signal(str)
    """A fault of the program: its traceback."""
    networkChosen = Signal(object, object, str)
    """A Network, perhaps the one that is here, its tensors, and the file's name: edits of the document."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        session: Session,
        appearance: Appearance,
        store: Store,
        open_experiment: Callable[[Experiment, str], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._session = window, document, session
        self._appearance, self._store = appearance, store
        self._open_experiment = open_experiment
        self._path: Path | None = None
        self._types = (
            FileType(self.tr("Safetensors"), ".safetensors"),
            FileType(self.tr("NumPy archive"), ".npz"),
            FileType(self.tr("ONNX"), ".onnx"),
            FileType(self.tr("Network as JSON"), ".json"),
            FileType(self.tr("Weights as a table"), ".csv"),
        )
        self._background = Background("unfold-import", self)
        self._background.done.connect(self._show)
        self._background.refused.connect(self._refuse)
        self._background.failed.connect(self.failed)

    @Slot()
    def open(self) -> None:
        """Ask for a file and read it."""
        self._session.when_ready(self._open)

    def _open(self) -> None:
        if self._background.busy:
            return
        path = ask_open(self._window, self.tr("Import weights"), self._types, self._store.settings.folder)
        if path is not None:
            self._read(path)

    def read(self, path: Path) -> None:
        """Read a network or its weights from a file, as soon as there is a network to compare it with."""
        self._session.when_ready(lambda: self._read(path))

    def _read(self, path: Path) -> None:
        if self._background.busy:
            return
        self._path = path
        self._background.start(lambda: _read(path))

    def stop(self) -> None:
        """Wait at the end of the program for a file that is being read; it is not used any more."""
        self._background.stop()

    @Slot(object)
    def _show(self, imported: Imported) -> None:
        from engine.files.imports.document import fits

        assert self._path is not None
        self._store.remember_folder(self._path)
        name, experiment = self._path.name, self._document.experiment
        if fits(experiment, imported):
            self.networkChosen.emit(experiment.network, imported.tensors, name)
            self.done.emit(self.tr("Weights of {name} are in use").format(name=name))
            return
        from ui.dialogs.network_import import NetworkImportDialog

        dialog = NetworkImportDialog(name, imported, experiment, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        chosen, opens = dialog.experiment, dialog.opens
        dialog.deleteLater()
        text = self.tr("The network of {name} is in use").format(name=name)
        if not accepted or chosen is None or (opens and not self._open_experiment(chosen, text)):
            return
        self.networkChosen.emit(chosen.network, imported.tensors, name)
        self.done.emit(text)

    @Slot(object)
    def _refuse(self, error: UnfoldError) -> None:
        name = "" if self._path is None else self._path.name
        headline = self.tr("“{name}” was not imported").format(name=name)
        show_problems(self._window, self._appearance.theme, headline, error.problems)


def _read(path: Path) -> Imported:
    from engine.files.imports.reader import read_network  # ONNX and Numba take a moment to load

    return read_network(path)
