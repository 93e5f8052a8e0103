"""What the views draw: every neuron's picture of the plane of two inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.kernels import layout
from engine.kernels.columns import CHUNK
from engine.kernels.fields import fields, quantize
from engine.kernels.landscape import nowhere
from engine.output import probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.data import PreparedData
    from engine.floats import Bytes, Floats
    from engine.output import OutputPlan

Axes = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """Points of the plane and room for what the neurons make of them.

    ``features`` and ``values`` are flat rows ``width`` long, one a feature and one a neuron.
    """

    shape: tuple[int, int]
    points: int
    width: int
    features: Floats
    sums: Floats
    values: Floats

    def row(self, index: int) -> Floats:
        """Return a copy of one neuron's picture."""
        return self._row(self.values, index)

    def feature(self, index: int) -> Floats:
        """Return a copy of one feature's picture."""
        return self._row(self.features, index)

    def _row(self, flat: Floats, index: int) -> Floats:
        start = index * self.width
        return flat[start : start + self.shape[0] * self.shape[1]].reshape(self.shape).copy()


def grid_inputs(
    data: PreparedData, side: int, axes: Sequence[int], at: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the raw inputs of a grid's points, row by row from the top left, float64 (points, inputs).

    The points are the centres of ``side`` x ``side`` equal cells of the shown extent; with a single input,
    or a single axis, there is one row of them.  Inputs that are not on an axis are at ``at``, (inputs,), by
    default at the mean of the training rows.
    """
    rest = data.train_inputs.mean(axis=0) if at is None else np.asarray(at, np.float64)
    flat = len(axes) == 1 or len(data.input_names) == 1
    points = np.tile(rest, (side if flat else side * side, 1))
    across = centres(data.extent[axes[0]], side)
    points[:, axes[0]] = across if flat else np.tile(across, side)
    if not flat:
        points[:, axes[1]] = np.repeat(centres(data.extent[axes[1]], side)[::-1], side)
    return points


def centres(extent: tuple[float, float], side: int) -> NDArray[np.float64]:
    """Return the centres of equal cells of an interval, ascending."""
    low, high = extent
    return low + (np.arange(side) + 0.5) * (high - low) / side


class Fields:
    """The pictures of one network's neurons; grids are kept from frame to frame.

    Parameters
    ----------
    network : layout.Network
        Read at every call, never changed.
    """

    def __init__(self, network: layout.Network, data: PreparedData, plan: OutputPlan) -> None:
        self._network, self._data, self._plan = network, data, plan
        self._units = [int(units) for units in network.layers[:, layout.OUTPUTS]]
        self._nowhere = nowhere()
        self._grids: dict[tuple[int, Axes], Grid] = {}
        self._inputs: dict[tuple[int, Axes], Bytes] = {}
        targets = np.abs(data.train_targets) if not data.classes else np.ones(1)
        self.value_scale = float(targets.max()) or 1.0

    def of(self, network: layout.Network) -> Fields:
        """Return the pictures of a network of the same units that lies elsewhere in memory."""
        return self if network is self._network else Fields(network, self._data, self._plan)

    def grid(self, side: int, axes: Axes) -> Grid:
        """Return the evaluated grid: every neuron's activation at every point, at the present parameters."""
        grid = self._grids.get((side, axes))
        if grid is None:
            if len(self._grids) > 4:  # a window resized through many sizes, or other axes
                self._grids.clear()
            grid = self._grids[side, axes] = self._new_grid(side, axes)
        fields(self._network, grid.features, grid.width, grid.points, grid.sums, grid.values, self._nowhere)
        return grid

    def _new_grid(self, side: int, axes: Axes) -> Grid:
        inputs = grid_inputs(self._data, side, axes)
        with np.errstate(all="ignore"):
            columns = np.nan_to_num(self._data.features_of(inputs), posinf=0.0, neginf=0.0)
        points = layout.padded(len(inputs))
        width = layout.stride(points)
        features = np.zeros((columns.shape[1], width), np.float32)
        features[:, : len(inputs)] = columns.T
        sums = np.zeros(int(self._network.layers[:, layout.SUMS].max()) * CHUNK, np.float32)
        values = np.zeros(sum(self._units) * width, np.float32)
        shape = (1, side) if len(self._data.input_names) == 1 else (side, side)
        return Grid(shape, points, width, features.ravel(), sums, values)

    def thumbnails(self, side: int, axes: Axes) -> tuple[Bytes, ...]:
        """Return uint8 (units, rows, side) for the features and every layer; see ``snapshot.Frame``."""
        grid = self.grid(side, axes)
        count = sum(self._units)
        factor, offset = np.ones(count, np.float32), np.zeros(count, np.float32)
        factor[-self._units[-1] :], offset[-self._units[-1] :] = self._output_scale()
        pictures = self._pictures(grid, grid.values, factor, offset)
        known = self._inputs.get((side, axes))
        if known is None:
            rows = grid.features.reshape(-1, grid.width)
            largest = np.abs(rows).max(axis=1)
            known = self._pictures(
                grid,
                grid.features,
                (2 / np.where(largest > 0, largest, 1)).astype(np.float32),
                np.zeros(len(rows), np.float32),
            )
            self._inputs[side, axes] = known
        layers, start = [known], 0
        for units in self._units:
            layers.append(pictures[start : start + units])
            start += units
        return tuple(layers)

    def _output_scale(self) -> tuple[float, float]:
        """Return factor and offset that map an output to -1..1, several classes to 0..1."""
        if not self._data.classes:
            return 1 / self.value_scale, 0.0
        low, high = self._plan.low, self._plan.high
        if self._data.outputs > 1:
            return 1 / (high - low), -low / (high - low)
        return 2 / (high - low), -2 * low / (high - low) - 1

    def _pictures(self, grid: Grid, flat: Floats, factor: Floats, offset: Floats) -> Bytes:
        pictures = np.zeros((len(factor), grid.shape[0] * grid.shape[1]), np.uint8)
        quantize(flat, grid.width, pictures.shape[1], factor, offset, len(factor), pictures)
        pictures.flags.writeable = False
        return pictures.reshape(len(factor), *grid.shape)

    def field(self, side: int, axes: Axes, shown: tuple[int, int] | None) -> Floats:
        """Return what the big field shows, float32 (outputs or 1, rows, side); see ``snapshot.Frame``."""
        grid = self.grid(side, axes)
        if shown is None:
            first = sum(self._units[:-1])
            rows = [grid.row(first + i).ravel() for i in range(self._units[-1])]
            outputs = probabilities(np.stack(rows, axis=1), self._data, self._plan)
            picture = np.ascontiguousarray(outputs.T).reshape(-1, *grid.shape)
        else:
            layer, unit = shown
            chosen = grid.feature(unit) if layer == 0 else grid.row(sum(self._units[: layer - 1]) + unit)
            picture = chosen[None]
        picture.flags.writeable = False
        return picture

    def has(self, shown: tuple[int, int] | None) -> bool:
        """Tell whether such a neuron exists."""
        if shown is None:
            return True
        layer, unit = shown
        counts = [int(self._network.layers[0, layout.INPUTS]), *self._units]
        return 0 <= layer < len(counts) and 0 <= unit < counts[layer]
