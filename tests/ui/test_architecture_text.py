"""The line that describes hidden layers: what it means, and where it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.catalog.activations import ACTIVATIONS
from engine.experiment import MAX_LAYERS, MAX_UNITS, Layer, Network
from ui.editing.layer_edits import with_architecture
from ui.wording.architecture_text import ArchitectureError, LayerText, architecture_text, parse_architecture

KEYS = [entry.key() for entry in ACTIVATIONS]

layers = st.builds(
    Layer,
    units=st.integers(1, MAX_UNITS),
    activation=st.sampled_from(KEYS),
    initializer=st.sampled_from(["he_normal", "zeros", {"kind": "normal", "std": 2.0}]),
    dropout=st.sampled_from([0.0, 0.5]),
    residual=st.booleans(),
    frozen=st.booleans(),
    muted_units=st.sampled_from([(), (0,)]),
)
networks = st.builds(Network, layers=st.lists(layers, max_size=MAX_LAYERS).map(tuple))
parts = st.sampled_from(
    ["8", "1024", "1025", "0", "tanh", "tanhh", "Leaky ReLU", "3x", "17×", "0*", ",", " ", "  ", "-1", "1.5"]
)
letters = "0123456789x×*, .-tanhreluTLEAKY_()\t\n²٣"
lines = st.one_of(
    st.text(), st.text(alphabet=letters, max_size=40), st.lists(parts, max_size=12).map("".join)
)


@given(networks)
def test_what_is_written_reads_back_as_the_same_network(network):
    read = parse_architecture(architecture_text(network))
    assert [(one.units, one.activation) for one in read] == [
        (layer.units, layer.activation.kind) for layer in network.layers
    ]
    assert with_architecture(network, read)[0] == network


@given(lines)
@example("9" * 5000)
@example("8 tanh,")
@example("\n8\ttanh\n")
def test_any_text_is_layers_that_can_be_or_an_error_that_says_where(text):
    try:
        found = parse_architecture(text)
    except ArchitectureError as error:
        assert text[error.start : error.start + len(error.word)] == error.word
        assert 1 <= error.layer <= text.count(",") + 1
        assert error.suggestion in ("", *KEYS)
        return
    assert len(found) <= MAX_LAYERS
    assert all(1 <= one.units <= MAX_UNITS and one.activation in (None, *KEYS) for one in found)
    Network(layers=with_architecture(Network(), found)[0].layers)


@given(networks, lines)
def test_a_text_that_can_be_read_gives_the_layers_it_names(network, text):
    try:
        wanted = parse_architecture(text)
    except ArchitectureError:
        return
    changed, origin = with_architecture(network, wanted)
    assert [layer.units for layer in changed.layers] == [one.units for one in wanted]
    assert origin is not None
    assert len(origin.layers) == len(wanted)
    assert parse_architecture(architecture_text(changed)) == tuple(
        LayerText(layer.units, layer.activation.kind) for layer in changed.layers
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("8 tanh, 4 relu", [(8, "tanh"), (4, "relu")]),
        ("8tanh,4relu", [(8, "tanh"), (4, "relu")]),
        ("8 tanh, 4", [(8, "tanh"), (4, "tanh")]),
        ("8", [(8, None)]),
        ("8, 4", [(8, None), (4, None)]),
        ("16 Leaky ReLU,8", [(16, "leaky_relu"), (8, "leaky_relu")]),
        ("3x8 tanh", [(8, "tanh")] * 3),
        ("2 × 5 Leaky ReLU", [(5, "leaky_relu")] * 2),
        ("2*5 LEAKY-RELU", [(5, "leaky_relu")] * 2),
        ("4 GELU (tanh)", [(4, "gelu_tanh")]),
    ],
)
def test_ways_to_write_layers(text, expected):
    assert [(one.units, one.activation) for one in parse_architecture(text)] == expected


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
def test_every_activation_is_known_by_its_key_and_its_label(entry):
    for name in (entry.key(), entry.label, entry.label.upper()):
        assert parse_architecture(f"3 {name}") == (LayerText(3, entry.key()),)


@pytest.mark.parametrize(
    ("text", "reason", "word", "start", "layer"),
    [
        ("8 tanh,, 4", "empty", "", 7, 2),
        ("8 tanh, ", "empty", "", 8, 2),
        ("8 tanh, relu 4", "number", "relu 4", 8, 2),
        ("8.5 tanh", "number", "8.5 tanh", 0, 1),
        ("8, 0 relu", "units", "0", 3, 2),
        ("8 tanh, 5000", "units", "5000", 8, 2),
        ("1025", "units", "1025", 0, 1),
        ("17x2", "copies", "17", 0, 1),
        ("8 tanhh", "activation", "tanhh", 2, 1),
        ("10x2, 7x2", "layers", "7x2", 6, 2),
    ],
)
def test_an_error_names_what_is_wrong_and_where(text, reason, word, start, layer):
    with pytest.raises(ArchitectureError) as caught:
        parse_architecture(text)
    error = caught.value
    assert (error.reason, error.word, error.start, error.layer) == (reason, word, start, layer)


def test_a_name_mistyped_suggests_the_one_meant():
    for typed, meant in (("tanhh", "tanh"), ("reul", "relu"), ("leaky relo", "leaky_relu"), ("qqq", "")):
        with pytest.raises(ArchitectureError) as caught:
            parse_architecture(f"8 {typed}")
        assert caught.value.suggestion == meant
