"""Where raw inputs lie on the field, and which raw inputs a place of it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from ui.views.curve_plot import plot_area
from ui.views.projection import shown_axes

if TYPE_CHECKING:
    from engine.snapshot import Frame

    Inputs = tuple[float, ...]


@dataclass(frozen=True)
class Placement:
    """A plane of two inputs, or the axis of a single one, on the screen.

    ``area`` is in pixels; ``axes`` are the inputs from left to right and from bottom to top, a single one for
    a curve; ``extent`` is the interval shown of each, in raw units.
    """

    area: QRectF
    axes: tuple[int, ...]
    extent: tuple[tuple[float, float], ...]

    @property
    def is_curve(self) -> bool:
        """Whether there is a single input."""
        return len(self.axes) == 1

    def holds(self, place: QPointF) -> bool:
        """Tell whether a place is on the field."""
        return self.area.contains(place)

    def place(self, inputs: Inputs) -> QPointF:
        """Return where inputs lie; in the middle of the height along a single axis."""
        across, up = [*self._shares(inputs), 0.5][:2]
        return QPointF(
            self.area.left() + across * self.area.width(), self.area.bottom() - up * self.area.height()
        )

    def at(self, place: QPointF, rest: Inputs) -> Inputs:
        """Return the inputs at the point of the field nearest to a place; ``rest`` has those of no axis."""
        across = (place.x() - self.area.left()) / self.area.width()
        up = (self.area.bottom() - place.y()) / self.area.height()
        return self._with(rest, (across, up))

    def moved(self, inputs: Inputs, across: float, up: float) -> Inputs:
        """Return inputs so much further right and up, in shares of the extent, but not beyond its edge."""
        shares = [share + step for share, step in zip(self._shares(inputs), (across, up), strict=False)]
        return self._with(inputs, tuple(shares))

    def within(self, inputs: Inputs) -> Inputs:
        """Return the inputs, or the nearest ones that are shown."""
        result = list(inputs)
        for axis, (low, high) in zip(self.axes, self.extent, strict=True):
            result[axis] = min(max(result[axis], low), high)
        return tuple(result)

    def middle(self, rest: Inputs) -> Inputs:
        """Return the inputs in the middle of the field."""
        return self._with(rest, (0.5, 0.5))

    def _shares(self, inputs: Inputs) -> list[float]:
        return [
            (inputs[axis] - low) / (high - low)
            for axis, (low, high) in zip(self.axes, self.extent, strict=True)
        ]

    def _with(self, rest: Inputs, shares: tuple[float, ...]) -> Inputs:
        result = list(rest)
        for axis, (low, high), share in zip(self.axes, self.extent, shares, strict=False):
            result[axis] = low + min(max(share, 0.0), 1.0) * (high - low)
        return tuple(result)


def placement_of(frame: Frame, square: QRectF) -> Placement:
    """Return the placement of a frame's field that is painted into a square."""
    axes: tuple[int, ...] = shown_axes(frame)
    if len(frame.data.input_names) == 1:
        axes = axes[:1]
        square = plot_area(square)
    return Placement(square, axes, tuple(frame.data.extent[axis] for axis in axes))


def mean_inputs(frame: Frame) -> Inputs:
    """Return where the inputs stay that span no axis: the means of the training rows."""
    means: list[float] = frame.data.train_inputs.mean(axis=0).tolist()
    return tuple(means)
