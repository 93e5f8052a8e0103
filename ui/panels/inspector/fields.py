"""What can be said of a layer, with a control for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.entry import by_key
from engine.catalog.initializers import INITIALIZERS
from engine.experiment import Network
from ui.editing.layer_edits import is_muted, with_changes, with_muted, with_parameters
from ui.editing.output_choices import output_choices
from ui.panels.inspector.biases import BIAS_STARTS, bias_start
from ui.panels.inspector.controls import (
    dropout_slider,
    frozen_switch,
    muted_switch,
    normalization_box,
    residual_switch,
    units_slider,
)
from ui.panels.inspector.subject import Subject
from ui.widgets.entry_rows import EntryRows
from ui.widgets.flow import FlowLayout
from ui.widgets.row import LABEL_WIDTH, ROW_GAP, Row, RowLabel
from ui.widgets.themed import label, spread_theme
from ui.wording.layer_names import activation_of
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Layer
    from ui.looks.theme import Theme
    from ui.widgets.slider import LabelledSlider

WIDEST = 340  # of a column: sliders do not get better by being longer
GAP = 14
_LINE = 28  # of a combo box: sliders beside one share its middle
_SHORT_LABELS = 72  # of the second column, whose names are short
_ACTIVATION_KINDS = by_key(tuple(dict.fromkeys((*ACTIVATIONS, *OUTPUT_ACTIVATIONS))))
_BIAS_KINDS = by_key(BIAS_STARTS)


class LayerFields(QWidget):
    """Two columns of controls: what the layer does, and where it starts and what is held.

    With hidden layers and the output together, what an output does not have is about the hidden ones,
    and so is the activation: an output's follows the loss.

    ``networkEdited`` carries a network, what was edited, and where its layers come from.
    """

    networkEdited = Signal(object, str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = Subject(Network(), ())
        self._mixed = self.tr("mixed")
        self._build_shape()
        self._build_entries()
        self._build_switches()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(GAP)
        self._add_column(self.units, self.activation, self.meaning, self._normalization_row, self.dropout)
        self._starts = self._add_column(self.initializer, self.biases, self._switches)
        self._columns.addStretch(0)

    def _build_shape(self) -> None:
        self.units = units_slider()
        self.units.setFixedHeight(_LINE)
        self.units.valueEdited.connect(
            lambda value: self._change_hidden(self.tr("Neurons"), units=round(value))
        )
        self.normalization = normalization_box(self._mixed)
        self.normalization.activated.connect(self._normalize)
        name = self.tr("Normalization")
        self._normalization_row = Row(name, self.normalization, self.normalization.toolTip())
        self.dropout = dropout_slider()
        self.dropout.valueEdited.connect(lambda value: self._change_hidden(self.tr("Dropout"), dropout=value))

    def _build_entries(self) -> None:
        more = self.tr("More settings"), self.tr("Show the settings that are good as they are in most cases.")
        self.activation = EntryRows(self.tr("Activation"), tuple(_ACTIVATION_KINDS.values()), more)
        self.activation.box.chosen.connect(self._choose_activation)
        self.activation.form.parameterEdited.connect(
            lambda name, value, text: self._set_number(text, "activation", name, value)
        )
        self.meaning = label("", "caption")
        self.meaning.setIndent(LABEL_WIDTH + ROW_GAP)
        self.initializer = EntryRows(self.tr("Initializer"), INITIALIZERS, more, hidden=frozenset({"bias"}))
        self.initializer.box.chosen.connect(self._choose_initializer)
        self.initializer.form.parameterEdited.connect(
            lambda name, value, text: self._set_number(text, "initializer", name, value)
        )
        labels = {"bias": self.tr("Initial bias")}
        self.biases = EntryRows(self.tr("Biases"), BIAS_STARTS, more, labels=labels)
        self.biases.box.chosen.connect(self._choose_biases)
        self.biases.form.parameterEdited.connect(self._set_bias_number)

    def _build_switches(self) -> None:
        self.residual, self.frozen, self.muted = residual_switch(), frozen_switch(), muted_switch()
        self._switches = QWidget()
        flow = FlowLayout(self._switches, gap=10)
        for box in (self.residual, self.frozen, self.muted):
            flow.addWidget(box)
        self.residual.clicked.connect(
            lambda on: self._change_hidden(self.tr("Residual connection"), residual=bool(on))
        )
        self.frozen.clicked.connect(self._freeze)
        self.muted.clicked.connect(self._mute)

    def _add_column(self, *rows: QWidget) -> QWidget:
        column = QWidget()
        column.setMaximumWidth(WIDEST)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for row in rows:
            layout.addWidget(row)
        layout.addStretch(1)
        self._columns.addWidget(column, 1)
        return column

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def set_stacked(self, stacked: bool) -> None:
        """Put the second column below the first one, where there is no room beside it."""
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(direction)
        self._columns.setSpacing(6 if stacked else GAP)

    def show_layers(self, experiment: Experiment, layers: tuple[int, ...], classes: int) -> None:
        """Show what is said of some layers; tells nothing.

        Parameters
        ----------
        experiment : Experiment
            The document.
        layers : tuple of int
            One or more, the output behind the last hidden one.
        classes : int
            How many classes the data have, 0 for a regression.
        """
        self._subject = Subject(experiment.network, layers)
        inner = self._subject.hidden_parts()
        self._show_hidden(inner)
        self._show_activation(experiment, inner, classes)
        parts = self._subject.parts()
        self.initializer.show_entries([part.initializer for part in parts], self._mixed)
        self.biases.show_entries([bias_start(part) for part in parts], self._mixed)
        # A bias that is drawn as the weights are does not start at one value.
        own = self.biases.box.current() not in ("", "none")
        for row in self.biases.form.rows():
            row.setVisible(not own or row.objectName() != "bias")
        self.biases.form.setVisible(any(not row.isHidden() for row in self.biases.form.rows()))
        if not self.biases.box.current():
            self.biases.form.hide()
        self.frozen.show_states(part.frozen for part in parts)
        for caption in self._starts.findChildren(RowLabel):  # another entry brings rows of its own
            caption.setFixedWidth(_SHORT_LABELS)

    def _show_hidden(self, inner: Sequence[Layer]) -> None:
        hidden_only = (self.units, self._normalization_row, self.dropout, self.residual, self.muted)
        for widget in hidden_only:
            widget.setVisible(bool(inner))
        if not inner:
            return
        self._show_number(self.units, [float(layer.units) for layer in inner])
        self._show_number(self.dropout, [layer.dropout for layer in inner])
        kinds = {layer.normalization for layer in inner}
        index = self.normalization.findData(inner[0].normalization) if len(kinds) == 1 else -1
        self.normalization.setCurrentIndex(index)
        self.residual.show_states(layer.residual for layer in inner)
        self.muted.show_states(
            is_muted(layer) if is_muted(layer) or not layer.muted_units else None for layer in inner
        )

    def _show_number(self, slider: LabelledSlider, values: Sequence[float]) -> None:
        if len(set(values)) > 1:
            slider.set_mixed(values[0], self._mixed)
        else:
            slider.set_value(values[0])

    def _show_activation(self, experiment: Experiment, inner: Sequence[Layer], classes: int) -> None:
        hidden = "activation" in experiment.view.hidden
        self.activation.setHidden(hidden)
        if inner:
            self.activation.box.set_table(ACTIVATIONS)
            self.activation.show_entries([layer.activation for layer in inner], self._mixed)
            self.meaning.hide()
            return
        entry = experiment.network.output.activation
        self.activation.box.set_table(output_choices(experiment, classes))
        self.activation.show_entry(entry)
        meant = catalog(activation_of(experiment, len(experiment.network.layers), classes).label)
        self.meaning.setText(self.tr("with this loss: {activation}").format(activation=meant))
        self.meaning.setVisible(entry.kind == "auto" and not hidden)

    def _normalize(self, index: int) -> None:
        kind = self.normalization.itemData(index)
        self._change_hidden(self.tr("Normalization"), normalization=kind)

    def _choose_activation(self, key: str) -> None:
        entry = _ACTIVATION_KINDS[key].model_validate({})
        self._change(self.tr("Activation"), self._subject.active, activation=entry)

    def _choose_initializer(self, key: str) -> None:
        subject = self._subject
        self._tell(self._of(self.tr("Initializer"), subject.layers), subject.with_initializer(key))

    def _choose_biases(self, key: str) -> None:
        entry: Entry | None = None if key == "none" else _BIAS_KINDS[key].model_validate({})
        self._change(self.tr("Biases"), self._subject.layers, bias_initializer=entry)

    def _set_bias_number(self, name: str, value: float, text: str) -> None:
        """Change a number of the biases' own initializer; their one value stands in that of the weights."""
        one = self.biases.box.current() == "none"
        self._set_number(text, "initializer" if one else "bias_initializer", name, value)

    def _set_number(self, text: str, field: str, name: str, value: Any) -> None:
        subject = self._subject
        layers = subject.active if field == "activation" else subject.layers
        self._tell(self._of(text, layers), with_parameters(subject.network, layers, field, **{name: value}))

    def _freeze(self, on: bool) -> None:
        subject = self._subject
        text = self.tr("Freeze {layer}") if on else self.tr("Unfreeze {layer}")
        network = with_changes(subject.network, subject.layers, frozen=bool(on))
        self._tell(text.format(layer=subject.name()), network)

    def _mute(self, on: bool) -> None:
        subject = self._subject
        text = self.tr("Mute {layer}") if on else self.tr("Unmute {layer}")
        network = with_muted(subject.network, subject.hidden, bool(on))
        self._tell(text.format(layer=subject.name(subject.hidden)), network)

    def _change_hidden(self, thing: str, **fields: Any) -> None:
        self._change(thing, self._subject.hidden, **fields)

    def _change(self, thing: str, layers: tuple[int, ...], **fields: Any) -> None:
        self._tell(self._of(thing, layers), with_changes(self._subject.network, layers, **fields))

    def _of(self, thing: str, layers: tuple[int, ...]) -> str:
        return self.tr("{thing} of {layer}").format(thing=thing, layer=self._subject.name(layers))

    def _tell(self, text: str, network: Network) -> None:
        if network != self._subject.network:
            self.networkEdited.emit(network, text, None)
