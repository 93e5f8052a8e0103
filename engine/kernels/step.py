"""From a batch's gradient to new parameters: clipping, regularization, the optimizer's rule, frozen parts.

The order is PyTorch's: clip the gradient of the loss, add the L2 pull, decay decoupled from it, step, and
then what acts on the new weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.dispatch import Family, Scope
from engine.kernels.jit import inlined, inner
from engine.kernels.layout import (
    BIAS_AT,
    CLIP_NORM,
    CLIP_VALUE,
    DECAY,
    KERNEL,
    MAX_NORM,
    PROJECTION,
    RULE,
    SHRINK,
    STEP,
    SUM_STRIDE,
)
from engine.kernels.simd import (
    absolute,
    fma,
    load,
    maximum,
    minimum,
    sign,
    splat,
    square_root,
    store,
    total,
    where,
)


def _no_update(scope: Scope, parameters: Any, gradient: Any, slots: Any, size: Any, hyper: Any, step: Any) -> None:  # fmt: skip
    with scope.lanes(0, size) as i:
        scope.store(parameters, i, np.nan)


UPDATES = Family(_no_update)  # one optimizer step over all parameters

update = UPDATES.call


@inner
def clip(gradient: Any, scalars: Any) -> None:
    """Cut each number off at ±CLIP_VALUE, then scale the whole down to a norm of CLIP_NORM.

    Pascanu, Mikolov and Bengio, 2013.  Modified in place: gradient.
    """
    limit = scalars[CLIP_VALUE]
    if limit > 0:
        for i in range(0, gradient.size, 16):
            store(gradient, i, maximum(minimum(load(gradient, i), limit), -limit))
    limit = scalars[CLIP_NORM]
    if limit > 0:
        square = 0.0
        for i in range(0, gradient.size, 16):
            g = load(gradient, i)
            square += np.float64(total(g * g))
        norm = np.sqrt(square)
        if norm > limit:
            factor = limit / norm
            for i in range(0, gradient.size, 16):
                store(gradient, i, load(gradient, i) * factor)


@inner
def mask_frozen(gradient: Any, trained: Any) -> None:
    """Set the gradient of frozen parameters to zero.  Modified in place: gradient."""
    for i in range(0, trained.size, 16):
        store(gradient, i, load(gradient, i) * load(trained, i))


@inner
def pull_weights(layers: Any, parameters: Any, gradient: Any, rate: Any) -> None:
    """Add the gradient of the L2 penalty.  Modified in place: gradient."""
    for l in range(layers.shape[0]):
        for i in range(layers[l, KERNEL], layers[l, BIAS_AT], 16):
            store(gradient, i, fma(load(parameters, i), rate, load(gradient, i)))


@inlined
def take_step(network: Any, learning: Any) -> None:
    """Change the parameters by one step along ``learning.gradient``.

    Modified in place: network.parameters, learning.slots, learning.counters, learning.held.
    """
    parameters, scalars = network.parameters, learning.scalars
    rate = learning.hyper[0]  # every optimizer's first number
    frozen = learning.trained.size
    for i in range(0, frozen, 16):
        store(learning.held, i, load(parameters, i))
    if scalars[DECAY] > 0:
        _scale_weights(network.layers, parameters, 1 - rate * scalars[DECAY])
    learning.counters[STEP] += 1
    step = np.float64(learning.counters[STEP])
    size = parameters.size
    update(learning.codes[RULE], (parameters, learning.gradient, learning.slots, size, learning.hyper, step))
    if scalars[SHRINK] > 0:
        _shrink_weights(network.layers, parameters, scalars[SHRINK] * rate)
    if scalars[MAX_NORM] > 0:
        _limit_norms(network.layers, parameters, scalars[MAX_NORM])
    for i in range(0, frozen, 16):
        store(
            parameters, i, where(load(learning.trained, i) > 0, load(parameters, i), load(learning.held, i))
        )


@inner
def _scale_weights(layers: Any, parameters: Any, factor: Any) -> None:
    for l in range(layers.shape[0]):
        for i in range(layers[l, KERNEL], layers[l, BIAS_AT], 16):
            store(parameters, i, load(parameters, i) * factor)


@inner
def _shrink_weights(layers: Any, parameters: Any, distance: Any) -> None:
    """Take the proximal step of the L1 penalty (Parikh and Boyd, 2014): small weights become exactly zero."""
    for l in range(layers.shape[0]):
        for i in range(layers[l, KERNEL], layers[l, BIAS_AT], 16):
            w = load(parameters, i)
            store(parameters, i, sign(w) * maximum(absolute(w) - distance, 0))


@inner
def _limit_norms(layers: Any, parameters: Any, limit: Any) -> None:
    """Scale the incoming weights of every sum back to a norm of at most ``limit`` (Srivastava et al., 2014)."""
    for l in range(layers.shape[0]):
        layer = layers[l]
        width, start, stop = layer[SUM_STRIDE], layer[KERNEL], layer[PROJECTION]
        for i in range(start, start + width, 16):
            square = splat(0)
            for j in range(i, stop, width):
                square = fma(load(parameters, j), load(parameters, j), square)
            norm = square_root(square)
            factor = where(norm > limit, limit / norm, splat(1))
            for j in range(i, stop, width):
                store(parameters, j, load(parameters, j) * factor)
