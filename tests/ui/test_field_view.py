"""The field: what it shows of a frame, and what clicking changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from on_screen import constant, shown, tick
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.catalog.sources import CsvData
from ui.looks import theme
from ui.views.draw_points import MOST_POINTS, draw_symbol, symbol, thinned
from ui.views.field_view import FieldView

pytestmark = pytest.mark.usefixtures("themed")


def test_the_field_shows_what_the_frame_says(qtbot):
    view = shown(qtbot, FieldView())
    frame = constant(frame_of(experiment_of(2)), 1.0)
    tick(qtbot, view.train)
    tick(qtbot, view.test)
    view.show_frame(frame)
    picture = view.canvas.grab().toImage()
    assert picture.pixelColor(100, 100) == QColor(theme.field_table(theme.LIGHT)[255])


def test_the_first_row_is_at_the_top_and_the_first_column_at_the_left(qtbot):
    view = shown(qtbot, FieldView())
    frame = frame_of(experiment_of(2))
    field = np.zeros_like(frame.field)
    field[0, :10, :10] = 1.0
    tick(qtbot, view.train)
    tick(qtbot, view.test)
    view.show_frame(replace(frame, field=field))
    picture = view.canvas.grab().toImage()
    side = view.canvas.square().width()
    offset = view.canvas.square().left()

    def colour(across, down):
        return picture.pixelColor(int(offset + across * side), int(down * side))

    assert colour(0.25, 0.25).blue() > colour(0.25, 0.25).red()
    for place in ((0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
        assert colour(*place).red() > colour(*place).blue()


def test_points_lie_where_they_are_and_can_be_hidden(qtbot):
    view = shown(qtbot, FieldView())
    frame = constant(frame_of(experiment_of(2, data={"kind": "gauss", "samples": 10})), 0.5)
    view.show_frame(frame)
    square = view.canvas.square()
    low, high = frame.data.extent[0]

    def middle_of(point):
        x = square.left() + (point[0] - low) / (high - low) * square.width()
        y = square.top() + (high - point[1]) / (high - low) * square.height()
        return QPoint(round(x), round(y))

    ground = QColor(theme.LIGHT.zero)
    places = {
        view.train: middle_of(frame.data.train_inputs[0]),
        view.test: middle_of(frame.data.test_inputs[0]),
    }
    for box, place in places.items():
        assert view.canvas.grab().toImage().pixelColor(place) != ground
        tick(qtbot, view.train)
        tick(qtbot, view.test)
        assert view.canvas.grab().toImage().pixelColor(place) == ground
        tick(qtbot, box)
        assert view.canvas.grab().toImage().pixelColor(place) != ground
        view.train.setChecked(True)
        view.test.setChecked(True)


def test_classes_differ_in_shape_not_only_in_colour(qapp):
    pictures = set()
    for index in range(10):
        image = QImage(16, 16, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        draw_symbol(painter, index, QPointF(8, 8), QColor("black"), None)
        painter.end()
        pictures.add(bytes(image.constBits()))
        assert symbol(index).boundingRect().width() <= 10
    assert len(pictures) == 10


def test_points_are_painted_once_for_one_data_set(qtbot, monkeypatch):
    view = shown(qtbot, FieldView())
    calls = []
    monkeypatch.setattr("ui.views.field_picture.draw_points", lambda *args, **more: calls.append(1))
    experiment = experiment_of(2)
    frame = frame_of(experiment)
    for seed in range(3):
        view.show_frame(replace(frame_of(experiment, seed=seed), data=frame.data))
        view.canvas.grab()
    assert len(calls) == 2  # training and test
    view.resize(340, 420)
    QApplication.processEvents()
    view.canvas.grab()
    assert len(calls) == 4


def test_many_points_are_thinned_and_the_tooltip_says_so(qtbot):
    assert len(thinned(10 * MOST_POINTS)) == MOST_POINTS
    assert thinned(7).tolist() == list(range(7))
    view = shown(qtbot, FieldView())
    view.show_frame(frame_of(experiment_of(2, data={"kind": "circle", "samples": 12_000})))
    assert "6,000" in view.canvas.toolTip()
    view.show_frame(frame_of(experiment_of(2)))
    assert "are shown" not in view.canvas.toolTip()


def test_the_pointer_reads_inputs_and_answer(qtbot):
    view = shown(qtbot, FieldView())
    view.show_frame(constant(frame_of(experiment_of(2)), 0.25))
    square = view.canvas.square()
    qtbot.mouseMove(
        view.canvas, QPoint(round(square.left() + square.width() * 3 / 4), round(square.height() / 4))
    )
    x1, x2, answer = view.canvas.reading().split("   ")
    assert x1.startswith("x₁ ")
    assert float(x1[3:]) == pytest.approx(3, abs=0.1)
    assert float(x2[3:]) == pytest.approx(3, abs=0.1)
    assert answer == "class 0 75.0 %"
    view.show_frame(constant(frame_of(experiment_of(2)), 0.75))
    assert view.canvas.reading().endswith("class 1 75.0 %")


def test_the_read_out_names_the_likeliest_of_several_classes(qtbot):
    view = shown(qtbot, FieldView())
    view.show_frame(constant(frame_of(experiment_of(2, data="rings")), 0.1, 0.3, 0.6))
    qtbot.mouseMove(view.canvas, QPoint(100, 100))
    assert view.canvas.reading().endswith("class 2 60.0 %")


def test_the_legend_follows_what_is_shown(qtbot):
    view = shown(qtbot, FieldView())
    view.show_frame(frame_of(experiment_of(2, data="rings")))
    assert view.legend.text() == ("class 0", "class 1", "class 2")
    assert view.hard.isVisible()
    view.show_frame(frame_of(experiment_of(2), shown=(1, 0)))
    assert view.legend.text() == ("−1", "+1")
    view.show_frame(replace(frame_of(experiment_of(2, data="reg_plane")), value_scale=1.2))
    assert view.legend.text() == ("−1.2", "+1.2")
    assert not view.hard.isVisible()


def test_the_title_names_the_neuron_that_is_shown(qtbot):
    view = shown(qtbot, FieldView())
    experiment = experiment_of(4, data="rings")
    for neuron, text in (((1, 2), "Layer 1 · neuron 3"), ((0, 0), "Input x₁"), ((2, 1), "Output · class 1")):
        view.show_frame(frame_of(experiment, shown=neuron))
        assert view.title.note.text() == text
    view.show_frame(frame_of(experiment))
    assert view.title.note.text() == "hover a neuron to see it here"


def test_a_neuron_is_shown_before_the_engine_answers(qtbot):
    view = shown(qtbot, FieldView())
    experiment = experiment_of(4)
    frame = frame_of(experiment)
    thumbnails = [one.copy() for one in frame.thumbnails]
    thumbnails[1][2] = 255
    frame = replace(frame, thumbnails=tuple(thumbnails))
    tick(qtbot, view.train)
    tick(qtbot, view.test)
    view.show_frame(frame)
    place = QPoint(120, 120)
    full = QColor(theme.field_table(theme.LIGHT)[255])
    view.show_neuron((1, 2))
    assert view.title.note.text() == "Layer 1 · neuron 3"
    assert view.canvas.grab().toImage().pixelColor(place) == full
    # A frame still on its way shows the output; it must not come back for a moment.
    view.show_frame(frame)
    assert view.title.note.text() == "Layer 1 · neuron 3"
    view.show_frame(constant(frame_of(experiment, shown=(1, 2)), 0.0))
    assert view.canvas.grab().toImage().pixelColor(place) == QColor(theme.LIGHT.zero)
    view.show_neuron(None)
    assert view.title.note.text() == "hover a neuron to see it here"


def test_a_neuron_that_is_gone_gives_way_to_the_frame(qtbot):
    view = shown(qtbot, FieldView())
    view.show_frame(frame_of(experiment_of(4)))
    view.show_neuron((1, 3))
    view.show_frame(frame_of(experiment_of(2)))
    assert view.title.note.text() == "hover a neuron to see it here"


def test_one_input_is_a_curve_through_its_points(qtbot):
    view = shown(qtbot, FieldView())
    frame = constant(frame_of(experiment_of(3, data="sine")), 0.0)
    view.show_frame(frame)
    picture = view.canvas.grab().toImage()
    accent = QColor(theme.LIGHT.accent)
    area = view.canvas.square()
    columns = range(int(area.left()) + 60, int(area.right()) - 30, 20)
    hits = [any(_near(picture.pixelColor(x, y), accent) for y in range(int(area.height()))) for x in columns]
    assert sum(hits) > 0.8 * len(hits)
    qtbot.mouseMove(view.canvas, QPoint(200, 100))
    assert view.canvas.reading().startswith("x₁ ")
    assert view.canvas.reading().endswith("y 0")


def _near(first, second):
    return all(
        abs(getattr(first, channel)() - getattr(second, channel)()) < 40
        for channel in ("red", "green", "blue")
    )


@pytest.fixture
def table(tmp_path):
    """Return an experiment on a table of four inputs."""
    rng = np.random.default_rng(0)
    rows = [",".join(f"{v:.3f}" for v in rng.normal(size=4)) + f",{i % 2}" for i in range(40)]
    path = tmp_path / "table.csv"
    path.write_text("age,income,rooms,floor,sold\n" + "\n".join(rows) + "\n")
    data = CsvData(path=str(path), inputs=("age", "income", "rooms", "floor"), target="sold")
    return experiment_of(3, data=data)


def test_tables_of_many_inputs_let_the_user_choose_the_plane(qtbot, table):
    view = shown(qtbot, FieldView())
    view.show_frame(frame_of(experiment_of(2)))
    assert not view.axes.across.isVisible()
    frame = frame_of(table)
    view.show_frame(frame)
    assert view.axes.across.isVisible()
    asked = []
    view.axesChanged.connect(lambda *axes: asked.append(axes))
    view.axes.across.setFocus()
    qtbot.keyClicks(view.axes.across, "rooms")
    assert asked == [(2, 1)]
    view.show_frame(frame)  # still of the old axes
    assert view.axes.across.currentText() == "rooms"
    view.show_frame(replace(frame, request=replace(frame.request, axes=(2, 1))))
    view.axes.down.setFocus()
    qtbot.keyClicks(view.axes.down, "rooms")  # the same twice swaps them
    assert asked[-1] == (1, 2)
    assert view.axes.across.currentText() == "income"
