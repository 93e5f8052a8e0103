"""How inputs, classes and numbers are written on the screen, and numbers read that were typed there."""

from __future__ import annotations

import keyword
import math
import re

from PySide6.QtCore import QCoreApplication

_NUMBERED = re.compile(r"x([0-9]+)")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([, \u00a0\u202f][0-9]{3})+")
_TOO_LARGE = 2.0**128 - 2.0**103  # what rounds to no float32; the largest of these ends a little below
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def input_name(name: str) -> str:
    """Return how an input is called: x1 with a real index, a table's column as it is."""
    match = _NUMBERED.fullmatch(name)
    return f"x{match[1].translate(_SUBSCRIPTS)}" if match else name


def file_name(name: str) -> str:
    """Return a file name, without suffix, that a title suggests and every system takes."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in name)
    return "-".join(kept.lower().split())[:60] or "unfold"


def module_name(name: str) -> str:
    """Return a file name, without suffix, by which a program can import it: of letters, digits and _."""
    kept = "".join(c if f"_{c}".isidentifier() else "_" for c in file_name(name))
    return kept if kept.isidentifier() and not keyword.iskeyword(kept) else f"network_{kept}"


def class_label(name: str) -> str:
    """Return how a class is called: one that only has a number is "class 2"."""
    if not name.isdecimal():
        return name
    return QCoreApplication.translate("Classes", "class {number}").format(number=name)


def coordinate(value: float, span: float) -> str:
    """Write a number of a range this wide, always with as many decimals, so that a read-out does not jump."""
    decimals = min(max(4 - math.ceil(math.log10(span)), 0), 8) if span > 0 else 2
    return f"{value:.{decimals}f}".replace("-", "−")


def loss_text(value: float) -> str:
    """Write a loss with four decimals, or as a power of ten where those would say nothing."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    size = abs(value)
    if size >= 1e4 or 0 < size < 5e-4:
        number, power = f"{value:.{2 if 1e-9 < size < 1e10 else 1}e}".split("e")
        return f"{number}e{int(power)}".replace("-", "−")
    # seven characters at most, so that nothing beside it need make room
    return f"{value:.{4 if size < 100 else 3 if size < 1000 else 2}f}"


def plain_number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits and a real minus sign."""
    if not math.isfinite(value):
        return "NaN"
    if value and not 1e-3 <= abs(value) < 1e5:
        number, power = f"{value:.{max(digits - 2, 0)}e}".split("e")
        text = f"{number.rstrip('0').rstrip('.') if '.' in number else number}e{int(power)}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def weight_text(value: float) -> str:
    """Write a weight with three decimals, with a real minus sign."""
    if not math.isfinite(value):
        return "NaN"
    if value != 0 and not 0.0005 <= abs(value) < 10_000:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


def read_number(text: str, *, whole: bool = False) -> float | None:
    """Return what was typed as a number that float32 can hold, None where it is not one.

    A comma is a decimal sign as a point is, and a real minus sign is one too.

    Parameters
    ----------
    text : str
        What was typed, space around it aside.
    whole : bool
        Whether a whole number is asked for: only then commas or spaces may separate thousands, "12,000".
        What is nevertheless between two of them is returned as it is.
    """
    cleaned = text.strip().replace("−", "-")
    if whole and _GROUPED.fullmatch(cleaned):
        cleaned = re.sub("[, \u00a0\u202f]", "", cleaned)
    cleaned = cleaned.replace(",", ".")
    if not _NUMBER.fullmatch(cleaned):
        return None
    value = float(cleaned)
    return value if abs(value) < _TOO_LARGE else None
