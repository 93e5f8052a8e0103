"""The way forward: the sample, then unit after unit, and for a softmax all outputs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.walkthrough.equations import (
    activation_line,
    added_lines,
    called,
    normal_lines,
    received,
    statistics_of,
    sum_lines,
)
from engine.walkthrough.notation import TERMS, Formula, Phrase, joined, say, symbol
from engine.walkthrough.scene import WIDE, shortened
from engine.walkthrough.steps import Line, Row, Step, Table

if TYPE_CHECKING:
    from engine.walkthrough.scene import Scene

LEFT_OUT = "Dropout is left out: one sample is followed as in a prediction."
RUNNING = "One sample is no batch: batch normalization uses its running mean and variance here."


def forward_steps(scene: Scene) -> list[Step]:
    """Return the steps from the sample to the output."""
    found = [_sample(scene)]
    for layer in range(scene.depth):
        spec = scene.spec(layer)
        if spec is not None and spec.normalization == "layer":
            found.append(_statistics(scene, layer))
        if scene.is_wide(layer):
            found.append(_whole_layer(scene, layer))
        else:
            found += [_unit(scene, layer, unit) for unit in range(scene.units(layer))]
        if scene.is_softmax(layer):
            found.append(_softmax(scene, layer))
    return found


def _sample(scene: Scene) -> Step:
    data, sample, row = scene.data, scene.sample, scene.request.row
    at = f"^{{({row + 1})}}" if row is not None else ""
    moved = any(data.mean != 0) or any(data.scale != 1)
    plain = [f"x{i + 1}" for i in range(len(data.input_names))]
    named = list(data.input_names) != plain
    lines = []
    for i, value in enumerate(sample.features[:WIDE]):
        text, label = data.features[i].text, data.feature_labels[i]
        x = f"x_{{{text[1:]}}}{at}" if text in plain else label
        lines.append(
            Line(scene.a(0, i), (f"{x} ({label})" if named and text in plain else x,), (), float(value))
        )
    target = joined([(float(t),) for t in sample.target[:TERMS]], ", ")
    more: Formula = (", …",) if len(sample.target) > TERMS else ()
    lines.append(Line(f"t{at}", target + more))
    notes = [say("The features are the first activations; the loss compares with the target t.")]
    if data.classes:
        notes.insert(0, say("Its class is {name}.", name=_class_of(scene)))
    table = None
    if moved or [data.features[i].text for i in range(len(sample.features))] != plain:
        rows = [
            Row((name,), ((f"x_{{{i + 1}}}{at}",), (float(value),)))
            for i, (name, value) in enumerate(zip(data.input_names, sample.inputs[:WIDE], strict=False))
        ]
        table = Table((("input",), ("",), ("value",)), tuple(rows))
    if moved:
        notes.append(say("Inputs are standardized before: their mean is taken off, then they are scaled."))
    if len(sample.features) > WIDE:
        notes.append(say("{count} features in all.", count=str(len(sample.features))))
    title = (
        say("The sample: row {row} of the {part} data", row=str(row + 1), part=scene.request.part)
        if row is not None
        else say("The sample: a point of your own")
    )
    units = tuple((0, unit) for unit in range(len(sample.features)))
    return Step(
        "forward", title, units, (), scene.labels(0), tuple(lines), table, tuple(notes), has_result=False
    )


def _class_of(scene: Scene) -> str:
    """Return the name of the sample's class."""
    data, request = scene.data, scene.request
    if request.row is None:
        index = request.target if isinstance(request.target, int) else 0
    else:
        targets = data.test_targets if request.part == "test" else data.train_targets
        index = int(targets[request.row])
    return data.classes[index]


def _notes(scene: Scene, layer: int) -> tuple[Phrase, ...]:
    spec = scene.spec(layer)
    if spec is None:
        return ()
    found = [say(LEFT_OUT)] if spec.dropout else []
    if spec.normalization == "batch":
        found.append(say(RUNNING))
    if spec.residual:
        found.append(say("The residual connection adds the layer's input."))
    return tuple(found)


def _unit(scene: Scene, layer: int, unit: int) -> Step:
    softmax = scene.is_softmax(layer)
    lines = sum_lines(scene, layer, unit)
    if not softmax:
        lines += normal_lines(scene, layer, unit)
        lines.append(activation_line(scene, layer, unit))
        lines += added_lines(scene, layer, unit)
    what = "weighted sum" if softmax else "weighted sum and activation"
    own = {} if softmax else scene.labels(layer + 1, [unit])
    return Step(
        "forward",
        scene.title(layer, unit, what),
        ((layer + 1, unit),),
        scene.into(layer, [unit]),
        {**scene.labels(layer), **own},
        tuple(lines),
        None,
        _notes(scene, layer),
    )


def _statistics(scene: Scene, layer: int) -> Step:
    """Return the step of layer normalization that belongs to no single unit."""
    trace = scene.sample.layers[layer]
    mean, deviation = statistics_of(scene, layer, 0)
    z, count = trace.z, len(trace.z)
    m, s, letters = symbol("μ", layer + 1), symbol("σ", layer + 1), symbol("z", layer + 1)
    apart = [("(", float(value), " − ", mean, ")²") for value in z]
    lines = (
        Line(
            m,
            (f"mean of {letters}",),
            ("(", *shortened([(float(value),) for value in z], z), f") / {count}"),
            mean,
        ),
        Line(
            s,
            (f"√(mean of ({letters} − {m})² + 10^{{−5}})",),
            ("√((", *shortened(apart, (z - mean) ** 2), f") / {count} + 10^{{−5}})"),
            deviation,
        ),
    )
    rows = tuple(
        Row((line.name,), (line.numbers, (line.value if line.value is not None else 0.0,)))
        for unit in range(min(scene.units(layer), WIDE))
        for line in sum_lines(scene, layer, unit)
    )
    everyone = range(scene.units(layer))
    return Step(
        "forward",
        scene.title(layer, None, "mean and deviation of all weighted sums"),
        tuple((layer + 1, unit) for unit in everyone),
        scene.into(layer, everyone),
        scene.labels(layer),
        lines,
        Table((("",), ("w · a + b",), ("sum",)), rows, _more(scene, layer)),
        (say("Layer normalization: mean and deviation over the sums of this one sample."),),
    )


def _more(scene: Scene, layer: int) -> Phrase | None:
    """Return what stands for the units that are not shown."""
    if not scene.is_wide(layer):
        return None
    rest = scene.columns[layer + 1][WIDE:]
    if len(rest) == 1:
        return say("… and 1 more neuron: {value}", value=float(rest[0]))
    return say(
        "… and {count} more neurons: from {low} to {high}, mean {mean}",
        count=str(len(rest)),
        low=float(rest.min()),
        high=float(rest.max()),
        mean=float(rest.mean()),
    )


def _whole_layer(scene: Scene, layer: int) -> Step:
    rows, softmax = [], scene.is_softmax(layer)
    trace = scene.sample.layers[layer]
    for unit in range(WIDE):
        lines = sum_lines(scene, layer, unit)
        if not softmax:
            lines += normal_lines(scene, layer, unit)
            lines += [activation_line(scene, layer, unit), *added_lines(scene, layer, unit)]
        sums = joined([(float(trace.z[row]),) for row, _ in scene.sums(layer, unit)], ", ")
        cells: tuple[Formula, ...] = (sums,) if softmax else (sums, (float(trace.outputs[unit]),))
        rows.append(Row((str(unit + 1),), cells, None, tuple(lines)))
    column, letter = layer + 1, received(scene, layer)
    general = [
        Line(
            symbol("z", column),
            (f"{symbol('W', column)} {symbol('a', layer)} + {symbol('b', column)}",),
        )
    ]
    if not softmax:
        text = "max" if scene.pieces(layer) > 1 else called(scene, layer)
        right = symbol(letter, column) if text == "linear" else f"{text}({symbol(letter, column)})"
        general.append(Line(symbol("a", column), (right,), hint=scene.entry(layer).formula))
    heads: tuple[Formula, ...] = (("neuron",), (symbol("z", column),), (symbol("a", column),))
    everyone = range(scene.units(layer))
    return Step(
        "forward",
        scene.title(layer, None, "all {count} neurons at once"),
        tuple((column, unit) for unit in everyone),
        scene.into(layer, everyone),
        scene.labels(column) if not softmax else scene.labels(layer),
        tuple(general),
        Table(heads[: 2 if softmax else 3], tuple(rows), _more(scene, layer)),
        (*_notes(scene, layer), say("Choose a neuron to see its own sum.")),
    )


def _softmax(scene: Scene, layer: int) -> Step:
    """Return the step from logits to probabilities, by the largest so that nothing overflows."""
    trace, column = scene.sample.layers[layer], layer + 1
    z, p = trace.z, trace.values
    largest = float(z.max())
    powers = np.exp(z - largest)
    total, k = float(powers.sum()), int(np.argmax(scene.sample.target))
    lines = [
        Line("m", (f"max {symbol('z', column)}",), ("max(", *_listed(z), ")"), largest),
        Line("S", ("Σ_{j} exp(z_{j} − m)",), shortened([(float(e),) for e in powers], powers), total),
        Line(
            symbol("p", None, k + 1),
            (f"exp(z_{{{k + 1}}} − m) / S",),
            (float(powers[k]), " / ", total),
            float(p[k]),
        ),
    ]
    rows = tuple(
        Row(
            (scene.data.classes[k] if k < len(scene.data.classes) else str(k + 1),),
            ((float(z[k]),), (float(z[k]) - largest,), (float(powers[k]),), (float(p[k]),)),
        )
        for k in range(min(len(z), WIDE + 2))
    )
    units = range(len(z))
    return Step(
        "forward",
        say("Output: softmax probabilities"),
        tuple((column, unit) for unit in units),
        (),
        scene.labels(column),
        tuple(lines),
        Table((("class",), ("z",), ("z − m",), ("exp(z − m)",), ("p",)), rows),
        (say("The largest logit is taken off first: no power can overflow, and the quotient is the same."),),
    )


def _listed(values: np.ndarray) -> Formula:
    """Return the first numbers of several, with commas between them."""
    more: Formula = (", …",) if len(values) > TERMS else ()
    return (*joined([(float(value),) for value in values[:TERMS]], ", "), *more)
