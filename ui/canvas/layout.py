"""Where everything of the diagram lies: pure geometry, in pixels of the diagram's content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 44  # the pictures' tile; thumbnails of this side are painted without resampling
PITCH = 54  # as close as tiles of this side come
WIDEST_PITCH = 66
MIN_PITCH = 26
MARGIN = 14  # above and below the tiles
PILL = 22  # the height of "12 more" above and below a gathered column
WIDEST = 300  # columns further apart are harder to read, not easier
GROWN = (1.5, 1.25)  # on a large screen everything is so much larger, if it then still fits

MIN_INPUTS, MIN_LAYER, MIN_OUTPUT = 52, 80, 80


@dataclass(frozen=True)
class Column:
    """One layer: its place, and which of its units are shown.

    ``left`` and ``width`` are the room it and its header have, ``centre`` the middle of its tiles,
    ``tile`` their side and ``pitch`` the distance from one to the next.
    """

    left: float
    width: float
    centre: float
    units: int
    first: int
    shown: int
    top: float
    tile: int
    pitch: float

    @property
    def start(self) -> int:
        """The left edge of the tiles."""
        return round(self.centre - self.tile / 2)

    @property
    def extent(self) -> float:
        """The height of all shown tiles together."""
        return self.shown * self.pitch - (self.pitch - self.tile)

    @property
    def gathered(self) -> bool:
        """Whether some units are out of sight."""
        return self.shown < self.units

    @property
    def above(self) -> int:
        """How many units are out of sight above."""
        return self.first

    @property
    def below(self) -> int:
        """How many units are out of sight below."""
        return self.units - self.first - self.shown


@dataclass(frozen=True)
class Layout:
    """The whole diagram; column 0 holds the features, the last one the outputs."""

    columns: tuple[Column, ...]
    size: QSizeF

    @property
    def link_scale(self) -> float:
        """How wide links are, in parts of what they are between full tiles far apart."""
        gaps = [high - low for low, high in map(self.gap, range(len(self.columns) - 1))]
        return min(min(column.tile for column in self.columns) / TILE, min(gaps) / 90, 1.5)

    def tile_rect(self, layer: int, unit: int) -> QRectF | None:
        """Return the square of a unit, or None where it is out of sight."""
        if not 0 <= layer < len(self.columns):
            return None
        column = self.columns[layer]
        row = unit - column.first
        if not 0 <= row < column.shown:
            return None
        # Whole pixels, so that thumbnails are copied and not resampled.
        return QRectF(column.start, round(column.top + row * column.pitch), column.tile, column.tile)

    def unit_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the (layer, unit) whose tile is under a point."""
        for layer, column in enumerate(self.columns):
            if abs(point.x() - column.centre) <= column.tile / 2 + 3:
                row, beyond = divmod(point.y() - column.top + 3, column.pitch)
                if 0 <= row < column.shown and beyond <= column.tile + 6:
                    return layer, column.first + int(row)
        return None

    def column_at(self, x: float) -> int | None:
        """Return the column in whose room an x lies."""
        for layer, column in enumerate(self.columns):
            if column.left <= x < column.left + column.width:
                return layer
        return None

    def gap(self, index: int) -> tuple[float, float]:
        """Return the left and right end of the links from column ``index`` to the next."""
        return self.columns[index].start + self.columns[index].tile, self.columns[index + 1].start

    def gap_at(self, x: float) -> int | None:
        """Return the index of the gap an x lies in."""
        for index in range(len(self.columns) - 1):
            low, high = self.gap(index)
            if low < x < high:
                return index
        return None

    @cached_property
    def middles(self) -> tuple[NDArray[np.float64], ...]:
        """For every column the y of its shown tiles' middles, float64."""
        return tuple(
            np.round(column.top + np.arange(column.shown) * column.pitch) + column.tile / 2
            for column in self.columns
        )

    def pill(self, layer: int, below: bool) -> QRectF | None:
        """Return the room for "12 more" above or below a gathered column, where units are hidden there."""
        column = self.columns[layer]
        if not (column.below if below else column.above):
            return None
        edge = column.top + column.extent + 5 if below else column.top - PILL
        return QRectF(column.centre - 38, round(edge), 76, PILL - 5)


def arrange(
    units: tuple[int, ...],
    width: float,
    height: float,
    *,
    zoom: float = 1.0,
    first: tuple[int, ...] = (),
    labels: tuple[float, float] = (0.0, 0.0),
) -> Layout:
    """Lay out a network.

    Parameters
    ----------
    units : tuple of int
        Units of every column: features, hidden layers, outputs.
    width, height : float
        The room in sight.
    zoom : float
        1 fits the network into the room as far as that stays legible, larger where there is much room;
        other values scale the result.
    first : tuple of int
        For every column the first unit to show, used where not all fit.
    labels : (float, float)
        Widths of the longest text left of the features and right of the outputs.

    Returns
    -------
    Layout
        Larger than the room where the network does not fit.
    """
    zoom *= _growth(units, width, height)
    minima = [MIN_INPUTS + labels[0], *[MIN_LAYER] * (len(units) - 2), MIN_OUTPUT + labels[1]]
    spare = max(0.0, width - sum(minima)) / len(units)
    rooms = [max(low, min(low + spare, WIDEST) * zoom) for low in minima]
    total = max(width, sum(rooms))

    narrowest = min((a + b) / 2 for a, b in pairwise(rooms))
    columns = []
    left = (total - sum(rooms)) / 2
    for i, (n, room) in enumerate(zip(units, rooms, strict=True)):
        inside = height - 2 * MARGIN
        if n > max(3, int(inside // MIN_PITCH)):
            inside -= 2 * PILL
        shown = min(n, max(3, int(inside // MIN_PITCH)))
        fit = max(min(WIDEST_PITCH, inside / shown), MIN_PITCH)
        # Links need room: in narrow columns tiles give way.
        tile = round(min(min(fit, PITCH) * TILE / PITCH * zoom, max(0.45 * narrowest, 20)))
        pitch = min(fit * zoom, tile + (WIDEST_PITCH - TILE) * zoom)
        start = min(max(first[i] if i < len(first) else 0, 0), n - shown)
        shift = labels[0] / 2 if i == 0 else -labels[1] / 2 if i == len(units) - 1 else 0.0
        columns.append(Column(left, room, left + room / 2 + shift, n, start, shown, 0.0, tile, pitch))
        left += room
    tallest = max(column.extent + 2 * MARGIN + (2 * PILL if column.gathered else 0) for column in columns)
    tall = max(height, tallest)
    placed = tuple(replace(column, top=(tall - column.extent) / 2) for column in columns)
    return Layout(placed, QSizeF(total, tall))


def _growth(units: tuple[int, ...], width: float, height: float) -> float:
    """Return how much larger than usual a network can be drawn in a room."""
    tallest = max(units) * WIDEST_PITCH
    for growth in GROWN:
        if tallest * growth <= height - 2 * MARGIN and len(units) * WIDEST * growth <= width:
            return growth
    return 1.0


def stepped(
    units: tuple[int, ...], place: tuple[int, int] | None, columns: int, rows: int
) -> tuple[int, int]:
    """Return where an arrow key leads.

    Parameters
    ----------
    units : tuple of int
        Units of every column.
    place : (layer, unit) or None
        Where the keyboard is, None at first.
    columns, rows : int
        Which way to go, -1, 0 or 1 each.
    """
    if place is None:
        return (len(units) - 1 if columns < 0 else 0), 0
    old, unit = place
    layer = min(max(old + columns, 0), len(units) - 1)
    if columns and units[old] > 1:  # stay at about the same height
        return layer, round(unit * (units[layer] - 1) / (units[old] - 1))
    return layer, min(max(unit + rows, 0), units[layer] - 1)
