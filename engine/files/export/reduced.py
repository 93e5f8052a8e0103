"""Trees without what changes no value.

The catalog's formulas are written for kernels: squares are kept from overflowing and what rounding takes is
added again.  Where there is more room, or for a reader, that is noise.  A node goes where
one of its arguments, or the negative of one, in its place changes nothing at many points.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.files.export.expression import NUMBER, VARIABLE, rebuilt
from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.files.export.expression import Expression

_COMPARISONS = ("gt", "ge", "lt", "eq")
_NEAR = np.linspace(-60, 60, 4801) + 1e-3
_FAR = np.logspace(2, 38, 145)
READABLE = _NEAR  # points for a reader: what keeps things from overflowing goes
COMPUTABLE = np.concatenate([_NEAR, _FAR, -_FAR])  # for a computer: only what its numbers do not need


def computed(
    expression: Expression, variables: Mapping[str, NDArray[Any]], kind: type[Any] = np.float64
) -> Any:
    """Evaluate a tree with NumPy, in the given type of floating-point numbers."""
    known: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in expression.nodes():
            if node.operation == VARIABLE:
                value = variables[node.name].astype(kind)
            elif node.operation == NUMBER:
                value = kind(node.value)
            else:
                value = _function(node.operation)(*(known[id(argument)] for argument in node.arguments))
            known[id(node)] = value
    return known[id(expression)]


def _function(operation: str) -> Any:
    if operation == "tan":
        return np.tan
    return getattr(operator, operation, None) or getattr(simd, operation)


def reduced(expression: Expression, points: NDArray[np.float64], kind: type[Any] = np.float64) -> Expression:
    """Return a formula over ``x`` (and ``slope``) with fewer nodes and the same values at the points."""
    variables = {"x": points, "slope": np.linspace(0.1, 0.9, len(points))}

    def values(tree: Expression) -> NDArray[np.float64]:
        return np.broadcast_to(np.asarray(computed(tree, variables, kind), np.float64), points.shape)

    expected = values(expression)

    def same(candidate: Expression) -> bool:
        return bool(np.allclose(values(candidate), expected, rtol=1e-12, atol=1e-300))

    while True:
        candidates = (
            _replaced(expression, node, instead)
            for node in reversed(list(expression.nodes()))
            for argument in node.arguments
            if argument.operation not in _COMPARISONS
            for instead in ((argument,) if node.operation == "neg" else (argument, -argument))
        )
        fitting = next(filter(same, candidates), None)
        if fitting is None:
            return expression
        expression = fitting


def _replaced(expression: Expression, old: Expression, new: Expression) -> Expression:
    # The nodes of the new one come before the old, and hold no part of it.
    return rebuilt(expression, lambda node, arguments: new if node is old else node.over(arguments))
