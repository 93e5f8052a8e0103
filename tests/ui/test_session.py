"""The worker behind the window: frames, generations, pausing, speeds, faults, and its end."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from engine.catalog.activations import Relu
from engine.catalog.datasets import Blobs, RegPlane, Spiral
from engine.catalog.losses import Mse
from engine.catalog.optimizers import Sgd
from engine.catalog.sources import CsvData
from engine.experiment import Experiment, Layer, Network, Training
from engine.graft import Kept
from engine.snapshot import FrameRequest
from engine.weight_edits import LoadWeights, ResetWeights, SetNumber
from ui import run as run_module
from ui.session import Session
from ui.speed import Speed
from ui.step import Kind, Step

FULL = Speed()
EXPERIMENT = Experiment(
    seed=7, data=Spiral(noise=0.1), network=Network(layers=(Layer(units=8), Layer(units=8)))
)


class Watched:
    """A session and everything it told."""

    def __init__(self, qtbot, speed):
        self.qtbot = qtbot
        self.session = Session(speed)
        self.frames = []
        self.problems = []
        self.serial = 0
        self.failures = []
        self.session.frameReady.connect(self.frames.append)
        self.session.problemFound.connect(self.problems.append)
        self.session.failed.connect(self.failures.append)

    def edit(self, old, new, kind=Kind.DO):
        self.session.edit(old, new, self._step(kind))

    def edit_weights(self, edit, kind=Kind.DO):
        self.session.edit_weights(edit, self._step(kind))

    def _step(self, kind):
        """Return a move of a command of its own, or one that takes the last one back or forth."""
        self.serial += kind is Kind.DO
        return Step(self.serial, kind)

    @property
    def frame(self):
        return self.frames[-1]

    def until(self, condition):
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=30_000)

    def next_frame(self, condition=lambda frame: True):
        """Return the next frame that meets a condition."""
        count = len(self.frames)
        self.until(lambda: any(map(condition, self.frames[count:])))
        return next(filter(condition, self.frames[count:]))


@pytest.fixture
def started(qtbot):
    sessions = []

    def start(speed=FULL, experiment=EXPERIMENT):
        watched = Watched(qtbot, speed)
        sessions.append(watched)
        watched.session.load(experiment)
        watched.session.start()
        watched.until(lambda: watched.frames)
        return watched

    yield start
    for watched in sessions:
        watched.session.stop()
        assert not watched.failures, watched.failures[0]


def _same(parameters, others):
    return all(
        np.array_equal(a, b)
        for one, other in zip(parameters, others, strict=True)
        for a, b in zip(one, other, strict=True)
    )


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


def test_tuning_goes_on_with_the_same_weights(started):
    watched = started()
    watched.session.step_epoch()
    before = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    tuned = EXPERIMENT.edited(training=EXPERIMENT.training.edited(batch_size=50))
    watched.edit(EXPERIMENT, tuned)
    after = watched.next_frame(lambda frame: frame.experiment == tuned)
    assert after.snapshot.step == before.snapshot.step
    np.testing.assert_array_equal(after.snapshot.parameters[0][0], before.snapshot.parameters[0][0])


def test_a_structural_edit_keeps_the_weights_that_still_have_a_place(started):
    watched = started()
    watched.session.step_epoch()
    before = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    wider = EXPERIMENT.edited(network=Network(layers=(Layer(units=9), Layer(units=8))))
    watched.edit(EXPERIMENT, wider)
    after = watched.next_frame(lambda frame: frame.experiment == wider)
    np.testing.assert_array_equal(after.snapshot.parameters[0][0][:8], before.snapshot.parameters[0][0])
    assert after.snapshot.epoch == 1
    assert after.history.epoch[-1] == 1


def test_another_problem_starts_over(started):
    watched = started()
    watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    other = EXPERIMENT.with_data(Blobs(classes=4))
    watched.edit(EXPERIMENT, other)
    after = watched.next_frame(lambda frame: frame.experiment == other)
    assert after.snapshot.epoch == 0
    assert list(after.history.epoch) == [0]


def test_reset_goes_back_to_the_same_initial_weights(started):
    watched = started()
    first = watched.frame
    watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    watched.edit_weights(ResetWeights())
    again = watched.next_frame(lambda frame: frame.snapshot.epoch == 0)
    for (weight, _), (initial, _) in zip(again.snapshot.parameters, first.snapshot.parameters, strict=True):
        np.testing.assert_array_equal(weight, initial)
    assert list(again.history.epoch) == [0]


def _wider(experiment):
    layers = experiment.network.layers
    return experiment.edited(network=Network(layers=(layers[0].edited(units=9), *layers[1:])))


def test_an_edit_tells_what_it_kept_and_its_undo_brings_back_what_was(started, qtbot):
    watched = started()
    watched.session.step_epoch()
    before = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    wider = _wider(EXPERIMENT)
    with qtbot.waitSignal(watched.session.weightsKept, timeout=30_000) as kept:
        watched.edit(EXPERIMENT, wider)
    assert kept.args == [Kept(kept=105, drawn=3 + 8, dropped=0)]
    watched.session.step_epoch()
    last = watched.next_frame(lambda frame: frame.snapshot.epoch == 2)
    with qtbot.waitSignal(watched.session.weightsRestored, timeout=30_000) as restored:
        watched.edit(wider, EXPERIMENT, Kind.UNDO)
    assert restored.args == [1]
    watched.until(lambda: watched.frame.experiment == EXPERIMENT)
    assert (watched.frame.snapshot.epoch, watched.frame.snapshot.step) == (1, 25)
    assert _same(watched.frame.snapshot.parameters, before.snapshot.parameters)
    np.testing.assert_array_equal(watched.frame.history.epoch, before.history.epoch)
    watched.edit(EXPERIMENT, wider, Kind.REDO)
    watched.until(lambda: watched.frame.experiment == wider)
    assert _same(watched.frame.snapshot.parameters, last.snapshot.parameters)
    np.testing.assert_array_equal(watched.frame.history.train_loss, last.history.train_loss)


def test_nothing_is_told_of_an_edit_that_keeps_all(started, qtbot):
    watched = started()
    noisier = EXPERIMENT.edited(data=Spiral(noise=0.3))
    with qtbot.assertNotEmitted(watched.session.weightsKept):
        watched.edit(EXPERIMENT, noisier)
        watched.next_frame(lambda frame: frame.experiment == noisier)


def test_a_weight_that_is_dragged_is_seen_at_once_and_undone_as_one(started):
    watched = started()
    watched.edit_weights(SetNumber(0, "weight", (3, 1), 0.0))
    for i in range(100):
        step = Step(watched.serial, Kind.DO)
        watched.session.edit_weights(SetNumber(0, "weight", (3, 1), i / 100), step)
    watched.until(lambda: watched.frame.snapshot.parameters[0][0][3, 1] == np.float32(0.99))
    watched.edit_weights(SetNumber(0, "weight", (3, 1), 0.99), Kind.UNDO)
    first = watched.frames[0].snapshot.parameters
    watched.until(lambda: _same(watched.frame.snapshot.parameters, first))


def test_a_refused_edit_of_the_weights_is_told_by_its_serial(started, qtbot):
    watched = started()
    with qtbot.waitSignal(watched.session.weightsRefused, timeout=30_000) as refused:
        watched.edit_weights(SetNumber(0, "weight", (99, 0), 1.0))
    assert refused.args == [1]
    watched.until(lambda: watched.problems)
    assert "no number" in str(watched.problems[0])


def test_a_drag_of_a_weight_that_goes_too_far_stays_undoable(started, qtbot):
    watched = started()
    first = watched.frame.snapshot.parameters
    watched.edit_weights(SetNumber(0, "weight", (0, 0), 1.0))
    with qtbot.assertNotEmitted(watched.session.weightsRefused):
        watched.session.edit_weights(
            SetNumber(0, "weight", (0, 0), float("inf")), Step(watched.serial, Kind.DO)
        )
        watched.until(lambda: watched.problems)
        watched.until(lambda: watched.frame.snapshot.parameters[0][0][0, 0] == 1)
    watched.edit_weights(SetNumber(0, "weight", (0, 0), 1.0), Kind.UNDO)
    watched.until(lambda: _same(watched.frame.snapshot.parameters, first))


def test_no_frame_of_what_was_undone_comes_after_the_undo(started):
    watched = started()
    relu = tuple(layer.edited(activation=Relu()) for layer in EXPERIMENT.network.layers)
    other = EXPERIMENT.edited(network=Network(layers=relu))
    watched.edit(EXPERIMENT, other)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 50)
    watched.edit(other, EXPERIMENT, Kind.UNDO)
    assert watched.next_frame().experiment == EXPERIMENT


def test_frames_of_an_older_generation_are_dropped(started):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame()
    old = EXPERIMENT
    for units in (3, 5, 2, 6, 4):
        new = EXPERIMENT.edited(network=Network(layers=(Layer(units=units),)))
        watched.edit(old, new)
        count = len(watched.frames)
        watched.until(lambda count=count: len(watched.frames) >= count + 3)
        assert {len(frame.thumbnails[1]) for frame in watched.frames[count:]} == {units}
        old = new


def test_a_drag_never_starves_the_frames(started, qtbot):
    """An edit between any two frames, as a slider makes them, must not make every frame an old one."""
    watched = started()
    watched.session.set_running(True)
    count = len(watched.frames)
    old = EXPERIMENT
    for i in range(100):
        new = EXPERIMENT.edited(data=Spiral(noise=0.1 + i / 1000))
        watched.edit(old, new)
        old = new
        qtbot.wait(5)
    assert len(watched.frames) - count > 10
    watched.next_frame(lambda frame: frame.experiment == old)


def test_a_neuron_pointed_at_is_shown_while_paused(started):
    watched = started()
    watched.session.set_request(FrameRequest(shown=(1, 3)))
    frame = watched.next_frame()
    assert frame.request.shown == (1, 3)
    assert frame.field.shape[0] == 1
    assert frame.snapshot.step == 0


def test_weights_come_back_as_they_were_exported(started, qtbot, tmp_path):
    watched = started()
    watched.session.step_epoch()
    trained = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    for suffix in (".npz", ".safetensors"):
        path = tmp_path / f"weights{suffix}"
        with qtbot.waitSignal(watched.session.weightsExported, timeout=30_000) as exported:
            watched.session.export_weights(path)
        assert exported.args == [path]
        watched.edit_weights(ResetWeights())
        watched.next_frame(lambda frame: frame.snapshot.epoch == 0)
        with qtbot.waitSignal(watched.session.weightsLoaded, timeout=30_000):
            watched.edit_weights(LoadWeights(path))
        # Its frame may have come with the same wake-up.
        watched.until(lambda: _same(watched.frame.snapshot.parameters, trained.snapshot.parameters))
    assert not watched.problems


@pytest.mark.parametrize("name", ["missing.npz", "folder/none.npz", "weights.txt"])
def test_weights_that_cannot_be_read_or_written_are_a_problem_and_change_nothing(started, tmp_path, name):
    watched = started()
    before = watched.frame.snapshot
    watched.edit_weights(LoadWeights(tmp_path / name))
    watched.until(lambda: len(watched.problems) == 1)
    if name != "missing.npz":
        watched.session.export_weights(tmp_path / name)
        watched.until(lambda: len(watched.problems) == 2)
    watched.session.step_batch()
    after = watched.next_frame()
    assert after.snapshot.step == before.step + 1
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_network_are_refused(started, qtbot, tmp_path):
    watched = started()
    path = tmp_path / "weights.npz"
    with qtbot.waitSignal(watched.session.weightsExported, timeout=30_000):
        watched.session.export_weights(path)
    smaller = EXPERIMENT.edited(network=Network(layers=(Layer(units=3),)))
    watched.edit(EXPERIMENT, smaller)
    watched.edit_weights(LoadWeights(path))
    watched.until(lambda: watched.problems)
    assert "layers" in str(watched.problems[0])


def test_divergence_stops_training_and_is_told(started, qtbot):
    # A straight line has nothing that could saturate: every step overshoots further.
    wild = EXPERIMENT.with_data(RegPlane()).edited(
        network=Network(layers=()), training=Training(loss=Mse(), optimizer=Sgd(learning_rate=100.0))
    )
    watched = started(experiment=wild)
    with qtbot.waitSignals([watched.session.runningChanged] * 2, timeout=30_000):
        watched.session.set_running(True)
    assert not watched.session.running
    frame = watched.next_frame(lambda frame: frame.snapshot.diverged is not None)
    assert not frame.running
    assert all(
        np.isfinite(weight).all() and np.isfinite(bias).all() for weight, bias in frame.snapshot.parameters
    )


def _stopping(**rules):
    return EXPERIMENT.edited(training=EXPERIMENT.training.edited(stop=rules))


def test_a_stop_rule_ends_play_and_is_told(started, qtbot):
    watched = started(experiment=_stopping(epochs=12))
    with qtbot.waitSignals([watched.session.runningChanged] * 2, timeout=30_000):
        watched.session.set_running(True)
    assert not watched.session.running
    watched.until(lambda: watched.frame.snapshot.finished is not None and not watched.frame.running)
    snapshot = watched.frame.snapshot
    assert (snapshot.finished.rule, snapshot.epoch, snapshot.step) == ("epochs", 12, 300)
    assert not watched.problems


def test_what_has_finished_goes_on_with_another_rule(started, qtbot):
    old, new = _stopping(epochs=3), _stopping(epochs=5)
    watched = started(experiment=old)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    watched.session.step_batch()
    watched.until(lambda: not watched.session.running)
    assert watched.frame.snapshot.epoch == 3
    watched.edit(old, new)
    watched.next_frame(lambda frame: frame.snapshot.finished is None)
    watched.session.set_running(True)
    frame = watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    assert frame.snapshot.epoch == 5


def test_the_curves_show_what_led_to_early_stopping_until_training_goes_on(started):
    # Weights that training cannot change: the first epoch stays the best.
    layers = tuple(layer.edited(frozen=True) for layer in EXPERIMENT.network.layers)
    still = EXPERIMENT.network.edited(layers=layers, output=EXPERIMENT.network.output.edited(frozen=True))
    old = _stopping(patience=8).edited(network=still)
    watched = started(Speed(epochs_per_frame=1), old)
    watched.session.set_running(True)
    frame = watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    assert frame.snapshot.epoch == frame.snapshot.finished.restored == 1
    shown = list(frame.history.epoch)
    assert shown == sorted(set(shown))
    assert shown[-1] == 8, "the epoch before the one that was taken back"
    new = old.edited(training=EXPERIMENT.training)
    watched.edit(old, new)
    assert watched.next_frame(lambda frame: frame.snapshot.finished is None).history.epoch[-1] == 8
    watched.session.step_epoch()
    assert watched.next_frame(lambda frame: frame.snapshot.epoch == 2).history.epoch[-1] == 2


def test_data_that_cannot_be_read_are_a_problem_and_the_run_goes_on(started, tmp_path):
    watched = started()
    missing = CsvData(path=str(tmp_path / "missing.csv"), inputs=("a", "b"), target="c")
    watched.edit(EXPERIMENT, EXPERIMENT.edited(data=missing))
    watched.until(lambda: watched.problems)
    assert "missing.csv" in str(watched.problems[0])
    watched.edit(EXPERIMENT.edited(data=missing), EXPERIMENT)
    watched.session.step_batch()
    assert watched.next_frame().snapshot.step == 1


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
