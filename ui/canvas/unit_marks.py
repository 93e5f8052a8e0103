"""Muting and freezing single neurons and links: each takes a valid network and returns a valid one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.canvas.spots import is_link

if TYPE_CHECKING:
    from engine.experiment import Layer, Network, Output
    from ui.canvas.spots import Spot


def can_mute(network: Network, spot: Spot) -> bool:
    """Return whether a spot can be muted: every link, and every neuron of a hidden layer."""
    return is_link(spot) or 0 < spot[0] <= len(network.layers)


def is_muted(network: Network, spot: Spot) -> bool:
    """Return whether a link carries nothing, or a neuron's output counts as zero."""
    layer = _layer(network, spot)
    if is_link(spot):
        return spot[1:] in layer.muted_weights
    return spot[1] in getattr(layer, "muted_units", ())


def with_muted(network: Network, spot: Spot, muted: bool) -> Network:
    """Return the network with a spot muted, or heard again."""
    if is_link(spot):
        return _with(network, spot, muted_weights=_set(_layer(network, spot).muted_weights, spot[1:], muted))
    units = network.layers[spot[0] - 1].muted_units
    return _with(network, spot, muted_units=_set(units, spot[1], muted))


def is_layer_frozen(network: Network, spot: Spot) -> bool:
    """Return whether the whole layer that a spot belongs to is frozen."""
    return _layer(network, spot).frozen


def is_frozen(network: Network, spot: Spot, inputs: int) -> bool:
    """Return whether training leaves a link's weight, or all incoming weights of a neuron, as they are.

    Parameters
    ----------
    inputs : int
        The units of the column before.
    """
    layer = _layer(network, spot)
    frozen = set(layer.frozen_weights)
    return layer.frozen or all(link in frozen for link in _incoming(spot, inputs))


def with_frozen(network: Network, spot: Spot, frozen: bool, inputs: int) -> Network:
    """Return the network with a link's weight, or all incoming weights of a neuron, frozen or free again."""
    changed = set(_incoming(spot, inputs))
    links = [link for link in _layer(network, spot).frozen_weights if link not in changed]
    return _with(network, spot, frozen_weights=tuple(sorted([*links, *changed] if frozen else links)))


def _incoming(spot: Spot, inputs: int) -> list[tuple[int, int]]:
    if is_link(spot):
        return [(spot[1], spot[2])]
    return [(spot[1], source) for source in range(inputs)]


def _set(values: tuple[Any, ...], value: Any, on: bool) -> tuple[Any, ...]:
    rest = {one for one in values if one != value}
    return tuple(sorted(rest | {value} if on else rest))


def _layer(network: Network, spot: Spot) -> Layer | Output:
    index = spot[0] - 1
    return network.layers[index] if index < len(network.layers) else network.output


def _with(network: Network, spot: Spot, **changes: object) -> Network:
    index, layers = spot[0] - 1, network.layers
    result: Network
    if index < len(layers):
        edited = layers[index].edited(**changes)
        result = network.edited(layers=(*layers[:index], edited, *layers[index + 1 :]))
    else:
        result = network.edited(output=network.output.edited(**changes))
    return result
