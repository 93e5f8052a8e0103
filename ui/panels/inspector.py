"""LAYER: all layers as text, and everything about those that are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.architecture import MAX_LAYERS, MAX_UNITS, Layer
from engine.catalog.activations import ACTIVATIONS
from engine.catalog.entry import Entry
from engine.catalog.initializers import INITIALIZERS
from engine.weight_edits import Redraw
from ui import layer_edits as edits
from ui.layer_names import layer_of, layer_titles
from ui.output_choices import output_choices
from ui.panels.inspector_sections.architecture import ArchitectureRow
from ui.panels.inspector_sections.fields import EntryField, FlagField, WordField, made, show_numbers
from ui.texts import tip
from ui.widgets.flow import FlowLayout
from ui.widgets.optional_slider import bounds_of
from ui.widgets.scale import Scale
from ui.widgets.slider import LabelledSlider
from ui.widgets.themed import label, spread_theme

if TYPE_CHECKING:
    from engine.experiment import Experiment, Network
    from engine.graft import Origin
    from engine.snapshot import Frame
    from ui.architecture_text import LayerText
    from ui.theme import Theme

COLUMN = 236
GAP = 20


class SameConstant(Entry):
    """Stands for biases that start at the constant which the initializer names."""

    label = "Constant"
    advice = "All biases start at the bias that the initializer above names."

    kind: Literal["none"] = "none"


class _Column(QWidget):
    """Rows of a width below each other."""

    def __init__(self, *rows: QWidget) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for row in rows:
            layout.addWidget(row)
        layout.addStretch(1)
        self.setFixedWidth(COLUMN)


class Inspector(QWidget):
    """Edits the selected layers together.

    ``networkEdited`` carries a valid network, what was done, and where its layers come from or None;
    ``weightsEdited`` a weight edit and its text.
    """

    networkEdited = Signal(object, str, object)
    weightsEdited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self._layers: tuple[int, ...] = ()
        self._classes: int | None = None
        self.architecture = ArchitectureRow()
        self.architecture.chosen.connect(self._set_architecture)
        self.title = label("", "title")
        self.hint = label(
            self.tr(
                "Click the title of a layer above the diagram to edit it here; Shift or Ctrl selects more."
            ),
            "muted",
        )
        self.hint.setWordWrap(True)
        self._build_fields()
        self._build_buttons()
        self._body = QWidget()
        flow = FlowLayout(self._body, gap=GAP)
        self._columns = (
            _Column(self.activation, self.units, self.buttons),
            _Column(self.initializer, self.bias_initializer),
            _Column(self.normalization, self.dropout, self.residual, self.frozen, self.muted),
        )
        for column in self._columns:
            flow.addWidget(column)
        inner = QWidget()
        inner.setProperty("look", "column")
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(14, 10, 14, 10)
        rows.setSpacing(8)
        for row in (self.architecture, self.title, self.hint, self._body):
            rows.addWidget(row)
        rows.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self._show()

    def _build_fields(self) -> None:
        units = self.tr("Neurons")
        stops = (
            *(float(n) for n in range(1, 65)),
            80.0,
            96.0,
            128.0,
            192.0,
            256.0,
            384.0,
            512.0,
            768.0,
            1024.0,
        )
        hint = tip(units, self.tr("Neurons of a layer; those that stay keep their weights."))
        self.units = LabelledSlider(units, Scale(stops, 1, MAX_UNITS, whole=True), hint)
        self.units.valueEdited.connect(lambda value: self._change(units, units=round(value)))
        self.activation = EntryField(self.tr("Activation"), ACTIVATIONS)
        self.initializer = EntryField(self.tr("Initializer"), INITIALIZERS)
        self.bias_initializer = EntryField(self.tr("Biases"), (SameConstant, *INITIALIZERS))
        for field, name in (
            (self.activation, "activation"),
            (self.initializer, "initializer"),
            (self.bias_initializer, "bias_initializer"),
        ):
            field.kindChosen.connect(lambda key, name=name: self._choose(name, key))
            field.parametersEdited.connect(
                lambda changes, text, name=name: self._set_parameters(name, changes, text)
            )
        normalization = self.tr("Normalization")
        words = {"none": self.tr("None"), "batch": self.tr("Batch"), "layer": self.tr("Layer")}
        hint = tip(
            normalization,
            self.tr(
                "Of the weighted sums: over the batch, or over the neurons of the layer. "
                "It keeps gradients alive in deep networks."
            ),
        )
        self.normalization = WordField(normalization, words, hint)
        self.normalization.chosen.connect(lambda word: self._change(normalization, normalization=word))
        dropout = self.tr("Dropout")
        low, high = bounds_of(Layer, "dropout")
        shares = tuple(step / 20 for step in range(19))
        hint = tip(
            dropout, self.tr("Share of the outputs that is set to zero at random in every step of training.")
        )
        self.dropout = LabelledSlider(dropout, Scale(shares, low, high, percent=True), hint)
        self.dropout.valueEdited.connect(lambda value: self._change(dropout, dropout=value))
        residual, frozen, muted = self.tr("Residual"), self.tr("Freeze"), self.tr("Mute")
        self.residual = FlagField(
            residual,
            tip(
                self.tr("Residual connection"),
                self.tr("Adds the layer's input to its output, through trained weights where widths differ."),
            ),
        )
        self.residual.chosen.connect(lambda on: self._change(residual, residual=on))
        self.frozen = FlagField(
            frozen, tip(frozen, self.tr("Training leaves the weights of this layer as they are."))
        )
        self.frozen.chosen.connect(lambda on: self._change(frozen, frozen=on))
        self.muted = FlagField(muted, tip(muted, self.tr("All neurons of this layer count as zero.")))
        self.muted.chosen.connect(self._mute)

    def _build_buttons(self) -> None:
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        self.duplicate = QPushButton(self.tr("Duplicate"))
        self.remove = QPushButton(self.tr("Remove"))
        self.redraw = QPushButton(self.tr("Re-initialise"))
        for button, about, slot in (
            (
                self.duplicate,
                self.tr("A copy with the same weights behind each selected layer."),
                self._duplicate,
            ),
            (
                self.remove,
                self.tr("Takes the selected layers away; all others keep their weights."),
                self._remove,
            ),
            (self.redraw, self.tr("Draws the weights and biases of the selected layers anew."), self._redraw),
        ):
            button.setToolTip(tip(button.text(), about))
            button.setStyleSheet("padding: 0 6px; min-height: 24px;")
            button.clicked.connect(slot)
            row.addWidget(button, 1)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show a document; layers that are gone are selected no more."""
        if self._experiment is not None and self._experiment.data != experiment.data:
            self._classes = None
        self._experiment = experiment
        self._layers = tuple(i for i in self._layers if i <= len(experiment.network.layers))
        self._show()

    def show_frame(self, frame: Frame) -> None:
        """Learn from the data how many classes there are."""
        now = self._experiment
        classes = len(frame.data.classes)
        if now is not None and frame.experiment.data == now.data and classes != self._classes:
            self._classes = classes
            self._show()

    def show_layers(self, layers: tuple[int, ...]) -> None:
        """Show these layers, the output behind the hidden ones."""
        self._layers = layers
        self._show()

    def begin(self) -> None:
        """Take the focus: to the first control of the layers."""
        first = self.units.slider if not self.units.isHidden() else self.initializer.box
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        """Return the size that shows three columns."""
        return QSize(3 * COLUMN + 2 * GAP + 28, 220)

    def _show(self) -> None:
        now = self._experiment
        self.hint.setVisible(not self._layers)
        self.title.setVisible(bool(self._layers))
        self._body.setVisible(bool(self._layers))
        if now is None:
            return
        self.architecture.show_network(now.network)
        if not self._layers:
            return
        titles = layer_titles(now)
        names = " · ".join(titles[index] for index in self._layers)
        self.title.setText(names.upper())
        parts = [layer_of(now, index) for index in self._layers]
        hidden = [part for part in parts if isinstance(part, Layer)]
        only_hidden = len(hidden) == len(parts)
        for field in (self.units, self.normalization, self.dropout, self.residual, self.muted):
            field.setVisible(only_hidden)
        self.activation.setVisible(only_hidden or not hidden)
        self.duplicate.setVisible(only_hidden)
        self.remove.setVisible(only_hidden)
        self.duplicate.setEnabled(len(now.network.layers) < MAX_LAYERS)
        if only_hidden or not hidden:
            table = ACTIVATIONS if hidden else output_choices(now, self._class_count(now))
            self.activation.set_table(table)
            self.activation.show_entries([part.activation for part in parts])
        self.initializer.show_entries([part.initializer for part in parts])
        self.bias_initializer.show_entries([part.bias_initializer or SameConstant() for part in parts])
        self.frozen.show_values([part.frozen for part in parts])
        if only_hidden:
            show_numbers(self.units, [layer.units for layer in hidden])
            show_numbers(self.dropout, [layer.dropout for layer in hidden])
            self.normalization.show_values([layer.normalization for layer in hidden])
            self.residual.show_values([layer.residual for layer in hidden])
            self.muted.show_values([edits.is_muted(layer) for layer in hidden])

    def _class_count(self, now: Experiment) -> int:
        if self._classes is not None:
            return self._classes
        return getattr(now.data, "classes", 0) if now.data.task == "classification" else 0

    # What is done

    @property
    def _network(self) -> Network:
        assert self._experiment is not None
        return self._experiment.network

    def _edit(self, network: Network, text: str, origin: Origin | None = None) -> None:
        if network != self._network:
            self.networkEdited.emit(network, text, origin)

    def _change(self, thing: str, **fields: Any) -> None:
        network, origin = edits.with_changes(self._network, self._layers, **fields)
        self._edit(network, self._of(thing), origin)

    def _choose(self, field: str, key: str) -> None:
        """Give all layers another entry; each keeps those of its numbers that the new one has."""
        assert self._experiment is not None
        network = self._network
        kinds = {"activation": self.activation, "initializer": self.initializer}.get(
            field, self.bias_initializer
        ).kinds
        for index in self._layers:
            old = getattr(layer_of(self._experiment, index), field)
            carried = {"bias": old.bias} if field == "initializer" else {}
            entry = made(kinds[key], carried) if key != "none" else None
            network, _ = edits.with_changes(network, (index,), **{field: entry})
        thing = {
            "activation": self.tr("Activation"),
            "initializer": self.tr("Initializer"),
            "bias_initializer": self.tr("Bias initializer"),
        }[field]
        self._edit(network, self._of(thing))

    def _set_parameters(self, field: str, changes: dict[str, Any], text: str) -> None:
        network, _ = edits.with_parameters(self._network, self._layers, field, **changes)
        self._edit(network, self._of(text))

    def _mute(self, muted: bool) -> None:
        self._edit(edits.with_muted(self._network, self._layers, muted)[0], self._of(self.tr("Mute")))

    def _duplicate(self) -> None:
        network, origin = edits.with_layer_duplicated(self._network, *self._layers)
        self._edit(network, self.tr("Duplicate {layer}").format(layer=self._name()), origin)

    def _remove(self) -> None:
        network, origin = edits.with_layer_removed(self._network, *self._layers)
        self._edit(network, self.tr("Remove {layer}").format(layer=self._name()), origin)

    def _redraw(self) -> None:
        assert self._experiment is not None
        for index in self._layers:
            name = layer_titles(self._experiment)[index].lower()
            self.weightsEdited.emit(Redraw(index), self.tr("Re-initialise {layer}").format(layer=name))

    def _set_architecture(self, layers: tuple[LayerText, ...]) -> None:
        network, origin = edits.with_architecture(self._network, layers)
        self._edit(network, self.tr("Layers"), origin)

    def _name(self) -> str:
        assert self._experiment is not None
        if len(self._layers) == 1:
            return layer_titles(self._experiment)[self._layers[0]].lower()
        return self.tr("{n} layers").format(n=len(self._layers))

    def _of(self, thing: str) -> str:
        return self.tr("{thing} of {layer}").format(thing=thing, layer=self._name())
