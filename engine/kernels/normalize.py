"""Batch and layer normalization of weighted sums, with trained scale and shift.

    n = (z - mean) / sqrt(variance + epsilon)      y = scale n + shift

Batch normalization (Ioffe and Szegedy, 2015) takes mean and variance of a sum over the rows of a batch, in
inference the running ones; layer normalization (Ba, Kiros and Hinton, 2016) those of a row over its sums.
Variances are biased, running ones are not, as in PyTorch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.jit import inner
from engine.kernels.layout import (
    BATCH_NORMALIZATION,
    DEVIATIONS,
    EPSILON,
    MOMENTUM,
    NORMALIZATION,
    OUTPUTS,
    PIECES,
    REAL,
    SCALE,
    SHIFT,
    STATISTICS,
    SUM_AT,
    SUM_STRIDE,
    TRAINING,
)
from engine.kernels.simd import fma, load, splat, square_root, store, total

CHUNK = 64  # rows that are summed apart, so that rounding does not grow with the batch


@inner
def normalize(network: Any, work: Any, layer: Any, rows: Any, mode: Any) -> None:
    """Normalize the sums of a layer.

    Modified in place: work.sums, work.normalized, work.deviations, in training network.statistics.
    """
    if layer[NORMALIZATION] != BATCH_NORMALIZATION:
        _normalize_rows(network, work, layer, rows)
        return
    width, at, statistics = layer[SUM_STRIDE], layer[SUM_AT], layer[STATISTICS]
    for i in range(0, width, 16):
        if mode == TRAINING:
            mean = _mean(work.sums, at + i, width, rows, splat(0))
            mean = mean + _mean(work.sums, at + i, width, rows, mean)  # what rounding has left out
            variance = _variance(work.sums, at + i, width, rows, mean)
            kept, new = load(network.statistics, statistics + i), np.float32(MOMENTUM)
            store(network.statistics, statistics + i, fma(mean - kept, new, kept))
            if rows > 1:  # of one row there is no unbiased variance
                kept = load(network.statistics, statistics + width + i)
                unbiased = variance * np.float32(rows / (rows - 1))
                store(network.statistics, statistics + width + i, fma(unbiased - kept, new, kept))
        else:
            mean = load(network.statistics, statistics + i)
            variance = load(network.statistics, statistics + width + i)
        deviation = 1 / square_root(variance + np.float32(EPSILON))
        store(work.deviations, layer[DEVIATIONS] + i, deviation)
        scale, shift = load(network.parameters, layer[SCALE] + i), load(network.parameters, layer[SHIFT] + i)
        for j in range(at + i, at + i + rows * width, width):
            n = (load(work.sums, j) - mean) * deviation
            store(work.normalized, j, n)
            store(work.sums, j, fma(scale, n, shift))


@inner
def _mean(sums: Any, at: Any, width: Any, rows: Any, origin: Any) -> Any:
    """Return the mean of a column as seen from an origin."""
    whole = splat(0)
    for start in range(0, rows, CHUNK):
        part = splat(0)
        for b in range(start, min(start + CHUNK, rows)):
            part = part + (load(sums, at + b * width) - origin)
        whole = whole + part
    return whole * np.float32(1 / rows)


@inner
def _variance(sums: Any, at: Any, width: Any, rows: Any, mean: Any) -> Any:
    whole = splat(0)
    for start in range(0, rows, CHUNK):
        part = splat(0)
        for b in range(start, min(start + CHUNK, rows)):
            distance = load(sums, at + b * width) - mean
            part = fma(distance, distance, part)
        whole = whole + part
    return whole * np.float32(1 / rows)


@inner
def _normalize_rows(network: Any, work: Any, layer: Any, rows: Any) -> None:
    width, real = layer[SUM_STRIDE], layer[REAL]
    share = np.float32(1 / (layer[OUTPUTS] * layer[PIECES]))
    for b in range(rows):
        at = layer[SUM_AT] + b * width
        mean = np.float32(0)
        for _ in range(2):  # the second time for what rounding has left out
            rest = np.float32(0)
            for i in range(0, width, 16):
                rest += total((load(work.sums, at + i) - mean) * load(network.masks, real + i))
            mean += rest * share
        variance = np.float32(0)
        for i in range(0, width, 16):
            distance = (load(work.sums, at + i) - mean) * load(network.masks, real + i)
            variance += total(distance * distance)
        deviation = np.float32(1 / np.sqrt(np.float64(variance * share) + EPSILON))
        work.deviations[layer[DEVIATIONS] + b] = deviation
        for i in range(0, width, 16):
            n = (load(work.sums, at + i) - mean) * load(network.masks, real + i) * deviation
            store(work.normalized, at + i, n)
            scale = load(network.parameters, layer[SCALE] + i)
            store(work.sums, at + i, fma(scale, n, load(network.parameters, layer[SHIFT] + i)))


@inner
def normalize_back(network: Any, work: Any, layer: Any, rows: Any, deltas: Any, at: Any, gradient: Any, accumulate: Any) -> None:  # fmt: skip
    """Turn dL/dy into dL/dz of a layer in training, and write or add the gradient of scale and shift.

    ``deltas[at:]`` are the rows of dL/dy.  Modified in place: deltas, gradient.
    """
    width, normalized = layer[SUM_STRIDE], layer[SUM_AT]
    batch = layer[NORMALIZATION] == BATCH_NORMALIZATION
    for i in range(0, width, 16):
        shifts, scales = splat(0), splat(0)
        for b in range(rows):
            delta = load(deltas, at + b * width + i)
            shifts = shifts + delta
            scales = fma(delta, load(work.normalized, normalized + b * width + i), scales)
        if batch:
            factor = load(network.parameters, layer[SCALE] + i) * load(work.deviations, layer[DEVIATIONS] + i)
            mean, slope = shifts * np.float32(1 / rows), scales * np.float32(1 / rows)
            for b in range(rows):
                n = load(work.normalized, normalized + b * width + i)
                j = at + b * width + i
                store(deltas, j, factor * (load(deltas, j) - mean - n * slope))
        if accumulate:
            shifts = shifts + load(gradient, layer[SHIFT] + i)
            scales = scales + load(gradient, layer[SCALE] + i)
        store(gradient, layer[SHIFT] + i, shifts)
        store(gradient, layer[SCALE] + i, scales)
    if not batch:
        _rows_back(network, work, layer, rows, deltas, at)


@inner
def _rows_back(network: Any, work: Any, layer: Any, rows: Any, deltas: Any, at: Any) -> None:
    width, real, scale = layer[SUM_STRIDE], layer[REAL], layer[SCALE]
    share = np.float32(1 / (layer[OUTPUTS] * layer[PIECES]))
    for b in range(rows):
        row, normalized = at + b * width, layer[SUM_AT] + b * width
        mean, slope = np.float32(0), np.float32(0)
        for i in range(0, width, 16):
            g = load(deltas, row + i) * load(network.parameters, scale + i)
            mean += total(g)
            slope += total(g * load(work.normalized, normalized + i))
        mean, slope = mean * share, slope * share
        deviation = work.deviations[layer[DEVIATIONS] + b]
        for i in range(0, width, 16):
            g = load(deltas, row + i) * load(network.parameters, scale + i)
            g = g - mean - load(work.normalized, normalized + i) * slope
            store(deltas, row + i, g * load(network.masks, real + i) * deviation)
