"""The inspector: it edits all selected layers together, and all layers as text."""

from __future__ import annotations

import pytest
from editor import Editor
from PySide6.QtCore import Qt

from engine.experiment import Experiment, Layer, Network
from ui.panels.inspector import Inspector

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def editor(qtbot):
    network = Network(layers=(Layer(units=3), Layer(units=5, activation="leaky_relu", dropout=0.5)))
    made = Editor(
        qtbot,
        Inspector(),
        Experiment(network=network),
        {"networkEdited": lambda now, network: now.edited(network=network)},
    )
    made.panel.resize(780, 260)
    return made


def layers(editor):
    return editor.experiment.network.layers


def test_nothing_selected_says_how_to_select(editor):
    assert editor.panel.hint.isVisible()
    assert not editor.panel.units.isVisible()
    editor.panel.show_layers((1,))
    assert not editor.panel.hint.isVisible()
    assert editor.panel.title.text() == "LAYER 2"


def test_an_edit_changes_all_selected_layers_and_differences_are_shown(editor):
    editor.panel.show_layers((0, 1))
    panel = editor.panel
    assert panel.units.edit.text() == "mixed"
    assert panel.activation.box.placeholderText() == "mixed" and panel.activation.box.currentIndex() == -1
    assert panel.dropout.edit.text() == "mixed"
    editor.type(panel.units.edit, "3")  # what the first has already is an edit of the second
    assert [layer.units for layer in layers(editor)] == [3, 3]
    assert editor.asked[-1][1] == "Neurons of 2 layers"
    panel.activation.box.chosen.emit("relu")
    assert {layer.activation.kind for layer in layers(editor)} == {"relu"}
    assert panel.activation.box.current() == "relu"


def test_one_parameter_of_several_entries_leaves_their_others(qtbot, editor):
    made = (
        Layer(units=2, initializer={"kind": "normal", "std": 0.1, "bias": 0.5}),
        Layer(units=2, initializer={"kind": "normal", "std": 0.2, "bias": 0.0}),
    )
    editor.show(Experiment(network=Network(layers=made)))
    editor.panel.show_layers((0, 1))
    row = editor.panel.initializer.form.row("std")
    assert row.edit.text() == "mixed"
    editor.type(row.edit, "0.1")
    assert [layer.initializer.std for layer in layers(editor)] == [0.1, 0.1]
    assert [layer.initializer.bias for layer in layers(editor)] == [0.5, 0.0]


def test_flags_words_and_biases(editor):
    editor.panel.show_layers((0,))
    panel = editor.panel
    panel.residual.box.click()
    panel.frozen.box.click()
    panel.muted.box.click()
    panel.normalization.box.activated.emit(panel.normalization.box.findData("layer"))
    panel.bias_initializer.box.chosen.emit("normal")
    layer = layers(editor)[0]
    assert (layer.residual, layer.frozen, layer.normalization) == (True, True, "layer")
    assert layer.muted_units == (0, 1, 2)
    assert layer.bias_initializer.kind == "normal"
    panel.bias_initializer.box.chosen.emit("none")
    assert layers(editor)[0].bias_initializer is None


def test_a_mixed_flag_becomes_on_for_all(editor):
    editor.show(Experiment(network=Network(layers=(Layer(residual=True), Layer()))))
    editor.panel.show_layers((0, 1))
    assert editor.panel.residual.box.text() == "mixed"
    editor.panel.residual.box.click()
    assert all(layer.residual for layer in layers(editor))
    assert editor.panel.residual.box.text() == ""


def test_the_output_has_only_what_an_output_has(editor):
    editor.panel.show_layers((2,))
    panel = editor.panel
    shown = (panel.activation, panel.initializer, panel.bias_initializer, panel.frozen, panel.redraw)
    assert all(one.isVisible() for one in shown)
    hidden = (panel.units, panel.dropout, panel.normalization, panel.residual, panel.muted, panel.remove)
    assert not any(one.isVisible() for one in hidden)
    assert panel.activation.box.findData("relu") < 0  # cross-entropy says what it is


def test_buttons_duplicate_remove_and_draw_anew(editor):
    told = []
    editor.panel.weightsEdited.connect(lambda edit, text: told.append((edit.layer, text)))
    editor.panel.show_layers((1,))
    editor.click(editor.panel.redraw)
    assert told == [(1, "Re-initialise layer 2")]
    editor.click(editor.panel.duplicate)
    assert [layer.units for layer in layers(editor)] == [3, 5, 5]
    assert editor.asked[-1][2].layers == (0, 1, 1)
    editor.click(editor.panel.remove)
    assert [layer.units for layer in layers(editor)] == [3, 5]


def test_the_line_of_text_is_the_network(editor):
    edit = editor.panel.architecture.edit
    assert edit.text() == "3 tanh, 5 leaky_relu"
    editor.type(edit, "3, 4 ReLU, 5 leaky_relu")
    assert [layer.units for layer in layers(editor)] == [3, 4, 5]
    assert layers(editor)[2].dropout == 0.5
    assert editor.asked[-1][2].layers == (0, None, 1)
    assert edit.text() == "3 tanh, 4 relu, 5 leaky_relu"
    editor.type(edit, " ")
    assert layers(editor) == ()


def test_a_bad_line_says_what_and_where_and_changes_nothing(editor):
    row = editor.panel.architecture
    editor.type(row.edit, "3 tanh, 5 lekky_relu")
    assert row.problem.isVisible()
    assert row.problem.text() == "Layer 2: there is no activation “lekky_relu”; did you mean leaky_relu?"
    assert row.edit.selectedText() == "lekky_relu"
    assert editor.asked == []
    editor.key(row.edit, Qt.Key.Key_Escape)
    assert row.edit.text() == "3 tanh, 5 leaky_relu"
    assert not row.problem.isVisible()


def test_every_control_has_a_name(editor):
    editor.panel.show_layers((0, 1))
    for one in editor.panel.findChildren(type(editor.panel.activation.box)):
        assert one.accessibleName()
    assert editor.panel.dropout.slider.accessibleName() == "Dropout"
    assert editor.panel.architecture.edit.accessibleName() == "Hidden layers"
