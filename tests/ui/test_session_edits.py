"""Edits of the experiment while it trains: what goes on, what comes back, and which frames are seen."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.activations import Relu
from engine.catalog.datasets import Blobs, Spiral
from engine.catalog.sources import CsvData
from engine.experiment import Layer, Network
from engine.graft import Kept
from tests.ui.watched import EXPERIMENT, same, sessions
from ui.editing.step import Kind


@pytest.fixture
def started(qtbot):
    yield from sessions(qtbot)


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
    assert same(watched.frame.snapshot.parameters, before.snapshot.parameters)
    np.testing.assert_array_equal(watched.frame.history.epoch, before.history.epoch)
    watched.edit(EXPERIMENT, wider, Kind.REDO)
    watched.until(lambda: watched.frame.experiment == wider)
    assert same(watched.frame.snapshot.parameters, last.snapshot.parameters)
    np.testing.assert_array_equal(watched.frame.history.train_loss, last.history.train_loss)


def test_nothing_is_told_of_an_edit_that_keeps_all(started, qtbot):
    watched = started()
    noisier = EXPERIMENT.edited(data=Spiral(noise=0.3))
    with qtbot.assertNotEmitted(watched.session.weightsKept):
        watched.edit(EXPERIMENT, noisier)
        watched.next_frame(lambda frame: frame.experiment == noisier)


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


def test_data_that_cannot_be_read_are_a_problem_and_the_run_goes_on(started, tmp_path):
    watched = started()
    missing = CsvData(path=str(tmp_path / "missing.csv"), inputs=("a", "b"), target="c")
    watched.edit(EXPERIMENT, EXPERIMENT.edited(data=missing))
    watched.until(lambda: watched.problems)
    assert "missing.csv" in str(watched.problems[0])
    watched.edit(EXPERIMENT.edited(data=missing), EXPERIMENT)
    watched.session.step_batch()
    assert watched.next_frame().snapshot.step == 1
