"""The network diagram: neurons with live thumbnails, links with live weights, and what edits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter

from ui.canvas.card import Card
from ui.canvas.describe import describe_link, describe_unit, pieces_of
from ui.canvas.diagram import Diagram
from ui.canvas.flow import Pulse
from ui.canvas.intents import NetworkIntents
from ui.canvas.layout import Layout, arrange, stepped
from ui.canvas.model import has_same_classes, shape_of
from ui.canvas.scrolled import ScrolledCanvas
from ui.canvas.strip import HeaderStrip
from ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.canvas.model import Shape

Unit = tuple[int, int]
Link = tuple[int, int, int]
_DRAGGING = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class NetworkView(ScrolledCanvas):
    """The diagram in the middle of the window.

    ``networkEdited`` carries a valid network and what was done, for the undo menu.  ``neuronHovered``
    carries (layer, unit), layer 0 being the features, or None when the pointer leaves.
    """

    networkEdited = Signal(object, str)
    neuronHovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._shape: Shape | None = None
        self._frame: Frame | None = None
        self._layout: Layout | None = None
        self._classes: tuple[str, ...] | None = None
        self._first: tuple[int, ...] = ()
        self._hovered: Unit | None = None
        self._told: Unit | None = None
        self._place: Unit | None = None
        self._link: Link | None = None
        self._by_keyboard = False
        self._pointer = QPointF()

        self.setMinimumSize(360, 300)
        self.setAccessibleName(self.tr("Network diagram"))
        self.setAccessibleDescription(self.tr("Arrow keys go from neuron to neuron."))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._diagram = Diagram(LIGHT)
        self._pulse = Pulse(self)
        self._card = Card(self.viewport())
        self.strip = HeaderStrip(self)
        self._intents = NetworkIntents(self.strip)
        # Links that had to wait for their turn are painted in the next rounds, frames or not.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(15)
        self._later.timeout.connect(self.viewport().update)
        self._connect()

    def _connect(self) -> None:
        self._intents.networkEdited.connect(self.networkEdited)
        self._pulse.beat.connect(self._show_flow)
        self.strip.revealRequested.connect(self._reveal_header)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._diagram.set_theme(theme)
        self._card.set_theme(theme)
        self.strip.set_theme(theme)
        self._show_values()
        self.viewport().update()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the network of a document; pictures follow with the next frame."""
        old = self._experiment
        if old is not None and not has_same_classes(old, experiment):
            self._classes = None  # the frame that knows the new ones is on its way
        self._experiment = experiment
        self._intents.experiment = experiment
        self._diagram.set_marks(experiment)
        self._update_shape()

    def show_frame(self, frame: Frame) -> None:
        """Show the state of a run."""
        self._frame = frame
        if self._experiment is None:
            self._experiment = self._intents.experiment = frame.experiment
        # A frame of other data, on its way while they were changed, knows nothing of the new classes.
        if frame.data.classes != self._classes and frame.experiment.data == self._experiment.data:
            self._classes = frame.data.classes
            self._update_shape()
        self._show_values()
        self._pulse.show_running(frame.running)
        if self._card.isVisible():
            self._show_card()
        self.viewport().update()

    def _show_flow(self, phase: float | None) -> None:
        """Follow the clock of the flow."""
        self._diagram.set_flow(phase)
        self.viewport().update()

    def hovered(self) -> Unit | None:
        """Return the (layer, unit) pointed at by mouse or keyboard."""
        return self._hovered

    def unit_rect(self, layer: int, unit: int) -> QRect | None:
        """Return where a neuron is in the viewport, None where it is out of sight."""
        rect = self._layout.tile_rect(layer, unit) if self._layout else None
        return rect.translated(-self.offset()).toRect() if rect is not None else None

    def _update_shape(self) -> None:
        assert self._experiment is not None
        shape = shape_of(self._experiment, self._classes)
        changed = shape != self._shape
        self._shape = shape
        headers_changed = self.strip.show_experiment(self._experiment, shape)
        if changed or headers_changed or self._layout is None:
            if len(shape.units) != len(self._first):
                self._first = (0,) * len(shape.units)
            self.arrange()
        else:
            self.strip.place(self._layout, round(self.offset().x()))
        if self._hovered is not None and self._layout and self._layout.tile_rect(*self._hovered) is None:
            self._set_hovered(None)
        self._set_link(None)

    def _show_values(self) -> None:
        """Hand the last frame's pictures and weights to the diagram."""
        if self._layout is None or self._shape is None:
            return
        self._diagram.show_values(self._layout, self._shape, self._frame)

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
        self.strip.place(layout, round(self.offset().x()))
        self.viewport().update()

    def scrolled(self) -> None:
        """Follow another offset."""
        if self._layout is not None:
            self.strip.place(self._layout, round(self.offset().x()))
        if self._card.isVisible():
            self._show_card()
        self.viewport().update()

    def _reveal_header(self, left: int, right: int) -> None:
        """Scroll so that a span of the strip, in its coordinates, is in sight."""
        x, y = self.offset().x(), self.offset().y()
        self.reveal(QRectF(x + left, y + 8, right - left, 1), margin=12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is in sight."""
        painter = QPainter(self.viewport())
        offset = self.offset()
        painter.translate(-offset)
        region = QRectF(self.viewport().rect()).translated(offset)
        if self._layout is None or self._shape is None:
            painter.fillRect(region, self._diagram.ground)
            return
        if self._diagram.paint(painter, region, self._layout, self._shape, self._hovered, self._link):
            self._later.start()

    # Pointing

    def _set_hovered(self, unit: Unit | None) -> None:
        if unit == self._hovered:
            return
        self._hovered = unit
        self._show_card()
        self.viewport().update()
        # The only output is what the field shows anyway.
        shown = None if unit is not None and self._is_sole_output(unit) else unit
        if shown != self._told:
            self._told = shown
            self.neuronHovered.emit(shown)

    def _is_sole_output(self, unit: Unit) -> bool:
        return self._shape is not None and unit[0] == len(self._shape.units) - 1 and not self._shape.outputs

    def _set_link(self, link: Link | None) -> None:
        if link == self._link:
            return
        self._link = link
        self._show_card()
        self.viewport().update()

    def _show_card(self) -> None:
        if self._layout is None or self._shape is None or self._experiment is None:
            return
        offset = self.offset()
        if self._hovered is not None:
            rect = self._layout.tile_rect(*self._hovered)
            parameters = self._diagram.parameters_of(self._hovered[0])
            text = describe_unit(self._experiment, self._shape, *self._hovered, parameters)
        elif self._link is not None:
            layer, target, source = self._link
            rect = QRectF(self._pointer, self._pointer).adjusted(-2, -2, 2, 2)
            parameters = self._diagram.parameters_of(layer)
            pieces = pieces_of(self._experiment, layer)
            text = describe_link(self._shape, layer, target, source, parameters, pieces)
        else:
            rect = None
        if rect is None:
            self._card.clear()
            return
        self._card.show_beside(text, rect.translated(-offset).toRect(), self.viewport().rect())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at what is below, or drag the diagram."""
        if self.is_dragged():
            super().mouseMoveEvent(event)
        else:
            self._point_at(event.position())

    def _point_at(self, position: QPointF) -> None:
        if self._layout is None:
            return
        point = self._pointer = position + self.offset()
        self._by_keyboard = False
        unit = self._layout.unit_at(point)
        if unit is not None:
            self._set_link(None)
            self._set_hovered(unit)
            return
        self._set_hovered(None)
        self._set_link(self._diagram.link_at(self._layout, point))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Page through a gathered column, or begin to drag."""
        if self._layout is None or event.button() not in _DRAGGING:
            return
        point = event.position() + self.offset()
        for layer in range(len(self._layout.columns)):
            for below in (False, True):
                pill = self._layout.pill(layer, below)
                if pill is not None and pill.contains(point):
                    page = self._layout.columns[layer].shown - 1
                    self._scroll_column(layer, page if below else -page)
                    return
        if self._layout.unit_at(point) is None:
            self.begin_drag(event.position())

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget what was pointed at when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._set_hovered(None)
            self._set_link(None)
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Page through a gathered column; else zoom or scroll."""
        steps = event.angleDelta().y() / 120
        x = event.position().x() + self.offset().x()
        layer = self._layout.column_at(x) if self._layout is not None else None
        if (
            layer is not None
            and self._layout is not None
            and self._layout.columns[layer].gathered
            and steps
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._scroll_column(layer, -round(steps * 3) or (-1 if steps > 0 else 1))
            self._point_at(event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def _scroll_column(self, layer: int, change: int) -> None:
        first = list(self._first)
        first[layer] += change
        self._first = tuple(first)
        self.arrange()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from neuron to neuron with the arrow keys; Escape leaves them."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None and self._shape is not None:
            self._go(*step)
        elif event.key() == Qt.Key.Key_Escape and self._hovered is not None:
            self._set_hovered(None)
        else:
            super().keyPressEvent(event)

    def _go(self, columns: int, rows: int) -> None:
        assert self._shape is not None
        units = self._shape.units
        place = self._hovered or self._place
        if place is not None:  # what was left may have shrunk since
            layer = min(place[0], len(units) - 1)
            place = layer, min(place[1], units[layer] - 1)
        layer, unit = self._place = stepped(units, place, columns, rows)
        self._set_link(None)
        self._show_unit(layer, unit)
        self._by_keyboard = True
        self._set_hovered((layer, unit))
        self._announce()

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

    def _announce(self) -> None:
        """Tell screen readers what the keyboard is on."""
        text = self._card.description
        if text is None:
            return
        values = ", ".join(f"{name} {value}" for name, value in text.values)
        self.setAccessibleDescription(f"{text.title}. {text.formula}. {values}")
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is when it comes by Tab: at the neuron it left, or the first."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._go(0, 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the keyboard's neuron."""
        super().focusOutEvent(event)
        if self._by_keyboard:
            self._set_hovered(None)
