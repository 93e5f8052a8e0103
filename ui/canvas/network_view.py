"""The network diagram: neurons with live thumbnails, links with live weights, and what edits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from ui.canvas.key_view import KeyView
from ui.canvas.number_field import DRAG_STEP, factor, moved
from ui.canvas.places import is_over
from ui.canvas.spot_menu import spot_menu
from ui.canvas.spots import is_unit
from ui.canvas.strip import is_layer_key

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
    from PySide6.QtWidgets import QMenu, QWidget

    from ui.canvas.spots import Spot

_DRAGGING = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


@dataclass
class _Press:
    """Where the left button went down, on what, and the number there if it is one that can be dragged."""

    position: QPointF
    spot: Spot | None
    number: float | None
    moved: bool = False


class NetworkView(KeyView):
    """The diagram in the middle of the window.

    A click pins a neuron or a link and opens its card; again, or on the ground, it closes it.  What is
    pinned takes the wheel and is dragged up and down to change its number; the ground is dragged to scroll.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._press: _Press | None = None
        self._menu: QMenu | None = None

    # The mouse

    def _point_at(self, position: QPointF) -> None:
        point = position + self.offset()
        self._by_keyboard = False
        self.point_to(self.spot_at(point), point)
        self._show_cards()  # the card of a link follows the pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at what is below, or drag it."""
        if self._press is not None:
            self._follow(self._press, event)
        elif self.is_dragged():
            super().mouseMoveEvent(event)
        else:
            self._point_at(event.position())

    def _follow(self, press: _Press, event: QMouseEvent) -> None:
        """Drag the ground, or the number of what is pinned."""
        way = event.position() - press.position
        if not press.moved and way.manhattanLength() < QApplication.startDragDistance():
            return
        press.moved = True
        if press.number is not None:
            change = -way.y() * DRAG_STEP * factor(event.modifiers())
            self.pinned_card.field.set_by_hand(moved(press.number, change))
        elif not is_unit(press.spot):
            if not self.is_dragged():
                self.begin_drag(press.position)
            super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Page through a gathered column, or begin what is a click or a drag."""
        if self._layout is None or event.button() not in _DRAGGING:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self.begin_drag(event.position())
            return
        point = event.position() + self.offset()
        for layer in range(len(self._layout.columns)):
            for below in (False, True):
                pill = self._layout.pill(layer, below)
                if pill is not None and pill.contains(point):
                    page = self._layout.columns[layer].shown - 1
                    self._scroll_column(layer, page if below else -page)
                    return
        spot = self.spot_at(point)
        held = spot is not None and spot == self._pinned and self._can_turn()
        self._press = _Press(event.position(), spot, self.pinned_card.field.number() if held else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a click pins what is below, or closes the card of what was pinned."""
        press, self._press = self._press, None
        if press is not None and not press.moved:
            self.pin(press.spot if press.spot != self._pinned else None)
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit the number of what is below; on the ground, fit everything into the view again."""
        spot = self.spot_at(event.position() + self.offset())
        if spot is None:
            super().mouseDoubleClickEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.edit(spot)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget what was pointed at when the pointer leaves."""
        if event.type() == QEvent.Type.Leave and self._menu is None:
            self.point_to(None)
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the number of what is pinned, page through a gathered column; else zoom or scroll."""
        steps = event.angleDelta().y() / 120
        point = event.position() + self.offset()
        zooms = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        layer = self._layout.column_at(point.x()) if self._layout is not None else None
        if zooms or self._layout is None:
            super().wheelEvent(event)
        elif self._pinned is not None and self._can_turn() and is_over(self._layout, self._pinned, point):
            self.pinned_card.field.turn(event.angleDelta(), event.modifiers())
            event.accept()
        elif layer is not None and self._layout.columns[layer].gathered and steps:
            self._scroll_column(layer, -round(steps * 3) or (-1 if steps > 0 else 1))
            self._point_at(event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def _can_turn(self) -> bool:
        """Return whether what is pinned has a number that can be edited now."""
        field = self.pinned_card.field
        return self.pinned_card.isVisible() and not field.isHidden() and field.isEnabled()

    # The menu of what is pointed at

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Build with the keys of layers; open the menu with Shift+F10, the Menu key sends an event."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        on_title = self.strip.has_title_focus()
        if self.building.key(event, None if on_title else self.target()):
            event.accept()
        elif on_title and is_layer_key(event):
            event.accept()  # of a title that is not selected: it is not meant for a neuron
        elif shift and event.key() == Qt.Key.Key_F10 and self.target() is not None:
            self._open_for_keyboard()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with what is below the pointer, or with what the keyboard is on."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            if not self.building.open_menu_for_keyboard(self.target()):
                self._open_for_keyboard()
            return
        spot = self.spot_at(QPointF(event.pos()) + self.offset())
        if spot is None:
            event.ignore()
            return
        self._open_menu(spot, event.globalPos())

    def _open_for_keyboard(self) -> None:
        spot = self.target()
        place = self._place_of(spot) if spot is not None else None
        if spot is not None and place is not None and self._menu is None:
            self._open_menu(spot, self.viewport().mapToGlobal(place.center()))

    def _open_menu(self, spot: Spot, position: QPoint) -> None:
        self._menu = spot_menu(self, spot)
        self._menu.aboutToHide.connect(self._forget_menu)
        self._menu.popup(position)

    def _forget_menu(self) -> None:
        if self._menu is not None:
            self._menu.deleteLater()
            self._menu = None
