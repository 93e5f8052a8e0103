"""The update: from the sample's gradient to new parameters, with the optimizer's memory before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine import reference
from engine.tensors import BIAS, PROJECTION, SCALE, SHIFT, SLOPE, WEIGHT
from engine.walkthrough.notation import (
    Formula,
    Phrase,
    constant,
    more_inputs,
    more_neurons,
    place,
    say,
    symbol,
)
from engine.walkthrough.rules import LETTERS, NAMES, SYMBOLS, WRITERS, Sheet
from engine.walkthrough.scene import WIDE
from engine.walkthrough.steps import Line, Row, Step, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.probes.bench import Bench
    from engine.walkthrough.scene import Scene
    from engine.walkthrough.steps import Arrays

WHOLE = "L-BFGS has no step of one sample: it searches along a line with the loss of the whole data set."


class Updater:
    """What one step of the optimizer does to every number of a scene.

    Parameters
    ----------
    scene : Scene
    bench : Bench
        Tells what is frozen.
    after : list of dict
        All tensors after the step.
    """

    def __init__(self, scene: Scene, bench: Bench, after: Arrays) -> None:
        self.scene, self.after = scene, after
        self.training = scene.experiment.training
        self.rates = self.training.regularizer.rates()
        self.trained = bench.trained()
        self.raw = [
            {name: g * kept[name] for name, g in layer.gradient.items()}
            for layer, kept in zip(scene.sample.layers, self.trained, strict=True)
        ]
        self.clipped = self.raw
        if self.training.gradient_clip_value is not None:
            self.clipped = reference.clip_values(self.clipped, self.training.gradient_clip_value)
        self.norm = float(np.sqrt(sum(float(np.square(g).sum()) for t in self.clipped for g in t.values())))
        if self.training.gradient_clip is not None:
            self.clipped = reference.clip_norm(self.clipped, self.training.gradient_clip)
        self.rate = scene.memory.learning_rate
        self.slots = self.training.optimizer.rule.slots
        optimizer = self.training.optimizer
        names = [p.name for p in type(optimizer).parameters() if p.type in (int, float)]
        self.chosen = {NAMES[name]: float(getattr(optimizer, name)) for name in names if name in NAMES}
        self.chosen |= {"η": self.rate, "t": float(scene.memory.step + 1)}

    def lines(self, layer: int, name: str, index: tuple[int, ...], w: str) -> tuple[Line, ...]:
        """Return the equations of one number, from its gradient to its new value."""
        before = float(self.scene.tensors[layer][name][index])
        if not self.trained[layer][name][index] > 0:
            return (Line(w, (f"{w} (frozen)",), (), before, sign="←"),)
        raw, g = float(self.raw[layer][name][index]), float(self.clipped[layer][name][index])
        slots = {
            LETTERS.get(slot, slot): self._slot(self.scene.memory, slot, layer, name, index)
            for slot in self.slots
        }
        sheet = Sheet(w, {"w": before, "g": raw, **slots}, self.chosen)
        sheet.lines.append(Line("g", (f"∂L/∂{w}",), (), raw))
        if g != raw:
            limit = self.training.gradient_clip_value
            cut = float(np.clip(raw, -limit, limit)) if limit is not None else raw
            if limit is not None and cut != raw:
                sheet.let("g", f"{{g}}, cut off at ±{constant(limit)}", cut)
            most = self.training.gradient_clip
            if most is not None and g != cut:
                sheet.let("g", f"{{g}} · {constant(most)} / ‖g‖", g, hint="the whole gradient is scaled")
        penalized = name in (WEIGHT, PROJECTION)
        rates = self.rates
        if penalized and rates.pull:
            sheet.let("g", f"{{g}} + {constant(rates.pull)} · {{w}}", g + rates.pull * before)
        if penalized and rates.decay:
            shrunk = before * (1 - self.rate * rates.decay)
            sheet.let("w", f"(1 − {{η}} · {constant(rates.decay)}) · {{w}}", shrunk)
        self._write(sheet, layer, name, index)
        if penalized and rates.shrink:
            moved = sheet["w"]
            after = float(np.sign(moved) * max(abs(moved) - self.rate * rates.shrink, 0))
            sheet.let("w", f"sign({{w}}) · max(|{{w}}| − {{η}} · {constant(rates.shrink)}, 0)", after)
        if name == WEIGHT and rates.limit:
            norm = self._norm(layer, index[0])
            if norm > rates.limit:
                sheet.let("w", f"{{w}} · {constant(rates.limit)} / ‖w‖", sheet["w"] * rates.limit / norm)
        return tuple(sheet.lines)

    def _write(self, sheet: Sheet, layer: int, name: str, index: tuple[int, ...]) -> None:
        """Write the optimizer's own equations."""
        writer = WRITERS.get(self.training.optimizer.rule)
        if writer is not None:
            writer(sheet)
            return
        after = float(self.after[layer][name][index])
        sheet.let("w", "{w} …", after, hint=self.training.optimizer.formula)

    def _norm(self, layer: int, row: int) -> float:
        """Return the length of a sum's weights after the optimizer's step, before they are limited."""
        numbers, memory = self.training.optimizer.numbers(), self.scene.memory
        rule = self.training.optimizer.rule
        constants = rule.constants(memory.step + 1, self.rate, *numbers[1:])
        slots = [np.asarray(memory.slots[slot][layer][WEIGHT], np.float64)[row] for slot in self.slots]
        w, g = self.scene.tensors[layer][WEIGHT][row], self.clipped[layer][WEIGHT][row]
        return float(np.linalg.norm(rule.update(w, g, *slots, *constants)[0]))

    @staticmethod
    def _slot(memory: Any, slot: str, layer: int, name: str, index: tuple[int, ...]) -> float:
        return float(np.asarray(memory.slots[slot][layer][name])[index])

    def row(self, layer: int, name: str, index: tuple[int, ...], w: str) -> Row:
        """Return the row of one number: before, after, its gradient, and the memory before and after."""
        memory, later = self.scene.memory, self.scene.sample.memory
        states: list[Formula] = [
            (
                self._slot(memory, slot, layer, name, index),
                " → ",
                self._slot(later, slot, layer, name, index),
            )
            for slot in self.slots
        ]
        cells: tuple[Formula, ...] = (
            (float(self.scene.tensors[layer][name][index]),),
            (float(self.after[layer][name][index]),),
            (float(self.scene.sample.layers[layer].gradient[name][index]),),
            *states,
        )
        return Row((w,), cells, None, self.lines(layer, name, index, w))

    def heads(self) -> tuple[Formula, ...]:
        """Return the headings of the rows."""
        letters = [LETTERS.get(slot, slot) for slot in self.slots]
        states: list[Formula] = [(SYMBOLS.get(letter, letter),) for letter in letters]
        return (("",), ("before",), ("after",), ("gradient",), *states)


def update_steps(scene: Scene, bench: Bench, after: Arrays | None, loss_after: float | None) -> list[Step]:
    """Return the steps of the update; one that says why, where there is none."""
    optimizer = scene.experiment.training.optimizer
    if after is None or loss_after is None:
        title = say("{name}: no update of one sample", name=optimizer.label)
        return [Step("update", title, (), (), {}, (), None, (say(WHOLE),))]
    updater = Updater(scene, bench, after)
    found = [_begin(scene, updater)]
    for layer in range(scene.depth):
        if scene.is_wide(layer):
            found.append(_step(scene, updater, layer, None))
        else:
            found += [_step(scene, updater, layer, unit) for unit in range(scene.units(layer))]
    return [*found, _end(scene, loss_after)]


def _begin(scene: Scene, updater: Updater) -> Step:
    training, memory = updater.training, scene.memory
    optimizer = training.optimizer
    lines = [Line("t", (f"{memory.step} + 1",), (), float(memory.step + 1))]
    if optimizer.learning_rate and memory.learning_rate != optimizer.learning_rate:
        factor = memory.learning_rate / optimizer.learning_rate
        lines.append(
            Line("η", ("learning rate · schedule",), (constant(optimizer.learning_rate), " · ", factor),
                 memory.learning_rate, type(training.schedule).label)
        )  # fmt: skip
    else:
        lines.append(Line("η", ("learning rate",), (), memory.learning_rate))
    notes: list[Phrase] = []
    if training.gradient_clip_value is not None:
        notes.append(
            say(
                "Every number of the gradient is cut off at ±{limit}.",
                limit=constant(training.gradient_clip_value),
            )
        )
    if training.gradient_clip is not None:
        limit = training.gradient_clip
        lines.append(Line("‖g‖", ("√(Σ g²), of the whole gradient",), (), updater.norm))
        text = "It is longer than {limit} and is scaled down to it." if updater.norm > limit else (
            "It is not longer than {limit} and stays as it is."
        )  # fmt: skip
        notes.append(say(text, limit=constant(limit)))
    rates = updater.rates
    if rates.pull or rates.shrink or rates.decay or rates.limit:
        notes.append(say("{name} acts on every weight: {formula}", name=training.regularizer.label,
                         formula=training.regularizer.formula))  # fmt: skip
    notes.append(say("A batch would take the mean of its samples' gradients; here it is this one sample's."))
    shown = optimizer.formula.replace("m̂", "m′").replace("ŝ", "s′").replace(" - ", " − ")
    lines.append(Line("rule", (shown,)))
    title = say("{name}: the rule of the step", name=optimizer.label)
    return Step("update", title, (), (), {}, tuple(lines), None, tuple(notes))


def _parameters(scene: Scene, layer: int, unit: int, most: int) -> list[tuple[str, tuple[int, ...], str]]:
    """Return tensor, index and symbol of a unit's parameters, of its weights the first."""
    tensors = scene.tensors[layer]
    found: list[tuple[str, tuple[int, ...], str]] = []
    inputs = range(min(len(scene.columns[layer]), most))
    column = layer + 1
    for row, at in scene.sums(layer, unit):
        found += [(WEIGHT, (row, i), symbol("w", column, at, i + 1)) for i in inputs]
        found.append((BIAS, (row,), symbol("b", column, at)))
        if SCALE in tensors:
            found += [(SCALE, (row,), symbol("γ", column, at)), (SHIFT, (row,), symbol("β", column, at))]
    if SLOPE in tensors:
        found.append((SLOPE, (unit,), symbol("α", column, unit + 1)))
    if PROJECTION in tensors:
        found += [(PROJECTION, (unit, i), symbol("P", column, place(unit), i + 1)) for i in inputs]
    return found


def _step(scene: Scene, updater: Updater, layer: int, unit: int | None) -> Step:
    """Return the step of one unit, or of the first units of a wide layer."""
    units: Sequence[int] = range(scene.units(layer)) if unit is None else [unit]
    most = 1 if unit is None else WIDE
    rows = [
        updater.row(layer, *parameter)
        for one in units[:WIDE]
        for parameter in _parameters(scene, layer, one, most)
    ]
    rest = len(scene.columns[layer]) - most
    more: Phrase | None = None
    if unit is None:
        more = more_neurons(scene.units(layer) - WIDE)
    elif rest > 0:
        more = more_inputs(rest)
    part = scene.part(layer)
    notes = [say("Choose a row to see its equations.")] if len(rows) > 1 else []
    if part.frozen:
        notes.append(say("The layer is frozen: its parameters stay as they are."))
    what = "new weights" if unit is not None else "new weights of all {count} neurons at once"
    return Step(
        "update",
        scene.title(layer, unit, what),
        tuple((layer + 1, one) for one in units),
        scene.into(layer, units),
        {},
        rows[0].lines,
        Table(updater.heads(), tuple(rows), more),
        tuple(notes),
    )


def _end(scene: Scene, loss_after: float) -> Step:
    """Return what the step has brought: the loss of the same sample before and after."""
    before = scene.sample.loss
    notes = [say("The loss of this sample alone; that of the others may have risen.")]
    if any(layer.normalization == "batch" for layer in scene.hidden):
        notes.append(say("Running means and variances stay: only training on batches moves them."))
    return Step(
        "update",
        say("After the update"),
        (),
        (),
        {},
        (
            Line("L before", ("L",), (), before),
            Line("L after", ("L with the new weights",), (), loss_after),
            Line("change", ("L after − L before",), (loss_after, " − ", before), loss_after - before),
        ),
        None,
        tuple(notes),
    )
