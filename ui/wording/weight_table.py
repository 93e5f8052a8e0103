"""The tensors of a layer as tables of numbers: what stands where, what may be done to it, and edits of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT
from engine.weight_edits import Block, SetBlocks, SetNumber
from ui.wording.layer_names import input_titles, layer_of, unit_titles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.experiment import Experiment
    from engine.floats import Floats

    Tensors = Mapping[str, Floats]

# What stands beside each other in one table; each of the others has one of its own.
_GROUPS = ((WEIGHT, BIAS), (SCALE, SHIFT, MEAN, VARIANCE), (SLOPE,), (PROJECTION,))

translate = QCoreApplication.translate  # by a name that lupdate finds


@dataclass(frozen=True)
class Column:
    """One column: a tensor, and which of its columns where it is a matrix."""

    tensor: str
    source: int | None
    title: str

    def index(self, row: int) -> tuple[int, ...]:
        """Return where in the tensor the number of a row lies."""
        return (row,) if self.source is None else (row, self.source)


@dataclass(frozen=True)
class Table:
    """The rows and columns of some tensors of a layer, and what the document says of them.

    ``layer`` counts the hidden layers, the output last.  A row is a neuron, with maxout one of its pieces:
    row r is of unit r % ``units``.
    """

    layer: int
    key: str
    units: int
    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    frozen: bool
    frozen_weights: frozenset[tuple[int, int]]
    muted_weights: frozenset[tuple[int, int]]
    muted_units: frozenset[int]

    def is_frozen(self, row: int, column: int) -> bool:
        """Return whether training leaves a number as it is."""
        return self.frozen or self._link(row, column) in self.frozen_weights

    def is_muted(self, row: int, column: int) -> bool:
        """Return whether a weight carries nothing."""
        return self._link(row, column) in self.muted_weights

    def place(self, row: int, column: int) -> tuple[int, ...]:
        """Return the link (column of the diagram, unit, source) of a weight, the (column, unit) of others."""
        source = self.columns[column].source
        unit = (self.layer + 1, row % self.units)
        return unit if source is None else (*unit, source)

    def values(self, tensors: Tensors) -> NDArray[np.float32]:
        """Return all numbers, float32 (rows, columns)."""
        parts = [tensors[name].reshape(len(self.rows), -1) for name in self.tensors]
        return np.asarray(parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1), np.float32)

    @property
    def tensors(self) -> tuple[str, ...]:
        """The names of the tensors, from left to right."""
        return tuple(dict.fromkeys(column.tensor for column in self.columns))

    def number_edit(self, row: int, column: int, value: float) -> SetNumber:
        """Return the edit of one number."""
        shown = self.columns[column]
        return SetNumber(self.layer, shown.tensor, shown.index(row), value)

    def block_edit(self, row: int, column: int, block: NDArray[np.float32]) -> SetNumber | SetBlocks:
        """Return the edit that puts numbers there from a cell on, and leaves all others alone."""
        if block.size == 1:
            return self.number_edit(row, column, float(block[0, 0]))
        reached = self.columns[column : column + block.shape[1]]
        blocks = []
        for name in self.tensors:
            at = [i for i, one in enumerate(reached) if one.tensor == name]
            if at:
                rows = tuple(map(tuple, block[:, at].tolist()))
                blocks.append(Block(self.layer, name, row, reached[at[0]].source or 0, rows))
        return SetBlocks(tuple(blocks))

    def _link(self, row: int, column: int) -> tuple[int, int] | None:
        shown = self.columns[column]
        return None if shown.tensor != WEIGHT or shown.source is None else (row % self.units, shown.source)


def table_keys(tensors: Tensors) -> list[str]:
    """Return the first tensor of every table there is, which names it."""
    return [group[0] for group in _GROUPS if group[0] in tensors]


def table_of(
    experiment: Experiment, layer: int, key: str, tensors: Tensors, classes: tuple[str, ...]
) -> Table:
    """Return the table that a tensor names.

    Parameters
    ----------
    experiment : Experiment
        The document that the tensors are of.
    layer : int
        The layer, the output after the last hidden one.
    key : str
        One of ``table_keys``.
    tensors : mapping of str to numpy.ndarray
        The layer's tensors.
    classes : tuple of str
        The names of the classes, empty for a regression.
    """
    own = layer_of(experiment, layer)
    names = [name for name in next(group for group in _GROUPS if group[0] == key) if name in tensors]
    rows = len(tensors[key])
    sums = getattr(own.activation, "sums_per_unit", lambda: 1)()
    pieces = sums if key not in (SLOPE, PROJECTION) else 1
    units = rows // pieces
    titles = unit_titles(experiment, layer, units, classes)
    muted_units = frozenset(getattr(own, "muted_units", ()))
    titles = [
        translate("WeightTable", "{unit} (muted)").format(unit=title) if unit in muted_units else title
        for unit, title in enumerate(titles)
    ]
    if pieces > 1:
        piece = translate("WeightTable", "{unit}, piece {number}")
        titles = [piece.format(unit=title, number=i + 1) for i in range(pieces) for title in titles]
    columns = []
    for name in names:
        if tensors[name].ndim > 1:
            sources = input_titles(experiment, layer)
            columns += [Column(name, i, title) for i, title in enumerate(sources)]
        else:
            columns.append(Column(name, None, tensor_title(name)))
    return Table(
        layer,
        key,
        units,
        tuple(titles),
        tuple(columns),
        own.frozen,
        frozenset(own.frozen_weights),
        frozenset(own.muted_weights),
        muted_units,
    )


def tensor_title(name: str) -> str:
    """Return what a tensor is called in a column's head."""
    return {
        WEIGHT: translate("WeightTable", "weights"),
        BIAS: translate("WeightTable", "bias"),
        SCALE: translate("WeightTable", "scale γ"),
        SHIFT: translate("WeightTable", "shift β"),
        MEAN: translate("WeightTable", "mean"),
        VARIANCE: translate("WeightTable", "variance"),
        SLOPE: translate("WeightTable", "slope a"),
        PROJECTION: translate("WeightTable", "projection"),
    }[name]


def table_title(key: str) -> str:
    """Return what a table is called in the list to choose from."""
    return {
        WEIGHT: translate("WeightTable", "Weights and biases"),
        SCALE: translate("WeightTable", "Normalization"),
        SLOPE: translate("WeightTable", "Slopes below zero"),
        PROJECTION: translate("WeightTable", "Residual projection"),
    }[key]
