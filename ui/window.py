"""The main window: it creates the parts and wires them, nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from engine.snapshot import FrameRequest
from ui.actions import Actions
from ui.arrangement import Middle, arranged
from ui.canvas.network_view import NetworkView
from ui.document import Document
from ui.export_commands import ExportCommands
from ui.file_commands import FileCommands
from ui.file_drop import DropWindow
from ui.help_commands import HelpCommands
from ui.hiding_commands import HidingCommands
from ui.import_commands import ImportCommands
from ui.instruments import Instruments
from ui.intents import Intents
from ui.link_commands import LinkCommands
from ui.menu_keys import MenuKeys
from ui.menu_row import MenuRow
from ui.panels.data_panel import DataPanel
from ui.panels.features_panel import FeaturesPanel
from ui.panels.training_panel import TrainingPanel
from ui.panels.transport import TransportBar
from ui.picture_commands import PictureCommands
from ui.pictures import sources
from ui.session import Session
from ui.speed import DEFAULT_SPEED
from ui.status import StatusLine
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart
from ui.widgets.column import Column
from ui.window_view import WindowView

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from engine.experiment import Experiment
    from ui.appearance import Appearance
    from ui.settings import Settings, Store
    from ui.theme import Theme


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
        self.imports = ImportCommands(self, self.document, appearance, store, self.files.open_experiment)
        panels = (self.data_panel, self.features_panel, self.training_panel)
        # The canvas tells which layers of a document are selected to instruments that know it already.
        views = (self.instruments, self.canvas, self.field, self.chart)
        self.parts = (self.transport, *panels, *views, self.status)
        self._arrange()
        self.commands = Actions(self.menu_row.bar, self, self.document.undo_stack, self.canvas)
        MenuKeys(self)
        self._connect_parts()
        self._connect_session()
        self.document.replace(experiment, path)
        self._set_theme(appearance.theme)
        self._show_settings(store.settings)
        self.setMinimumSize(1140, 680)
        self.resize(1440, 900)
        self.restoreGeometry(QByteArray.fromBase64(store.settings.geometry.encode()))
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

    def _connect_parts(self) -> None:
        self.transport.playToggled.connect(self.toggle_play)
        self.transport.stepBatchRequested.connect(self.session.step_batch)
        self.transport.stepEpochRequested.connect(self.session.step_epoch)
        self.transport.resetRequested.connect(self.intents.reset_weights)
        self.transport.speedChanged.connect(self.session.set_speed)
        self.transport.exportRequested.connect(self.exports.open)
        self.data_panel.dataEdited.connect(self.intents.edit_data)
        self.data_panel.csvRequested.connect(self.files.import_csv)
        self.features_panel.featuresEdited.connect(self.intents.edit_features)
        self.training_panel.trainingEdited.connect(self.intents.edit_training)
        self.training_panel.seedEdited.connect(self.intents.edit_seed)
        self.canvas.networkEdited.connect(self.intents.edit_network)
        self.canvas.weightsEdited.connect(self.intents.edit_weights)
        self.canvas.neuronHovered.connect(self._show_neuron)
        self.canvas.layersSelected.connect(self.instruments.show_layers)
        self.canvas.settingsRequested.connect(self.instruments.open_settings)
        self.instruments.networkEdited.connect(self.intents.edit_network)
        self.instruments.weightsEdited.connect(self.intents.edit_weights)
        self.instruments.layersPicked.connect(self.canvas.select_layers)
        self.instruments.statisticsWanted.connect(lambda on: self.session.want("page", statistics=on))
        self.instruments.focusWanted.connect(self.canvas.show_focus)
        self.instruments.pauseRequested.connect(self.session.pause)
        self.instruments.walkRequested.connect(self.session.walk)
        self.instruments.walkRequested.connect(lambda asked: self.field.show_picked(asked.part, asked.row))
        self.session.walked.connect(self.instruments.steps.show_walk)
        self.canvas.detailsWanted.connect(lambda on: self.session.want("canvas", gradients=on, statistics=on))
        self.field.samplePicked.connect(self.instruments.show_picked)
        self.field.viewEdited.connect(self.intents.edit_view)
        self.field.axesChanged.connect(lambda across, up: self.session.request(axes=(across, up)))
        self.field.probeMoved.connect(lambda inputs: self.session.request(probe=inputs))
        self.field.probeMoved.connect(self.instruments.show_probe)
        self.chart.logChanged.connect(self.store.set_log_loss)
        self.files.dataChosen.connect(self.intents.import_data)
        self.imports.networkChosen.connect(self.files.autosave.now)
        self.imports.networkChosen.connect(self.intents.import_network)
        self.imports.done.connect(self._show_imported)
        self.imports.failed.connect(self.session.failed)
        self.files.done.connect(self.status.show_message)
        self.exports.done.connect(self.status.show_message)
        self.exports.failed.connect(self.session.failed)
        self.links.done.connect(self.status.show_message)
        self.links.opened.connect(self.files.open_experiment)
        self.hiding.viewEdited.connect(self.intents.edit_view)
        self.pictures.done.connect(self.status.show_message)
        self.pictures.recordingChanged.connect(self._show_recording)
        self.intents.refused.connect(self._show_refusal)
        self.store.changed.connect(lambda settings: self.appearance.choose(settings.theme))
        self.store.changed.connect(self._show_settings)
        self.fileDropped.connect(self.files.open)
        self.document.changed.connect(self._document_changed)
        self.document.changed.connect(self.session.edit)
        self.document.weightsEdited.connect(lambda *_: self.status.show_message(""))
        self.document.weightsEdited.connect(self.session.edit_weights)
        self.document.forgotten.connect(self.session.forget)
        self.document.replaced.connect(self._document_replaced)
        self.document.stateChanged.connect(self._show_title)
        self.appearance.changed.connect(self._set_theme)
        # Only here: elsewhere the space bar presses the button that has the focus.
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.canvas, self.toggle_play)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.transport.show_shortcuts(self.commands.all_keys())

    def _connect_session(self) -> None:
        for show in (self.document.follow, *(part.show_frame for part in self.parts)):
            self.session.frameReady.connect(show)
        self.session.runningChanged.connect(self._show_running)
        self.session.runningChanged.connect(self.status.show_running)
        self.session.preparingChanged.connect(self.transport.show_preparing)
        self.session.preparingChanged.connect(lambda _preparing, text: self.status.show_state(text))
        self.session.weightsKept.connect(self.status.show_kept)
        self.session.weightsRestored.connect(self.status.show_restored)
        self.session.weightsLost.connect(self.status.show_lost)
        self.session.weightsRefused.connect(self.document.refuse)

    # -- what has changed, to those who show it

    @Slot(object, object)
    def _document_changed(self, old: Experiment, new: Experiment) -> None:
        self._show_experiment(new)
        if old.data.input_names != new.data.input_names:
            self.session.request(axes=FrameRequest().axes)

    @Slot(object)
    def _document_replaced(self, experiment: Experiment) -> None:
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
    def _show_imported(self, text: str) -> None:
        # After what the edit itself has told of weights that were kept, which are none of the file's.
        self.session.ask(lambda _trainer, _history: None, lambda _nothing: self.status.show_message(text))

    @Slot(str)
    def _show_refusal(self, why: str) -> None:
        self._show_experiment(self.document.experiment)  # the control that asked shows what is not so
        self.status.show_message(why)

    @Slot()
    def _show_title(self) -> None:
        self.menu_row.show_title(self.document.title)
        self.setWindowTitle(f"{self.document.title} – Unfold")

    @Slot(bool)
    def _show_running(self, running: bool) -> None:
        self.transport.show_running(running)
        self.commands["play"].setText(self.tr("&Pause") if running else self.tr("&Play"))

    @Slot(bool)
    def _show_recording(self, recording: bool) -> None:
        self.commands["record"].setText(self.tr("Stop recor&ding") if recording else self.tr("Recor&d…"))

    @Slot(object)
    def _show_neuron(self, neuron: tuple[int, int] | None) -> None:
        self.field.show_neuron(neuron)
        self.session.request(shown=neuron)

    @Slot(object)
    def _set_theme(self, theme: Theme) -> None:
        for part in self.parts:
            part.set_theme(theme)
        self.pictures.row.set_theme(theme)
        self.commands.set_theme(theme)

    @Slot(object)
    def _show_settings(self, settings: Settings) -> None:
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
            QTimer.singleShot(0, self.session.start)

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
        self.exports.wait()
        self.imports.wait()
        self.pictures.finish()
        self.files.finish(keep=not asked)
        self.store.update(geometry=geometry)
