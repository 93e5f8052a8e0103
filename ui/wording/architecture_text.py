"""The hidden layers of a network as one line of text, and what such a line means.

Layers stand from the input to the output, separated by commas: ``8 tanh, 4 relu``.  A layer is its number
of neurons and its activation, by key or by label in any case (``leaky_relu``, ``Leaky ReLU``); one without
an activation repeats the one before it.  ``3x8 tanh`` is three layers of 8 neurons, ``x`` may be ``×`` or
``*``.  An empty line is a network without hidden layers.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.catalog.activations import ACTIVATIONS
from engine.experiment import MAX_LAYERS, MAX_UNITS

if TYPE_CHECKING:
    from engine.experiment import Network

Reason = Literal["empty", "number", "units", "copies", "activation", "layers"]

_LAYER = re.compile(
    r"(?:(?P<copies>[0-9]+)\s*[x×*]\s*)?(?P<units>[0-9]+)(?![0-9.])\s*(?P<activation>.*)", re.I | re.S
)
_SPACES = re.compile(r"[\s_-]+")
_LONGEST = 9  # digits; more are no number of anything here


@dataclass(frozen=True)
class LayerText:
    """What a line says of one layer; ``activation`` is a key, None where nothing is said so far."""

    units: int
    activation: str | None = None


class ArchitectureError(ValueError):
    """A line that does not describe a network: what is wrong, and where.

    Parameters
    ----------
    reason : str
        "empty": nothing between two commas; "number": a layer does not begin with a number; "units",
        "copies", "layers": a number out of range; "activation": there is none of this name.
    word : str
        What is wrong, as it was typed.
    start : int
        Where the word begins in the text, from 0.
    layer : int
        Which part of the line it stands in, from 1.
    suggestion : str
        The activation that may have been meant, or nothing.
    """

    def __init__(self, reason: Reason, word: str, start: int, layer: int, suggestion: str = "") -> None:
        super().__init__(f"part {layer}, at {start + 1}: {reason} {word!r}")
        self.reason: Reason = reason
        self.word = word
        self.start = start
        self.layer = layer
        self.suggestion = suggestion


def architecture_text(network: Network) -> str:
    """Return the hidden layers of a network as `parse_architecture` reads them."""
    return ", ".join(f"{layer.units} {layer.activation.kind}" for layer in network.layers)


def parse_architecture(text: str) -> tuple[LayerText, ...]:
    """Return the layers that a line describes.

    Raises
    ------
    ArchitectureError
        With the first thing that is wrong.
    """
    if not text.strip():
        return ()
    found: list[LayerText] = []
    begin = 0
    for number, part in enumerate(text.split(","), 1):
        word = part.strip()
        start = begin + len(part) - len(part.lstrip())
        begin += len(part) + 1
        before = found[-1].activation if found else None
        copies, layer = _layer(word, start, number, before)
        if len(found) + copies > MAX_LAYERS:
            raise ArchitectureError("layers", word, start, number)
        found += [layer] * copies
    return tuple(found)


def _layer(word: str, start: int, number: int, before: str | None) -> tuple[int, LayerText]:
    """Return how many layers a part stands for, and which."""
    if not word:
        raise ArchitectureError("empty", "", start, number)
    match = _LAYER.fullmatch(word)
    if match is None:
        raise ArchitectureError("number", word, start, number)
    copies, units, name = match["copies"], match["units"], match["activation"].strip()
    if copies is not None and not 1 <= _number(copies) <= MAX_LAYERS:
        raise ArchitectureError("copies", copies, start + match.start("copies"), number)
    if not 1 <= _number(units) <= MAX_UNITS:
        raise ArchitectureError("units", units, start + match.start("units"), number)
    key = _activation(name) if name else before
    if name and key is None:
        place = start + match.start("activation")
        raise ArchitectureError("activation", name, place, number, _suggestion(name))
    return int(copies or 1), LayerText(int(units), key)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST else 10**_LONGEST


def _plain(name: str) -> str:
    return _SPACES.sub("", name).casefold()


_NAMES = {_plain(name): entry.key() for entry in ACTIVATIONS for name in (entry.label, entry.key())}


def _activation(name: str) -> str | None:
    return _NAMES.get(_plain(name))


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(_plain(name), list(_NAMES), n=1)
    return _NAMES[close[0]] if close else ""
