"""Which edits belong to one gesture and are undone together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Hashable

POLL_MS = 40
PAUSE_MS = 700


class Gesture(QObject):
    """Tells drags apart: all edits between pressing and releasing the mouse button share a key.

    Steps by key or wheel share one while no pause of 0.7 s is made between them.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._serial = 0
        self._dragging = False
        self._since_edit = QElapsedTimer()
        self._since_edit.start()
        # Runs during a drag alone: the release may go to any widget, and a filter would cost every event.
        self._watch = QTimer(self, interval=POLL_MS)
        self._watch.timeout.connect(self._look)

    def key(self, text: str, steps: bool) -> Hashable | None:
        """Return the merge key of an edit made now.

        Parameters
        ----------
        text : str
            What is edited.
        steps : bool
            Whether the value is one that is changed in many small steps, by key or wheel.
        """
        self._look()
        held = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if held and not self._dragging:
            self.end()
            self._dragging = True
            self._watch.start()
        elif not held and self._since_edit.elapsed() > PAUSE_MS:
            self.end()
        self._since_edit.restart()
        return (text, self._serial) if held or steps else None

    def end(self) -> None:
        """Begin a new gesture with the next edit."""
        self._serial += 1

    def _look(self) -> None:
        if self._dragging and QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._dragging = False
            self._watch.stop()
            self.end()
