"""Outputs and loss of many rows at the present parameters, without dropout."""

from __future__ import annotations

from typing import Any

from engine.kernels.jit import kernel
from engine.kernels.layout import BLOCK, IN_STRIDE, INPUTS, OUT_AT, OUT_STRIDE, OUTPUTS
from engine.kernels.passes import forward, gather, loss


@kernel
def evaluate(
    network: Any,
    work: Any,
    features: Any,
    targets: Any,
    order: Any,
    code: Any,
    on: Any,
    predictions: Any,
    state: Any,
    value: Any,
) -> Any:
    """Run all rows through the network and return their mean loss.

    Parameters
    ----------
    network, work : Network, Workspace
    features : float32 (rows * inputs + 16,)
    targets : float32 (rows * out_stride,), or empty: then the loss is 0
    order : int64 (rows,), 0, 1, 2, ...
    code, on : int
        The loss rule, and what it is a function of.
    predictions : float32 (rows, outputs)
        Modified in place.
    state : uint64 (4,)
        Not drawn from, since nothing drops out.
    value : float64 (1,)
        Scratch.
    """
    first, last = network.layers[0], network.layers[network.layers.shape[0] - 1]
    count = order.size
    summed = 0.0
    for start in range(0, count, BLOCK):
        rows = min(BLOCK, count - start)
        gather(features, first[INPUTS], order, start, rows, work.outputs, first[IN_STRIDE])
        forward(network, work, rows, state, False)
        for b in range(rows):
            for j in range(last[OUTPUTS]):
                predictions[start + b, j] = work.outputs[last[OUT_AT] + b * last[OUT_STRIDE] + j]
        if targets.size > 0:  # last, since it may write over the outputs
            summed += loss(network, work, rows, targets, order, start, code, on, 0.0, value)
    return summed / max(count, 1)
