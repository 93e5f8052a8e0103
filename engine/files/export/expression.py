"""Formulas as trees that every format can write down.

The formula of an activation is a function of vectors, that of a feature a program for a stack machine.
Both become the same tree here: that of an activation by calling it with an ``Expression``, which notes what
is done with it.  So an activation or a feature is defined once, and no format knows any by name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.kernels.simd import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.catalog.features import Feature

VARIABLE, NUMBER = "variable", "number"

# The names that a feature's program uses for what the formulas call otherwise.
_OF_FEATURES = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "power": "pow",
    "negative": "neg",
    "sin": "sine",
    "cos": "cosine",
    "abs": "absolute",
    "sqrt": "square_root",
}
_WITH_TWO = ("add", "sub", "mul", "truediv", "pow")


@dataclass(frozen=True, eq=False)
class Expression(Symbol):
    """A node of a formula's tree.

    Parameters
    ----------
    operation : str
        ``"variable"``; ``"number"``; an operator by its name in Python's ``operator``: add, sub, mul,
        truediv, pow, neg, gt, ge, lt, eq; or a function of ``engine.kernels.simd``: where, maximum,
        minimum, fma, absolute, sign, square_root, exp, expm1, log, log1p, softplus, power, tanh, sigmoid,
        erf, normal_cdf, sine, cosine; and of features alone: tan.
    arguments : tuple of Expression
        What it is done with.
    name : str
        Of a variable.
    value : float
        Of a number.
    """

    operation: str
    arguments: tuple[Expression, ...] = ()
    name: str = ""
    value: float = 0.0

    __hash__ = Symbol.__hash__

    def apply(self, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Expression:
        """Note an operation."""
        return Expression(operation.__name__, tuple(map(_lifted, arguments)))

    def over(self, arguments: tuple[Expression, ...]) -> Expression:
        """Return the same of other arguments, itself where they are its own."""
        if all(a is b for a, b in zip(arguments, self.arguments, strict=True)):
            return self
        return Expression(self.operation, arguments, self.name, self.value)

    def nodes(self) -> Iterator[Expression]:
        """Iterate over all different nodes below and this one, arguments first."""
        seen: set[int] = set()

        def visit(node: Expression) -> Iterator[Expression]:
            if id(node) not in seen:
                seen.add(id(node))
                for argument in node.arguments:
                    yield from visit(argument)
                yield node

        return visit(self)


def rebuilt(
    expression: Expression, change: Callable[[Expression, tuple[Expression, ...]], Expression]
) -> Expression:
    """Return a formula whose nodes have been replaced from the leaves on.

    ``change(node, arguments)`` returns what stands for a node, given what stands for its arguments; see
    `Expression.over`.
    """
    made: dict[int, Expression] = {}
    for node in expression.nodes():
        made[id(node)] = change(node, tuple(made[id(argument)] for argument in node.arguments))
    return made[id(expression)]


def variable(name: str) -> Expression:
    """Return the leaf for something that is given."""
    return Expression(VARIABLE, name=name)


def number(value: float) -> Expression:
    """Return the leaf for a constant."""
    return Expression(NUMBER, value=float(value))


def _lifted(argument: Any) -> Expression:
    return argument if isinstance(argument, Expression) else number(argument)


def of_function(function: Callable[..., Any], *arguments: Expression | float) -> Expression:
    """Return what a straight-line formula of the catalog does with its arguments."""
    return _lifted(function(*arguments))


def of_feature(feature: Feature, inputs: tuple[Expression, ...]) -> Expression:
    """Return a feature as a tree over its inputs."""
    stack: list[Expression] = []
    for name, value in feature.program:
        if name == "input":
            stack.append(inputs[int(value)])
        elif name == "number":
            stack.append(number(value))
        else:
            operation = _OF_FEATURES.get(name, name)
            count = 2 if operation in _WITH_TWO else 1
            stack[-count:] = [Expression(operation, tuple(stack[-count:]))]
    return stack.pop()


# How tightly the parts of a text hold together.
_COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(5)
_INFIX = {
    "gt": (">", _COMPARISON),
    "ge": (">=", _COMPARISON),
    "lt": ("<", _COMPARISON),
    "eq": ("==", _COMPARISON),
    "add": ("+", _SUM),
    "sub": ("-", _SUM),
    "mul": ("*", _PRODUCT),
    "truediv": ("/", _PRODUCT),
}


@dataclass(frozen=True)
class Notation:
    """How a language writes a formula; its infix operators are those that all share.

    Parameters
    ----------
    templates : mapping
        For every operation but the infix ones and ``neg``, what to write, with ``{0}``, ``{1}``, ... for the
        arguments: ``"np.exp({0})"``.  An argument that stands between a template's own parentheses or commas
        is written without any, so a template puts each there.  ``fma`` may be left out.
    number : callable
        Writes a constant.
    """

    templates: Mapping[str, str]
    number: Callable[[float], str]

    def lines(self, expression: Expression, names: Callable[[int], str]) -> tuple[list[tuple[str, str]], str]:
        """Write an expression, what is used several times only once.

        Parameters
        ----------
        expression : Expression
            The formula.
        names : callable
            Returns the name of the so-many-th intermediate value.

        Returns
        -------
        list of (name, text), str
            Intermediate values in the order of their computation, and the expression in terms of them.
        """
        uses = Counter(id(argument) for node in expression.nodes() for argument in node.arguments)
        known: dict[int, tuple[str, int]] = {}
        lines: list[tuple[str, str]] = []
        for node in expression.nodes():
            text, strength = self._written(node, known)
            if uses[id(node)] > 1 and node.operation not in (VARIABLE, NUMBER):
                name = names(len(lines))
                lines.append((name, text))
                text, strength = name, _ATOM
            known[id(node)] = text, strength
        return lines, known[id(expression)][0]

    def text(self, expression: Expression) -> str:
        """Write an expression in one piece."""
        known: dict[int, tuple[str, int]] = {}
        for node in expression.nodes():
            known[id(node)] = self._written(node, known)
        return known[id(expression)][0]

    def _written(self, node: Expression, known: Mapping[int, tuple[str, int]]) -> tuple[str, int]:
        if node.operation == VARIABLE:
            return node.name, _ATOM
        if node.operation == NUMBER:
            return self.number(node.value), _ATOM if node.value >= 0 else _SIGN
        parts = [known[id(argument)] for argument in node.arguments]

        def part(i: int, least: int) -> str:
            text, strength = parts[i]
            return text if strength >= least else f"({text})"

        if node.operation in _INFIX:
            sign, strength = _INFIX[node.operation]
            # On the right also where the strength is the same: a - (b - c).
            return f"{part(0, strength)} {sign} {part(1, strength + 1)}", strength
        if node.operation == "neg":
            return f"-{part(0, _ATOM)}", _SIGN
        if node.operation == "fma" and "fma" not in self.templates:
            return f"{part(0, _PRODUCT)} * {part(1, _SIGN)} + {part(2, _PRODUCT)}", _SUM
        return self.templates[node.operation].format(*(text for text, _ in parts)), _ATOM
