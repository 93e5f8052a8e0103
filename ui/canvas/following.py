"""Where a neuron or a link is after an edit: the same place may be another neuron then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.graft import Origin
from ui.canvas.spots import is_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.experiment import Experiment, Layer, Network
    from ui.canvas.spots import Spot


def followed(spot: Spot, old: Experiment, new: Experiment, origin: Origin | None) -> Spot | None:
    """Return where a spot is after an edit, None where it is gone or cannot be told from others.

    Parameters
    ----------
    spot : Unit or Link
        Where it was.
    old, new : Experiment
        The document before and after the edit.
    origin : Origin or None
        Where the layers come from; None where that is not known, as in an undo: then a spot stays in its
        place, unless the layers around it show that it is another one.
    """
    if origin is None:
        if not _stays(spot, old.network, new.network):
            return None
        origin = Origin(tuple(range(len(new.network.layers))))
    column = _column(spot[0], len(old.network.layers) + 1, origin)
    unit = _unit(spot[0], spot[1], column, old, new, origin)
    if column is None or unit is None:
        return None
    if not is_link(spot):
        return column, unit
    # A link is between two layers: they have to be neighbours as before.
    before = origin.layers[column - 2] if column > 1 else -1
    source = _unit(spot[0] - 1, spot[2], column - 1, old, new, origin)
    return (column, unit, source) if before == spot[0] - 2 and source is not None else None


def _column(column: int, last: int, origin: Origin) -> int | None:
    if column == 0:
        return 0
    if column == last:
        return len(origin.layers) + 1
    return origin.layers.index(column - 1) + 1 if column - 1 in origin.layers else None


def _unit(
    column: int, unit: int, now: int | None, old: Experiment, new: Experiment, origin: Origin
) -> int | None:
    """Return the number of a neuron, or of a feature, in the column where its own is now."""
    if column == 0:
        return _index(new.features, old.features[unit])
    hidden = now is not None and 0 < now <= len(origin.layers)
    units = origin.units[now - 1] if now is not None and hidden and origin.units else None
    return unit if units is None else _index(units, unit)


def _index(found: Sequence[object], wanted: object) -> int | None:
    return found.index(wanted) if wanted in found else None


def _stays(spot: Spot, old: Network, new: Network) -> bool:
    """Return whether the layers at a spot seem to be those that were there."""
    if len(old.layers) != len(new.layers):
        return False
    columns = (spot[0], spot[0] - 1) if is_link(spot) else (spot[0],)
    around = [column - 1 for column in columns if 0 < column <= len(old.layers)]
    if any(old.layers[i].units != new.layers[i].units for i in around):
        return False
    before, after = [_settings(layer) for layer in old.layers], [_settings(layer) for layer in new.layers]
    moved = before != after and all(before.count(one) == after.count(one) for one in before)
    return not moved or all(before[i] == after[i] for i in around)


def _settings(layer: Layer) -> Layer:
    """Return a layer without what is said of its links, which depends on its neighbours."""
    return layer.edited(frozen_weights=(), muted_weights=())
