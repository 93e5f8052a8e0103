"""The worker behind the window: frames, pausing, speeds, faults, and its end."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from engine.catalog.datasets import Spiral
from engine.catalog.sources import CsvData
from engine.experiment import Layer, Network
from engine.snapshot import FrameRequest
from engine.walkthrough import Request
from engine.weight_edits import SetTensors
from tests.ui.watched import EXPERIMENT, FULL, Watched, sessions
from ui.session import Session
from ui.training import run as run_module
from ui.training.speed import Speed


@pytest.fixture
def started(qtbot):
    yield from sessions(qtbot)


def test_the_first_frame_shows_the_initial_state_unasked(started):
    frame = started().frame
    assert frame.experiment == EXPERIMENT
    assert (frame.snapshot.epoch, frame.snapshot.step) == (0, 0)
    assert not frame.running
    assert list(frame.history.epoch) == [0]
    assert [len(layer) for layer in frame.thumbnails] == [2, 8, 8, 1]


def test_play_trains_and_shows_it(started):
    watched = started()
    watched.session.set_running(True)
    last = watched.next_frame(lambda frame: frame.snapshot.epoch > 100)
    assert last.running
    assert last.snapshot.losses["train"] < watched.frames[0].snapshot.losses["train"]
    assert (np.diff(last.history.epoch) > 0).all()
    assert last.history.epoch[-1] == pytest.approx(last.snapshot.epoch, abs=1)
    watched.next_frame(lambda frame: frame.samples_per_second > 0 and frame.epochs_per_second > 0)


def test_a_pause_ends_training_and_says_so(started):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 10)
    watched.session.set_running(False)
    paused = watched.next_frame(lambda frame: not frame.running)
    assert paused.samples_per_second == 0
    watched.session.step_batch()
    assert watched.next_frame().snapshot.step == paused.snapshot.step + 1


def test_a_paused_session_leaves_the_processor_alone(started, qtbot):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 10)
    watched.session.set_running(False)
    watched.next_frame(lambda frame: not frame.running)
    frames = len(watched.frames)
    before = time.process_time()
    qtbot.wait(500)
    assert time.process_time() - before < 0.05
    assert len(watched.frames) == frames


def test_so_many_epochs_a_frame_are_exactly_so_many(started):
    watched = started(Speed(epochs_per_frame=5))
    watched.session.set_running(True)
    watched.until(lambda: watched.frame.snapshot.epoch >= 30)
    shown = [frame.snapshot.epoch for frame in watched.frames]
    assert shown == [5 * i for i in range(len(shown))]
    assert all(frame.snapshot.step == 25 * frame.snapshot.epoch for frame in watched.frames)


def test_frames_come_at_most_sixty_times_a_second(started, qtbot):
    watched = started(Speed(epochs_per_frame=1))
    watched.session.set_running(True)
    watched.next_frame()
    count, begin = len(watched.frames), time.perf_counter()
    qtbot.wait(500)
    assert len(watched.frames) - count <= 2 + 60 * (time.perf_counter() - begin)


def test_slow_steps_come_one_by_one(started):
    watched = started(Speed(steps_per_second=50.0))
    watched.session.set_running(True)
    begin = time.perf_counter()
    watched.until(lambda: watched.frame.snapshot.step >= 20)
    elapsed = time.perf_counter() - begin
    assert watched.frame.snapshot.step <= 2 + 50 * elapsed
    steps = [frame.snapshot.step for frame in watched.frames]
    assert steps == sorted(set(steps))


def test_another_speed_acts_while_it_trains(started):
    watched = started(Speed(steps_per_second=1.0))
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.step == 1)
    watched.session.set_speed(FULL)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 10)


def test_step_batch_takes_one_step_and_step_epoch_ends_the_epoch(started):
    watched = started()
    watched.session.step_batch()
    assert watched.next_frame().snapshot.step == 1
    watched.session.step_epoch()
    frame = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    assert frame.snapshot.step == 25
    watched.session.step_epoch()
    assert watched.next_frame(lambda frame: frame.snapshot.epoch == 2).snapshot.step == 50


def test_a_step_pauses(started, qtbot):
    watched = started()
    watched.session.set_running(True)
    with qtbot.waitSignal(watched.session.runningChanged) as changed:
        watched.session.step_batch()
    assert changed.args == [False]
    assert not watched.next_frame(lambda frame: not frame.running).running


def test_a_neuron_pointed_at_is_shown_while_paused(started):
    watched = started()
    watched.session.set_request(FrameRequest(shown=(1, 3)))
    frame = watched.next_frame()
    assert frame.request.shown == (1, 3)
    assert frame.field.shape[0] == 1
    assert frame.snapshot.step == 0


def test_a_fault_in_the_worker_is_told_and_pauses(started, monkeypatch):
    watched = started()

    def broken(self, edit):
        raise ZeroDivisionError("a fault of the program")

    monkeypatch.setattr(run_module.Run, "edit", broken)
    watched.session.set_running(True)
    watched.edit(EXPERIMENT, EXPERIMENT.edited(title="Another"))
    watched.until(lambda: watched.failures)
    assert "a fault of the program" in watched.failures.pop()
    assert not watched.session.running
    watched.session.step_batch()  # the worker is still there
    watched.next_frame(lambda frame: not frame.running)


@pytest.mark.parametrize("what", ["walk", "write", "load"])
def test_what_could_not_be_done_beside_training_does_not_end_it(started, qtbot, tmp_path, what):
    watched = started()
    watched.session.set_running(True)
    match what:
        case "walk":
            watched.session.walk(Request("train", 99_999))
        case "write":
            watched.write_weights(tmp_path / "nowhere" / "weights.npz")
        case "load":
            watched.edit_weights(SetTensors(()))
    watched.until(lambda: watched.problems)
    epoch = watched.next_frame().snapshot.epoch
    watched.next_frame(lambda frame: frame.running and frame.snapshot.epoch > epoch + 5)
    assert watched.session.running


def test_data_that_cannot_be_read_end_training(started, tmp_path):
    watched = started()
    watched.session.set_running(True)
    missing = CsvData(path=str(tmp_path / "missing.csv"), inputs=("a", "b"), target="c")
    watched.edit(EXPERIMENT, EXPERIMENT.edited(data=missing))
    watched.until(lambda: watched.problems and not watched.session.running)


def test_stopping_ends_the_thread_even_at_full_speed(started):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.running)
    begin = time.perf_counter()
    watched.session.stop()
    assert time.perf_counter() - begin < 1
    assert not any(thread.name == "unfold-worker" for thread in threading.enumerate())


def test_a_session_that_was_never_started_can_be_stopped(qtbot):
    session = Session(FULL)
    session.load(EXPERIMENT)
    session.stop()


def test_commands_before_the_start_wait_for_it(qtbot):
    watched = Watched(qtbot, FULL)
    watched.session.load(EXPERIMENT)
    watched.session.step_batch()
    watched.session.start()
    watched.until(lambda: watched.frames and watched.frame.snapshot.step == 1)
    watched.session.stop()


LARGE = EXPERIMENT.edited(
    network=Network(layers=(Layer(units=512), Layer(units=512))), data=Spiral(samples=100_000)
)


def test_the_field_of_a_large_network_is_coarse_while_it_trains_and_fine_when_it_rests(started):
    watched = started(FULL, LARGE)
    assert watched.frame.field.shape == (1, 160, 160)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.field.shape == (1, 40, 40))
    watched.session.set_running(False)
    assert watched.next_frame(lambda frame: not frame.running).field.shape == (1, 160, 160)


def test_a_large_network_answers_between_its_chunks(started):
    """One epoch of it takes long; a click must not wait for its end."""
    watched = started(Speed(epochs_per_frame=1), LARGE)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.step > 0)  # half-way through the epoch
    watched.session.set_running(False)
    assert watched.next_frame(lambda frame: not frame.running).snapshot.epoch == 0


def test_a_look_that_fails_is_told_once_and_training_goes_on(started):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 1)
    watched.session.ask(lambda _trainer, _history: 1 // 0, pytest.fail)
    watched.until(lambda: watched.failures)
    assert "ZeroDivisionError" in watched.failures.pop()
    assert not watched.session._asking
    epoch = watched.frame.snapshot.epoch
    watched.next_frame(lambda frame: frame.running and frame.snapshot.epoch > epoch)


def test_a_dialog_that_a_report_opens_lets_no_older_frame_through_behind_newer_ones(started, qtbot):
    watched = started()
    told = []

    def wait(number):
        told.append(number)
        if number == 1:  # as a dialog does, while the run goes on behind it
            watched.session.ask(lambda trainer, _history: trainer.advance(batches=1), lambda _: None)
            watched.session.step_batch()
            watched.until(lambda: told[-1] == 3)

    steps = []
    watched.session.frameReady.connect(lambda frame: steps.append(frame.snapshot.step))
    mailbox = watched.session._mailbox
    stale = watched.frame
    watched.session.ask(lambda _trainer, _history: mailbox.put(stale), lambda _: wait(1))
    watched.session.ask(lambda _trainer, _history: None, lambda _: wait(2))
    watched.session.ask(lambda _trainer, _history: None, lambda _: wait(3))
    watched.until(lambda: steps and steps[-1] > 0)
    qtbot.wait(50)
    assert told == [1, 2, 3]
    assert steps == sorted(steps)
