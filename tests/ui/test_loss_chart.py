"""The loss chart: curves, scales, smoothing, and what the pointer reads."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of, history_of
from on_screen import LEFT, shown
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu

from engine.chart import bounds_of, log_ticks, peaks, round_ticks, smoothed
from ui.views.loss_chart import LossChart

pytestmark = pytest.mark.usefixtures("themed")


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
    def last():
        epochs = chart._plot._train.getData()[0]
        return None if epochs is None else epochs[-1]

    experiment = experiment_of(2)
    for epochs in range(20, 60):
        chart.show_frame(frame_of(experiment, history=history_of(epochs)))
    assert last() is None or last() < 58
    qtbot.waitUntil(lambda: last() == 58)
    chart.show_frame(frame_of(experiment, history=history_of(61), running=False))
    assert last() == 60


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
