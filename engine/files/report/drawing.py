"""Drawing in the page: axes, curves and the symbols of classes as SVG, in the colours of the style sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.files.report.markup import Content, Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def drawing(name: str, meaning: str, width: float, height: float, *content: Content) -> Markup:
    """Return a picture with a name and, for those who cannot see it, what it shows."""
    return element(
        "svg",
        element("title", name),
        element("desc", meaning),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        aria_label=f"{name}. {meaning}",
    )


def words(x: float, y: float, content: str, look: str | None = None, **more: object) -> Markup:
    """Return a text at a place."""
    return element("text", content, x=f"{x:.1f}", y=f"{y:.1f}", class_=look, **more)


def line(x1: float, y1: float, x2: float, y2: float, look: str, **more: object) -> Markup:
    """Return a straight line."""
    return element(
        "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=look, **more
    )


def input_label(name: str) -> str:
    """Return how an input is called: x1 with a real index, a table's column as it is."""
    is_numbered = name[:1] == "x" and name[1:].isdecimal() and name.isascii()
    return "x" + name[1:].translate(_SUBSCRIPTS) if is_numbered else name


def short(value: float) -> str:
    """Write a number at an axis."""
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}".replace("-", "−")
    return f"{value:,.4g}".replace("-", "−")


@dataclass(frozen=True)
class Axes:
    """A rectangle of the page that stands for ranges of two numbers."""

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, values: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return where numbers lie from left to right."""
        low, high = self.across
        return np.asarray(self.left + (np.asarray(values, np.float64) - low) / (high - low) * self.width)

    def y(self, values: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return where numbers lie from top to bottom; what is far off stays near."""
        low, high = self.up
        share = np.clip((high - np.asarray(values, np.float64)) / (high - low), -1, 2)
        return np.asarray(self.top + share * self.height)

    def ticks_across(self, values: Iterable[float]) -> Markup:
        """Write numbers below."""
        bottom = self.top + self.height
        return joined(
            words(float(self.x(value)), bottom + 16, short(value), "tick", text_anchor="middle")
            for value in values
        )

    def ticks_up(self, values: Iterable[float], *, log: bool = False, grid: bool = True) -> Markup:
        """Write numbers at the left, with a line at each."""
        parts = []
        for value in values:
            y = float(self.y(value))
            if grid:
                parts.append(line(self.left, y, self.left + self.width, y, "grid"))
            shown = short(10**value if log else value)
            parts.append(words(self.left - 7, y + 4, shown, "tick", text_anchor="end"))
        return joined(parts)

    def titles(self, across: str, up: str) -> Markup:
        """Write what the axes are."""
        below, middle = self.top + self.height + 34, self.top + self.height / 2
        return joined(
            (
                words(self.left + self.width / 2, below, across, "axis", text_anchor="middle"),
                element(
                    "text",
                    up,
                    class_="axis",
                    text_anchor="middle",
                    transform=f"translate(13 {middle:.1f}) rotate(-90)",
                ),
            )
        )

    def curve(self, x: NDArray[np.float64], y: NDArray[np.float64], look: str, **more: object) -> Markup:
        """Return a line through points, broken where one is not known."""
        path: list[str] = []
        pen = "M"
        for px, py in zip(self.x(x).tolist(), self.y(y).tolist(), strict=True):
            if math.isfinite(py):
                path.append(f"{pen}{px:.1f} {py:.1f}")
                pen = "L"
            else:
                pen = "M"
        return element("path", d="".join(path), class_=look, **more) if path else Markup("")


def _polygon(corners: int, radius: float, turn: float = 0.0, inner: float | None = None) -> str:
    count = corners if inner is None else 2 * corners
    points = []
    for i in range(count):
        angle = math.radians(turn - 90) + 2 * math.pi * i / count
        reach = radius if inner is None or i % 2 == 0 else inner
        points.append((reach * math.cos(angle), reach * math.sin(angle)))
    return _closed(points)


def _closed(points: list[tuple[float, float]]) -> str:
    steps = [(x - a, y - b) for (a, b), (x, y) in zip([(0.0, 0.0), *points], points, strict=False)]
    (x, y), *rest = steps
    return f"m{x:.2f} {y:.2f}" + "".join(f"l{a:.2f} {b:.2f}" for a, b in rest) + "z"


def _cross(reach: float, half: float, turn: float = 0.0) -> str:
    corners = [
        (-half, -reach), (half, -reach), (half, -half), (reach, -half), (reach, half), (half, half),
        (half, reach), (-half, reach), (-half, half), (-reach, half), (-reach, -half), (-half, -half),
    ]  # fmt: skip
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return _closed([(x * cos - y * sin, x * sin + y * cos) for x, y in corners])


# The shape tells the class as well as the colour does; relative paths about the point.
SYMBOLS = (
    "m-2.9 -2.9h5.8v5.8h-5.8z",
    "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z",
    _polygon(3, 4.1),
    _polygon(4, 4.1),
    _cross(3.9, 1.3),
    _polygon(3, 4.1, 180),
    _polygon(5, 3.8),
    _cross(4.1, 1.3, 45),
    _polygon(5, 4.5, inner=2.0),
    _polygon(6, 3.7),
)


def symbols(index: int, x: NDArray[np.float64], y: NDArray[np.float64], **more: object) -> Markup:
    """Return the symbol of a class at every point, as one path."""
    shape = SYMBOLS[index % len(SYMBOLS)]
    places = zip(np.asarray(x).tolist(), np.asarray(y).tolist(), strict=True)
    return element("path", d="".join(f"M{px:.1f} {py:.1f}{shape}" for px, py in places), **more)
