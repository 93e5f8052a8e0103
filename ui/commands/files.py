"""What the File menu does: between files, the document and the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from engine.errors import UnfoldError
from engine.experiment import Experiment
from engine.files.projects.project import open_document
from ui.dialogs.conflicts import InUse, ask_in_use
from ui.dialogs.files import FileType, ask_open
from ui.dialogs.messages import show_problems
from ui.projects.autosave import Autosave
from ui.projects.document_file import ProjectFiles
from ui.projects.file_read import read_file
from ui.projects.file_stamp import is_changed
from ui.projects.saving import Saving, document_types

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.catalog.sources import CsvData
    from ui.document import Document
    from ui.looks.appearance import Appearance
    from ui.projects.file_read import FileRead
    from ui.projects.recovery_files import Left
    from ui.projects.window_view import WindowView
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
    view : WindowView
        What a project remembers of the window.
    """

    done = Signal(str)
    """Something was written or read: what to tell the user."""
    dataChosen = Signal(object)
    """CsvData to train on: an edit of the document."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        session: Session,
        appearance: Appearance,
        store: Store,
        view: WindowView,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._session = session
        self._appearance = appearance
        self._store = store
        self._view = view
        self._projects = ProjectFiles(window, document, session, view)
        self.autosave = Autosave(
            document, session, lambda: {**view.state(), "recovery": self._projects.about()}, self
        )
        self._projects.saved.connect(self.autosave.forget)
        self.saving = Saving(window, document, self._projects, self.autosave, store)
        self.saving.done.connect(self.done)
        self.saving.refused.connect(self._refuse)
        self.autosave.troubled.connect(self.done)
        self.dataChosen.connect(self.autosave.now)
        session.problemFound.connect(self._tell_problem)
        self._tables = (FileType(self.tr("Tables"), ".csv"), FileType(self.tr("Tables"), ".tsv"))

    def new(self) -> None:
        """Begin with the defaults."""
        if self._may_replace():
            self._document.replace(Experiment())

    def choose_and_open(self) -> None:
        """Ask for a project or an experiment and open it."""
        path = ask_open(self._window, self.tr("Open"), document_types(), self._store.settings.folder)
        if path is not None:
            self.open(path)

    def open_recent(self, path: Path) -> None:
        """Open a file of the list, or take it off the list where it is gone."""
        if path.exists():
            self.open(path)
            return
        self._store.drop_recent(path)
        gone = self.tr("{path}: there is no such file any more; it was taken off the list").format(path=path)
        self._refuse(self._not_opened(path), [gone])

    def open(self, path: Path) -> None:
        """Open a project or an experiment, or tell what is wrong with it and keep the document."""
        try:
            read = read_file(path)
        except UnfoldError as error:
            self._refuse(self._not_opened(path), error.problems)
        else:
            self.show(read)

    def show(self, read: FileRead, *, asking: bool = True) -> bool:
        """Show a document that was read; return whether the user has not thought better of it.

        Parameters
        ----------
        read : FileRead
            The document and its file.
        asking : bool
            Whether to ask what becomes of the document before.
        """
        if asking and not self._may_replace():
            return False
        path = read.path
        if is_changed(path, read.stamp):  # by the save that was just asked about
            try:
                read = read_file(path)
            except UnfoldError as error:
                self._refuse(self._not_opened(path), error.problems)
                return False
        claim = self._projects.claimed(path)
        how = None if claim is None or claim.is_free else ask_in_use(self._window, path.name)
        if how is InUse.CANCEL:
            self._projects.let_go(claim)
            return False
        project = read.project
        if how is InUse.COPY:
            self._projects.let_go(claim)
            name = self.tr("{name} (copy)").format(name=path.stem)
            self._document.replace(project.experiment, None, project, untitled=name)
        else:
            self._document.replace(project.experiment, path, project)
            self._projects.take(claim, read.stamp)
        self._view.show(project.window, project.experiment)
        self._store.add_recent(path)
        return True

    def restore(self, left: Left) -> bool:
        """Show work that a crash has left behind, unsaved; return whether that was possible."""
        try:
            project = open_document(left.slot.path)
        except UnfoldError as error:
            self._refuse(self.tr("“{name}” was not restored").format(name=left.name), error.problems)
            return False
        path = left.path
        claim = None if path is None else self._projects.claimed(path)
        if claim is not None and not claim.is_free:  # another window has the file by now
            path = claim = None
        self._document.replace(project.experiment, path, project, untitled=left.name, recovered=True)
        self._projects.take(claim, left.stamp)
        self.autosave.adopt(left.slot)
        self._view.show(project.window, project.experiment)
        self.done.emit(self.tr("Restored, and not saved yet"))
        return True

    def open_experiment(self, experiment: Experiment, text: str) -> bool:
        """Open an experiment that is no file, and tell a text; return whether the user has let it."""
        if not self._may_replace():
            return False
        self._document.replace(experiment)
        self.done.emit(text)
        return True

    def save(self) -> bool:
        """Save to the document's file, or ask for one; return whether it is saved or about to be."""
        return self.saving.save()

    def save_as(self) -> bool:
        """Ask for a file and save to it; return whether it is saved or about to be."""
        return self.saving.save_as()

    def may_close(self) -> bool:
        """Ask what becomes of unsaved work; return whether the document may go."""
        return self.saving.may_close()

    def _may_replace(self) -> bool:
        """Ask as before closing, all changes being kept: what is opened may bring the program down."""
        self.autosave.now()
        return self.may_close()

    def finish(self, keep: bool) -> None:
        """Let go of all files, once nothing is written any more; keep what is not saved, if asked to."""
        self.autosave.close(keep)
        self._projects.release()

    def import_csv(self) -> None:
        """Ask for a table and what to learn from it."""
        path = ask_open(self._window, self.tr("Import CSV"), self._tables, self._store.settings.folder)
        if path is not None:
            self.import_table(path)

    def import_table(self, path: Path) -> None:
        """Ask what to learn from a table."""
        from engine.files.preview import read_preview  # the start need not wait for what asks
        from ui.dialogs.csv_import import CsvImportDialog

        try:
            preview = read_preview(path)
        except UnfoldError as error:
            self._refuse(self.tr("“{name}” was not imported").format(name=path.name), error.problems)
            return
        self._store.remember_folder(path)
        dialog = CsvImportDialog(path, preview, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        data: CsvData | None = dialog.data
        dialog.deleteLater()
        if accepted and data is not None:
            self.dataChosen.emit(data)

    def _refuse(self, headline: str, problems: Sequence[str]) -> None:
        show_problems(self._window, self._appearance.theme, headline, problems)

    def _not_opened(self, path: Path) -> str:
        return self.tr("“{name}” was not opened").format(name=path.name)

    @Slot(object)
    def _tell_problem(self, error: UnfoldError) -> None:
        self._refuse(self.tr("This could not be done"), error.problems)
