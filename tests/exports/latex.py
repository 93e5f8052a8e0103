"""A second way to compute an exported formula: rewrite its LaTeX as Python, step by step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.kernels import simd

if TYPE_CHECKING:
    from engine.floats import Floats

PLAIN = (
    (r"\\left|\\right", ""),
    (r"\\(?:operatorname|text)\{(\w+)\}", r"\1"),
    (r"\\hat\{y\}", "result"),
    (r"\^\{\[(\d+)\]\}", r"_\1"),
    (r"\\lvert (.*?) \\rvert", r"abs(\1)"),
    (r"_\{(\d+)\}", r"[:, \1 - 1:\1]"),
    (r"_\{(\d+):(\d+)\}", r"[:, \1 - 1:\2]"),
    (r"\\cdot|\\odot|\\,", "*"),
    (r"\b([WP]_\d+) (a_\d+)", r"\2 @ \1"),
    (r"\\\\\[2ex\]", r"\\\\"),
    (r"\\(?=max|min|tanh|sin|cos|tan|ln|Phi|gamma|beta|mu|pi)", ""),
)
SCOPE: dict[str, Any] = {
    "abs": np.abs,
    "max": lambda first, *rest: first if not rest else np.maximum(first, SCOPE["max"](*rest)),
    "min": np.minimum,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sgn": np.sign,
    "erf": simd.erf,
    "Phi": simd.normal_cdf,
    "mean": lambda z: z.mean(1, keepdims=True),
    "var": lambda z: z.var(1, keepdims=True),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True),
    "where": np.where,
    "e": np.float64(np.e),
    "pi": np.pi,
}


def group(text: str, start: int) -> int:
    """Return where the brace that opens at ``start`` is closed."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if not depth:
            return i
    raise AssertionError(text[start:])


def braces(text: str) -> str:
    """Rewrite fractions, roots and powers."""
    while (match := re.search(r"\\frac(?=\{)|\\sqrt(?=\{)|\^(?=\{)", text)) is not None:
        first = group(text, match.end())
        inside = text[match.end() + 1 : first]
        if match[0] == r"\frac":
            second = group(text, first + 1)
            new, first = f"(({inside})/({text[first + 2 : second]}))", second
        else:
            new = f"sqrt({inside})" if match[0] == r"\sqrt" else f"**({inside})"
        text = text[: match.start()] + new + text[first + 1 :]
    return text


def python(text: str) -> str:
    for old, new in PLAIN:
        text = re.sub(old, new, text)
    text = braces(text)
    text = re.sub(
        r"\\begin\{cases\} (.*?) & (.*?) \\\\ (.*?) & otherwise \\end\{cases\}", r"where(\2, \1, \3)", text
    )
    rows = re.fullmatch(r"\\begin\{pmatrix\} (.*) \\end\{pmatrix\}", text)
    if rows:
        cells = ", ".join(f"[{row.replace('&', ',')}]" for row in rows[1].split(r" \\ "))
        return f"matrix([{cells}])"
    return text


def computed(document: str, inputs: Floats) -> Floats:
    """Compute the equations in their order."""
    n = len(inputs)

    def matrix(rows: list[list[Any]]) -> Any:
        if any(np.ndim(cell) for row in rows for cell in row):  # features, one a row
            return np.hstack([np.broadcast_to(cell, (n, 1)) for (cell,) in rows])
        return np.array(rows, np.float64).T

    scope = {**SCOPE, "x": inputs.astype(np.float64), "matrix": matrix}
    lines = re.findall(r"^\S+ &= .*$", document, re.MULTILINE)
    with np.errstate(all="ignore"):  # of the case that is not taken
        for equation in (part for line in lines for part in line.removesuffix(r" \\").split(r", \qquad ")):
            left, right = re.split(r" &?= ", equation, maxsplit=1)
            name = python(left)
            if name.endswith("(t)"):
                scope[name[:-3]] = eval(f"lambda t: {python(right)}", scope)
            else:
                scope[name] = eval(python(right), scope)
    return np.broadcast_to(scope["result"], (n, scope["result"].shape[1]))
