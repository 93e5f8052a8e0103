"""The headers above the columns: what a layer is, and the controls that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.initializers import INITIALIZERS
from engine.experiment import MAX_UNITS
from ui.canvas.controls import GlyphButton, HeaderChoice, UnitsField
from ui.texts import tip
from ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.catalog.entry import Entry
    from engine.experiment import Layer, Output

HEIGHT = 112
ROOMY = 124  # the narrowest column whose header spells everything out
_TITLE, _FIRST, _SECOND, _THIRD = 21, 46, 72, 97  # the rows' middles


def _centred(width: int, middle: int, size: int, height: int) -> QRect:
    return QRect((width - size) // 2, middle - height // 2, size, height)


class Header(QWidget):
    """A title; the base of the three kinds of header."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.title = QLabel(title, self)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title.setSizePolicy(self.sizePolicy())

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        self.title.setGeometry(_centred(self.width(), _TITLE, self.width(), 20))


class InputsHeader(Header):
    """What goes in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self.title.setText(self.tr("Inputs"))
        self.count = QLabel(self)
        self.count.setProperty("look", "muted")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setToolTip(
            tip(
                self.tr("Inputs"),
                self.tr("What the first layer sees of every point. Choose the features at the left."),
            )
        )

    def show_features(self, features: int) -> None:
        """Show how many features there are."""
        word = self.tr("feature") if features == 1 else self.tr("features")
        self.count.setText(f"{features} {word}")

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        super().rearrange(compact)
        self.count.setGeometry(_centred(self.width(), _FIRST, self.width(), 20))


class _Choosing(Header):
    """A header with an activation and an initializer."""

    activationChosen = Signal(str)
    initializerChosen = Signal(str)
    tuneRequested = Signal()

    _ACTIVATION_ROW, _INITIALIZER_ROW = _FIRST, _THIRD

    def __init__(self, title: str, table: Sequence[type[Entry]], parent: QWidget) -> None:
        super().__init__(title, parent)
        self.activation = HeaderChoice(table, parent=self)
        self.initializer = HeaderChoice(INITIALIZERS, quiet=True, parent=self)
        self.tune = GlyphButton("tune", self)
        self.activation.chosen.connect(self.activationChosen)
        self.initializer.chosen.connect(self.initializerChosen)
        self.tune.clicked.connect(self.tuneRequested)
        self.tune.setToolTip(
            tip(
                self.tr("Settings"),
                self.tr(
                    "The numbers of this layer's activation and initializer, such as the bias to start from."
                ),
            )
        )

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        for control in (self.activation, self.initializer, self.tune):
            control.set_theme(theme)

    def name_controls(self, layer: str) -> None:
        """Say to a screen reader which layer the controls belong to."""
        self.activation.setAccessibleName(self.tr("Activation of {layer}").format(layer=layer))
        self.initializer.setAccessibleName(self.tr("Initializer of {layer}").format(layer=layer))
        self.tune.setAccessibleName(self.tr("Settings of {layer}").format(layer=layer))

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        super().rearrange(compact)
        width = self.width()
        room = width - 2 if compact else width - 8
        self.activation.compact = self.initializer.compact = compact
        choice = self.activation.width_within(room)
        self.activation.setGeometry(_centred(width, self._ACTIVATION_ROW, choice, 22))
        gap, side = 1, self.tune.width()
        quiet = self.initializer.width_within(room - side - gap)
        left = (width - quiet - gap - side) // 2
        self.initializer.setGeometry(QRect(left, self._INITIALIZER_ROW - 11, quiet, 22))
        self.tune.move(left + quiet + gap, self._INITIALIZER_ROW - side // 2)


class LayerHeader(_Choosing):
    """A hidden layer: its activation, its width, its initializer, and a way to remove it."""

    unitsEdited = Signal(int)
    removeRequested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", ACTIVATIONS, parent)
        self._index = -1
        self.fewer = GlyphButton("minus", self)
        self.units = UnitsField(self)
        self.more = GlyphButton("plus", self)
        self.remove = GlyphButton("close", self)
        self.fewer.clicked.connect(lambda: self._step(-1))
        self.more.clicked.connect(lambda: self._step(1))
        self.units.unitsEdited.connect(self.unitsEdited)
        self.remove.clicked.connect(self.removeRequested)
        self.fewer.setToolTip(tip(self.tr("One neuron less"), self.tr("Hold it down to go on.")))
        self.more.setToolTip(
            tip(
                self.tr("One neuron more"),
                self.tr(
                    "Each neuron of a first layer draws one border through the plane. Hold it down to go on."
                ),
            )
        )
        self.units.setToolTip(tip(self.tr("Neurons of this layer"), self.tr("Click to type a number.")))
        self.remove.setToolTip(tip(self.tr("Remove this layer")))

    def controls(self) -> list[QWidget]:
        """Return what the Tab key visits, in order."""
        return [self.remove, self.activation, self.fewer, self.units, self.more, self.initializer, self.tune]

    def show_layer(self, index: int, layer: Layer) -> None:
        """Show a layer, counted from 0."""
        if index != self._index:
            self._index = index
            name = self.tr("Layer {number}").format(number=index + 1)
            self.title.setText(name)
            self.name_controls(name)
            self.fewer.setAccessibleName(self.tr("One neuron less in {layer}").format(layer=name))
            self.more.setAccessibleName(self.tr("One neuron more in {layer}").format(layer=name))
            self.units.setAccessibleName(self.tr("Neurons of {layer}").format(layer=name))
            self.remove.setAccessibleName(self.tr("Remove {layer}").format(layer=name))
        self.activation.set_current(layer.activation.kind)
        self.initializer.set_current(layer.initializer.kind)
        self.fewer.setEnabled(layer.units > 1)
        self.more.setEnabled(layer.units < MAX_UNITS)
        self.units.set_units(layer.units, self.width() < ROOMY)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        for control in (self.fewer, self.more, self.remove):
            control.set_theme(theme)

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        super().rearrange(compact)
        width = self.width()
        self.units.set_units(self.units.units(), compact)
        text = self.title.fontMetrics().horizontalAdvance(self.title.text())
        self.remove.move((width + text) // 2 + 3, _TITLE - self.remove.height() // 2)
        # The same room for one digit and for three, so that − and + stay under the pointer.
        field = 30 if compact else 76
        side = self.fewer.width()
        left = (width - field - 2 * side) // 2
        self.fewer.move(left, _SECOND - side // 2)
        self.units.setGeometry(left + side, _SECOND - 11, field, 22)
        self.more.move(left + side + field, _SECOND - side // 2)

    def _step(self, change: int) -> None:
        units = self.units.units() + change
        if 1 <= units <= MAX_UNITS:
            self.unitsEdited.emit(units)


class OutputHeader(_Choosing):
    """The output: its activation and its initializer."""

    _INITIALIZER_ROW = _SECOND

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", (), parent)
        name = self.tr("Output")
        self.title.setText(name)
        self.name_controls(name)

    def controls(self) -> list[QWidget]:
        """Return what the Tab key visits, in order."""
        return [self.activation, self.initializer, self.tune]

    def show_output(self, output: Output, table: Sequence[type[Entry]], resolved: str) -> None:
        """Show the output layer; ``resolved`` is the label of what "auto" stands for."""
        self.activation.set_table(table)
        self.activation.set_current(output.activation.kind)
        if resolved:
            self.activation.set_shown_as(self.tr("{activation} (auto)").format(activation=resolved), resolved)
        else:
            self.activation.set_shown_as()
        self.initializer.set_current(output.initializer.kind)
