"""Exporting the network: a look at it from the worker, a format, a file, its check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ui.background import Background
from ui.dialogs.files import FileType, ask_save
from ui.wording.counts import counted
from ui.wording.names import file_name, module_name
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from engine.errors import UnfoldError
    from engine.files.export.format import Format
    from engine.files.export.portable import Portable
    from engine.files.export.verify import Exported
    from engine.floats import Floats
    from engine.snapshot import History
    from engine.trainer import Trainer
    from ui.dialogs.export import ExportDialog
    from ui.document import Document
    from ui.session import Session
    from ui.settings import Store

_CODE = (".py", ".js", ".h")


@dataclass(frozen=True, eq=False)
class Capture:
    """A network at one moment, and its float32 outputs at the points of the check."""

    network: Portable
    outputs: Floats


def _capture(trainer: Trainer, _history: History) -> Capture:
    # They come with Numba: only here, in the worker's thread.
    from engine.files.export.portable import portable
    from engine.files.export.verify import points_of

    network = portable(trainer)
    return Capture(network, trainer.predict(points_of(network)))


def _write(path: Path, captured: Capture) -> tuple[Exported, Portable]:
    from engine.files.export.verify import export

    return export(path, captured.network, lambda _inputs: captured.outputs), captured.network


def offered_name(title: str, suffix: str) -> str:
    """Return the name a file of a format is offered under: one that imports, for code."""
    return module_name(title) if suffix.endswith(_CODE) else file_name(title)


class ExportCommands(QObject):
    """Opens the dialog, and writes files while training goes on.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, session
        What is exported.
    store : Store
        Remembers the format and the folder.
    """

    done = Signal(str)
    """A file was written: what to tell the user."""
    failed = Signal(str)
    """A fault of the program: its traceback."""

    def __init__(self, window: QWidget, document: Document, session: Session, store: Store) -> None:
        super().__init__(window)
        self._window, self._document, self._session, self._store = window, document, session, store
        self.dialog: ExportDialog | None = None
        self._path: Path | None = None  # that the network of this moment was asked for
        self._suffix = ""  # of the file that is being written
        self._background = Background("unfold-export", self)
        self._background.done.connect(self._tell_written)
        self._background.refused.connect(self._tell_refused)
        self._background.failed.connect(self._tell_failed)
        for signal in (session.problemFound, session.failed):
            signal.connect(self._give_up)

    @Slot()
    def open(self) -> None:
        """Show the formats for the network as it is now, as soon as there is one."""
        self._session.when_ready(self._open)

    def _open(self) -> None:
        if self.dialog is None:
            self._session.ask(_capture, self._show)
        else:
            self.dialog.raise_()
            self.dialog.activateWindow()

    def stop(self) -> None:
        """Wait at the end of the program for a file that is being written."""
        self._background.stop()

    def _show(self, captured: Capture) -> None:
        if self.dialog is not None:  # asked for twice
            return
        from ui.dialogs.export import ExportDialog  # the formats bring Numba along

        self.dialog = ExportDialog(captured.network, self._store.settings.export_suffix, self._window)
        self.dialog.exportRequested.connect(self._export)
        self.dialog.finished.connect(self._close)
        self.dialog.show_busy(self._is_busy)  # with a file that an earlier dialog has asked for
        # Not exec: training goes on to be seen, and the dialog waits for the file by signals.
        self.dialog.open()

    @Slot()
    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @property
    def _is_busy(self) -> bool:
        return self._path is not None or self._background.busy

    @Slot(object)
    def _export(self, kind: Format) -> None:
        if self.dialog is None or self._is_busy:
            return
        types = (FileType(catalog(kind.label), kind.suffix),)
        folder = self._store.settings.folder
        name = offered_name(self._document.name, kind.suffix)
        path = ask_save(self.dialog, self.tr("Export"), types, folder, name)
        if path is not None and self.dialog is not None:
            self._path = path
            self.dialog.show_busy(True)
            # Anew for each file: training has gone on since the dialog was opened.
            self._session.ask(_capture, lambda captured: self._begin(path, kind.suffix, captured))

    def _begin(self, path: Path, suffix: str, captured: Capture) -> None:
        self._path = None
        self._suffix = suffix
        self._background.start(lambda: _write(path, captured))

    @Slot()
    def _give_up(self) -> None:
        """Take up work again where there was no look at the network; why is told elsewhere."""
        if self._path is not None:
            self._path = None
            if self.dialog is not None:
                self.dialog.show_busy(False)

    @Slot(object)
    def _tell_written(self, written: tuple[Exported, Portable]) -> None:
        exported, network = written
        self._store.remember_folder(exported.path)
        self._store.update(export_suffix=self._suffix)
        epochs = counted(network.epoch, self.tr("1 epoch"), self.tr("{count} epochs"))
        told = self.tr("Written to {path}, as it was after {epochs}").format(
            path=exported.path, epochs=epochs
        )
        if self.dialog is not None:
            self.dialog.show_network(network)
            self.dialog.show_exported(f"{told}\n{exported.check.text}")
        self.done.emit(f"{told}. {exported.check.text}")

    @Slot(object)
    def _tell_refused(self, error: UnfoldError) -> None:
        if self.dialog is not None:
            self.dialog.show_refused(error.problems)
        else:
            self._session.problemFound.emit(error)

    @Slot(str)
    def _tell_failed(self, trace: str) -> None:
        if self.dialog is not None:
            self.dialog.show_busy(False)
        self.failed.emit(trace)
