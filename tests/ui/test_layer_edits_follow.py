"""Edits of layers and neurons: every result is valid, and what is said of neurons and links follows them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.experiment import MAX_LAYERS, MAX_UNITS, Experiment, Layer, Network, Output
from ui.editing import layer_edits
from ui.wording.architecture_text import LayerText

FEATURES = 2
PAIRS = ("frozen_weights", "muted_weights")


@st.composite
def networks(draw, least=1, most=5):
    """Draw networks that say something of many of their neurons and links."""

    def some(choices):
        return tuple(sorted(draw(st.lists(st.sampled_from(choices), unique=True, max_size=4))))

    layers, before = [], FEATURES
    for _ in range(draw(st.integers(least, most))):
        units = draw(st.integers(1, 4))
        links = list(itertools.product(range(units), range(before)))
        layers.append(
            Layer(
                units=units,
                activation=draw(st.sampled_from(["tanh", "relu"])),
                dropout=draw(st.sampled_from([0.0, 0.25])),
                residual=draw(st.booleans()),
                frozen=draw(st.booleans()),
                muted_units=some(range(units)),
                **{name: some(links) for name in PAIRS},
            )
        )
        before = units
    links = [(0, source) for source in range(before)]
    return Network(layers=layers, output=Output(**{name: some(links) for name in PAIRS}))


def _said(network, index):
    """Return what is said of the neurons and links of a layer, the output behind the last hidden one."""
    layers = network.layers
    part = layers[index] if index < len(layers) else network.output
    links = {name: set(getattr(part, name)) for name in PAIRS}
    return set(getattr(part, "muted_units", ())), links


def _check(network, result):
    """Check that a result is valid, and its origin in line with it."""
    after, origin = result
    experiment = Experiment(network=after)
    assert experiment.network == after  # nothing had to be dropped: no index is out of range
    if origin is None:
        return
    assert len(origin.layers) == len(after.layers)
    assert all(source is None or 0 <= source < len(network.layers) for source in origin.layers)
    assert len(origin.units) in (0, len(after.layers))
    for layer, source, units in zip(after.layers, origin.layers, origin.units, strict=False):
        if units is not None:
            assert len(units) == layer.units
            assert all(unit is None or 0 <= unit < network.layers[source].units for unit in units)


def _follows(network, result):
    """Check that neurons, and links between layers that stay together, are said the same of as before."""
    after, origin = result
    if origin is None:
        assert after == network
        return
    count = len(after.layers)
    sources = [*origin.layers, len(network.layers)]
    for index, source in enumerate(sources):
        if source is None:
            assert _said(after, index) == (set(), {name: set() for name in PAIRS})
            continue
        muted, links = _said(after, index)
        was_muted, were = _said(network, source)
        outs = _old_units(after, network, origin, index) if index < count else None
        if outs is not None:
            assert muted == {unit for unit, old in enumerate(outs) if old in was_muted}
        if index == source == 0:
            ins = list(range(FEATURES))
        elif index and source and sources[index - 1] == source - 1:
            ins = _old_units(after, network, origin, index - 1)
        else:
            continue
        for name in PAIRS:
            units = outs if outs is not None else [0]
            expected = {
                (unit, place)
                for unit, old in enumerate(units)
                for place, old_place in enumerate(ins)
                if (old, old_place) in were[name]
            }
            assert links[name] == expected


def _old_units(after, network, origin, index):
    units = origin.units[index] if origin.units else None
    width = network.layers[origin.layers[index]].units
    return list(
        units if units is not None else (u if u < width else None for u in range(after.layers[index].units))
    )


EDITS = {
    "add": lambda network, a, b: layer_edits.with_layer_added(network, a % (len(network.layers) + 1)),
    "remove": lambda network, a, b: layer_edits.with_layer_removed(
        network, a % len(network.layers), b % len(network.layers)
    ),
    "duplicate": lambda network, a, b: layer_edits.with_layer_duplicated(
        network, a % len(network.layers), b % len(network.layers)
    ),
    "move": lambda network, a, b: layer_edits.with_layers_moved(
        network, (a % len(network.layers),), b % len(network.layers)
    ),
    "move two": lambda network, a, b: layer_edits.with_layers_moved(
        network, [a % len(network.layers), (a + 1) % len(network.layers)], b % 7 - 1
    ),
    "remove a neuron": lambda network, a, b: layer_edits.without_unit(
        network, a % len(network.layers), b % network.layers[a % len(network.layers)].units
    ),
    "duplicate a neuron": lambda network, a, b: layer_edits.with_unit_duplicated(
        network, a % len(network.layers), b % network.layers[a % len(network.layers)].units
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@given(network=networks(), a=st.integers(0, 60), b=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_what_is_said_of_neurons_and_links_follows_them(edit, network, a, b):
    result = edit(network, a, b)
    _check(network, result)
    _follows(network, result)


@given(network=networks(), a=st.integers(0, 60), units=st.integers(-3, 7))
@settings(max_examples=60, deadline=None)
def test_another_width_drops_what_is_said_of_neurons_that_are_gone(network, a, units):
    index = a % len(network.layers)
    after = layer_edits.with_units(network, index, units)
    _check(network, (after, None))
    width = after.layers[index].units
    assert width == max(units, 1)
    assert set(after.layers[index].muted_units) == {
        unit for unit in network.layers[index].muted_units if unit < width
    }
    behind = after.layers[index + 1] if index + 1 < len(after.layers) else after.output
    was = network.layers[index + 1] if index + 1 < len(after.layers) else network.output
    for name in PAIRS:
        assert set(getattr(behind, name)) == {pair for pair in getattr(was, name) if pair[1] < width}


@given(network=networks(), a=st.integers(0, 60), b=st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_moving_a_layer_back_and_removing_a_copy_restore_the_layers(network, a, b):
    count = len(network.layers)
    moved, _ = layer_edits.with_layers_moved(network, (a % count,), b % count)
    back, _ = layer_edits.with_layers_moved(moved, (b % count,), a % count)
    assert [_without_links(layer) for layer in back.layers] == [
        _without_links(layer) for layer in network.layers
    ]
    twice, _ = layer_edits.with_layer_duplicated(network, a % count)
    once, _ = layer_edits.with_layer_removed(twice, a % count + 1)
    # What follows the copy had its links by position to it, and has them again.
    assert [_without_links(layer) for layer in once.layers] == [
        _without_links(layer) for layer in network.layers
    ]


def _without_links(layer):
    return layer.edited(muted_weights=(), frozen_weights=())


@given(
    network=networks(least=0),
    texts=st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["tanh", "relu", None])), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_a_typed_architecture_is_what_was_typed_and_keeps_what_is_alike(network, texts):
    wanted = [LayerText(units, activation) for units, activation in texts]
    after, origin = layer_edits.with_architecture(network, wanted)
    _check(network, (after, origin))
    assert [layer.units for layer in after.layers] == [units for units, _ in texts]
    for layer, (_, activation) in zip(after.layers, texts, strict=True):
        assert activation in (None, layer.activation.kind)
    kept = [source for source in origin.layers if source is not None]
    assert kept == sorted(set(kept))  # in order, and none of them twice
    if [(layer.units, layer.activation.kind) for layer in network.layers] == texts:
        assert after == network


@given(networks(), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_edits_of_several_layers_change_them_all_and_no_other(network, size):
    chosen = tuple(range(min(size, len(network.layers))))
    after = layer_edits.with_changes(network, chosen, dropout=0.5, normalization="batch")
    _check(network, (after, None))
    for index, (layer, old) in enumerate(zip(after.layers, network.layers, strict=True)):
        assert layer == (old.edited(dropout=0.5, normalization="batch") if index in chosen else old)
    assert after.output == network.output


def test_the_output_leaves_out_what_it_does_not_have():
    network = Network(layers=(Layer(),))
    after = layer_edits.with_changes(network, (0, 1), dropout=0.5, frozen=True)
    assert after.layers[0].dropout == 0.5
    assert after.output.frozen
    Experiment(network=after)


def test_a_full_network_and_a_full_layer_grow_no_further():
    network = Network(layers=(Layer(units=MAX_UNITS),) * MAX_LAYERS)
    assert layer_edits.with_layer_added(network, 3) == (network, None)
    assert layer_edits.with_layer_duplicated(network, 3) == (network, None)
    assert layer_edits.with_unit_duplicated(network, 0, 5) == (network, None)
    assert layer_edits.with_units(network, 0, MAX_UNITS + 9) == network


def test_the_only_neuron_of_a_layer_stays():
    network = Network(layers=(Layer(units=1),))
    assert layer_edits.without_unit(network, 0, 0) == (network, None)


def test_muting_a_layer_mutes_all_its_neurons_and_takes_it_back():
    network = Network(layers=(Layer(units=3), Layer(units=2, muted_units=(1,))))
    muted = layer_edits.with_muted(network, (0, 1, 2), True)
    assert [layer.muted_units for layer in muted.layers] == [(0, 1, 2), (0, 1)]
    assert all(layer_edits.is_muted(layer) for layer in muted.layers)
    assert not layer_edits.is_muted(network.layers[1])
    heard = layer_edits.with_muted(muted, (1,), False)
    assert [layer.muted_units for layer in heard.layers] == [(0, 1, 2), ()]


def test_a_parameter_reaches_the_layers_whose_entry_has_it():
    network = Network(layers=(Layer(activation="leaky_relu"), Layer(), Layer(activation="leaky_relu")))
    after = layer_edits.with_parameters(network, (0, 1, 2, 3), "activation", negative_slope=0.3)
    assert [getattr(layer.activation, "negative_slope", None) for layer in after.layers] == [0.3, None, 0.3]
