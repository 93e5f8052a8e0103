"""The page of a layer's settings: real clicks and keys, and what they ask for."""

from __future__ import annotations

import pytest
from editor import frame
from inspector_page import KEYS, LEFT, Page
from PySide6.QtCore import QPoint

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.initializers import INITIALIZERS, HeNormal, Normal
from engine.experiment import Experiment, Layer, Network, Output

pytestmark = [
    pytest.mark.usefixtures("themed"),
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),  # the offscreen platform cannot
]


# One layer


def test_a_layer_shows_what_the_document_says(qtbot):
    page = Page(qtbot, layers=(0,))
    fields = page.fields
    assert fields.units.value() == 8
    assert fields.activation.box.current() == "leaky_relu"
    assert fields.activation.form.row("negative_slope").value() == 0.01
    assert fields.initializer.box.current() == "he_normal"
    assert fields.normalization.currentData() == "none"
    assert fields.dropout.edit.text() == "20 %"
    assert not (fields.residual.isChecked() or fields.frozen.isChecked() or fields.muted.isChecked())
    page.panel.show_layers((1,))
    assert fields.residual.isChecked()
    assert fields.frozen.isChecked()
    assert not fields.activation.form.isVisible(), "tanh has no numbers"
    page.panel.show_layers((2,))
    assert fields.muted.is_mixed(), "some of its neurons are muted"


def test_neurons_by_keys_and_by_typing(qtbot):
    page = Page(qtbot, layers=(0,))
    page.fields.units.slider.setFocus()
    qtbot.keyClick(page.fields.units.slider, KEYS.Key_Right)
    assert page.layers[0].units == 9
    page.type(page.fields.units, "100")
    assert page.layers[0].units == 100
    page.type(page.fields.units, "5000")
    assert page.layers[0].units == 1024
    assert set(page.texts) == {"Neurons of layer 1"}


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
def test_every_activation_can_be_chosen_and_its_numbers_edited(qtbot, entry):
    start = "relu" if entry.key() == "tanh" else "tanh"
    page = Page(qtbot, Experiment(network=Network(layers=(Layer(activation=start),))), layers=(0,))
    page.choose(page.fields.activation.box, entry.key())
    assert page.layers[0].activation.kind == entry.key()
    assert page.texts == ["Activation of layer 1"]
    for parameter in entry.parameters():
        slider = page.fields.activation.form.row(parameter.name).slider
        assert slider.isVisible()
        qtbot.keyClick(slider, KEYS.Key_End)
        assert getattr(page.layers[0].activation, parameter.name) == parameter.range.high
        assert page.texts[-1] == f"{parameter.label} of layer 1"


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
def test_every_initializer_can_be_chosen_for_weights_and_for_biases(qtbot, entry):
    start = Layer(initializer=Normal(bias=0.25) if entry is not Normal else HeNormal(bias=0.25))
    page = Page(qtbot, Experiment(network=Network(layers=(start,))), layers=(0,))
    page.choose(page.fields.initializer.box, entry.key())
    assert page.layers[0].initializer.kind == entry.key()
    assert page.layers[0].initializer.bias == 0.25, "the bias to start from stays"
    page.choose(page.fields.biases.box, entry.key())
    assert page.layers[0].bias_initializer == entry.model_validate({})
    assert page.texts == ["Initializer of layer 1", "Biases of layer 1"]
    for parameter in entry.parameters():
        if parameter.name == "bias":
            assert not page.fields.biases.form.row("bias").isVisible(), "it is drawn, and starts at no value"
            continue
        for rows, field in (
            (page.fields.initializer, "initializer"),
            (page.fields.biases, "bias_initializer"),
        ):
            qtbot.keyClick(rows.form.row(parameter.name).slider, KEYS.Key_End)
            assert getattr(getattr(page.layers[0], field), parameter.name) == parameter.range.high


def test_the_bias_to_start_from_is_edited_where_the_biases_are(qtbot):
    page = Page(qtbot, layers=(1,))
    assert page.fields.biases.box.currentText() == "By initializer"
    page.type(page.fields.biases.form.row("bias"), "0.5")
    assert page.layers[1].initializer.bias == 0.5
    assert page.layers[1].bias_initializer is None
    assert page.texts == ["Initial bias of layer 2"]
    page.choose(page.fields.biases.box, "uniform")
    page.choose(page.fields.biases.box, "none")
    assert page.layers[1].bias_initializer is None
    assert page.fields.biases.form.row("bias").value() == 0.5


def test_normalization_dropout_and_the_switches(qtbot):
    page = Page(qtbot, layers=(0,))
    fields = page.fields
    page.choose(fields.normalization, "batch")
    assert page.layers[0].normalization == "batch"
    page.type(fields.dropout, "35")
    assert page.layers[0].dropout == 0.35
    qtbot.keyClick(fields.dropout.slider, KEYS.Key_Home)
    assert page.layers[0].dropout == 0.0
    assert fields.dropout.edit.text() == "off"
    for box in (fields.residual, fields.frozen, fields.muted) * 2:
        page.click(box)
    assert page.texts == [
        "Normalization of layer 1",
        "Dropout of layer 1",
        "Dropout of layer 1",
        "Residual connection of layer 1",
        "Freeze layer 1",
        "Mute layer 1",
        "Residual connection of layer 1",
        "Unfreeze layer 1",
        "Unmute layer 1",
    ]
    first, last = page.asked[3:6], page.asked[-1][0]
    assert first[0][0].layers[0].residual
    assert first[1][0].layers[0].frozen
    assert first[2][0].layers[0].muted_units == tuple(range(8))
    assert last.layers[0] == page.layers[0].edited(residual=False, frozen=False, muted_units=())


def test_an_edit_that_was_refused_shows_what_is(qtbot):
    page = Page(qtbot, layers=(0,), accepts=False)
    page.type(page.fields.units, "20")
    page.click(page.fields.frozen)
    page.choose(page.fields.activation.box, "relu")
    assert len(page.asked) == 3
    assert page.fields.units.value() == 8
    assert not page.fields.frozen.isChecked()
    assert page.fields.activation.box.current() == "leaky_relu"


# Several layers


def test_what_differs_is_shown_as_mixed(qtbot):
    page = Page(qtbot, layers=(0, 1))
    fields = page.fields
    assert fields.units.edit.text() == fields.dropout.edit.text() == "mixed"
    for box in (fields.activation.box, fields.initializer.box):
        assert box.currentIndex() == -1
        assert box.placeholderText() == "mixed"
    assert not fields.activation.form.isVisible()
    assert fields.residual.is_mixed()
    assert fields.frozen.is_mixed()
    assert fields.frozen.accessibleDescription() == "mixed"
    assert not fields.muted.is_mixed()
    page.panel.show_layers((0, 2))
    assert fields.activation.box.current() == "leaky_relu"
    assert fields.activation.form.row("negative_slope").edit.text() == "mixed"
    page.panel.show_layers((0,))
    assert fields.units.edit.text() == "8"
    assert not fields.units.slider.is_mixed()


def test_choosing_sets_all_of_them(qtbot):
    page = Page(qtbot, layers=(0, 1, 2))
    page.choose(page.fields.activation.box, "leaky_relu")
    page.choose(page.fields.initializer.box, "normal")
    page.choose(page.fields.normalization, "layer")
    for box in (page.fields.residual, page.fields.frozen, page.fields.muted):
        page.click(box)
    for layer in page.layers:
        assert layer.activation.kind == "leaky_relu"
        assert layer.initializer.kind == "normal"
        assert layer.normalization == "layer"
        assert layer.residual
        assert layer.frozen
        assert len(layer.muted_units) == layer.units
    assert page.texts[0] == "Activation of 3 layers"
    assert "Freeze 3 layers" in page.texts
    assert len(page.asked) == 6


def test_a_mixed_number_is_set_by_any_choice_also_of_the_value_one_has(qtbot):
    page = Page(qtbot, layers=(0, 1))
    page.type(page.fields.units, "8")
    assert [layer.units for layer in page.layers] == [8, 8, 6]
    page.panel.show_layers((0, 2))
    page.type(page.fields.activation.form.row("negative_slope"), "0.01")
    assert page.layers[2].activation.negative_slope == 0.01
    assert page.fields.activation.form.row("negative_slope").edit.text() == "0.01"
    qtbot.keyClick(page.fields.dropout.slider, KEYS.Key_Home)
    assert page.layers[0].dropout == 0.0


def test_a_key_sets_all_to_the_value_that_the_first_has(qtbot):
    network = Network(layers=(Layer(), Layer(dropout=0.5)))
    page = Page(qtbot, Experiment(network=network), layers=(0, 1))
    qtbot.keyClick(page.fields.dropout.slider, KEYS.Key_Home)
    assert [layer.dropout for layer in page.layers] == [0.0, 0.0]
    assert page.fields.dropout.edit.text() == "off"


def test_a_mixed_slider_is_dragged_to_one_value_for_all(qtbot):
    page = Page(qtbot, layers=(0, 1))
    slider = page.fields.dropout.slider
    qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert page.layers[0].dropout == page.layers[1].dropout == 0.45
    assert page.layers[2].dropout == 0.0


def test_a_number_of_the_biases_of_several_layers(qtbot):
    page = Page(qtbot, layers=(0, 1))
    page.type(page.fields.biases.form.row("bias"), "0.1")
    assert [layer.initializer.bias for layer in page.layers] == [0.1, 0.1, 0.0]
    assert [layer.initializer.kind for layer in page.layers[:2]] == ["he_normal", "glorot_uniform"]
    assert page.texts == ["Initial bias of 2 layers"]


def test_hidden_layers_and_the_output_together(qtbot):
    page = Page(qtbot, layers=(1, 3))
    page.choose(page.fields.activation.box, "relu")
    assert page.layers[1].activation.kind == "relu"
    assert page.experiment.network.output.activation.kind == "auto"
    page.choose(page.fields.initializer.box, "zeros")
    assert page.layers[1].initializer.kind == page.experiment.network.output.initializer.kind == "zeros"
    assert page.texts == ["Activation of layer 2", "Initializer of 2 layers"]


# The output


def test_the_output_has_only_what_an_output_has(qtbot):
    page = Page(qtbot, layers=(3,))
    fields = page.fields
    for absent in (fields.units, fields.normalization, fields.dropout, fields.residual, fields.muted):
        assert not absent.isVisible()
    assert not page.chooser.duplicate.isVisible()
    assert not page.chooser.remove.isVisible()
    assert page.chooser.redraw.isVisible()
    box = fields.activation.box
    assert [box.itemData(i) for i in range(box.count())] == ["auto", "sigmoid"], "what the loss allows"
    assert fields.meaning.isVisible()
    assert "Sigmoid" in fields.meaning.text()
    page.choose(box, "sigmoid")
    page.click(fields.frozen)
    page.choose(fields.initializer.box, "he_normal")
    assert page.texts == ["Activation of output", "Freeze output", "Initializer of output"]
    assert page.experiment.network.output == Output(
        activation="sigmoid", frozen=True, initializer="he_normal"
    )
    assert not fields.meaning.isVisible()


def test_the_choices_of_the_output_go_with_the_classes(qtbot):
    page = Page(qtbot, Experiment(data="rings"), layers=(2,))
    box = page.fields.activation.box
    assert [box.itemData(i) for i in range(box.count())] == ["auto", "softmax"]
    page.panel.show_layers((0,))
    assert box.count() == len(ACTIVATIONS)
    assert box.current() == "tanh"


def test_what_the_data_tell_of_the_classes_counts(qtbot, tmp_path):
    path = tmp_path / "three.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},{i * i},{'xyz'[i % 3]}\n" for i in range(30)))
    data = {"kind": "csv", "path": str(path), "inputs": ("a", "b"), "target": "c", "task": "classification"}
    page = Page(qtbot, Experiment(data=data), layers=(2,))
    assert "Sigmoid" in page.fields.meaning.text()
    page.panel.show_frame(frame(page.experiment))
    assert "Softmax" in page.fields.meaning.text()
