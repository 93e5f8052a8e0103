"""What the File menu does: between files, the document and the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from engine.data import prepare
from engine.errors import UnfoldError
from engine.experiment import Experiment
from engine.files.preview import read_preview
from engine.output import plan_output
from ui.dialogs.csv_import import CsvImportDialog
from ui.dialogs.files import FileType, ask_open, ask_save
from ui.dialogs.messages import Unsaved, ask_unsaved, show_problems
from ui.names import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.catalog.sources import CsvData
    from ui.appearance import Appearance
    from ui.document import Document
    from ui.session import Session
    from ui.settings import Store


class FileCommands(QObject):
    """Opens, saves and imports; a broken file changes nothing.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, session, appearance
        What the commands act on.
    store : Store
        Remembers the folder and the files.
    """

    done = Signal(str)
    """Something was written or read: what to tell the user."""
    dataChosen = Signal(object)
    """CsvData to train on: an edit of the document."""
    weightsChosen = Signal(object)
    """The Path of weights to train on from: an edit too."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        session: Session,
        appearance: Appearance,
        store: Store,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._session = session
        self._appearance = appearance
        self._store = store
        session.weightsLoaded.connect(self._tell_loaded)
        session.problemFound.connect(self._tell_problem)
        self._experiments = (FileType(self.tr("Experiments"), ".json"),)
        self._tables = (FileType(self.tr("Tables"), ".csv"), FileType(self.tr("Tables"), ".tsv"))
        self._weights = (
            FileType(self.tr("Safetensors"), ".safetensors"),
            FileType(self.tr("NumPy archive"), ".npz"),
        )

    def new(self) -> None:
        """Begin with the defaults."""
        if self.may_close():
            self._document.replace(Experiment())

    def choose_and_open(self) -> None:
        """Ask for an experiment and open it."""
        path = ask_open(self._window, self.tr("Open"), self._experiments, self._store.settings.folder)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open an experiment, or tell what is wrong with it and keep the document."""
        try:
            experiment = Experiment.load(path)
            plan_output(experiment, prepare(experiment.data, experiment.features, experiment.seed))
        except UnfoldError as error:
            self._refuse(self.tr("“{name}” was not opened").format(name=path.name), error.problems)
            return
        if self.may_close():
            self._document.replace(experiment, path)
            self._store.add_recent(path)

    def open_experiment(self, experiment: Experiment, text: str) -> None:
        """Open an experiment that is no file, and tell a text, unless the user keeps the unsaved edits."""
        if self.may_close():
            self._document.replace(experiment)
            self.done.emit(text)

    def save(self) -> bool:
        """Save to the document's file, or ask for one; return whether it was saved."""
        if self._document.path is None:
            return self.save_as()
        return self._save(self._document.path)

    def save_as(self) -> bool:
        """Ask for a file and save to it; return whether it was saved."""
        path = ask_save(
            self._window,
            self.tr("Save as"),
            self._experiments,
            self._store.settings.folder,
            file_name(self._document.name),
        )
        return path is not None and self._save(path)

    def may_close(self) -> bool:
        """Ask what becomes of unsaved edits; return whether the document may go."""
        if not self._document.edited:
            return True
        answer = ask_unsaved(self._window, self._document.name)
        return answer is Unsaved.DISCARD or (answer is Unsaved.SAVE and self.save())

    def import_csv(self) -> None:
        """Ask for a table and what to learn from it."""
        path = ask_open(self._window, self.tr("Import CSV"), self._tables, self._store.settings.folder)
        if path is None:
            return
        try:
            preview = read_preview(path)
        except UnfoldError as error:
            self._refuse(self.tr("“{name}” was not imported").format(name=path.name), error.problems)
            return
        self._remember_folder(path)
        dialog = CsvImportDialog(path, preview, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        data: CsvData | None = dialog.data
        dialog.deleteLater()
        if accepted and data is not None:
            self.dataChosen.emit(data)

    def load_weights(self) -> None:
        """Ask for weights and train on from them."""
        path = ask_open(self._window, self.tr("Load weights"), self._weights, self._store.settings.folder)
        if path is not None:
            self._remember_folder(path)
            self.weightsChosen.emit(path)

    def _save(self, path: Path) -> bool:
        try:
            self._document.save(path)
        except OSError as error:
            reason = f"{path}: {error.strerror or error}"
            self._refuse(self.tr("“{name}” was not saved").format(name=path.name), [reason])
            return False
        self._store.add_recent(path)
        self.done.emit(self.tr("Saved to {path}").format(path=path))
        return True

    def _remember_folder(self, path: Path) -> None:
        self._store.update(folder=str(path.absolute().parent))

    def _refuse(self, headline: str, problems: Sequence[str]) -> None:
        show_problems(self._window, self._appearance.theme, headline, problems)

    @Slot(object)
    def _tell_loaded(self, path: Path) -> None:
        self.done.emit(self.tr("Weights of {name} are in use").format(name=path.name))

    @Slot(object)
    def _tell_problem(self, error: UnfoldError) -> None:
        self._refuse(self.tr("This could not be done"), error.problems)
