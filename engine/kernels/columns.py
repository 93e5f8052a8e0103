"""The forward pass with the roles exchanged: a row is a neuron, and the lanes are points.

Nothing is padded for narrow layers, and each neuron's values come out in one piece.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.gemm import ACCUMULATE, FIRST, NEIGHBOURS, ZERO, gemm
from engine.kernels.jit import inlined, inner
from engine.kernels.layout import (
    ACTIVATION,
    ACTIVATION_NUMBERS,
    AUDIBLE,
    BATCH_NORMALIZATION,
    BIAS_AT,
    EPSILON,
    IDENTITY,
    INPUTS,
    KERNEL,
    NORMALIZATION,
    ON_LOG_PROBABILITY,
    ON_OUTPUT,
    OUT_STRIDE,
    OUTPUTS,
    PIECES,
    PROJECTED,
    PROJECTION,
    REAL,
    RESIDUAL,
    SCALE,
    SHIFT,
    SLOPE,
    SOFTMAX,
    STATISTICS,
    SUM_STRIDE,
    SUMS,
    TRAINED_SLOPE,
)
from engine.kernels.passes import activate
from engine.kernels.simd import exp, fma, load, log1p, maximum, splat, square_root, store, where

CHUNK = 512  # points that go through all layers together
WIDTH = np.int64(CHUNK)  # as in gemm: of NumPy's type


@inlined
def pass_columns(network: Any, inputs: Any, inputs_at: Any, width: Any, size: Any, sums: Any, values: Any, at: Any, on: Any) -> None:  # fmt: skip
    """Run up to CHUNK points through all layers, as in inference.

    Rows of ``inputs`` and ``values`` are ``width`` apart.  The output layer's row holds what a loss on
    ``on`` is a function of: the output, the logit or the log-probability.
    Modified in place: sums, values.
    """
    below, below_at = inputs, inputs_at
    last = network.layers.shape[0] - 1
    for l in range(last + 1):
        layer = network.layers[l]
        units = layer[OUTPUTS]
        gemm(sums, FIRST, WIDTH, network.parameters, layer[KERNEL], NEIGHBOURS, layer[SUM_STRIDE], below, below_at, width,
             layer[SUMS], layer[INPUTS], size, sums, FIRST, ZERO)  # fmt: skip
        for u in range(layer[SUMS]):
            bias = splat(network.parameters[layer[BIAS_AT] + u])
            for i in range(u * CHUNK, u * CHUNK + size, 16):
                store(sums, i, load(sums, i) + bias)
        if layer[NORMALIZATION] == BATCH_NORMALIZATION:
            _normalize_units(network, layer, sums, size)
        elif layer[NORMALIZATION] != 0:
            _normalize_points(network, layer, sums, size)
        if l < last or on == ON_OUTPUT:
            _activate_columns(network, layer, network.numbers[l, ACTIVATION_NUMBERS:], sums, size)
        elif on == ON_LOG_PROBABILITY:
            _log_softmax_columns(sums, units, size)
        if layer[RESIDUAL] == PROJECTED:
            gemm(sums, FIRST, WIDTH, network.parameters, layer[PROJECTION], NEIGHBOURS, layer[OUT_STRIDE], below, below_at,
                 width, units, layer[INPUTS], size, sums, FIRST, ACCUMULATE)  # fmt: skip
        for u in range(units):
            audible = network.masks[layer[AUDIBLE] + u]
            for i in range(0, size, 16):
                value = load(sums, u * CHUNK + i)
                if layer[RESIDUAL] == IDENTITY:
                    value = value + load(below, below_at + u * width + i)
                store(values, at + u * width + i, value * audible)
        below, below_at = values, at
        at += units * width


@inner
def _normalize_units(network: Any, layer: Any, sums: Any, size: Any) -> None:
    """Normalize with the running statistics of every sum.  Modified in place: sums."""
    parameters, statistics = network.parameters, network.statistics
    for u in range(layer[SUMS]):
        mean = statistics[layer[STATISTICS] + u]
        variance = np.float64(statistics[layer[STATISTICS] + layer[SUM_STRIDE] + u])
        factor = parameters[layer[SCALE] + u] * np.float32(1 / np.sqrt(variance + EPSILON))
        shift = parameters[layer[SHIFT] + u]
        for i in range(u * CHUNK, u * CHUNK + size, 16):
            store(sums, i, fma(load(sums, i) - mean, factor, splat(shift)))


@inner
def _normalize_points(network: Any, layer: Any, sums: Any, size: Any) -> None:
    """Normalize every point over the layer's sums.  Modified in place: sums."""
    count = layer[SUMS]
    share = np.float32(1 / (layer[OUTPUTS] * layer[PIECES]))
    for i in range(0, size, 16):
        mean = splat(0)
        for u in range(count):  # between two pieces there are sums of zero
            mean = mean + load(sums, u * CHUNK + i)
        mean = mean * share
        variance = splat(0)
        for u in range(count):
            distance = (load(sums, u * CHUNK + i) - mean) * network.masks[layer[REAL] + u]
            variance = fma(distance, distance, variance)
        deviation = 1 / square_root(variance * share + np.float32(EPSILON))
        for u in range(count):
            n = (load(sums, u * CHUNK + i) - mean) * deviation
            scale, shift = network.parameters[layer[SCALE] + u], network.parameters[layer[SHIFT] + u]
            store(sums, u * CHUNK + i, fma(n, scale, splat(shift)))


@inner
def _activate_columns(network: Any, layer: Any, numbers: Any, sums: Any, size: Any) -> None:
    """Write every unit's value into its first sum.  Modified in place: sums."""
    units = layer[OUTPUTS]
    if layer[ACTIVATION] == SOFTMAX:
        _softmax_columns(sums, units, size)
    elif layer[ACTIVATION] == TRAINED_SLOPE:
        for u in range(units):
            slope = network.parameters[layer[SLOPE] + u]
            for i in range(u * CHUNK, u * CHUNK + size, 16):
                z = load(sums, i)
                store(sums, i, where(z > 0, z, z * slope))
    elif layer[PIECES] > 1:
        for u in range(units):
            for piece in range(u + layer[OUT_STRIDE], layer[SUMS], layer[OUT_STRIDE]):
                for i in range(0, size, 16):
                    top = maximum(load(sums, u * CHUNK + i), load(sums, piece * CHUNK + i))
                    store(sums, u * CHUNK + i, top)
    else:
        for u in range(units):
            activate(layer[ACTIVATION], (sums, u * CHUNK, sums, u * CHUNK, size, numbers))


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


@inner
def _log_softmax_columns(sums: Any, units: Any, size: Any) -> None:
    """Write the logarithm of the softmax of every point, by log-sum-exp.  Modified in place: sums."""
    for i in range(0, size, 16):
        top = load(sums, i)
        for u in range(1, units):
            top = maximum(top, load(sums, u * CHUNK + i))
        mass = splat(0)
        for u in range(units):
            mass = mass + exp(load(sums, u * CHUNK + i) - top)
        shift = top + log1p(mass - 1)  # the largest of the terms is 1
        for u in range(units):
            store(sums, u * CHUNK + i, load(sums, u * CHUNK + i) - shift)
