"""Edits of a network's layers and neurons: each takes a valid network and returns a valid one.

Those that add, remove, repeat or move something also return where layers and neurons come from, so that
their weights can follow them; None says that nothing was done.  What is said of single neurons and
links (muted, frozen) follows them, in the layer itself and in the one behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.catalog.activations import OUTPUT_ACTIVATIONS
from engine.experiment import MAX_LAYERS, MAX_UNITS, Layer, Network, Output
from engine.graft import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ui.wording.architecture_text import LayerText

DEFAULT_UNITS = 4

Edit = tuple[Network, Origin | None]
Units = tuple[int | None, ...]


def with_layer_added(network: Network, index: int) -> Edit:
    """Return the network with a new layer at a position.

    The new layer repeats the one before it; the first one repeats the one behind it, or has
    four units if there is none.

    Parameters
    ----------
    network : Network
        The network as it is; one that has all the layers it can have stays so.
    index : int
        The new layer's position, 0 right behind the features.
    """
    layers = network.layers
    if len(layers) >= MAX_LAYERS:
        return network, None
    if layers:
        model = layers[max(0, index - 1)]
        new = Layer(units=model.units, activation=model.activation, initializer=model.initializer)
    else:
        new = Layer(units=DEFAULT_UNITS)
    sources = (*range(index), None, *range(index, len(layers)))
    return _assembled(network, (*layers[:index], new, *layers[index:]), Origin(sources))


def with_layer_removed(network: Network, *indices: int) -> Edit:
    """Return the network without some of its hidden layers."""
    return _picked(network, [i for i in range(len(network.layers)) if i not in indices])


def with_layer_duplicated(network: Network, *indices: int) -> Edit:
    """Return the network with a copy right behind each of some hidden layers, as far as there is room."""
    room = MAX_LAYERS - len(network.layers)
    copied = sorted(set(indices))[: max(room, 0)]
    return _picked(network, [i for i in range(len(network.layers)) for _ in range(1 + (i in copied))])


def with_layers_moved(network: Network, sources: Sequence[int], target: int) -> Edit:
    """Return the network with some hidden layers one behind the other.

    Parameters
    ----------
    network : Network
        The network as it is.
    sources : sequence of int
        The layers; they keep their order.
    target : int
        The position of the first of them, counted in the result.
    """
    moved = sorted(set(sources))
    rest = [i for i in range(len(network.layers)) if i not in moved]
    target = min(max(target, 0), len(rest))
    return _picked(network, [*rest[:target], *moved, *rest[target:]])


def with_units(network: Network, index: int, units: int) -> Network:
    """Return the network with another width of one layer, kept within what is allowed."""
    return with_changes(network, (index,), units=units)


def without_unit(network: Network, layer: int, unit: int) -> Edit:
    """Return the network without one neuron of a hidden layer; a layer's only one stays."""
    units = network.layers[layer].units
    if units == 1:
        return network, None
    return _with_unit_map(network, layer, tuple(u for u in range(units) if u != unit))


def with_unit_duplicated(network: Network, layer: int, unit: int) -> Edit:
    """Return the network with a copy of a neuron right behind it, where the layer may grow."""
    units = network.layers[layer].units
    if units >= MAX_UNITS:
        return network, None
    return _with_unit_map(network, layer, (*range(unit + 1), *range(unit, units)))


def with_changes(network: Network, layers: Iterable[int], **fields: Any) -> Network:
    """Return the network with the same fields of several layers replaced.

    Parameters
    ----------
    network : Network
        The network as it is.
    layers : iterable of int
        Indices of hidden layers; the index behind the last is the output, which leaves out the fields and
        the activations that it does not have.
    **fields : object
        Fields of `Layer`; ``units`` is kept within what is allowed.
    """
    if "units" in fields:
        fields["units"] = min(max(fields["units"], 1), MAX_UNITS)
    chosen = set(layers)
    hidden = tuple(layer.edited(**fields) if i in chosen else layer for i, layer in enumerate(network.layers))
    output = network.output
    if len(hidden) in chosen:
        known = {name: value for name, value in fields.items() if name in Output.model_fields}
        if not isinstance(known.get("activation", output.activation), tuple(OUTPUT_ACTIVATIONS)):
            del known["activation"]
        output = output.edited(**known)
    changed = network.edited(layers=hidden, output=output)
    widths = tuple(layer.units for layer in network.layers)
    if tuple(layer.units for layer in hidden) == widths:
        return changed
    # What is said of neurons that are gone goes with them.
    return _assembled(changed, hidden, Origin(tuple(range(len(hidden)))), before=network)[0]


def with_parameters(network: Network, layers: Iterable[int], field: str, **parameters: Any) -> Network:
    """Return the network with parameters of a catalog entry replaced, in each layer whose entry has them.

    Parameters
    ----------
    network : Network
        The network as it is.
    layers : iterable of int
        Indices as of `with_changes`.
    field : str
        The entry: "activation", "initializer" or "bias_initializer".
    **parameters : object
        Fields of the entry.
    """
    for index in layers:
        part = network.output if index == len(network.layers) else network.layers[index]
        entry = getattr(part, field)
        known = {name: value for name, value in parameters.items() if hasattr(entry, name)}
        if known:
            network = with_changes(network, (index,), **{field: entry.edited(**known)})
    return network


def with_muted(network: Network, layers: Iterable[int], muted: bool) -> Network:
    """Return the network with all neurons of some hidden layers muted, or none of them."""
    for index in layers:
        if index < len(network.layers):
            units = tuple(range(network.layers[index].units)) if muted else ()
            network = with_changes(network, (index,), muted_units=units)
    return network


def is_muted(layer: Layer) -> bool:
    """Return whether all neurons of a layer are muted."""
    return len(layer.muted_units) == layer.units


def with_architecture(network: Network, wanted: Sequence[LayerText]) -> Edit:
    """Return the network with other hidden layers; those that stay keep all their other settings.

    Parameters
    ----------
    network : Network
        The network as it is.
    wanted : sequence of LayerText
        Width and activation of every hidden layer.  Each is matched with the present layer it is most
        like, in order; a new one takes the initializer of the layer before it.
    """
    sources = _matched(network.layers, wanted)
    layers: list[Layer] = []
    for source, one in zip(sources, wanted, strict=True):
        if source is not None:
            model = network.layers[source]
        else:
            model = Layer(initializer=layers[-1].initializer) if layers else Layer()
        kept = one.activation is None or one.activation == model.activation.kind
        layers.append(model.edited(units=one.units, activation=model.activation if kept else one.activation))
    return _assembled(network, tuple(layers), Origin(sources))


def _matched(layers: Sequence[Layer], wanted: Sequence[LayerText]) -> tuple[int | None, ...]:
    """Return for each wanted layer the present one it continues: an alignment with the fewest changes."""
    missing = 3  # less than a layer that differs in everything, together with one that has gone
    costs = [[missing * j for j in range(len(layers) + 1)]]
    for i, one in enumerate(wanted):
        row = [missing * (i + 1)]
        for j, layer in enumerate(layers):
            same = costs[i][j] + _difference(layer, one)
            row.append(min(same, costs[i][j + 1] + missing, row[j] + missing))
        costs.append(row)
    found: list[int | None] = [None] * len(wanted)
    i, j = len(wanted), len(layers)
    while i and j:
        if costs[i][j] == costs[i - 1][j] + missing:  # of equal ones the first go on
            i -= 1
        elif costs[i][j] == costs[i][j - 1] + missing:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found[i] = j
    return tuple(found)


def _difference(layer: Layer, one: LayerText) -> int:
    return (layer.units != one.units) + 2 * (one.activation not in (None, layer.activation.kind))


def _picked(network: Network, sources: Sequence[int]) -> Edit:
    """Return the network of some of its own layers, in an order."""
    if list(sources) == list(range(len(network.layers))):
        return network, None
    return _assembled(network, tuple(network.layers[i] for i in sources), Origin(tuple(sources)))


def _with_unit_map(network: Network, index: int, units: Units) -> Edit:
    """Return the network with other neurons in one layer; ``units`` names the old one of each."""
    layers = network.layers
    resized = layers[index].edited(units=len(units))
    places: list[Units | None] = [None] * len(layers)
    places[index] = units
    origin = Origin(tuple(range(len(layers))), tuple(places))
    return _assembled(network, (*layers[:index], resized, *layers[index + 1 :]), origin)


def _assembled(
    network: Network, layers: tuple[Layer, ...], origin: Origin, before: Network | None = None
) -> Edit:
    """Return a network of these layers, with what ``before`` (or the network) says of neurons and links."""
    old = before or network
    after: list[Layer] = []
    for i, (layer, source) in enumerate(zip(layers, origin.layers, strict=True)):
        if source is None:
            after.append(layer)
            continue
        units = _unit_map(origin, old, i, layer.units)
        muted = set(old.layers[source].muted_units)
        links = _moved_links(old.layers[source], units, _input_map(origin, old, layers, i))
        after.append(layer.edited(muted_units=tuple(u for u, o in enumerate(units) if o in muted), **links))
    # Of the output's units only the data know how many there are: they stay.
    inputs = _input_map(origin, old, layers, len(layers))
    output = network.output.edited(**_moved_links(old.output, None, inputs))
    return network.edited(layers=tuple(after), output=output), origin


def _unit_map(origin: Origin, old: Network, index: int, units: int) -> Units:
    """Return the old unit of each unit of a layer that comes from an old one."""
    places = origin.units[index] if origin.units else None
    if places is not None:
        return places
    source = origin.layers[index]
    assert source is not None
    width = old.layers[source].units
    return tuple(u if u < width else None for u in range(units))


def _input_map(origin: Origin, old: Network, layers: Sequence[Layer], index: int) -> Units | None:
    """Return the old input of each input of a layer; None where they stay what they are.

    The layer before may be another than it was: then inputs are matched by position, as their weights
    are; features and neurons are never matched.
    """
    source = origin.layers[index] if index < len(layers) else len(old.layers)
    assert source is not None
    if index == 0 or source == 0:
        return None if index == source else ()
    width, was = layers[index - 1].units, old.layers[source - 1].units
    if origin.layers[index - 1] == source - 1:
        return _unit_map(origin, old, index - 1, width)
    return tuple(u if u < was else None for u in range(width))


def _moved_links(old: Layer | Output, units: Units | None, inputs: Units | None) -> dict[str, Any]:
    """Return the fields that name links, with the units and inputs where they are now."""
    to_units, to_inputs = _places(units), _places(inputs)
    return {
        name: tuple(
            (unit, place)
            for old_unit, old_input in getattr(old, name)
            for unit in to_units(old_unit)
            for place in to_inputs(old_input)
        )
        for name in ("frozen_weights", "muted_weights")
    }


def _places(mapping: Units | None) -> Callable[[int], Sequence[int]]:
    """Return a function that tells everywhere that something is now."""
    if mapping is None:
        return lambda old: (old,)
    found: dict[int | None, list[int]] = {}
    for new, was in enumerate(mapping):
        found.setdefault(was, []).append(new)
    return lambda old: found.get(old, ())
