"""The row of headers above the diagram, and the circles between them that add a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.entry import by_key
from engine.catalog.initializers import INITIALIZERS
from engine.experiment import MAX_LAYERS
from engine.output import output_activation
from ui.canvas.controls import GlyphButton
from ui.canvas.headers import BADGES, HEIGHT, ROOMY, Header, InputsHeader, LayerHeader, OutputHeader
from ui.editing.output_choices import output_choices
from ui.looks.theme import LIGHT, Theme
from ui.widgets.themed import chain_tabs
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPaintEvent

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment
    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape

_SCROLL_MS = 40
_ADD_ROW = 24  # what the circles need below the headers where columns are narrow
_LAYER_KEYS = (
    Qt.Key.Key_Delete,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
    Qt.Key.Key_M,
    Qt.Key.Key_F,
    Qt.Key.Key_R,
)


def is_layer_key(event: QKeyEvent) -> bool:
    """Return whether a key does something to layers."""
    keys = Qt.KeyboardModifier
    return event.key() in _LAYER_KEYS and not event.modifiers() & (keys.ControlModifier | keys.AltModifier)


class HeaderStrip(QWidget):
    """All headers; indices of layers count the hidden ones from 0, the output coming last.

    ``picked`` carries a layer and the keyboard modifiers; ``dropMoved`` the gap that a dragged layer is
    over, 0 being that behind the inputs, -1 where it would stay; ``dropped`` a layer and a gap.
    ``revealRequested`` asks to scroll to a span of the content, because the keyboard went there.
    """

    activationEdited = Signal(int, object)
    initializerEdited = Signal(int, object)
    picked = Signal(int, object)
    dropMoved = Signal(int)
    dropped = Signal(int, int)
    menuRequested = Signal(int, QPoint)
    settingsRequested = Signal(int)
    unitsEdited = Signal(int, int)
    addRequested = Signal(int)
    removeRequested = Signal(int)
    revealRequested = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.theme: Theme = LIGHT
        self.inputs = InputsHeader(self)
        self.layers: list[LayerHeader] = []
        self.output = OutputHeader(self)
        self.adders: list[GlyphButton] = []
        self._experiment: Experiment | None = None
        self._layout: Layout | None = None
        self._offset = 0
        self._drop = -1
        self._held: tuple[int, QPointF] = (0, QPointF())
        self._beyond = QTimer(self, interval=_SCROLL_MS)
        self._beyond.setSingleShot(True)
        self._beyond.timeout.connect(lambda: self._drag(*self._held))
        self._choices_for: tuple[Any, ...] = ()
        self._choices: tuple[type[Entry], ...] = ()
        self._connect_choices(self.output, None)
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
        self.update()

    def show_experiment(self, experiment: Experiment, shape: Shape) -> bool:
        """Show a network; return whether headers came or went."""
        if self._experiment is not None and self._experiment.network != experiment.network:
            for header in self.layers:
                header.units.forget()  # else a header that goes would take it over, within an undo
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
        self._hide_controls(experiment.view.hidden)
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
            output, self._choices, catalog(output_activation(experiment, classes).label) if is_auto else ""
        )
        if changed:
            chain_tabs(self._view, self.controls())  # right behind the diagram itself
        return changed

    def height_for(self, layout: Layout) -> int:
        """Return the height that the headers need above a layout."""
        rows = HEIGHT + (BADGES if self._has_badges() else 0)
        return rows + (_ADD_ROW if self.is_compact(layout) else 0)

    def _has_badges(self) -> bool:
        return any(header.badges.badges() for header in self.layers)

    @staticmethod
    def is_compact(layout: Layout) -> bool:
        """Whether columns are too narrow for headers that spell everything out."""
        return min(column.width for column in layout.columns[1:]) < ROOMY

    def place(self, layout: Layout, offset: int) -> None:
        """Put everything above its column, with the content scrolled by an offset."""
        self._layout, self._offset = layout, offset
        compact = self.is_compact(layout)
        height = HEIGHT + (BADGES if self._has_badges() else 0)
        parts: list[Header] = [self.inputs, *self.layers, self.output]
        middle = height + _ADD_ROW // 2 - 2 if compact else 34
        for i, (part, column) in enumerate(zip(parts, layout.columns, strict=True)):
            width = round(column.width)
            centre = column.left + column.width / 2 if 0 < i < len(parts) - 1 else column.centre
            left = max(round(centre - width / 2), 0 if i == 0 else round(column.left) - 8)
            part.setGeometry(QRect(left - offset, 0, width, height))
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

    # Selecting, dragging, menus

    def show_selected(self, layers: tuple[int, ...]) -> None:
        """Show which layers are selected."""
        for index, header in enumerate((*self.layers, self.output)):
            header.title.show_checked(index in layers)

    def title_with_focus(self) -> int | None:
        """Return the hidden layer whose title has the focus."""
        return next((i for i, header in enumerate(self.layers) if header.title.hasFocus()), None)

    def has_title_focus(self) -> bool:
        """Return whether the title of a layer, or of the output, has the focus."""
        return self.title_with_focus() is not None or self.output.title.hasFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the keys of layers from the canvas unless a title has the focus: a control was meant."""
        event.setAccepted(is_layer_key(event) and not self.has_title_focus())

    def menu_place(self, index: int) -> QPoint:
        """Return where the menu of a layer opens by keyboard, on the screen."""
        title = (*self.layers, self.output)[index].title
        return title.mapToGlobal(title.rect().bottomLeft())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the layer whose header it is."""
        for index, header in enumerate((*self.layers, self.output)):
            if event.reason() == event.Reason.Keyboard:
                focus = QApplication.focusWidget()
                if focus is not None and header.isAncestorOf(focus):
                    self.menuRequested.emit(index, self.menu_place(index))
                    return
            elif header.geometry().contains(event.pos()):
                self.menuRequested.emit(index, event.globalPos())
                return
        event.ignore()

    def _drag(self, index: int, at: QPointF) -> None:
        """Take a header along with the pointer, and show where it would go."""
        if self._layout is None:
            return
        x = self.mapFromGlobal(at).x()
        self._held = index, at
        if not 0 <= x <= self.width():
            self.revealRequested.emit(round(x) - 20, round(x) + 20)
            self._beyond.start()  # goes on scrolling while the pointer rests there
        header = self.layers[index]
        header.set_lifted(True)
        header.move(round(x - header.width() / 2), 6)
        header.raise_()
        self._set_drop(self._gap_at(index, x))

    def _gap_at(self, index: int, x: float) -> int:
        """Return the gap at an x, -1 where the layer would stay."""
        assert self._layout is not None
        hidden = self._layout.columns[1:-1]
        gap = sum(column.centre - self._offset < x for column in hidden)
        return -1 if gap in (index, index + 1) else gap

    def _set_drop(self, gap: int) -> None:
        if gap != self._drop:
            self._drop = gap
            self.dropMoved.emit(gap)
            self.update()

    def _finish_drag(self, index: int, at: QPointF | None) -> None:
        """Put the dragged header back in the row; where a place is given, ask for the move."""
        gap = self._gap_at(index, self.mapFromGlobal(at).x()) if at is not None and self._layout else -1
        self._beyond.stop()
        self._set_drop(-1)
        self.layers[index].set_lifted(False)
        if self._layout is not None:
            self.place(self._layout, self._offset)
        if gap >= 0:
            self.dropped.emit(index, gap)

    def _add_header(self) -> None:
        header = LayerHeader(self)
        index = len(self.layers)
        header.set_theme(self.theme)
        header.unitsEdited.connect(lambda units: self.unitsEdited.emit(index, units))
        header.removeRequested.connect(lambda: self.removeRequested.emit(index))
        header.title.dragged.connect(lambda at: self._drag(index, at))
        header.title.dropped.connect(lambda at: self._finish_drag(index, at))
        header.title.cancelled.connect(lambda: self._finish_drag(index, None))
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

    def _hide_controls(self, hidden: tuple[str, ...]) -> None:
        """Hide what the document hides; no layer can be added to a network that has all it can have."""
        fixed = "numHiddenLayers" in hidden
        for adder in self.adders:
            adder.setHidden(fixed or len(self.adders) > MAX_LAYERS)
        for header in self.layers:
            header.remove.setHidden(fixed)
        for choosing in (*self.layers, self.output):
            choosing.activation.setHidden("activation" in hidden)

    def _connect_choices(self, header: LayerHeader | OutputHeader, index: int | None) -> None:
        """Connect the controls that hidden layers and the output share; index None is the output."""

        def place() -> int:
            return len(self.layers) if index is None else index

        table = OUTPUT_ACTIVATIONS if index is None else ACTIVATIONS
        header.activationChosen.connect(
            lambda key: self.activationEdited.emit(place(), by_key(table)[key].model_validate({"kind": key}))
        )
        header.initializerChosen.connect(lambda key: self._choose_initializer(place(), key))
        header.tuneRequested.connect(lambda: self.settingsRequested.emit(place()))
        header.title.picked.connect(lambda modifiers: self.picked.emit(place(), modifiers))

    def _choose_initializer(self, index: int, key: str) -> None:
        """Change the distribution of the weights; the bias to start from stays."""
        assert self._experiment is not None
        network = self._experiment.network
        part = network.output if index == len(network.layers) else network.layers[index]
        values = {"kind": key, "bias": part.initializer.bias}
        self.initializerEdited.emit(index, by_key(INITIALIZERS)[key].model_validate(values))

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not self.isAncestorOf(new) or new.window() is not self.window():
            return
        left = new.mapTo(self, new.rect().topLeft()).x()
        if left < 0 or left + new.width() > self.width():
            self.revealRequested.emit(left, left + new.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and where a dragged layer would go."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.theme.canvas))
        if self._drop >= 0 and self._layout is not None:
            low, high = self._layout.gap(self._drop)
            middle = (low + high) / 2 - self._offset
            painter.fillRect(QRectF(middle - 1.5, 6, 3, self.height() - 6), QColor(self.theme.accent))
