"""What keys are about: the neuron or link at hand, the selected layers, or the control with the focus."""

from __future__ import annotations

import pytest
from fake_frames import experiment_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from test_canvas_pinned import Pinned
from test_headers import LEFT, Bench

from engine.weight_edits import Redraw

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot, experiment_of(3, 4, 5))


@pytest.fixture
def canvas(qtbot):
    return Pinned(qtbot)


def test_keys_are_about_the_neuron_that_was_pinned_by_a_click_before_the_selected_layers(bench, qtbot):
    bench.click(2)
    place = bench.view.unit_rect(1, 1).center()
    qtbot.mouseClick(bench.view.viewport(), LEFT, pos=place)
    assert bench.view.pinned() == (1, 1) and bench.selected == (2,)
    bench.key(Qt.Key.Key_M)
    bench.key(Qt.Key.Key_F)
    bench.key(Qt.Key.Key_R)
    bench.key(Qt.Key.Key_Plus)
    assert bench.units == [4, 4, 5] and bench.weights == [(0, "Re-initialise neuron 2 in layer 1")]
    layer, other = bench.experiment.network.layers[0], bench.experiment.network.layers[2]
    assert layer.muted_units == (1,) and layer.frozen_weights == ((1, 0), (1, 1))
    assert not other.frozen and other.muted_units == ()
    bench.key(Qt.Key.Key_Delete)
    assert bench.units == [3, 4, 5]
    bench.view.point_to(None)
    bench.key(Qt.Key.Key_Delete)
    assert bench.units == [3, 4]


def test_keys_pressed_on_a_title_are_about_layers_and_not_about_what_is_pinned(bench, qtbot):
    bench.view.pin((1, 1))
    title = bench.title(1)
    title.setFocus()
    for key in (Qt.Key.Key_M, Qt.Key.Key_F, Qt.Key.Key_R, Qt.Key.Key_Delete):
        qtbot.keyClick(title, key)
    assert bench.texts == bench.weights == []  # none is selected
    qtbot.keyClick(title, Qt.Key.Key_Space)
    qtbot.keyClick(title, Qt.Key.Key_Plus)
    assert bench.units == [3, 5, 5]
    qtbot.keyClick(title, Qt.Key.Key_Delete)
    assert bench.units == [3, 5]


def test_keys_pressed_on_a_control_of_a_header_do_nothing_to_layers(bench, qtbot):
    bench.click(1)
    header = bench.view.strip.layers[1]
    controls = [one for one in (*header.controls(), bench.view.strip.adders[0]) if one is not header.title]
    for control in controls:
        control.setFocus()
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Insert, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_F):
            qtbot.keyClick(control, key)
        header.units.forget()
    layers = bench.experiment.network.layers
    assert bench.units == [3, 4, 5] and not any(layer.frozen for layer in layers) and bench.weights == []


def test_letters_act_on_what_the_keyboard_is_on(canvas):
    canvas.view.setFocus()
    canvas.key(Qt.Key.Key_Right)
    canvas.key(Qt.Key.Key_Right)
    canvas.key(Qt.Key.Key_M)
    canvas.key(Qt.Key.Key_F)
    assert canvas.layers[0].muted_units == (0,)
    assert canvas.layers[0].frozen_weights == ((0, 0), (0, 1))
    assert "muted" in canvas.view.accessibleDescription()
    canvas.key(Qt.Key.Key_R)
    assert canvas.weights[-1][0] == Redraw(0, 0)
    canvas.key(Qt.Key.Key_Delete)
    assert canvas.layers[0].units == 3


def test_brackets_and_alt_arrows_step_along_the_incoming_links(canvas):
    canvas.view.setFocus()
    canvas.view.point_to((2, 1))
    canvas.qtbot.keyClicks(canvas.view, "]")
    assert canvas.view.pointed() == (2, 1, 0)
    canvas.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert canvas.view.pointed() == (2, 1, 3)
    canvas.key(Qt.Key.Key_Return)
    assert canvas.view.pinned() == (2, 1, 3)
    canvas.key(Qt.Key.Key_M)
    assert canvas.layers[1].muted_weights == ((1, 3),)


def test_tab_leads_through_the_card_of_what_is_pinned(canvas):
    canvas.view.setFocus()
    canvas.view.pin((1, 1))
    seen = []
    for _ in range(4):
        canvas.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen == canvas.card.visible_controls()
    assert all(control.accessibleName() and control.toolTip() for control in seen)
    canvas.qtbot.keyClick(seen[-1], Qt.Key.Key_M)
    assert canvas.edits == []  # letters are the canvas's alone
    canvas.qtbot.keyClick(seen[-1], Qt.Key.Key_Escape)
    assert canvas.view.pinned() is None and canvas.view.hasFocus()
