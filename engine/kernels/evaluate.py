"""Outputs and loss of many rows at the present parameters, as in inference."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.denormals import flush_denormals, restore_denormals
from engine.kernels.jit import kernel
from engine.kernels.layout import BLOCK, IN_STRIDE, INFERENCE, INPUTS, LOSS_SCALE, OUT_AT, OUT_STRIDE, OUTPUTS
from engine.kernels.objective import loss
from engine.kernels.passes import forward, gather


@kernel
def evaluate(
    network: Any,
    work: Any,
    learning: Any,
    features: Any,
    targets: Any,
    order: Any,
    weights: Any,
    predictions: Any,
) -> Any:
    """Run rows through the network and return their mean loss.

    Parameters
    ----------
    network, work, learning : Network, Workspace, Learning
        Of ``learning`` only the loss is read.  Modified in place: work.
    features : float32 (rows * inputs + 16,)
    targets : float32 (rows * out_stride,), or empty: then the loss is 0
    order : int64 (n,)
        The rows.
    weights : float64 (rows,), or empty where all count the same
    predictions : float32 (n, outputs), or empty
        Modified in place.
    """
    state = flush_denormals()
    first, last = network.layers[0], network.layers[network.layers.shape[0] - 1]
    summed, weight = 0.0, np.float64(order.size)
    for start in range(0, order.size, BLOCK):
        rows = min(BLOCK, order.size - start)
        gather(features, first[INPUTS], order, start, rows, work.outputs, first[IN_STRIDE])
        forward(network, work, rows, learning.dropout_state, INFERENCE)
        for b in range(rows if predictions.size > 0 else 0):
            for j in range(last[OUTPUTS]):
                predictions[start + b, j] = work.outputs[last[OUT_AT] + b * last[OUT_STRIDE] + j]
        if targets.size > 0:  # last, since it may write over the outputs
            summed += loss(network, work, learning, rows, targets, order, weights, start, 0.0)
    if weights.size > 0:
        weight = np.float64(0)
        for row in order:
            weight += weights[row]
    restore_denormals(state)
    return learning.scalars[LOSS_SCALE] * summed / weight if weight > 0 else 0.0
