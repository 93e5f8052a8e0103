"""What Save does, and what is asked before a document goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from engine.files.projects.project import SUFFIX
from ui.dialogs.conflicts import Conflict, ask_changed, ask_taken
from ui.dialogs.files import FileType, ask_save
from ui.dialogs.messages import Unsaved, ask_overwrite, ask_unsaved
from ui.dialogs.without_weights import Keep, ask_weights_unsaved, ask_without_weights
from ui.projects.saved_state import AtStake, is_project, keeps_runs
from ui.wording.faults import file_problem
from ui.wording.names import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from ui.document import Document
    from ui.projects.autosave import Autosave
    from ui.projects.document_file import ProjectFiles
    from ui.projects.instance_lock import Claim
    from ui.settings import Store


def document_types() -> tuple[FileType, ...]:
    """Return the kinds of file that a document is kept in."""
    translate = QCoreApplication.translate
    return (
        FileType(translate("FileCommands", "Unfold project"), SUFFIX),
        FileType(translate("FileCommands", "Experiment without weights"), ".json"),
    )


class Saving(QObject):
    """Saves the document; what cannot be saved stays unsaved and is told.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, projects, autosave
        What is saved, by what, and what keeps it until then.
    store : Store
        Remembers the folder and the files.
    """

    done = Signal(str)
    """Something was saved: what to tell the user."""
    refused = Signal(str, object)
    """Something was not saved: a headline, and a sentence a problem."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        projects: ProjectFiles,
        autosave: Autosave,
        store: Store,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._projects = projects
        self._autosave = autosave
        self._store = store
        self._is_asking = False
        projects.saved.connect(self._tell_saved)
        projects.failed.connect(self._tell_unsaved)

    def save(self) -> bool:
        """Save to the document's file, or ask for one; return whether it is saved or about to be."""
        # First, or else the file that is being written would look as if somebody else had changed it.
        if not self._projects.wait():
            return False
        path = self._document.path
        if path is None:
            return self.save_as()
        if self._projects.is_changed(path):
            answer = ask_changed(self._window, path.name)
            if answer is not Conflict.OVERWRITE:
                return answer is Conflict.SAVE_AS and self.save_as()
        return self.write(path)

    def save_as(self, types: Sequence[FileType] | None = None) -> bool:
        """Ask for a file and save to it; return whether it is saved or about to be.

        Parameters
        ----------
        types : sequence of FileType, optional
            The kinds that are offered; all by default.
        """
        while True:
            path = ask_save(
                self._window,
                self.tr("Save as"),
                types or document_types(),
                self._store.settings.folder,
                file_name(self._document.name),
            )
            if path is None:
                return False
            if self._document.has_learned and not is_project(path):
                keep = ask_without_weights(self._window, path.name)
                if keep is Keep.CANCEL:
                    return False
                if keep is Keep.PROJECT:
                    path = path.with_suffix(SUFFIX)
                    if path.exists() and not ask_overwrite(self._window, path):
                        continue
            claim = self._projects.claimed(path)
            if claim is None or claim.is_free:
                return self.write(path, claim)
            answer = ask_taken(self._window, path.name)
            if answer is not Conflict.SAVE_AS:
                return answer is Conflict.OVERWRITE and self.write(path, claim)

    def may_close(self) -> bool:
        """Ask what becomes of unsaved work; return whether the document may go."""
        if self._is_asking:  # the window is closed once more while it asks
            return False
        self._is_asking = True
        try:
            return self._projects.wait() and self._may_go()
        finally:
            self._is_asking = False

    def _may_go(self) -> bool:
        document = self._document
        stake = document.at_stake
        if not stake:
            return True
        self._autosave.now()
        if AtStake.RUN in stake and not keeps_runs(document.path):
            return self._may_lose_weights(AtStake.EXPERIMENT in stake)
        answer = ask_unsaved(self._window, document.name, keeps_runs(document.path))
        if answer is not Unsaved.SAVE:
            return answer is Unsaved.DISCARD
        return self.save() and self._projects.wait()

    def _may_lose_weights(self, edited: bool) -> bool:
        """Ask what becomes of what was learned, and of edits, where the file keeps the experiment alone."""
        keep = ask_weights_unsaved(self._window, self._document.name, edited)
        if keep is Keep.PROJECT:
            return self.save_as(document_types()[:1]) and self._projects.wait()
        if keep is Keep.EXPERIMENT:
            return self.save() and self._projects.wait()
        return keep is Keep.NOTHING

    def write(self, path: Path, claim: Claim | None = None) -> bool:
        """Save to a file, a project with a claim on it; return whether it is saved or about to be."""
        if not self._projects.wait():  # one after the other: the last one names the document's file
            self._projects.let_go(claim)
            return False
        claim = claim or self._projects.claimed(path)
        if claim is not None:
            self._projects.save(path, claim)
            return True
        try:
            table = self._document.save(path)
        except OSError as error:
            self._tell_unsaved(path, (file_problem(error, path),))
            return False
        self._projects.written(path)
        if self._document.edited:  # what was learned: kept on, now for this file
            self._autosave.touch()
        else:
            self._autosave.forget()
        self._tell_saved(path, table)
        return True

    @Slot(object)
    def _tell_saved(self, path: Path, table: Path | None = None) -> None:
        self._store.add_recent(path)
        told = self.tr("Saved to {path}").format(path=path)
        if table is not None:
            told = self.tr("Saved to {path}, its table to {table}").format(path=path, table=table.name)
        if self._document.has_learned and not is_project(path):
            told = self.tr("{saved} — without what was learned, which a project keeps").format(saved=told)
        self.done.emit(told)

    @Slot(object, object)
    def _tell_unsaved(self, path: Path, problems: Sequence[str]) -> None:
        self.refused.emit(self.tr("“{name}” was not saved").format(name=path.name), problems)
