"""The passes of one block of rows: forward, loss, backward; each layer one product and one formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.dispatch import Family
from engine.kernels.gemm import ACCUMULATE, BIAS, FIRST, NEIGHBOURS, ZERO, gemm
from engine.kernels.jit import inner
from engine.kernels.layout import (
    ACTIVATION,
    ACTIVATION_NUMBERS,
    BIAS_AT,
    DROPOUT,
    IN_AT,
    IN_LANES,
    IN_STRIDE,
    INPUTS,
    KERNEL,
    ON_LOG_PROBABILITY,
    ON_LOGIT,
    OUT_AT,
    OUT_LANES,
    OUT_STRIDE,
    OUTPUTS,
    RESIDUAL,
    SOFTMAX,
    TRANSPOSED,
)
from engine.kernels.random import uniform
from engine.kernels.simd import exp, largest, load, splat, store, total, where

PACKED: Any = np.int64(16)  # columns that weight_gradient copies together; as in gemm, of NumPy's type


def _no_activation(sums: Any, values: Any, start: Any, stop: Any, numbers: Any) -> None:
    for i in range(start, stop):
        values[i] = np.nan


def _no_slope(sums: Any, values: Any, deltas: Any, start: Any, stop: Any, numbers: Any) -> None:
    for i in range(start, stop):
        deltas[i] = np.nan


def _no_loss(
    y: Any,
    at: Any,
    rows: Any,
    width: Any,
    targets: Any,
    order: Any,
    first: Any,
    deltas: Any,
    mask: Any,
    scale: Any,
    value: Any,
) -> None:
    value[0] = np.nan


ACTIVATIONS = Family(_no_activation)  # values[start:stop] = f(sums[start:stop])
SLOPES = Family(_no_slope)  # deltas[start:stop] *= f'
LOSSES = Family(_no_loss)  # value[0] += loss of the rows, deltas = slope * scale

activate = ACTIVATIONS.call
multiply_slope = SLOPES.call
rows_loss = LOSSES.call


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
def softmax_row(z: Any, at: Any, y: Any, mask: Any, width: Any) -> None:
    """Write the softmax of a padded row; padding becomes 0.  Modified in place: y."""
    top = np.float32(-np.inf)
    for i in range(0, width, 16):
        top = max(top, largest(where(load(mask, i) > 0, load(z, at + i), splat(-np.inf))))
    mass = np.float32(0)
    for i in range(0, width, 16):
        e = where(load(mask, i) > 0, exp(load(z, at + i) - top), splat(0))
        store(y, at + i, e)
        mass += total(e)
    for i in range(0, width, 16):
        store(y, at + i, load(y, at + i) / mass)


@inner
def log_softmax_row(z: Any, at: Any, y: Any, log_p: Any, mask: Any, width: Any) -> None:
    """Write softmax and its logarithm, by log-sum-exp; padding of log_p becomes 0.  Modified in place: y, log_p."""
    top = np.float32(-np.inf)
    for i in range(0, width, 16):
        top = max(top, largest(where(load(mask, i) > 0, load(z, at + i), splat(-np.inf))))
    mass = np.float32(0)
    for i in range(0, width, 16):
        e = where(load(mask, i) > 0, exp(load(z, at + i) - top), splat(0))
        store(y, at + i, e)
        mass += total(e)
    logarithm = np.float32(np.log(np.float64(mass))) + top
    for i in range(0, width, 16):
        store(y, at + i, load(y, at + i) / mass)
        store(log_p, at + i, where(load(mask, i) > 0, load(z, at + i) - logarithm, splat(0)))


@inner
def forward(network: Any, work: Any, rows: Any, dropout_state: Any, training: Any) -> None:
    """Run a block of rows through all layers.

    The rows of the first layer's input are already in ``work.outputs``.  Dropout acts only in training.
    Modified in place: work.sums, work.values, work.outputs, work.masks, dropout_state.
    """
    for l in range(network.layers.shape[0]):
        layer = network.layers[l]
        width, at, into = layer[OUT_STRIDE], layer[OUT_AT], layer[IN_AT]
        gemm(work.sums, at, width, work.outputs, into, layer[IN_STRIDE], NEIGHBOURS, network.parameters, layer[KERNEL], width,
             rows, layer[INPUTS], layer[OUT_LANES], network.parameters, layer[BIAS_AT], BIAS)  # fmt: skip
        stop = at + rows * width
        drops = training and network.numbers[l, DROPOUT] > 0
        special = drops or layer[RESIDUAL] != 0
        values = work.values if special else work.outputs
        if layer[ACTIVATION] == SOFTMAX:
            for row in range(at, stop, width):
                softmax_row(work.sums, row, values, network.output_mask, width)
        else:
            numbers = network.numbers[l, ACTIVATION_NUMBERS:]
            activate(layer[ACTIVATION], (work.sums, values, at, stop, numbers))
        if special:
            _finish(work, layer, at, stop, drops, network.numbers[l, DROPOUT], dropout_state)


@inner
def _finish(work: Any, layer: Any, at: Any, stop: Any, drops: Any, rate: Any, dropout_state: Any) -> None:
    """Write ``outputs = values * mask (+ input)`` of a layer with dropout or a residual connection."""
    if drops:
        kept = np.float32(1 / (1 - rate))
        for i in range(at, stop):
            work.masks[i] = kept if uniform(dropout_state) >= rate else np.float32(0)
            work.outputs[i] = work.values[i] * work.masks[i]
    else:
        for i in range(at, stop, 16):
            store(work.outputs, i, load(work.values, i))
    if layer[RESIDUAL] != 0:  # equal widths, so equal strides
        shift = layer[IN_AT] - at
        for i in range(at, stop, 16):
            store(work.outputs, i, load(work.outputs, i) + load(work.outputs, i + shift))


@inner
def loss(
    network: Any,
    work: Any,
    rows: Any,
    targets: Any,
    order: Any,
    first: Any,
    code: Any,
    on: Any,
    scale: Any,
    value: Any,
) -> Any:
    """Return the summed loss of a block, and set the output layer's deltas to ``scale`` times its slope.

    Row b's targets are row ``order[first + b]`` of ``targets``.  The deltas are dL/dz where the loss is
    a function of logits or log-probabilities, else dL/da.  Modified in place: work.deltas, value
    (float64 (1,), scratch), and with log-probabilities work.outputs and work.values.
    """
    layer = network.layers[network.layers.shape[0] - 1]
    width, at = layer[OUT_STRIDE], layer[OUT_AT]
    mask = network.output_mask
    value[0] = 0.0
    given = work.sums if on == ON_LOGIT else work.outputs
    if on == ON_LOG_PROBABILITY:
        given = work.values
        for row in range(at, at + rows * width, width):
            log_softmax_row(work.sums, row, work.outputs, given, mask, width)
    rows_loss(code, (given, at, rows, width, targets, order, first, work.deltas, mask, scale, value))
    if on == ON_LOG_PROBABILITY:
        for row in range(at, at + rows * width, width):
            mass = np.float32(0)
            for i in range(0, width, 16):
                mass += total(load(work.deltas, row + i))
            for i in range(0, width, 16):  # the derivative of log-softmax
                store(work.deltas, row + i, load(work.deltas, row + i) - load(work.outputs, row + i) * mass)
    return value[0]


@inner
def weight_gradient(work: Any, layer: Any, rows: Any, gradient: Any, start: Any) -> None:
    """Write or add ``dL/dkernel = inputsᵀ deltas`` of one layer.

    With many inputs the rows lie on more pages than the processor keeps at hand, so 16 columns at a time
    are first copied together.  Modified in place: gradient, work.packed.
    """
    inputs, width, in_width = layer[INPUTS], layer[OUT_STRIDE], layer[IN_STRIDE]
    kernel, at, into = layer[KERNEL], layer[OUT_AT], layer[IN_AT]
    if inputs <= 64:
        gemm(gradient, kernel, width, work.outputs, into, NEIGHBOURS, in_width, work.deltas, at, width,
             inputs, rows, layer[OUT_LANES], gradient, FIRST, start)  # fmt: skip
        return
    for i in range(0, inputs, PACKED):
        for b in range(rows):
            store(work.packed, b * PACKED, load(work.outputs, into + b * in_width + i))
        gemm(gradient, kernel + i * width, width, work.packed, FIRST, NEIGHBOURS, PACKED, work.deltas, at, width,
             min(PACKED, inputs - i), rows, layer[OUT_LANES], gradient, FIRST, start)  # fmt: skip


@inner
def backward(network: Any, work: Any, rows: Any, gradient: Any, on: Any, accumulate: Any) -> None:
    """Carry the output's deltas back, and write or add every parameter's gradient.

    Modified in place: work.deltas, work.carried, work.packed, gradient.
    """
    last = network.layers.shape[0] - 1
    start = ACCUMULATE if accumulate else ZERO
    for l in range(last, -1, -1):
        layer = network.layers[l]
        width, at, into, in_width = layer[OUT_STRIDE], layer[OUT_AT], layer[IN_AT], layer[IN_STRIDE]
        stop = at + rows * width
        drops = network.numbers[l, DROPOUT] > 0
        residual = layer[RESIDUAL] != 0
        if residual:
            for i in range(at, stop, 16):
                store(work.carried, i - at, load(work.deltas, i))
        if drops:
            for i in range(at, stop, 16):
                store(work.deltas, i, load(work.deltas, i) * load(work.masks, i))
        if l < last or (on != ON_LOGIT and on != ON_LOG_PROBABILITY):
            values = work.values if drops or residual else work.outputs
            if layer[ACTIVATION] == SOFTMAX:
                for row in range(at, stop, width):
                    _softmax_slope(values, work.deltas, row, width)
            else:
                numbers = network.numbers[l, ACTIVATION_NUMBERS:]
                multiply_slope(layer[ACTIVATION], (work.sums, values, work.deltas, at, stop, numbers))
        if l > 0:
            gemm(work.deltas, into, in_width, work.deltas, at, width, NEIGHBOURS, network.transposed, layer[TRANSPOSED], in_width,
                 rows, layer[OUTPUTS], layer[IN_LANES], network.parameters, FIRST, ZERO)  # fmt: skip
            if residual:
                for i in range(0, rows * width, 16):
                    store(work.deltas, into + i, load(work.deltas, into + i) + load(work.carried, i))
        weight_gradient(work, layer, rows, gradient, start)
        bias = layer[BIAS_AT]
        for i in range(0, width, 16):
            g = load(gradient, bias + i) if accumulate else splat(0)
            for b in range(rows):
                g = g + load(work.deltas, at + b * width + i)
            store(gradient, bias + i, g)


@inner
def _softmax_slope(y: Any, deltas: Any, row: Any, width: Any) -> None:
    """Turn dL/dp of a row into dL/dz: ``p (g - sum(g p))``.  Modified in place: deltas."""
    mean = np.float32(0)
    for i in range(0, width, 16):
        mean += total(load(deltas, row + i) * load(y, row + i))
    for i in range(0, width, 16):
        store(deltas, row + i, load(y, row + i) * (load(deltas, row + i) - mean))
