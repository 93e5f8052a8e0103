"""The page that shows and changes everything about one layer or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.weight_edits import Redraw
from ui.editing.layer_edits import with_layer_duplicated, with_layer_removed
from ui.editing.output_choices import class_names, has_same_classes
from ui.panels.architecture_field import ArchitectureField
from ui.panels.inspector.chooser import WIDTH, LayerChooser
from ui.panels.inspector.fields import GAP, WIDEST, LayerFields
from ui.panels.inspector.subject import Subject
from ui.widgets.themed import label, spread_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from engine.experiment import Experiment, Network
    from engine.graft import Origin
    from engine.snapshot import Frame
    from ui.looks.theme import Theme

MARGIN = 14
_BAR = 8  # of the scroll bar, which lies in the margin
_NARROW = WIDTH + 2 * GAP + 2 * 192 + 2 * MARGIN  # below it two columns do not fit


class Inspector(QWidget):
    """The hidden layers as text, and below it the settings of those that are selected.

    ``networkEdited`` carries a network, what was edited, and where its layers come from;
    ``weightsEdited`` an edit of weights and what it is; ``layersPicked`` the layers to be selected.
    Layers are counted from 0, the output behind the last hidden one.
    """

    networkEdited = Signal(object, str, object)
    weightsEdited = Signal(object, str)
    layersPicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self._classes = 0
        self._layers: tuple[int, ...] = ()
        self.architecture = ArchitectureField()
        self.chooser = LayerChooser()
        self.fields = LayerFields()
        self.nothing = label(
            self.tr(
                "Click a layer's name above the diagram, or choose one in the list, to change its settings."
            ),
            "muted",
        )
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(0, 6, 0, 0)  # on the line of the list beside it
        self._arrange()
        self.architecture.networkEdited.connect(self._tell)
        self.fields.networkEdited.connect(self._tell)
        self.chooser.picked.connect(self._pick)
        self.chooser.duplicateRequested.connect(self._duplicate)
        self.chooser.removeRequested.connect(self._remove)
        self.chooser.redrawRequested.connect(self._redraw)

    def _arrange(self) -> None:
        body = QWidget()
        body.setProperty("look", "column")
        self._body = QHBoxLayout(body)
        self._body.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self._body.setSpacing(GAP)
        self._body.addWidget(self.chooser)
        self._body.addWidget(self.fields, 1)
        self._body.addWidget(self.nothing, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(body)
        self.area.verticalScrollBar().rangeChanged.connect(self._keep_width)
        above = QHBoxLayout()
        above.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self.architecture.setMaximumWidth(WIDTH + 2 * GAP + 2 * WIDEST)  # ends where the columns do
        above.addWidget(self.architecture, 1)
        above.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 6)
        layout.setSpacing(10)
        layout.addLayout(above)
        layout.addWidget(self.area, 1)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show a document; tells nothing.  Layers that are gone are shown no more."""
        before, self._experiment = self._experiment, experiment
        if before is None or not has_same_classes(before, experiment):
            self._classes = len(class_names(experiment))
        # Where the selected ones are now, the diagram tells, which knows what became of them.
        self._layers = tuple(i for i in self._layers if i <= len(experiment.network.layers))
        self.architecture.show_experiment(experiment)
        self._refresh()

    def show_frame(self, frame: Frame) -> None:
        """Learn from the data how many classes a table has."""
        now, classes = self._experiment, len(frame.data.classes)
        if now is not None and classes != self._classes and frame.experiment.data == now.data:
            self._classes = classes
            self._refresh()

    def show_layers(self, layers: tuple[int, ...]) -> None:
        """Show the settings of these layers; tells nothing."""
        last = len(self._experiment.network.layers) if self._experiment is not None else 0
        shown = tuple(sorted({i for i in layers if 0 <= i <= last}))
        if shown != self._layers:
            self._layers = shown
            self.area.verticalScrollBar().setValue(0)
            self._refresh()

    def layers(self) -> tuple[int, ...]:
        """Return the layers whose settings are shown."""
        return self._layers

    def begin(self) -> None:
        """Take the focus: to the first setting, or to the list while no layer is shown."""
        fields = self.fields
        first = fields.units.slider if fields.units.isVisibleTo(fields) else fields.activation.box
        target = first if self._layers else self.chooser.box
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _refresh(self) -> None:
        if self._experiment is None:
            return
        self.chooser.show_layers(self._experiment.network, self._layers)
        if self._layers:
            self.fields.show_layers(self._experiment, self._layers, self._classes)
        self.fields.setVisible(bool(self._layers))
        self.nothing.setVisible(not self._layers)

    def _tell(self, network: Network, text: str, origin: Origin | None) -> None:
        before = self._experiment
        self.networkEdited.emit(network, text, origin)
        if self._experiment is before:  # refused: the controls go back
            self._refresh()

    def _pick(self, layers: tuple[int, ...]) -> None:
        self.show_layers(layers)
        self.layersPicked.emit(layers)

    def _duplicate(self) -> None:
        if self._experiment is not None:
            subject = Subject(self._experiment.network, self._layers)
            network, origin = with_layer_duplicated(subject.network, *subject.hidden)
            name = subject.name(subject.hidden)
            self._tell(network, self.tr("Duplicate {layer}").format(layer=name), origin)
            if origin is not None and self._experiment.network == network:
                olds = origin.layers
                self._pick(tuple(i for i in range(1, len(olds)) if olds[i] == olds[i - 1]))  # the copies

    def _remove(self) -> None:
        if self._experiment is not None:
            subject = Subject(self._experiment.network, self._layers)
            network, origin = with_layer_removed(subject.network, *subject.hidden)
            name = subject.name(subject.hidden)
            self._tell(network, self.tr("Remove {layer}").format(layer=name), origin)
            if network.layers and self._experiment.network == network:  # what takes their place
                self._pick((min(subject.hidden[0], len(network.layers) - 1),))

    def _redraw(self) -> None:
        if self._experiment is not None:
            subject = Subject(self._experiment.network, self._layers)
            text = self.tr("Re-initialise {layer}").format(layer=subject.name())
            self.weightsEdited.emit(Redraw(subject.layers), text)

    def _keep_width(self, low: int, high: int) -> None:
        """Let the bar take its room from the margin, so that nothing moves when it comes and goes."""
        self._body.setContentsMargins(MARGIN, 0, MARGIN - _BAR if high > low else MARGIN, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the fields for the width."""
        super().resizeEvent(event)
        self.fields.set_stacked(event.size().width() < _NARROW)
