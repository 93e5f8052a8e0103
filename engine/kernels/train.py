"""The training kernel: as many batches as asked for, without coming back to Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.dispatch import Family
from engine.kernels.jit import inner, kernel
from engine.kernels.layout import (
    BATCH,
    BLOCK,
    CLIP,
    EPOCH,
    IN_STRIDE,
    INPUTS,
    KERNEL,
    LOSS,
    LOSS_ON,
    LOSS_SCALE,
    OUT_STRIDE,
    OUTPUTS,
    PENALTY,
    PENALTY_RATE,
    POSITION,
    RULE,
    SHUFFLE,
    STEP,
    TRANSPOSED,
)
from engine.kernels.passes import backward, forward, gather, loss
from engine.kernels.random import shuffle
from engine.kernels.simd import load, store, total
from engine.kernels.transpose import transpose


def _no_update(parameters: Any, gradient: Any, slots: Any, hyper: Any, step: Any) -> None:
    for i in range(parameters.size):
        parameters[i] = np.nan


def _no_penalty(parameters: Any, gradient: Any, start: Any, stop: Any, rate: Any) -> None:
    for i in range(start, stop):
        gradient[i] = np.nan


UPDATES = Family(_no_update)  # one optimizer step over all parameters
PULLS = Family(_no_penalty)  # gradient[start:stop] += pull of the weights
SHRINKS = Family(_no_penalty)  # the proximal step of the weights

update = UPDATES.call
pull = PULLS.call
shrink = SHRINKS.call


@inner
def refresh_transposed(network: Any) -> None:
    """Bring ``network.transposed`` up to date with the parameters.  Modified in place: network.transposed."""
    for l in range(1, network.layers.shape[0]):
        layer = network.layers[l]
        transpose(network.parameters, layer[KERNEL], layer[OUT_STRIDE], layer[INPUTS], layer[OUTPUTS],
                  network.transposed, layer[TRANSPOSED], layer[IN_STRIDE])  # fmt: skip


@inner
def _clip(gradient: Any, limit: Any) -> None:
    """Scale the gradient down to a norm of ``limit`` (Pascanu et al., 2013).  Modified in place: gradient."""
    square = 0.0
    for i in range(0, gradient.size, 16):
        g = load(gradient, i)
        square += np.float64(total(g * g))
    norm = np.sqrt(square)
    if norm > limit:
        factor = limit / norm
        for i in range(0, gradient.size, 16):
            store(gradient, i, load(gradient, i) * factor)


@kernel
def train(network: Any, work: Any, learning: Any, features: Any, targets: Any, batches: Any) -> Any:
    """Take so many steps from where the counters stand; stop at a batch whose loss is not finite.

    Parameters
    ----------
    network, work, learning : Network, Workspace, Learning
        See ``layout``.  Modified in place: everything but the layer table and the settings.
    features : float32 (rows * features + 16,)
    targets : float32 (rows * out_stride of the last layer,)
    batches : int

    Returns
    -------
    int
        The number of steps taken; fewer than ``batches`` only where the loss left the finite numbers.
    """
    counters, codes, scalars = learning.counters, learning.codes, learning.scalars
    first = network.layers[0]
    width, in_stride = first[INPUTS], first[IN_STRIDE]
    count = learning.order.size
    value = learning.loss
    refresh_transposed(network)
    for taken in range(batches):
        if counters[POSITION] == 0 and codes[SHUFFLE] != 0:
            shuffle(learning.order, learning.order_state)
        position = counters[POSITION]
        size = min(counters[BATCH], count - position)
        scale = scalars[LOSS_SCALE] / size
        summed = 0.0
        for done in range(0, size, BLOCK):
            rows = min(BLOCK, size - done)
            gather(features, width, learning.order, position + done, rows, work.outputs, in_stride)
            forward(network, work, rows, learning.dropout_state, True)
            summed += loss(network, work, rows, targets, learning.order, position + done,
                           codes[LOSS], codes[LOSS_ON], scale, value)  # fmt: skip
            backward(network, work, rows, learning.gradient, codes[LOSS_ON], done > 0)
        if not np.isfinite(summed):
            return taken
        for l in range(network.layers.shape[0]):
            if codes[PENALTY] != 0:
                layer = network.layers[l]
                stop = layer[KERNEL] + layer[INPUTS] * layer[OUT_STRIDE]
                pull(
                    codes[PENALTY],
                    (network.parameters, learning.gradient, layer[KERNEL], stop, scalars[PENALTY_RATE]),
                )
        if scalars[CLIP] > 0:
            _clip(learning.gradient, scalars[CLIP])
        counters[STEP] += 1
        step = np.float64(counters[STEP])
        update(codes[RULE], (network.parameters, learning.gradient, learning.slots, learning.hyper, step))
        if codes[PENALTY] != 0:
            distance = (
                scalars[PENALTY_RATE] * learning.hyper[0]
            )  # every optimizer's first number is its learning rate
            for l in range(network.layers.shape[0]):
                layer = network.layers[l]
                stop = layer[KERNEL] + layer[INPUTS] * layer[OUT_STRIDE]
                shrink(codes[PENALTY], (network.parameters, learning.gradient, layer[KERNEL], stop, distance))
        refresh_transposed(network)
        counters[POSITION] = position + size
        if counters[POSITION] == count:
            counters[POSITION] = 0
            counters[EPOCH] += 1
    return batches
