"""Carry weights from one network to another: which still have a place, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import Activation
from engine.tensors import PROJECTION, SLOPE, STATISTICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from engine.experiment import Experiment, Layer, Output

Pairs = list[tuple[int, int]]  # (new, old)


@dataclass(frozen=True)
class Origin:
    """Where the hidden layers of an edited network come from.

    A layer carries its tensors along, unless its initializer was edited.  Its inputs follow the units of
    the layer before, where that comes from the layer that was before it, else they stay by position; units
    and features have nothing in common.  The output layer always comes from the output layer, features
    are matched by their formula.

    Parameters
    ----------
    layers : tuple of int or None
        For each hidden layer of the new network the index of the old one, None where it is new.
    units : tuple
        For each hidden layer of the new network the old unit of each new one (None where that is new), or
        None where all stay by position; () where that is so of all layers.
    """

    layers: tuple[int | None, ...]
    units: tuple[tuple[int | None, ...] | None, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether any layer or unit comes from another place, even if the networks are equal."""
        units = (given for given in self.units if given is not None)
        return any(row != tuple(range(len(row))) for row in (self.layers, *units))

    def inverted(self, units: Sequence[int]) -> Origin:
        """Return where the layers of the old network come from, once the edit is taken back.

        Parameters
        ----------
        units : sequence of int
            How many each hidden layer of the old network has.
        """
        layers = tuple(_place_of(old, self.layers) for old in range(len(units)))
        if not self.units:
            return Origin(layers)
        given = [None if new is None else self.units[new] for new in layers]
        return Origin(
            layers,
            tuple(
                None if one is None else tuple(_place_of(old, one) for old in range(count))
                for one, count in zip(given, units, strict=True)
            ),
        )


def _place_of(old: int, origins: Sequence[int | None]) -> int | None:
    """Return the first place that something old has gone to."""
    return origins.index(old) if old in origins else None


@dataclass(frozen=True)
class Kept:
    """How many trained numbers were kept bit for bit, were drawn anew, and found no place."""

    kept: int
    drawn: int
    dropped: int


@dataclass(frozen=True)
class Place:
    """Where a layer's numbers come from; ``units`` and ``inputs`` None stay by position.

    ``pieces`` are the weighted sums a unit has in the new and in the old network.
    """

    old: int
    units: Pairs | None
    inputs: Pairs | None
    pieces: tuple[int, int]


def places(old: Experiment, new: Experiment, origin: Origin | None = None) -> list[Place | None]:
    """Return where each layer of a new network comes from, the output last; None where nothing is kept.

    Without an origin equal layers are matched from the front and the others from the back.

    Raises
    ------
    ValueError
        Where the origin is of other networks.
    """
    layers = _matched(old, new) if origin is None else _originals(origin, old, new)
    units: list[Pairs | None] = [None] * len(layers)
    if origin is not None and origin.units:
        units[:-1] = [None if given is None else _pairs(given) for given in origin.units]
    # Layers that a changed number of them has shifted against each other may well start differently.
    edited_in_place = origin is not None or len(old.network.layers) == len(new.network.layers)
    found: list[Place | None] = []
    for at, source in enumerate(layers):
        if source is None or (edited_in_place and not _start_alike(_layer(old, source), _layer(new, at))):
            found.append(None)
            continue
        pieces = _pieces(new, at), _pieces(old, source)
        found.append(Place(source, units[at], _inputs(old, new, layers, units, at), pieces))
    return found


def _inputs(
    old: Experiment, new: Experiment, layers: list[int | None], units: list[Pairs | None], at: int
) -> Pairs | None:
    """Return the old input of each new one of a layer; None pairs them by position."""
    source = layers[at]
    if at == source == 0:
        return [(i, old.features.index(text)) for i, text in enumerate(new.features) if text in old.features]
    if at == 0 or source == 0:
        return []
    return units[at - 1] if source is not None and layers[at - 1] == source - 1 else None


def _originals(origin: Origin, old: Experiment, new: Experiment) -> list[int | None]:
    """Return the old layer of each new one as an origin has it, checked; the output is the last."""
    before, after = old.network.layers, new.network.layers
    if len(origin.layers) != len(after) or (origin.units and len(origin.units) != len(after)):
        raise ValueError(f"the origin is not of a network of {len(after)} hidden layers: {origin}")
    for layer, source, units in zip(after, origin.layers, origin.units or [None] * len(after), strict=True):
        if source is None:
            continue
        known = 0 <= source < len(before)
        if known and units is not None:
            known = len(units) == layer.units
            known &= all(unit is None or 0 <= unit < before[source].units for unit in units)
        if not known:
            raise ValueError(f"the origin names layers or units that there are not: {origin}")
    return [*origin.layers, len(before)]


def _pairs(units: Sequence[int | None]) -> Pairs:
    return [(new, old) for new, old in enumerate(units) if old is not None]


def _matched(old: Experiment, new: Experiment) -> list[int | None]:
    """Return the old layer of each new one: equal ones from the front, the others from the back."""
    before, after = old.network.layers, new.network.layers
    front, shorter = 0, min(len(before), len(after))
    while front < shorter and before[front] == after[front]:
        front += 1
    new_ones: list[int | None] = [None] * (len(after) - shorter)
    return [*range(front), *new_ones, *range(front + len(before) - shorter, len(before) + 1)]


def _layer(experiment: Experiment, at: int) -> Layer | Output:
    layers = experiment.network.layers
    return layers[at] if at < len(layers) else experiment.network.output


def _start_alike(old: Layer | Output, new: Layer | Output) -> bool:
    return (old.initializer, old.bias_initializer) == (new.initializer, new.bias_initializer)


def _pieces(experiment: Experiment, at: int) -> int:
    """Return how many weighted sums a unit of a layer has."""
    activation = _layer(experiment, at).activation
    return activation.sums_per_unit() if isinstance(activation, Activation) else 1


def carry(
    found: Sequence[Place | None],
    source: Sequence[Mapping[str, NDArray[Any]]],
    target: Sequence[Mapping[str, NDArray[Any]]],
) -> None:
    """Copy numbers to wherever they have a place.

    Parameters
    ----------
    found : list of Place or None
        As from `places`.
    source, target : sequence of mapping
        Tensors of the old and of the new network, or what is kept of each of their numbers.  Modified in
        place: target.
    """
    for to, place in zip(target, found, strict=True):
        if place is None:
            continue
        for name in to.keys() & source[place.old].keys():
            _copy(to[name], source[place.old][name], place, single=name in (SLOPE, PROJECTION))


def _copy(to: NDArray[Any], source: NDArray[Any], place: Place, single: bool) -> None:
    new_pieces, old_pieces = (1, 1) if single else place.pieces
    to = to.reshape(new_pieces, -1, *to.shape[1:])  # a view: tensors are contiguous
    source = source.reshape(old_pieces, -1, *source.shape[1:])
    pieces = range(min(new_pieces, old_pieces))
    given = (place.units, place.inputs)[: to.ndim - 1]
    pairs = [
        [(i, i) for i in range(min(n, m))] if one is None else one
        for one, n, m in zip(given, to.shape[1:], source.shape[1:], strict=True)
    ]
    if all(pairs):
        new_axes, old_axes = zip(*(zip(*axis, strict=True) for axis in pairs), strict=True)
        to[np.ix_(pieces, *new_axes)] = source[np.ix_(pieces, *old_axes)]


def kept(
    found: Sequence[Place | None],
    old: Sequence[Mapping[str, NDArray[Any]]],
    new: Sequence[Mapping[str, NDArray[Any]]],
) -> Kept:
    """Count what `carry` keeps of the parameters of a network; running statistics are none."""
    count = 0
    numbered: list[dict[str, NDArray[np.int64]]] = []
    for layer in old:
        numbered.append({})
        for name in layer.keys() - set(STATISTICS):
            size = layer[name].size
            numbered[-1][name] = np.arange(count + 1, count + size + 1).reshape(layer[name].shape)
            count += size
    places_of = [
        {name: np.zeros(array.shape, np.int64) for name, array in layer.items() if name not in STATISTICS}
        for layer in new
    ]
    carry(found, numbered, places_of)
    taken = np.concatenate([array.ravel() for layer in places_of for array in layer.values()])
    is_taken = np.zeros(count + 1, bool)
    is_taken[taken] = True
    carried = int(np.count_nonzero(taken))
    return Kept(carried, taken.size - carried, count - int(np.count_nonzero(is_taken[1:])))
