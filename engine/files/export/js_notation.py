"""How JavaScript writes formulas, numbers and names, and the functions that it lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.files.export.expression import Notation

if TYPE_CHECKING:
    from collections.abc import Sequence


def decimal(value: float) -> str:
    """Return a number in the fewest digits that read back exactly."""
    return repr(float(value)).removesuffix(".0").replace("e-0", "e-")


_NAMED = {"absolute": "abs", "square_root": "sqrt", "sine": "sin", "cosine": "cos"}
NOTATION = Notation(
    {
        **{
            name: f"Math.{_NAMED.get(name, name)}({{0}})"
            for name in (
                *("absolute", "sign", "square_root", "exp", "expm1", "log", "log1p", "tanh"),
                *("sine", "cosine", "tan"),
            )
        },
        **{name: f"{name}({{0}})" for name in ("softplus", "sigmoid", "erf")},
        "normal_cdf": "normalCdf({0})",
        "maximum": "Math.max({0}, {1})",
        "minimum": "Math.min({0}, {1})",
        "pow": "Math.pow({0}, {1})",
        "power": "power({0}, {1})",
        "where": "({0} ? {1} : {2})",
    },
    decimal,
)

# What a file may need, in the order of their definition; each is written where something below calls it.
_HELPERS = {
    "erfc": """
// 1 - erf(x): near 0 by the power series of erf, further out by the continued fraction.
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x, sum = term;
    for (let n = 1; n < 60; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - bell * sum;
  }
  let rest = 0;
  for (let n = 40; n > 0; n--) rest = n / 2 / (x + rest);
  return bell / (x + rest);
}""",
    "erf": """
function erf(x) {
  return 1 - erfc(x);
}""",
    "normalCdf": """
// The share of a standard normal distribution below x.
function normalCdf(x) {
  return erfc(-x * Math.SQRT1_2) / 2;
}""",
    "sigmoid": """
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}""",
    "softplus": """
function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}""",
    "power": """
function power(x, exponent) {
  return x >= 0 ? Math.pow(x, exponent) : NaN;
}""",
    "softmax": """
function softmax(z) {
  const largest = Math.max(...z);
  const e = z.map((x) => Math.exp(x - largest));
  const sum = e.reduce((a, b) => a + b);
  return e.map((x) => x / sum);
}""",
    "average": """
function average(values) {
  return values.reduce((a, b) => a + b) / values.length;
}""",
    "dense": """
// W a + b, W one row after the other. Sums are float64, what a layer hands on is float32, as in Unfold.
function dense(W, b, a) {
  return Array.from(b, (sum, i) => {
    for (let j = 0; j < a.length; j++) sum += W[i * a.length + j] * a[j];
    return sum;
  });
}""",
    "unpacked": """
// Little-endian float32 numbers from base64.
function unpacked(text) {
  const bytes = new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => bytes.getFloat32(4 * i, true));
}""",
}


def comment(text: str) -> str:
    """Return text that ends neither a comment nor, in a page, the script."""
    return text.replace("*/", "* /").replace("</", "< /").replace("<!", "< !").replace("-->", "-- >")


def names_literal(names: Sequence[str]) -> str:
    """Return a JavaScript array of names, safe inside a page's script element too."""
    text = json.dumps(list(names), ensure_ascii=False)
    return "".join(
        c
        if c.isprintable() and c not in "<>"
        else json.dumps(c)[1:-1]
        if ord(c) > 127
        else f"\\u{ord(c):04x}"
        for c in text
    )


def used_helpers(used: str) -> list[str]:
    """Return the helpers that some code calls, in the order of their definition."""
    found: list[str] = []
    for name, helper in reversed(_HELPERS.items()):
        if any(f"{call}{name}(" in text for text in (used, *found) for call in " (-[" if call) or (
            f".map({name})" in used
        ):
            found.insert(0, helper.strip())
    return found
