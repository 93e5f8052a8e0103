"""Small pieces of HTML; every text that comes in is escaped here and nowhere else."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Markup:
    """Text that is HTML already; what is a plain ``str`` still has to be escaped."""

    text: str


Content = Markup | str | int
_SHORT = 16  # rows that are kept together on paper


def text(content: Content) -> str:
    """Return content as HTML."""
    return content.text if isinstance(content, Markup) else html.escape(str(content), quote=True)


def joined(parts: Iterable[Content], between: str = "") -> Markup:
    """Return several pieces one after the other."""
    return Markup(between.join(text(part) for part in parts))


def element(tag: str, *content: Content, **attributes: object) -> Markup:
    """Return an element; an underscore in an attribute's name stands for a hyphen, one at its end is dropped.

    An attribute that is None is left out.
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value), quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{given}>{joined(content).text}</{tag}>")


def table(
    caption: Content,
    header: Sequence[Content],
    rows: Iterable[Sequence[Content]],
    *,
    numbers: Sequence[int] = (),
    look: str | None = None,
) -> Markup:
    """Return a table whose rows begin with their name.

    Parameters
    ----------
    numbers : sequence of int
        Columns that hold numbers.
    look : str, optional
        A class of the style sheet.
    """

    def look_of(column: int) -> str | None:
        return "number" if column in numbers else None

    head = joined(element("th", cell, scope="col", class_=look_of(i)) for i, cell in enumerate(header))
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, class_=look_of(i)) for i, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    parts = (
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", joined(body, "\n")),
    )
    looks = [*([look] if look else ()), *(["short"] if len(body) <= _SHORT else ())]
    return element("div", element("table", *parts, class_=" ".join(looks) or None), class_="wide")


def number(value: float, *, percent: bool = False) -> Markup:
    """Return a number as a person reads it, with all of its digits for a machine."""
    if math.isnan(value):
        return element("span", "–", title="not defined")
    if math.isinf(value):
        return element("span", "∞" if value > 0 else "−∞")
    shown = f"{100 * value:.1f} %" if percent else f"{value:.4g}"
    return element("data", shown.replace("-", "−"), value=repr(float(value)))
