"""Edits of the weights themselves, as values that can be sent, compared and made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine.checked import checked_tensor
from engine.counted import counted
from engine.errors import WeightsError
from engine.tensors import WEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.floats import Floats
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
class Block:
    """A rectangle of a tensor's numbers; a vector is a matrix of one column.

    Parameters
    ----------
    layer, name
        As of `SetNumber`.
    row, column : int
        Where its first number goes.
    values : tuple of tuple of float
        Its rows, all of one length.
    """

    layer: int
    name: str
    row: int
    column: int
    values: tuple[tuple[float, ...], ...]

    @property
    def place(self) -> tuple[int, str, int, int, tuple[int, ...]]:
        """What numbers it is about, whatever they are set to."""
        return self.layer, self.name, self.row, self.column, tuple(map(len, self.values))


@dataclass(frozen=True)
class SetBlocks:
    """Set the numbers of some rectangles, and no others; where two overlap the later holds."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Redraw:
    """Draw anew with a layer's initializer: the layer, one unit of it, or the weight of one link.

    The draw depends on the document's seed and on the step alone, so it can be repeated.

    Parameters
    ----------
    layer : int or tuple of int
        One layer, or several of which each is drawn as it would be alone.
    unit : int, optional
        The unit, where not the whole layer; only of one layer.
    source : int, optional
        The input whose weight it is, where not the whole unit.
    """

    layer: int | tuple[int, ...]
    unit: int | None = None
    source: int | None = None


@dataclass(frozen=True)
class ResetWeights:
    """Begin the run anew: weights, counters and random streams as at the start of this seed."""


@dataclass(frozen=True, eq=False)
class SetTensors:
    """Take all tensors, as they were read from a file made elsewhere.

    Parameters
    ----------
    tensors : sequence of mappings
        Those of every layer, by name; see ``engine.tensors``.
    """

    tensors: Sequence[Mapping[str, ArrayLike]]


@dataclass(frozen=True, eq=False)
class TakeStep:
    """Make one update that has been worked out elsewhere, as by a walk through one sample.

    Parameters
    ----------
    tensors : sequence of mappings
        All tensors of every layer after the step, by name.
    slots : mapping
        What the optimizer remembers after it, as in ``Trainer.optimizer_state``.
    step : int
        How many steps have then been taken.
    """

    tensors: Sequence[Mapping[str, ArrayLike]]
    slots: Mapping[str, Sequence[Mapping[str, ArrayLike]]]
    step: int


WeightEdit: TypeAlias = SetNumber | SetBlocks | Redraw | ResetWeights | SetTensors | TakeStep
PartialEdit: TypeAlias = SetNumber | SetBlocks | Redraw


def replaces(later: WeightEdit, earlier: WeightEdit) -> bool:
    """Tell whether nothing is left of an edit after a later one, as happens when a number is dragged."""
    match later, earlier:
        case SetNumber(), SetNumber():
            return (later.layer, later.name, later.index) == (earlier.layer, earlier.name, earlier.index)
        case SetBlocks(), SetBlocks():
            return [block.place for block in later.blocks] == [block.place for block in earlier.blocks]
    return False


def edited(
    tensors: Tensors, edit: PartialEdit, units: Sequence[int], draw: Callable[[int], Mapping[str, Floats]]
) -> tuple[Tensors, Marks]:
    """Apply an edit of a part of the weights.

    Parameters
    ----------
    tensors : list of dict
        Those of the network.  Modified in place where the edit is possible.
    edit : SetNumber, SetBlocks or Redraw
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
    marked: Marks = [{} for _ in tensors]
    given: list[Mapping[str, Floats]] = [{} for _ in tensors]
    match edit:
        case Redraw():
            for index in _layers(edit, len(tensors)):
                marked[index] = _redrawn(index, tensors[index], edit, units[index])
                given[index] = draw(index)
        case SetNumber():
            layer = _layer_of(tensors, edit.layer, edit.name)
            path, array = f"layers.{edit.layer}.{edit.name}", layer[edit.name]
            value = np.full(array.shape, checked_tensor(path, edit.value, ()))
            marked[edit.layer] = {edit.name: _at(path, array, edit.index)}
            given[edit.layer] = {edit.name: value}
        case SetBlocks(blocks):
            written: Tensors = [{} for _ in tensors]
            for block in blocks:
                layer = _layer_of(tensors, block.layer, block.name)
                array = written[block.layer].setdefault(block.name, layer[block.name].copy())
                mark = marked[block.layer].setdefault(block.name, np.zeros(array.shape, bool))
                _set_block(block, array, mark)
            given[:] = written
    for layer, marks, values in zip(tensors, marked, given, strict=True):
        for name, mark in marks.items():
            layer[name][mark] = values[name][mark]
    changed = [{name: layer[name] for name in marks} for layer, marks in zip(tensors, marked, strict=True)]
    return changed, marked


def _layers(edit: Redraw, count: int) -> tuple[int, ...]:
    """Return the layers that are to be drawn anew, all of which there are."""
    layers = edit.layer if isinstance(edit.layer, tuple) else (edit.layer,)
    for index in layers:
        _check_layer(index, count)
    if len(layers) > 1 and (edit.unit, edit.source) != (None, None):
        raise WeightsError("of several layers nothing less than each as a whole is drawn anew")
    return layers


def _check_layer(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise WeightsError(f"there is no layer {index}, the network has {count}")


def _layer_of(tensors: Tensors, index: int, name: str) -> dict[str, Floats]:
    """Return a layer that has a tensor of this name."""
    _check_layer(index, len(tensors))
    if name not in tensors[index]:
        raise WeightsError(f"layers.{index}.{name}: the network has no such tensor")
    return tensors[index]


def _set_block(block: Block, array: Floats, mark: NDArray[np.bool_]) -> None:
    """Write a rectangle, and mark where it lies.  Modified in place: array, mark."""
    path = f"layers.{block.layer}.{block.name}"
    shape = len(block.values), len(block.values[0]) if block.values else 0
    values = checked_tensor(path, block.values, shape)
    table, marks = (one.reshape(len(one), -1) for one in (array, mark))  # views: tensors are contiguous
    bottom, right = block.row + shape[0], block.column + shape[1]
    inside = block.row >= 0 and block.column >= 0 and bottom <= len(table) and right <= table.shape[1]
    if not inside or not values.size:
        raise WeightsError(
            f"{path}: {counted(shape[0], 'row')} of {counted(shape[1], 'number')} from "
            f"({block.row}, {block.column}) on: they do not fit the shape {array.shape}"
        )
    here = slice(block.row, bottom), slice(block.column, right)
    table[here] = values
    marks[here] = True


def _at(path: str, array: Floats, index: tuple[int, ...]) -> NDArray[np.bool_]:
    mark = np.zeros(array.shape, bool)
    inside = len(index) == array.ndim and all(0 <= i < n for i, n in zip(index, array.shape, strict=True))
    if not inside:
        raise WeightsError(f"{path}: there is no number {index} in the shape {array.shape}")
    mark[index] = True
    return mark


def _redrawn(
    index: int, layer: Mapping[str, Floats], edit: Redraw, units: int
) -> dict[str, NDArray[np.bool_]]:
    """Mark what belongs to a layer, a unit or a link, in every piece of it."""
    inputs = layer[WEIGHT].shape[1]
    if edit.unit is None:
        if edit.source is not None:
            raise WeightsError(f"layers.{index}: the weight of input {edit.source} needs a unit")
        return {name: np.ones(array.shape, bool) for name, array in layer.items()}
    if not 0 <= edit.unit < units:
        raise WeightsError(f"layers.{index}: there is no unit {edit.unit}, the layer has {units}")
    if edit.source is not None and not 0 <= edit.source < inputs:
        raise WeightsError(f"layers.{index}: there is no input {edit.source}, the layer has {inputs}")
    names = layer.keys() if edit.source is None else (WEIGHT,)
    marks = {name: np.zeros(layer[name].shape, bool) for name in names}
    for mark in marks.values():
        of_unit = mark.reshape(-1, units, *mark.shape[1:])[:, edit.unit]
        of_unit[..., slice(None) if edit.source is None else edit.source] = True
    return marks
