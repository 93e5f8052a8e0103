"""What every neuron makes of many points at once: the pictures of the window.

Here a row is a neuron and the lanes are points, the other way round than in training: nothing is padded
for narrow layers, and each neuron's picture comes out in one piece.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.gemm import FIRST, NEIGHBOURS, ZERO, gemm
from engine.kernels.jit import inner, kernel
from engine.kernels.layout import (
    ACTIVATION,
    ACTIVATION_NUMBERS,
    BIAS_AT,
    INPUTS,
    KERNEL,
    OUT_STRIDE,
    OUTPUTS,
    RESIDUAL,
    SOFTMAX,
)
from engine.kernels.passes import activate
from engine.kernels.simd import exp, load, maximum, splat, store

CHUNK = 512  # points that go through all layers together
WIDTH = np.int64(CHUNK)  # as in gemm: of NumPy's type


@kernel
def fields(network: Any, inputs: Any, width: Any, points: Any, sums: Any, values: Any) -> None:
    """Compute the activation of every neuron at every point.

    Parameters
    ----------
    network : Network
    inputs : float32 (features * width,)
        The features, one row each; a row is ``width`` long, of which ``points`` count.
    width, points : int
        Multiples of 16; ``width`` at least ``points``.
    sums : float32 (neurons of the widest layer * CHUNK,)
        Scratch.
    values : float32 (neurons * width,)
        Modified in place: one row a neuron, layer after layer, the output last.
    """
    for start in range(0, points, CHUNK):
        size = min(CHUNK, points - start)
        below, below_at = inputs, start
        at = start
        for l in range(network.layers.shape[0]):
            layer = network.layers[l]
            units = layer[OUTPUTS]
            gemm(sums, FIRST, WIDTH, network.parameters, layer[KERNEL], NEIGHBOURS, layer[OUT_STRIDE], below, below_at, width,
                 units, layer[INPUTS], size, sums, FIRST, ZERO)  # fmt: skip
            for u in range(units):
                bias = splat(network.parameters[layer[BIAS_AT] + u])
                for i in range(u * CHUNK, u * CHUNK + size, 16):
                    store(sums, i, load(sums, i) + bias)
            if layer[ACTIVATION] == SOFTMAX:
                _softmax_columns(sums, units, size)
            else:
                numbers = network.numbers[l, ACTIVATION_NUMBERS:]
                for u in range(units):
                    activate(layer[ACTIVATION], (sums, sums, u * CHUNK, u * CHUNK + size, numbers))
            for u in range(units):
                for i in range(0, size, 16):
                    value = load(sums, u * CHUNK + i)
                    if layer[RESIDUAL] != 0:
                        value = value + load(below, below_at + u * width + i)
                    store(values, at + u * width + i, value)
            below, below_at = values, at
            at += units * width


@inner
def _softmax_columns(sums: Any, units: Any, size: Any) -> None:
    """Write the softmax over the units of every point.  Modified in place: sums."""
    for i in range(0, size, 16):
        top = load(sums, i)
        for u in range(1, units):
            top = maximum(top, load(sums, u * CHUNK + i))
        mass = splat(0)
        for u in range(units):
            e = exp(load(sums, u * CHUNK + i) - top)
            store(sums, u * CHUNK + i, e)
            mass = mass + e
        for u in range(units):
            store(sums, u * CHUNK + i, load(sums, u * CHUNK + i) / mass)


@kernel
def quantize(
    values: Any, width: Any, points: Any, factor: Any, offset: Any, rows: Any, pictures: Any
) -> None:
    """Map -1..1 to 1..255, with 128 for zero; beyond is cut off, NaN is 128.

    Parameters
    ----------
    values : float32 (rows * width,)
    factor, offset : float32 (rows,)
        A row's values are shown as ``factor * value + offset``.
    pictures : uint8 (rows, points)
        Modified in place.
    """
    for row in range(rows):
        a, b = factor[row] * np.float32(127), offset[row] * np.float32(127) + np.float32(128.5)
        for i in range(points):
            shown = values[row * width + i] * a + b
            if shown >= np.float32(255):
                pictures[row, i] = 255
            elif shown >= np.float32(1):
                pictures[row, i] = np.uint8(shown)
            else:
                pictures[row, i] = 1 if shown < np.float32(1) else 128
