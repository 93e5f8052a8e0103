"""How LaTeX writes numbers, names and formulas, for a reader as for ``tex_reader``."""

from __future__ import annotations

import math
import re
import unicodedata

from engine.files.export.expression import NUMBER, VARIABLE, Expression

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "{-}",  # two would join
}


def escaped(text: str) -> str:
    """Return a user's text as LaTeX prints it with its own fonts; what these lack stands by its number."""
    return "".join(map(_character, text))


def _character(c: str) -> str:
    if c.isspace():
        return " "
    if c.isascii():
        return _SPECIAL.get(c, c if c.isprintable() else f"[U+{ord(c):04X}]")
    name = unicodedata.name(c, "")
    if match := re.fullmatch("GREEK SMALL LETTER ([A-Z]+)", name):
        letter = {"lamda": "lambda"}.get(match[1].lower(), match[1].lower())
        return "o" if letter == "omicron" else f"$\\{letter}$"
    plain = unicodedata.normalize("NFKD", c)
    if plain.isascii() and plain.isalnum():
        return (
            f"$^{plain}$"
            if name.startswith("SUPERSCRIPT")
            else f"$_{plain}$"
            if "SUBSCRIPT" in name
            else plain
        )
    if "¡" <= c <= "ÿ" and c.isprintable():
        return c
    return f"[U+{ord(c):04X}]"


def number(value: float, digits: int = 10) -> str:
    """Return a number with at most so many significant digits."""
    if value == math.pi:
        return r"\pi"
    if value == math.e:
        return "e"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"


_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_CALLS = {
    "maximum": r"\max",
    "minimum": r"\min",
    "sign": r"\operatorname{sgn}",
    "log": r"\ln",
    "tanh": r"\tanh",
    "erf": r"\operatorname{erf}",
    "normal_cdf": r"\Phi",
    "sine": r"\sin",
    "cosine": r"\cos",
    "tan": r"\tan",
}
_COMPARISONS = {"gt": ">", "ge": r"\ge", "lt": "<", "eq": "="}


def formula(expression: Expression, names: dict[str, str]) -> str:
    """Return a formula in the usual notation, the variables by the given names."""
    return _Writer(names).written(expression)[0]


class _Writer:
    """Writes trees as texts that hold together more or less tightly."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def written(self, node: Expression) -> tuple[str, int]:
        arguments = node.arguments
        match node.operation:
            case "variable":
                return self.names[node.name], _ATOM
            case "number":
                text = number(node.value)
                strength = _PRODUCT if r"\cdot" in text else _POWER if "^" in text else _ATOM
                return text, _SIGN if node.value < 0 else strength
            case "add" | "sub":
                return self._sum(node), _SUM
            case "mul":
                return self._product(*arguments)
            case "truediv":
                return rf"\frac{{{self._text(arguments[0])}}}{{{self._text(arguments[1])}}}", _ATOM
            case "neg":
                return f"-{self._text(arguments[0], _POWER)}", _SIGN
            case "pow" | "power":
                return f"{self._text(arguments[0], _ATOM)}^{{{self._text(arguments[1])}}}", _POWER
            case "fma":
                return f"{self._product(*arguments[:2])[0]} + {self._text(arguments[2], _PRODUCT)}", _SUM
            case "exp":
                return f"e^{{{self._text(arguments[0])}}}", _POWER
            case "expm1":
                return f"e^{{{self._text(arguments[0])}}} - 1", _SUM
            case "log1p":
                return rf"\ln\left(1 + {self._text(arguments[0], _PRODUCT)}\right)", _ATOM
            case "softplus":
                return rf"\ln\left(1 + e^{{{self._text(arguments[0])}}}\right)", _ATOM
            case "sigmoid":
                return rf"\frac{{1}}{{1 + e^{{-{self._text(arguments[0], _PRODUCT)}}}}}", _ATOM
            case "square_root":
                return rf"\sqrt{{{self._text(arguments[0])}}}", _ATOM
            case "absolute":
                return rf"\lvert {self._text(arguments[0])} \rvert", _ATOM
            case "where":
                return self._cases(*arguments), _ATOM
        inside = ", ".join(map(self._text, arguments))
        return rf"{_CALLS[node.operation]}\left({inside}\right)", _ATOM

    def _text(self, node: Expression, least: int = _SUM) -> str:
        text, strength = self.written(node)
        return text if strength >= least else rf"\left({text}\right)"

    def _sum(self, node: Expression) -> str:
        left, right = node.arguments
        plus = node.operation == "add"
        if right.operation == NUMBER and right.value < 0:
            right, plus = Expression(NUMBER, value=-right.value), not plus
        least = _SUM if plus else _PRODUCT
        text, strength = self.written(right)
        if strength < least or text.startswith("-"):
            text = rf"\left({text}\right)"
        return f"{self._text(left)} {'+' if plus else '-'} {text}"

    def _product(self, left: Expression, right: Expression) -> tuple[str, int]:
        if right.operation == NUMBER:
            left, right = right, left
        before, after = self._text(left, _PRODUCT), self._text(right, _SIGN)
        if before == after and left.operation == "exp":
            return rf"e^{{2 \, {self._text(left.arguments[0], _POWER)}}}", _POWER
        if before == after:
            return f"{self._text(left, _ATOM)}^{{2}}", _POWER
        if after.startswith("-"):
            after = rf"\left({after}\right)"
        if any(node.operation == VARIABLE and "[" in self.names[node.name] for node in (left, right)):
            return rf"{before} \odot {after}", _PRODUCT  # one number a neuron
        sign = r"\cdot" if after[0].isdigit() else r"\,"
        return f"{before} {sign} {after}", _PRODUCT

    def _cases(self, condition: Expression, yes: Expression, no: Expression) -> str:
        left, right = condition.arguments
        when = f"{self._text(left)} {_COMPARISONS[condition.operation]} {self._text(right)}"
        rows = rf"{self._text(yes)} & {when} \\ {self._text(no)} & \text{{otherwise}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}"
