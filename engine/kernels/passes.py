"""The passes of one block of rows: forward and backward; each layer one product and one formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.dispatch import Family, Scope
from engine.kernels.gemm import ACCUMULATE, BIAS, FIRST, NEIGHBOURS, ZERO, gemm
from engine.kernels.jit import inlined, inner, merged
from engine.kernels.layout import (
    ACTIVATION,
    ACTIVATION_NUMBERS,
    AUDIBLE,
    BIAS_AT,
    DROPOUT,
    IN_AT,
    IN_LANES,
    IN_STRIDE,
    INPUTS,
    KERNEL,
    MUTED,
    NORMALIZATION,
    ON_OUTPUT,
    OUT_AT,
    OUT_LANES,
    OUT_STRIDE,
    OUTPUTS,
    PIECES,
    PROJECTED,
    PROJECTION,
    PROJECTION_TRANSPOSED,
    REAL,
    RESIDUAL,
    SLOPE,
    SOFTMAX,
    SUM_AT,
    SUM_LANES,
    SUM_STRIDE,
    SUMS,
    TRAINED_SLOPE,
    TRAINING,
    TRANSPOSED,
)
from engine.kernels.normalize import normalize, normalize_back
from engine.kernels.random import uniform
from engine.kernels.simd import exp, fma, largest, load, maximum, splat, store, total, where

PACKED: Any = np.int64(16)  # columns that weight_gradient copies together; as in gemm, of NumPy's type


def _no_activation(scope: Scope, sums: Any, sums_at: Any, values: Any, at: Any, size: Any, numbers: Any) -> None:  # fmt: skip
    with scope.lanes(0, size) as i:
        scope.store(values, at + i, np.nan)


def _no_slope(scope: Scope, sums: Any, sums_at: Any, values: Any, deltas: Any, at: Any, size: Any, numbers: Any) -> None:  # fmt: skip
    with scope.lanes(0, size) as i:
        scope.store(deltas, at + i, np.nan)


ACTIVATIONS = Family(_no_activation)  # values[at:at + size] = f(sums[sums_at:sums_at + size])
SLOPES = Family(_no_slope)  # deltas[at:at + size] *= f'

activate = ACTIVATIONS.call
multiply_slope = SLOPES.call


@inner
def gather(source: Any, width: Any, order: Any, first: Any, rows: Any, target: Any, stride: Any) -> None:
    """Copy rows ``order[first:first + rows]`` of a flat matrix into rows of ``stride``.

    Whole vectors are copied: what follows a row in ``source`` (which ends with a vector to spare) lands
    in the padding, which nothing reads.  Modified in place: target.
    """
    for b in range(rows):
        row, into = order[first + b] * width, b * stride
        for j in range(0, width, 16):
            store(target, into + j, load(source, row + j))


@inner
def softmax_row(z: Any, z_at: Any, y: Any, at: Any, masks: Any, real: Any, width: Any) -> Any:
    """Write the softmax of a padded row; padding becomes 0.  Modified in place: y.

    Returns the largest logit, and the sum of the exponentials of the others' distances from it.
    """
    top = np.float32(-np.inf)
    for i in range(0, width, 16):
        top = max(top, largest(where(load(masks, real + i) > 0, load(z, z_at + i), splat(-np.inf))))
    mass = np.float32(0)
    for i in range(0, width, 16):
        e = where(load(masks, real + i) > 0, exp(load(z, z_at + i) - top), splat(0))
        store(y, at + i, e)
        mass += total(e)
    for i in range(0, width, 16):
        store(y, at + i, load(y, at + i) / mass)
    return top, mass


@inlined
def forward(network: Any, work: Any, rows: Any, dropout_state: Any, mode: Any) -> None:
    """Run a block of rows through all layers.

    The rows of the first layer's input are already in ``work.outputs``.  Dropout and the statistics of a
    batch act only in training.
    Modified in place: all of work but the deltas, dropout_state, in training network.statistics.
    """
    for l in range(network.layers.shape[0]):
        layer = network.layers[l]
        sums, at, into = layer[SUM_STRIDE], layer[OUT_AT], layer[IN_AT]
        gemm(work.sums, layer[SUM_AT], sums, work.outputs, into, layer[IN_STRIDE], NEIGHBOURS, network.parameters,
             layer[KERNEL], sums, rows, layer[INPUTS], layer[SUM_LANES], network.parameters, layer[BIAS_AT], BIAS)  # fmt: skip
        if layer[NORMALIZATION] != 0:
            normalize(network, work, layer, rows, mode)
        drops = mode == TRAINING and network.numbers[l, DROPOUT] > 0
        special = drops or layer[RESIDUAL] != 0 or layer[MUTED] != 0
        values = work.values if special else work.outputs
        if layer[ACTIVATION] >= 0 and layer[PIECES] == 1:
            numbers = network.numbers[l, ACTIVATION_NUMBERS:]
            size = rows * sums
            activate(layer[ACTIVATION], (work.sums, layer[SUM_AT], values, at, size, numbers))
        else:
            _activate_rows(network, work, layer, rows, values)
        if special:
            _finish(network, work, layer, rows, drops, network.numbers[l, DROPOUT], dropout_state)


@inner
def _activate_rows(network: Any, work: Any, layer: Any, rows: Any, values: Any) -> None:
    """Write the values of units that are no function of one sum alone.  Modified in place: values."""
    width, sums = layer[OUT_STRIDE], layer[SUM_STRIDE]
    for b in range(rows):
        z_at, at = layer[SUM_AT] + b * sums, layer[OUT_AT] + b * width
        if layer[ACTIVATION] == SOFTMAX:
            softmax_row(work.sums, z_at, values, at, network.masks, layer[REAL], width)
        elif layer[ACTIVATION] == TRAINED_SLOPE:
            for i in range(0, width, 16):
                z = load(work.sums, z_at + i)
                store(values, at + i, where(z > 0, z, z * load(network.parameters, layer[SLOPE] + i)))
        elif layer[PIECES] == 1:  # an unknown code
            for i in range(0, width, 16):
                store(values, at + i, splat(np.nan))
        else:
            for i in range(0, width, 16):
                top = load(work.sums, z_at + i)
                for piece in range(width, sums, width):
                    top = maximum(top, load(work.sums, z_at + piece + i))
                store(values, at + i, top)


@inner
def _finish(
    network: Any, work: Any, layer: Any, rows: Any, drops: Any, rate: Any, dropout_state: Any
) -> None:
    """Write ``outputs = (values * dropped + input) * audible`` of a layer with one of the three."""
    width, at = layer[OUT_STRIDE], layer[OUT_AT]
    stop = at + rows * width
    if drops:
        kept = np.float32(1 / (1 - rate))
        for i in range(at, stop):
            work.dropped[i] = kept if uniform(dropout_state) >= rate else np.float32(0)
            work.outputs[i] = work.values[i] * work.dropped[i]
    else:
        for i in range(at, stop, 16):
            store(work.outputs, i, load(work.values, i))
    if layer[RESIDUAL] == PROJECTED:
        gemm(work.outputs, at, width, work.outputs, layer[IN_AT], layer[IN_STRIDE], NEIGHBOURS, network.parameters,
             layer[PROJECTION], width, rows, layer[INPUTS], layer[OUT_LANES], network.parameters, FIRST, ACCUMULATE)  # fmt: skip
    elif layer[RESIDUAL] != 0:  # equal widths, so equal strides
        shift = layer[IN_AT] - at
        for i in range(at, stop, 16):
            store(work.outputs, i, load(work.outputs, i) + load(work.outputs, i + shift))
    if layer[MUTED] != 0:
        _mute(network, layer, rows, work.outputs)


@inner
def _mute(network: Any, layer: Any, rows: Any, units: Any) -> None:
    """Set the muted units' numbers to zero.  Modified in place: units."""
    width, at = layer[OUT_STRIDE], layer[OUT_AT]
    for i in range(0, width, 16):
        audible = load(network.masks, layer[AUDIBLE] + i)
        for j in range(at + i, at + i + rows * width, width):
            store(units, j, load(units, j) * audible)


@inner
def _add_product(work: Any, layer: Any, rows: Any, deltas: Any, at: Any, width: Any, lanes: Any,
                 gradient: Any, target: Any, start: Any) -> None:  # fmt: skip
    """Write or add ``inputsᵀ deltas`` of one layer, the gradient of its kernel or projection.

    With many inputs the rows lie on more pages than the processor keeps at hand, so 16 columns at a time
    are first copied together.  Modified in place: gradient, work.packed.
    """
    inputs, into, in_width = layer[INPUTS], layer[IN_AT], layer[IN_STRIDE]
    if inputs <= 64:
        gemm(gradient, target, width, work.outputs, into, NEIGHBOURS, in_width, deltas, at, width,
             inputs, rows, lanes, gradient, FIRST, start)  # fmt: skip
        return
    for i in range(0, inputs, PACKED):
        for b in range(rows):
            store(work.packed, b * PACKED, load(work.outputs, into + b * in_width + i))
        gemm(gradient, target + i * width, width, work.packed, FIRST, NEIGHBOURS, PACKED, deltas, at, width,
             min(PACKED, inputs - i), rows, lanes, gradient, FIRST, start)  # fmt: skip


@merged
def backward(network: Any, work: Any, rows: Any, gradient: Any, on: Any, accumulate: Any) -> None:
    """Carry the output's deltas back, and write or add every parameter's gradient.

    Modified in place: work.deltas, work.sum_deltas, work.carried, work.packed, gradient.
    """
    last = network.layers.shape[0] - 1
    start = ACCUMULATE if accumulate else ZERO
    for l in range(last, -1, -1):
        layer = network.layers[l]
        width, sums, at, into, in_width = layer[OUT_STRIDE], layer[SUM_STRIDE], layer[OUT_AT], layer[IN_AT], layer[IN_STRIDE]  # fmt: skip
        stop = at + rows * width
        drops = network.numbers[l, DROPOUT] > 0
        residual = layer[RESIDUAL]
        if layer[MUTED] != 0:
            _mute(network, layer, rows, work.deltas)
        if residual != 0:
            for i in range(at, stop, 16):
                store(work.carried, i - at, load(work.deltas, i))
        if drops:
            for i in range(at, stop, 16):
                store(work.deltas, i, load(work.deltas, i) * load(work.dropped, i))
        single = layer[PIECES] == 1
        deltas = work.deltas if single else work.sum_deltas  # from here on of the sums
        z_at = at if single else layer[SUM_AT]
        if l < last or on == ON_OUTPUT:
            special = drops or residual != 0 or layer[MUTED] != 0
            values = work.values if special else work.outputs
            if layer[ACTIVATION] >= 0 and single:
                numbers = network.numbers[l, ACTIVATION_NUMBERS:]
                size = rows * width
                multiply_slope(layer[ACTIVATION], (work.sums, layer[SUM_AT], values, deltas, at, size, numbers))  # fmt: skip
            else:
                _rows_slope(network, work, layer, rows, values, gradient, accumulate)
        if layer[NORMALIZATION] != 0:
            normalize_back(network, work, layer, rows, deltas, z_at, gradient, accumulate)
        if l > 0:
            gemm(work.deltas, into, in_width, deltas, z_at, sums, NEIGHBOURS, network.transposed, layer[TRANSPOSED], in_width,
                 rows, layer[SUMS], layer[IN_LANES], network.parameters, FIRST, ZERO)  # fmt: skip
            if residual == PROJECTED:
                gemm(work.deltas, into, in_width, work.carried, FIRST, width, NEIGHBOURS, network.transposed,
                     layer[PROJECTION_TRANSPOSED], in_width, rows, layer[OUTPUTS], layer[IN_LANES], network.parameters,
                     FIRST, ACCUMULATE)  # fmt: skip
            elif residual != 0:
                for i in range(0, rows * width, 16):
                    store(work.deltas, into + i, load(work.deltas, into + i) + load(work.carried, i))
        _add_product(work, layer, rows, deltas, z_at, sums, layer[SUM_LANES], gradient, layer[KERNEL], start)
        if residual == PROJECTED:
            _add_product(work, layer, rows, work.carried, FIRST, width, layer[OUT_LANES], gradient, layer[PROJECTION], start)  # fmt: skip
        bias = layer[BIAS_AT]
        for i in range(0, sums, 16):
            g = load(gradient, bias + i) if accumulate else splat(0)
            for b in range(rows):
                g = g + load(deltas, z_at + b * sums + i)
            store(gradient, bias + i, g)


@inner
def _rows_slope(network: Any, work: Any, layer: Any, rows: Any, values: Any, gradient: Any, accumulate: Any) -> None:  # fmt: skip
    """Turn dL/da into dL/dz for the activations of ``_activate_rows``.

    Modified in place: work.deltas, work.sum_deltas, and the gradient of a trained slope.
    """
    width, sums, at, z_at = layer[OUT_STRIDE], layer[SUM_STRIDE], layer[OUT_AT], layer[SUM_AT]
    if layer[ACTIVATION] == SOFTMAX:
        for row in range(at, at + rows * width, width):
            _softmax_slope(values, work.deltas, row, width)
    elif layer[ACTIVATION] == TRAINED_SLOPE:
        for i in range(0, width, 16):
            slope = load(network.parameters, layer[SLOPE] + i)
            g = load(gradient, layer[SLOPE] + i) if accumulate else splat(0)
            for b in range(0, rows * width, width):
                z, delta = load(work.sums, z_at + b + i), load(work.deltas, at + b + i)
                g = fma(delta, where(z > 0, splat(0), z), g)
                store(work.deltas, at + b + i, where(z > 0, delta, delta * slope))
            store(gradient, layer[SLOPE] + i, g)
    elif layer[PIECES] == 1:  # an unknown code
        for i in range(at, at + rows * width, 16):
            store(work.deltas, i, splat(np.nan))
    else:
        for b in range(rows):
            for i in range(0, width, 16):
                delta = load(work.deltas, at + b * width + i)
                top = load(values, at + b * width + i)
                for piece in range(0, sums, width):  # to the first of the largest
                    j = z_at + b * sums + piece + i
                    won = load(work.sums, j) == top
                    store(work.sum_deltas, j, where(won, delta, splat(0)))
                    delta = where(won, splat(0), delta)


@inner
def _softmax_slope(y: Any, deltas: Any, row: Any, width: Any) -> None:
    """Turn dL/dp of a row into dL/dz: ``p (g - sum(g p))``.  Modified in place: deltas."""
    mean = np.float32(0)
    for i in range(0, width, 16):
        mean += total(load(deltas, row + i) * load(y, row + i))
    for i in range(0, width, 16):
        store(deltas, row + i, load(y, row + i) * (load(deltas, row + i) - mean))
