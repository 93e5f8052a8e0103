"""Edits of the weights themselves, as values that can be sent, compared and made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from engine.checked import checked_tensor
from engine.errors import WeightsError
from engine.tensors import WEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.snapshot import Floats
    from engine.tensors import Tensors

    Marks: TypeAlias = list[dict[str, NDArray[np.bool_]]]


@dataclass(frozen=True)
class SetNumber:
    """Set one number of a tensor, e.g. ``SetNumber(0, "weight", (3, 1), 0.5)``.

    Parameters
    ----------
    layer : int
        0 is the first hidden layer, the output is the last.
    name : str
        A tensor of it, see ``engine.tensors``.
    index : tuple of int
        Which number.
    value : float
        What it shall be; becomes float32.
    """

    layer: int
    name: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class SetTensor:
    """Set all numbers of a tensor: rows of a matrix, or the numbers of a vector."""

    layer: int
    name: str
    values: tuple[tuple[float, ...], ...] | tuple[float, ...]


@dataclass(frozen=True)
class Redraw:
    """Draw anew with the layer's initializer: the layer, one unit of it, or the weight of one link.

    The draw depends on the document's seed and on the step alone, so it can be repeated.
    """

    layer: int
    unit: int | None = None
    source: int | None = None


@dataclass(frozen=True)
class ResetWeights:
    """Begin the run anew: weights, counters and random streams as at the start of this seed."""


@dataclass(frozen=True)
class LoadWeights:
    """Take all tensors from a file."""

    path: Path


WeightEdit: TypeAlias = SetNumber | SetTensor | Redraw | ResetWeights | LoadWeights
PartialEdit: TypeAlias = SetNumber | SetTensor | Redraw


def replaces(later: WeightEdit, earlier: WeightEdit) -> bool:
    """Tell whether nothing is left of an edit after a later one, as happens when a number is dragged."""
    match later, earlier:
        case SetNumber(), SetNumber():
            return (later.layer, later.name, later.index) == (earlier.layer, earlier.name, earlier.index)
        case SetTensor(), SetTensor():
            return (later.layer, later.name) == (earlier.layer, earlier.name)
    return False


def edited(
    tensors: Tensors, edit: PartialEdit, units: Sequence[int], draw: Callable[[int], Mapping[str, Floats]]
) -> tuple[Tensors, Marks]:
    """Apply an edit of a part of the weights.

    Parameters
    ----------
    tensors : list of dict
        Those of the network.  Modified in place where the edit is possible.
    edit : SetNumber, SetTensor or Redraw
        What to do.
    units : sequence of int
        How many every layer has.
    draw : callable
        From a layer to tensors drawn anew.

    Returns
    -------
    tensors : list of dict
        The edited tensors alone, an empty dict for a layer without any.
    marks : list of dict
        Which numbers of them were edited.

    Raises
    ------
    WeightsError
        Where there is no such layer, tensor or number, or a value does not fit.
    """
    if not 0 <= edit.layer < len(tensors):
        raise WeightsError(f"there is no layer {edit.layer}, the network has {len(tensors)}")
    layer = tensors[edit.layer]
    given: Mapping[str, Any]
    if isinstance(edit, Redraw):
        given = draw(edit.layer)
        marks = _redrawn(layer, edit, units[edit.layer])
    else:
        path = f"layers.{edit.layer}.{edit.name}"
        if edit.name not in layer:
            raise WeightsError(f"{path}: the network has no such tensor")
        array = layer[edit.name]
        marks = {edit.name: np.ones(array.shape, bool)}
        if isinstance(edit, SetNumber):
            marks = {edit.name: _at(path, array, edit.index)}
            given = {edit.name: np.full(array.shape, checked_tensor(path, edit.value, ()))}
        else:
            given = {edit.name: checked_tensor(path, edit.values, array.shape)}
    for name, mark in marks.items():
        layer[name][mark] = given[name][mark]
    changed: Tensors = [{} for _ in tensors]
    marked: Marks = [{} for _ in tensors]
    changed[edit.layer], marked[edit.layer] = {name: layer[name] for name in marks}, marks
    return changed, marked


def _at(path: str, array: Floats, index: tuple[int, ...]) -> NDArray[np.bool_]:
    mark = np.zeros(array.shape, bool)
    inside = len(index) == array.ndim and all(0 <= i < n for i, n in zip(index, array.shape, strict=True))
    if not inside:
        raise WeightsError(f"{path}: there is no number {index} in the shape {array.shape}")
    mark[index] = True
    return mark


def _redrawn(layer: Mapping[str, Floats], edit: Redraw, units: int) -> dict[str, NDArray[np.bool_]]:
    """Mark what belongs to a layer, a unit or a link, in every piece of it."""
    inputs = layer[WEIGHT].shape[1]
    if edit.unit is None:
        if edit.source is not None:
            raise WeightsError(f"layers.{edit.layer}: the weight of input {edit.source} needs a unit")
        return {name: np.ones(array.shape, bool) for name, array in layer.items()}
    if not 0 <= edit.unit < units:
        raise WeightsError(f"layers.{edit.layer}: there is no unit {edit.unit}, the layer has {units}")
    if edit.source is not None and not 0 <= edit.source < inputs:
        raise WeightsError(f"layers.{edit.layer}: there is no input {edit.source}, the layer has {inputs}")
    names = layer.keys() if edit.source is None else (WEIGHT,)
    marks = {name: np.zeros(layer[name].shape, bool) for name in names}
    for mark in marks.values():
        of_unit = mark.reshape(-1, units, *mark.shape[1:])[:, edit.unit]
        of_unit[..., slice(None) if edit.source is None else edit.source] = True
    return marks
