"""What a project remembers of the window: how it looks at the network, not the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from ui.training.speed import SPEEDS, Speed
from ui.views.loss_chart import SMOOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.experiment import Experiment
    from ui.window import MainWindow

_MOST = 1e30  # no coordinate is beyond it


class WindowView(QObject):
    """Reads the view settings off the window's parts, and shows those of a project again.

    Parameters
    ----------
    window : MainWindow
        Has the parts, and owns this.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._transport, self._field, self._chart = window.transport, window.field, window.chart
        self._instruments, self._session, self._store = window.instruments, window.session, window.store
        self._probe: tuple[float, ...] | None = None

    def state(self) -> dict[str, Any]:
        """Return the view settings as JSON has them."""
        probe = self._field.canvas.probe.inputs
        return {
            "speed": _written(self._transport.shown_speed()),
            "axes": list(self._session.asked_for.axes),
            "probe": None if probe is None else [float(value) for value in probe],
            "log_loss": self._chart.is_log(),
            "smoothing": self._chart.smoothing(),
            "page": self._instruments.drawer.current(),
        }

    def show(self, found: Mapping[str, Any], experiment: Experiment) -> None:
        """Look at a document as it was looked at; what is missing or makes no sense stays as it is."""
        inputs = len(experiment.data.input_names)
        speed = _speed(found.get("speed"))
        if speed is not None:
            self._transport.show_speed(speed)
            self._session.set_speed(speed)
        axes = found.get("axes")
        if isinstance(axes, list) and _are_axes(axes, inputs):
            self._session.request(axes=tuple(axes))
        if isinstance(found.get("log_loss"), bool):
            self._store.set_log_loss(found["log_loss"])
        smoothing = found.get("smoothing")
        if _is_number(smoothing) and smoothing in SMOOTHING:
            self._chart.set_smoothing(float(smoothing))
        page = found.get("page")
        if page == "":
            self._instruments.drawer.close()
        elif isinstance(page, str):
            self._instruments.drawer.open(page)
        probe = found.get("probe")
        self._probe = None
        if isinstance(probe, list) and len(probe) == inputs and all(map(_is_number, probe)):
            self._probe = tuple(float(value) for value in probe)
        # Only with the first frame there is a field of this document to put it on.
        self._session.frameReady.connect(self._put_probe, Qt.ConnectionType.SingleShotConnection)

    @Slot()
    def _put_probe(self) -> None:
        if self._probe is not None:
            self._field.canvas.probe.put(self._probe)
            self._probe = None


def _written(speed: Speed) -> dict[str, float]:
    """Return a speed as JSON has it; full speed is empty."""
    return {name: value for name, value in vars(speed).items() if value is not None}


def _speed(found: Any) -> Speed | None:
    return next((speed for speed in SPEEDS if _written(speed) == found), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST <= value <= _MOST


def _are_axes(found: list[Any], inputs: int) -> bool:
    """Tell whether it is two inputs that there are, or the one of a curve."""
    if len(found) != 2 or not all(isinstance(axis, int) and not isinstance(axis, bool) for axis in found):
        return False
    return all(0 <= axis < inputs for axis in found) and (inputs == 1 or found[0] != found[1])
