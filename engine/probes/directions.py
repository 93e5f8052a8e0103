"""Directions in the space of all parameters, and the planes that two of them span."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.probes.bench import frozen
from engine.tensors import PROJECTION, STATISTICS, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.floats import Floats
    from engine.probes.bench import Bench, Frozen, State

SMALLEST = 1e-12  # share of the variance that is more than rounding


class Coordinate(NamedTuple):
    """One parameter: the number at ``indices``, e.g. (unit, input), of the tensor ``name`` of a layer."""

    layer: int
    name: str
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Directions:
    """Two directions, each with a number for every trained parameter.

    ``shares`` are the shares of the variance along them, where they come from a trajectory.
    """

    first: Frozen
    second: Frozen
    shares: tuple[float, float] | None = None


def vector(tensors: State) -> NDArray[np.float64]:
    """Return all trained parameters in one row, without running statistics."""
    return np.concatenate(
        [
            np.asarray(layer[n], np.float64).ravel()
            for layer in tensors
            for n in sorted(layer)
            if n not in STATISTICS
        ]
    )


def tensors_like(tensors: State, row: NDArray[np.float64]) -> Frozen:
    """Return the tensors that a row of all parameters stands for."""
    found, start = [], 0
    for layer in tensors:
        arrays = {}
        for name in sorted(layer):
            if name not in STATISTICS:
                shape = np.shape(layer[name])
                stop = start + int(np.prod(shape))
                arrays[name] = row[start:stop].reshape(shape).astype(np.float32)
                start = stop
        found.append(arrays)
    return frozen(found)


def random_directions(bench: Bench, tensors: State, seed: int = 0) -> Directions:
    """Draw two random directions, filter-normalized.

    The direction of the weights into a unit has the norm of those weights, that of all other parameters is
    zero, so that landscapes of networks whose weights differ in scale can be compared (Li et al., 2018).
    Muted weights stay muted.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    seed : int
        Another one gives other directions.

    Raises
    ------
    ValueError
        Where the tensors do not fit.
    """
    bench.check(tensors)
    rng = np.random.Generator(np.random.PCG64(seed))
    audible = bench.audible()
    first, second = (
        frozen([_filters(layer, links, rng) for layer, links in zip(tensors, audible, strict=True)])
        for _ in range(2)
    )
    return Directions(first, second)


def _filters(
    layer: Mapping[str, ArrayLike], audible: Mapping[str, Floats], rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw one layer's direction."""
    found = {
        name: np.zeros(np.shape(given), np.float32) for name, given in layer.items() if name not in STATISTICS
    }
    for name in (WEIGHT, PROJECTION):
        if name not in found:
            continue
        weights = np.asarray(layer[name], np.float64)
        drawn = rng.normal(size=weights.shape) * audible[name]
        norm, wanted = (np.linalg.norm(array, axis=1, keepdims=True) for array in (drawn, weights))
        found[name][...] = drawn * np.divide(wanted, norm, out=np.zeros_like(norm), where=norm > 0)
    return found


def pca_directions(trajectory: Sequence[State]) -> Directions:
    """Return the two principal components of a trajectory's differences from its last point.

    They are of length 1 and show more of the way than any other plane (Li et al., 2018); ``shares`` say how
    much of its variance.  Where the trajectory is a straight line, the second one is zero.  A landscape's
    plane goes through the snapshot it is drawn around, best the last one.

    Parameters
    ----------
    trajectory : sequence of tensors
        Of snapshots of one network, in their order.

    Raises
    ------
    ValueError
        Where fewer than three points are given: they make no plane.
    """
    if len(trajectory) < 3:
        raise ValueError(f"a plane needs three points of a trajectory, not {len(trajectory)}")
    last = vector(trajectory[-1])
    rows = np.stack([vector(tensors) - last for tensors in trajectory])
    rows -= rows.mean(axis=0)
    # Of the small matrix of all products, not of the large one of all parameters.
    variances, weights = np.linalg.eigh(rows @ rows.T)
    variances = np.maximum(variances, 0)
    shares = variances / max(variances.sum(), 1e-300)
    components = [
        rows.T @ weights[:, i] / np.sqrt(variances[i]) if shares[i] > SMALLEST else 0 * last for i in (-1, -2)
    ]
    first, second = (tensors_like(trajectory[-1], component) for component in components)
    return Directions(first, second, (float(shares[-1]), float(shares[-2])))


def weight_directions(tensors: State, first: Coordinate, second: Coordinate) -> Directions:
    """Return the directions along two single parameters.

    Raises
    ------
    ValueError
        Where there is no such parameter.
    """
    return Directions(unit_direction(tensors, first), unit_direction(tensors, second))


def unit_direction(tensors: State, coordinate: Coordinate) -> Frozen:
    """Return 1 for one parameter and 0 for all others.

    Raises
    ------
    ValueError
        Where there is no such parameter.
    """
    layer, name, indices = coordinate
    value_at(tensors, coordinate)
    found = [
        {
            name: np.zeros(np.shape(array), np.float32)
            for name, array in given.items()
            if name not in STATISTICS
        }
        for given in tensors
    ]
    found[layer][name][indices] = 1
    return frozen(found)


def value_at(tensors: State, coordinate: Coordinate) -> float:
    """Return one parameter's value.

    Raises
    ------
    ValueError
        Where there is no such parameter.
    """
    layer, name, indices = coordinate
    if 0 <= layer < len(tensors) and name in tensors[layer].keys() - set(STATISTICS):
        array = np.asarray(tensors[layer][name])
        if len(indices) == array.ndim and all(map(operator.lt, indices, array.shape)) and min(indices) >= 0:
            return float(array[indices])
    raise ValueError(f"there is no parameter {name} {indices} in layer {layer}")


def slopes_along(directions: Directions, gradient: State) -> tuple[float, float]:
    """Return the slopes of the loss along both directions: in their plane it falls fastest against them."""
    row = vector(gradient)
    return float(row @ vector(directions.first)), float(row @ vector(directions.second))
