"""The computation in float64, after the features: what it would be without rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.reduced import computed
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.files.export.portable import Portable, PortableLayer
    from engine.snapshot import Floats


def exactly(network: Portable, inputs: Floats) -> NDArray[np.float64]:
    """Compute a network in float64, (n, inputs) -> (n, outputs)."""
    a = network.data.features_of(inputs).astype(np.float64)
    for layer in network.layers:
        a = _layer(layer, a)
    if network.bounds is None:
        return a
    low, high = network.bounds
    return np.clip((a - low) / (high - low), 0, 1)


def _layer(layer: PortableLayer, a: NDArray[np.float64]) -> NDArray[np.float64]:
    tensors = {name: tensor.astype(np.float64) for name, tensor in layer.tensors.items()}
    z = a @ tensors[WEIGHT].T + tensors[BIAS]
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
