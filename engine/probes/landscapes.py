"""The mean loss around a snapshot: over a plane, and along the values of one weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine.kernels import layout
from engine.kernels.columns import CHUNK
from engine.kernels.fields import fields
from engine.kernels.landscape import Plane
from engine.probes.bench import frozen, read_only
from engine.probes.directions import unit_direction, value_at, vector
from engine.program import aligned_zeros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.floats import Floats
    from engine.probes.bench import Bench, Frozen, Part, State
    from engine.probes.directions import Coordinate, Directions

    Span: TypeAlias = float | tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Landscape:
    """The mean loss on a plane through ``origin``.

    ``losses[j, i]`` is that of ``origin + across[i] * first + up[j] * second``, float64; infinite or NaN
    where it is so.  ``loss`` is that of the origin.
    """

    origin: Frozen
    directions: Directions
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    losses: NDArray[np.float64]
    loss: float


@dataclass(frozen=True)
class Sweep:
    """The mean loss for many values of one parameter; ``value`` and ``loss`` are the snapshot's."""

    coordinate: Coordinate
    values: NDArray[np.float64]
    losses: NDArray[np.float64]
    value: float
    loss: float


@dataclass(frozen=True)
class Trail:
    """A trajectory seen on a plane.

    ``points`` is float64 (n, 2), the coordinates across and up of the nearest points of the plane,
    ``distances`` (n,) how far from it the trajectory really is.
    """

    points: NDArray[np.float64]
    distances: NDArray[np.float64]


@dataclass(frozen=True)
class _Samples:
    """Samples side by side, as ``kernels.landscape.Plane`` has them."""

    features: Floats
    targets: Floats
    weights: Floats
    width: int


def landscape(
    bench: Bench,
    tensors: State,
    directions: Directions,
    span: Span = 1.0,
    resolution: int = 64,
    part: Part = "train",
    rows: ArrayLike | None = None,
) -> Landscape:
    """Return the mean loss on a grid of points of a plane through a snapshot.

    It is that of ``Snapshot.losses``: as in inference, so that batch normalization keeps the snapshot's
    running statistics, and without penalties.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    directions : Directions
        Their components along muted weights count as zero.
    span : float or ((left, right), (bottom, top))
        How far to go along the directions, both ends included; a number goes so far on all sides.
    resolution : int
        Points along each direction.
    part : {"train", "test"}
    rows : array_like of int, optional
        Rows of the part; by default all.

    Raises
    ------
    ValueError
        Where tensors, directions or rows do not fit.
    """
    (left, right), (bottom, top) = ((-span, span), (-span, span)) if isinstance(span, int | float) else span
    across, up = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    losses = _losses(
        bench, tensors, directions.first, directions.second, np.vstack([points, [0, 0]]), part, rows
    )
    origin = frozen([{n: np.array(array, np.float32) for n, array in layer.items()} for layer in tensors])
    grid = read_only(losses[:-1].reshape(resolution, resolution))
    return Landscape(origin, directions, read_only(across), read_only(up), grid, float(losses[-1]))


def sweep(
    bench: Bench,
    tensors: State,
    coordinate: Coordinate,
    values: ArrayLike,
    part: Part = "train",
    rows: ArrayLike | None = None,
) -> Sweep:
    """Return the mean loss for every value of one parameter, all others being the snapshot's.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    coordinate : Coordinate
        Which parameter; a muted weight makes no difference.
    values : array_like
        (n,).
    part, rows
        As in ``landscape``.

    Raises
    ------
    ValueError
        Where tensors, coordinate or rows do not fit.
    """
    present, tried = value_at(tensors, coordinate), np.array(values, np.float64, ndmin=1)
    # From zero, so that the parameter is each value exactly and not a rounded sum.
    base = [{n: np.array(array, np.float32) for n, array in layer.items()} for layer in tensors]
    base[coordinate.layer][coordinate.name][coordinate.indices] = 0
    along = unit_direction(tensors, coordinate)
    points = np.stack([np.append(tried, present), np.zeros(len(tried) + 1)], axis=1)
    losses = _losses(bench, base, along, along, points, part, rows)
    return Sweep(coordinate, read_only(tried), read_only(losses[:-1]), present, float(losses[-1]))


def project(trajectory: Sequence[State], landscape: Landscape) -> Trail:
    """Return where the points of a trajectory lie on a landscape's plane, by least squares.

    Parameters
    ----------
    trajectory : sequence of tensors
        Of snapshots of the same network.
    """
    directions, origin = landscape.directions, vector(landscape.origin)
    plane = np.stack([vector(directions.first), vector(directions.second)], axis=1)
    offsets = np.stack([vector(tensors) - origin for tensors in trajectory], axis=1)
    points = np.linalg.pinv(plane) @ offsets
    distances = np.linalg.norm(offsets - plane @ points, axis=0)
    return Trail(read_only(np.ascontiguousarray(points.T)), read_only(distances))


def _losses(
    bench: Bench,
    tensors: State,
    first: State,
    second: State,
    points: NDArray[np.float64],
    part: Part,
    rows: ArrayLike | None,
) -> NDArray[np.float64]:
    """Return the mean loss at points (n, 2) of a plane."""
    samples = _samples(bench, part, rows)
    bench.load(tensors)
    network, outputs = bench.network, int(bench.network.layers[-1, layout.OUTPUTS])
    along = [bench.flat(direction) for direction in (first, second)]
    if bench.muted.size:
        along = [direction * bench.muted for direction in along]
    losses = np.zeros(len(points))
    count = samples.weights.size
    plane = Plane(
        base=network.parameters.copy(),
        first=along[0],
        second=along[1],
        points=points.ravel(),
        losses=losses,
        targets=samples.targets,
        weights=samples.weights,
        rows=np.arange(count // samples.width * outputs, dtype=np.int64),
        codes=bench.learning.codes,
        numbers=bench.learning.loss_numbers,
        summed=np.zeros(1),
    )
    sums = aligned_zeros(int(network.layers[:, layout.SUMS].max()) * CHUNK)
    values = aligned_zeros(int(network.layers[:, layout.OUTPUTS].sum()) * samples.width)
    fields(network, samples.features, samples.width, count, sums, values, plane)
    return losses


def _samples(bench: Bench, part: Part, rows: ArrayLike | None) -> _Samples:
    """Lay samples side by side, in chunks of equal width; the last is filled up with what weighs nothing."""
    given, chosen = bench.part(part), bench.rows(part, rows)
    chunks = -(-chosen.size // CHUNK)
    width = layout.padded(-(-chosen.size // chunks))
    weights = np.zeros(chunks * width)
    weights[: chosen.size] = given.weights[chosen] if given.weights.size else 1.0
    total = weights.sum()
    weights *= bench.loss_scale / total if total > 0 else 0.0
    # A sample that is there already is as finite as the others.
    filled = np.append(chosen, np.full(weights.size - chosen.size, chosen[0]))

    def side_by_side(flat: Floats, count: int, stride: int) -> Floats:
        matrix = flat[: len(given.truth) * stride].reshape(-1, stride)[filled, :count]
        return np.ascontiguousarray(matrix.reshape(chunks, width, count).transpose(0, 2, 1)).reshape(-1)

    inputs, outputs = int(bench.network.layers[0, layout.INPUTS]), bench.data.outputs
    features = side_by_side(given.features, inputs, inputs)
    targets = side_by_side(given.targets, outputs, layout.stride(outputs))
    return _Samples(features, targets, weights.astype(np.float32), width)
