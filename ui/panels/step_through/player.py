"""Where a walk is: step by step by hand, or one after another by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

PACE = 1800  # ms between two steps that follow one another by themselves


class Player(QObject):
    """Counts steps from 0; going by hand ends playing."""

    moved = Signal()
    """Another step is the present one."""
    playingChanged = Signal(bool)
    """The steps follow one another by themselves, or no more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.index = 0
        self.count = 0
        self.timer = QTimer(self, interval=PACE)
        self.timer.timeout.connect(self._play_on)

    @property
    def playing(self) -> bool:
        """Whether the steps follow one another by themselves."""
        return self.timer.isActive()

    @property
    def at_end(self) -> bool:
        """Whether there is no step after this one."""
        return self.index >= self.count - 1

    def begin(self, count: int, index: int = 0) -> None:
        """Take so many steps, beginning with one of them; tells nobody."""
        self.count, self.index = count, max(0, min(index, count - 1))

    @Slot()
    def first(self) -> None:
        """Go to the first step."""
        self.go(0)

    @Slot()
    def last(self) -> None:
        """Go to the last step."""
        self.go(self.count - 1)

    @Slot()
    def previous(self) -> None:
        """Go one step back."""
        self.go(self.index - 1)

    @Slot()
    def next(self) -> None:
        """Go one step on."""
        self.go(self.index + 1)

    @Slot()
    def toggle(self) -> None:
        """Play, or stop."""
        if self.playing:
            self.stop()
        elif not self.at_end:
            self.timer.start()
            self.playingChanged.emit(True)
            self._play_on()

    def go(self, index: int) -> None:
        """Go to a step, if there is such a one."""
        self.stop()
        if 0 <= index < self.count and index != self.index:
            self.index = index
            self.moved.emit()

    def stop(self) -> None:
        """Stay at this step."""
        if self.playing:
            self.timer.stop()
            self.playingChanged.emit(False)

    @Slot()
    def _play_on(self) -> None:
        if not self.at_end:
            self.index += 1
            self.moved.emit()
        if self.at_end:
            self.stop()
