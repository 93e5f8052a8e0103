"""Who hears of what: every signal of the window's parts, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from ui.window import MainWindow


def connect(window: MainWindow) -> None:
    """Connect all parts; none of them knows another."""
    _connect_parts(window)
    _connect_files(window)
    _connect_document(window)
    _connect_session(window)


def _connect_parts(window: MainWindow) -> None:
    """From panels, canvas and views to edits and the session."""
    window.transport.playToggled.connect(window.toggle_play)
    window.transport.stepBatchRequested.connect(window.session.step_batch)
    window.transport.stepEpochRequested.connect(window.session.step_epoch)
    window.transport.resetRequested.connect(window.intents.reset_weights)
    window.transport.speedChanged.connect(window.session.set_speed)
    window.data_panel.dataEdited.connect(window.intents.edit_data)
    window.features_panel.featuresEdited.connect(window.intents.edit_features)
    window.training_panel.trainingEdited.connect(window.intents.edit_training)
    window.training_panel.seedEdited.connect(window.intents.edit_seed)
    window.canvas.networkEdited.connect(window.intents.edit_network)
    window.canvas.weightsEdited.connect(window.intents.edit_weights)
    window.canvas.neuronHovered.connect(window.show_neuron)
    window.canvas.layersSelected.connect(window.instruments.show_layers)
    window.canvas.settingsRequested.connect(window.instruments.open_settings)
    window.instruments.networkEdited.connect(window.intents.edit_network)
    window.instruments.weightsEdited.connect(window.intents.edit_weights)
    window.instruments.layersPicked.connect(window.canvas.select_layers)
    window.instruments.statisticsWanted.connect(lambda on: window.session.want("page", statistics=on))
    window.instruments.focusWanted.connect(window.canvas.show_focus)
    window.instruments.pauseRequested.connect(window.session.pause)
    window.instruments.walkRequested.connect(window.session.walk)
    window.instruments.walkRequested.connect(lambda asked: window.field.show_picked(asked.part, asked.row))
    window.session.walked.connect(window.instruments.steps.show_walk)
    window.canvas.detailsWanted.connect(lambda on: window.session.want("canvas", gradients=on, statistics=on))
    window.field.samplePicked.connect(window.instruments.show_picked)
    window.field.viewEdited.connect(window.intents.edit_view)
    window.field.axesChanged.connect(lambda across, up: window.session.request(axes=(across, up)))
    window.field.probeMoved.connect(lambda inputs: window.session.request(probe=inputs))
    window.field.probeMoved.connect(window.instruments.show_probe)
    window.chart.logChanged.connect(window.store.set_log_loss)


def _connect_files(window: MainWindow) -> None:
    """From files, exports, imports, links and pictures to edits and the status line."""
    window.transport.exportRequested.connect(window.exports.open)
    window.data_panel.csvRequested.connect(window.files.import_csv)
    window.files.dataChosen.connect(window.intents.import_data)
    window.imports.networkChosen.connect(window.files.autosave.now)
    window.imports.networkChosen.connect(window.intents.import_network)
    window.imports.done.connect(window.show_imported)
    window.imports.failed.connect(window.session.failed)
    window.files.done.connect(window.status.show_message)
    window.exports.done.connect(window.status.show_message)
    window.exports.failed.connect(window.session.failed)
    window.links.done.connect(window.status.show_message)
    window.links.opened.connect(window.files.open_experiment)
    window.hiding.viewEdited.connect(window.intents.edit_view)
    window.titles.titleEdited.connect(window.intents.edit_title)
    window.pictures.done.connect(window.status.show_message)
    window.pictures.recordingChanged.connect(window.show_recording)
    window.fileDropped.connect(window.files.open)
    window.tableDropped.connect(window.files.import_table)
    window.networkDropped.connect(window.imports.read)
    window.linkDropped.connect(window.links.ask)
    window.dropRefused.connect(window.status.show_message)


def _connect_document(window: MainWindow) -> None:
    """From the document and the settings to those who show them."""
    window.intents.refused.connect(window.show_refusal)
    window.store.changed.connect(lambda settings: window.appearance.choose(settings.theme))
    window.store.changed.connect(window.show_settings)
    window.document.changed.connect(window.follow_document)
    window.document.changed.connect(window.session.edit)
    window.document.weightsEdited.connect(lambda *_: window.status.show_message(""))
    window.document.weightsEdited.connect(window.session.edit_weights)
    window.document.forgotten.connect(window.session.forget)
    window.document.replaced.connect(window.show_document)
    window.document.stateChanged.connect(window.show_title)
    window.appearance.changed.connect(window.set_theme)
    # Only here: elsewhere the space bar presses the button that has the focus.
    space = QShortcut(QKeySequence(Qt.Key.Key_Space), window.canvas, window.toggle_play)
    space.setContext(Qt.ShortcutContext.WidgetShortcut)
    window.transport.show_shortcuts(window.commands.all_keys())


def _connect_session(window: MainWindow) -> None:
    """From the running network to those who show it."""
    for show in (window.document.follow, *(part.show_frame for part in window.parts)):
        window.session.frameReady.connect(show)
    window.session.runningChanged.connect(window.show_running)
    window.session.runningChanged.connect(window.status.show_running)
    window.session.preparingChanged.connect(window.transport.show_preparing)
    window.session.preparingChanged.connect(lambda _preparing, text: window.status.show_state(text))
    window.session.waitingChanged.connect(window.status.show_waiting)
    window.session.weightsKept.connect(window.status.show_kept)
    window.session.weightsRestored.connect(window.status.show_restored)
    window.session.weightsLost.connect(window.status.show_lost)
    window.session.weightsRefused.connect(window.document.refuse)
