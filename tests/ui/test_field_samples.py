"""Data points on the field that are clicked: which one is meant, and the ring around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from on_screen import LEFT, constant, shown, tick
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from ui.looks import theme
from ui.views.draw_points import MOST_POINTS
from ui.views.field_view import FieldView
from ui.views.samples import places_of

pytestmark = pytest.mark.usefixtures("themed")


class Picker:
    """A field view and what was picked on it."""

    def __init__(self, qtbot, experiment, **more):
        self.qtbot, self.picked = qtbot, []
        self.view = shown(qtbot, FieldView())
        self.canvas = self.view.canvas
        self.frame = frame_of(experiment, running=False, **more)
        self.view.show_frame(self.frame)
        self.view.samplePicked.connect(lambda part, row: self.picked.append((part, row)))

    def place(self, part, row):
        return places_of(self.frame, self.canvas.square(), part, row)[0].toPoint()

    def click(self, place):
        self.qtbot.mouseClick(self.canvas, LEFT, pos=place)

    def ring(self, place):
        """Return whether there is a ring of the accent's colour about a place."""
        picture = self.canvas.grab().toImage()
        accent = QColor(theme.LIGHT.accent)
        around = [QPoint(8, 0), QPoint(-9, 0), QPoint(0, 8), QPoint(0, -9)]
        found = [picture.pixelColor(place + one) for one in around]
        return sum(abs(one.red() - accent.red()) + abs(one.blue() - accent.blue()) < 40 for one in found) >= 3


@pytest.fixture
def picker(qtbot):
    """Return a field with five training and five test points far apart."""
    points = [[float(x), float(3 * x % 7 - 3), x % 2] for x in range(-5, 5)]
    return Picker(qtbot, experiment_of(3, data={"kind": "points", "points": points, "test_fraction": 0.5}))


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_click_on_a_point_picks_it_and_rings_it(picker, part):
    for row in range(5):
        place = picker.place(part, row)
        assert not picker.ring(place)
        picker.click(place)
        assert picker.picked[-1] == (part, row)
        assert picker.ring(place)
    assert not picker.ring(picker.place(part, 0))


def test_the_picked_row_is_where_the_data_have_it(picker):
    data = picker.frame.data
    square = picker.canvas.square()
    (place,) = places_of(picker.frame, square, "test", 2)
    low, high = data.extent[0]
    assert (place.x() - square.left()) / square.width() * (high - low) + low == data.test_inputs[2, 0]
    low, high = data.extent[1]
    assert high - (place.y() - square.top()) / square.height() * (high - low) == data.test_inputs[2, 1]


def test_six_pixels_beside_a_point_are_near_enough_and_eight_are_not(picker):
    place = picker.place("train", 1)
    picker.click(place + QPoint(8, 0))
    assert not picker.picked
    picker.click(place + QPoint(0, -5))
    assert picker.picked == [("train", 1)]


def test_the_nearest_of_two_is_meant(picker):
    data = picker.frame.data
    inputs = data.train_inputs.copy()
    inputs[1] = inputs[0] + [0.2, 0.0]  # some six pixels
    picker.frame = replace(picker.frame, data=replace(data, train_inputs=inputs))
    picker.view.show_frame(picker.frame)
    for row in (0, 1):
        picker.click(picker.place("train", row) + QPoint(2 * row - 1, 0))
        assert picker.picked[-1] == ("train", row)


def test_points_that_are_hidden_are_not_picked(picker, qtbot):
    tick(qtbot, picker.view.test)
    picker.click(picker.place("test", 0))
    assert not picker.picked
    picker.click(picker.place("train", 0))
    assert picker.picked == [("train", 0)]


def test_with_the_probe_on_a_click_moves_the_probe(picker, qtbot):
    tick(qtbot, picker.view.probe)
    picker.click(picker.place("train", 0))
    assert not picker.picked
    assert picker.canvas.probe.inputs == pytest.approx(picker.frame.data.train_inputs[0], abs=0.05)


def test_a_drag_is_no_click(picker, qtbot):
    place = picker.place("train", 0)
    qtbot.mousePress(picker.canvas, LEFT, pos=place + QPoint(30, 0))
    QTest.mouseMove(picker.canvas, place)
    qtbot.mouseRelease(picker.canvas, LEFT, pos=place)
    assert not picker.picked


def test_a_ring_is_set_and_removed_from_outside(picker):
    place = picker.place("train", 3)
    picker.view.show_picked("train", 3)
    assert picker.ring(place)
    picker.view.show_picked("train", None)
    assert not picker.ring(place)
    assert not picker.picked


def test_escape_removes_the_ring(picker, qtbot):
    picker.click(picker.place("train", 3))
    qtbot.keyClick(picker.canvas, Qt.Key.Key_Escape)
    assert not picker.ring(picker.place("train", 3))


def test_a_row_that_is_gone_has_no_ring(picker):
    before = picker.canvas.grab().toImage()
    picker.view.show_picked("train", 5)  # of five
    assert picker.canvas.grab().toImage() == before


def test_the_pointer_says_where_a_point_can_be_clicked(picker):
    place = picker.place("train", 0)
    QTest.mouseMove(picker.canvas, place)
    assert picker.canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(picker.canvas, place + QPoint(20, -20))
    assert picker.canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_of_many_points_those_that_are_shown_can_be_picked(qtbot):
    picker = Picker(qtbot, experiment_of(3, data={"kind": "circle", "samples": 3 * MOST_POINTS}))
    rows = len(picker.frame.data.train_inputs)
    assert rows > MOST_POINTS
    picker.click(picker.place("train", rows - 1))
    (part, row) = picker.picked[0]
    inputs = getattr(picker.frame.data, f"{part}_inputs")
    assert np.abs(inputs[row] - picker.frame.data.train_inputs[rows - 1]).max() < 0.25


@pytest.mark.parametrize("data", ["sine", {"kind": "sine", "noise": 0.3}], ids=["clean", "noisy"])
def test_points_along_a_single_input_are_picked_at_their_value(qtbot, data):
    picker = Picker(qtbot, experiment_of(3, data=data))
    assert picker.frame.data.train_inputs.shape[1] == 1
    picker.click(picker.place("train", 7))
    (part, row) = picker.picked[0]
    near = places_of(picker.frame, picker.canvas.square(), part, row)[0].toPoint()
    assert (near - picker.place("train", 7)).manhattanLength() <= 2
    place = picker.place("train", 7)
    picker.view.show_picked("train", 7)
    picker.view.show_frame(constant(picker.frame, 0.0))
    assert picker.ring(place)


def test_the_curve_of_a_neuron_has_no_points_to_pick(qtbot):
    picker = Picker(qtbot, experiment_of(3, data="sine"))
    place = picker.place("train", 7)
    picker.view.show_picked("train", 7)
    picker.view.show_frame(frame_of(experiment_of(3, data="sine"), shown=(1, 0)))
    assert not picker.canvas.grab().isNull()
    picker.click(place)
    assert not picker.picked
