"""One recording: frames of the window's pictures on their way to the child process that writes them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.files.recordings.recording import MOST_SECONDS, Encoder, Plan, Progress
from ui.pictures import image_of

if TYPE_CHECKING:
    from engine.files.recordings.recording import Report
    from engine.snapshot import Frame
    from ui.looks.theme import Theme
    from ui.pictures import Sheet


@dataclass(frozen=True)
class Status:
    """How far a recording is: seconds recorded, of how many if it ends by itself; then the share written."""

    seconds: float
    length: int | None
    running: bool
    written: float | None = None


class Recording(QObject):
    """Records a picture while training runs.

    Its time is that of training: while that is paused it stands still, and a frame that an edit or a step
    makes counts as one.  A frame that comes late stays out, and the one before it longer: nothing waits for
    the recording.

    Parameters
    ----------
    sheet, theme
        What is painted.
    plan : Plan
        The file, its size and its rate.
    length : int or None
        After how many seconds it ends by itself.
    parent : QObject, optional
        The owner.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """

    changed = Signal(object)
    """Its Status."""
    ended = Signal(object)
    """The last Report of `engine.files.recordings.recording`; once."""

    _told = Signal(object)

    def __init__(
        self, sheet: Sheet, theme: Theme, plan: Plan, length: int | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._sheet, self._theme, self._plan = sheet, theme, plan
        self._length = length
        self._clock = 0.0  # seconds recorded
        self._last: float | None = None  # when the last frame of training came
        self._shot_at = 0.0
        self._tick = 0  # of the frame that was sent last
        self._due: int | None = None  # the tick of a picture that is about to be painted
        self._stopped = False
        self.frames = 1
        """How many frames it is long; those without a picture of their own show the one before them."""
        # Queued: the encoder's thread tells, the window's takes.
        self._told.connect(self._take_report, Qt.ConnectionType.QueuedConnection)
        first = self._painted()  # before there is a child that would wait for it
        self._encoder = Encoder(plan, self._told.emit)
        self._encoder.put(first, 0)

    @Slot(object)
    def take(self, frame: Frame) -> None:
        """Record the picture of a frame that is shown now, if it is time for one."""
        if self._stopped:
            return
        now = time.perf_counter()
        if not frame.running:
            self._last = None
            if now - self._shot_at < 1 / self._plan.rate:
                self.changed.emit(Status(self._clock, self._length, False))
                return
            self._clock = (self._tick + 1) / self._plan.rate
        else:
            if self._last is not None:
                self._clock += now - self._last
            self._last = now
        tick = int(self._clock * self._plan.rate + 1e-9)
        most = (self._length or MOST_SECONDS) * self._plan.rate
        if tick > self._tick and tick < most and self._due is None:
            self._due = tick
            # In an event of its own: the views have just been busy with the frame.
            QTimer.singleShot(0, self, self._shoot)
        if tick >= most:
            self._clock = most / self._plan.rate
            self.stop()
        else:
            self.changed.emit(Status(self._clock, self._length, frame.running))

    @Slot()
    def _shoot(self) -> None:
        tick, self._due = self._due, None
        if tick is not None and not self._stopped:
            self._send(tick)

    def _send(self, tick: int) -> None:
        """Paint the picture and hand it over; it is dropped where the encoder does not keep up."""
        if self._encoder.put(self._painted(), tick - self._tick):
            self._tick = tick

    def _painted(self) -> bytes:
        """Return the pixels of the picture as it is now."""
        self._shot_at = time.perf_counter()
        image = image_of(self._sheet, self._plan.width, self._plan.height, self._theme)
        return bytes(image.constBits())

    def stop(self) -> None:
        """End the recording, and let the file be written."""
        if not self._stopped:
            self._shoot()
            self._stopped = True
            ticks = max(int(self._clock * self._plan.rate) - self._tick, 1)
            self.frames = self._tick + ticks
            self._encoder.finish(ticks)
            self.changed.emit(Status(self._clock, self._length, False, 0.0))

    def cancel(self) -> None:
        """End it and write nothing."""
        self._stopped = True
        self._encoder.cancel()

    def finish(self, seconds: float) -> None:
        """Stop, and wait so long for the file; what takes longer is given up."""
        self.stop()
        if not self._encoder.wait(seconds):
            self._encoder.cancel()
            self._encoder.wait()

    @Slot(object)
    def _take_report(self, report: Report) -> None:
        if isinstance(report, Progress):
            self.changed.emit(Status(self._clock, self._length, False, report.share))
        else:
            self._stopped = True
            self.ended.emit(report)
