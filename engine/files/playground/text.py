"""The text of TensorFlow Playground's links: ``key=value`` pairs after a ``#``, and how it writes numbers."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from engine.errors import LinkError
from engine.sentences import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = "https://playground.tensorflow.org/"
MAX_CHARACTERS = 20_000
_SCHEMES = ("http", "https", "file")
_AT_HOME = re.compile(r"(?:https?://)?playground\.tensorflow\.org(?:[:/?].*)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def pairs_of(text: str) -> dict[str, str]:
    """Return the keys and values of a link; of a repeated key the last counts, as there.

    Parameters
    ----------
    text : str
        A whole address, or only the part after ``#``; with blanks around, as it was copied.

    Returns
    -------
    dict
        Decoded; empty for an address that says nothing.

    Raises
    ------
    LinkError
        Where the text is no such link.
    """
    if len(text) > MAX_CHARACTERS:
        raise LinkError(f"the link is longer than {MAX_CHARACTERS:,} characters, so it is none")
    text = re.sub(r"[\t\r\n]", "", text).strip()  # as browsers do; mail programs break long links
    if not text:
        raise LinkError("there is no link; paste one, or only its part after #")
    if re.search("[\ud800-\udfff]", text):
        raise LinkError("the link holds characters that are no text; copy it anew")
    fragment = _fragment(text).replace("&amp;", "&")  # as copied from a page's source
    if "=" not in fragment:
        fragment = unquote(fragment)  # some programs encode all that follows #
    found = {}
    for pair in filter(None, fragment.split("&")):
        key, value, *_ = (*pair.split("="), "")
        found[unquote(key).strip()] = unquote(value).strip()
    return found


def _fragment(text: str) -> str:
    """Return what stands after #, or the whole text if it is that."""
    before, sign, after = text.partition("#")
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", before)
    if scheme and scheme[1].lower() not in _SCHEMES:
        raise LinkError(f"the address must begin with {', '.join(_SCHEMES)}, not {shown(scheme[1])}")
    if scheme and not after.strip("& ") and not is_home(before):
        raise LinkError("this is no link of TensorFlow Playground: nothing of it stands after a #")
    if sign:
        return after
    return "" if scheme or is_home(before) else text


def is_home(text: str) -> bool:
    """Return whether a text is an address at TensorFlow Playground's own host."""
    return _AT_HOME.fullmatch(text.partition("#")[0].strip()) is not None


def address_of(pairs: Mapping[str, str]) -> str:
    """Return the whole address that says all this."""
    return HOME + "#" + "&".join(f"{key}={quote(value, safe=',')}" for key, value in pairs.items())


def decimal_of(text: str) -> Decimal | None:
    """Return the number that a value says, exactly; None for what is no finite number."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
        return None
    return Decimal(text) if value else Decimal(0)  # what is too small for a float may be for Decimal, too


def number_text(value: float | Decimal) -> str:
    """Write a number with all its digits, as JavaScript does: 0.00001, 10, 1e-7."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if exact and abs(exact) < Decimal("1e-6"):
        digits, _, exponent = f"{exact.normalize():e}".partition("e")
        return f"{digits}e{int(exponent)}"
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
