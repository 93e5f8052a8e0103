"""Edits of the weights of a running session, their files, and what cannot be done."""

from __future__ import annotations

import numpy as np
import pytest

from engine.experiment import Layer, Network
from engine.files.imports.weights import read_weights
from engine.weight_edits import ResetWeights, SetNumber, SetTensors
from tests.ui.watched import EXPERIMENT, same, sessions
from ui.editing.step import Kind, Step
from ui.training import run as run_module
from ui.training.checkpoints import Checkpoints


@pytest.fixture
def started(qtbot):
    yield from sessions(qtbot)


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


def test_a_weight_that_is_dragged_is_seen_at_once_and_undone_as_one(started):
    watched = started()
    watched.edit_weights(SetNumber(0, "weight", (3, 1), 0.0))
    for i in range(100):
        step = Step(watched.serial, Kind.DO)
        watched.session.edit_weights(SetNumber(0, "weight", (3, 1), i / 100), step)
    watched.until(lambda: watched.frame.snapshot.parameters[0][0][3, 1] == np.float32(0.99))
    watched.edit_weights(SetNumber(0, "weight", (3, 1), 0.99), Kind.UNDO)
    first = watched.frames[0].snapshot.parameters
    watched.until(lambda: same(watched.frame.snapshot.parameters, first))


def test_a_refused_edit_of_the_weights_is_told_by_its_serial(started, qtbot):
    watched = started()
    with qtbot.waitSignal(watched.session.weightsRefused, timeout=30_000) as refused:
        watched.edit_weights(SetNumber(0, "weight", (99, 0), 1.0))
    assert refused.args == [1, SetNumber(0, "weight", (99, 0), 1.0)]
    watched.until(lambda: watched.problems)
    assert "no number" in str(watched.problems[0])


def test_a_drag_of_a_weight_that_goes_too_far_stays_undoable(started, qtbot):
    watched = started()
    first = watched.frame.snapshot.parameters
    watched.edit_weights(SetNumber(0, "weight", (0, 0), 1.0))
    watched.until(lambda: watched.frame.snapshot.parameters[0][0][0, 0] == 1)
    with qtbot.assertNotEmitted(watched.session.weightsRefused):
        watched.session.edit_weights(
            SetNumber(0, "weight", (0, 0), float("inf")), Step(watched.serial, Kind.DO)
        )
        watched.until(lambda: watched.problems)
    watched.edit_weights(SetNumber(0, "weight", (0, 0), 1.0), Kind.UNDO)
    watched.until(lambda: same(watched.frame.snapshot.parameters, first))


@pytest.fixture
def no_room(monkeypatch):
    """Keep nothing that undo could bring back."""
    monkeypatch.setattr(run_module, "Checkpoints", lambda: Checkpoints(most_bytes=0))


def test_frames_go_on_after_the_undo_of_an_edit_that_could_not_be_kept(started, qtbot, no_room):
    watched = started()
    watched.edit_weights(SetNumber(0, "bias", (0,), 3.0))
    watched.until(lambda: watched.frame.snapshot.parameters[0][1][0] == 3)
    with qtbot.waitSignal(watched.session.weightsLost, timeout=30_000):
        watched.edit_weights(SetNumber(0, "bias", (0,), 3.0), Kind.UNDO)
    watched.session.step_batch()
    watched.next_frame(lambda frame: frame.snapshot.step == 1)


def test_frames_go_on_after_a_redo_that_is_refused_and_its_step_goes(started, qtbot, no_room):
    watched = started()
    watched.edit_weights(ResetWeights())
    watched.edit_weights(ResetWeights(), Kind.UNDO)
    with qtbot.waitSignal(watched.session.weightsRefused, timeout=30_000) as refused:
        watched.edit_weights(SetTensors(()), Kind.REDO)
    assert refused.args[0] == 1
    watched.until(lambda: "layers" in str(watched.problems[-1:]))
    with qtbot.assertNotEmitted(watched.session.weightsLost):  # there is nothing left to undo
        watched.edit_weights(ResetWeights(), Kind.UNDO)
        watched.session.step_batch()
        watched.next_frame(lambda frame: frame.snapshot.step == 1)


def test_weights_come_back_as_they_were_exported(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    trained = watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    for suffix in (".npz", ".safetensors"):
        path = tmp_path / f"weights{suffix}"
        watched.write_weights(path)
        watched.edit_weights(ResetWeights())
        watched.next_frame(lambda frame: frame.snapshot.epoch == 0)
        watched.edit_weights(SetTensors(read_weights(path)))
        # Its frame may have come with the same wake-up.
        watched.until(lambda: same(watched.frame.snapshot.parameters, trained.snapshot.parameters))
    assert not watched.problems


@pytest.mark.parametrize("name", ["folder/none.npz", "weights.txt"])
def test_weights_that_cannot_be_written_are_a_problem_and_change_nothing(started, tmp_path, name):
    watched = started()
    before = watched.frame.snapshot
    watched.write_weights(tmp_path / name)
    assert len(watched.problems) == 1
    watched.session.step_batch()
    after = watched.next_frame()
    assert after.snapshot.step == before.step + 1
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_network_are_refused(started):
    watched = started()
    tensors = watched.frame.snapshot.tensors
    smaller = EXPERIMENT.edited(network=Network(layers=(Layer(units=3),)))
    watched.edit(EXPERIMENT, smaller)
    watched.edit_weights(SetTensors(tensors))
    watched.until(lambda: watched.problems)
    assert "layers" in str(watched.problems[0])
