"""How a network lies in memory.

Everything is flat float32, in rows of whole vectors.  ``parameters`` holds, layer after layer,

    kernel      inputs rows of ``sum_stride``: the weight transposed, so that the forward pass reads rows
    projection  inputs rows of ``out_stride``: the same of a projected residual connection, if there is one
    bias        one row of ``sum_stride``
    scale       one row of ``sum_stride``, and
    shift       one more, if the layer is normalized
    slope       one row of ``out_stride``, if the activation's slope is trained

A unit has one weighted sum, with maxout several: ``sum_stride`` is then so many times ``out_stride``, one
piece of all units after the other.  ``gradient`` and each optimizer slot have the same layout, so that an
update is one loop over it.  ``transposed`` repeats weights and projections as (outputs, in_stride) for the
delta pass of every layer but the first, in whole blocks of 16 rows.  The numbers that pad a row stay zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.kernels.simd import LANES

# Columns of the layer table, int64, one row a dense layer.
INPUTS, OUTPUTS, SUMS = 0, 1, 2  # SUMS: columns from the first weighted sum to the last
IN_STRIDE, OUT_STRIDE, SUM_STRIDE = 3, 4, 5
IN_LANES, OUT_LANES, SUM_LANES = 6, 7, 8  # what a row holds, in whole vectors
KERNEL, PROJECTION, BIAS_AT, SCALE, SHIFT, SLOPE = 9, 10, 11, 12, 13, 14  # offsets into parameters
TRANSPOSED, PROJECTION_TRANSPOSED = 15, 16  # offsets into transposed
IN_AT, OUT_AT, SUM_AT = 17, 18, 19  # offsets of the layer's rows in the workspace
STATISTICS = 20  # offset of the running mean and variance, two rows of sum_stride
DEVIATIONS = 21  # offset into the deviations
REAL, AUDIBLE = 22, 23  # offsets of two rows of masks: what is a sum and no padding, what is not muted
ACTIVATION, NORMALIZATION, RESIDUAL, MUTED, PIECES = 24, 25, 26, 27, 28
COLUMNS = 29

# Columns of the layer's numbers, float64.
DROPOUT = 0
ACTIVATION_NUMBERS = 1  # this and the following
NUMBER_COLUMNS = 5

# What the loss is a function of.
ON_OUTPUT, ON_LOGIT, ON_LOG_PROBABILITY = 0, 1, 2

# Activation codes of layers whose units depend on each other, or on numbers of their own.
SOFTMAX, TRAINED_SLOPE = -1, -2
NO_NORMALIZATION, BATCH_NORMALIZATION, LAYER_NORMALIZATION = 0, 1, 2
NO_RESIDUAL, IDENTITY, PROJECTED = 0, 1, 2
EPSILON, MOMENTUM = 1e-5, 0.1  # of normalization, as in PyTorch

# Of NumPy's type, since Numba compiles a function anew for every literal that it is called with.
INFERENCE, TRAINING = np.int64(0), np.int64(1)

BLOCK = 128  # rows that go through the network together, so that they stay in the cache


class Network(NamedTuple):
    """The layers and everything that training changes about them."""

    layers: Any  # int64 (layers, COLUMNS)
    numbers: Any  # float64 (layers, NUMBER_COLUMNS)
    parameters: Any  # float32
    transposed: Any  # float32
    statistics: Any  # float32: running mean and variance of every normalized layer
    masks: Any  # float32: 1 or 0, see REAL and AUDIBLE


class Workspace(NamedTuple):
    """Scratch of one block of rows; arrays of units have one layout, those of weighted sums another."""

    sums: Any  # z, or scale * normalized + shift
    values: Any  # f(z), where the layer's output is something else
    outputs: Any  # a, the rows that the next layer reads
    deltas: Any  # dL/da, then dL/dz where a unit has one sum
    sum_deltas: Any  # dL/dz where it has several
    normalized: Any  # (z - mean) / deviation
    deviations: Any  # 1 / deviation: one a column with batch, one a row with layer normalization
    dropped: Any  # dropout: 0 or 1 / (1 - rate)
    carried: Any  # dL/da of a residual layer, one layer at a time
    packed: Any  # 16 columns of a layer's input


class Learning(NamedTuple):
    """What a step needs besides the network."""

    gradient: Any  # float32, as parameters
    slots: Any  # float32 (slots * parameters.size,)
    trained: Any  # float32: 0 for a frozen parameter, else 1; empty where all are trained
    held: Any  # float32, as trained: scratch
    codes: Any  # int64: see the codes below
    hyper: Any  # float64: the optimizer's numbers, in the order of its declaration
    loss_numbers: Any  # float64: the loss's numbers
    scalars: Any  # float64: see the scalars below
    factors: Any  # float64: of the learning rate, in the epochs from codes[FIRST_EPOCH] on
    counters: Any  # int64: see the counters below
    order: Any  # int64 (rows,): the order of the samples in this epoch
    weights: Any  # float64 (rows,): what a sample counts; empty where all count the same
    order_state: Any  # uint64 (4,): generator of the order
    dropout_state: Any  # uint64 (4,): generator of the dropout masks
    noise_state: Any  # uint64 (4,): generator of the input noise
    losses: Any  # float64: see the losses below


HOLD = -1  # the rule that takes no step: only the gradient is wanted
LOSS, LOSS_ON, RULE, SHUFFLE, ROWS, FIRST_EPOCH = 0, 1, 2, 3, 4, 5  # codes; ROWS: of a block
CODES = 6
# Scalars; a clip or a norm of 0 is off.
LOSS_SCALE, LEARNING_RATE, PULL, SHRINK, DECAY, MAX_NORM, CLIP_VALUE, CLIP_NORM, NOISE = range(9)
SCALARS = 9
STEP, EPOCH, POSITION, BATCH = 0, 1, 2, 3  # counters; POSITION: rows of this epoch already seen
COUNTERS = 4
# Losses: scratch; mean of the last batch; sums of this epoch; mean of the last whole epoch.
SCRATCH, OF_BATCH, SUMMED, SUMMED_WEIGHT, OF_EPOCH = 0, 1, 2, 3, 4
LOSSES = 5


def padded(width: int) -> int:
    """Round up to whole vectors."""
    return -(-width // LANES) * LANES


def stride(width: int) -> int:
    """Return the distance between rows of so many numbers.

    Rows a multiple of 256 bytes apart compete for few sets of the first-level cache, so such rows get
    one vector more.
    """
    whole = padded(width)
    return whole + LANES if whole % 64 == 0 else whole
