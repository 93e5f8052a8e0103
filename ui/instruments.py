"""The drawer below the canvas with its pages, wired to each other and to what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.panels.inspector import Inspector
from ui.panels.step_through.panel import StepThrough
from ui.panels.weight_matrix import WeightMatrix
from ui.views.activation_card import ActivationCard
from ui.widgets.drawer import Drawer
from ui.widgets.history_list import HistoryList

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.looks.theme import Theme
    from ui.settings import Store


class Instruments(QObject):
    """What looks closely at the network; one part of the window.

    Parameters
    ----------
    undo_stack : QUndoStack
        The document's edits.
    store : Store
        Remembers the open page and its height.
    parent : QObject, optional
        The owner.
    """

    statisticsWanted = Signal(bool)
    """Whether frames should bring the statistics of the layers."""
    networkEdited = Signal(object, str, object)
    """Another network, what was done, and where its layers come from."""
    layersPicked = Signal(object)
    """The layers to be selected, the output behind the last hidden one."""
    weightsEdited = Signal(object, str)
    """An edit of the running network's weights, and what was done."""
    walkRequested = Signal(object)
    """A sample to walk through the network."""
    pauseRequested = Signal()
    """The numbers should stand still."""
    focusWanted = Signal(object, object, object)
    """What the diagram should point out: units, links, labels by unit (None: those of the probe)."""

    def __init__(self, undo_stack: QUndoStack, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drawer = Drawer()
        self.inspector = Inspector()
        self.steps = StepThrough()
        self.activation = ActivationCard()
        self.weights = WeightMatrix()
        self.history = HistoryList(undo_stack)
        self._pages = (self.inspector, self.steps, self.activation, self.weights)
        for key, title, page, first, hint in (
            (
                "layer",
                self.tr("Layer"),
                self.inspector,
                None,
                self.tr("All layers as a line of text, and everything about the selected ones."),
            ),
            (
                "steps",
                self.tr("Step through"),
                self.steps,
                None,
                self.tr(
                    "One sample forward, its loss, the chain rule back, and the update, in real numbers."
                ),
            ),
            (
                "activation",
                self.tr("Activation"),
                self.activation,
                None,
                self.tr("A layer's activation, and where its neurons stand on the curve."),
            ),
            (
                "weights",
                self.tr("Weights"),
                self.weights,
                self.weights.view,
                self.tr("A layer's weights and biases as a table that can be edited."),
            ),
            (
                "history",
                self.tr("History"),
                self.history,
                self.history.view,
                self.tr("All edits; a click goes back to one."),
            ),
        ):
            self.drawer.add(key, title, page, hint, first)
        self.activation.statisticsWanted.connect(self.statisticsWanted)
        self.weights.weightsEdited.connect(self.weightsEdited)
        self.inspector.networkEdited.connect(self.networkEdited)
        self.inspector.weightsEdited.connect(self.weightsEdited)
        self.inspector.layersPicked.connect(self.layersPicked)
        self.weights.linkSelected.connect(self._point_out)
        self.steps.walkRequested.connect(self.walkRequested)
        self.steps.pauseRequested.connect(self.pauseRequested)
        self.steps.focusChanged.connect(self.focusWanted)
        self.steps.weightsEdited.connect(self.weightsEdited)
        if store.settings.drawer_height:
            self.drawer.set_page_height(store.settings.drawer_height)
        self.drawer.open(store.settings.drawer_page)
        self.drawer.shown.connect(store.set_drawer_page)
        self.drawer.heightChosen.connect(store.set_drawer_height)

    def toggle(self, key: str) -> None:
        """Open a page, or close it where it is open."""
        self.drawer.toggle(key)

    def show_layers(self, layers: tuple[int, ...]) -> None:
        """Show the layers that are selected, or the first of them, the output after the last hidden one."""
        self.inspector.show_layers(layers)
        if layers:
            self.activation.show_layer(layers[0])
            self.weights.show_layer(layers[0])

    def show_picked(self, part: str, row: int) -> None:
        """Walk with a sample that was picked in the field, where the step-through is open."""
        if self.drawer.current() == "steps":
            self.steps.show_picked(part, row)

    def show_probe(self, inputs: tuple[float, ...] | None) -> None:
        """Let the step-through offer the probe point, by its raw inputs; None while there is none."""
        self.steps.show_probe(inputs)

    def open_settings(self, layer: int) -> None:
        """Show the settings of the layers that are selected, the focus within."""
        self.drawer.open("layer")
        self.inspector.begin()

    def _point_out(self, place: tuple[int, ...] | None) -> None:
        """Point out a weight and the neurons at its ends, a neuron, or nothing."""
        match place:
            case column, unit, source:
                ends = (column - 1, source), (column, unit)
                self.focusWanted.emit(ends, (place,), None)
            case column, unit:
                self.focusWanted.emit(((column, unit),), (), None)
            case _:
                self.focusWanted.emit((), (), None)

    # -- as every part of the window

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        for part in (self.drawer, *self._pages, self.history):
            part.set_theme(theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show a document."""
        for page in self._pages:
            page.show_experiment(experiment)

    def show_frame(self, frame: Frame) -> None:
        """Show a frame."""
        for page in self._pages:
            page.show_frame(frame)
