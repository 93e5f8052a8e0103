"""A view that scrolls, zooms and is dragged; what it shows is up to the one that derives from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent

BAR = 8
_ZOOMS = (0.5, 4.0)
_STEP = 1.15  # a notch of the wheel zooms by this much
_NOTCH = 60  # or scrolls by so many pixels


class ScrolledCanvas(QAbstractScrollArea):
    """Keeps the offset and the zoom of a content, which is laid out where `layoutNeeded` tells."""

    layoutNeeded = Signal()
    """The content is to be laid out for the present size and ``zoom``, and `set_content` to be told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self._content = QSizeF()
        self._grip: QPointF | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Bars of our own: automatic ones change the viewport, which changes the layout, and so on for ever.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.across = QScrollBar(Qt.Orientation.Horizontal, self)
        self.down = QScrollBar(Qt.Orientation.Vertical, self)
        self.across.valueChanged.connect(self.scrolled)
        self.down.valueChanged.connect(self.scrolled)

    def scrolled(self) -> None:
        """Follow another offset."""
        self.viewport().update()

    def offset(self) -> QPointF:
        """Return the content's point at the viewport's corner."""
        return QPointF(self.across.value(), self.down.value())

    def set_content(self, content: QSizeF, above: int) -> None:
        """Take the size of the content, and the height that headers need above it."""
        self._content = content
        width, height = self.width(), self.height()
        bar = self.bar_height(content.width())
        room = height - above - bar
        self.setViewportMargins(0, above, 0, bar)
        self.across.setGeometry(0, height - BAR, width, BAR)
        self.down.setGeometry(width - BAR, above, BAR, room)
        for scroll, size, seen in (
            (self.across, content.width(), width),
            (self.down, content.height(), room),
        ):
            scroll.setRange(0, round(size) - seen if size > seen + 0.5 else 0)
            scroll.setPageStep(max(seen, 1))
            scroll.setVisible(scroll.maximum() > 0)

    def bar_height(self, content_width: float) -> int:
        """Return the height that the horizontal bar takes from content of a width."""
        return BAR if content_width > self.width() + 0.5 else 0

    def reveal(self, rect: QRectF, margin: float = 8.0) -> None:
        """Scroll as little as brings a part of the content into sight."""
        offset, view = self.offset(), self.viewport().size()
        for bar, low, high, start, room in (
            (self.across, rect.left(), rect.right(), offset.x(), view.width()),
            (self.down, rect.top(), rect.bottom(), offset.y(), view.height()),
        ):
            if low - margin < start:
                bar.setValue(round(low - margin))
            elif high + margin > start + room:
                bar.setValue(round(high + margin - room))

    def set_zoom(self, zoom: float, anchor: QPointF) -> None:
        """Zoom about a point of the viewport; 1 fits."""
        before, point = self._content, anchor + self.offset()
        self.zoom = min(max(zoom, _ZOOMS[0]), _ZOOMS[1])
        if abs(self.zoom - 1) < 1e-3:
            self.zoom = 1.0  # there and back again
        self.layoutNeeded.emit()
        if before.isEmpty():
            return
        after = self._content
        self.across.setValue(round(point.x() * after.width() / before.width() - anchor.x()))
        self.down.setValue(round(point.y() * after.height() / before.height() - anchor.y()))

    def begin_drag(self, position: QPointF) -> None:
        """Take hold of the content."""
        self._grip = position
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the content that is held."""
        if self._grip is None:
            event.ignore()
            return
        change = event.position() - self._grip
        self._grip = event.position()
        self.across.setValue(round(self.across.value() - change.x()))
        self.down.setValue(round(self.down.value() - change.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        self.viewport().unsetCursor()

    def is_dragged(self) -> bool:
        """Return whether the content is held."""
        return self._grip is not None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit everything into the view again."""
        self.set_zoom(1.0, event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll."""
        down, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self.zoom * _STEP**down, event.position())
        else:
            if not self.down.maximum() and not sideways:
                sideways = down  # there is only one way to go
            self.across.setValue(round(self.across.value() - sideways * _NOTCH))
            self.down.setValue(round(self.down.value() - down * _NOTCH))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        if event.size() != event.oldSize():
            self.layoutNeeded.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.layoutNeeded.emit()

    def event(self, event: QEvent) -> bool:
        """Paint in the new resolution after moving to another screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.layoutNeeded.emit()
        return super().event(event)
