"""How the numbers of every layer are distributed: mean, spread, range and histogram."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.jit import inner, kernel
from engine.kernels.layout import (
    INPUTS,
    KERNEL,
    MUTED,
    OUT_AT,
    OUT_STRIDE,
    PIECES,
    REAL,
    RESIDUAL,
    SUM_AT,
    SUM_STRIDE,
)
from engine.kernels.simd import absolute, fma, largest, load, splat, total, where

# What is surveyed of a layer: what its activation receives, what that makes of it, dL/dz, and its weights.
RECEIVED, VALUES, DELTAS, WEIGHTS, WEIGHT_GRADIENT = range(5)
QUANTITIES = 5
# Columns of the table; DISTANCES: squared, from the mean.
COUNT, SUM, SQUARES, LOW, HIGH, MEAN, DISTANCES = range(7)
COLUMNS = 7
BINS = 40
CHUNK = 64  # rows that are summed apart, as in normalize


@kernel
def survey(
    network: Any,
    work: Any,
    gradient: Any,
    rows: Any,
    first: Any,
    stop: Any,
    table: Any,
    bins: Any,
    binned: Any,
) -> None:
    """Count the numbers of the block in the workspace, or the parameters.

    Parameters
    ----------
    network, work : Network, Workspace
    gradient : float32, as parameters
    rows : int
        Of the block.
    first, stop : int
        Which quantities: those of the block, or those of the parameters.
    table : float64 (layers, QUANTITIES, COLUMNS)
        Modified in place: COUNT, SUM, SQUARES, LOW and HIGH; DISTANCES, where the histograms are made.
    bins : int64 (layers, QUANTITIES, BINS)
        Modified in place: the histograms from LOW to HIGH, of what is finite.
    binned : int
        0 for sums and ranges; 1, with these and MEAN in the table, for the histograms.
    """
    for l in range(network.layers.shape[0]):
        layer = network.layers[l]
        sums, units = layer[SUM_STRIDE], layer[OUT_STRIDE]
        for quantity in range(first, stop):
            array, at, width, count = work.sums, layer[SUM_AT], sums, rows
            if quantity == VALUES:
                special = layer[RESIDUAL] != 0 or layer[MUTED] != 0
                array, at, width = work.values if special else work.outputs, layer[OUT_AT], units
            elif quantity == DELTAS and layer[PIECES] > 1:
                array = work.sum_deltas
            elif quantity == DELTAS:
                array, at = work.deltas, layer[OUT_AT]
            elif quantity == WEIGHTS:
                array, at, count = network.parameters, layer[KERNEL], layer[INPUTS]
            elif quantity == WEIGHT_GRADIENT:
                array, at, count = gradient, layer[KERNEL], layer[INPUTS]
            _count(
                array,
                at,
                count,
                width,
                network.masks,
                layer[REAL],
                table[l, quantity],
                bins[l, quantity],
                binned,
            )


@inner
def _count(array: Any, at: Any, rows: Any, width: Any, masks: Any, real: Any, record: Any, bins: Any, binned: Any) -> None:  # fmt: skip
    """Count some rows, without their padding.  Modified in place: record, bins."""
    if binned == 0:
        low, high = splat(np.inf), splat(-np.inf)
        for start in range(0, rows, CHUNK):
            stop = min(start + CHUNK, rows)
            for i in range(0, width, 16):
                mask = load(masks, real + i)
                summed, squares = splat(0), splat(0)
                for j in range(at + start * width + i, at + stop * width + i, width):
                    x = where(mask > 0, load(array, j), splat(0))
                    summed = summed + x
                    squares = fma(x, x, squares)
                    ranged = where(absolute(x) < np.inf, mask, splat(0)) > 0
                    low = where(ranged, where(x < low, x, low), low)
                    high = where(ranged, where(x > high, x, high), high)
                record[COUNT] += (stop - start) * np.float64(total(mask))
                record[SUM] += np.float64(total(summed))
                record[SQUARES] += np.float64(total(squares))
        record[LOW] = min(record[LOW], -np.float64(largest(-low)))
        record[HIGH] = max(record[HIGH], np.float64(largest(high)))
        return
    low_edge, mean = record[LOW], record[MEAN]
    per_bin = BINS / (record[HIGH] - low_edge)
    for b in range(rows):
        for i in range(width):
            x = np.float64(array[at + b * width + i])
            if masks[real + i] > 0:
                record[DISTANCES] += (x - mean) * (x - mean)
                if np.isfinite(x):
                    bins[min(np.int64((x - low_edge) * per_bin), BINS - 1)] += 1
