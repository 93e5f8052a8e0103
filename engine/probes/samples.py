"""One sample on its way through the network and back, number by number."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from engine import reference
from engine.output import target_rows
from engine.probes.bench import read_only
from engine.tensors import BIAS, PROJECTION, SHIFT, STATISTICS, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.probes.bench import Bench, Part, State
    from engine.tensors import Tensors

    Array: TypeAlias = NDArray[np.float64]
    Arrays: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True)
class Memory:
    """What the optimizer starts its next step from.

    ``step`` counts the steps taken, ``learning_rate`` is that of the next one, and ``slots`` is what the rule
    remembers of every tensor, by its names: ``Trainer.optimizer_state``.
    """

    step: int
    learning_rate: float
    slots: Mapping[str, State]


@dataclass(frozen=True)
class LayerTrace:
    """One layer's numbers for one sample, float64.

    Forward: ``inputs`` a; weighted sums z = W a + b; ``normalized`` (z - mean) / deviation, or None; what the
    activation receives, x; ``values`` f(x); ``outputs``, with residual connection and muting. Backward: dL/d
    of ``outputs``, of x and of z.  That of the outputs is None where the loss takes the output layer's
    weighted sums. ``gradient`` is dL/d of every trained tensor, by name, and ``update`` what one step of the
    optimizer along it would add; None where the optimizer needs all samples.
    """

    inputs: Array
    z: Array
    normalized: Array | None
    x: Array
    values: Array
    outputs: Array
    output_deltas: Array | None
    x_deltas: Array
    z_deltas: Array
    gradient: Arrays
    update: Arrays | None


@dataclass(frozen=True)
class Sample:
    """One sample: raw inputs, features, target as the loss sees it, loss, and the layers input to output.

    ``memory`` is what the optimizer has in mind after the step; None where it needs all samples.
    """

    inputs: Array
    features: Array
    target: Array
    loss: float
    layers: tuple[LayerTrace, ...]
    memory: Memory | None = None


def one_sample(
    bench: Bench,
    tensors: State,
    row: int | None = None,
    *,
    part: Part = "train",
    inputs: ArrayLike | None = None,
    target: ArrayLike | None = None,
    memory: Memory | None = None,
) -> Sample:
    """Follow one sample forward and backward, in float64 as ``engine.reference`` computes it.

    A sample alone is no batch: there is no dropout, and batch normalization is by the snapshot's running
    statistics, also on the way back.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    row : int, optional
        A row of the part.
    part : {"train", "test"}
    inputs, target : array_like, optional
        Instead of a row: raw inputs (inputs,), and the index of the class or the values (outputs,).
    memory : Memory, optional
        What the optimizer has in mind; by default it begins.

    Raises
    ------
    ValueError
        Where tensors or sample do not fit.
    """
    bench.load(tensors)
    raw, features, truth = _sample(bench, row, part, inputs, target)
    plan, rule, outputs = bench.plan, bench.plan.rule, bench.data.outputs
    wanted = target_rows(bench.plain, bench.data, truth, plan)[None, :outputs].astype(np.float64)
    exact = [{name: np.asarray(array, np.float64) for name, array in layer.items()} for layer in tensors]
    numbers = bench.experiment.training.loss.numbers()
    with np.errstate(all="ignore"):
        traces = reference.forward(bench.experiment, plan.activation, exact, features[None])
        loss = reference.mean_loss(rule, numbers, traces[-1], wanted)
        gradient = reference.backward(
            bench.experiment, plan.activation, rule, numbers, exact, traces, wanted, training=False
        )
        gradient = _times(gradient, bench.audible())
        last = None
        if rule.acts_on == "output":
            last = rule.slope(traces[-1].outputs, wanted, *numbers)[0] / (
                outputs if rule.mean_over_outputs else 1
            )
        deltas = _output_deltas(bench, exact, gradient, last)
        updates, remembered = _updates(bench, exact, gradient, memory)
    layers = tuple(
        LayerTrace(
            inputs=read_only(trace.inputs[0]),
            z=read_only(trace.z[0]),
            normalized=None if trace.n is None else read_only(trace.n[0]),
            x=read_only(trace.x[0]),
            values=read_only(trace.values[0]),
            outputs=read_only(trace.outputs[0]),
            output_deltas=None if delta is None else read_only(delta),
            x_deltas=read_only(found.get(SHIFT, found[BIAS]).copy()),
            z_deltas=read_only(found[BIAS].copy()),
            gradient=_frozen(found),
            update=None if update is None else _frozen(update),
        )
        for trace, delta, found, update in zip(traces, deltas, gradient, updates, strict=True)
    )
    return Sample(read_only(raw), read_only(features), read_only(wanted[0]), loss, layers, remembered)


def _times(tensors: reference.Tensors, mask: Tensors) -> reference.Tensors:
    return [
        {name: layer[name] * array for name, array in kept.items()}
        for layer, kept in zip(tensors, mask, strict=True)
    ]


def _frozen(layer: dict[str, Any]) -> Arrays:
    return MappingProxyType({name: read_only(array) for name, array in layer.items()})


def _sample(
    bench: Bench, row: int | None, part: Part, inputs: ArrayLike | None, target: ArrayLike | None
) -> tuple[Array, Array, NDArray[Any]]:
    """Return raw inputs, features, and the truth as (1,) or (1, outputs).

    Raises
    ------
    ValueError
        Where there is no such row, or the shape of inputs or target is another.
    """
    data = bench.data
    if row is not None:
        (index,) = bench.rows(part, row)
        found = (
            (data.train_inputs, data.train_features)
            if part == "train"
            else (data.test_inputs, data.test_features)
        )
        raw, features = (np.array(array[index], np.float64) for array in found)
        return raw, features, bench.part(part).truth[[index]]
    if inputs is None or target is None:
        raise ValueError("a sample is a row, or inputs and a target")
    raw = np.array(inputs, np.float64)
    with np.errstate(all="ignore"):
        features = data.features_of(raw[None])[0].astype(np.float64)
    if data.classes:
        truth = np.asarray(target, np.int64).reshape(1)
        if not 0 <= truth[0] < len(data.classes):
            raise ValueError(f"there are {len(data.classes)} classes, the target cannot be {truth[0]}")
        return raw, features, truth
    return raw, features, np.asarray(target, np.float64).reshape(1, data.outputs)


def _output_deltas(
    bench: Bench, tensors: reference.Tensors, gradient: reference.Tensors, last: Array | None
) -> list[Array | None]:
    """Return dL/d outputs of every layer: what the layer above sends back.

    dL/dz of a single sample is the gradient of the bias.
    """
    deltas, hidden = [last], bench.experiment.network.layers
    for i in range(len(tensors) - 1, 0, -1):
        delta, above, layer = gradient[i][BIAS] @ tensors[i][WEIGHT], deltas[0], tensors[i]
        if i < len(hidden) and hidden[i].residual and above is not None:
            arriving = above.copy()
            arriving[list(hidden[i].muted_units)] = 0
            delta = delta + (arriving @ layer[PROJECTION] if PROJECTION in layer else arriving)
        deltas.insert(0, delta)
    return deltas


def _updates(
    bench: Bench, tensors: reference.Tensors, gradient: reference.Tensors, memory: Memory | None
) -> tuple[Sequence[dict[str, Array] | None], Memory | None]:
    """Return what one step along the gradient adds to every tensor, and what the optimizer then remembers.

    What is frozen stays.
    """
    chosen, trained = bench.experiment.training.optimizer, bench.trained()
    if not chosen.rules:
        return [None] * len(tensors), None
    factor = 1.0
    if memory is not None and chosen.learning_rate:
        factor = memory.learning_rate / chosen.learning_rate
    masked = _times(gradient, trained)
    updated = _begun(bench, tensors, memory).update(tensors, masked, factor)
    # Again for the memory: a penalty pulls at nothing that is frozen.
    optimizer = _begun(bench, tensors, memory)
    optimizer.update(_times(tensors, trained), masked, factor)
    steps = [
        {name: np.where(kept[name] > 0, new[name] - old[name], 0.0) for name in kept}
        for kept, new, old in zip(trained, updated, tensors, strict=True)
    ]
    slots = {
        slot: tuple(
            _frozen({name: np.array(optimizer.slots[i][name][at]) for name in layer})
            for i, layer in enumerate(masked)
        )
        for at, slot in enumerate(chosen.rule.slots)
    }
    rate = chosen.learning_rate if memory is None else memory.learning_rate
    return steps, Memory(optimizer.step, rate, MappingProxyType(slots))


def _begun(bench: Bench, tensors: reference.Tensors, memory: Memory | None) -> reference.Optimizer:
    """Return the optimizer with what it has in mind."""
    optimizer = reference.Optimizer(bench.experiment, tensors)
    if memory is not None:
        optimizer.step = memory.step
        for i, layer in enumerate(optimizer.slots):
            for name in layer.keys() - set(STATISTICS):
                kept = [
                    memory.slots[slot][i][name] for slot in bench.experiment.training.optimizer.rule.slots
                ]
                layer[name] = [np.asarray(slot, np.float64) for slot in kept]
    return optimizer
