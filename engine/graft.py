"""Carry weights from one network to another: which still have a place, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import WeightsError
from engine.files.weights import as_float32
from engine.snapshot import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from engine.experiment import Experiment

Parameters = list[tuple[Floats, Floats]]


def checked_parameters(
    parameters: Sequence[tuple[ArrayLike, ArrayLike]], shapes: Sequence[tuple[int, ...]]
) -> Parameters:
    """Return float32 parameters that fit weights of the given shapes (out, in).

    Raises
    ------
    WeightsError
        With a sentence for every layer that does not fit.
    """
    if len(parameters) != len(shapes):
        raise WeightsError(f"the weights have {len(parameters)} layers, the network has {len(shapes)}")
    problems: list[str] = []
    checked = []
    for i, (layer, shape) in enumerate(zip(parameters, shapes, strict=True)):
        try:
            weight, bias = (np.asarray(part) for part in layer)
        except (TypeError, ValueError):
            problems.append(f"layers.{i}: must be a weight and a bias, each an array of numbers")
            continue
        for name, array, needed in (("weight", weight, shape), ("bias", bias, shape[:1])):
            if array.dtype.kind not in "fiu":
                problems.append(f"layers.{i}.{name}: must hold numbers, not {array.dtype}")
            elif array.shape != needed:
                problems.append(f"layers.{i}.{name}: must have the shape {needed}, not {array.shape}")
            elif not np.isfinite(as_float32(array)).all():
                problems.append(f"layers.{i}.{name}: holds a value that is not a finite number")
        checked.append((weight, bias))
    if problems:
        raise WeightsError(problems)
    return [(as_float32(weight), as_float32(bias)) for weight, bias in checked]


def carry(old: Experiment, new: Experiment, parameters: Parameters, drawn: Parameters) -> None:
    """Copy the old network's parameters to wherever they still have a place in the new one.

    Layers are matched from both ends, units and inputs by position, features by their formula.
    Modified in place: drawn, the new network's initial parameters.
    """
    for new_at, old_at in _matched_layers(old, new):
        _keep(drawn[new_at], parameters[old_at], _matched_inputs(old, new, new_at, old_at))


def _matched_layers(old: Experiment, new: Experiment) -> list[tuple[int, int]]:
    """Pair the layers of two networks as (new, old): equal ones from the front, the others from the back.

    A layer whose initializer was edited in place is left out, so that it is drawn anew.
    """
    before, after = old.network.layers, new.network.layers
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    pairs = [(i, i) for i in range(front)]
    rest = min(len(before), len(after)) - front
    pairs += [(len(after) - i, len(before) - i) for i in range(rest, 0, -1)]
    kept = [
        (new_at, old_at)
        for new_at, old_at in pairs
        if len(before) != len(after) or before[old_at].initializer == after[new_at].initializer
    ]
    if old.network.output.initializer == new.network.output.initializer:
        kept.append((len(after), len(before)))
    return kept


def _matched_inputs(
    old: Experiment, new: Experiment, new_at: int, old_at: int
) -> list[tuple[int, int]] | None:
    """Pair the inputs of two first layers by their formula; None pairs them by position."""
    if new_at == 0 and old_at == 0:
        return [(i, old.features.index(text)) for i, text in enumerate(new.features) if text in old.features]
    return [] if new_at == 0 or old_at == 0 else None


def _keep(
    drawn: tuple[Floats, Floats], old: tuple[Floats, Floats], inputs: list[tuple[int, int]] | None
) -> None:
    """Copy one layer's weights that still have a place.  Modified in place: drawn."""
    (weight, bias), (old_weight, old_bias) = drawn, old
    units = min(len(bias), len(old_bias))
    bias[:units] = old_bias[:units]
    if inputs is None:
        inputs = [(i, i) for i in range(min(weight.shape[1], old_weight.shape[1]))]
    for new_input, old_input in inputs:
        weight[:units, new_input] = old_weight[:units, old_input]
