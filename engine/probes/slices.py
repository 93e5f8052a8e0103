"""What chosen neurons make of a plane or a line of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.kernels import layout
from engine.kernels.columns import CHUNK
from engine.kernels.fields import fields
from engine.kernels.landscape import nowhere
from engine.probes.bench import read_only
from engine.probes.fields import centres, grid_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.floats import Floats
    from engine.probes.bench import Bench, State

PIECE = 8 * CHUNK  # points whose activations of all neurons are in memory at once


@dataclass(frozen=True)
class Slice:
    """The activations of ``neurons`` where the inputs ``axes`` vary and the others are at ``at``.

    ``values`` is float32 (neurons, rows, columns) with the first axis along the columns and the second up,
    row 0 at the top, as in a frame; (neurons, points) on a single axis.  ``coordinates`` are the raw inputs
    of the columns and of the rows, in their order.
    """

    neurons: tuple[tuple[int, int], ...]
    axes: tuple[int, ...]
    at: NDArray[np.float64]
    coordinates: tuple[NDArray[np.float64], ...]
    values: Floats


def field(
    bench: Bench,
    tensors: State,
    neurons: Sequence[tuple[int, int]],
    axes: Sequence[int] | None = None,
    resolution: int = 64,
    at: ArrayLike | None = None,
) -> Slice:
    """Return what neurons make of a grid of inputs, or of a line of them.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    neurons : sequence of (layer, unit)
        Layer 0 is the features.
    axes : sequence of int, optional
        The one or two inputs that vary; by default the first two, or the only one.
    resolution : int
        Points along each axis: the centres of equal cells of the shown extent.
    at : array_like, optional
        Raw inputs (inputs,): where those stay that do not vary; by default the mean of the training rows.

    Raises
    ------
    ValueError
        Where a neuron, an axis or the tensors do not fit.
    """
    inputs = len(bench.data.input_names)
    axes = tuple(range(min(2, inputs))) if axes is None else tuple(axes)
    if not 1 <= len(axes) <= 2 or len(set(axes)) < len(axes) or not set(axes) <= set(range(inputs)):
        raise ValueError(f"axes must be one or two of the inputs 0 to {inputs - 1}, not {axes}")
    places = [_place(bench, *neuron) for neuron in neurons]
    rest = bench.data.train_inputs.mean(axis=0) if at is None else np.array(at, np.float64)
    if rest.shape != (inputs,):
        raise ValueError(f"at must hold {inputs} inputs, not {rest.shape}")
    bench.load(tensors)
    values = _values(bench, places, grid_inputs(bench.data, resolution, axes, rest))
    directions = [centres(bench.data.extent[axis], resolution) for axis in axes]
    return Slice(
        tuple((int(layer), int(unit)) for layer, unit in neurons),
        axes,
        read_only(rest),
        tuple(read_only(line[:: -1 if second else 1].copy()) for second, line in enumerate(directions)),
        read_only(values.reshape(len(places), *[resolution] * len(axes))),
    )


def _place(bench: Bench, layer: int, unit: int) -> tuple[bool, int]:
    """Return whether a neuron is a feature, and its row among those or among the neurons.

    Raises
    ------
    ValueError
        Where there is no such neuron.
    """
    table = bench.network.layers
    units = [int(table[0, layout.INPUTS]), *map(int, table[:, layout.OUTPUTS])]
    if not (0 <= layer < len(units) and 0 <= unit < units[layer]):
        raise ValueError(f"there is no neuron {unit} in layer {layer}")
    return layer == 0, unit + (sum(units[1:layer]) if layer else 0)


def _values(bench: Bench, places: list[tuple[bool, int]], inputs: NDArray[np.float64]) -> Floats:
    """Return the activations (neurons, points), computed piece by piece."""
    network, nothing = bench.network, nowhere()
    with np.errstate(all="ignore"):
        columns = np.nan_to_num(bench.data.features_of(inputs), posinf=0.0, neginf=0.0).T
    found = np.empty((len(places), len(inputs)), np.float32)
    width = layout.padded(min(PIECE, len(inputs)))
    features = np.zeros((len(columns), width), np.float32)
    sums = np.zeros(int(network.layers[:, layout.SUMS].max()) * CHUNK, np.float32)
    values = np.zeros((int(network.layers[:, layout.OUTPUTS].sum()), width), np.float32)
    for start in range(0, len(inputs), width):
        piece = slice(start, min(start + width, len(inputs)))
        size = piece.stop - start
        features[:, :size] = columns[:, piece]
        fields(network, features.ravel(), width, width, sums, values.reshape(-1), nothing)
        for row, (is_feature, place) in enumerate(places):
            found[row, piece] = (features if is_feature else values)[place, :size]
    return found
