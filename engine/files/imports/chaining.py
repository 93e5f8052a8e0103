"""Dense layers one after the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.imports.imported import Imported, ImportedLayer, imported
from engine.sentences import shown
from engine.tensors import BIAS, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts fc2 before fc10."""
    parts = re.split(r"([0-9]+)", text)
    return tuple(
        (1, len(digits := part.lstrip("0")), digits) if part.isdigit() and part.isascii() else (0, 0, part)
        for part in parts
    )


def without_bias(modules: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return a note for every layer without a bias."""
    return [
        f"{shown(module)} has no bias; it starts at 0"
        for module, arrays in modules.items()
        if "bias" not in arrays
    ]


def dense(name: str, module: str, weight: NDArray[Any], bias: NDArray[Any] | None) -> dict[str, NDArray[Any]]:
    """Return the tensors of a layer from a matrix (out, in) and a vector."""
    if weight.ndim != 2:
        raise WeightsError(
            f"{name}: {shown(module)} has a vector where a dense layer has a matrix: only dense layers can "
            "be imported"
        )
    if bias is None:
        bias = np.zeros(len(weight), np.float32)
    if bias.shape != weight.shape[:1]:
        raise WeightsError(
            f"{name}: {shown(module)}: a weight of {_shape(weight)} and a bias of shape {bias.shape} do not "
            "fit together"
        )
    return {WEIGHT: weight, BIAS: bias}


def _shape(weight: NDArray[Any]) -> str:
    return f"{counted(weight.shape[0], 'output')} and {counted(weight.shape[1], 'input')}"


def chained(
    name: str,
    layers: Mapping[str, Mapping[str, NDArray[Any]]],
    notes: Iterable[str],
    known: Mapping[str, ImportedLayer] | None = None,
) -> Imported:
    """Put layers one after the other: as they are given if that fits, else in the one order that does.

    Parameters
    ----------
    name : str
        The file's.
    layers : mapping
        The tensors by the module's name.
    notes : iterable of str
        What is known so far.
    known : mapping, optional
        What is known of some layers besides.

    Raises
    ------
    WeightsError
        Where no order fits, or several do.
    """
    order, notes = list(layers), list(notes)
    widths = {key: (arrays[WEIGHT].shape[1], len(arrays[WEIGHT])) for key, arrays in layers.items()}
    misfit = next((i for i in range(1, len(order)) if widths[order[i]][0] != widths[order[i - 1]][1]), None)
    if misfit is not None:
        fitting = _orders(widths)
        if len(fitting) != 1:
            before, after = order[misfit - 1], order[misfit]
            raise WeightsError(
                f"{name}: {shown(after)} takes {counted(widths[after][0], 'value')}, but {shown(before)} "
                f"before it gives {widths[before][1]}"
            )
        order = fitting[0]
        notes.append(f"The layers were put in the only order that fits: {', '.join(map(shown, order))}.")
    known = known or {}
    found = [known.get(key) or ImportedLayer(widths[key][1]) for key in order]
    return imported(name, found, [layers[key] for key in order], notes=notes)


def _orders(widths: Mapping[str, tuple[int, int]]) -> list[list[str]]:
    """Return the orders in which layers fit: none, the only one, or two of several; none too if too many."""
    found: list[list[str]] = []
    tries = 0

    def extend(order: list[str], left: set[str]) -> None:
        nonlocal tries
        tries += 1
        if tries > 5000 or len(found) > 1:
            return
        if not left:
            found.append(order)
        for key in sorted(left):
            if not order or widths[order[-1]][1] == widths[key][0]:
                extend([*order, key], left - {key})

    if len(widths) <= 20:
        extend([], set(widths))
    return found if tries <= 5000 else []
