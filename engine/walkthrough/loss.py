"""What the sample costs: the loss from the logits or the outputs, and the penalty apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import reference
from engine.tensors import PROJECTION, WEIGHT
from engine.walkthrough.losses import WRITTEN
from engine.walkthrough.notation import TERMS, Formula, Phrase, Piece, constant, fill, joined, say, symbol
from engine.walkthrough.scene import WIDE, shortened
from engine.walkthrough.steps import Line, Row, Step, Table

if TYPE_CHECKING:
    from engine.walkthrough.scene import Scene


def loss_steps(scene: Scene) -> list[Step]:
    """Return the step of the loss, and that of the objective where there is a penalty."""
    found = [_loss(scene)]
    rates = scene.experiment.training.regularizer.rates()
    if rates.pull or rates.shrink:
        found.append(_objective(scene))
    return found


def loss_places(scene: Scene, output: int) -> tuple[dict[str, Piece | Formula], dict[str, Piece | Formula]]:
    """Return what stands in the places of a loss's formula: the symbols, and the numbers."""
    trace, column = scene.sample.layers[-1], scene.depth
    z, y = float(trace.z[output]), float(trace.outputs[output])
    k = output + 1
    softmax = scene.is_softmax(scene.depth - 1)
    letter = "p" if softmax else "y"
    p = symbol("p", None, k) if softmax or scene.plan.rule.acts_on == "logit" else symbol("y", None, k)
    logp = float(reference.log_softmax(trace.z[None])[0, output]) if softmax else float(np.log(y))
    numbers = scene.experiment.training.loss.numbers()
    symbols: dict[str, Piece | Formula] = {
        "y": symbol(letter, None, k),
        "z": symbol("z", column, k),
        "t": symbol("t", None, k),
        "p": p,
        "q": f"(1 − {p})",
        "logp": f"log {p}",
        "γ": "γ",
        "δ": "δ",
    }
    parameter = constant(numbers[0]) if numbers else ""
    filled: dict[str, Piece | Formula] = {
        "y": y,
        "z": z,
        "t": float(scene.sample.target[output]),
        "p": y,
        "q": ("(1 − ", y, ")"),
        "logp": logp,
        "γ": parameter,
        "δ": parameter,
    }
    return symbols, filled


def loss_line(scene: Scene, output: int) -> Line:
    """Return the loss of one output."""
    rule, trace = scene.plan.rule, scene.sample.layers[-1]
    entry = scene.experiment.training.loss
    argument = argument_of(scene)[output]
    value = float(rule.value(argument, scene.sample.target[output], *entry.numbers()))
    name = "L" if len(trace.z) == 1 else symbol("L", None, output + 1)
    written = WRITTEN.get(rule)
    symbols, numbers = loss_places(scene, output)
    if written is None:
        return Line(name, (entry.formula,), ("y = ", numbers["y"], ", t = ", numbers["t"]), value)  # type: ignore[arg-type]
    return Line(name, fill(written.value, symbols), fill(written.value, numbers), value)


def argument_of(scene: Scene) -> np.ndarray:
    """Return what the loss is a function of, one number an output."""
    trace = scene.sample.layers[-1]
    if scene.plan.rule.acts_on == "log_probability":
        return np.asarray(reference.log_softmax(trace.z[None])[0])
    return trace.z if scene.plan.rule.acts_on == "logit" else trace.outputs


def _loss(scene: Scene) -> Step:
    trace, entry, rule = scene.sample.layers[-1], scene.experiment.training.loss, scene.plan.rule
    outputs = len(trace.z)
    lines = [loss_line(scene, output) for output in range(min(outputs, WIDE))]
    table: Table | None = None
    notes: list[Phrase] = []
    if rule.acts_on == "log_probability":
        lines, table = _log_sum_exp(scene)
        notes.append(say("The log-sum-exp trick: with the largest logit taken off, nothing overflows."))
    elif rule.acts_on == "logit":
        notes.append(say("Computed from the logit z, so that no logarithm is taken of a number near 0."))
    total = scene.sample.loss
    values = rule.value(argument_of(scene), scene.sample.target, *entry.numbers())
    if outputs > 1:
        share = f" / {outputs}" if rule.mean_over_outputs else ""
        parts = shortened([(float(value),) for value in values], values)
        symbols = "mean of L_{k}" if rule.mean_over_outputs else "Σ_{k} L_{k}"
        numbers: Formula = ("(", *parts, ")", share) if share else parts
        lines.append(Line("L", (symbols,), numbers, total))
    row = scene.request.row
    if row is not None:
        lines[-1] = Line(f"L^{{({row + 1})}}", *_rest(lines[-1]))
    notes.append(
        say("The loss of this one sample. The cost is its mean over all samples of a batch; t is the target.")
    )
    units = tuple((scene.depth, unit) for unit in range(outputs))
    title = say("The loss: {name}", name=entry.label)
    return Step("loss", title, units, (), scene.labels(scene.depth), tuple(lines), table, tuple(notes))


def _rest(line: Line) -> tuple[Formula, Formula, float | None, str]:
    return line.symbols, line.numbers, line.value, line.hint


def _log_sum_exp(scene: Scene) -> tuple[list[Line], Table]:
    """Return log p of every class, from the logits with the largest taken off."""
    z, target = scene.sample.layers[-1].z, scene.sample.target
    largest = float(z.max())
    powers = np.exp(z - largest)
    log_sum = float(np.log(powers.sum()))
    log_p = argument_of(scene)
    rule, numbers = scene.plan.rule, scene.experiment.training.loss.numbers()
    losses = rule.value(log_p, target, *numbers)
    listed = joined([(float(value),) for value in z[:TERMS]], ", ")
    right = int(np.argmax(target))
    lines = [
        Line("m", ("max z_{j}",), ("max(", *listed, ", …)" if len(z) > TERMS else ")"), largest),
        Line(
            "s",
            ("log Σ_{j} exp(z_{j} − m)",),
            ("log(", *shortened([(float(power),) for power in powers], powers), ")"),
            log_sum,
        ),
        Line(
            f"log {symbol('p', None, right + 1)}",
            (f"{symbol('z', None, right + 1)} − m − s",),
            (float(z[right]), " − ", largest, " − ", log_sum),
            float(log_p[right]),
        ),
        loss_line(scene, right),
    ]
    rows = tuple(
        Row(
            (scene.data.classes[k],),
            ((float(z[k]),), (float(z[k]) - largest,), (float(log_p[k]),), (float(target[k]),),
             (float(losses[k]),)),
        )
        for k in range(min(len(z), WIDE + 2))
    )  # fmt: skip
    return lines, Table((("class",), ("z",), ("z − m",), ("log p",), ("t",), ("L_{k}",)), rows)


def _objective(scene: Scene) -> Step:
    """Return loss, penalty and their sum, apart."""
    regularizer = scene.experiment.training.regularizer
    penalized = [layer[name] for layer in scene.tensors for name in (WEIGHT, PROJECTION) if name in layer]
    absolute = float(sum(np.abs(w).sum() for w in penalized))
    square = float(sum(np.square(w).sum() for w in penalized))
    rates, loss = regularizer.rates(), scene.sample.loss
    symbols: list[Formula] = []
    numbers: list[Formula] = []
    if rates.shrink:
        symbols.append(("λ_{1} Σ |w|",))
        numbers.append((constant(rates.shrink), " · ", absolute))
    if rates.pull:
        symbols.append(("λ_{2} / 2 · Σ w²",))
        numbers.append((f"{constant(rates.pull)} / 2 · ", square))
    penalty = float(sum(np.sum(regularizer.penalty(w)) for w in penalized))
    lines = (
        Line("loss", ("L",), (), loss),
        Line("penalty", joined(symbols, " + "), joined(numbers, " + "), penalty),
        Line("objective", ("loss + penalty",), (loss, " + ", penalty), loss + penalty),
    )
    return Step(
        "loss",
        say("The objective: loss and penalty"),
        (),
        tuple(link for layer in range(scene.depth) for link in scene.into(layer, range(scene.units(layer)))),
        {},
        lines,
        None,
        (say("The penalty is on the weights alone, never on biases; it acts in the update."),),
    )
