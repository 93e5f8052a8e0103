"""Read the equations of an exported LaTeX document back and compute what they say.

It knows the notation that ``tex`` writes and no more: names with a layer in brackets, matrices, fractions,
powers, cases, functions.  Functions of a vector are taken element by element.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.files.export.format import ExportError
from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from engine.floats import Floats

_LINE = re.compile(r"^(\S+) &= (.*?)(?: \\\\)?$", re.MULTILINE)
_TOKEN = re.compile(
    r"\s*(?:(?P<skip>\\left|\\right|\\,|\\;)"
    r"|(?P<name>(?:\\hat\{y\}|\\(?:gamma|beta|mu)(?![a-z])|[A-Za-z])(?:\^\{\[\d+\]\})?)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>\\(?:begin|end|operatorname|text)\{[a-z]+\}|\\[a-zA-Z]+|\\\\(?:\[2ex\])?)"
    r"|(?P<sign>[-+^_{}(),&:<>=])|(?P<end>$))"
)
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    r"\max": lambda *values: _folded(np.maximum, values),
    r"\min": lambda *values: _folded(np.minimum, values),
    r"\tanh": np.tanh,
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\tan": np.tan,
    r"\ln": np.log,
    r"\Phi": simd.normal_cdf,
    r"\operatorname{erf}": simd.erf,
    r"\operatorname{sgn}": np.sign,
    r"\operatorname{mean}": lambda z: z.mean(axis=1, keepdims=True),
    r"\operatorname{var}": lambda z: z.var(axis=1, keepdims=True),
    r"\operatorname{softmax}": lambda z: _softmax(z),
}
_COMPARISONS = {">": np.greater, r"\ge": np.greater_equal, "<": np.less, "=": np.equal}


class Matrix(NamedTuple):
    """Constants in rows and columns; a single column is a vector too."""

    rows: NDArray[np.float64]


def _folded(function: Callable[[Any, Any], Any], values: tuple[Any, ...]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = function(result, value)
    return result


def _softmax(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def compute(document: str, inputs: Floats) -> NDArray[np.float64]:
    """Compute the equations of a document from its first to its last, float64 (n, outputs).

    Raises
    ------
    ExportError
        Where one is not understood.
    """
    known: dict[str, Any] = {"x": inputs.astype(np.float64), "e": math.e}
    functions: dict[str, str] = {}
    with np.errstate(all="ignore"):
        for left, right in _equations(document):
            if left.endswith(r"\left(t\right)"):
                functions[left.removesuffix(r"\left(t\right)")] = right
            else:
                known[left] = _Reader(right, known, functions).whole()
    if r"\hat{y}" not in known:
        raise ExportError(r"the formula does not say what \hat{y} is")
    result = _vector(known[r"\hat{y}"])
    return np.array(np.broadcast_to(result, (len(inputs), result.shape[1])))


def _equations(document: str) -> Iterator[tuple[str, str]]:
    """Yield both sides of every equation; some share a line."""
    for left, rest in _LINE.findall(document):
        right, *others = rest.split(r", \qquad ")
        yield left, right
        for other in others:
            name, _, value = other.partition(" = ")
            yield name, value


def _vector(value: Any) -> Any:
    """Return a column of constants as a row for all samples."""
    return value.rows.T if isinstance(value, Matrix) else value


class _Reader:
    """A recursive-descent parser that computes as it reads."""

    def __init__(self, text: str, known: Mapping[str, Any], functions: Mapping[str, str]) -> None:
        self.known, self.functions = known, functions
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            match = _TOKEN.match(text, place)
            if match is None:
                raise ExportError(f"the formula is not understood at {text[place : place + 30]!r}")
            place = match.end()
            kind = match.lastgroup or "end"
            if kind != "skip":
                self.tokens.append((kind, match[kind].removesuffix("[2ex]")))
        self.tokens.reverse()

    @property
    def next(self) -> str:
        return self.tokens[-1][1]

    def take(self, *expected: str) -> str:
        _, token = self.tokens.pop()
        if expected and token not in expected:
            raise ExportError(f"the formula has {token or 'its end'!r} where {expected[0]!r} belongs")
        return token

    def whole(self) -> Any:
        value = self.sum()
        self.take("")
        return value

    def sum(self) -> Any:
        value = self.signed()
        while self.next in ("+", "-"):
            sign, right = self.take(), self.signed()
            value = _vector(value) + _vector(right) if sign == "+" else _vector(value) - _vector(right)
        return value

    def signed(self) -> Any:
        if self.next == "-":
            self.take()
            return -_vector(self.signed())
        return self.product()

    def product(self) -> Any:
        value = self.factor()
        while True:
            if self.next in (r"\cdot", r"\odot"):
                self.take()
                value = _vector(value) * _vector(self.factor())
            elif self._begins_factor():
                right = self.factor()
                matrix = isinstance(value, Matrix)
                value = _vector(right) @ value.rows.T if matrix else _vector(value) * _vector(right)
            else:
                return value

    def _begins_factor(self) -> bool:
        kind, token = self.tokens[-1]
        if kind == "word":
            return token not in (r"\\", r"\rvert", r"\ge", r"\text{otherwise}") and not token.startswith(
                r"\end"
            )
        return kind in ("name", "number") or token == "("

    def factor(self) -> Any:
        value = self.operand()
        if self.next == "_":
            self.take()
            self.take("{")
            first = int(self.take())
            last = int((self.take(), self.take())[1]) if self.next == ":" else first
            self.take("}")
            value = _vector(value)[:, first - 1 : last]
        if self.next == "^":
            self.take()
            value = np.power(np.asarray(_vector(value), np.float64), self.group())
        return value

    def group(self) -> Any:
        self.take("{")
        value = self.sum()
        self.take("}")
        return _vector(value)

    def arguments(self) -> list[Any]:
        self.take("(")
        values = [_vector(self.sum())]
        while self.next == ",":
            self.take()
            values.append(_vector(self.sum()))
        self.take(")")
        return values

    def operand(self) -> Any:
        kind, token = self.tokens[-1]
        self.take()
        if kind == "number":
            return float(token)
        if token in self.functions:
            (argument,) = self.arguments()
            return _Reader(self.functions[token], {**self.known, "t": argument}, {}).whole()
        if kind == "name":
            if token not in self.known:
                raise ExportError(f"the formula uses {token}, which it does not define")
            return self.known[token]
        if token in _FUNCTIONS:
            return _FUNCTIONS[token](*self.arguments())
        match token:
            case "(":
                value = self.sum()
                self.take(")")
                return value
            case r"\pi":
                return math.pi
            case r"\frac":
                above = self.group()
                return above / self.group()
            case r"\sqrt":
                return np.sqrt(self.group())
            case r"\lvert":
                value = np.abs(_vector(self.sum()))
                self.take(r"\rvert")
                return value
            case r"\begin{pmatrix}":
                return self.matrix()
            case r"\begin{cases}":
                return self.cases()
        raise ExportError(f"the formula has {token or 'its end'!r} where a value belongs")

    def matrix(self) -> Any:
        rows: list[list[Any]] = [[self.sum()]]
        while (token := self.take("&", r"\\", r"\end{pmatrix}")) != r"\end{pmatrix}":
            if token == "&":
                rows[-1].append(self.sum())
            else:
                rows.append([self.sum()])
        if all(np.ndim(cell) == 0 for row in rows for cell in row):
            return Matrix(np.array(rows, np.float64))
        count = max(len(row[0]) for row in rows if np.ndim(row[0]))
        return np.hstack([np.broadcast_to(row[0], (count, 1)) for row in rows])

    def cases(self) -> Any:
        yes = _vector(self.sum())
        self.take("&")
        left, compare, right = self.sum(), _COMPARISONS[self.take()], self.sum()
        self.take(r"\\")
        no = _vector(self.sum())
        for token in ("&", r"\text{otherwise}", r"\end{cases}"):
            self.take(token)
        return np.where(compare(left, right), yes, no)
