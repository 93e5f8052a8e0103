"""The view that is used by keyboard: every neuron and link can be reached, pinned and edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent

from ui.canvas.describe import describe
from ui.canvas.layout import stepped
from ui.canvas.readings import read
from ui.canvas.spot_view import SpotView
from ui.canvas.spots import exists, is_link, is_unit, next_link

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent
    from PySide6.QtWidgets import QWidget

    from ui.canvas.spots import Spot, Unit

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_LINK_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_BRACKETS = {"[": -1, "]": 1}
_TABS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class KeyView(SpotView):
    """Arrow keys go from neuron to neuron, [ and ] or Alt with Left and Right along its incoming links.

    Return pins what the keyboard is on, Tab then leads into its card.  M mutes, F freezes, R re-initialises
    and Delete removes it; without Return too.  Escape closes the card.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Unit | None = None
        self._by_keyboard = False
        self.setAccessibleName(self.tr("Network diagram"))
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys go from neuron to neuron, [ and ] along the incoming links. Return pins, then "
                "Tab leads to the controls. M mutes, F freezes, R re-initialises, Delete removes."
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the neurons and links, and act on the one the keyboard is on."""
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        link_step = _BRACKETS.get(event.text())
        if modifiers == Qt.KeyboardModifier.AltModifier:
            link_step = _LINK_STEPS.get(key, link_step)
        if self._shape is None:
            super().keyPressEvent(event)
        elif link_step is not None:
            self._step_link(link_step)
        elif plain and key in _ARROWS:
            self._go(*_ARROWS[key])
        elif not (plain and self._act(key)):
            super().keyPressEvent(event)

    def _act(self, key: Qt.Key) -> bool:
        """Do what a key says to what it is about; return whether it says anything."""
        spot = self.target()
        if key == Qt.Key.Key_Escape and spot is not None:
            if self._pinned is not None:
                self.pin(None)
            else:
                self.point_to(None)
            return True
        if spot is None:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pin(None if spot == self._pinned else spot)
        elif key == Qt.Key.Key_M:
            self.commands.toggle_muted(spot)
        elif key == Qt.Key.Key_F:
            self.commands.toggle_frozen(spot)
        elif key == Qt.Key.Key_R:
            self.commands.redraw(spot)
        elif key == Qt.Key.Key_Delete and is_unit(spot):
            self.remove(spot)
        else:
            return False
        self._announce()
        return True

    def remove(self, unit: Unit) -> None:
        """Remove a neuron; what moves into its place is not pointed at for that."""
        if not self.commands.why_not_removed(unit):
            self.point_to(None)
            self.commands.remove(unit)

    def _go(self, columns: int, rows: int) -> None:
        assert self._shape is not None
        units = self._shape.units
        spot = self.pointed() or self._place or self._pinned
        place = (spot[0], spot[1]) if spot is not None else None
        if place is not None:  # what was left may have shrunk since
            layer = min(place[0], len(units) - 1)
            place = layer, min(place[1], units[layer] - 1)
        self._reach(stepped(units, place, columns, rows))

    def _step_link(self, step: int) -> None:
        assert self._shape is not None
        units = self._shape.units
        spot = self.pointed() or self._pinned or self._place
        here = spot is not None and exists(spot, units)  # what was left may be gone since
        link = next_link(spot, step, units) if spot is not None and here else None
        if link is not None:
            self._reach(link)

    def _reach(self, spot: Spot) -> None:
        """Point to a spot by keyboard, wherever it is."""
        self._place = spot[0], spot[1]
        if is_link(spot):
            self._show_unit(spot[0] - 1, spot[2])
        self._show_unit(spot[0], spot[1])
        self._by_keyboard = True
        self.point_to(spot)
        self._announce()

    def _announce(self) -> None:
        """Tell screen readers what the keyboard is on, and how it stands."""
        spot = self.target()
        if spot is None or self._experiment is None or self._shape is None:
            return
        reading = read(self._frame, self._experiment, self._shape, spot)
        text = describe(self._experiment, self._shape, spot, reading)
        now = self.commands.abilities(spot)
        states = [
            word
            for word, holds in (
                (self.tr("pinned"), spot == self._pinned),
                (self.tr("muted"), now.muted),
                (self.tr("frozen"), now.frozen),
            )
            if holds
        ]
        values = ", ".join([*states, *(f"{name} {value}" for name, value in text.values)])
        told = f"{text.title}. {text.formula}. {values}"
        self.setAccessibleDescription(told)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, told))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab lead into the card of what is pinned."""
        if forward and self.hasFocus() and self.pinned_card.visible_controls():
            self.pinned_card.begin_editing()
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is when it comes by Tab: at the neuron it left, or the first."""
        super().focusInEvent(event)
        if event.reason() in _TABS:
            self._go(0, 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the keyboard's place."""
        super().focusOutEvent(event)
        if self._by_keyboard and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.point_to(None)
