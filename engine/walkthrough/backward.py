"""The way back: unit by unit the chain rule, and each gradient beside a nudge of its parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.tensors import BIAS, PROJECTION, SCALE, SHIFT, SLOPE, WEIGHT
from engine.walkthrough.chain import arriving_delta, chain_lines, slope
from engine.walkthrough.equations import received
from engine.walkthrough.notation import Formula, Phrase, more_inputs, more_neurons, place, say, symbol
from engine.walkthrough.scene import WIDE
from engine.walkthrough.steps import Line, Row, Step, Table

if TYPE_CHECKING:
    from engine.walkthrough.checks import Nudger
    from engine.walkthrough.scene import Scene


def backward_steps(scene: Scene, nudger: Nudger) -> list[Step]:
    """Return the steps from the loss back to the first layer."""
    found = []
    for layer in range(scene.depth - 1, -1, -1):
        if scene.is_wide(layer):
            found.append(_whole_layer(scene, nudger, layer))
        else:
            found += [_unit(scene, nudger, layer, unit) for unit in range(scene.units(layer))]
    return found


def _unit(scene: Scene, nudger: Nudger, layer: int, unit: int) -> Step:
    lines = [*chain_lines(scene, layer, unit), *_products(scene, layer, unit)]
    rows = _gradients(scene, nudger, layer, unit)
    above = scene.out_of(layer, [unit]) if layer < scene.depth - 1 else ()
    labels = {(layer + 1, unit): float(scene.sample.layers[layer].z_deltas[scene.sums(layer, unit)[0][0]])}
    if above:
        deltas = scene.sample.layers[layer + 1].z_deltas
        labels |= {(layer + 2, k): float(deltas[k]) for k in range(scene.units(layer + 1))}
    return Step(
        "backward",
        scene.title(layer, unit, "chain rule"),
        ((layer + 1, unit),),
        (*above, *scene.into(layer, [unit])),
        labels,
        tuple(lines),
        Table((("",), ("chain rule",), ("gradient",)), tuple(rows), _left_out(scene, layer)),
        _notes(scene, layer, unit),
    )


def _products(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return in symbols how the slopes by weights and bias follow from that by a sum."""
    _, at = scene.sums(layer, unit)[0]
    by = slope(symbol("z", layer + 1, at))
    bias = slope(symbol("b", layer + 1, at))
    return [
        Line(
            slope(symbol("w", layer + 1, at, "i")),
            (f"{by} · {symbol('a', layer, 'i')},   {bias} = {by}",),
        )
    ]


def _gradients(scene: Scene, nudger: Nudger, layer: int, unit: int, most: int = WIDE) -> list[Row]:
    """Return a row for each of a unit's parameters: its gradient, and what a nudge of it says."""
    trace, rows = scene.sample.layers[layer], []
    muted = {(u, i) for u, i in scene.part(layer).muted_weights}
    for row, at in scene.sums(layer, unit):
        delta = float(trace.z_deltas[row])
        for i in range(min(len(trace.inputs), most)):
            name = symbol("w", layer + 1, at, i + 1)
            if (unit, i) in muted:
                rows.append(Row((name,), (("muted: carries nothing",), (0.0,))))
                continue
            rows.append(
                Row(
                    (name,),
                    ((delta, " · ", float(trace.inputs[i])), (float(trace.gradient[WEIGHT][row, i]),)),
                    nudger.check(layer, WEIGHT, (row, i)),
                )
            )
        rows.append(
            Row(
                (symbol("b", layer + 1, at),),
                ((delta, " · 1"), (float(trace.gradient[BIAS][row]),)),
                nudger.check(layer, BIAS, (row,)),
            )
        )
        if SCALE in trace.gradient:
            assert trace.normalized is not None
            own = float(trace.x_deltas[row])
            for letter, name, factor in (
                ("γ", SCALE, (own, " · ", float(trace.normalized[row]))),
                ("β", SHIFT, (own, " · 1")),
            ):
                number = float(trace.gradient[name][row])
                rows.append(
                    Row(
                        (symbol(letter, layer + 1, at),),
                        (factor, (number,)),
                        nudger.check(layer, name, (row,)),
                    )
                )
    if SLOPE in trace.gradient:
        below = min(float(trace.x[unit]), 0.0)
        cells: tuple[Formula, ...] = (
            (arriving_delta(scene, layer, unit), " · ", below),
            (float(trace.gradient[SLOPE][unit]),),
        )
        rows.append(Row((symbol("α", layer + 1, unit + 1),), cells, nudger.check(layer, SLOPE, (unit,))))
    if PROJECTION in trace.gradient:
        arriving = arriving_delta(scene, layer, unit)
        for i in range(min(len(trace.inputs), most)):
            number = float(trace.gradient[PROJECTION][unit, i])
            cells = ((arriving, " · ", float(trace.inputs[i])), (number,))
            name = symbol("P", layer + 1, place(unit), i + 1)
            rows.append(Row((name,), cells, nudger.check(layer, PROJECTION, (unit, i))))
    return rows


def _left_out(scene: Scene, layer: int) -> Phrase | None:
    """Return what stands for the inputs that are not shown."""
    rest = len(scene.columns[layer]) - WIDE
    return more_inputs(rest) if rest > 0 else None


def _notes(scene: Scene, layer: int, unit: int | None) -> tuple[Phrase, ...]:
    part, found = scene.part(layer), []
    if unit is not None and scene.is_muted(layer, unit):
        found.append(say("A muted neuron hands nothing on, so nothing comes back."))
    if scene.pieces(layer) > 1:
        found.append(say("Maxout: only the largest piece gets a gradient."))
    if part.frozen or any(unit is None or u == unit for u, _ in part.frozen_weights):
        found.append(say("Frozen weights have a gradient too, but no step follows it."))
    spec = scene.spec(layer)
    if spec is not None and spec.normalization == "batch":
        found.append(say("The running mean and variance do not depend on this sample: they are constants."))
    return tuple(found)


def _whole_layer(scene: Scene, nudger: Nudger, layer: int) -> Step:
    """Return one step of a wide layer: for each of its first units the bias's and a weight's gradient."""
    rows = []
    for unit in range(WIDE):
        lines = tuple(chain_lines(scene, layer, unit))
        for row in _gradients(scene, nudger, layer, unit, most=1):
            rows.append(Row(row.name, row.cells, row.check, lines))
    column = layer + 1
    a, z, x = symbol("a", column), symbol("z", column), symbol(received(scene, layer), column)
    general = []
    if layer < scene.depth - 1:
        above = column + 1
        more = " + …" if (spec := scene.spec(layer + 1)) is not None and spec.residual else ""
        general.append(Line(slope(a), (f"{symbol('W', above)}ᵀ {slope(symbol('z', above))}{more}",)))
        if not scene.is_softmax(layer) and scene.pieces(layer) == 1:
            hint = getattr(scene.entry(layer), "derivative", "")
            general.append(Line(slope(x), (f"{slope(a)} ⊙ f′({x})",), hint=hint))
    general += [
        Line(slope(symbol("W", column)), (f"{slope(z)} · ({symbol('a', layer)})ᵀ",)),
        Line(slope(symbol("b", column)), (slope(z),)),
    ]
    everyone = range(scene.units(layer))
    deltas = scene.sample.layers[layer].z_deltas
    rest = scene.units(layer) - WIDE
    return Step(
        "backward",
        scene.title(layer, None, "gradients of all {count} neurons at once"),
        tuple((column, unit) for unit in everyone),
        scene.into(layer, everyone),
        {(column, unit): float(deltas[unit]) for unit in everyone},
        tuple(general),
        Table(
            (("",), ("chain rule",), ("gradient",)),
            tuple(rows),
            more_neurons(rest),
        ),
        (*_notes(scene, layer, None), say("Choose a row to see its chain rule.")),
    )
