"""The bar above: what its buttons ask for, and what its counters tell."""

from __future__ import annotations

import math

import pytest
from editor import frame
from PySide6.QtCore import Qt

from engine.catalog.datasets import RegPlane
from engine.experiment import Experiment
from engine.snapshot import Divergence, Finish
from ui.looks import theme
from ui.panels.transport import TransportBar
from ui.training.speed import DEFAULT_SPEED, SPEEDS, Speed
from ui.wording.names import loss_text

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot):
    result = TransportBar()
    qtbot.addWidget(result)
    result.set_theme(theme.LIGHT)
    result.show_experiment(Experiment())
    result.resize(1440, 53)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    return result


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("play", "playToggled"),
        ("step_batch", "stepBatchRequested"),
        ("step_epoch", "stepEpochRequested"),
        ("reset", "resetRequested"),
        ("export", "exportRequested"),
    ],
)
def test_buttons_ask(qtbot, bar, button, signal):
    with qtbot.waitSignal(getattr(bar, signal), timeout=1000):
        qtbot.mouseClick(getattr(bar, button), LEFT)


def test_counters_show_a_frame(bar):
    bar.show_frame(frame(Experiment()))
    assert bar.epoch.value() == "1,284"
    assert bar.step.value() == "32,100"
    assert bar.train_loss.value() == "0.0213"
    assert bar.test_loss.value() == "0.0391"
    assert bar.score.value() == "98.8 %"


def test_without_test_points_there_is_no_test_number(bar):
    bar.show_frame(frame(Experiment(), losses={"train": 0.5}, metrics={"train": {"accuracy": 0.9}}))
    assert bar.test_loss.value() == bar.score.value() == "—"


def test_a_regression_is_scored_by_r_squared(bar):
    experiment = Experiment(data=RegPlane())
    bar.show_experiment(experiment)
    bar.show_frame(frame(experiment, metrics={"train": {"r2": 1.0}, "test": {"r2": -0.1234}}))
    assert bar.score.caption() == "Test R²"
    assert bar.score.value() == "−0.123"


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.02134, "0.0213"),
        (12.0, "12.0000"),
        (1234.5, "1234.50"),
        (0.0, "0.0000"),
        (1.234e-7, "1.23e−7"),
        (1.26e-12, "1.3e−12"),
        (123456.0, "1.23e5"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
    ],
)
def test_losses_are_written_to_be_read(loss, text):
    assert loss_text(loss) == text


def test_numbers_keep_their_places_while_they_count(qtbot, bar):
    bar.show_frame(frame(Experiment()))
    before = [(c.x(), c.width()) for c in (bar.epoch, bar.step, bar.train_loss, bar.test_loss, bar.score)]
    bar.show_frame(frame(Experiment(), epoch=8, step=88, losses={"train": 1.5e-9, "test": 9.5e-9}))
    bar.layout().activate()
    after = [(c.x(), c.width()) for c in (bar.epoch, bar.step, bar.train_loss, bar.test_loss, bar.score)]
    assert before == after


def test_divergence_is_shown_until_it_is_gone(bar):
    bar.show_frame(frame(Experiment(), diverged=Divergence(3, 70, "The learning rate is too large.")))
    assert bar.diverged.isVisible()
    assert "learning rate" in bar.diverged.toolTip()
    bar.layout().activate()
    assert bar.diverged.width() >= bar.diverged.sizeHint().width(), "a wide bar has room for the text"
    bar.show_frame(frame(Experiment()))
    assert not bar.diverged.isVisible()


FINISH = Finish("patience", 130, 3250, "stopped in epoch 130: no lower test loss", restored=80)


def test_a_stop_rule_is_told_until_training_goes_on(bar):
    bar.show_frame(frame(Experiment(), finished=FINISH))
    assert bar.finished.isVisible()
    assert not bar.diverged.isVisible()
    assert bar.finished.accessibleName() == "Finished"
    assert "no lower test loss" in bar.finished.toolTip()
    bar.show_frame(frame(Experiment()))
    assert not bar.finished.isVisible()


@pytest.mark.parametrize(
    "ending", [{"diverged": Divergence(102, 70, "x")}, {"finished": Finish("epochs", 102, 70, "x")}]
)
def test_how_training_ended_is_written_out_in_a_bar_of_common_width(bar, ending):
    bar.resize(1280, 53)
    bar.show_frame(frame(Experiment(), **ending))
    bar.layout().activate()
    notice = bar.diverged if "diverged" in ending else bar.finished
    assert notice.width() >= notice.sizeHint().width()
    assert bar.speed.width() >= 70


@pytest.mark.parametrize("ending", [{"diverged": Divergence(10**6, 70, "x")}, {"finished": FINISH}])
def test_the_bar_fits_a_small_window_whatever_it_tells(bar, ending):
    bar.show_frame(frame(Experiment(), epoch=9_999_999, step=10**9, **ending))
    assert bar.minimumSizeHint().width() <= 1100


def test_a_wide_bar_shows_the_whole_caption_of_the_speed(bar):
    bar.show_speed(SPEEDS[-2])
    caption = bar.speed_caption
    assert caption.text() == "Speed · 1,000 epochs per frame"
    assert caption.width() >= caption.fontMetrics().horizontalAdvance(caption.text())


def test_play_becomes_pause(bar):
    assert bar.play.text() == "Play"
    bar.show_running(True)
    assert bar.play.text() == "Pause"


def test_nothing_runs_while_the_engine_is_prepared(bar):
    bar.show_shortcuts({"play": "Ctrl+P"})
    bar.show_preparing(True, "Compiling")
    assert not bar.play.isEnabled()
    assert "Compiling" in bar.play.toolTip()
    bar.show_preparing(False, "")
    assert bar.play.isEnabled()
    assert "Ctrl+P" in bar.play.toolTip()


def test_the_speed_runs_from_one_step_a_second_to_full_speed(qtbot, bar):
    asked = []
    bar.speedChanged.connect(asked.append)
    assert bar.speed_caption.text() == "Speed · 1 epoch per frame"
    bar.speed.setFocus()
    qtbot.keyClick(bar.speed, Qt.Key.Key_Home)
    assert bar.speed_caption.text() == "Speed · 1 step per second"
    qtbot.keyClick(bar.speed, Qt.Key.Key_End)
    assert bar.speed_caption.text() == "Speed · full speed"
    assert asked == [Speed(steps_per_second=1.0), Speed()]
    bar.show_speed(DEFAULT_SPEED)
    assert len(asked) == 2
    assert DEFAULT_SPEED in SPEEDS
