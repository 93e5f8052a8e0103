"""Structural edits of a network: each takes a valid network and returns a valid one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.experiment import MAX_LAYERS, MAX_UNITS, Layer, Network

if TYPE_CHECKING:
    from engine.catalog.entry import Entry

DEFAULT_UNITS = 4


def with_layer_added(network: Network, index: int) -> Network:
    """Return the network with a new layer at a position.

    The new layer repeats the one before it; the first one repeats the one behind it, or has
    four units if there is none.

    Parameters
    ----------
    network : Network
        The network as it is.
    index : int
        The new layer's position, 0 right behind the features.
    """
    layers = network.layers
    if len(layers) >= MAX_LAYERS:
        return network
    if layers:
        model = layers[max(0, index - 1)]
        new = Layer(units=model.units, activation=model.activation, initializer=model.initializer)
    else:
        new = Layer(units=DEFAULT_UNITS)
    return _of(network, (*layers[:index], new, *layers[index:]))


def with_layer_removed(network: Network, index: int) -> Network:
    """Return the network without one of its hidden layers."""
    layers = network.layers
    return _of(network, (*layers[:index], *layers[index + 1 :]))


def with_units(network: Network, index: int, units: int) -> Network:
    """Return the network with another width of one layer, kept within what is allowed."""
    units = min(max(units, 1), MAX_UNITS)
    return _of(network, _replaced(network, index, units=units))


def with_activation(network: Network, index: int, activation: Entry) -> Network:
    """Return the network with another activation of one layer; the index behind the last is the output."""
    return _with(network, index, activation=activation)


def with_initializer(network: Network, index: int, initializer: Entry) -> Network:
    """Return the network with another initializer of one layer; the index behind the last is the output."""
    return _with(network, index, initializer=initializer)


def _of(network: Network, layers: tuple[Layer, ...]) -> Network:
    result: Network = network.edited(layers=layers)
    return result


def _replaced(network: Network, index: int, **changes: object) -> tuple[Layer, ...]:
    layers = network.layers
    return (*layers[:index], layers[index].edited(**changes), *layers[index + 1 :])


def _with(network: Network, index: int, **changes: object) -> Network:
    if index < len(network.layers):
        return _of(network, _replaced(network, index, **changes))
    result: Network = network.edited(output=network.output.edited(**changes))
    return result
