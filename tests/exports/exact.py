"""The computation in float64, after the features: what it would be without rounding, and with any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.comparison import largest_difference
from engine.files.export.format import TOLERANCE
from engine.files.export.portable import evaluate
from engine.files.export.reduced import computed
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats


ROUNDING = 2.0**-24  # of float32, at most, relative
DRAWS = 10  # computations with rounding that are tried


def can_be_compared(network: Portable, found: Floats, points: Floats) -> bool:
    """Tell whether rounding to float32 takes at most half of what a file may differ by, whoever computes it.

    Else two right computations could differ by more.  Most networks of which that is so have layer
    normalization of two or three units, which is steep where these are nearly equal.
    """
    exact, rng = exactly(network, points), np.random.default_rng(0)
    rounded = (exactly(network, points, rng) for _ in range(DRAWS))
    tried = (found, evaluate(network, points), *rounded)
    return max(largest_difference(other, exact) for other in tried) <= TOLERANCE / 2


def exactly(network: Portable, inputs: Floats, rounding: Generator | None = None) -> NDArray[np.float64]:
    """Compute a network in float64, (n, inputs) -> (n, outputs).

    With ``rounding`` every weighted sum is off, up or down at random, by as much as one rounding of its parts
    to float32 may take: a computation of which nobody could say that it is wrong.
    """
    a = network.data.features_of(inputs).astype(np.float64)
    for layer in network.layers:
        a = _layer(layer, a, rounding)
    if network.bounds is None:
        return a
    low, high = network.bounds
    return np.clip((a - low) / (high - low), 0, 1)


def _layer(layer: PortableLayer, a: NDArray[np.float64], rounding: Generator | None) -> NDArray[np.float64]:
    tensors = {name: tensor.astype(np.float64) for name, tensor in layer.tensors.items()}
    z = a @ tensors[WEIGHT].T + tensors[BIAS]
    if rounding is not None:
        parts = np.abs(a) @ np.abs(tensors[WEIGHT]).T + np.abs(tensors[BIAS])
        z = z + rounding.choice([-ROUNDING, ROUNDING], z.shape) * parts
    if layer.normalization != "none":
        batch = layer.normalization == "batch"
        mean = tensors[MEAN] if batch else z.mean(axis=1, keepdims=True)
        variance = tensors[VARIANCE] if batch else z.var(axis=1, keepdims=True)
        z = tensors[SCALE] * (z - mean) / np.sqrt(variance + EPSILON) + tensors[SHIFT]
    if layer.is_softmax:
        z = np.exp(z - z.max(axis=1, keepdims=True))
        v = z / z.sum(axis=1, keepdims=True)
    elif layer.pieces > 1:
        v = z.reshape(len(z), layer.pieces, -1).max(axis=1)
    else:
        slopes = np.broadcast_to(tensors.get(SLOPE, np.zeros(1)), z.shape)
        v = np.broadcast_to(computed(layer.formula(), {"x": z, "slope": slopes}), z.shape)
    if layer.residual:
        v = v + (a @ tensors[PROJECTION].T if PROJECTION in tensors else a)
    return v * layer.audible()
