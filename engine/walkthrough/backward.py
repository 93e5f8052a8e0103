"""The way back: the chain rule from the loss to every weight, each gradient beside a nudge of its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import Activation
from engine.tensors import BIAS, PROJECTION, SCALE, SHIFT, SLOPE, WEIGHT
from engine.walkthrough.forward import received, statistics_of
from engine.walkthrough.loss import argument_of, loss_places
from engine.walkthrough.losses import WRITTEN
from engine.walkthrough.notation import Formula, Phrase, fill, joined, place, say, symbol
from engine.walkthrough.scene import WIDE, shortened
from engine.walkthrough.steps import Line, Row, Step, Table

if TYPE_CHECKING:
    from engine.walkthrough.checks import Nudger
    from engine.walkthrough.scene import Scene


def slope(of: str) -> str:
    """Return the symbol of the loss's slope by something."""
    return f"∂L/∂{of}"


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
    lines = [*_lines(scene, layer, unit), *_products(scene, layer, unit)]
    rows = _gradients(scene, nudger, layer, unit)
    above = scene.out_of(layer, [unit]) if layer < scene.depth - 1 else ()
    labels = {(layer + 1, unit): float(scene.sample.layers[layer].z_deltas[scene.sums(layer, unit)[0][0]])}
    if above:
        deltas = scene.sample.layers[layer + 1].z_deltas
        labels |= {(layer + 2, k): float(deltas[k]) for k in range(scene.units(layer + 1))}
    return Step(
        "backward",
        scene.title(layer, unit, "chain rule and gradients"),
        ((layer + 1, unit),),
        (*above, *scene.into(layer, [unit])),
        labels,
        tuple(lines),
        Table((("",), ("chain rule",), ("gradient",)), tuple(rows), _left_out(scene, layer)),
        _notes(scene, layer, unit),
    )


def _lines(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return the chain from what arrives at a unit to its weighted sums."""
    if layer < scene.depth - 1:
        lines = [_arriving(scene, layer, unit)]
        return lines + _through(scene, layer, unit, float(_delta(scene, layer, unit)))
    rule = scene.plan.rule
    if rule.acts_on == "logit":
        return [_slope_of_loss(scene, unit, symbol("z", layer + 1, unit + 1), last=True)]
    if rule.acts_on == "log_probability":
        return _through_log_softmax(scene, unit)
    lines = [_slope_of_loss(scene, unit, symbol("y", None, unit + 1))]
    if scene.is_softmax(layer):
        return [_slope_of_loss(scene, unit, symbol("p", None, unit + 1)), _through_softmax(scene, unit)]
    return lines + _through(scene, layer, unit, float(_delta(scene, layer, unit)))


def _products(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return in symbols how the slopes by weights and bias follow from that by a sum."""
    _, at = scene.sums(layer, unit)[0]
    by = slope(symbol("z", layer + 1, at))
    return [
        Line(slope(symbol("w", layer + 1, at, "i")), (f"{by} · {symbol('a', layer, 'i')}",)),
        Line(slope(symbol("b", layer + 1, at)), (by,)),
    ]


def _delta(scene: Scene, layer: int, unit: int) -> float:
    """Return the loss's slope by what a unit hands on, 0 for a muted one."""
    deltas = scene.sample.layers[layer].output_deltas
    assert deltas is not None
    return 0.0 if scene.is_muted(layer, unit) else float(deltas[unit])


def _slope_of_loss(scene: Scene, unit: int, by: str, last: bool = False) -> Line:
    """Return the loss's slope by an output or a logit."""
    rule, entry, outputs = scene.plan.rule, scene.experiment.training.loss, len(scene.sample.target)
    value = float(rule.slope(argument_of(scene)[unit], scene.sample.target[unit], *entry.numbers()))
    share = outputs if rule.mean_over_outputs else 1
    symbols, numbers = loss_places(scene, unit)
    written = WRITTEN.get(rule)
    if written is None:
        return Line(slope(by), ("L′(y, t)",), ("L′(", numbers["y"], ", ", numbers["t"], ")"), value / share)  # type: ignore[arg-type]
    formula, filled = fill(written.slope, symbols), fill(written.slope, numbers)
    if share > 1:
        formula, filled = ("(", *formula, f") / {outputs}"), ("(", *filled, f") / {outputs}")
    found = value / share
    if last:
        found = float(scene.sample.layers[-1].z_deltas[unit])
    return Line(slope(by), formula, filled, found)


def _through_log_softmax(scene: Scene, unit: int) -> list[Line]:
    """Return the slope by a logit, through the logarithm of the softmax."""
    trace, target = scene.sample.layers[-1], scene.sample.target
    numbers = scene.experiment.training.loss.numbers()
    slopes = scene.plan.rule.slope(argument_of(scene), target, *numbers)
    k, p = unit + 1, float(trace.values[unit])
    z = symbol("z", scene.depth, k)
    if np.array_equal(slopes, -target):  # of the cross-entropy
        return [
            Line(
                slope(z),
                (f"p_{{{k}}} · Σ t − t_{{{k}}} = p_{{{k}}} − t_{{{k}}}",),
                (p, " − ", float(target[unit])),
                float(trace.z_deltas[unit]),
            )
        ]
    total = float(slopes.sum())
    by = f"log p_{{{k}}}"
    return [
        _slope_of_loss(scene, unit, by),
        Line(
            slope(z),
            (f"{slope(by)} − p_{{{k}}} · Σ_{{j}} {slope('log p_{j}')}",),
            (float(slopes[unit]), " − ", p, " · ", total),
            float(trace.z_deltas[unit]),
        ),
    ]


def _through_softmax(scene: Scene, unit: int) -> Line:
    """Return the slope by a logit from those by all probabilities."""
    trace, k = scene.sample.layers[-1], unit + 1
    deltas, p = trace.output_deltas, trace.values
    assert deltas is not None
    return Line(
        slope(symbol("z", scene.depth, k)),
        (f"p_{{{k}}} · ({slope(f'p_{{{k}}}')} − Σ_{{j}} p_{{j}} · {slope('p_{j}')})",),
        (float(p[unit]), " · (", float(deltas[unit]), " − ", float((p * deltas).sum()), ")"),
        float(trace.z_deltas[unit]),
    )


def _arriving(scene: Scene, layer: int, unit: int) -> Line:
    """Return the slope by what a hidden unit hands on: what all sums it goes into send back."""
    above, trace = layer + 1, scene.sample.layers[layer + 1]
    weights, deltas = scene.tensors[above][WEIGHT][:, unit], trace.z_deltas
    terms: list[Formula] = [(float(w), " · ", float(d)) for w, d in zip(weights, deltas, strict=True)]
    numbers = shortened(terms, weights * deltas)
    places = [at for k in range(scene.units(above)) for _, at in scene.sums(above, k)]
    if len(places) == 1:
        z = symbol("z", above + 1, places[0])
        symbols: list[str] = [f"{symbol('w', above + 1, places[0], unit + 1)} · {slope(z)}"]
    else:
        z = symbol("z", above + 1, "k")
        symbols = [f"Σ_{{k}} {symbol('w', above + 1, 'k', unit + 1)} · {slope(z)}"]
    spec = scene.spec(above)
    if spec is not None and spec.residual and trace.output_deltas is not None:
        arriving = np.array(trace.output_deltas)
        arriving[list(spec.muted_units)] = 0
        if scene.has_projection(above):
            column = scene.tensors[above][PROJECTION][:, unit]
            both = column * arriving
            extra = shortened(
                [(float(w), " · ", float(d)) for w, d in zip(column, arriving, strict=True)], both
            )
            symbols.append(f"Σ_{{k}} {symbol('P', above + 1, 'k', unit + 1)} · {slope(symbol('a', above + 1, 'k'))}")
        else:
            extra = (float(arriving[unit]),)
            symbols.append(slope(scene.a(above + 1, unit)))
        numbers = (*numbers, " + ", *extra)
    full = joined(terms, " + ") if len(terms) > WIDE else ()
    value = scene.sample.layers[layer].output_deltas
    assert value is not None
    return Line(slope(scene.a(layer + 1, unit)), (" + ".join(symbols),), numbers, float(value[unit]), full=full)


def _through(scene: Scene, layer: int, unit: int, delta: float) -> list[Line]:
    """Return what the activation, then the normalization make of a slope on the way back."""
    trace, sums, letter = scene.sample.layers[layer], scene.sums(layer, unit), received(scene, layer)
    a = scene.a(layer + 1, unit)
    entry, lines = scene.entry(layer), []
    assert isinstance(entry, Activation)
    if scene.is_muted(layer, unit):
        x = symbol(letter, layer + 1, sums[0][1])
        return [Line(slope(x), (f"0 · {slope(a)}",), (), 0.0)]
    if len(sums) > 1:
        won = max(sums, key=lambda one: (trace.x[one[0]], -one[0]))
        for row, at in sums:
            x, is_won = symbol(letter, layer + 1, at), row == won[0]
            lines.append(
                Line(
                    slope(x),
                    (f"{slope(a)} · 1 (the largest)" if is_won else f"{slope(a)} · 0 (not the largest)",),
                    (delta, " · 1" if is_won else " · 0"),
                    float(trace.gradient.get(SHIFT, trace.gradient[BIAS])[row]),
                )
            )
    else:
        x = symbol(letter, layer + 1, sums[0][1])
        number = _slope_at(scene, layer, unit)
        if entry.kind != "linear":
            lines.append(
                Line(f"f′({x})", (f"{_right_side(entry.derivative)}, at x = {x}",),
                     ("f′(", float(trace.x[unit]), ")"), number)
            )  # fmt: skip
        symbols = f"{slope(_handed_on(scene, layer, unit))} · f′({x})"
        lines.append(Line(slope(x), (symbols,), (delta, " · ", number), float(trace.x_deltas[unit])))
    return lines + _through_normalization(scene, layer, unit)


def _right_side(derivative: str) -> str:
    """Return what a text of the catalog says a derivative is."""
    return derivative.split(" = ", 1)[-1].replace("-", "−")


def _handed_on(scene: Scene, layer: int, unit: int) -> str:
    if layer == scene.depth - 1:
        return symbol("y", None, unit + 1)
    return scene.a(layer + 1, unit)


def _slope_at(scene: Scene, layer: int, unit: int) -> float:
    """Return f′(x) of a unit."""
    trace, entry = scene.sample.layers[layer], scene.entry(layer)
    assert isinstance(entry, Activation)
    numbers: tuple[Any, ...] = (scene.tensors[layer][SLOPE],) if entry.trained else entry.numbers()
    with np.errstate(all="ignore"):
        return float(np.asarray(entry.slope(trace.x, trace.values, *numbers))[unit])


def _through_normalization(scene: Scene, layer: int, unit: int) -> list[Line]:
    trace, spec, tensors = scene.sample.layers[layer], scene.spec(layer), scene.tensors[layer]
    if spec is None or trace.normalized is None:
        return []
    found = []
    by_unit = spec.normalization == "batch"
    g = tensors[SCALE] * trace.x_deltas
    for row, at in scene.sums(layer, unit):
        _, deviation = statistics_of(scene, layer, row)
        z, x = symbol("z", layer + 1, at), symbol("x", layer + 1, at)
        scale, spread = symbol("γ", layer + 1, at), symbol("σ", layer + 1, *([at] if by_unit else []))
        own: Formula = (float(tensors[SCALE][row]), " · ", float(trace.x_deltas[row]))
        if by_unit:
            symbols = f"{scale} · {slope(x)} / {spread}"
            numbers: Formula = (*own, " / ", deviation)
        else:
            symbols = f"(g − mean of g − {symbol('n', layer + 1, at)} · mean of g·n) / {spread}, g = {scale} · {slope(x)}"
            numbers = (
                "(", float(g[row]), " − ", float(g.mean()), " − ", float(trace.normalized[row]), " · ",
                float((g * trace.normalized).mean()), ") / ", deviation,
            )  # fmt: skip
        found.append(Line(slope(z), (symbols,), numbers, float(trace.z_deltas[row])))
    return found


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
                    Row((symbol(letter, layer + 1, at),), (factor, (number,)), nudger.check(layer, name, (row,)))
                )
    if SLOPE in trace.gradient:
        below = min(float(trace.x[unit]), 0.0)
        cells: tuple[Formula, ...] = (
            (_delta(scene, layer, unit), " · ", below),
            (float(trace.gradient[SLOPE][unit]),),
        )
        rows.append(Row((symbol("α", layer + 1, unit + 1),), cells, nudger.check(layer, SLOPE, (unit,))))
    if PROJECTION in trace.gradient:
        arriving = _delta(scene, layer, unit)
        for i in range(min(len(trace.inputs), most)):
            number = float(trace.gradient[PROJECTION][unit, i])
            cells = ((arriving, " · ", float(trace.inputs[i])), (number,))
            name = symbol("P", layer + 1, place(unit), i + 1)
            rows.append(Row((name,), cells, nudger.check(layer, PROJECTION, (unit, i))))
    return rows


def _left_out(scene: Scene, layer: int) -> Phrase | None:
    """Return what stands for the inputs that are not shown."""
    rest = len(scene.columns[layer]) - WIDE
    return say("… and the weights of {count} more inputs, likewise", count=str(rest)) if rest > 0 else None


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
        lines = tuple(_lines(scene, layer, unit))
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
            say(
                "First weight and bias of each of the first neurons; {count} more neurons, likewise",
                count=str(rest),
            ),
        ),
        (*_notes(scene, layer, None), say("Choose a row to see its chain rule.")),
    )
