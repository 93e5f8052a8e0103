"""The main window: it creates the parts and wires them, nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal, Slot

from engine.snapshot import FrameRequest
from ui.actions import Actions
from ui.canvas.network_view import NetworkView
from ui.commands.exporting import ExportCommands
from ui.commands.files import FileCommands
from ui.commands.help import HelpCommands
from ui.commands.hiding import HidingCommands
from ui.commands.importing import ImportCommands
from ui.commands.links import LinkCommands
from ui.commands.pictures import PictureCommands
from ui.commands.title import TitleCommands
from ui.document import Document
from ui.editing.intents import Intents
from ui.fitting import fit
from ui.instruments import Instruments
from ui.looks.arrangement import Middle, arranged
from ui.menus.keys import MenuKeys
from ui.menus.row import MenuRow
from ui.panels.data_panel import DataPanel
from ui.panels.features_panel import FeaturesPanel
from ui.panels.training_panel import TrainingPanel
from ui.panels.transport import TransportBar
from ui.pictures import sources
from ui.projects.file_drop import DropWindow
from ui.projects.window_view import WindowView
from ui.session import Session
from ui.status import StatusLine
from ui.training.speed import DEFAULT_SPEED
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart
from ui.widgets.column import Column
from ui.wiring import connect

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from engine.experiment import Experiment
    from ui.looks.appearance import Appearance
    from ui.looks.theme import Theme
    from ui.settings import Settings, Store


class MainWindow(DropWindow):
    """Panels, canvas and views around one document and one session.

    Parameters
    ----------
    experiment : Experiment
        The document to begin with.
    path : Path or None
        Its file.
    appearance : Appearance
        The theme.
    store : Store
        What is remembered.
    """

    started = Signal()
    """The window is in sight, and the worker begins."""

    def __init__(
        self, experiment: Experiment, path: Path | None, appearance: Appearance, store: Store
    ) -> None:
        super().__init__()
        self.appearance = appearance
        self.store = store
        self._started = False
        self.document = Document(experiment, self)
        self.intents = Intents(self.document, self)
        self.session = Session(DEFAULT_SPEED, self)
        self.exports = ExportCommands(self, self.document, self.session, store)
        self.links = LinkCommands(self, self.document, appearance)
        self.hiding = HidingCommands(self, self.document)
        self.titles = TitleCommands(self, self.document)
        self.help = HelpCommands(self)
        self.menu_row = MenuRow()
        self.transport = TransportBar()
        self.data_panel = DataPanel()
        self.features_panel = FeaturesPanel()
        self.training_panel = TrainingPanel()
        self.canvas = NetworkView()
        self.field = FieldView()
        self.chart = LossChart()
        self.instruments = Instruments(self.document.undo_stack, store, self)
        self.status = StatusLine()
        self.pictures = PictureCommands(
            self,
            self.document,
            self.session,
            appearance,
            store,
            sources(self.canvas.make_sheet, self.field.make_sheet, self.chart.make_sheet),
            self.chart.history,
        )
        self.files = FileCommands(self, self.document, self.session, appearance, store, WindowView(self))
        self.imports = ImportCommands(
            self, self.document, self.session, appearance, store, self.files.open_experiment
        )
        panels = (self.data_panel, self.features_panel, self.training_panel)
        # The canvas tells which layers of a document are selected to instruments that know it already.
        views = (self.instruments, self.canvas, self.field, self.chart)
        self.parts = (self.transport, *panels, *views, self.status)
        self._arrange()
        self.commands = Actions(self.menu_row.bar, self, self.document.undo_stack, self.canvas)
        MenuKeys(self)
        connect(self)
        self.document.replace(experiment, path)
        self.set_theme(appearance.theme)
        self.show_settings(store.settings)
        self.setMinimumSize(1140, 680)
        self.resize(1440, 900)
        self.restoreGeometry(QByteArray.fromBase64(store.settings.geometry.encode()))
        fit(self)
        self.canvas.setFocus()

    def _arrange(self) -> None:
        left = Column()
        left.add(self.data_panel)
        left.add(self.features_panel)
        left.add_line()
        left.add(self.training_panel)
        self.setMenuWidget(self.menu_row)
        middle = Middle(self.canvas, self.instruments.drawer)
        self.setCentralWidget(arranged(self.transport, left, middle, (self.field, self.chart)))
        self.status.addPermanentWidget(self.pictures.row)
        self.setStatusBar(self.status)

    # -- what has changed, to those who show it

    @Slot(object, object)
    def follow_document(self, old: Experiment, new: Experiment) -> None:
        """Show the document as an edit has left it."""
        self._show_experiment(new)
        if old.data.input_names != new.data.input_names:
            self.session.request(axes=FrameRequest().axes)

    @Slot(object)
    def show_document(self, experiment: Experiment) -> None:
        """Show another document, and begin its run."""
        self._show_experiment(experiment)
        self.session.request(axes=FrameRequest().axes)
        self.session.load(experiment, self.document.project)

    def _show_experiment(self, experiment: Experiment) -> None:
        self.status.show_message("")
        for part in self.parts:
            part.show_experiment(experiment)
        self.commands["remove_layer"].setEnabled(bool(experiment.network.layers))
        self.commands["show_hidden"].setEnabled(bool(experiment.view.hidden))

    @Slot(str)
    def show_imported(self, text: str) -> None:
        """Tell what was imported."""
        # After what the edit itself has told of weights that were kept, which are none of the file's.
        self.session.ask(lambda _trainer, _history: None, lambda _nothing: self.status.show_message(text))

    @Slot(str)
    def show_refusal(self, why: str) -> None:
        """Tell why an edit was not possible."""
        self._show_experiment(self.document.experiment)  # the control that asked shows what is not so
        self.status.show_message(why)

    @Slot()
    def show_title(self) -> None:
        """Show what the document is called."""
        self.menu_row.show_title(self.document.title)
        self.setWindowTitle(f"{self.document.title} — Unfold")

    @Slot(bool)
    def show_running(self, running: bool) -> None:
        """Show whether training is under way."""
        self.transport.show_running(running)
        self.commands["play"].setText(self.tr("&Pause") if running else self.tr("&Play"))

    @Slot(bool)
    def show_recording(self, recording: bool) -> None:
        """Show whether the window is being recorded."""
        self.commands["record"].setText(self.tr("Stop recor&ding") if recording else self.tr("Recor&d…"))

    @Slot(object)
    def show_neuron(self, neuron: tuple[int, int] | None) -> None:
        """Show a neuron in the big field, or the output for None."""
        self.field.show_neuron(neuron)
        self.session.request(shown=neuron)

    @Slot(object)
    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        for part in self.parts:
            part.set_theme(theme)
        self.pictures.row.set_theme(theme)
        self.commands.set_theme(theme)

    @Slot(object)
    def show_settings(self, settings: Settings) -> None:
        """Show what is remembered."""
        self.commands.show_recent(settings.recent, self.files.open_recent, self.store.clear_recent)
        self.commands[f"theme_{self.appearance.choice}"].setChecked(True)
        self.commands["log_loss"].setChecked(settings.log_loss)
        self.chart.set_log(settings.log_loss)

    @Slot()
    def toggle_play(self) -> None:
        """Train or pause."""
        self.session.set_running(not self.session.running)

    # -- its life

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start the worker as soon as the window has been painted once."""
        super().paintEvent(event)
        if not self._started:
            self._started = True
            QTimer.singleShot(0, self._start)

    def _start(self) -> None:
        fit(self)  # again, now that there is a frame
        self.session.start()
        self.started.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved edits, then end."""
        if not self.files.may_close():
            event.ignore()
            return
        self.finish()
        event.accept()

    def finish(self, *, asked: bool = True) -> None:
        """End the worker and remember where the window was; keep unsaved work unless the user was asked."""
        if not asked:
            self.files.autosave.now()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.hide()  # ending may take a moment
        self.session.stop()
        self.exports.stop()
        self.imports.stop()
        self.pictures.finish()
        self.files.finish(keep=not asked)
        self.store.update(geometry=geometry)
