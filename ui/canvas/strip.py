"""The row of headers above the diagram, and the circles between them that add a layer."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.entry import by_key
from engine.catalog.initializers import INITIALIZERS
from engine.experiment import MAX_LAYERS
from ui.canvas.controls import GlyphButton
from ui.canvas.headers import HEIGHT, ROOMY, Header, InputsHeader, LayerHeader, OutputHeader
from ui.canvas.model import output_choices, resolved_output
from ui.canvas.settings import LayerSettings
from ui.texts import catalog, tip
from ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment
    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape

_ADD_ROW = 24  # what the circles need below the headers where columns are narrow


class HeaderStrip(QWidget):
    """All headers; indices of layers count the hidden ones from 0, the output coming last.

    ``activationEdited`` and ``initializerEdited`` also carry the label of the parameter that was
    edited, empty where another kind was chosen.  ``revealRequested`` asks to scroll to a span of the
    content, because the keyboard went there.
    """

    activationEdited = Signal(int, object, str)
    initializerEdited = Signal(int, object, str)
    unitsEdited = Signal(int, int)
    addRequested = Signal(int)
    removeRequested = Signal(int)
    revealRequested = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.inputs = InputsHeader(self)
        self.layers: list[LayerHeader] = []
        self.output = OutputHeader(self)
        self.adders: list[GlyphButton] = []
        self.settings = LayerSettings(self)
        self._experiment: Experiment | None = None
        self._choices_for: tuple[Any, ...] = ()
        self._choices: tuple[type[Entry], ...] = ()
        self._connect_choices(self.output, None)
        self.settings.activationEdited.connect(self.activationEdited)
        self.settings.initializerEdited.connect(self.initializerEdited)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        headers: tuple[Header, ...] = (self.inputs, *self.layers, self.output)
        for header in headers:
            header.set_theme(theme)
        for adder in self.adders:
            adder.set_theme(theme)
        self.settings.set_theme(theme)
        self.update()

    def show_experiment(self, experiment: Experiment, shape: Shape) -> bool:
        """Show a network; return whether headers came or went."""
        self._experiment = experiment
        layers = experiment.network.layers
        changed = len(layers) != len(self.layers) or not self.adders
        while len(self.layers) < len(layers):
            self._add_header()
        # Headers are reused by position: a button held down must survive the edits it makes.
        while len(self.layers) > len(layers):
            gone = self.layers.pop()
            gone.hide()
            gone.deleteLater()
        self._match_adders(len(layers) + 1)
        self.inputs.show_features(len(shape.features))
        for i, (header, layer) in enumerate(zip(self.layers, layers, strict=True)):
            header.show_layer(i, layer)
        classes = len(shape.classes)
        key = (experiment.data.task, experiment.training.loss.kind, classes)
        if key != self._choices_for:
            self._choices_for, self._choices = key, output_choices(experiment, classes)
        output = experiment.network.output
        is_auto = output.activation.kind == "auto"
        self.output.show_output(
            output, self._choices, catalog(resolved_output(experiment, classes).label) if is_auto else ""
        )
        if self.settings.isVisible() and self.settings.index() <= len(layers):
            self.settings.show_entries(*self._entries(self.settings.index()))
        if changed:
            self._chain_tabs()
        return changed

    def height_for(self, layout: Layout) -> int:
        """Return the height that the headers need above a layout."""
        return HEIGHT + (_ADD_ROW if self.is_compact(layout) else 0)

    @staticmethod
    def is_compact(layout: Layout) -> bool:
        """Whether columns are too narrow for headers that spell everything out."""
        return min(column.width for column in layout.columns[1:]) < ROOMY

    def place(self, layout: Layout, offset: int) -> None:
        """Put everything above its column, with the content scrolled by an offset."""
        compact = self.is_compact(layout)
        parts: list[Header] = [self.inputs, *self.layers, self.output]
        middle = HEIGHT + _ADD_ROW // 2 - 2 if compact else 34
        for i, (part, column) in enumerate(zip(parts, layout.columns, strict=True)):
            width = round(column.width)
            centre = column.left + column.width / 2 if 0 < i < len(parts) - 1 else column.centre
            left = max(round(centre - width / 2), 0 if i == 0 else round(column.left) - 8)
            part.setGeometry(QRect(left - offset, 0, width, HEIGHT))
            part.rearrange(compact)
            if i:
                adder = self.adders[i - 1]
                low, high = layout.gap(i - 1)
                adder.move(
                    round((low + high) / 2) - offset - adder.width() // 2, middle - adder.height() // 2
                )
                adder.raise_()

    def controls(self) -> list[QWidget]:
        """Return what the Tab key visits, in order."""
        found: list[QWidget] = []
        for header, adder in zip(self.layers, self.adders, strict=False):
            found += [adder, *header.controls()]
        return [*found, self.adders[-1], *self.output.controls()]

    def _entries(self, index: int) -> tuple[Entry, Entry]:
        assert self._experiment is not None
        network = self._experiment.network
        part = network.output if index == len(network.layers) else network.layers[index]
        return part.activation, part.initializer

    def _add_header(self) -> None:
        header = LayerHeader(self)
        index = len(self.layers)
        header.set_theme(self.theme)
        header.unitsEdited.connect(lambda units: self.unitsEdited.emit(index, units))
        header.removeRequested.connect(lambda: self.removeRequested.emit(index))
        self._connect_choices(header, index)
        self.layers.append(header)
        header.show()

    def _match_adders(self, count: int) -> None:
        while len(self.adders) < count:
            index = len(self.adders)
            adder = GlyphButton("add", self)
            adder.set_theme(self.theme)
            adder.setToolTip(
                tip(
                    self.tr("Add a layer here"),
                    self.tr("It repeats the activation and width of the layer before it."),
                )
            )
            adder.setAccessibleName(self.tr("Add a layer at position {number}").format(number=index + 1))
            adder.clicked.connect(lambda _=False, index=index: self.addRequested.emit(index))
            self.adders.append(adder)
            adder.show()
        while len(self.adders) > count:
            gone = self.adders.pop()
            gone.hide()
            gone.deleteLater()
        for adder in self.adders:
            adder.setVisible(count <= MAX_LAYERS)

    def _connect_choices(self, header: LayerHeader | OutputHeader, index: int | None) -> None:
        """Connect the controls that hidden layers and the output share; index None is the output."""

        def place() -> int:
            return len(self.layers) if index is None else index

        table = OUTPUT_ACTIVATIONS if index is None else ACTIVATIONS
        header.activationChosen.connect(
            lambda key: self.activationEdited.emit(
                place(), by_key(table)[key].model_validate({"kind": key}), ""
            )
        )
        header.initializerChosen.connect(lambda key: self._choose_initializer(place(), key))
        header.tuneRequested.connect(lambda: self._open_settings(place(), header))

    def _choose_initializer(self, index: int, key: str) -> None:
        """Change the distribution of the weights; the bias to start from stays."""
        _, old = self._entries(index)
        values = {"kind": key, "bias": getattr(old, "bias", 0.0)}
        self.initializerEdited.emit(index, by_key(INITIALIZERS)[key].model_validate(values), "")

    def _open_settings(self, index: int, header: LayerHeader | OutputHeader) -> None:
        self.settings.show_entries(*self._entries(index))
        anchor = header.tune
        self.settings.open_below(index, QRect(anchor.mapToGlobal(anchor.rect().topLeft()), anchor.size()))

    def _chain_tabs(self) -> None:
        chain = self.controls()
        for before, after in itertools.pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not self.isAncestorOf(new) or new.window() is not self.window():
            return
        left = new.mapTo(self, new.rect().topLeft()).x()
        if left < 0 or left + new.width() > self.width():
            self.revealRequested.emit(left, left + new.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(event.rect(), QColor(self.theme.canvas))
