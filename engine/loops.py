"""Turn the catalog's formulas into the loops of the kernels: the one place that knows both.

Importing this module fills the families of ``engine.kernels``; it must happen before a kernel compiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.catalog.activations import ELEMENTWISE, Activation
from engine.catalog.losses import LOSS_RULES, LossRule
from engine.catalog.optimizers import RULES, Rule
from engine.kernels import layout, objective, passes, step, vectormath  # noqa: F401  (vectormath registers itself)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.kernels.dispatch import Scope

    Branch = Callable[..., None]


def _numbers(scope: Scope, array: Any, count: int) -> list[Any]:
    return [scope.number(array, i) for i in range(count)]


def activation_loop(entry: type[Activation]) -> Branch:
    """Return ``values[at:at + size] = f(sums[sums_at:sums_at + size])``."""

    def loop(scope: Scope, sums: Any, sums_at: Any, values: Any, at: Any, size: Any, numbers: Any) -> None:
        given = _numbers(scope, numbers, entry.arity())
        with scope.lanes(0, size) as i:
            scope.store(values, at + i, entry.value(scope.load(sums, sums_at + i), *given))

    return loop


def slope_loop(entry: type[Activation]) -> Branch:
    """Return ``deltas[at:at + size] *= f'``."""

    def loop(
        scope: Scope, sums: Any, sums_at: Any, values: Any, deltas: Any, at: Any, size: Any, numbers: Any
    ) -> None:
        given = _numbers(scope, numbers, entry.arity())
        with scope.lanes(0, size) as i:
            slope = entry.slope(scope.load(sums, sums_at + i), scope.load(values, at + i), *given)
            scope.store(deltas, at + i, scope.load(deltas, at + i) * slope)

    return loop


def loss_loop(rule: LossRule) -> Branch:
    """Return the loop over rows of outputs; their padding has neither loss nor slope."""

    def loop(
        scope: Scope, y: Any, y_at: Any, at: Any, rows: Any, width: Any, targets: Any, order: Any, first: Any,
        deltas: Any, masks: Any, mask: Any, scale: Any, numbers: Any, value: Any,
    ) -> None:  # fmt: skip
        given = _numbers(scope, numbers, rule.arity)
        with scope.lanes(0, width) as i:
            real, summed = scope.load(masks, mask + i), scope.variable()
            with scope.count(0, rows) as b:
                here = at + b * width + i
                output = scope.load(y, y_at + b * width + i)
                target = scope.load(targets, scope.number(order, first + b) * width + i)
                loss = rule.value(output, target, *given) * real
                scope.store(summed, 0, scope.load(summed, 0) + loss)
                scope.store(deltas, here, rule.slope(output, target, *given) * real * scale)
            scope.increase(value, layout.SCRATCH, scope.load(summed, 0))

    return loop


def update_loop(rule: Rule) -> Branch:
    """Return one optimizer step over all parameters."""
    # The first argument of the constants is the step, all others are the optimizer's numbers.
    arity = rule.constants.__code__.co_argcount - 1

    def loop(
        scope: Scope, parameters: Any, gradient: Any, slots: Any, size: Any, hyper: Any, step: Any
    ) -> None:
        constants = rule.constants(step, *_numbers(scope, hyper, arity))
        with scope.lanes(0, size) as i:
            memory = [scope.load(slots, size * k + i) for k in range(len(rule.slots))]
            w, *memory = rule.update(scope.load(parameters, i), scope.load(gradient, i), *memory, *constants)
            scope.store(parameters, i, w)
            for k, slot in enumerate(memory):
                scope.store(slots, size * k + i, slot)

    return loop


passes.ACTIVATIONS.fill([activation_loop(entry) for entry in ELEMENTWISE])
passes.SLOPES.fill([slope_loop(entry) for entry in ELEMENTWISE])
objective.FORMULAS.fill([loss_loop(rule) for rule in LOSS_RULES])
step.UPDATES.fill([update_loop(rule) for rule in RULES])
