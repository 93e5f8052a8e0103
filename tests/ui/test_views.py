"""The field, the loss chart and the status line: what they show of a frame, and what clicking changes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of, history_of
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QMenu

from engine import Experiment, Trainer
from engine.catalog.sources import CsvData
from engine.snapshot import Divergence
from engine.stopping import Finish
from ui import theme
from ui.names import class_label, coordinate, input_name, plain_number
from ui.size import parameter_count
from ui.status import StatusLine, speed_text
from ui.views.curves import bounds_of, log_ticks, peaks, round_ticks, smoothed
from ui.views.draw_points import MOST_POINTS, draw_symbol, symbol, thinned
from ui.views.field_image import class_image, field_image, signed_image
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart

LEFT = Qt.MouseButton.LeftButton


pytestmark = pytest.mark.usefixtures("themed")


def shown(qtbot, view, size=(380, 445)):
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_theme(theme.LIGHT)
    view.show()
    qtbot.waitExposed(view)
    return view


def tick(qtbot, box):
    """Click a check box on its square."""
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


def constant(frame, *values):
    """Return the frame with a field that has one value an output."""
    field = np.stack([np.full(frame.field.shape[1:], value, np.float32) for value in values])
    return replace(frame, field=field)


# Colours of the field


@pytest.mark.parametrize(
    ("probability", "level"), [(0.0, 1), (0.5, 128), (1.0, 255)]
)  # -1 is one step above the table's first entry, so that zero is in the middle
def test_two_classes_run_from_negative_over_neutral_to_positive(probability, level):
    field = np.full((1, 8, 8), probability, np.float32)
    image = field_image(field, theme.LIGHT, classes=2, value_scale=1.0)
    assert image.pixel(3, 3) == theme.field_table(theme.LIGHT)[level]


def test_several_classes_agree_with_two_where_there_are_two():
    share = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    two = signed_image(2 * share - 1, theme.LIGHT)
    blended = class_image(np.stack([1 - share, share]), theme.LIGHT)
    for x in range(4):
        for y in range(4):
            first, second = QColor(two.pixel(x, y)), QColor(blended.pixel(x, y))
            assert abs(first.red() - second.red()) <= 3
            assert abs(first.blue() - second.blue()) <= 3


def test_undecided_classes_are_neutral():
    image = class_image(np.full((3, 4, 4), 1 / 3, np.float32), theme.DARK)
    assert QColor(image.pixel(1, 1)) == QColor(theme.DARK.zero)


def test_a_hard_boundary_has_no_colours_between():
    rows = np.linspace(0, 1, 20, dtype=np.float32)
    field = np.tile(rows, (20, 1))[None]
    soft = field_image(field, theme.LIGHT, classes=2, value_scale=1.0)
    hard = field_image(field, theme.LIGHT, classes=2, value_scale=1.0, hard=True)
    assert len({soft.pixel(x, 5) for x in range(soft.width())}) > 10
    assert {hard.pixel(x, 5) for x in range(hard.width())} == {
        theme.field_table(theme.LIGHT)[0],
        theme.field_table(theme.LIGHT)[255],
    }
    three = np.concatenate([field * 0.4, 0.4 - field * 0.4, np.full_like(field, 0.1)])
    hard = field_image(three, theme.LIGHT, classes=3, value_scale=1.0, hard=True)
    assert len({hard.pixel(x, 5) for x in range(hard.width())}) == 2


def test_a_field_of_any_width_keeps_its_columns():
    values = np.zeros((5, 5), np.float32)
    values[:, 4] = 1
    image = signed_image(values, theme.LIGHT)
    assert image.width() == 5
    assert [image.pixel(4, y) for y in range(5)] == [theme.field_table(theme.LIGHT)[255]] * 5


def test_a_value_that_is_not_finite_stops_nothing():
    field = np.full((1, 4, 4), np.nan, np.float32)
    with np.errstate(invalid="ignore"):
        assert not field_image(field, theme.LIGHT, classes=2, value_scale=1.0).isNull()


# The field view


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


# The loss chart


@pytest.fixture
def chart(qtbot):
    chart = shown(qtbot, LossChart(), (380, 300))
    qtbot.waitUntil(lambda: chart._plot is not None)
    return chart


def test_a_smoothed_curve_is_tensorboards_average():
    values = np.array([1.0, 0.0, np.nan, 4.0])
    assert smoothed(values, 0.0) is values
    last, weight, expected = 0.0, 0.0, []
    for value in values:
        if math.isnan(value):
            expected.append(math.nan)
            last, weight = last * 0.6, weight * 0.6
            continue
        last, weight = last * 0.6 + value, weight * 0.6 + 1
        expected.append(last / weight)
    np.testing.assert_allclose(smoothed(values, 0.6), expected, rtol=1e-6)


def test_thinning_a_curve_keeps_its_spikes_and_its_ends():
    y = np.ones(4096)
    y[1717], y[3001] = 9.0, -3.0
    x, thin = peaks(np.arange(4096.0), y, 100)
    assert len(thin) == 200
    assert thin.max() == 9.0
    assert thin.min() == -3.0
    assert x[0] == 0
    assert x[-1] == 4095
    assert (np.diff(x) >= 0).all()


def test_thinning_leaves_gaps_where_there_is_nothing():
    _, thin = peaks(np.arange(1000.0), np.full(1000, np.nan), 50)
    assert np.isnan(thin).all()


def test_bounds_are_round_and_hold_the_curves():
    epoch, curve = np.arange(100.0), np.linspace(0.7, 0.034, 100)
    log = bounds_of(epoch, (curve,), log=True)
    assert (log.low, log.high, log.right) == (-2.0, 0.0, 99.0)
    linear = bounds_of(epoch, (curve, np.full(100, np.nan)), log=False)
    assert linear.low == 0
    assert 0.7 <= linear.high <= 0.9
    empty = bounds_of(np.zeros(0), (np.zeros(0),), log=True)
    assert empty.high > empty.low
    assert bounds_of(epoch, (np.zeros(100),), log=True).high > -20


def test_ticks_are_round_numbers_inside_the_range():
    assert round_ticks(0, 1200, 4) == [0, 400, 800, 1200]
    assert [round(10**tick, 3) for tick in log_ticks(-1, 0)] == [0.1, 0.2, 0.5, 1]
    assert log_ticks(-3, 0, most=3) == [-3, -2, -1, 0]
    assert len(log_ticks(-12, 3)) <= 8


def test_the_plot_is_made_after_the_window_is_in_sight(qtbot):
    chart = LossChart()
    qtbot.addWidget(chart)
    chart.show_frame(frame_of(experiment_of(2)))
    assert chart._plot is None
    chart.show()
    qtbot.waitUntil(lambda: chart._plot is not None)
    assert chart._plot._train.getData()[1] is not None


def test_the_legend_shows_the_last_epoch(chart):
    chart.show_frame(frame_of(experiment_of(2), history=history_of(1285), running=False))
    assert chart.legend.text() == "train 0.0016  test 0.0138  at epoch 1,284"


def test_without_test_points_only_training_is_shown(chart):
    history = replace(history_of(10), test_loss=np.full(10, np.nan))
    chart.show_frame(frame_of(experiment_of(2), history=history, running=False))
    assert "test" not in chart.legend.text()


def test_the_pointer_reads_an_epoch(chart, qtbot):
    history = history_of(101)
    chart.show_frame(frame_of(experiment_of(2), history=history, running=False))
    view = chart._plot.plotItem.vb.sceneBoundingRect()
    place = QPoint(round(view.left() + view.width() * 0.25), round(view.center().y()))
    qtbot.mouseMove(chart._plot.viewport(), place)
    epoch = int(chart.legend.text().rsplit(" ", 1)[1])
    assert epoch == pytest.approx(25, abs=1)
    assert f"train {history.train_loss[epoch]:.4f}" in chart.legend.text()
    assert chart._plot._cross.isVisible()
    qtbot.mouseMove(chart._plot.viewport(), QPoint(2, 2))
    assert chart.legend.text().endswith("epoch 100")
    assert not chart._plot._cross.isVisible()


def test_the_scale_is_switched_by_a_click_and_by_the_menu(chart, qtbot):
    chart.show_frame(frame_of(experiment_of(2), history=history_of(100), running=False))
    assert chart.is_log()
    with qtbot.waitSignal(chart.logChanged) as signal:
        qtbot.mouseClick(chart.scale_choice, LEFT)
    assert signal.args == [False]
    assert chart.scale_choice.text() == "linear"
    assert chart._plot.plotItem.vb.viewRange()[1][0] == 0
    with qtbot.assertNotEmitted(chart.logChanged):
        chart.set_log(True)
    assert chart._plot.plotItem.vb.viewRange()[1] == [-1, 0]


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform cannot
def test_smoothing_is_chosen_from_a_menu_and_leaves_the_numbers_as_measured(chart, qtbot):
    rng = np.random.default_rng(0)
    history = replace(history_of(400), train_loss=rng.uniform(0.1, 0.9, 400))
    chart.show_frame(frame_of(experiment_of(2), history=history, running=False))
    before = chart.legend.text()
    rough = np.nanstd(chart._plot._train.getData()[1])
    qtbot.mouseClick(chart.smooth_choice, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    choice = next(action for action in menu.actions() if action.text() == "0.9")
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(choice).center())
    assert chart.smoothing() == 0.9
    assert chart.smooth_choice.text() == "smooth 0.9"
    assert np.nanstd(chart._plot._train.getData()[1]) < rough / 2
    assert chart.legend.text() == before


def test_training_repaints_the_curves_at_intervals_and_rest_at_once(chart, qtbot):
    experiment = experiment_of(2)
    for epochs in range(20, 60):
        chart.show_frame(frame_of(experiment, history=history_of(epochs)))
    late = chart._plot._train.getData()[0][-1]
    assert late < 58
    qtbot.waitUntil(lambda: chart._plot._train.getData()[0][-1] == 58)
    chart.show_frame(frame_of(experiment, history=history_of(61), running=False))
    assert chart._plot._train.getData()[0][-1] == 60


def test_the_chart_has_nothing_to_drag_or_to_right_click(chart, qtbot):
    chart.show_frame(frame_of(experiment_of(2), history=history_of(100), running=False))
    view = chart._plot.plotItem.vb
    before = view.viewRange()
    middle = chart._plot.viewport().rect().center()
    qtbot.mousePress(chart._plot.viewport(), LEFT, pos=middle)
    qtbot.mouseMove(chart._plot.viewport(), middle + QPoint(50, 20))
    qtbot.mouseRelease(chart._plot.viewport(), LEFT, pos=middle + QPoint(50, 20))
    assert view.viewRange() == before
    assert not view.menuEnabled()


# The status line


def test_the_status_line_tells_size_and_speed(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    line.show_frame(frame_of(experiment_of(8, 8)))
    assert line.network.text() == "2 → 8 → 8 → 1 · 105 parameters"
    assert line.speed.text() == "18.4 M samples/s"
    assert [speed_text(value) for value in (12.0, 4321.0, 2.5e9)] == ["12", "4.32 k", "2.5 G"]


def test_the_size_is_shown_before_the_first_frame(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    line.show_experiment(experiment_of(3, data="rings"))
    assert line.network.text() == "2 → 3 → 3 · 21 parameters"


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [{"units": 5}],
        [{"units": 3, "normalization": "batch"}, {"units": 4, "normalization": "layer"}],
        [{"units": 5, "residual": True}, {"units": 5, "residual": True}],
    ],
    ids=["none", "plain", "normalized", "residual"],
)
def test_as_many_parameters_are_counted_as_the_network_has(layers):
    trainer = Trainer(Experiment.parse({"data": "rings", "network": {"layers": layers}}))
    learned = [a for layer in trainer.tensors for name, a in layer.items() if "running" not in name]
    assert parameter_count(trainer.experiment.network, 2, 3) == sum(array.size for array in learned)


def test_frames_are_counted_while_training_and_not_told_at_rest(qtbot, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("ui.status.time.perf_counter", lambda: now[0])
    line = shown(qtbot, StatusLine(), (1000, 26))
    frame = frame_of(experiment_of(2))
    for _ in range(120):
        line.show_frame(frame)
        now[0] += 1 / 60
    line._refresh()
    assert line.frames.text() in ("59 fps", "60 fps", "61 fps")
    line.show_frame(replace(frame, running=False))
    assert line.frames.text() == ""
    assert line.speed.text() == ""


def test_numbers_do_not_move_what_stands_behind_them(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    frame = frame_of(experiment_of(2))
    line.show_frame(replace(frame, samples_per_second=1e6, running=False))
    QApplication.processEvents()
    before = line.frames.x()
    line.show_frame(replace(frame, samples_per_second=88.8e6))
    QApplication.processEvents()
    assert line.frames.x() == before


def test_divergence_is_told_until_it_is_over(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    frame = frame_of(experiment_of(2))
    line.show_frame(frame)
    line.show_message("compiling kernels…")
    assert line.message.full_text() == "compiling kernels…"
    diverged = Divergence(3, 75, "The loss became infinite at step 75.")
    line.show_frame(replace(frame, snapshot=replace(frame.snapshot, diverged=diverged), running=False))
    assert line.message.full_text() == diverged.reason
    line.show_frame(frame)
    assert line.message.full_text() == ""


def test_a_run_that_has_finished_is_told_calmly_until_it_goes_on(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    experiment = experiment_of(2)
    line.show_frame(frame_of(experiment))
    line.show_message("saved")
    finish = Finish("epochs", 40, 1000, "stopped after 40 epochs, as asked for")
    line.show_frame(frame_of(experiment, finished=finish, running=False))
    said = "Training stopped after 40 epochs, as asked for. To go on, reset or change the rule."
    assert line.message.full_text() == said
    assert line.message.property("look") == "outcome"
    line.show_message("exported")
    assert line.message.full_text() == "exported"
    line.show_running(True)
    assert line.message.full_text() == said, "Play must not seem to do nothing"
    line.show_frame(frame_of(experiment))
    assert line.message.full_text() == ""


def test_what_the_program_is_busy_with_stands_behind_messages_and_comes_back(qtbot):
    line = shown(qtbot, StatusLine(), (600, 26))
    line.show_state("preparing the engine…")
    assert line.message.full_text() == "preparing the engine…"
    line.show_message("saved")
    assert line.message.full_text() == "saved"
    line.show_message("")
    assert line.message.full_text() == "preparing the engine…"
    line.show_state("")
    assert line.message.full_text() == ""


def test_a_long_message_is_shortened_and_whole_in_the_tooltip(qtbot):
    line = shown(qtbot, StatusLine(), (600, 26))
    line.show_experiment(experiment_of(8))
    text = "a message that is far too long for its place " * 5
    line.show_message(text)
    QApplication.processEvents()
    assert line.message.text().endswith("…")
    assert line.message.toolTip() == text


# Names


def test_names_read_as_people_write_them():
    assert input_name("x12") == "x₁₂"
    assert input_name("income") == "income"
    assert class_label("2") == "class 2"
    assert class_label("setosa") == "setosa"
    assert plain_number(-0.02134) == "−0.0213"
    assert plain_number(1.5e-7) == "1.5e−7"
    assert [plain_number(value) for value in (0, 1e-4, 12.34, 12345.6)] == ["0", "1e−4", "12.3", "12,346"]
    assert coordinate(-1.5, 12.0) == "−1.50"
    assert coordinate(1234.5678, 5000.0) == "1235"
