"""Sliders: what the mouse, keys, the wheel and typing do, and that programs set them silently."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt

from engine.experiment import Stopping, Training
from tests.ui.controls import LEFT, TENTHS, collect, shown, wheel
from ui.widgets.optional_slider import OptionalSlider, bounds_of
from ui.widgets.scale import Scale
from ui.widgets.slider import LabelledSlider


def test_a_drag_tells_values_on_the_way_and_one_end(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values, ends = collect(row.valueEdited), []
    row.editingFinished.connect(lambda: ends.append(row.value()))
    slider = row.slider
    y = slider.height() // 2
    qtbot.mousePress(slider, LEFT, pos=QPoint(8, y))
    for x in range(10, slider.width() - 8, 4):
        qtbot.mouseMove(slider, QPoint(x, y))
    assert ends == []
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(slider.width() - 8, y))
    assert len(values) >= 8
    assert values == sorted(values)
    assert ends == [values[-1]]


def test_a_click_on_the_line_jumps_there(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited)
    qtbot.mouseClick(row.slider, LEFT, pos=QPoint(row.slider.width() // 2, row.slider.height() // 2))
    assert values == [0.5]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Right, 0.6),
        (Qt.Key.Key_Left, 0.4),
        (Qt.Key.Key_PageUp, 1.0),
        (Qt.Key.Key_PageDown, 0.0),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 1.0),
    ],
)
def test_keys_move_the_slider(qtbot, key, value):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.slider.setFocus()
    qtbot.keyClick(row.slider, key)
    assert values == [value]
    assert row.value() == value


def test_a_typed_value_between_the_stops_is_kept(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited)
    qtbot.mouseClick(row.edit, LEFT)
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "0.123")
    assert values == []
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert values == [0.123]
    assert row.edit.text() == "0.123"


@pytest.mark.parametrize("typed", ["nonsense", ""])
def test_what_is_no_number_gives_way_to_the_old_value(qtbot, typed):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClick(row.edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(row.edit, typed)
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert values == []
    assert row.edit.text() == "0.5"


def test_escape_gives_up_typing(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.edit.setFocus()
    qtbot.keyClicks(row.edit, "0.9")
    qtbot.keyClick(row.edit, Qt.Key.Key_Escape)
    row.slider.setFocus()
    assert row.edit.text() == "0.5"
    assert values == []


def test_the_program_sets_a_slider_silently(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited) + collect(row.slider.valueChanged)
    row.set_value(0.7)
    row.set_scale(Scale((0.0, 0.35, 0.7), 0.0, 0.7))
    assert values == []
    assert row.edit.text() == "0.7"


def test_a_value_being_typed_survives_a_value_from_the_program(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.activateWindow()
    row.edit.setFocus()
    qtbot.waitUntil(row.edit.hasFocus)
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "0.3")
    row.set_value(0.7)
    assert row.edit.text() == "0.3"


def test_the_wheel_changes_a_slider_only_when_it_has_the_focus(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.edit.setFocus()
    qtbot.waitUntil(row.edit.hasFocus)
    values = collect(row.valueEdited)
    wheel(row.slider, 1)
    assert values == []
    row.slider.setFocus()
    wheel(row.slider, 1)
    assert values == [0.1]


def test_a_stop_may_be_a_word(qtbot):
    scale = Scale((1.0, 10.0, math.inf), 1, 100, whole=True, words=((math.inf, "full"),))
    row = shown(qtbot, LabelledSlider("Batch size", scale))
    row.set_value(math.inf)
    assert row.edit.text() == "full"
    values = collect(row.valueEdited)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "20\r")
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "Full\r")
    assert values == [20.0, math.inf]


def test_a_number_may_be_left_out(qtbot):
    row = shown(qtbot, OptionalSlider("Epochs", (10.0, 20.0, 50.0), (1, 1000), "off", whole=True))
    chosen = collect(row.chosen)
    assert row.number() is None
    assert row.edit.text() == "off"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Home):
        row.slider.setFocus()
        qtbot.keyClick(row.slider, key)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "333\r")
    assert chosen == [10, 50, None, 333]
    assert [type(value) for value in chosen] == [int, int, type(None), int]
    row.set_number(None)
    row.set_number(7)
    assert row.edit.text() == "7"
    assert len(chosen) == 4, "the program sets it silently"


@pytest.mark.parametrize(
    ("part", "name", "bounds"),
    [
        (Stopping, "epochs", (1, 10_000_000)),
        (Stopping, "loss", (0.0, 1e6)),
        (Training, "input_noise", (0.0, 10.0)),
        (Training, "gradient_clip", (1e-6, 1e6)),
    ],
)
def test_the_bounds_of_what_is_typed_are_the_document_s(part, name, bounds):
    assert bounds_of(part, name) == bounds
