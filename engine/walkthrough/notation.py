"""Formulas as values: text with numbers in it, written out with as many digits as a reader wants.

A formula is a row of pieces: text, in which ``_{...}`` is a subscript and ``^{...}`` a superscript, and
numbers.  The notation is that of textbooks: superscript [l] for the layer, (i) for the sample, subscripts
for units counted from 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from engine.catalog.entry import number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Piece: TypeAlias = str | float
Formula: TypeAlias = tuple[Piece, ...]

FEWEST, MOST = 2, 8  # digits
TERMS = 8  # of a sum that are written out; the rest is summed up
_PIECES = "abcdefgh"
_BEFORE = "+−·×/√^"  # what a negative number must not follow without brackets


@dataclass(frozen=True)
class Phrase:
    """A sentence with places to fill, so that it can be translated before its values are put in."""

    text: str
    values: Mapping[str, Piece] = field(default_factory=lambda: MappingProxyType({}))

    def formula(self, text: str = "") -> Formula:
        """Return the sentence, or a translation of it, with its values put in."""
        return fill(text or self.text, self.values)


def say(text: str, **values: Piece) -> Phrase:
    """Return a phrase."""
    return Phrase(text, MappingProxyType(values))


def more_inputs(count: int) -> Phrase:
    """Return what stands for inputs that are not shown."""
    if count == 1:
        return say("… and the weight of 1 more input, likewise")
    return say("… and the weights of {count} more inputs, likewise", count=str(count))


def more_neurons(count: int) -> Phrase:
    """Return what stands for neurons of which nothing is shown, behind some of which little is."""
    if count == 1:
        return say("First weight and bias of each of the first neurons; 1 more neuron, likewise")
    return say(
        "First weight and bias of each of the first neurons; {count} more neurons, likewise", count=str(count)
    )


def fill(template: str, values: Mapping[str, Piece | Formula]) -> Formula:
    """Put symbols or numbers in the ``{places}`` of a template; ``{{`` stands for a bracket."""
    pieces: list[Piece] = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            pieces.append(text)
        if name is not None:
            value = values[name]
            pieces.extend(value if isinstance(value, tuple) else (value,))
    return tuple(pieces)


def symbol(name: str, layer: int | None, *places: int | str) -> str:
    """Return a letter with its layer and its places, e.g. ``w_{3,1}^{[2]}`` for w, 2, 3 and 1.

    ``layer`` counts from 0, the features; a place is written as it is given.
    """
    below = "_{" + ",".join(str(place) for place in places) + "}" if places else ""
    return name + below + ("" if layer is None else f"^{{[{layer}]}}")


def place(unit: int, piece: int | None = None) -> str:
    """Return how a unit, counted from 0, is called in a subscript: of maxout's pieces with a letter."""
    return f"{unit + 1}{_PIECES[piece]}" if piece is not None else str(unit + 1)


def constant(value: float) -> str:
    """Return a number that somebody has chosen, such as β₁, as it was typed."""
    return _short_power(number_text(value))


def written(value: float, digits: int) -> str:
    """Write a number with so many significant digits and a real minus sign."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    return _short_power(f"{value:.{digits}g}")


def _short_power(text: str) -> str:
    """Return a number's text with a real minus sign and no zeros before its power of ten."""
    if "e" in text:
        number, power = text.split("e")
        text = f"{number}e{int(power)}"
    return "0" if text == "-0" else text.replace("-", "−")


def in_words(formula: Formula, digits: int) -> list[str]:
    """Return the pieces as texts; negative numbers within an expression are in brackets."""
    found: list[str] = []
    for i, piece in enumerate(formula):
        if isinstance(piece, str):
            found.append(piece)
            continue
        text = written(piece, digits)
        before = found[-1].rstrip()[-1:] if found else ""
        following = formula[i + 1] if i + 1 < len(formula) else ""
        raised = isinstance(following, str) and following.startswith(("²", "^"))
        if text.startswith("−") and ((before and before in _BEFORE) or raised):
            text = f"({text})"
        found.append(text)
    return found


def plain(formula: Formula, digits: int = 4) -> str:
    """Write a formula as plain text, e.g. ``z_3^[1] = w_3^[1] · a^[0] + b_3^[1]``."""
    return marked("".join(in_words(formula, digits)), _bracketed)


def _bracketed(sign: str, text: str) -> str:
    return f"{sign}({text})" if " " in text else sign + text


def marked(text: str, write: Callable[[str, str], str]) -> str:
    """Replace every ``_{...}`` and ``^{...}`` by what ``write`` makes of its sign and what is in it."""
    open_at: list[int] = []
    found: list[str] = []
    i = 0
    while i < len(text):
        if text[i : i + 2] in ("_{", "^{"):
            open_at.append(len(found))
            found.append(text[i])
            i += 1
        elif text[i] == "}" and open_at:
            start = open_at.pop()
            sign, *inner = found[start:]
            found[start:] = [write(sign, "".join(inner))]
        else:
            found.append(text[i])
        i += 1
    return "".join(found)


def joined(parts: Sequence[Formula], sign: str) -> Formula:
    """Return formulas with a sign between them."""
    found: list[Piece] = []
    for part in parts:
        found += [sign, *part] if found else part
    return tuple(found)
