"""The textbook twin of the kernels: float64 NumPy, one layer and one formula at a time.

For a layer with weight W (out, in) and bias b (out,), and a batch of rows a (n, in):

    forward    z = a Wᵀ + b           x = normalize(z)     a' = mask f(x) + a
    backward   dL/dx = dL/da' f'(x)    dL/dz = dL/dx normalize'
               dL/dW = (dL/dz)ᵀ a      dL/db = Σ dL/dz      dL/da = dL/dz W

A layer's tensors have the names of ``engine.tensors``.  Explanations and tests read their numbers here; the
formulas of activations, losses and optimizers are the catalog's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.catalog.activations import Activation, Softmax
from engine.kernels.layout import EPSILON, MOMENTUM
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.catalog.entry import Entry
    from engine.catalog.losses import LossRule
    from engine.experiment import Experiment, Layer

Array = NDArray[np.float64]
Tensors = list[dict[str, Array]]


@dataclass(frozen=True)
class Trace:
    """One layer's forward pass.

    Its input, weighted sums z, what the activation receives (x, equal to z without normalization), values
    f(x), output rows, and of the normalization n = (z - mean) / deviation and the deviation.
    """

    inputs: Array
    z: Array
    x: Array
    values: Array
    outputs: Array
    n: Array | None = None
    deviation: Array | None = None


def softmax(z: Array) -> Array:
    """Return probabilities of each row, shifted by its largest logit so that nothing overflows."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """Return the logarithm of the softmax by log-sum-exp."""
    shifted = z - z.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def activate(activation: Entry, tensors: Mapping[str, Array], x: Array) -> Array:
    """Return f(x); of several sums a unit has the largest."""
    if isinstance(activation, Softmax):
        return softmax(x)
    assert isinstance(activation, Activation)
    if activation.sums_per_unit() > 1:
        return np.asarray(_pieces(activation, x).max(axis=1))
    return np.asarray(activation.value(x, *_numbers(activation, tensors)))


def _numbers(activation: Activation, tensors: Mapping[str, Array]) -> tuple[Any, ...]:
    return (tensors[SLOPE],) if activation.trained else activation.numbers()


def _pieces(activation: Activation, x: Array) -> Array:
    """Return sums as (rows, pieces, units)."""
    return x.reshape(len(x), activation.sums_per_unit(), -1)


def normalize(
    kind: str, tensors: Mapping[str, Array], z: Array, training: bool
) -> tuple[Array, Array, Array]:
    """Return scale n + shift, n and the deviation, for n = (z - mean) / deviation.

    Mean and variance are those of the batch, in inference the running ones; or those of each row.
    """
    if kind == "batch" and not training:
        mean, variance = tensors[MEAN], tensors[VARIANCE]
    else:
        axis = 0 if kind == "batch" else 1
        mean, variance = z.mean(axis=axis, keepdims=True), z.var(axis=axis, keepdims=True)
    deviation = np.sqrt(variance + EPSILON)
    n = (z - mean) / deviation
    return tensors[SCALE] * n + tensors[SHIFT], n, deviation


def running_statistics(tensors: Mapping[str, Array], z: Array) -> tuple[Array, Array]:
    """Return running mean and variance after one more batch; the variance is the unbiased one."""
    mean = (1 - MOMENTUM) * tensors[MEAN] + MOMENTUM * z.mean(axis=0)
    if len(z) == 1:
        return mean, tensors[VARIANCE]
    return mean, (1 - MOMENTUM) * tensors[VARIANCE] + MOMENTUM * z.var(axis=0, ddof=1)


def forward(
    experiment: Experiment,
    output: Entry,
    tensors: Tensors,
    features: ArrayLike,
    masks: Sequence[Array | None] | None = None,
    training: bool = False,
) -> list[Trace]:
    """Run rows through all layers; ``masks`` are the dropout masks of the hidden layers, if any drops out."""
    hidden = experiment.network.layers
    a = np.asarray(features, tensors[0][WEIGHT].dtype)
    traces = []
    for i, layer in enumerate(tensors):
        spec = hidden[i] if i < len(hidden) else None
        z = a @ layer[WEIGHT].T + layer[BIAS]
        x, n, deviation = z, None, None
        if spec is not None and spec.normalization != "none":
            x, n, deviation = normalize(spec.normalization, layer, z, training)
        values = activate(spec.activation if spec else output, layer, x)
        outputs = values
        mask = masks[i] if masks and spec is not None else None
        if mask is not None:
            outputs = outputs * mask
        if spec is not None and spec.residual:
            outputs = outputs + (a @ layer[PROJECTION].T if PROJECTION in layer else a)
        if spec is not None and spec.muted_units:
            outputs = outputs * _audible(spec)
        traces.append(Trace(a, z, x, values, outputs, n, deviation))
        a = outputs
    return traces


def _audible(layer: Layer) -> Array:
    """Return 0 for the muted units, else 1."""
    return np.asarray([unit not in layer.muted_units for unit in range(layer.units)], np.float64)


def mean_loss(
    rule: LossRule, numbers: tuple[float, ...], last: Trace, targets: ArrayLike, weights: Array | None = None
) -> float:
    """Return the loss, a mean over the rows, which count as much as their weights."""
    per_row = rule.value(_argument(rule, last), np.asarray(targets, last.z.dtype), *numbers).sum(axis=1)
    return float(np.average(per_row, weights=weights) / (last.z.shape[1] if rule.mean_over_outputs else 1))


def _argument(rule: LossRule, last: Trace) -> Array:
    """Return what the loss is a function of."""
    return {"output": last.outputs, "logit": last.z, "log_probability": log_softmax(last.z)}[rule.acts_on]


def backward(
    experiment: Experiment,
    output: Entry,
    rule: LossRule,
    numbers: tuple[float, ...],
    tensors: Tensors,
    traces: list[Trace],
    targets: ArrayLike,
    masks: Sequence[Array | None] | None = None,
    weights: Array | None = None,
    training: bool = True,
) -> Tensors:
    """Return the gradient of the mean loss of a batch by every trained tensor.

    ``training`` is that of the forward pass: the running statistics of inference do not depend on the batch.
    """
    hidden = experiment.network.layers
    last = traces[-1]
    counts = np.ones(len(last.z), last.z.dtype) if weights is None else weights
    share = (counts / counts.sum())[:, None]
    delta = rule.slope(_argument(rule, last), np.asarray(targets, last.z.dtype), *numbers) * share
    if rule.mean_over_outputs:
        delta = delta / last.z.shape[1]
    if rule.acts_on == "log_probability":  # z -> log softmax(z)
        delta = delta - softmax(last.z) * delta.sum(axis=1, keepdims=True)
    gradient: Tensors = []
    for i in range(len(tensors) - 1, -1, -1):
        trace, layer = traces[i], tensors[i]
        spec = hidden[i] if i < len(hidden) else None
        found: dict[str, Array] = {}
        if spec is not None and spec.muted_units:
            delta = delta * _audible(spec)
        arriving = delta
        mask = masks[i] if masks and spec is not None else None
        if mask is not None:
            delta = delta * mask
        if spec is not None or rule.acts_on == "output":
            delta = _through(spec.activation if spec else output, layer, trace, delta, found)
        if spec is not None and spec.normalization != "none":
            delta = _through_normalization(spec.normalization, layer, trace, delta, found, training)
        found |= {WEIGHT: delta.T @ trace.inputs, BIAS: delta.sum(axis=0)}
        delta = delta @ layer[WEIGHT]
        if PROJECTION in layer:
            found[PROJECTION] = arriving.T @ trace.inputs
            delta = delta + arriving @ layer[PROJECTION]
        elif spec is not None and spec.residual:
            delta = delta + arriving
        gradient.insert(0, found)
    return gradient


def _through(
    activation: Entry, tensors: Mapping[str, Array], trace: Trace, delta: Array, found: dict[str, Array]
) -> Array:
    """Turn dL/da into dL/dx; the gradient of a trained slope is added to ``found``."""
    if isinstance(activation, Softmax):
        p = trace.values
        return np.asarray(p * (delta - (delta * p).sum(axis=1, keepdims=True)))
    assert isinstance(activation, Activation)
    if activation.sums_per_unit() > 1:  # to the first of the largest
        pieces = _pieces(activation, trace.x)
        won = pieces.argmax(axis=1)[:, None, :] == np.arange(pieces.shape[1])[:, None]
        return np.asarray(won * delta[:, None, :]).reshape(trace.x.shape)
    if activation.trained:
        found[SLOPE] = (delta * np.where(trace.x > 0, 0, trace.x)).sum(axis=0)
    return np.asarray(delta * activation.slope(trace.x, trace.values, *_numbers(activation, tensors)))


def _through_normalization(
    kind: str,
    tensors: Mapping[str, Array],
    trace: Trace,
    delta: Array,
    found: dict[str, Array],
    training: bool,
) -> Array:
    """Turn dL/dx into dL/dz, and add the gradients of scale and shift to ``found``."""
    assert trace.n is not None and trace.deviation is not None
    found[SCALE], found[SHIFT] = (delta * trace.n).sum(axis=0), delta.sum(axis=0)
    g, axis = delta * tensors[SCALE], 0 if kind == "batch" else 1
    if kind == "batch" and not training:
        return np.asarray(g / trace.deviation)
    mean, slope = g.mean(axis=axis, keepdims=True), (g * trace.n).mean(axis=axis, keepdims=True)
    return np.asarray((g - mean - trace.n * slope) / trace.deviation)


def clip_values(gradient: Tensors, limit: float) -> Tensors:
    """Cut every number off at ±limit."""
    return [{name: np.clip(g, -limit, limit) for name, g in layer.items()} for layer in gradient]


def clip_norm(gradient: Tensors, limit: float) -> Tensors:
    """Scale the gradient down to a Euclidean norm of ``limit``."""
    norm = np.sqrt(sum(float(np.square(g).sum()) for layer in gradient for g in layer.values()))
    factor = min(1.0, limit / norm) if norm > 0 else 1.0
    return [{name: g * factor for name, g in layer.items()} for layer in gradient]


class Optimizer:
    """An update rule with its memory: one array a slot and parameter, all starting at zero."""

    def __init__(self, experiment: Experiment, tensors: Tensors) -> None:
        self.training = experiment.training
        self.step = 0
        count = len(self.training.optimizer.rule.slots)
        self.slots: list[dict[str, Any]] = [
            {name: [np.zeros_like(p) for _ in range(count)] for name, p in layer.items()} for layer in tensors
        ]

    def update(self, tensors: Tensors, gradient: Tensors, factor: float = 1.0) -> Tensors:
        """Return the tensors after one step along the gradient of the mean loss.

        ``factor`` is the schedule's.  The penalties act on weights and projections alone.
        """
        self.step += 1
        training, optimizer = self.training, self.training.optimizer
        rates = training.regularizer.rates()
        rate, *others = optimizer.numbers()
        rate *= factor
        if training.gradient_clip_value is not None:
            gradient = clip_values(gradient, training.gradient_clip_value)
        if training.gradient_clip is not None:
            gradient = clip_norm(gradient, training.gradient_clip)
        constants = optimizer.rule.constants(self.step, rate, *others)
        updated = []
        for layer, slopes, memory in zip(tensors, gradient, self.slots, strict=True):
            new = dict(layer)
            for name, g in slopes.items():
                w = layer[name]
                penalized = name in (WEIGHT, PROJECTION)
                if penalized:
                    w, g = w * (1 - rate * rates.decay), g + rates.pull * w
                w, *memory[name] = optimizer.rule.update(w, g, *memory[name], *constants)
                if penalized:
                    w = np.sign(w) * np.maximum(np.abs(w) - rate * rates.shrink, 0)
                if name == WEIGHT and rates.limit > 0:
                    norm = np.sqrt(np.square(w).sum(axis=1, keepdims=True))
                    w = w * np.where(norm > rates.limit, rates.limit / np.maximum(norm, 1e-300), 1)
                new[name] = w
            updated.append(new)
        return updated
