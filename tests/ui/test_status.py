"""The status line: size, speed, messages, and how training ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_frames import experiment_of, frame_of
from on_screen import shown
from PySide6.QtWidgets import QApplication

from engine import Experiment, Trainer
from engine.snapshot import Divergence, Finish
from ui.size import parameter_count
from ui.status import StatusLine, speed_text

pytestmark = pytest.mark.usefixtures("themed")


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


def test_weights_that_could_not_be_kept_are_told(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    line.show_lost()
    assert "not kept: there was no room" in line.message.full_text()


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


def test_hidden_controls_are_told_only_while_there_are_some(qtbot):
    line = shown(qtbot, StatusLine(), (1000, 26))
    experiment = experiment_of(2)
    assert not line.hidden_controls.isVisible()
    for hidden, text in ((("noise", "cosY"), "2 controls hidden"), (("noise",), "1 control hidden")):
        line.show_experiment(experiment.edited(view=experiment.view.edited(hidden=hidden)))
        assert line.hidden_controls.isVisible()
        assert line.hidden_controls.text() == text
        assert "View → Show hidden controls" in line.hidden_controls.toolTip()
    line.show_experiment(experiment)
    assert not line.hidden_controls.isVisible()
