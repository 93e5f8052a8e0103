"""The point at which the user asks the network: where it is, and how it gets elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from ui.views.placement import mean_inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QKeyEvent

    from engine.snapshot import Frame
    from ui.views.placement import Inputs, Placement

STEP, LONG_STEP = 0.01, 0.1  # of the extent, for the arrow keys
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
_SHIFT, _KEYPAD = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


class ProbePoint(QObject):
    """Raw inputs, or none.

    ``moved`` carries them whenever they are another point than before, None when the point is removed.
    """

    moved = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inputs: Inputs | None = None
        self._last: Inputs | None = None
        self._names: tuple[str, ...] = ()

    @property
    def inputs(self) -> Inputs | None:
        """The raw inputs, None while there is no point."""
        return self._inputs

    def put(self, inputs: Inputs | None) -> None:
        """Set, move or remove the point."""
        if inputs != self._inputs:
            self._inputs = inputs
            self._last = self._last if inputs is None else inputs
            self.moved.emit(inputs)

    def switch(self, on: bool, frame: Frame, placement: Placement) -> None:
        """Set the point where it was last, at first in the middle of the field; or remove it."""
        if on == (self._inputs is not None):
            return
        if not on:
            self.put(None)
        elif self._last is None:
            self.put(placement.middle(mean_inputs(frame)))
        else:
            self.put(placement.within(self._last))

    def drag(self, place: QPointF, frame: Frame, placement: Placement) -> None:
        """Put the point to a place; inputs that span no axis stay, at first at their mean."""
        self.put(placement.at(place, self._inputs or mean_inputs(frame)))

    def keep_among(self, names: tuple[str, ...]) -> None:
        """Remove the point where it was set among other inputs."""
        if names != self._names:
            self._names = names
            self.put(None)
            self._last = None

    def act(self, event: QKeyEvent, frame: Frame, placement: Placement) -> Callable[[], None] | None:
        """Return what a key does to the point, or None."""
        key, inputs = Qt.Key(event.key()), self._inputs
        if event.modifiers() & ~(_SHIFT | _KEYPAD):
            return None
        if key == Qt.Key.Key_P and not event.modifiers():
            return lambda: self.switch(inputs is None, frame, placement)
        if inputs is None:
            return None
        if key == Qt.Key.Key_Escape:
            return lambda: self.put(None)
        across, up = _ARROWS.get(key, (0, 0))
        if not across and (not up or placement.is_curve):
            return None
        step = LONG_STEP if event.modifiers() & _SHIFT else STEP
        return lambda: self.put(placement.moved(inputs, step * across, step * up))
