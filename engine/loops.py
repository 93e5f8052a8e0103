"""Turn the catalog's formulas into the loops of the kernels: the one place that knows both.

Importing this module fills the families of ``engine.kernels``; it must happen before a kernel compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.np.unsafe import ndarray

from engine.catalog.activations import ACTIVATIONS, Activation
from engine.catalog.losses import LOSS_RULES, LossRule
from engine.catalog.optimizers import RULES, Rule
from engine.catalog.regularizers import REGULARIZERS
from engine.kernels import lowering, passes, simd, train, vectormath  # noqa: F401  (two of them register themselves)
from engine.kernels.jit import inner
from engine.kernels.simd import load, splat, store, total

Loop = Callable[..., None]
# Numba passes the typing context by itself, which its type hints do not say.
to_fixed_tuple: Any = ndarray.to_fixed_tuple


def _compiled(formula: Callable[..., Any]) -> Any:
    """Compile a formula; an operation of ``simd`` is one already."""
    return formula if formula.__module__ == simd.__name__ else inner(formula)


def activation_loop(entry: type[Activation]) -> Loop:
    """Return ``values[start:stop] = f(sums[start:stop])``."""
    value, arity = _compiled(entry.value), len(entry.parameters())

    def loop(sums, values, start, stop, numbers):  # type: ignore[no-untyped-def]
        given = to_fixed_tuple(numbers, arity)
        for i in range(start, stop, 16):
            store(values, i, value(load(sums, i), *given))

    return loop


def slope_loop(entry: type[Activation]) -> Loop:
    """Return ``deltas[start:stop] *= f'``."""
    slope, arity = _compiled(entry.slope), len(entry.parameters())

    def loop(sums, values, deltas, start, stop, numbers):  # type: ignore[no-untyped-def]
        given = to_fixed_tuple(numbers, arity)
        for i in range(start, stop, 16):
            store(deltas, i, load(deltas, i) * slope(load(sums, i), load(values, i), *given))

    return loop


def loss_loop(rule: LossRule) -> Loop:
    """Return the loop over rows of outputs; their padding has neither loss nor slope."""
    value_of, slope_of = _compiled(rule.value), _compiled(rule.slope)

    def loop(y, at, rows, width, targets, order, first, deltas, mask, scale, value):  # type: ignore[no-untyped-def]
        for i in range(0, width, 16):
            real, summed = load(mask, i), splat(0)
            for b in range(rows):
                given, target = load(y, at + b * width + i), load(targets, order[first + b] * width + i)
                summed = summed + value_of(given, target) * real
                store(deltas, at + b * width + i, slope_of(given, target) * real * scale)
            value[0] += total(summed)

    return loop


def update_loop(rule: Rule) -> Loop:
    """Return one optimizer step over all parameters."""
    update = inner(rule.update)
    constants = inner(rule.constants)
    # The first argument of the constants is the step, all others are the optimizer's numbers.
    arity = rule.constants.__code__.co_argcount - 1

    def without(parameters, gradient, slots, hyper, step):  # type: ignore[no-untyped-def]
        given = constants(step, *to_fixed_tuple(hyper, arity))
        for i in range(0, parameters.size, 16):
            (w,) = update(load(parameters, i), load(gradient, i), *given)
            store(parameters, i, w)

    def with_one(parameters, gradient, slots, hyper, step):  # type: ignore[no-untyped-def]
        given = constants(step, *to_fixed_tuple(hyper, arity))
        for i in range(0, parameters.size, 16):
            w, first = update(load(parameters, i), load(gradient, i), load(slots, i), *given)
            store(parameters, i, w)
            store(slots, i, first)

    def with_two(parameters, gradient, slots, hyper, step):  # type: ignore[no-untyped-def]
        given = constants(step, *to_fixed_tuple(hyper, arity))
        size = parameters.size
        for i in range(0, size, 16):
            w, first, second = update(
                load(parameters, i), load(gradient, i), load(slots, i), load(slots, size + i), *given
            )
            store(parameters, i, w)
            store(slots, i, first)
            store(slots, size + i, second)

    return (without, with_one, with_two)[len(rule.slots)]


def penalty_loop(formula: Callable[[Any, Any], Any], replaces: bool) -> Loop:
    """Return the loop that adds a pull to the gradient, or replaces the weights by their proximal step."""
    act = _compiled(formula)

    def pull(parameters, gradient, start, stop, rate):  # type: ignore[no-untyped-def]
        for i in range(start, stop, 16):
            store(gradient, i, load(gradient, i) + act(load(parameters, i), rate))

    def shrink(parameters, gradient, start, stop, rate):  # type: ignore[no-untyped-def]
        for i in range(start, stop, 16):
            store(parameters, i, act(load(parameters, i), rate))

    return shrink if replaces else pull


passes.ACTIVATIONS.fill([activation_loop(entry) for entry in ACTIVATIONS])
passes.SLOPES.fill([slope_loop(entry) for entry in ACTIVATIONS])
passes.LOSSES.fill([loss_loop(rule) for rule in LOSS_RULES])
train.UPDATES.fill([update_loop(rule) for rule in RULES])
train.PULLS.fill([penalty_loop(entry.pull, replaces=False) for entry in REGULARIZERS])
train.SHRINKS.fill([penalty_loop(entry.shrink, replaces=True) for entry in REGULARIZERS])
