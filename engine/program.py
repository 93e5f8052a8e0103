"""From an experiment and its data to the arrays and offsets that the kernels run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import ELEMENTWISE, Activation, Softmax
from engine.catalog.losses import LOSS_RULES
from engine.catalog.optimizers import RULES
from engine.kernels import layout
from engine.kernels.simd import LANES
from engine.output import OutputPlan, sample_weights
from engine.streams import seed_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.catalog.optimizers import Optimizer
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats

ACTS_ON = {"output": layout.ON_OUTPUT, "logit": layout.ON_LOGIT, "log_probability": layout.ON_LOG_PROBABILITY}
NORMALIZATIONS = {
    "none": layout.NO_NORMALIZATION,
    "batch": layout.BATCH_NORMALIZATION,
    "layer": layout.LAYER_NORMALIZATION,
}


def aligned_zeros(size: int) -> Floats:
    """Return float32 zeros that begin a cache line, so that no vector lies across two."""
    room = np.zeros(size + LANES, np.float32)
    skipped = -room.ctypes.data % (4 * LANES) // 4
    return room[skipped : skipped + size]


def batch_rows(experiment: Experiment, rows: int) -> int:
    """Return the samples of one step."""
    training = experiment.training
    if training.batch_size == "full" or training.optimizer.full_batch:
        return rows
    return min(training.batch_size, rows)


def block_rows(experiment: Experiment, rows: int) -> int:
    """Return how many rows go through the network together: with batch normalization all of a batch."""
    needs_batch = any(layer.normalization == "batch" for layer in experiment.network.layers)
    return max(layout.BLOCK, batch_rows(experiment, rows)) if needs_batch else layout.BLOCK


def network_of(experiment: Experiment, data: PreparedData, plan: OutputPlan) -> layout.Network:
    """Lay out all layers, with parameters that are still zero."""
    hidden = experiment.network.layers
    block = block_rows(experiment, len(data.train_features))
    widths = [data.train_features.shape[1], *(layer.units for layer in hidden), data.outputs]
    activations: list[Entry] = [*(layer.activation for layer in hidden), plan.activation]
    table = np.zeros((len(widths) - 1, layout.COLUMNS), np.int64)
    room = dict.fromkeys(("parameters", "transposed", "statistics", "deviations", "masks"), 0)
    room["units"] = room["sums"] = block * layout.stride(widths[0])

    def take(place: str, size: int) -> int:
        room[place] += size
        return room[place] - size

    into = 0
    for row, layer, inputs, units, activation in zip(
        table, [*hidden, None], widths[:-1], widths[1:], activations, strict=True
    ):
        pieces = activation.sums_per_unit() if isinstance(activation, Activation) else 1
        width, in_width = layout.stride(units), layout.stride(inputs)
        sums = pieces * width
        spanned = sums - width + units
        row[layout.INPUTS], row[layout.OUTPUTS], row[layout.SUMS] = inputs, units, spanned
        row[layout.IN_STRIDE], row[layout.OUT_STRIDE], row[layout.SUM_STRIDE] = in_width, width, sums
        row[layout.IN_LANES] = layout.padded(inputs)
        row[layout.OUT_LANES], row[layout.SUM_LANES] = layout.padded(units), layout.padded(spanned)
        row[layout.PIECES], row[layout.ACTIVATION] = pieces, _activation_code(activation)
        if layer is not None:
            row[layout.NORMALIZATION] = NORMALIZATIONS[layer.normalization]
            if layer.residual:
                row[layout.RESIDUAL] = layout.IDENTITY if units == inputs else layout.PROJECTED
        projected, normalized = row[layout.RESIDUAL] == layout.PROJECTED, row[layout.NORMALIZATION] != 0
        row[layout.KERNEL] = take("parameters", inputs * sums)
        row[layout.PROJECTION] = take("parameters", inputs * width if projected else 0)
        row[layout.BIAS_AT] = take("parameters", sums)
        row[layout.SCALE] = take("parameters", sums if normalized else 0)
        row[layout.SHIFT] = take("parameters", sums if normalized else 0)
        trains_slope = row[layout.ACTIVATION] == layout.TRAINED_SLOPE
        row[layout.SLOPE] = take("parameters", width if trains_slope else 0)
        row[layout.TRANSPOSED] = take("transposed", layout.padded(spanned) * in_width)
        row[layout.PROJECTION_TRANSPOSED] = take(
            "transposed", layout.padded(units) * in_width if projected else 0
        )
        row[layout.STATISTICS] = take("statistics", 2 * sums if normalized else 0)
        row[layout.DEVIATIONS] = take("deviations", max(sums, block) if normalized else 0)
        row[layout.REAL], row[layout.AUDIBLE] = take("masks", sums), take("masks", width)
        row[layout.IN_AT], row[layout.OUT_AT] = into, take("units", block * width)
        row[layout.SUM_AT] = take("sums", block * sums)
        into = int(row[layout.OUT_AT])
    network = layout.Network(
        layers=table,
        numbers=np.zeros((len(table), layout.NUMBER_COLUMNS), np.float64),
        parameters=aligned_zeros(room["parameters"]),
        transposed=aligned_zeros(room["transposed"]),
        statistics=aligned_zeros(room["statistics"]),
        masks=aligned_zeros(room["masks"]),
    )
    write_numbers(network, experiment, plan)
    return network


def _activation_code(activation: Entry) -> int:
    if isinstance(activation, Softmax):
        return layout.SOFTMAX
    assert isinstance(activation, Activation)
    if activation.trained:
        return layout.TRAINED_SLOPE
    kind = type(activation)
    return ELEMENTWISE.index(kind) if activation.sums_per_unit() == 1 else 0  # maxout has no formula


def write_numbers(network: layout.Network, experiment: Experiment, plan: OutputPlan) -> None:
    """Write the layers' scalars and masks.  Modified in place: network.numbers, masks, layers[:, MUTED]."""
    hidden = experiment.network.layers
    activations: list[Entry] = [*(layer.activation for layer in hidden), plan.activation]
    for row, layer, numbers, activation in zip(
        network.layers, [*hidden, None], network.numbers, activations, strict=True
    ):
        given = activation.numbers()
        numbers[layout.ACTIVATION_NUMBERS : layout.ACTIVATION_NUMBERS + len(given)] = given
        units, width, sums = (int(row[c]) for c in (layout.OUTPUTS, layout.OUT_STRIDE, layout.SUM_STRIDE))
        real = network.masks[row[layout.REAL] :][:sums].reshape(-1, width)
        audible = network.masks[row[layout.AUDIBLE] :][:width]
        real[:, :units] = audible[:units] = 1
        row[layout.MUTED] = 0
        if layer is not None:
            numbers[layout.DROPOUT] = layer.dropout
            audible[list(layer.muted_units)] = 0
            row[layout.MUTED] = bool(layer.muted_units)


def workspace_of(network: layout.Network) -> layout.Workspace:
    """Allocate the scratch of one block of rows."""
    first, last = network.layers[0], network.layers[-1]
    block = int((last[layout.OUT_AT] - last[layout.IN_AT]) // last[layout.IN_STRIDE])
    units = int(last[layout.OUT_AT] + block * last[layout.OUT_STRIDE])
    sums = int(last[layout.SUM_AT] + block * last[layout.SUM_STRIDE])
    normalized = bool((network.layers[:, layout.NORMALIZATION] != 0).any())
    several = bool((network.layers[:, layout.PIECES] > 1).any())
    widest = int(network.layers[:, layout.OUT_STRIDE].max())
    deviations = sum(
        max(int(row[layout.SUM_STRIDE]), block) for row in network.layers if row[layout.NORMALIZATION] != 0
    )
    assert first[layout.IN_AT] == 0
    return layout.Workspace(
        sums=aligned_zeros(sums),
        values=aligned_zeros(units),
        outputs=aligned_zeros(units),
        deltas=aligned_zeros(units),
        sum_deltas=aligned_zeros(sums if several else 0),
        normalized=aligned_zeros(sums if normalized else 0),
        deviations=aligned_zeros(deviations),
        dropped=aligned_zeros(units),
        carried=aligned_zeros(block * widest),
        packed=aligned_zeros(block * LANES),
    )


def slot_names(optimizer: Optimizer) -> tuple[str, ...]:
    """Return what an optimizer remembers of each parameter."""
    return optimizer.rule.slots if optimizer.rules else ()


def learning_of(
    experiment: Experiment, network: layout.Network, data: PreparedData, plan: OutputPlan
) -> layout.Learning:
    """Allocate what a step needs, at the start of a run."""
    slots = len(slot_names(experiment.training.optimizer))
    size, rows = network.parameters.size, len(data.train_features)
    learning = layout.Learning(
        gradient=aligned_zeros(size),
        slots=aligned_zeros(slots * size),
        trained=aligned_zeros(0),
        held=aligned_zeros(0),
        codes=np.zeros(layout.CODES, np.int64),
        hyper=np.zeros(8, np.float64),
        loss_numbers=np.zeros(4, np.float64),
        scalars=np.zeros(layout.SCALARS, np.float64),
        factors=np.ones(1, np.float64),
        counters=np.zeros(layout.COUNTERS, np.int64),
        order=np.arange(rows, dtype=np.int64),
        weights=sample_weights(experiment, data, data.train_targets),
        order_state=seed_words(experiment.seed, "order"),
        dropout_state=seed_words(experiment.seed, "dropout"),
        noise_state=seed_words(experiment.seed, "noise"),
        losses=np.zeros(layout.LOSSES, np.float64),
    )
    write_settings(learning, experiment, plan, int(network.layers[-1, layout.OUTPUTS]))
    return learning


def write_settings(learning: layout.Learning, experiment: Experiment, plan: OutputPlan, outputs: int) -> None:
    """Write the hyper-parameters.

    Modified in place: learning.codes, hyper, loss_numbers, scalars, counters[BATCH].
    """
    training = experiment.training
    _write(learning.hyper, training.optimizer.numbers())
    _write(learning.loss_numbers, training.loss.numbers())
    codes, scalars = learning.codes, learning.scalars
    codes[layout.LOSS], codes[layout.LOSS_ON] = LOSS_RULES.index(plan.rule), ACTS_ON[plan.rule.acts_on]
    rules = training.optimizer.rules
    codes[layout.RULE] = RULES.index(training.optimizer.rule) if rules else layout.HOLD
    codes[layout.SHUFFLE] = training.shuffle
    codes[layout.ROWS] = block_rows(experiment, learning.order.size)
    rates = training.regularizer.rates()
    scalars[layout.LOSS_SCALE] = 1 / outputs if plan.rule.mean_over_outputs else 1.0
    scalars[layout.LEARNING_RATE] = training.optimizer.learning_rate
    scalars[layout.PULL], scalars[layout.SHRINK] = rates.pull, rates.shrink
    scalars[layout.DECAY], scalars[layout.MAX_NORM] = rates.decay, rates.limit
    scalars[layout.CLIP_VALUE] = training.gradient_clip_value or 0.0
    scalars[layout.CLIP_NORM] = training.gradient_clip or 0.0
    scalars[layout.NOISE] = training.input_noise
    learning.counters[layout.BATCH] = batch_rows(experiment, learning.order.size)


def _write(array: NDArray[np.float64], numbers: tuple[float, ...]) -> None:
    array[: len(numbers)] = numbers


def flat_rows(features: Floats) -> Floats:
    """Return a matrix as one row after the other, and a vector to spare that whole-vector copies may read."""
    return np.concatenate([np.asarray(features, np.float32).ravel(), np.zeros(LANES, np.float32)])
