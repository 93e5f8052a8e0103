"""The chain rule for one unit: from what the units above send back to the slope by its weighted sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import Activation
from engine.tensors import BIAS, PROJECTION, SCALE, SHIFT, SLOPE, WEIGHT
from engine.walkthrough.equations import received, statistics_of
from engine.walkthrough.loss import argument_of, loss_places
from engine.walkthrough.losses import WRITTEN
from engine.walkthrough.notation import Formula, fill, joined, symbol
from engine.walkthrough.scene import WIDE, shortened
from engine.walkthrough.steps import Line

if TYPE_CHECKING:
    from engine.walkthrough.scene import Scene


def slope(of: str) -> str:
    """Return the symbol of the loss's slope by something."""
    return f"∂L/∂{of}"


def chain_lines(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return the chain from what arrives at a unit to its weighted sums."""
    if layer < scene.depth - 1:
        lines = [_arriving(scene, layer, unit)]
        return lines + _through(scene, layer, unit, float(arriving_delta(scene, layer, unit)))
    rule = scene.plan.rule
    if rule.acts_on == "logit":
        return [_slope_of_loss(scene, unit, symbol("z", layer + 1, unit + 1), last=True)]
    if rule.acts_on == "log_probability":
        return _through_log_softmax(scene, unit)
    lines = [_slope_of_loss(scene, unit, symbol("y", None, unit + 1))]
    if scene.is_softmax(layer):
        return [_slope_of_loss(scene, unit, symbol("p", None, unit + 1)), _through_softmax(scene, unit)]
    return lines + _through(scene, layer, unit, float(arriving_delta(scene, layer, unit)))


def arriving_delta(scene: Scene, layer: int, unit: int) -> float:
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
            symbols.append(
                f"Σ_{{k}} {symbol('P', above + 1, 'k', unit + 1)} · {slope(symbol('a', above + 1, 'k'))}"
            )
        else:
            extra = (float(arriving[unit]),)
            symbols.append(slope(scene.a(above + 1, unit)))
        numbers = (*numbers, " + ", *extra)
    full = joined(terms, " + ") if len(terms) > WIDE else ()
    value = scene.sample.layers[layer].output_deltas
    assert value is not None
    return Line(
        slope(scene.a(layer + 1, unit)), (" + ".join(symbols),), numbers, float(value[unit]), full=full
    )


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
            n = symbol("n", layer + 1, at)
            symbols = f"(g − mean of g − {n} · mean of g·n) / {spread}, g = {scale} · {slope(x)}"
            numbers = (
                "(", float(g[row]), " − ", float(g.mean()), " − ", float(trace.normalized[row]), " · ",
                float((g * trace.normalized).mean()), ") / ", deviation,
            )  # fmt: skip
        found.append(Line(slope(z), (symbols,), numbers, float(trace.z_deltas[row])))
    return found
