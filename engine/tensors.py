"""The parameters of a network as named arrays, and where they lie in the kernels' memory.

A layer's tensors carry PyTorch's names and shapes:

    weight (sums, inputs)  bias (sums,)                        of every layer
    normalization.weight, normalization.bias (sums,)           trained scale and shift
    normalization.running_mean, normalization.running_var      of batch normalization
    activation.weight (units,)                                 a trained slope
    projection.weight (units, inputs)                          of a residual connection between widths

A layer has as many sums as units; with maxout so many times more, one piece of all units after the other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.catalog.activations import Activation
from engine.floats import Floats
from engine.kernels import layout
from engine.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Layer, Output

Tensors = list[dict[str, Floats]]
Parameters = list[tuple[Floats, Floats]]


class Curvature(NamedTuple):
    """What L-BFGS remembers (see ``engine.lbfgs``), float64.

    Parameters
    ----------
    steps, turns : list of Tensors
        The last changes of the parameters and of the gradient, oldest first.
    parameters, gradient : Tensors
        At the begin of the last step.
    """

    steps: list[Tensors]
    turns: list[Tensors]
    parameters: Tensors
    gradient: Tensors


WEIGHT, BIAS = "weight", "bias"
SCALE, SHIFT = "normalization.weight", "normalization.bias"
MEAN, VARIANCE = "normalization.running_mean", "normalization.running_var"
SLOPE, PROJECTION = "activation.weight", "projection.weight"
STATISTICS = (MEAN, VARIANCE)


def _views(network: layout.Network, flat: Floats, statistics: Floats | None = None) -> Tensors:
    """Return views (pieces, units) and (pieces, units, inputs) of a buffer laid out like the parameters."""
    found = []
    for row in network.layers:
        matrix, vector = partial(_matrix, row, flat), partial(_vector, row)
        tensors = {
            WEIGHT: matrix(row[layout.KERNEL], row[layout.PIECES]),
            BIAS: vector(flat, row[layout.BIAS_AT]),
        }
        if row[layout.NORMALIZATION] != layout.NO_NORMALIZATION:
            tensors[SCALE] = vector(flat, row[layout.SCALE])
            tensors[SHIFT] = vector(flat, row[layout.SHIFT])
        if row[layout.ACTIVATION] == layout.TRAINED_SLOPE:
            tensors[SLOPE] = vector(flat, row[layout.SLOPE])
        if row[layout.RESIDUAL] == layout.PROJECTED:
            tensors[PROJECTION] = matrix(row[layout.PROJECTION], 1)
        if statistics is not None and row[layout.NORMALIZATION] == layout.BATCH_NORMALIZATION:
            tensors[MEAN] = vector(statistics, row[layout.STATISTICS])
            tensors[VARIANCE] = vector(statistics, row[layout.STATISTICS] + row[layout.SUM_STRIDE])
        found.append(tensors)
    return found


def _vector(row: NDArray[np.int64], buffer: Floats, at: int) -> Floats:
    """Return one number a weighted sum, (pieces, units), in place."""
    numbers = buffer[at : at + row[layout.SUM_STRIDE]]
    return numbers.reshape(-1, row[layout.OUT_STRIDE])[:, : row[layout.OUTPUTS]]


def _matrix(row: NDArray[np.int64], buffer: Floats, at: int, pieces: int) -> Floats:
    """Return the numbers between inputs and sums, (pieces, units, inputs), in place."""
    inputs, width, units = row[layout.INPUTS], row[layout.OUT_STRIDE], row[layout.OUTPUTS]
    rows = buffer[at : at + inputs * pieces * width].reshape(inputs, pieces, width)
    return rows[:, :, :units].transpose(1, 2, 0)


def _joined(view: Floats) -> Floats:
    """Return a copy with pieces and units in one axis."""
    return np.array(view.reshape(view.shape[0] * view.shape[1], *view.shape[2:]), order="C")


def read_tensors(network: layout.Network) -> Tensors:
    """Return copies of all tensors of every layer, running statistics included."""
    views = _views(network, network.parameters, network.statistics)
    return [{name: _joined(view) for name, view in layer.items()} for layer in views]


def read_like_parameters(network: layout.Network, flat: NDArray[Any]) -> Tensors:
    """Return copies of the tensors of a buffer laid out like the parameters: a gradient, a slot."""
    return [{name: _joined(view) for name, view in layer.items()} for layer in _views(network, flat)]


def tensor_shapes(network: layout.Network, statistics: bool) -> list[dict[str, tuple[int, ...]]]:
    """Return the shapes of all tensors of every layer, by name, with or without running statistics."""
    views = _views(network, network.parameters, network.statistics if statistics else None)
    return [
        {name: (view.shape[0] * view.shape[1], *view.shape[2:]) for name, view in layer.items()}
        for layer in views
    ]


def dense_shapes(
    units: int, inputs: int, activation: Entry | None, normalization: str, residual: bool
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all tensors of a layer by name, in no network yet.

    Parameters
    ----------
    units, inputs : int
        How many values it hands on, and how many it takes.
    activation : Entry or None
        The catalog's; None where it is not known yet.
    normalization : {"none", "batch", "layer"}
        What is done with its weighted sums.
    residual : bool
        Whether its input is added to its output.
    """
    dense = activation if isinstance(activation, Activation) else None
    sums = units * (dense.sums_per_unit() if dense else 1)
    shapes: dict[str, tuple[int, ...]] = {WEIGHT: (sums, inputs), BIAS: (sums,)}
    if normalization != "none":
        shapes |= {SCALE: (sums,), SHIFT: (sums,)}
    if normalization == "batch":
        shapes |= {MEAN: (sums,), VARIANCE: (sums,)}
    if dense and dense.trained:
        shapes[SLOPE] = (units,)
    if residual and inputs != units:
        shapes[PROJECTION] = (units, inputs)
    return shapes


def write_tensors(network: layout.Network, tensors: Sequence[Mapping[str, ArrayLike]]) -> None:
    """Write tensors of the shapes that ``read_tensors`` returns; what is not named stays.

    Modified in place: network.parameters, network.statistics.
    """
    _write(_views(network, network.parameters, network.statistics), tensors)


def write_like_parameters(
    network: layout.Network, flat: Floats, tensors: Sequence[Mapping[str, ArrayLike]]
) -> None:
    """Write tensors to a buffer laid out like the parameters.  Modified in place: flat."""
    _write(_views(network, flat), tensors)


def _write(views: Tensors, tensors: Sequence[Mapping[str, ArrayLike]]) -> None:
    for layer, given in zip(views, tensors, strict=True):
        for name, array in given.items():
            layer[name][...] = np.asarray(array).reshape(layer[name].shape)


def clear_where(
    network: layout.Network, flat: Floats, marks: Sequence[Mapping[str, NDArray[np.bool_]]]
) -> None:
    """Set what is marked to zero in a buffer laid out like the parameters.  Modified in place: flat."""
    for layer, given in zip(_views(network, flat), marks, strict=True):
        for name, mark in given.items():
            if name in layer:  # running statistics are no parameters
                layer[name][mark.reshape(layer[name].shape)] = 0


def pairs(tensors: Sequence[Mapping[str, Floats]]) -> Parameters:
    """Return (weight, bias) of every layer."""
    return [(layer[WEIGHT], layer[BIAS]) for layer in tensors]


def initial_tensors(experiment: Experiment, network: layout.Network) -> Tensors:
    """Draw all tensors of every layer as they are at the start of a run.

    Every layer draws from a child stream of its own, so that an edit of one leaves the others alone.
    """
    return [
        drawn_tensors(experiment, network, i, stream(experiment.seed, "weights", i))
        for i in range(len(network.layers))
    ]


def drawn_tensors(
    experiment: Experiment, network: layout.Network, at: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw all tensors of one layer as its initializers have them."""
    layers: list[Layer | Output] = [*experiment.network.layers, experiment.network.output]
    layer = layers[at]
    row, views = network.layers[at], _views(network, network.parameters, network.statistics)[at]
    units, inputs = int(row[layout.OUTPUTS]), int(row[layout.INPUTS])
    # Piece after piece, so that each starts as a layer of its own would.
    pieces = [layer.initializer.draw(rng, (units, inputs)) for _ in range(row[layout.PIECES])]
    tensors = {WEIGHT: np.concatenate(pieces)}
    sums = len(tensors[WEIGHT])
    if layer.bias_initializer is None:
        tensors[BIAS] = np.full(sums, layer.initializer.bias)
    else:
        tensors[BIAS] = layer.bias_initializer.draw_bias(rng, sums, inputs)
    if PROJECTION in views:
        tensors[PROJECTION] = layer.initializer.draw(rng, (units, inputs))
    if SLOPE in views:
        tensors[SLOPE] = np.full(units, getattr(layer.activation, "initial_slope"))  # noqa: B009
    for name, value in ((SCALE, 1.0), (SHIFT, 0.0), (MEAN, 0.0), (VARIANCE, 1.0)):
        if name in views:
            tensors[name] = np.full(sums, value)
    return {name: np.ascontiguousarray(array, np.float32) for name, array in tensors.items()}


def frozen_mask(experiment: Experiment, network: layout.Network, like: Floats) -> Floats:
    """Return 0 for every parameter that training must leave alone, else 1; empty where there is none.

    Muted weights are among them.  ``like`` is filled and returned where something is frozen.
    """
    layers: list[Layer | Output] = [*experiment.network.layers, experiment.network.output]
    if not any(layer.frozen or layer.frozen_weights or layer.muted_weights for layer in layers):
        return like[:0]
    like[:] = 1
    for layer, views in zip(layers, _views(network, like), strict=True):
        if layer.frozen:
            for view in views.values():
                view[...] = 0
        for unit, source in (*layer.frozen_weights, *layer.muted_weights):
            views[WEIGHT][:, unit, source] = 0
    return like


def muted_links(experiment: Experiment) -> Iterator[tuple[int, int, int]]:
    """Iterate over (layer, unit, input) of every muted weight."""
    layers: list[Layer | Output] = [*experiment.network.layers, experiment.network.output]
    for at, layer in enumerate(layers):
        for unit, source in layer.muted_weights:
            yield at, unit, source


def weight_view(network: layout.Network, layer: int) -> Floats:
    """Return the weights of a layer in place, (pieces, units, inputs)."""
    return _views(network, network.parameters)[layer][WEIGHT]
