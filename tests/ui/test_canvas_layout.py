"""The network diagram: nothing lies on anything else, at any size and zoom."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from canvas_bench import LEFT, Canvas, wheel
from fake_frames import experiment_of
from PySide6.QtCore import QPoint, QPointF, Qt

from engine.experiment import Experiment
from engine.pieces import strongest
from ui.canvas.curves import curve, polyline
from ui.canvas.describe import formula_of, pieces_of
from ui.canvas.layout import arrange
from ui.canvas.model import Shape

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def canvas(qtbot):
    return Canvas(qtbot, experiment_of(8, 8))


@pytest.mark.parametrize(
    ("units", "size"),
    [
        ((2, 8, 8, 1), (793, 780)),
        ((2, *[8] * 6, 1), (632, 600)),
        ((2, *[16] * 6, 1), (793, 780)),
        ((9, 40, 1024, 3, 10), (632, 600)),
        ((2, *[4] * 16, 1), (632, 600)),
        ((2, 1), (632, 600)),
    ],
)
def test_nothing_lies_on_anything_else(units, size):
    layout = arrange(units, *map(float, (size[0], size[1] - 112)), labels=(20.0, 0.0))
    rects = []
    for layer, column in enumerate(layout.columns):
        for unit in range(column.first, column.first + column.shown):
            rects.append(layout.tile_rect(layer, unit))
        rects += [pill for below in (False, True) if (pill := layout.pill(layer, below)) is not None]
    for first, second in itertools.combinations(rects, 2):
        assert not first.intersects(second)
    for rect in rects:
        assert rect.left() >= 0
        assert rect.top() >= 0
        assert rect.right() <= layout.size.width()
        assert rect.bottom() <= layout.size.height()
    assert all(column.width >= 80 for column in layout.columns[1:])
    assert layout.size.height() <= size[1] - 112


@pytest.mark.parametrize("size", [(632, 600), (793, 780), (1200, 900)])
@pytest.mark.parametrize("widths", [(8, 8), (8,) * 6, (3,) * 12, ()])
def test_headers_do_not_overlap(qtbot, widths, size):
    view = Canvas(qtbot, experiment_of(*widths), size).view
    strip = view.strip
    parts = [*strip.adders, strip.inputs.title, strip.output.activation, strip.output.tune]
    for header in strip.layers:
        parts += [*header.controls()]
    rects = []
    for part in parts:
        rect = part.rect().translated(part.mapTo(strip, QPoint(0, 0)))
        if part is strip.inputs.title:  # as wide as its column; the text counts
            spare = (rect.width() - part.fontMetrics().horizontalAdvance(part.text())) // 2
            rect.adjust(spare, 0, -spare, 0)
        rects.append(rect)
        assert rect.top() >= 0
        assert rect.bottom() <= strip.height()
    for first, second in itertools.combinations(rects, 2):
        assert not first.intersects(second)


def test_six_layers_of_eight_need_no_scrolling_in_the_smallest_window(qtbot):
    view = Canvas(qtbot, experiment_of(*[8] * 6), (632, 600)).view
    assert not view.across.isVisible()
    assert not view.down.isVisible()


def test_a_gathered_column_says_how_many_are_hidden_and_scrolls(qtbot):
    canvas = Canvas(qtbot, experiment_of(100))
    view = canvas.view
    column = view._layout.columns[1]
    assert column.below == 100 - column.shown
    assert view.unit_rect(1, 99) is None
    pill = view._layout.pill(1, below=True).center().toPoint()
    qtbot.mouseClick(view.viewport(), LEFT, pos=pill)
    assert view._layout.columns[1].first == column.shown - 1
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view._layout.columns[1].first == 0
    for _ in range(99):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert canvas.hovered[-1] == (1, 99)
    assert view.unit_rect(1, 99) is not None


def test_the_wheel_zooms_with_control_and_a_double_click_fits_again(canvas, qtbot):
    view = canvas.view
    place = view.viewport().rect().center()
    before = view.unit_rect(1, 0).width()
    wheel(view, 4, place, Qt.KeyboardModifier.ControlModifier)
    assert view._layout.columns[1].tile > before
    assert view.across.isVisible()
    start = view.across.value()
    empty = QPoint(8, 8)
    qtbot.mousePress(view.viewport(), LEFT, pos=empty)
    qtbot.mouseMove(view.viewport(), empty + QPoint(60, 0))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=empty + QPoint(60, 0))
    assert view.across.value() == start - 60
    qtbot.mouseDClick(view.viewport(), LEFT, pos=empty)
    assert view.unit_rect(1, 0).width() == before
    assert not view.across.isVisible()


def test_many_layers_scroll_and_bring_the_control_with_the_focus_into_sight(qtbot):
    view = Canvas(qtbot, experiment_of(*[4] * 14), (632, 600)).view
    assert view.across.isVisible()
    wheel(view, -3, view.viewport().rect().center())
    assert view.across.value() > 0
    view.across.setValue(0)
    last = view.strip.output.activation
    last.setFocus()
    left = last.mapTo(view.strip, QPoint(0, 0)).x()
    assert left >= 0
    assert left + last.width() <= view.strip.width()


@pytest.mark.parametrize(("across", "drop"), [(156, 0), (156, 54), (156, 480), (46, -500)])
def test_the_lines_of_a_link_follow_its_curve(across, drop):
    start, end = QPointF(0, 0), QPointF(across, drop)
    lines = polyline(start, end)
    assert lines[0].p1() == start
    assert (lines[-1].p2() - end).manhattanLength() < 1e-6
    path = curve(start, end)
    samples = [path.pointAtPercent(i / 400) for i in range(401)]
    for line in lines:
        middle = line.pointAt(0.5)
        nearest = min((middle - point).manhattanLength() for point in samples)
        assert nearest < 1.6


def test_of_several_pieces_a_link_shows_the_weight_of_largest_magnitude():
    weight = np.array(
        [[1.0, -2.0], [0.5, 0.5], [-3.0, 1.0], [0.1, -0.6]], np.float32
    )  # two pieces of two units
    bias = np.array([0.1, -0.2, -0.4, 0.0], np.float32)
    shown, shown_bias = strongest(weight, 2), strongest(bias, 2)
    np.testing.assert_array_equal(shown, np.array([[-3.0, -2.0], [0.5, -0.6]], np.float32))
    np.testing.assert_array_equal(shown_bias, np.array([-0.4, -0.2], np.float32))
    np.testing.assert_array_equal(strongest(weight, 4), weight)


def test_a_formula_names_normalization_and_residual_connection():
    layers = [{"units": 5, "normalization": "batch", "residual": True}, {"units": 5, "residual": True}]
    experiment = Experiment.parse({"network": {"layers": [*layers, {"units": 3, "activation": "maxout"}]}})
    shape = Shape((2, 5, 5, 3, 1), ("x1", "x2"), ("0", "1"), ())
    assert formula_of(experiment, shape, 1) == "p·a + tanh(batch norm(w·a + b))"
    assert formula_of(experiment, shape, 2) == "a + tanh(w·a + b)"
    assert (pieces_of(experiment, 2), pieces_of(experiment, 3), pieces_of(experiment, 4)) == (1, 2, 1)
