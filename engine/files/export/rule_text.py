"""How Python writes an optimizer's rule, for a library that has not the optimizer."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.files.export.expression import NUMBER, Expression, Notation, variable
from engine.files.export.python_text import assigned
from engine.files.export.torch_text import tensor_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.catalog.optimizers import Optimizer


@dataclass(frozen=True)
class RuleText:
    """The statements of one step for a parameter ``w`` with the gradient ``g``.

    Parameters
    ----------
    slots : tuple of str
        The names of what is remembered.
    lines : list of str
        Statements that make ``new`` and, of every slot, ``new_slot`` from ``learning_rate`` and ``step``.
    counts : bool
        Whether they use ``step``, counted from 1.
    """

    slots: tuple[str, ...]
    lines: list[str]
    counts: bool


def slot_names(entry: Optimizer) -> tuple[str, ...]:
    """Return the rule's own short names of what it remembers."""
    return tuple(inspect.signature(entry.rule.update).parameters)[2 : 2 + len(entry.rule.slots)]


def class_name(entry: Optimizer) -> str:
    """Return what a class that is written out is called."""
    return "VelocitySGD" if entry.kind == "sgd" else "".join(c for c in entry.label if c.isalnum())


def rule_text(entry: Optimizer, scalars: Notation, tensors: Notation) -> RuleText:
    """Write the rule of an optimizer, its constants in one notation and its update in another."""
    rule, slots = entry.rule, slot_names(entry)
    names = list(inspect.signature(rule.update).parameters)[2 + len(slots) :]
    given = rule.constants(variable("step"), variable("learning_rate"), *entry.numbers()[1:])
    constants = [_as_expression(value) for value in given]
    symbols = [
        value if value.operation == NUMBER else variable(name)
        for name, value in zip(names, constants, strict=True)
    ]
    computed = {
        name: value
        for name, value in zip(names, constants, strict=True)
        if value.operation != NUMBER and value.name != name
    }
    lines = _statements(list(computed.values()), list(computed), scalars, "c")
    results = rule.update(variable("w"), variable("g"), *map(variable, slots), *symbols)
    lines += _statements(results, ["new", *(f"new_{slot}" for slot in slots)], tensors, "t")
    counts = any(node.name == "step" for value in constants for node in value.nodes())
    return RuleText(slots, lines, counts)


def _as_expression(value: Any) -> Expression:
    return value if isinstance(value, Expression) else Expression(NUMBER, value=float(value))


def _statements(
    results: Sequence[Expression], targets: Sequence[str], notation: Notation, letter: str
) -> list[str]:
    """Return the assignments that compute several formulas, what they share only once."""
    together = tensor_first(Expression("results", tuple(results)))
    places = "\n".join(f"{{{i}}}" for i in range(len(results)))
    notation = replace(notation, templates={**notation.templates, "results": places})
    shared, texts = notation.lines(together, lambda i: f"{letter}{i + 1}")
    found = [*shared, *zip(targets, texts.split("\n") if results else [], strict=True)]
    return [assigned(target, text) for target, text in found]
