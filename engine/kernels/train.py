"""The training kernel: as many batches as asked for, without coming back to Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.denormals import flush_denormals, restore_denormals
from engine.kernels.jit import inlined, inner, kernel
from engine.kernels.layout import (
    BATCH,
    EPOCH,
    FIRST_EPOCH,
    HOLD,
    IN_STRIDE,
    INPUTS,
    KERNEL,
    LEARNING_RATE,
    LOSS_ON,
    LOSS_SCALE,
    NOISE,
    OF_BATCH,
    OF_EPOCH,
    OUT_STRIDE,
    OUTPUTS,
    POSITION,
    PROJECTED,
    PROJECTION,
    PROJECTION_TRANSPOSED,
    PULL,
    RESIDUAL,
    ROWS,
    RULE,
    SHUFFLE,
    SUM_STRIDE,
    SUMMED,
    SUMMED_WEIGHT,
    SUMS,
    TRAINING,
    TRANSPOSED,
)
from engine.kernels.objective import loss
from engine.kernels.passes import backward, forward, gather
from engine.kernels.random import normal, shuffle
from engine.kernels.step import clip, mask_frozen, pull_weights, take_step
from engine.kernels.transpose import transpose


@inner
def refresh_transposed(layers: Any, parameters: Any, transposed: Any) -> None:
    """Bring ``transposed`` up to date with the parameters.  Modified in place: transposed."""
    for l in range(1, layers.shape[0]):
        layer = layers[l]
        transpose(parameters, layer[KERNEL], layer[SUM_STRIDE], layer[INPUTS], layer[SUMS],
                  transposed, layer[TRANSPOSED], layer[IN_STRIDE])  # fmt: skip
        if layer[RESIDUAL] == PROJECTED:
            transpose(parameters, layer[PROJECTION], layer[OUT_STRIDE], layer[INPUTS], layer[OUTPUTS],
                      transposed, layer[PROJECTION_TRANSPOSED], layer[IN_STRIDE])  # fmt: skip


@inlined
def _batch_gradient(network: Any, work: Any, learning: Any, features: Any, targets: Any, size: Any) -> Any:
    """Compute the gradient of the mean loss of the next ``size`` rows; return their summed loss and weight.

    Modified in place: work, learning.gradient, the states of dropout and noise, network.statistics.
    """
    first = network.layers[0]
    width, in_stride = first[INPUTS], first[IN_STRIDE]
    position, order, weights = learning.counters[POSITION], learning.order, learning.weights
    weight = np.float64(size)
    if weights.size > 0:
        weight = np.float64(0)
        for b in range(position, position + size):
            weight += weights[order[b]]
    scale = learning.scalars[LOSS_SCALE] / weight
    summed = 0.0
    for done in range(0, size, learning.codes[ROWS]):
        rows = min(learning.codes[ROWS], size - done)
        gather(features, width, order, position + done, rows, work.outputs, in_stride)
        if learning.scalars[NOISE] > 0:
            for b in range(rows):
                for j in range(width):
                    noise = learning.scalars[NOISE] * normal(learning.noise_state)
                    work.outputs[b * in_stride + j] += np.float32(noise)
        forward(network, work, rows, learning.dropout_state, TRAINING)
        summed += loss(network, work, learning, rows, targets, order, weights, position + done, scale)
        backward(network, work, rows, learning.gradient, learning.codes[LOSS_ON], done > 0)
    return summed, weight


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
        The number of steps taken; fewer than ``batches`` only where the loss left the finite numbers.  With
        the rule HOLD none: the gradient and the loss of the next batch are left in ``learning``.
    """
    state = flush_denormals()
    counters, codes, scalars, losses = learning.counters, learning.codes, learning.scalars, learning.losses
    count, taken = learning.order.size, 0
    refresh_transposed(network.layers, network.parameters, network.transposed)
    while taken < batches:
        if counters[POSITION] == 0 and codes[SHUFFLE] != 0 and codes[RULE] != HOLD:
            shuffle(learning.order, learning.order_state)
        size = min(counters[BATCH], count - counters[POSITION])
        summed, weight = _batch_gradient(network, work, learning, features, targets, size)
        losses[OF_BATCH] = scalars[LOSS_SCALE] * summed / weight
        if not np.isfinite(summed):
            break
        mask_frozen(learning.gradient, learning.trained)
        if codes[RULE] != HOLD:
            clip(learning.gradient, scalars)
        if scalars[PULL] > 0:
            pull_weights(network.layers, network.parameters, learning.gradient, scalars[PULL])
            mask_frozen(learning.gradient, learning.trained)
        if codes[RULE] == HOLD:
            break
        learning.hyper[0] = scalars[LEARNING_RATE] * learning.factors[counters[EPOCH] - codes[FIRST_EPOCH]]
        take_step(network, learning)
        refresh_transposed(network.layers, network.parameters, network.transposed)
        taken += 1
        losses[SUMMED] += scalars[LOSS_SCALE] * summed
        losses[SUMMED_WEIGHT] += weight
        counters[POSITION] += size
        if counters[POSITION] == count:
            counters[POSITION] = 0
            counters[EPOCH] += 1
            losses[OF_EPOCH] = losses[SUMMED] / losses[SUMMED_WEIGHT]
            losses[SUMMED] = losses[SUMMED_WEIGHT] = 0.0
    restore_denormals(state)
    return taken
