"""Edits of layers and neurons: always valid, and what is said of neurons and links follows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.activations import ACTIVATIONS
from engine.experiment import MAX_LAYERS, Experiment, Layer, Network, Output
from ui.editing import layer_edits as edits
from ui.wording.architecture_text import LayerText, parse_architecture

KEYS = [entry.key() for entry in ACTIVATIONS]


@st.composite
def networks(draw, least=1):
    widths = draw(st.lists(st.integers(1, 5), min_size=least, max_size=5))
    layers, before = [], 2
    for width in widths:
        links = st.lists(
            st.tuples(st.integers(0, width - 1), st.integers(0, before - 1)), unique=True, max_size=4
        )
        layers.append(
            Layer(
                units=width,
                activation=draw(st.sampled_from(["tanh", "relu", "leaky_relu"])),
                dropout=draw(st.sampled_from([0.0, 0.25])),
                muted_units=tuple(draw(st.sets(st.integers(0, width - 1)))),
                muted_weights=tuple(draw(links)),
                frozen_weights=tuple(draw(links)),
            )
        )
        before = width
    sources = st.lists(st.integers(0, before - 1), unique=True)
    return Network(layers=tuple(layers), output=Output(muted_weights=tuple((0, i) for i in draw(sources))))


def steps(draw, network):
    """Return one edit of any kind."""
    count = len(network.layers)
    layer = draw(st.integers(0, count - 1))
    unit = draw(st.integers(0, network.layers[layer].units - 1))
    other = draw(st.integers(0, count - 1))
    kinds = {
        "add": lambda: edits.with_layer_added(network, layer),
        "remove": lambda: edits.with_layer_removed(network, layer),
        "duplicate": lambda: edits.with_layer_duplicated(network, layer),
        "move": lambda: edits.with_layers_moved(network, (layer,), other),
        "units": lambda: (edits.with_units(network, layer, draw(st.integers(-3, 9))), None),
        "less": lambda: edits.without_unit(network, layer, unit),
        "more": lambda: edits.with_unit_duplicated(network, layer, unit),
        "change": lambda: (edits.with_changes(network, {layer, count}, frozen=True, dropout=0.5), None),
        "text": lambda: edits.with_architecture(network, [LayerText(3, "relu"), LayerText(2)]),
        "mute": lambda: (edits.with_muted(network, (layer,), True), None),
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]()


@given(st.data())
def test_any_edits_one_after_the_other_give_a_network_that_can_be_trained(data):
    network = data.draw(networks())
    for _ in range(4):
        if not network.layers:
            break
        before = network
        network, origin = steps(data.draw, network)
        Experiment(network=network)  # says no to units and links that do not exist
        if origin is not None:
            assert len(origin.layers) == len(network.layers)
            assert all(o is None or 0 <= o < len(before.layers) for o in origin.layers)


@given(networks(), st.data())
def test_a_layer_that_goes_away_and_comes_back_by_moving_changes_nothing(network, data):
    count = len(network.layers)
    source, target = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
    moved, origin = edits.with_layers_moved(network, (source,), target)
    expected = list(range(count))
    expected.insert(target, expected.pop(source))
    assert (origin is None) == (source == target)
    assert origin is None or list(origin.layers) == expected
    assert [layer.units for layer in moved.layers] == [network.layers[i].units for i in expected]
    assert [layer.muted_units for layer in moved.layers] == [network.layers[i].muted_units for i in expected]


@given(networks(), st.data())
def test_removing_the_copy_of_a_neuron_gives_back_what_was(network, data):
    layer = data.draw(st.integers(0, len(network.layers) - 1))
    unit = data.draw(st.integers(0, network.layers[layer].units - 1))
    more, origin = edits.with_unit_duplicated(network, layer, unit)
    assert origin.units[layer][unit : unit + 2] == (unit, unit)
    back, _ = edits.without_unit(more, layer, unit + 1)

    def said(one):
        return [
            (part.units if isinstance(part, Layer) else 0, set(part.muted_weights), set(part.frozen_weights))
            for part in (*one.layers, one.output)
        ]

    assert said(back) == said(network)


def test_what_is_said_of_a_neuron_follows_it_in_its_layer_and_in_the_one_behind():
    network = Network(
        layers=(
            Layer(units=3, muted_units=(2,), muted_weights=((1, 0), (2, 1))),
            Layer(units=2, frozen_weights=((0, 2), (1, 0))),
        ),
        output=Output(muted_weights=((0, 1),)),
    )
    less, origin = edits.without_unit(network, 0, 1)
    assert origin.units == ((0, 2), None)
    assert less.layers[0].muted_units == (1,)
    assert less.layers[0].muted_weights == ((1, 1),)
    assert less.layers[1].frozen_weights == ((0, 1), (1, 0))
    assert less.output == network.output
    more, _ = edits.with_unit_duplicated(network, 0, 2)
    assert more.layers[0].muted_units == (2, 3)
    assert more.layers[1].frozen_weights == ((0, 2), (0, 3), (1, 0))


def test_links_behind_a_layer_that_is_gone_stay_by_position():
    network = Network(layers=(Layer(units=2), Layer(units=3), Layer(units=2, muted_weights=((0, 1), (1, 2)))))
    less, origin = edits.with_layer_removed(network, 1)
    assert origin.layers == (0, 2)
    assert less.layers[1].muted_weights == ((0, 1),)


def test_the_last_neuron_of_a_layer_stays():
    network = Network(layers=(Layer(units=1),))
    assert edits.without_unit(network, 0, 0) == (network, None)


def test_no_more_layers_than_allowed():
    network = Network(layers=(Layer(units=1),) * MAX_LAYERS)
    assert edits.with_layer_added(network, 3) == (network, None)
    assert edits.with_layer_duplicated(network, 3) == (network, None)


def test_a_change_of_several_layers_leaves_out_what_the_output_does_not_have():
    network = Network(layers=(Layer(units=2), Layer(units=3)))
    changed = edits.with_changes(network, (0, 2), dropout=0.5, frozen=True, activation="maxout")
    assert [layer.dropout for layer in changed.layers] == [0.5, 0.0]
    assert changed.output.frozen and changed.output.activation.kind == "auto"
    assert changed.layers[0].activation.kind == "maxout"


# The line of text


def test_layers_that_stay_in_the_text_keep_their_settings():
    network = Network(layers=(Layer(units=8, dropout=0.25), Layer(units=4, activation="relu", residual=True)))
    changed, origin = edits.with_architecture(network, parse_architecture("8 tanh, 6 elu, 4 relu"))
    assert origin.layers == (0, None, 1)
    assert [layer.dropout for layer in changed.layers] == [0.25, 0.0, 0.0]
    assert [layer.residual for layer in changed.layers] == [False, False, True]
    wider, origin = edits.with_architecture(network, parse_architecture("9 tanh, 4 relu"))
    assert origin.layers == (0, 1)
    assert wider.layers[0].dropout == 0.25
