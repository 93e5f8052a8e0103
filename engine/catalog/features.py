"""Features: formulas over the inputs, read by a small parser of our own and computed with NumPy.

The text is Python's arithmetic notation.  It is parsed into a program for a stack machine, so that no
user text is ever evaluated, and so that exports can translate the same program.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

MAX_LENGTH = 200
MAX_DEPTH = 50

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}
_SUMS = {"+": "add", "-": "subtract"}
_PRODUCTS = {"*": "multiply", "/": "divide"}

# ASCII only, so that look-alikes such as fullwidth digits are named as what is wrong
_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/()])|(?P<end>$))"
)
_INPUT = re.compile(r"x(0|[1-9][0-9]*)")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Instruction(NamedTuple):
    """One step of a stack machine.

    ``name`` is "input" (push column ``value``, counted from 0), "number" (push ``value``), "negative",
    a function's name (both replace the top), or "add", "subtract", "multiply", "divide", "power" (each
    replaces the top two).
    """

    name: str
    value: float = 0.0


@dataclass(frozen=True)
class Feature:
    """A formula over the inputs.

    Parameters
    ----------
    text : str
        As typed, without blanks at the ends.
    inputs : int
        Number of columns it is computed from.
    program : tuple of Instruction
        What to compute, in reverse Polish order.
    """

    text: str
    inputs: int
    program: tuple[Instruction, ...]

    @property
    def label(self) -> str:
        """The formula as a textbook prints it, such as ``x₁²``."""
        return self.labelled(())

    def labelled(self, names: Sequence[str]) -> str:
        """Return the label with the given names (a table's columns) instead of ``x₁``, ``x₂``, ..."""
        return _display(self.program, names)

    def compute(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate the formula for every row.

        Parameters
        ----------
        X : numpy.ndarray
            float64 (n, inputs).

        Returns
        -------
        numpy.ndarray
            float64 (n,), a new array; NaN or infinite where the formula has no value.
        """
        stack: list[Any] = []
        with np.errstate(all="ignore"):
            for name, value in self.program:
                if name == "input":
                    stack.append(X[:, int(value)])
                elif name == "number":
                    stack.append(np.float64(value))  # unlike float: overflow gives inf, no root is complex
                elif name == "negative":
                    stack.append(-stack.pop())
                elif name in _BINARY:
                    right = stack.pop()
                    stack.append(_BINARY[name](stack.pop(), right))
                else:
                    stack.append(FUNCTIONS[name](stack.pop()))
        values = np.empty(len(X))
        values[:] = stack.pop()
        return values


# How tightly the parts of a displayed formula hold together
_SUM, _PRODUCT, _TIGHT, _NEGATIVE, _POWER, _ATOM = range(6)  # tight: a product without a dot


def _display(program: tuple[Instruction, ...], names: Sequence[str]) -> str:
    """Print a program in the usual mathematical notation."""
    stack: list[tuple[str, int]] = []

    def pop(least: int) -> str:
        text, strength = stack.pop()
        return text if strength >= least else f"({text})"

    for name, value in program:
        if name == "input":
            index = int(value)
            stack.append((names[index] if names else "x" + str(index + 1).translate(_SUBSCRIPTS), _ATOM))
        elif name == "number":
            known = {math.pi: "π", math.e: "e"}
            stack.append((known.get(value) or f"{value:.15g}", _ATOM))
        elif name == "negative":
            stack.append(("−" + pop(_NEGATIVE), _NEGATIVE))
        elif name == "abs":
            stack.append((f"|{pop(_SUM)}|", _ATOM))
        elif name == "power":
            exponent, base = pop(_SUM), pop(_ATOM)
            raised = (exponent.isascii() and exponent.isdigit()) or re.fullmatch("−[0-9]+", exponent)
            if raised and not names:
                stack.append((base + exponent.translate(_SUPERSCRIPTS), _POWER))
            else:
                stack.append((f"{base}^{exponent}" if exponent.isalnum() else f"{base}^({exponent})", _POWER))
        elif name in ("add", "subtract"):
            right = pop(_SUM if name == "add" else _PRODUCT)
            stack.append((f"{pop(_SUM)} {'+' if name == 'add' else '−'} {right}", _SUM))
        elif name == "multiply":
            tight = not names and stack[-2][1] in (_TIGHT, _POWER, _ATOM) and stack[-1][1] >= _POWER
            right, left = pop(_NEGATIVE), pop(_PRODUCT)
            if tight and right[0] in "xπ" and "(" not in left:
                stack.append((left + right, _TIGHT))
            else:
                stack.append((f"{left} · {right}", _PRODUCT))
        elif name == "divide":
            right = pop(_NEGATIVE)
            stack.append((f"{pop(_PRODUCT)} / {right}", _PRODUCT))
        else:
            argument, _ = stack.pop()
            stack.append((f"{'√' if name == 'sqrt' else name}({argument})", _ATOM))
    text = stack.pop()[0]
    # only a formula that is nothing but a function of one input reads well without parentheses: sin x₁
    if len(program) == 2 and program[0].name == "input" and text.endswith(")"):
        function, argument = text[:-1].split("(", 1)
        text = f"{function}{'' if function == '√' else ' '}{argument}"
    return text


class _Parser:
    """A recursive-descent parser; `place` is where the current token starts."""

    def __init__(self, text: str, inputs: int) -> None:
        self.text = text
        self.inputs = inputs
        self.program: list[Instruction] = []
        self.depth = 0
        self.next_place = 0
        self.advance()

    def fail(self, problem: str) -> DataError:
        return DataError(f"feature {_quoted(self.text)}: {problem}")

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.next_place)
        if match is None:
            rest = self.text[self.next_place :].lstrip(" \t")
            character = rest[0]
            hint = {"^": " (powers are written x1**2)", "²": " (squares are written x1**2)"}
            position = len(self.text) - len(rest) + 1
            problem = f"the character {character!r} at position {position} has no meaning here"
            raise self.fail(problem + hint.get(character, ""))
        self.kind = str(match.lastgroup)
        self.token = match[self.kind]
        self.place = match.start(self.kind)
        self.next_place = match.end()

    def here(self) -> str:
        if self.kind == "end":
            return "at the end"
        return f"before {_quoted(self.token)} at position {self.place + 1}"

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"it is nested more than {MAX_DEPTH} levels deep")

    def parse(self) -> tuple[Instruction, ...]:
        self.sum()
        if self.token == ")":
            raise self.fail(f"the ')' at position {self.place + 1} closes nothing")
        if self.kind != "end":
            raise self.fail(f"an operator such as * is missing {self.here()}")
        return tuple(self.program)

    def sum(self) -> None:
        self.product()
        while self.kind == "sign" and (name := _SUMS.get(self.token)):
            self.advance()
            self.product()
            self.program.append(Instruction(name))

    def product(self) -> None:
        self.signed()
        while self.kind == "sign" and (name := _PRODUCTS.get(self.token)):
            self.advance()
            self.signed()
            self.program.append(Instruction(name))

    def signed(self) -> None:
        """Parse a power with signs before it; as in Python, -x**2 is -(x**2)."""
        if self.kind == "sign" and self.token in _SUMS:
            negative = self.token == "-"
            self.deeper()
            self.advance()
            self.signed()
            self.depth -= 1
            if negative:
                self.program.append(Instruction("negative"))
            return
        self.operand()
        if self.token == "**":
            self.deeper()
            self.advance()
            self.signed()  # to the right first: 2**3**2 is 2**9
            self.depth -= 1
            self.program.append(Instruction("power"))

    def operand(self) -> None:
        token, kind = self.token, self.kind
        if token == "(":
            self.parenthesis()
        elif kind == "number":
            value = float(token)
            if not math.isfinite(value):
                raise self.fail(f"the number at position {self.place + 1} is too large")
            self.program.append(Instruction("number", value))
            self.advance()
        elif kind == "name" and token in FUNCTIONS:
            self.advance()
            if self.token != "(":
                raise self.fail(f"the function {token} needs parentheses, as in {token}(x1)")
            self.parenthesis()
            self.program.append(Instruction(token))
        elif kind == "name" and token in CONSTANTS:
            self.program.append(Instruction("number", CONSTANTS[token]))
            self.advance()
        elif kind == "name":
            self.program.append(Instruction("input", self.column(token)))
            self.advance()
        else:
            raise self.fail(f"a number, an input or '(' is missing {self.here()}")

    def parenthesis(self) -> None:
        self.deeper()
        self.advance()
        self.sum()
        if self.token != ")":
            raise self.fail(f"a ')' is missing {self.here()}")
        self.depth -= 1
        self.advance()

    def column(self, name: str) -> int:
        match = _INPUT.fullmatch(name)
        if match and 1 <= int(match[1]) <= self.inputs:
            return int(match[1]) - 1
        known = [f"x{i + 1}" for i in range(self.inputs)]
        if len(known) > 4:
            known = [known[0], known[1], "...", known[-1]]
        have = f"the only input is {known[0]}" if len(known) == 1 else f"the inputs are {', '.join(known)}"
        if re.fullmatch("x[0-9]+", name):
            raise self.fail(f"there is no input {_short(name)}; {have}")
        words = ", ".join([*FUNCTIONS, *CONSTANTS])
        raise self.fail(f"{_quoted(name)} at position {self.place + 1} is unknown; {have}, the words {words}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _quoted(text: str) -> str:
    return repr(_short(text))


def parse(text: str, inputs: int) -> Feature:
    """Read a formula over the inputs x1, x2, ...

    It may hold + - * / ** and parentheses as in Python, numbers, pi, e, and the functions sin, cos, tan,
    tanh, exp, log (natural), sqrt, abs and sign.

    Parameters
    ----------
    text : str
        The formula, at most 200 characters and 50 levels deep.
    inputs : int
        Number of inputs that exist, at least 1.

    Returns
    -------
    Feature
        The formula, ready to compute.

    Raises
    ------
    DataError
        With one sentence that quotes the formula and says where it is wrong.
    """
    text = text.strip()
    if not text:
        raise DataError("feature '': it is empty; write a formula such as x1 or sin(x1)")
    if len(text) > MAX_LENGTH:
        raise DataError(f"feature {_quoted(text)}: it is longer than {MAX_LENGTH} characters")
    return Feature(text, inputs, _Parser(text, inputs).parse())


@dataclass(frozen=True)
class Offer:
    """A feature that the interface offers as a button: its text, and when to use it."""

    text: str
    advice: str

    @property
    def label(self) -> str:
        """The formula as a textbook prints it."""
        return parse(self.text, 2).label


OFFERS: tuple[Offer, ...] = (
    Offer("x1", "The first input as it is: alone, it can only separate left from right."),
    Offer("x2", "The second input as it is: alone, it can only separate below from above."),
    Offer("x1**2", "Large at the left and right, zero in the middle; with x₂² it makes circles easy."),
    Offer("x2**2", "Large at the top and bottom, zero in the middle; with x₁² it makes circles easy."),
    Offer("x1*x2", "Positive where the signs agree: solves the exclusive or without a hidden layer."),
    Offer("sin(x1)", "A wave from left to right: for patterns that repeat along x₁."),
    Offer("sin(x2)", "A wave from bottom to top: for patterns that repeat along x₂."),
    Offer("cos(x1)", "A wave along x₁ with a crest in the middle: for repeating, symmetric patterns."),
    Offer("cos(x2)", "A wave along x₂ with a crest in the middle: for repeating, symmetric patterns."),
)
OFFERED: tuple[str, ...] = tuple(offer.text for offer in OFFERS)


def offers(inputs: int) -> tuple[Offer, ...]:
    """Return what to offer for a number of inputs: each as it is, then the formulas that they allow."""
    first = tuple(offer for offer in OFFERS[:2] if inputs >= int(offer.text[1:]))
    more = tuple(Offer(f"x{i + 1}", f"Input number {i + 1} as it is.") for i in range(2, inputs))
    return first + more + tuple(offer for offer in OFFERS[2:] if inputs >= 2 or "x2" not in offer.text)
