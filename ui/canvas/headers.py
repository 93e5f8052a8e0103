"""The headers above the columns: what a layer is, and the controls that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QLabel, QWidget

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.initializers import INITIALIZERS
from engine.experiment import MAX_UNITS
from ui.canvas.badges import BadgeRow, badges_of
from ui.canvas.controls import GlyphButton, HeaderChoice, UnitsField
from ui.canvas.title import HeaderTitle
from ui.looks.theme import LIGHT, Theme
from ui.wording.counts import counted
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from engine.catalog.entry import Entry
    from engine.experiment import Layer, Output

HEIGHT = 112
ROOMY = 124  # the narrowest column whose header spells everything out
BADGES = 20  # what a row of badges needs besides
_TITLE, _FIRST, _SECOND, _THIRD = 21, 46, 72, 97  # the rows' middles


def _centred(width: int, middle: int, size: int, height: int) -> QRect:
    return QRect((width - size) // 2, middle - height // 2, size, height)


class Header(QWidget):
    """The base of the three kinds of header."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._lifted = False

    def set_lifted(self, lifted: bool) -> None:
        """Show whether it is dragged, above the others."""
        if lifted != self._lifted:
            self._lifted = lifted
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a ground while dragged, so that what is below does not shine through."""
        if self._lifted:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.theme.accent), 1))
            painter.setBrush(QColor(self.theme.panel))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""


class InputsHeader(Header):
    """What goes in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = QLabel(self.tr("Inputs"), self)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.count = QLabel(self)
        self.count.setProperty("look", "muted")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setToolTip(
            tip(
                self.tr("Inputs"),
                self.tr("What the first layer sees of every point. Choose the features at the left."),
            )
        )

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)

    def show_features(self, features: int) -> None:
        """Show how many features there are."""
        self.count.setText(counted(features, self.tr("1 feature"), self.tr("{count} features")))

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        self.title.setGeometry(_centred(self.width(), _TITLE, self.width(), 20))
        self.count.setGeometry(_centred(self.width(), _FIRST, self.width(), 20))


class _Choosing(Header):
    """A header with an activation and an initializer."""

    activationChosen = Signal(str)
    initializerChosen = Signal(str)
    tuneRequested = Signal()

    _ACTIVATION_ROW, _INITIALIZER_ROW, _BADGE_ROW = _FIRST, _THIRD, _THIRD + 23

    def __init__(self, movable: bool, table: Sequence[type[Entry]], parent: QWidget) -> None:
        super().__init__(parent)
        self.title = HeaderTitle(movable, self)
        self.title.setToolTip(
            tip(
                self.tr("Select this layer"),
                self.tr(
                    "Shift selects all up to it, Ctrl one more. Drag it to another place. The right button "
                    "opens its menu."
                )
                if movable
                else self.tr("Shift selects all up to it, Ctrl one more. The right button opens its menu."),
            )
        )
        self.badges = BadgeRow(self)
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
                    "Everything about this layer: normalization, dropout, and the numbers of its activation "
                    "and initializer."
                ),
            )
        )

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        for control in (self.title, self.badges, self.activation, self.initializer, self.tune):
            control.set_theme(theme)

    def show_badges(self, part: Layer | Output) -> None:
        """Show what is not as usual in a layer."""
        self.badges.set_badges(badges_of(part))
        self.title.setAccessibleDescription(self.badges.accessibleName())

    def name_controls(self, layer: str) -> None:
        """Say to a screen reader which layer the controls belong to."""
        self.title.setAccessibleName(layer)
        self.activation.setAccessibleName(self.tr("Activation of {layer}").format(layer=layer))
        self.initializer.setAccessibleName(self.tr("Initializer of {layer}").format(layer=layer))
        self.tune.setAccessibleName(self.tr("Settings of {layer}").format(layer=layer))

    def rearrange(self, compact: bool) -> None:
        """Place everything for the current width."""
        width = self.width()
        self.title.setGeometry(
            _centred(width, _TITLE, min(self.title.sizeHint().width(), width), HeaderTitle.HEIGHT)
        )
        self.badges.setGeometry(0, self._BADGE_ROW - BadgeRow.HEIGHT // 2, width, BadgeRow.HEIGHT)
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
        super().__init__(True, ACTIVATIONS, parent)
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
        return [
            self.title,
            self.remove,
            self.activation,
            self.fewer,
            self.units,
            self.more,
            self.initializer,
            self.tune,
        ]

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
        self.show_badges(layer)
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
        side = self.remove.width()
        title = min(self.title.sizeHint().width(), width - side - 2)
        left = min((width - title) // 2, width - side - title - 1)  # the cross stays within the column
        self.title.setGeometry(left, _TITLE - HeaderTitle.HEIGHT // 2, title, HeaderTitle.HEIGHT)
        self.remove.move(left + title, _TITLE - side // 2)
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

    _INITIALIZER_ROW, _BADGE_ROW = _SECOND, _THIRD

    def __init__(self, parent: QWidget) -> None:
        super().__init__(False, (), parent)
        name = self.tr("Output")
        self.title.setText(name)
        self.name_controls(name)

    def controls(self) -> list[QWidget]:
        """Return what the Tab key visits, in order."""
        return [self.title, self.activation, self.initializer, self.tune]

    def show_output(self, output: Output, table: Sequence[type[Entry]], resolved: str) -> None:
        """Show the output layer; ``resolved`` is the label of what "auto" stands for."""
        self.show_badges(output)
        self.activation.set_table(table)
        self.activation.set_current(output.activation.kind)
        if resolved:
            self.activation.set_shown_as(self.tr("{activation} (auto)").format(activation=resolved), resolved)
        else:
            self.activation.set_shown_as()
        self.initializer.set_current(output.initializer.kind)
