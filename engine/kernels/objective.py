"""The loss of one block of rows, and what it sends back into the output layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.dispatch import Family, Scope
from engine.kernels.jit import inlined, inner
from engine.kernels.layout import (
    LOSS,
    LOSS_ON,
    ON_LOG_PROBABILITY,
    ON_LOGIT,
    OUT_AT,
    OUT_STRIDE,
    REAL,
    SCRATCH,
    SUM_AT,
)
from engine.kernels.passes import softmax_row
from engine.kernels.simd import load, splat, store, total, where


def _no_loss(
    scope: Scope, y: Any, y_at: Any, at: Any, rows: Any, width: Any, targets: Any, order: Any, first: Any,
    deltas: Any, masks: Any, real: Any, scale: Any, numbers: Any, value: Any,
) -> None:  # fmt: skip
    scope.increase(value, SCRATCH, scope.constant(np.nan))


FORMULAS = Family(_no_loss)  # value[SCRATCH] += loss of the rows, deltas = slope * scale

rows_loss = FORMULAS.call


@inner
def _log_softmax_row(
    z: Any, z_at: Any, y: Any, log_p: Any, at: Any, masks: Any, real: Any, width: Any
) -> None:
    """Write softmax and its logarithm, by log-sum-exp; padding of log_p becomes 0.  Modified in place: y, log_p."""
    top, mass = softmax_row(z, z_at, y, at, masks, real, width)
    logarithm = np.float32(np.log(np.float64(mass)))
    for i in range(0, width, 16):
        log = load(z, z_at + i) - top - logarithm
        store(log_p, at + i, where(load(masks, real + i) > 0, log, splat(0)))


@inlined
def loss(network: Any, work: Any, learning: Any, rows: Any, targets: Any, order: Any, weights: Any, first: Any, scale: Any) -> Any:  # fmt: skip
    """Return the summed loss of a block, and set the output layer's deltas to ``scale`` times its slope.

    Row b's targets are row ``order[first + b]`` of ``targets``, its weight that of ``weights`` (where there
    are any).  The deltas are dL/dz where the loss is a function of logits or log-probabilities, else dL/da.
    Modified in place: work.deltas, learning.losses[SCRATCH], and with log-probabilities work.outputs and
    work.values.
    """
    layer = network.layers[network.layers.shape[0] - 1]
    width, at, z_at, real = layer[OUT_STRIDE], layer[OUT_AT], layer[SUM_AT], layer[REAL]
    on, value = learning.codes[LOSS_ON], learning.losses
    given = work.sums if on == ON_LOGIT else work.outputs
    given_at = z_at if on == ON_LOGIT else at
    if on == ON_LOG_PROBABILITY:
        given = work.values
        for b in range(0, rows * width, width):
            _log_softmax_row(work.sums, z_at + b, work.outputs, given, at + b, network.masks, real, width)
    summed = 0.0
    group = rows if weights.size == 0 else 1
    for b in range(0, rows, group):
        weight = 1.0 if weights.size == 0 else weights[order[first + b]]
        value[SCRATCH] = 0.0
        rows_loss(learning.codes[LOSS], (given, given_at + b * width, at + b * width, group, width, targets, order, first + b,
                  work.deltas, network.masks, real, scale * weight, learning.loss_numbers, value))  # fmt: skip
        summed += value[SCRATCH] * weight
    if on == ON_LOG_PROBABILITY:
        for row in range(at, at + rows * width, width):
            mass = np.float32(0)
            for i in range(0, width, 16):
                mass += total(load(work.deltas, row + i))
            for i in range(0, width, 16):  # the derivative of log-softmax
                store(work.deltas, row + i, load(work.deltas, row + i) - load(work.outputs, row + i) * mass)
    return summed
