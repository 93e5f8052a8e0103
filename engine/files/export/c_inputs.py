"""From raw inputs to features in C: in float, but in double where float lacks the digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export import words
from engine.files.export.c_notation import DOUBLE, comment, double_literal, literal, notation
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.expression import VARIABLE, of_feature, variable
from engine.files.export.reduced import computed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.files.export.expression import Expression
    from engine.files.export.portable import Portable

ENOUGH = 1e-6  # of the values of a feature, relative to 1 or the value
_POINTS = 2000
_SMALLEST, _LARGEST = 1e-30, 1e30


def input_lines(network: Portable, prefix: str) -> Iterator[str]:
    """Yield the lines that fill ``a``, the values of the features, from ``inputs``, the raw ones.

    A feature is computed in double where float would be off by more than 1e-6 somewhere on the field.
    """
    features = range(len(network.data.features))
    in_double = [at for at in features if _loses(network, at)]
    in_float = _inputs_of(network, [at for at in features if at not in in_double])
    if not (in_float or in_double):
        yield "(void)inputs; /* no feature depends on them */"
    if network.standardizes and in_float:
        lines = [line for i in in_float for line in _standardized(network, i)]
        told = "standardized inputs"
        if any(line.startswith("u") and "((" in line for line in lines):
            told += "; a mean in two parts keeps its digits, but not under -ffast-math"
        yield f"float u[{len(network.input_names)}]; /* {told} */"
        yield from lines
    for i in _inputs_of(network, in_double):
        yield f"const double u{i} = {_in_double(network, i)};"
    given = "u" if network.standardizes else "inputs"
    singles = tuple(variable(f"{given}[{i}]") for i in range(len(network.input_names)))
    doubles = tuple(variable(f"u{i}") for i in range(len(network.input_names)))
    for at, feature in enumerate(network.data.features):
        told = comment(words.plain(network.data.feature_labels[at]))
        if at in in_double:
            value = DOUBLE.text(of_feature(feature, doubles))
            yield f"a[{at}] = (float)({value}); /* {told}: float lacks the digits */"
        else:
            yield f"a[{at}] = {notation(prefix).text(of_feature(feature, singles))}; /* {told} */"


def _inputs_of(network: Portable, features: list[int]) -> list[int]:
    formulas = network.feature_formulas()
    names = {node.name for at in features for node in formulas[at].nodes() if node.operation == VARIABLE}
    return sorted(int(name.removeprefix("x")) for name in names)


def _standardized(network: Portable, i: int) -> Iterator[str]:
    mean, scale = float(network.data.mean[i]), float(network.data.scale[i])
    told = comment(words.plain(network.input_names[i]))
    if not _SMALLEST < scale < _LARGEST:
        yield f"u[{i}] = (float)({_in_double(network, i)}); /* {told}: float lacks the range */"
        return
    high = float(np.float32(mean))
    rest = mean - high
    text = f"(inputs[{i}] {_less(high)})" if mean else f"inputs[{i}]"
    # What rounding took of the mean goes apart: the first difference is exact wherever that matters.
    if abs(rest) > 2**-26 * scale:
        text = f"({text} {_less(rest)})"
    yield f"u[{i}] = {text}{f' / {literal(scale)}' if scale != 1 else ''}; /* {told} */"


def _less(value: float) -> str:
    return f"- {literal(value)}" if value >= 0 else f"+ {literal(-value)}"


def _in_double(network: Portable, i: int) -> str:
    mean, scale = float(network.data.mean[i]), float(network.data.scale[i])
    if mean == 0 and scale == 1:
        return f"(double)inputs[{i}]"
    return f"((double)inputs[{i}] - {double_literal(mean)}) / {double_literal(scale)}"


def _loses(network: Portable, at: int) -> bool:
    """Return whether float is off by more than ``ENOUGH`` somewhere on the field and beside it."""
    tree: Expression = network.feature_formulas()[at]
    raw = points_of(network, _POINTS).astype(np.float64)
    u = (raw - network.data.mean) / network.data.scale
    columns: dict[str, NDArray[np.float64]] = {f"x{i}": u[:, i] for i in range(u.shape[1])}
    with np.errstate(over="ignore"):  # beyond float's range it is infinite
        exact = computed(tree, columns).astype(np.float32)
    return not largest_difference(computed(tree, columns, np.float32), exact) <= ENOUGH  # NaN too
