"""The weights of a layer as a heat map that can be read, edited, copied and pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.tensors import BIAS, WEIGHT
from ui.looks.theme import LIGHT, Theme
from ui.panels.weight_matrix_model import WeightMatrixModel
from ui.panels.weight_matrix_view import WeightMatrixView
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.layer_box import LayerBox
from ui.widgets.themed import label
from ui.widgets.throttle import Throttle
from ui.wording.layer_names import layer_titles
from ui.wording.names import plain_number
from ui.wording.number_table import NumberTableError, read_numbers
from ui.wording.texts import tip
from ui.wording.weight_table import table_keys, table_of, table_title

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from engine.experiment import Experiment
    from engine.snapshot import Frame

_REFRESH = 0.1  # seconds: digits that change faster cannot be read


class WeightMatrix(QWidget):
    """One table of one layer's tensors.

    ``weightsEdited`` carries an edit of the running network and what was done; ``linkSelected`` where the
    keyboard stands: (column, unit, source) for a weight, (column, unit) for a number of a neuron, None for
    nowhere, the columns being the diagram's.
    """

    weightsEdited = Signal(object, str)
    linkSelected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._frame: Frame | None = None
        self._key = WEIGHT
        self._told: object = None
        self._throttle = Throttle(self._show, _REFRESH, self)
        self.model = WeightMatrixModel(self)
        self.view = WeightMatrixView(self.model)
        self.layer, self.tensor = LayerBox(), QuietComboBox()
        self.copy, self.paste = QPushButton(self.tr("Copy")), QPushButton(self.tr("Paste"))
        self.scale = label("", "caption")
        self.message = label("", "danger")
        self._explain()
        self._lay_out()
        self.layer.currentIndexChanged.connect(self._show)
        self.tensor.activated.connect(self._choose_tensor)
        self.copy.clicked.connect(self.view.copy)
        self.paste.clicked.connect(self.view.paste)
        self.view.pasted.connect(self._paste)
        self.model.numberTyped.connect(self._type)
        self.model.refused.connect(self._refuse)
        self.view.selectionModel().currentChanged.connect(self._tell_place)
        self.model.modelReset.connect(self._tell_place)

    def _explain(self) -> None:
        self.layer.setToolTip(tip(self.tr("Layer"), self.tr("Whose weights are shown.")))
        self.tensor.setAccessibleName(self.tr("Numbers"))
        self.tensor.setToolTip(tip(self.tr("Numbers"), self.tr("Which of the layer's numbers are shown.")))
        self.copy.setToolTip(
            tip(
                self.tr("Copy (Ctrl+C)"),
                self.tr("The selected numbers, or all of them, as text that a spreadsheet takes."),
            )
        )
        self.paste.setToolTip(
            tip(
                self.tr("Paste (Ctrl+V)"),
                self.tr(
                    "Numbers with a decimal point, separated by tabs, semicolons or commas, from the first "
                    "selected cell on."
                ),
            )
        )
        self.view.setToolTip(
            tip(
                self.tr("Weight matrix"),
                self.tr(
                    "Each row is a neuron, each column what it receives. Type a number to change a weight; "
                    "hatched ones are muted, those with a lock are frozen."
                ),
            )
        )

    def _lay_out(self) -> None:
        self.tensor.setFixedWidth(160)
        for button in (self.copy, self.paste):
            button.setProperty("look", "flat")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.message.setWordWrap(True)
        self.message.hide()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.layer)
        head.addWidget(self.tensor)
        head.addWidget(self.scale)
        head.addStretch(1)
        head.addWidget(self.copy)
        head.addWidget(self.paste)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addWidget(self.view, 1)

    # -- what is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.view.set_theme(theme)

    def show_layer(self, index: int) -> None:
        """Show a layer, the output after the last hidden one; one that does not exist is ignored."""
        if 0 <= index < self.layer.count():
            self.layer.setCurrentIndex(index)

    def shown_layer(self) -> int:
        """Return which layer is shown."""
        return self.layer.layer()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the layers of a document; its numbers follow with the next frame."""
        if self._frame is not None and _shape(self._frame.experiment) != _shape(experiment):
            self._frame = None
        self._experiment = experiment
        self._refuse("")
        self.layer.offer(layer_titles(experiment))
        self._show()

    def show_frame(self, frame: Frame) -> None:
        """Show the numbers of a frame, while training ten times a second."""
        self._frame = frame
        if not self.isVisible():
            return
        if frame.running:
            self._throttle.wish()
        else:
            self._throttle.now()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        super().showEvent(event)
        self._show()
        self._tell_place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Point at nothing while out of sight."""
        super().hideEvent(event)
        self._throttle.drop()
        self._tell_place()

    def _show(self) -> None:
        if not self.isVisible():
            return
        frame = self._frame
        if frame is None or len(frame.snapshot.tensors) <= self.layer.layer():
            self.model.show_table(None, np.zeros((0, 0), np.float32))
            self._say(self.tr("The numbers come with the next frame."))
            self.tensor.hide()
            return
        tensors = frame.snapshot.tensors[self.layer.layer()]
        keys = table_keys(tensors)
        key = self._key if self._key in keys else WEIGHT
        self._offer(keys, key)
        table = table_of(frame.experiment, self.layer.layer(), key, tensors, frame.data.classes)
        self.model.show_table(table, table.values(tensors))
        self.view.refresh()
        self._say(self.tr("full colour at ±{number}").format(number=plain_number(self.model.scale)))

    def _say(self, text: str) -> None:
        """Say what the colours mean, or why there are none."""
        if text != self.scale.text():
            self.scale.setText(text)
        for button in (self.copy, self.paste):
            button.setEnabled(self.model.table is not None)

    def _offer(self, keys: list[str], key: str) -> None:
        """Offer the tables there are; one alone is no choice."""
        if keys != [self.tensor.itemData(i) for i in range(self.tensor.count())]:
            self.tensor.clear()
            for one in keys:
                self.tensor.addItem(table_title(one), one)
        self.tensor.setCurrentIndex(keys.index(key))
        self.tensor.setVisible(len(keys) > 1)

    def _choose_tensor(self, index: int) -> None:
        self._key = self.tensor.itemData(index)
        self._refuse("")
        self._show()

    def _tell_place(self, current: QModelIndex | None = None) -> None:
        """Tell the diagram where the keyboard stands."""
        place, index, table = None, self.view.currentIndex(), self.model.table
        if self.isVisible() and index.isValid() and table is not None:
            place = table.place(index.row(), index.column())
        if place != self._told:
            self._told = place
            self.linkSelected.emit(place)

    # -- edits

    def _type(self, row: int, column: int, value: float) -> None:
        table = self.model.table
        if table is None or self._frame is None:
            return
        self._refuse("")
        name = table.columns[column].tensor
        what = {WEIGHT: self.tr("Edit weight of {layer}"), BIAS: self.tr("Edit bias of {layer}")}
        text = what.get(name, self.tr("Edit number of {layer}")).format(layer=self._layer_name())
        self.weightsEdited.emit(table.number_edit(row, column, value), text)

    def _paste(self, text: str) -> None:
        table = self.model.table
        if table is None:
            return
        top, left, _, _ = self.view.rectangle()
        try:
            block = read_numbers(text, len(table.rows) - top, len(table.columns) - left)
        except NumberTableError as error:
            self._refuse(self.tr("Not pasted: {why}").format(why=error.problems[0]))
            return
        self._refuse("")
        numbers = self.tr("Paste numbers into {layer}")
        what = {WEIGHT: self.tr("Paste weights into {layer}"), BIAS: self.tr("Paste biases into {layer}")}
        names = {column.tensor for column in table.columns[left : left + block.shape[1]]}
        done = what.get(names.pop(), numbers) if len(names) == 1 else numbers
        self.weightsEdited.emit(table.block_edit(top, left, block), done.format(layer=self._layer_name()))

    def _refuse(self, why: str) -> None:
        self.message.setText(why)
        self.message.setVisible(bool(why))

    def _layer_name(self) -> str:
        return self.layer.currentText()


def _shape(experiment: Experiment) -> tuple[object, ...]:
    """Return what decides which tensors there are, as far as the document tells."""
    layers = experiment.network.layers
    return (
        experiment.features,
        tuple((one.units, one.activation.sums_per_unit(), one.normalization, one.residual) for one in layers),
        tuple(one.activation.trained for one in layers),
        experiment.data.task,
    )
