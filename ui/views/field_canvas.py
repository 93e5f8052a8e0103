"""The square that shows the field: its picture, a read-out under the pointer, and the probe point."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme, caption_font
from ui.views import field_boxes as boxes
from ui.views import field_marks as marks
from ui.views.field_picture import RADIUS, FieldPicture
from ui.views.field_reading import answers, coordinates, reading, told
from ui.views.placement import placement_of
from ui.views.probe_point import ProbePoint
from ui.views.samples import Part, places_of, sample_near

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from engine.snapshot import Frame
    from ui.views.placement import Inputs, Placement

_SMALLEST = 180
_CLICK = 4.0  # pixels that a click may move
_TELL_SECONDS = 1.0  # between two descriptions of a point that stays while training changes its numbers


class FieldCanvas(QWidget):
    """Paints the field of the last frame, reads it, and has the probe point.

    ``probeMoved`` carries the raw inputs of the probe point whenever they change, None when it is removed;
    ``samplePicked`` the part ("train" or "test") and the row of a data point that was clicked.
    """

    probeMoved = Signal(object)
    samplePicked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._frame: Frame | None = None
        self._picture = FieldPicture()
        self._pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        self._by_key = False
        self.probe = ProbePoint(self)
        self.probe.moved.connect(self._probe_moved)
        self._picked: tuple[Part, int] | None = None
        self._told_at = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Return the size of the picture in the main window."""
        return QSize(352, 352)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which points can be told apart."""
        return QSize(_SMALLEST, _SMALLEST)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._picture.set_theme(theme)
        self.update()

    def set_parts(self, *, train: bool, test: bool, hard: bool) -> None:
        """Choose what is shown."""
        self._picture.set_parts(train=train, test=test, hard=hard)
        self.update()

    def show_frame(self, frame: Frame, scale: float) -> None:
        """Show the field of a frame; ``scale`` is the value that has the full colour."""
        before, self._frame = self._frame, frame
        self._picture.show_frame(frame, scale)
        self.probe.keep_among(frame.data.input_names)
        if self.probe.inputs is not None and before is not None and before.data is not frame.data:
            self.probe.put(self._placement(frame).within(self.probe.inputs))
        self._tell()
        self.update()

    def square(self) -> QRectF:
        """Return where the field is: the largest square, in the middle."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, 0, side, side)

    def _placement(self, frame: Frame) -> Placement:
        return placement_of(frame, self.square())

    def reading(self) -> str:
        """Return what stands under the pointer: the inputs and the field's value there; empty elsewhere."""
        frame, pointer = self._frame, self._pointer
        if frame is None or pointer is None or self._dragging:
            return ""
        placement = self._placement(frame)
        if self.probe.inputs is not None:
            apart = pointer - placement.place(self.probe.inputs)
            if abs(apart.x()) < marks.ARM and (placement.is_curve or abs(apart.y()) < marks.ARM):
                return ""  # the probe's own box says it
        return reading(frame, placement, pointer)

    # The probe point

    def switch_probe(self, on: bool) -> None:
        """Show the probe point, or remove it."""
        if self._frame is not None:
            self.probe.switch(on, self._frame, self._placement(self._frame))

    @Slot(object)
    def _probe_moved(self, inputs: Inputs | None) -> None:
        self._told_at = 0.0
        if inputs is None:
            self._dragging = False
            self.setAccessibleDescription("")
        self._choose_cursor()
        self.update()
        self.probeMoved.emit(inputs)

    def _tell(self) -> None:
        """Describe the network's answer to those who cannot see it."""
        frame = self._frame
        if frame is None or frame.probed is None or frame.probed.inputs != self.probe.inputs:
            return
        now = time.perf_counter()
        if not frame.running or now - self._told_at > _TELL_SECONDS:
            self._told_at = now
            self.setAccessibleDescription(told(frame, self._placement(frame), frame.probed))

    # The data point that was picked

    def show_picked(self, part: Part, row: int | None) -> None:
        """Ring a row of the training or test data, or none."""
        self._picked = None if row is None else (part, row)
        self.update()

    def _sample_at(self, place: QPointF) -> tuple[Part, int] | None:
        parts: list[Part] = []
        if self._picture.train:
            parts.append("train")
        if self._picture.test:
            parts.append("test")
        return None if self._frame is None else sample_near(self._frame, self.square(), parts, place)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the probe point, wherever it is."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif self.probe.inputs is None:
            self._pressed = event.position()
        else:
            self._take(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Set the probe point."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseDoubleClickEvent(event)
        else:
            self._take(event.position())

    def _take(self, place: QPointF) -> None:
        """Put the probe point to a place of the field, from where it can be dragged."""
        if self._frame is not None and self._placement(self._frame).holds(place):
            self._dragging = True
            self._drag(place)

    def _drag(self, place: QPointF) -> None:
        if self._frame is not None:
            self.probe.drag(place, self._frame, self._placement(self._frame))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the probe point, or read the field under the pointer."""
        self._pointer = event.position()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._dragging = False
        if self._dragging:
            self._drag(event.position())
        else:
            self._choose_cursor()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the probe point go, or pick a data point that was clicked."""
        pressed, self._pressed, self._dragging = self._pressed, None, False
        if pressed is not None and (event.position() - pressed).manhattanLength() <= _CLICK:
            found = self._sample_at(event.position())
            if found is not None:
                self.show_picked(*found)
                self.samplePicked.emit(*found)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading."""
        self._pointer = None
        self.update()

    def _choose_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self.probe.inputs is not None:
            shape = Qt.CursorShape.CrossCursor
        elif self._pointer is not None and self._sample_at(self._pointer) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def event(self, event: QEvent) -> bool:
        """Claim the field's own keys before a shortcut of the window takes them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._act(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Set, move or remove the probe point."""
        self._by_key = True
        self.update()
        act = self._act(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def _act(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return what a key does here, or None."""
        if self._frame is None:
            return None
        act = self.probe.act(event, self._frame, self._placement(self._frame))
        if act is None and self._picked is not None and event.matches(QKeySequence.StandardKey.Cancel):
            return lambda: self.show_picked("train", None)
        return act

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the keyboard came here: a frame after a click would only disturb."""
        self._by_key = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus is elsewhere."""
        self.update()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size."""
        self._picture.forget_size()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field, and over it what one does with it."""
        painter = QPainter(self)
        painter.setFont(caption_font(self.font()))
        square = self.square()
        self._picture.paint(painter, square)
        if self._frame is not None:
            self._paint_marks(painter, square, self._frame)
        if self._by_key and self.hasFocus():
            marks.paint_focus(painter, square, RADIUS, self._theme)

    def _paint_marks(self, painter: QPainter, square: QRectF, frame: Frame) -> None:
        if self._picked is not None:
            for place in places_of(frame, square, *self._picked):
                marks.paint_ring(painter, place, self._theme)
        cross = None
        if self.probe.inputs is not None:
            cross = self._paint_probe(painter, square, frame, self.probe.inputs)
        text = self.reading()
        if text and self._pointer is not None:
            boxes.paint_reading(painter, square, text, self._pointer, cross, self._theme)

    def _paint_probe(self, painter: QPainter, square: QRectF, frame: Frame, probe: Inputs) -> QPointF:
        """Paint the probe point and the network's answer; return where it is."""
        placement = self._placement(frame)
        at = placement.place(probe)
        if placement.is_curve:
            heights = marks.curve_heights(frame, square, at.x())
            if len(heights) == 1:
                at.setY(heights[0])
            marks.paint_line(painter, frame, square, at.x(), self._theme)
        else:
            marks.paint_cross(painter, at, self._theme)
        if frame.probed is not None and len(frame.probed.inputs) == len(probe):
            title = "   ".join(coordinates(frame, placement, frame.probed.inputs))
            boxes.paint_answers(painter, square, at, title, answers(frame, frame.probed), self._theme)
        return at
