"""The view that shows a network and the state of its run; it leaves the hand to those that derive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter

from engine.graft import Origin
from ui.canvas.building import Building
from ui.canvas.describe import short
from ui.canvas.diagram import Diagram
from ui.canvas.flow import Pulse
from ui.canvas.layout import Layout, arrange
from ui.canvas.model import shape_of
from ui.canvas.readings import activations
from ui.canvas.scrolled import ScrolledCanvas
from ui.canvas.strip import HeaderStrip
from ui.editing.output_choices import has_same_classes
from ui.looks.theme import LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    from engine.experiment import Experiment, Network
    from engine.snapshot import Frame
    from ui.canvas.model import Shape
    from ui.canvas.network_sheet import NetworkSheet
    from ui.canvas.spots import Link, Spot, Unit


class DiagramView(ScrolledCanvas):
    """Headers above a diagram that scrolls and zooms, laid out for the room there is.

    ``networkEdited`` carries a valid network, what was done, for the undo menu, and where its layers and
    units come from or None; ``weightsEdited`` a weight edit and its text; ``layersSelected`` the indices of
    the selected layers, the output behind the hidden ones; ``settingsRequested`` a layer whose settings are
    to be shown.
    """

    networkEdited = Signal(object, str, object)
    weightsEdited = Signal(object, str)
    layersSelected = Signal(object)
    settingsRequested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._shape: Shape | None = None
        self._frame: Frame | None = None
        self._layout: Layout | None = None
        self._classes: tuple[str, ...] | None = None
        self._first: tuple[int, ...] = ()
        self._own_edit: tuple[Network, Origin | None] | None = None
        self._told_of: tuple[tuple[Unit, ...], tuple[Link, ...], Mapping[Unit, str] | None] = ((), (), None)

        self.layoutNeeded.connect(self.arrange)
        self.setMinimumSize(360, 300)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._diagram = Diagram(LIGHT)
        self.strip = HeaderStrip(self)
        self.building = Building(self.strip)
        self._pulse = Pulse(self)
        # Links that had to wait for their turn are painted in the next rounds, frames or not.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(15)
        self._later.timeout.connect(self.viewport().update)
        self.building.networkEdited.connect(self.tell_edit)
        self.building.weightsEdited.connect(self.weightsEdited)
        self.building.settingsRequested.connect(self.settingsRequested)
        self.building.selection.changed.connect(self._show_selection)
        self.strip.dropMoved.connect(self._show_drop)
        self._pulse.beat.connect(self._show_flow)
        self.strip.revealRequested.connect(self._reveal_header)

    def _show_selection(self, layers: tuple[int, ...]) -> None:
        self._diagram.set_selected(tuple(layer + 1 for layer in layers))
        self.viewport().update()
        self.layersSelected.emit(layers)

    def select_layers(self, layers: tuple[int, ...]) -> None:
        """Select these layers alone, the output behind the hidden ones."""
        self.building.selection.set(layers)

    def _show_drop(self, gap: int) -> None:
        self._diagram.set_drop(gap if gap >= 0 else None)
        self.viewport().update()

    def _show_flow(self, phase: float | None) -> None:
        """Follow the clock of the flow."""
        self._diagram.set_flow(phase)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._diagram.set_theme(theme)
        self.strip.set_theme(theme)
        self._show_values()
        self.viewport().update()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the network of a document; pictures follow with the next frame."""
        old = self._experiment
        if old is not None and not has_same_classes(old, experiment):
            self._classes = None  # the frame that knows the new ones is on its way
        self._update_shape(experiment)
        self.building.show_experiment(experiment)

    def tell_edit(self, network: Network, text: str, origin: Origin | None) -> None:
        """Tell an edit; while it is carried out, it is known where its layers and neurons come from."""
        self._own_edit = network, origin
        try:
            self.networkEdited.emit(network, text, origin)
        finally:
            self._own_edit = None

    def origin_of(self, network: Network) -> Origin | None:
        """Return where the layers of a network come from, None where it is not of an edit of one's own."""
        edit, self._own_edit = self._own_edit, None
        if edit is None or edit[0] != network:
            return None
        return edit[1] or Origin(tuple(range(len(network.layers))))

    def leave(self, experiment: Experiment, shape: Shape) -> None:
        """Let go of what another network, about to be shown, has not: it is still as it was."""

    def show_frame(self, frame: Frame) -> None:
        """Show the state of a run."""
        self._frame = frame
        if self._experiment is None:
            self._experiment = frame.experiment
            self.building.show_experiment(frame.experiment)
        # A frame of other data, on its way while they were changed, knows nothing of the new classes.
        if frame.data.classes != self._classes and frame.experiment.data == self._experiment.data:
            self._classes = frame.data.classes
            self._update_shape(self._experiment)
        self._show_values()
        self._show_labels()
        self._pulse.show_running(frame.running)
        self.viewport().update()

    def show_focus(
        self, units: tuple[Unit, ...], links: tuple[Link, ...], labels: Mapping[Unit, str] | None
    ) -> None:
        """Highlight neurons and links, with numbers beside the neurons.

        Without labels (None) the numbers are the neurons' activations at the probe, where there is one, and
        the links show what they carry there; with labels, none even, nothing speaks of the probe.
        """
        self._told_of = units, links, labels
        self._show_labels()
        self.viewport().update()

    def make_sheet(self, moving: bool = False) -> NetworkSheet:
        """Return what paints the whole network as a picture of its own, with lights where it is moving."""
        from ui.canvas.network_sheet import NetworkSheet  # the start need not wait for it

        return NetworkSheet(self, moving)

    def shown(self) -> tuple[Experiment | None, Shape | None, Frame | None]:
        """Return the document, its columns and the last frame, None while there is none."""
        return self._experiment, self._shape, self._frame

    def unit_rect(self, layer: int, unit: int) -> QRect | None:
        """Return where a neuron is in the viewport, None where it is out of sight."""
        rect = self._layout.tile_rect(layer, unit) if self._layout else None
        return rect.translated(-self.offset()).toRect() if rect is not None else None

    def _update_shape(self, experiment: Experiment) -> None:
        shape = shape_of(experiment, self._classes)
        changed = shape != self._shape
        if self._shape is not None:
            self.leave(experiment, shape)
        self._experiment, self._shape = experiment, shape
        self._diagram.set_marks(self._experiment)
        headers_changed = self.strip.show_experiment(self._experiment, shape)
        if changed or headers_changed or self._layout is None:
            if len(shape.units) != len(self._first):
                self._first = (0,) * len(shape.units)
            self.arrange()
        else:
            self.strip.place(self._layout, round(self.offset().x()))

    def _show_values(self) -> None:
        """Hand the last frame's pictures and weights to the diagram."""
        if self._layout is None or self._shape is None:
            return
        self._diagram.show_values(self._layout, self._shape, self._frame)

    def _show_labels(self) -> None:
        units, links, labels = self._told_of
        probed = self._frame.probed if self._frame is not None and labels is None else None
        self._diagram.set_contributions(probed.activations if probed is not None else None)
        if labels is None:
            labels = {}
            if self._shape is not None and self._layout is not None:
                shown = [range(one.first, one.first + one.shown) for one in self._layout.columns]
                at_probe = activations(self._frame, self._shape, shown)
                labels = {unit: short(value) for unit, value in at_probe.items()}
        self._diagram.show_focus(units, links, labels)

    # Geometry

    def arrange(self) -> None:
        """Lay out the network for the present size and zoom."""
        if self._shape is None:
            return
        width, height = float(self.width()), self.height()
        labels = self._diagram.label_widths(self._shape, self.font())

        def arranged(room: int) -> Layout:
            assert self._shape is not None
            return arrange(
                self._shape.units, width, float(room), zoom=self.zoom, first=self._first, labels=labels
            )

        layout = arranged(max(100, height - self.strip.height_for(arranged(height))))
        header = self.strip.height_for(layout)
        bar = self.bar_height(layout.size.width())
        if bar:
            layout = arranged(max(100, height - header - bar))
        self._layout = layout
        self._first = tuple(column.first for column in layout.columns)
        self.set_content(layout.size, header)
        self.strip.setGeometry(0, 0, self.width(), header)
        self._diagram.set_layout(layout, self.devicePixelRatioF())
        self._show_values()
        self._show_labels()
        self.strip.place(layout, round(self.offset().x()))
        self.viewport().update()

    def scrolled(self) -> None:
        """Follow another offset."""
        if self._layout is not None:
            self.strip.place(self._layout, round(self.offset().x()))
        self.viewport().update()

    def _reveal_header(self, left: int, right: int) -> None:
        """Scroll so that a span of the strip, in its coordinates, is in sight."""
        x, y = self.offset().x(), self.offset().y()
        self.reveal(QRectF(x + left, y + 8, right - left, 1), margin=12)

    def _scroll_column(self, layer: int, change: int) -> None:
        first = list(self._first)
        first[layer] += change
        self._first = tuple(first)
        self.arrange()

    def _show_unit(self, layer: int, unit: int) -> None:
        """Scroll so that a unit is in sight."""
        assert self._layout is not None
        column = self._layout.columns[layer]
        if unit < column.first:
            self._scroll_column(layer, unit - column.first)
        elif unit >= column.first + column.shown:
            self._scroll_column(layer, unit - column.first - column.shown + 1)
        rect = self._layout.tile_rect(layer, unit)
        if rect is not None:
            self.reveal(rect)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is in sight."""
        painter = QPainter(self.viewport())
        offset = self.offset()
        painter.translate(-offset)
        region = QRectF(self.viewport().rect()).translated(offset)
        if self._layout is None or self._shape is None:
            painter.fillRect(region, self._diagram.ground)
            return
        unit, link = self.lit()
        if self._diagram.paint(painter, region, self._layout, self._shape, unit, link, self.pinned()):
            self._later.start()

    def lit(self) -> tuple[Unit | None, Link | None]:
        """Return the neuron and the link to be highlighted because they are pointed at."""
        return None, None

    def pinned(self) -> Spot | None:
        """Return the neuron or link whose card stays open."""
        return None
