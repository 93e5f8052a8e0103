"""The textbook twin of the kernels: float64 NumPy, one layer and one formula at a time.

For a layer l with weight W (out, in) and bias b (out,), and a batch of rows a (n, in):

    forward    z = a Wᵀ + b          a' = f(z)
    backward   dL/dz = dL/da' f'(z)   dL/dW = (dL/dz)ᵀ a   dL/db = Σ dL/dz   dL/da = dL/dz W

Explanations and tests read their numbers here; the formulas themselves are the catalog's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.catalog.activations import Activation, Softmax
from engine.catalog.regularizers import L1

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.catalog.entry import Entry
    from engine.catalog.losses import LossRule
    from engine.experiment import Experiment

Array = NDArray[np.float64]
Parameters = list[tuple[Array, Array]]


@dataclass(frozen=True)
class Trace:
    """One layer's forward pass: its input, weighted sums z, activations f(z) and output rows."""

    inputs: Array
    z: Array
    values: Array
    outputs: Array


def softmax(z: Array) -> Array:
    """Return probabilities of each row, shifted by its largest logit so that nothing overflows."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """Return the logarithm of the softmax by log-sum-exp."""
    shifted = z - z.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def activate(activation: Entry, z: Array) -> Array:
    """Return f(z)."""
    if isinstance(activation, Softmax):
        return softmax(z)
    assert isinstance(activation, Activation)
    return np.asarray(activation.value(z, *activation.numbers()))


def forward(
    experiment: Experiment,
    output: Entry,
    parameters: Parameters,
    features: ArrayLike,
    masks: Sequence[Array | None] | None = None,
) -> list[Trace]:
    """Run rows through all layers; ``masks`` are the dropout masks of the hidden layers, if any drops out."""
    hidden = experiment.network.layers
    a = np.asarray(features, np.float64)
    traces = []
    for i, (weight, bias) in enumerate(parameters):
        z = a @ weight.T + bias
        values = activate(hidden[i].activation if i < len(hidden) else output, z)
        outputs = values
        mask = masks[i] if masks is not None and i < len(hidden) else None
        if mask is not None:
            outputs = outputs * mask
        if i < len(hidden) and hidden[i].residual:
            outputs = outputs + a
        traces.append(Trace(a, z, values, outputs))
        a = outputs
    return traces


def mean_loss(rule: LossRule, last: Trace, targets: ArrayLike) -> float:
    """Return the loss, a mean over the rows."""
    per_row = rule.value(_argument(rule, last), np.asarray(targets, np.float64)).sum(axis=1)
    return float(per_row.mean() / (last.z.shape[1] if rule.mean_over_outputs else 1))


def _argument(rule: LossRule, last: Trace) -> Array:
    """Return what the loss is a function of."""
    return {"output": last.outputs, "logit": last.z, "log_probability": log_softmax(last.z)}[rule.acts_on]


def backward(
    experiment: Experiment,
    output: Entry,
    rule: LossRule,
    parameters: Parameters,
    traces: list[Trace],
    targets: ArrayLike,
    masks: Sequence[Array | None] | None = None,
) -> Parameters:
    """Return the gradient of the mean loss by every weight and bias."""
    hidden = experiment.network.layers
    last = traces[-1]
    scale = 1 / len(last.z) / (last.z.shape[1] if rule.mean_over_outputs else 1)
    delta = rule.slope(_argument(rule, last), np.asarray(targets, np.float64)) * scale
    if rule.acts_on == "log_probability":  # z -> log softmax(z)
        delta = delta - softmax(last.z) * delta.sum(axis=1, keepdims=True)
    gradient: Parameters = []
    for i in range(len(parameters) - 1, -1, -1):
        trace, weight = traces[i], parameters[i][0]
        arriving = delta
        mask = masks[i] if masks is not None and i < len(hidden) else None
        if mask is not None:
            delta = delta * mask
        if i < len(hidden) or rule.acts_on == "output":
            delta = _through(hidden[i].activation if i < len(hidden) else output, trace, delta)
        gradient.insert(0, (delta.T @ trace.inputs, delta.sum(axis=0)))
        delta = delta @ weight
        if i < len(hidden) and hidden[i].residual:
            delta = delta + arriving
    return gradient


def _through(activation: Entry, trace: Trace, delta: Array) -> Array:
    """Turn dL/da into dL/dz."""
    if isinstance(activation, Softmax):
        p = trace.values
        return np.asarray(p * (delta - (delta * p).sum(axis=1, keepdims=True)))
    assert isinstance(activation, Activation)
    return np.asarray(delta * activation.slope(trace.z, trace.values, *activation.numbers()))


def clip(gradient: Parameters, limit: float) -> Parameters:
    """Scale the gradient down to a Euclidean norm of ``limit``."""
    norm = np.sqrt(sum(float(np.square(part).sum()) for layer in gradient for part in layer))
    factor = min(1.0, limit / norm) if norm > 0 else 1.0
    return [(weight * factor, bias * factor) for weight, bias in gradient]


class Optimizer:
    """An update rule with its memory: one array a slot and parameter, all starting at zero."""

    def __init__(self, experiment: Experiment, parameters: Parameters) -> None:
        self.training = experiment.training
        self.step = 0
        count = len(self.training.optimizer.rule.slots)
        self.slots: list[Any] = [
            [[np.zeros_like(p) for _ in range(count)] for p in layer] for layer in parameters
        ]

    def update(self, parameters: Parameters, gradient: Parameters) -> Parameters:
        """Return the parameters after one step along the gradient of the mean loss."""
        self.step += 1
        optimizer, regularizer = self.training.optimizer, self.training.regularizer
        rate = sum(regularizer.numbers())
        gradient = [
            (g + regularizer.pull(weight, rate), h)
            for (weight, _), (g, h) in zip(parameters, gradient, strict=True)
        ]
        if self.training.gradient_clip is not None:
            gradient = clip(gradient, self.training.gradient_clip)
        constants = optimizer.rule.constants(self.step, *optimizer.numbers())
        updated = []
        for i, (layer, slopes) in enumerate(zip(parameters, gradient, strict=True)):
            new = []
            for j, (parameter, slope) in enumerate(zip(layer, slopes, strict=True)):
                value, *self.slots[i][j] = optimizer.rule.update(
                    parameter, slope, *self.slots[i][j], *constants
                )
                new.append(value)
            if isinstance(regularizer, L1):
                new[0] = regularizer.shrink(new[0], optimizer.learning_rate * rate)
            updated.append((new[0], new[1]))
        return updated
