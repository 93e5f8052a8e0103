"""What the document says of single neurons and links: which of them are muted, and which are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.architecture import Layer, Output
    from engine.experiment import Experiment
    from ui.canvas.layout import Column

MUTED, FROZEN = 1, 2  # may be added

Styles = NDArray[np.uint8]
_Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Gap:
    """The links into a layer that something is said of, as (unit, input)."""

    muted: _Pairs
    frozen: _Pairs
    silent: frozenset[int]  # inputs that are muted as a whole


@dataclass(frozen=True)
class Marks:
    """What is marked of a network.

    ``muted`` and ``frozen`` hold the marked units of every column, the features first; None stands for
    every unit.
    """

    muted: tuple[frozenset[int], ...] = ()
    frozen: tuple[frozenset[int] | None, ...] = ()
    gaps: tuple[_Gap, ...] = ()

    def styles(self, index: int, target: Column, source: Column) -> Styles:
        """Return the marks of the shown links of a gap, uint8 (shown targets, shown sources)."""
        found = np.zeros((target.shown, source.shown), np.uint8)
        if index >= len(self.gaps):
            return found
        gap = self.gaps[index]
        for mark, pairs in ((MUTED, gap.muted), (FROZEN, gap.frozen)):
            for unit, into in pairs:
                row, column = unit - target.first, into - source.first
                if 0 <= row < target.shown and 0 <= column < source.shown:
                    found[row, column] |= mark
        for unit in gap.silent:
            if 0 <= unit - source.first < source.shown:
                found[:, unit - source.first] |= MUTED
        return found

    def is_muted(self, column: int, unit: int) -> bool:
        """Return whether a neuron's output counts as zero."""
        return column < len(self.muted) and unit in self.muted[column]

    def is_frozen(self, column: int, unit: int) -> bool:
        """Return whether training leaves a neuron's weights alone."""
        units = self.frozen[column] if column < len(self.frozen) else frozenset()
        return units is None or unit in units


def marks_of(experiment: Experiment) -> Marks:
    """Return what a document says of single neurons and links.

    A neuron counts as frozen with its layer, or where every weight into it is frozen.
    """
    layers, output = experiment.network.layers, experiment.network.output
    muted = [frozenset[int](), *(frozenset(layer.muted_units) for layer in layers), frozenset[int]()]
    widths = len(experiment.features), *(layer.units for layer in layers)
    frozen: list[frozenset[int] | None] = [frozenset()]
    gaps = []
    for i, width in enumerate(widths):
        layer: Layer | Output = layers[i] if i < len(layers) else output
        gaps.append(_Gap(layer.muted_weights, layer.frozen_weights, muted[i]))
        frozen.append(None if layer.frozen else _whole(layer.frozen_weights, width))
    return Marks(tuple(muted), tuple(frozen), tuple(gaps))


def _whole(links: _Pairs, inputs: int) -> frozenset[int]:
    """Return the units of which all links are named."""
    counts: dict[int, int] = {}
    for unit, _ in links:
        counts[unit] = counts.get(unit, 0) + 1
    return frozenset(unit for unit, count in counts.items() if count >= inputs)
