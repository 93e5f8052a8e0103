"""The equations of one unit forward: weighted sum, normalization, activation, and what is added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE
from engine.walkthrough.notation import Formula, joined, place, symbol
from engine.walkthrough.steps import Line

if TYPE_CHECKING:
    from engine.walkthrough.scene import Scene


def sum_lines(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return the weighted sums of a unit, with maxout one a piece."""
    trace, found = scene.sample.layers[layer], []
    for row, at in scene.sums(layer, unit):
        symbols, numbers, full = scene.weighted_sum(layer, row, at)
        bias = float(scene.tensors[layer][BIAS][row])
        found.append(
            Line(
                symbol("z", layer + 1, at),
                (*symbols, f" + {symbol('b', layer + 1, at)}"),
                (*numbers, " + ", bias),
                float(trace.z[row]),
                full=(*full, " + ", bias) if full else (),
            )
        )
    return found


def normal_lines(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return the normalization of a unit's sums, n, and what the activation receives, x."""
    spec, trace, tensors = scene.spec(layer), scene.sample.layers[layer], scene.tensors[layer]
    if spec is None or trace.normalized is None:
        return []
    found = []
    for row, at in scene.sums(layer, unit):
        mean, deviation = statistics_of(scene, layer, row)
        z, n, x = (symbol(letter, layer + 1, at) for letter in "znx")
        scale, shift = symbol("γ", layer + 1, at), symbol("β", layer + 1, at)
        which = symbol("μ", layer + 1, *([at] if spec.normalization == "batch" else []))
        spread = symbol("σ", layer + 1, *([at] if spec.normalization == "batch" else []))
        found += [
            Line(
                n,
                (f"({z} − {which}) / {spread}",),
                ("(", float(trace.z[row]), " − ", mean, ") / ", deviation),
                float(trace.normalized[row]),
            ),
            Line(
                x,
                (f"{scale} · {n} + {shift}",),
                (float(tensors[SCALE][row]), " · ", float(trace.normalized[row]), " + ",
                 float(tensors[SHIFT][row])),
                float(trace.x[row]),
            ),
        ]  # fmt: skip
    return found


def statistics_of(scene: Scene, layer: int, row: int) -> tuple[float, float]:
    """Return mean and deviation that a weighted sum is normalized with."""
    tensors, trace = scene.tensors[layer], scene.sample.layers[layer]
    if MEAN in tensors:
        return float(tensors[MEAN][row]), float(np.sqrt(tensors[VARIANCE][row] + EPSILON))
    return float(trace.z.mean()), float(np.sqrt(trace.z.var() + EPSILON))


def received(scene: Scene, layer: int) -> str:
    """Return the letter of what a layer's activation receives."""
    return "z" if scene.sample.layers[layer].normalized is None else "x"


def called(scene: Scene, layer: int) -> str:
    """Return how an activation is called in a formula: names with capitals inside stay, others do not."""
    label = scene.entry(layer).label
    return label if label[1:] != label[1:].lower() else label.lower()


def activation_line(scene: Scene, layer: int, unit: int) -> Line:
    """Return what a unit's activation makes of its sum, or of its sums."""
    trace, entry = scene.sample.layers[layer], scene.entry(layer)
    letter, sums = received(scene, layer), scene.sums(layer, unit)
    name = symbol("f" if _goes_on(scene, layer, unit) else "a", layer + 1, unit + 1)
    value = float(trace.values[unit])
    if len(sums) > 1:
        symbols = ", ".join(symbol(letter, layer + 1, at) for _, at in sums)
        numbers = joined([(float(trace.x[row]),) for row, _ in sums], ", ")
        return Line(name, (f"max({symbols})",), ("max(", *numbers, ")"), value, entry.formula)
    x = symbol(letter, layer + 1, place(unit))
    if entry.kind == "linear":
        return Line(name, (x,), (), value)
    text = called(scene, layer)
    hint = entry.formula
    if isinstance(entry, Activation) and entry.trained:
        slope = float(scene.tensors[layer][SLOPE][unit])
        alpha = symbol("α", layer + 1, unit + 1)
        return Line(
            name,
            (f"{text}({x}; {alpha})",),
            (f"{text}(", float(trace.x[unit]), "; ", slope, ")"),
            value,
            hint,
        )
    return Line(name, (f"{text}({x})",), (f"{text}(", float(trace.x[unit]), ")"), value, hint)


def _goes_on(scene: Scene, layer: int, unit: int) -> bool:
    """Return whether a unit hands on something else than its activation's value."""
    spec = scene.spec(layer)
    return spec is not None and (spec.residual or scene.is_muted(layer, unit))


def added_lines(scene: Scene, layer: int, unit: int) -> list[Line]:
    """Return what a residual connection adds, and what muting takes away."""
    spec, trace = scene.spec(layer), scene.sample.layers[layer]
    if spec is None or not _goes_on(scene, layer, unit):
        return []
    name, value = scene.a(layer + 1, unit), float(trace.outputs[unit])
    if scene.is_muted(layer, unit):
        return [Line(name, ("0 (muted)",), (), value)]
    own = symbol("f", layer + 1, unit + 1)
    if scene.has_projection(layer):
        symbols, numbers, full = scene.weighted_sum(layer, unit, place(unit), PROJECTION)
        own_numbers: Formula = (float(trace.values[unit]), " + ")
        return [
            Line(name, (f"{own} + ", *symbols), (*own_numbers, *numbers), value,
                 full=(*own_numbers, *full) if full else ())
        ]  # fmt: skip
    symbols = (f"{own} + {scene.a(layer, unit)}",)
    return [Line(name, symbols, (float(trace.values[unit]), " + ", float(trace.inputs[unit])), value)]
