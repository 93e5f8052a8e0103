"""What the File menu does with what the window shows: pictures, recordings, curves and reports."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from engine.files.atomic import write_atomically
from ui.dialogs.files import FileType, ask_save
from ui.dialogs.messages import show_problems
from ui.pictures import content_of
from ui.reports import Reports
from ui.widgets.recording_row import RecordingRow
from ui.wording.counts import counted
from ui.wording.faults import file_problem
from ui.wording.names import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.files.recordings.recording import Plan, Report
    from engine.snapshot import History
    from ui.dialogs.picture_form import PictureForm
    from ui.dialogs.record import RecordDialog
    from ui.document import Document
    from ui.looks.appearance import Appearance
    from ui.pictures import Source
    from ui.recording import Recording
    from ui.session import Session
    from ui.settings import Store

_ENDING_SECONDS = 60.0  # that the program waits at its end for a recording to be written


class PictureCommands(QObject):
    """Saves pictures and reports, and records; a failure is told and leaves no file behind.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    document, session, appearance, store
        What the commands act on.
    sources : sequence of Source
        The pictures.
    history : callable
        Returns the curves, None before the first frame.
    """

    done = Signal(str)
    """Something was written: what to tell the user."""
    recordingChanged = Signal(bool)
    """Whether something is being recorded."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        session: Session,
        appearance: Appearance,
        store: Store,
        sources: Sequence[Source],
        history: Callable[[], History | None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document, self._session = document, session
        self._appearance, self._store = appearance, store
        self._sources, self._history = sources, history
        self._reports = Reports(session, self)
        self._reports.done.connect(self._tell_report)
        self._recording: Recording | None = None
        self._is_over = False
        self.row = RecordingRow()
        self.row.stopRequested.connect(self.stop_recording)
        self.row.discardRequested.connect(self.discard_recording)
        self._pictures = (
            FileType(self.tr("Pixels"), ".png"),
            FileType(self.tr("Drawing"), ".svg"),
            FileType(self.tr("Page"), ".pdf"),
        )

    # Pictures

    def save(self) -> None:
        """Ask which picture, and write it to a file."""
        self._session.when_ready(self._save)

    def _save(self) -> None:
        from ui.dialogs.picture import SavePictureDialog  # the start need not wait for what asks

        dialog = SavePictureDialog(self._sources, self._appearance.theme, self._window)
        form, last = dialog.form, self._store.settings
        form.choose(last.picture, last.picture_colours, last.picture_width)
        while dialog.exec() == QDialog.DialogCode.Accepted:
            self._store.update(
                picture=form.picture.currentData(),
                picture_colours=form.colours.currentData(),
                picture_width=form.width_chosen(),
            )
            name = f"{file_name(self._document.name)}-{form.picture.currentData()}"
            path = self._ask(self.tr("Save picture"), self._pictures, name)
            if path is not None:
                self._write_picture(path, form)
                break  # else back to the dialog
        dialog.deleteLater()

    def _write_picture(self, path: Path, form: PictureForm) -> None:
        title, suffix = self._document.experiment.title, path.suffix.lower()
        self._write(
            path,
            self.tr("“{name}” was not saved"),
            lambda: content_of(form.sheet(), suffix, form.width_chosen(), form.theme(), title),
        )

    def history(self) -> None:
        """Ask for a file and write the curves to it."""
        self._session.when_ready(self._save_history)

    def _save_history(self) -> None:
        history = self._history()
        if history is None or not len(history.epoch):
            self.done.emit(self.tr("There are no curves yet"))
            return
        from engine.files.history_table import curves_csv

        tables = (FileType(self.tr("Tables"), ".csv"),)
        path = self._ask(self.tr("Export history"), tables, f"{file_name(self._document.name)}-history")
        if path is not None:
            self._write(path, self.tr("“{name}” was not written"), lambda: curves_csv(history).encode())

    def report(self) -> None:
        """Ask for a file and write the report of the run to it."""
        self._session.when_ready(self._save_report)

    def _save_report(self) -> None:
        pages = (FileType(self.tr("Web page"), ".html"),)
        path = self._ask(self.tr("Save report"), pages, f"{file_name(self._document.name)}-report")
        if path is not None:
            date, log = f"{datetime.now():%Y-%m-%d %H:%M}", self._store.settings.log_loss
            self._reports.write(path, date, log)

    # Recordings

    def record(self) -> None:
        """Ask what to record, and begin; or end the recording that is under way."""
        if self._recording is not None:
            self.stop_recording()
        else:
            self._session.when_ready(self._record)

    def _record(self) -> None:
        from engine.files.recordings.recording import Plan
        from ui.dialogs.record import Pace, RecordDialog

        last = self._store.settings
        pace = Pace(last.record_rate, None if last.record_endless else last.record_seconds)
        dialog = RecordDialog(self._sources, self._appearance.theme, pace, self._window)
        dialog.seconds.setValue(last.record_seconds)
        form = dialog.form
        form.choose(last.record, last.record_colours, last.record_width)
        while dialog.exec() == QDialog.DialogCode.Accepted:
            pace = dialog.pace()
            self._store.update(
                record=form.picture.currentData(),
                record_colours=form.colours.currentData(),
                record_width=form.width_chosen(),
                record_rate=pace.rate,
                record_seconds=dialog.seconds.value(),
                record_endless=pace.seconds is None,
            )
            path = self._ask(self.tr("Record training"), self._films(), file_name(self._document.name))
            if path is not None:
                self._begin(Plan(path, *dialog.pixels(), pace.rate), pace.seconds, dialog)
                break  # else back to the dialog
        dialog.deleteLater()

    def _films(self) -> tuple[FileType, ...]:
        """Return the formats that can be written."""
        from engine.files.recordings.recording import can_write_video

        kinds = (FileType("GIF", ".gif"), FileType("WebP", ".webp"))
        return (*kinds, FileType("MP4", ".mp4")) if can_write_video() else kinds

    def _begin(self, plan: Plan, seconds: int | None, dialog: RecordDialog) -> None:
        from ui.recording import Recording, Status

        try:
            recording = Recording(dialog.form.sheet(), dialog.form.theme(), plan, seconds, self)
        except OSError as error:
            self._refuse(self.tr("“{name}” was not recorded").format(name=plan.path.name), plan.path, error)
            return
        self._recording = recording
        recording.changed.connect(self.row.show_status)
        recording.ended.connect(self._end)
        # Behind the views, which show a frame before it is recorded.
        self._session.frameReady.connect(recording.take)
        self.row.show_status(Status(0.0, seconds, self._session.running))
        self.recordingChanged.emit(True)

    @Slot()
    def stop_recording(self) -> None:
        """End the recording and write it."""
        if self._recording is not None:
            self._recording.stop()

    @Slot()
    def discard_recording(self) -> None:
        """End the recording and write nothing."""
        if self._recording is not None:
            self._recording.cancel()

    def finish(self) -> None:
        """End the recording that is under way, at the end of the program.

        It is still written, and so are reports whose run the worker has handed out.
        """
        self._is_over = True
        self._reports.stop()
        if self._recording is not None:
            self._recording.finish(_ENDING_SECONDS)

    @Slot(object)
    def _end(self, report: Report) -> None:
        from engine.files.recordings.recording import Broken, Recorded

        recording, self._recording = self._recording, None
        assert recording is not None, "ended without a beginning"
        self._session.frameReady.disconnect(recording.take)
        recording.deleteLater()
        self.row.show_status(None)
        self.recordingChanged.emit(False)
        if isinstance(report, Recorded):
            self._store.remember_folder(report.path)
            frames = counted(recording.frames, self.tr("1 frame"), self.tr("{count} frames"))
            if report.frames < recording.frames:
                frames = self.tr("{some} of {frames}").format(some=f"{report.frames:,}", frames=frames)
            text = self.tr("Recorded {seconds} s, {frames}, to {path}")
            self.done.emit(text.format(seconds=f"{report.seconds:.1f}", frames=frames, path=report.path))
        elif isinstance(report, Broken) and self._is_over:  # the window is closed: no dialog any more
            logging.getLogger(__name__).warning("a recording was not written: %s", report.reason)
        elif isinstance(report, Broken):
            show_problems(
                self._window,
                self._appearance.theme,
                self.tr("The recording was not written"),
                [report.reason],
            )
        else:
            self.done.emit(self.tr("The recording was discarded"))

    # Files

    def _ask(self, title: str, types: Sequence[FileType], name: str) -> Path | None:
        return ask_save(self._window, title, types, self._store.settings.folder, name)

    def _write(self, path: Path, headline: str, make: Callable[[], bytes]) -> None:
        """Write a file, or tell why not."""
        try:
            write_atomically(path, make())
        except OSError as error:
            self._refuse(headline.format(name=path.name), path, error)
            return
        self._store.remember_folder(path)
        self.done.emit(self.tr("Written to {path}").format(path=path))

    def _refuse(self, headline: str, path: Path, error: OSError) -> None:
        show_problems(self._window, self._appearance.theme, headline, [file_problem(error, path)])

    @Slot(object)
    def _tell_report(self, path: Path) -> None:
        self._store.remember_folder(path)
        self.done.emit(self.tr("Report written to {path}").format(path=path))
