"""From an experiment and its data to the arrays and offsets that the kernels run on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.catalog.activations import ACTIVATIONS, Activation, Linear, Sigmoid, Softmax, Tanh
from engine.catalog.losses import LOSS_RULES, LossRule
from engine.catalog.optimizers import RULES
from engine.catalog.regularizers import REGULARIZERS
from engine.errors import ExperimentError
from engine.kernels import layout
from engine.kernels.simd import LANES
from engine.streams import seed_words, stream

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.data import PreparedData
    from engine.experiment import Experiment

Floats = NDArray[np.float32]
Parameters = Sequence[tuple[Floats, Floats]]

ACTS_ON = {"output": layout.ON_OUTPUT, "logit": layout.ON_LOGIT, "log_probability": layout.ON_LOG_PROBABILITY}


@dataclass(frozen=True)
class OutputPlan:
    """What the output layer computes and is compared with, once the data are known.

    ``low`` and ``high`` are the targets of the two classes (of "not this class" and "this class" where
    there are several).
    """

    activation: Entry
    rule: LossRule
    low: float
    high: float


def plan_output(experiment: Experiment, data: PreparedData) -> OutputPlan:
    """Resolve ``auto`` and check what only the data can tell.

    Raises
    ------
    ExperimentError
        Where the chosen output activation does not fit the number of classes.
    """
    classes = len(data.classes)
    rule = experiment.training.loss.rule(classes)
    chosen = experiment.network.output.activation
    if rule.acts_on != "output":
        needed = Sigmoid() if classes == 2 else Softmax()
        if chosen.kind not in ("auto", needed.kind):
            raise ExperimentError(
                f"network.output.activation: cross_entropy with {classes} classes needs {needed.kind}, "
                f"not {chosen.kind}; use auto"
            )
        return OutputPlan(needed, rule, 0.0, 1.0)
    if chosen.kind == "auto":
        chosen = Linear() if not classes else Tanh() if classes == 2 else Softmax()
    if isinstance(chosen, Softmax) and classes == 2:
        raise ExperimentError("network.output.activation: softmax needs three or more classes; use auto")
    centred = isinstance(chosen, Activation) and chosen.low < 0
    return OutputPlan(chosen, rule, -1.0 if classes and centred else 0.0, 1.0)


def aligned_zeros(size: int) -> Floats:
    """Return float32 zeros that begin a cache line, so that no vector lies across two."""
    room = np.zeros(size + LANES, np.float32)
    skipped = -room.ctypes.data % (4 * LANES) // 4
    return room[skipped : skipped + size]


def network_of(experiment: Experiment, data: PreparedData, plan: OutputPlan) -> layout.Network:
    """Lay out all layers, with parameters that are still zero."""
    hidden = experiment.network.layers
    widths = [data.train_features.shape[1], *(layer.units for layer in hidden), data.outputs]
    activations = [*(layer.activation for layer in hidden), plan.activation]
    table = np.zeros((len(widths) - 1, layout.COLUMNS), np.int64)
    numbers = np.zeros((len(widths) - 1, layout.NUMBER_COLUMNS), np.float64)
    at = {"parameters": 0, "transposed": 0, "rows": layout.BLOCK * layout.stride(widths[0])}
    into = 0
    for row, inputs, outputs, activation in zip(table, widths[:-1], widths[1:], activations, strict=True):
        width = layout.stride(outputs)
        row[layout.INPUTS], row[layout.OUTPUTS] = inputs, outputs
        row[layout.IN_STRIDE], row[layout.OUT_STRIDE] = layout.stride(inputs), width
        row[layout.IN_LANES], row[layout.OUT_LANES] = layout.padded(inputs), layout.padded(outputs)
        row[layout.KERNEL], row[layout.BIAS_AT] = at["parameters"], at["parameters"] + inputs * width
        row[layout.TRANSPOSED] = at["transposed"]
        row[layout.IN_AT], row[layout.OUT_AT] = into, at["rows"]
        row[layout.ACTIVATION] = (
            layout.SOFTMAX if isinstance(activation, Softmax) else _activation_code(activation)
        )
        at["parameters"] += (inputs + 1) * width
        at["transposed"] += layout.padded(outputs) * layout.stride(inputs)
        into = at["rows"]
        at["rows"] += layout.BLOCK * width
    for i, layer in enumerate(hidden):
        table[i, layout.RESIDUAL] = layer.residual
    mask = aligned_zeros(layout.stride(data.outputs))
    mask[: data.outputs] = 1
    parameters, transposed = aligned_zeros(at["parameters"]), aligned_zeros(at["transposed"])
    network = layout.Network(table, numbers, parameters, transposed, mask)
    write_numbers(network, experiment, plan)
    return network


def _activation_code(activation: Entry) -> int:
    assert isinstance(activation, Activation)
    return ACTIVATIONS.index(type(activation))


def write_numbers(network: layout.Network, experiment: Experiment, plan: OutputPlan) -> None:
    """Write the layers' scalars.  Modified in place: network.numbers."""
    activations = [*(layer.activation for layer in experiment.network.layers), plan.activation]
    for row, activation in zip(network.numbers, activations, strict=True):
        given = activation.numbers()
        row[layout.ACTIVATION_NUMBERS : layout.ACTIVATION_NUMBERS + len(given)] = given
    for row, layer in zip(network.numbers, experiment.network.layers, strict=False):
        row[layout.DROPOUT] = layer.dropout


def workspace_of(network: layout.Network) -> layout.Workspace:
    """Allocate the scratch of one block of rows."""
    last = network.layers[-1]
    size = int(last[layout.OUT_AT] + layout.BLOCK * last[layout.OUT_STRIDE])
    widest = int(network.layers[:, layout.OUT_STRIDE].max())
    sums, values, outputs, deltas, masks = (aligned_zeros(size) for _ in range(5))
    carried, packed = aligned_zeros(layout.BLOCK * widest), aligned_zeros(layout.BLOCK * LANES)
    return layout.Workspace(sums, values, outputs, deltas, masks, carried, packed)


def learning_of(
    experiment: Experiment, network: layout.Network, rows: int, plan: OutputPlan
) -> layout.Learning:
    """Allocate what a step needs, at the start of a run."""
    slots = len(experiment.training.optimizer.rule.slots)
    learning = layout.Learning(
        gradient=aligned_zeros(network.parameters.size),
        slots=aligned_zeros(slots * network.parameters.size),
        codes=np.zeros(layout.CODES, np.int64),
        hyper=np.zeros(8, np.float64),
        scalars=np.zeros(layout.SCALARS, np.float64),
        counters=np.zeros(layout.COUNTERS, np.int64),
        order=np.arange(rows, dtype=np.int64),
        order_state=seed_words(experiment.seed, "order"),
        dropout_state=seed_words(experiment.seed, "dropout"),
        loss=np.zeros(1, np.float64),
    )
    write_settings(learning, experiment, plan, int(network.layers[-1, layout.OUTPUTS]))
    return learning


def write_settings(learning: layout.Learning, experiment: Experiment, plan: OutputPlan, outputs: int) -> None:
    """Write the hyper-parameters.  Modified in place: learning.codes, hyper, scalars, counters[BATCH]."""
    training = experiment.training
    given = training.optimizer.numbers()
    learning.hyper[: len(given)] = given
    codes, scalars = learning.codes, learning.scalars
    codes[layout.LOSS], codes[layout.LOSS_ON] = LOSS_RULES.index(plan.rule), ACTS_ON[plan.rule.acts_on]
    codes[layout.RULE] = RULES.index(training.optimizer.rule)
    codes[layout.PENALTY] = REGULARIZERS.index(type(training.regularizer))
    codes[layout.SHUFFLE] = training.shuffle
    scalars[layout.LOSS_SCALE] = 1 / outputs if plan.rule.mean_over_outputs else 1.0
    scalars[layout.PENALTY_RATE] = sum(training.regularizer.numbers())
    scalars[layout.CLIP] = training.gradient_clip or 0.0
    rows = learning.order.size
    learning.counters[layout.BATCH] = (
        rows if training.batch_size == "full" else min(training.batch_size, rows)
    )


def initial_parameters(experiment: Experiment, network: layout.Network) -> list[tuple[Floats, Floats]]:
    """Draw (weight (out, in), bias (out,)) of every layer.

    Every layer draws from a child stream of its own, so that an edit of one leaves the others alone.
    """
    hidden, output = experiment.network.layers, experiment.network.output
    initializers = [*(layer.initializer for layer in hidden), output.initializer]
    children = stream(experiment.seed, "weights").spawn(len(initializers))
    drawn = []
    for initializer, rng, row in zip(initializers, children, network.layers, strict=True):
        shape = (int(row[layout.OUTPUTS]), int(row[layout.INPUTS]))
        weight = initializer.draw(rng, shape).astype(np.float32)
        drawn.append((weight, np.full(shape[0], initializer.bias, np.float32)))
    return drawn


def read_parameters(network: layout.Network, flat: Floats | None = None) -> list[tuple[Floats, Floats]]:
    """Return copies of (weight (out, in), bias (out,)) of every layer, or of a buffer of the same layout."""
    source = network.parameters if flat is None else flat
    return [(kernel.T.copy(), bias.copy()) for kernel, bias in _views(network, source)]


def write_parameters(network: layout.Network, parameters: Parameters) -> None:
    """Write every layer's weight and bias.  Modified in place: network.parameters."""
    for (kernel, bias), (weight, new_bias) in zip(
        _views(network, network.parameters), parameters, strict=True
    ):
        kernel[...] = np.asarray(weight).T
        bias[...] = new_bias


def _views(network: layout.Network, flat: Floats) -> list[tuple[Floats, Floats]]:
    """Return views of (kernel (in, out), bias (out,)) without the padding."""
    views = []
    for row in network.layers:
        inputs, outputs, width = (
            int(row[layout.INPUTS]),
            int(row[layout.OUTPUTS]),
            int(row[layout.OUT_STRIDE]),
        )
        start, bias = int(row[layout.KERNEL]), int(row[layout.BIAS_AT])
        views.append((flat[start:bias].reshape(inputs, width)[:, :outputs], flat[bias : bias + outputs]))
    return views


def flat_rows(features: Floats) -> Floats:
    """Return a matrix as one row after the other, and a vector to spare that whole-vector copies may read."""
    return np.concatenate([np.asarray(features, np.float32).ravel(), np.zeros(LANES, np.float32)])


def target_rows(data: PreparedData, targets: NDArray[Any], plan: OutputPlan) -> Floats:
    """Return the targets as flat rows padded like the outputs, float32."""
    rows = np.zeros((len(targets), layout.stride(data.outputs)), np.float32)
    if not data.classes:
        rows[:, : data.outputs] = targets
    elif data.outputs == 1:
        rows[:, 0] = np.where(targets == 1, plan.high, plan.low)
    else:
        rows[:, : data.outputs] = plan.low
        rows[np.arange(len(targets)), targets] = plan.high
    return rows.ravel()


def probabilities(outputs: Floats, data: PreparedData, plan: OutputPlan) -> Floats:
    """Turn the output layer's values into what ``predict`` promises; values of a regression stay.

    An output trained towards the targets low and high stands for the probability (y - low) / (high -
    low), cut off at 0 and 1.
    """
    if not data.classes or plan.activation.kind in ("sigmoid", "softmax"):
        return outputs
    return np.asarray(np.clip((outputs - plan.low) / (plan.high - plan.low), 0, 1), np.float32)
