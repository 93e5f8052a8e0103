"""How a network lies in memory.

Everything is flat float32, in rows of whole vectors.  ``parameters`` holds, layer after layer, the
kernel (inputs rows of ``out_stride``: the weight transposed, so that the forward pass reads rows of
outputs) and then the bias (one row).  ``gradient`` and each optimizer slot have the same layout, so that
an update is one loop over it.  ``transposed`` repeats the weights as (outputs, in_stride) for the delta
pass of every layer but the first, in whole blocks of 16 rows.  The numbers that pad a row stay zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.kernels.simd import LANES

# Columns of the layer table, int64, one row a dense layer.
INPUTS, OUTPUTS, IN_STRIDE, OUT_STRIDE = 0, 1, 2, 3
IN_LANES, OUT_LANES = 4, 5  # inputs and outputs in whole vectors
KERNEL, BIAS_AT, TRANSPOSED = 6, 7, 8  # offsets into parameters, parameters, transposed
IN_AT, OUT_AT = 9, 10  # offsets of the layer's input and output rows in the workspace
ACTIVATION, RESIDUAL = 11, 12
COLUMNS = 13

# Columns of the layer's numbers, float64.
DROPOUT = 0
ACTIVATION_NUMBERS = 1  # this and the following
NUMBER_COLUMNS = 5

# What the loss is a function of.
ON_OUTPUT, ON_LOGIT, ON_LOG_PROBABILITY = 0, 1, 2

SOFTMAX = -1  # the activation code of an output whose units depend on each other
BLOCK = 128  # rows that go through the network together, so that they stay in the cache


class Network(NamedTuple):
    """The layers and everything that training changes about them."""

    layers: Any  # int64 (layers, COLUMNS)
    numbers: Any  # float64 (layers, NUMBER_COLUMNS)
    parameters: Any  # float32
    transposed: Any  # float32
    output_mask: Any  # float32 (out_stride of the last layer,): 1 for a real output, 0 for padding


class Workspace(NamedTuple):
    """Scratch of one block of rows; every array has the same offsets."""

    sums: Any  # z, float32
    values: Any  # f(z), where the layer's output is something else
    outputs: Any  # a, the rows that the next layer reads
    deltas: Any  # dL/da, then dL/dz
    masks: Any  # dropout: 0 or 1 / (1 - rate)
    carried: Any  # dL/da of a residual layer, one layer at a time
    packed: Any  # 16 columns of a layer's input


class Learning(NamedTuple):
    """What a step needs besides the network."""

    gradient: Any  # float32, as parameters
    slots: Any  # float32 (slots * parameters.size,)
    codes: Any  # int64: see the codes below
    hyper: Any  # float64: the optimizer's numbers, in the order of its declaration
    scalars: Any  # float64: see the scalars below
    counters: Any  # int64: see the counters below
    order: Any  # int64 (rows,): the order of the samples in this epoch
    order_state: Any  # uint64 (4,): generator of the order
    dropout_state: Any  # uint64 (4,): generator of the dropout masks
    loss: Any  # float64 (1,): scratch


LOSS, LOSS_ON, RULE, PENALTY, SHUFFLE = 0, 1, 2, 3, 4  # codes
CODES = 5
LOSS_SCALE, PENALTY_RATE, CLIP = 0, 1, 2  # scalars; CLIP 0 is off
SCALARS = 3
STEP, EPOCH, POSITION, BATCH = 0, 1, 2, 3  # counters; POSITION: rows of this epoch already seen
COUNTERS = 4


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
