"""The program with a stopwatch: started by ``window_rows`` in a process of its own.

It calls ``main.main`` as a user's start does.  What is added: a wrapper around the window's paint event,
which tells when it is on the screen, and then a scenario that runs inside the program's event loop and
prints what it found as one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.window import MainWindow

SPAWNED = "UNFOLD_BENCHMARK_SPAWNED"  # nanoseconds on the monotonic clock, which all processes share
PATIENCE = 60.0  # s
Result = dict[str, Any]


class Watch(QObject):
    """A window, the frames it is given, and the pictures it paints of them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.frame: Frame | None = None
        self.paints = 0
        self.painted_step = -1
        self.drawn = 0
        self._drawn_step = -1
        self._diagram = window.canvas.viewport()
        self._diagram.installEventFilter(self)
        window.field.canvas.installEventFilter(self)
        window.session.frameReady.connect(self._take)

    def _take(self, frame: Frame) -> None:
        self.frame = frame

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count what the big field paints, and of which step, and the steps that the diagram paints."""
        if event.type() != QEvent.Type.Paint or self.frame is None:
            return False
        if watched is self._diagram:  # its lights move between frames too, which is no new picture
            self.drawn += self.frame.snapshot.step != self._drawn_step
            self._drawn_step = self.frame.snapshot.step
        else:
            self.paints += 1
            self.painted_step = self.frame.snapshot.step
        return False

    def wait(self, seconds: float) -> None:
        """Let the event loop run."""
        loop = QEventLoop()
        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, singleShot=True, interval=round(seconds * 1000))
        timer.timeout.connect(loop.quit)
        timer.start()
        loop.exec()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the event loop run until something holds, to a millisecond."""
        loop = QEventLoop()
        end = time.monotonic() + PATIENCE

        def look() -> None:
            if condition() or time.monotonic() > end:
                loop.quit()

        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if not condition():
            raise TimeoutError("the window did not do what was waited for")


class Gaps:
    """How long the event loop was away, as a timer of one millisecond sees it.

    One of zero milliseconds would keep the loop, and so a whole core, busy: what it measured would be
    itself.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
        self._timer.timeout.connect(lambda: self.times.append(time.perf_counter()))
        self._timer.start()

    def end(self) -> list[float]:
        """Return the seconds between two firings each."""
        self._timer.stop()
        return [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]


def start(watch: Watch, seconds: float) -> Result:
    """Look at a fresh window, leave it alone for a while, then play."""
    watch.wait_until(lambda: watch.paints > 0)
    drawn = since_spawned()
    watch.wait(1.0)
    memory = resident_megabytes()
    busy, begin = time.process_time(), time.perf_counter()
    watch.wait(seconds)
    idle = (time.process_time() - busy) / (time.perf_counter() - begin)
    return {"drawn": drawn, "memory": memory, "idle": idle, "play": play(watch)}


def hurry(watch: Watch, seconds: float) -> Result:
    """Play the moment the window is there."""
    return {"play": play(watch)}


def play(watch: Watch) -> float:
    """Press Play, and return the seconds until a trained network has been painted."""
    begin = time.perf_counter()
    watch.window.toggle_play()
    watch.wait_until(lambda: watch.painted_step > 0)
    return time.perf_counter() - begin


def full_speed(watch: Watch, seconds: float) -> Result:
    """Train without the window, with it, and without it again, from the same weights on.

    From the same weights, since the steps of a network that has learned all it can may be slower.
    """
    from ui.training.speed import Speed

    watch.wait_until(lambda: watch.paints > 0)
    assert watch.frame is not None
    before = headless_rate(watch.frame.experiment, seconds)
    watch.window.session.set_speed(Speed())
    paints, begin = watch.paints, time.perf_counter()
    watch.window.toggle_play()
    watch.wait(seconds)
    step, elapsed = watch.frame.snapshot.step, time.perf_counter() - begin
    paints = watch.paints - paints
    gaps = Gaps()
    watch.wait(seconds)
    found = gaps.end()
    watch.window.toggle_play()
    watch.wait(0.5)
    after = headless_rate(watch.frame.experiment, seconds)
    return {
        "throughput": step / elapsed / ((before + after) / 2),
        "frames": paints / elapsed,
        "gaps": found,
    }


def shallow(watch: Watch, seconds: float) -> Result:
    """Watch the diagram of 2-8-8-1 at full speed."""
    return diagram(watch, seconds, (8, 8))


def deep(watch: Watch, seconds: float) -> Result:
    """Watch the diagram of six layers of 16 at full speed."""
    return diagram(watch, seconds, (16,) * 6)


def diagram(watch: Watch, seconds: float, units: tuple[int, ...]) -> Result:
    """Train a network of some layers at full speed; count the diagram's pictures, then the gaps."""
    from engine.experiment import Layer
    from ui.training.speed import Speed

    watch.wait_until(lambda: watch.paints > 0)
    network = watch.window.document.experiment.network
    layers = tuple(Layer(units=n) for n in units)
    watch.window.intents.edit_network(network.edited(layers=layers), "Layers")
    watch.wait_until(lambda: watch.frame is not None and len(watch.frame.thumbnails) == len(units) + 2)
    watch.window.session.set_speed(Speed())
    watch.window.toggle_play()
    watch.wait(1.0)
    drawn, begin = watch.drawn, time.perf_counter()
    watch.wait(seconds)
    rate = (watch.drawn - drawn) / (time.perf_counter() - begin)
    gaps = Gaps()
    watch.wait(seconds)
    return {"pictures": rate, "gaps": gaps.end()}


def headless_rate(experiment: Experiment, seconds: float) -> float:
    """Return the steps a second of a trainer that nobody looks at, from its initial weights on."""
    from engine.trainer import Trainer

    trainer = Trainer(experiment)
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        trainer.advance(epochs=100)
    return trainer.step / (time.perf_counter() - begin)


def memory(watch: Watch, seconds: float) -> Result:
    """Play at full speed for a while."""
    from ui.training.speed import Speed

    watch.wait_until(lambda: watch.paints > 0)
    watch.wait(1.0)
    before = resident_megabytes()
    watch.window.session.set_speed(Speed())
    watch.window.toggle_play()
    watch.wait(seconds / 2)
    middle = resident_megabytes()
    watch.wait(seconds / 2)
    return {"before": before, "middle": middle, "after": resident_megabytes()}


def cold(watch: Watch, seconds: float) -> Result:
    """Watch the event loop until the kernels have been compiled and a network is drawn."""
    gaps = Gaps()
    watch.wait_until(lambda: watch.paints > 0)
    return {"drawn": since_spawned(), "gaps": gaps.end()}


SCENARIOS: dict[str, Callable[[Watch, float], Result]] = {
    scenario.__name__: scenario for scenario in (start, hurry, full_speed, shallow, deep, memory, cold)
}


def since_spawned() -> float:
    """Return the seconds since the benchmark asked for this process."""
    return time.monotonic() - int(os.environ[SPAWNED]) / 1e9


def resident_megabytes() -> float:
    """Return this process's resident memory in units of 2**20 bytes; NaN where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return float("nan")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main() -> int:
    """Run the program and, inside it, the scenario that the arguments name."""
    from ui.window import MainWindow

    scenario, seconds = SCENARIOS[sys.argv[1]], float(sys.argv[2])
    original = MainWindow.paintEvent
    seen: list[MainWindow] = []

    def paint(window: MainWindow, event: QPaintEvent) -> None:
        original(window, event)
        if not seen:
            seen.append(window)
            # Fires after this event, and so after the screen has got what was painted.
            QTimer.singleShot(0, lambda: run(window))

    def run(window: MainWindow) -> None:
        try:
            visible = since_spawned()
            print(json.dumps({"visible": visible, **scenario(Watch(window), seconds)}), flush=True)
        except Exception:  # not to the program's own guard, which would open a dialog and wait
            traceback.print_exc()
        QApplication.exit(0)

    MainWindow.paintEvent = paint  # type: ignore[assignment, method-assign]
    from main import main as program

    return program([])


if __name__ == "__main__":
    sys.exit(main())
