"""The network diagram: what pointing, clicking and typing tells."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_bench import LEFT, Canvas
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog.initializers import HeNormal
from engine.experiment import Experiment, Layer, Network
from ui.canvas.curves import along, ease
from ui.canvas.describe import number
from ui.canvas.layout import stepped
from ui.editing import layer_edits as edits
from ui.editing.output_choices import output_choices

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def canvas(qtbot):
    return Canvas(qtbot, experiment_of(8, 8))


# Editing


def test_plus_and_minus_change_the_units_of_their_layer(canvas):
    canvas.click(canvas.header(1).more)
    assert [layer.units for layer in canvas.layers] == [8, 9]
    canvas.click(canvas.header(0).fewer)
    assert [layer.units for layer in canvas.layers] == [7, 9]
    assert canvas.edits == ["Neurons of layer 2", "Neurons of layer 1"]


def test_plus_held_down_goes_on(canvas, qtbot):
    button = canvas.header(0).more
    qtbot.mousePress(button, LEFT)
    qtbot.waitUntil(lambda: canvas.layers[0].units >= 11)
    qtbot.mouseRelease(button, LEFT)
    assert set(canvas.edits) == {"Neurons of layer 1"}


def test_minus_stops_at_one_unit(qtbot):
    canvas = Canvas(qtbot, experiment_of(1))
    assert not canvas.header(0).fewer.isEnabled()


def test_units_can_be_typed(canvas, qtbot):
    field = canvas.header(0).units
    assert field.text() == "8 neurons"
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "12")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert canvas.layers[0].units == 12
    qtbot.keyClicks(field, "9999")
    canvas.view.setFocus()
    assert canvas.layers[0].units == 1024
    assert field.text() == "1024 neurons"


def test_what_is_no_number_of_units_changes_nothing(canvas, qtbot):
    field = canvas.header(0).units
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "many")
    canvas.view.setFocus()
    assert canvas.edits == []
    assert field.text() == "8 neurons"


def test_a_circle_adds_a_layer_like_the_one_before_it(qtbot):
    network = Network(layers=(Layer(units=3, activation="relu", initializer="he_normal"), Layer(units=5)))
    canvas = Canvas(qtbot, Experiment(network=network))
    canvas.click(canvas.view.strip.adders[1])
    assert [layer.units for layer in canvas.layers] == [3, 3, 5]
    assert canvas.layers[1].activation.kind == "relu"
    assert canvas.layers[1].initializer.kind == "he_normal"
    assert len(canvas.view.strip.layers) == 3


def test_a_network_without_layers_offers_one(qtbot):
    canvas = Canvas(qtbot, experiment_of())
    canvas.click(canvas.view.strip.adders[0])
    assert [layer.units for layer in canvas.layers] == [edits.DEFAULT_UNITS]


def test_the_cross_removes_its_layer(qtbot):
    canvas = Canvas(qtbot, experiment_of(3, 4, 5))
    canvas.click(canvas.header(1).remove)
    assert [layer.units for layer in canvas.layers] == [3, 5]
    assert canvas.edits == ["Remove layer 2"]


def test_no_more_layers_than_allowed_are_offered(qtbot):
    canvas = Canvas(qtbot, experiment_of(*[2] * 16))
    assert not any(adder.isVisible() for adder in canvas.view.strip.adders)


def test_an_activation_is_chosen_from_the_list(canvas, qtbot):
    box = canvas.header(0).activation
    box.setFocus()
    qtbot.keyClicks(box, "ReLU")
    assert canvas.layers[0].activation.kind == "relu"
    assert canvas.edits == ["Activation of layer 1"]


def test_another_initializer_keeps_the_bias_to_start_from(qtbot):
    network = Network(layers=(Layer(initializer=HeNormal(bias=0.25)),))
    canvas = Canvas(qtbot, Experiment(network=network))
    canvas.header(0).initializer.chosen.emit("normal")
    assert canvas.layers[0].initializer.kind == "normal"
    assert canvas.layers[0].initializer.bias == 0.25


def test_the_settings_button_selects_its_layer_and_asks_for_its_settings(qtbot):
    canvas = Canvas(qtbot, experiment_of(2, 3))
    asked, selected = [], []
    canvas.view.settingsRequested.connect(asked.append)
    canvas.view.layersSelected.connect(selected.append)
    canvas.click(canvas.header(1).tune)
    canvas.click(canvas.view.strip.output.tune)
    assert asked == [1, 2]
    assert selected == [(1,), (2,)]
    canvas.view.select_layers((0, 1))
    canvas.click(canvas.header(1).tune)
    assert asked[-1] == 1
    assert selected[2:] == [(0, 1), (1,)]


def test_only_output_activations_that_fit_the_loss_are_offered(qtbot):
    def keys(experiment, classes):
        return {entry.key() for entry in output_choices(experiment, classes)}

    assert keys(experiment_of(2), 2) == {"auto", "sigmoid"}
    assert keys(experiment_of(2, data="rings"), 3) == {"auto", "softmax"}
    assert "softmax" not in keys(experiment_of(2, data="reg_plane"), 0)
    canvas = Canvas(qtbot, experiment_of(2, data="reg_plane"))
    assert canvas.view.strip.output.activation.findData("softmax") < 0
    assert canvas.view.strip.output.activation.findData("tanh") >= 0


def test_the_output_header_tells_what_auto_stands_for(qtbot):
    assert (
        "Softmax" in Canvas(qtbot, experiment_of(2, data="rings")).view.strip.output.activation.shown_text()
    )


@pytest.mark.parametrize("index", [0, 1])
def test_a_residual_stays_where_the_widths_come_to_differ(index):
    network = Network(layers=(Layer(units=2, residual=True), Layer(units=2, residual=True)))
    changed = edits.with_units(network, index, 3)
    assert [layer.residual for layer in changed.layers] == [True, True]
    Experiment(network=changed)


def test_removing_a_layer_keeps_the_residual_behind_it():
    network = Network(layers=(Layer(units=5), Layer(units=5, residual=True)))
    assert edits.with_layer_removed(network, 0)[0].layers[0].residual


# Pointing


def test_pointing_at_a_neuron_tells_it_once_and_leaving_takes_it_back(canvas, qtbot):
    canvas.point_at(2, 4)
    rect = canvas.view.unit_rect(2, 4)
    qtbot.mouseMove(canvas.view.viewport(), rect.center() + QPoint(5, 5))
    assert canvas.hovered == [(2, 4)]
    qtbot.mouseMove(canvas.view.viewport(), QPoint(3, 3))
    assert canvas.hovered == [(2, 4), None]


def test_pointing_at_the_only_output_shows_the_output(canvas):
    canvas.point_at(1, 0)
    canvas.point_at(3, 0)
    assert canvas.hovered == [(1, 0), None]
    assert canvas.view.hovered() == (3, 0)


def test_outputs_of_several_classes_can_be_pointed_at(qtbot):
    canvas = Canvas(qtbot, experiment_of(4, data="rings"))
    canvas.point_at(2, 1)
    assert canvas.hovered == [(2, 1)]


def test_the_card_shows_the_numbers_of_the_last_frame(canvas):
    canvas.point_at(2, 4)
    weight, bias = frame_of(canvas.experiment).snapshot.parameters[1]
    card = canvas.view._card.description
    assert card.title == "Layer 2 · neuron 5"
    assert card.formula == "tanh(w·a + b)"
    values = [value for _, value in card.values]
    assert values[0] == number(float(bias[4]))
    assert values[1] == number(float(weight[4][np.argmax(np.abs(weight[4]))]))
    newer = frame_of(canvas.experiment, seed=1)
    canvas.view.show_frame(newer)
    assert canvas.view._card.description.values[0][1] == number(float(newer.snapshot.parameters[1][1][4]))


def test_a_neuron_can_be_pointed_at_before_the_first_frame(qtbot):
    canvas = Canvas(qtbot, experiment_of(3), frame=False)
    canvas.point_at(1, 2)
    assert canvas.hovered == [(1, 2)]
    assert canvas.view._card.description.values == ()


def test_pointing_at_a_link_shows_its_weight(canvas, qtbot):
    view = canvas.view
    frame = frame_of(canvas.experiment)
    for target, source in ((0, 0), (6, 1)):
        start, end = view.unit_rect(0, source), view.unit_rect(1, target)
        left, right = start.right() + 1, end.left()
        # A third of the way, where no other link from these features passes.
        t = 0.38
        x = left + (right - left) * float(along(t))
        y = start.center().y() + (end.center().y() - start.center().y()) * float(ease(t))
        qtbot.mouseMove(view.viewport(), QPoint(round(x), round(y)))
        assert view._link == (1, target, source)
        weight = float(frame.snapshot.parameters[0][0][target, source])
        assert view._card.description.values == (("weight", number(weight)),)


def test_removing_what_is_pointed_at_tells_so(qtbot):
    canvas = Canvas(qtbot, experiment_of(4))
    canvas.point_at(1, 3)
    canvas.click(canvas.header(0).fewer)
    assert canvas.hovered[-1] is None


def test_arrow_keys_point_like_the_mouse(canvas, qtbot):
    canvas.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(canvas.view, key)
    assert canvas.hovered == [(0, 0), (1, 0), (1, 1)]
    assert "Layer 1 · neuron 2" in canvas.view.accessibleDescription()
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.hovered[-1] is None


def test_the_keyboard_shows_where_it_is_and_comes_back_to_it(canvas, qtbot):
    view = canvas.view
    before = view.strip.controls()[-1]
    QWidget.setTabOrder(before, view)
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert view.hovered() == (0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    before.setFocus()
    assert view.hovered() is None
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert view.hovered() == (1, 0)


def test_arrow_keys_stay_at_about_the_same_height():
    assert stepped((2, 9, 1), (0, 1), 1, 0) == (1, 8)
    assert stepped((2, 9, 1), (1, 8), 1, 0) == (2, 0)
    assert stepped((2, 9, 1), (2, 0), 1, 0) == (2, 0)
    assert stepped((2, 9, 1), None, -1, 0) == (2, 0)


def test_every_control_of_the_headers_is_reached_by_tab_and_has_a_name(qtbot):
    canvas = Canvas(qtbot, experiment_of(2))
    canvas.click(canvas.view.strip.adders[1])
    chain = canvas.view.strip.controls()
    chain[0].setFocus()
    for expected in chain[1:]:
        if not expected.isEnabled():
            continue
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is expected
    assert all(control.accessibleName() for control in chain)
