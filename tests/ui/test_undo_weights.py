"""Undo and redo bring back the network as it was: structure, weights, counters and curves."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.datasets import Rings, Spiral
from engine.catalog.optimizers import Adam
from engine.catalog.sources import CsvData
from engine.errors import DataError, WeightsError
from engine.experiment import Experiment, Layer, Network
from engine.graft import Kept, Origin
from engine.snapshot import FrameRequest
from engine.trainer import Trainer
from engine.weight_edits import Block, Redraw, ResetWeights, SetBlocks, SetNumber, SetTensors
from tests.ui.desk import Desk, assert_same
from ui.editing.step import Kind, Step
from ui.training.checkpoints import Checkpoints, Moment
from ui.training.mailbox import EditWeights, WeightsKept, WeightsLost, WeightsRestored
from ui.training.run import Act, Run
from ui.training.speed import Speed

START = Experiment(seed=5, data=Spiral(samples=40), network=Network(layers=(Layer(units=4), Layer(units=3))))


@pytest.fixture
def desk(qapp):
    desk = Desk(START)
    desk.train(3)
    yield desk
    assert not desk.faults, desk.faults


def apply(desk, text="Edit", merge=None, origin=None, **changes):
    desk.document.apply(desk.document.experiment.edited(**changes), text, merge, origin)


def network(*units, **more):
    return Network(layers=tuple(Layer(units=u, **more) for u in units))


def rate(desk, learning_rate):
    training = desk.document.experiment.training
    return {"training": training.edited(optimizer=Adam(learning_rate=learning_rate))}


def shown(desk):
    """Let a frame be computed, and return its curves."""
    return desk.run.frame(FrameRequest(resolution=4, thumbnail=4)).history


TOUCHING = {
    "neurons": {"network": network(2, 3)},
    "layers": {"network": network(4, 3, 5)},
    "an activation": {"network": network(4, 3, activation="relu")},
    "features": {"features": ("x2", "x1*x2")},
    "noisier data": {"data": Spiral(samples=40, noise=0.4)},
    "more data": {"data": Spiral(samples=60)},
    "another problem": {"data": Rings(samples=40)},
    "another seed": {"seed": 6},
    "an initializer": {"network": network(4, 3, initializer="he_normal")},
}


@pytest.mark.parametrize("changes", TOUCHING.values(), ids=TOUCHING)
def test_an_edit_is_undone_and_redone_with_the_weights(desk, changes):
    shown(desk)
    desk.train(3)
    before, curves = desk.state(), shown(desk)
    apply(desk, **changes)
    desk.train(5)
    after, later = desk.state(), shown(desk)
    for _ in range(2):
        desk.stack.undo()
        assert_same(desk.state(), before)
        assert desk.trainer.experiment == START
        np.testing.assert_array_equal(desk.run._recorder.view().epoch, curves.epoch)
        np.testing.assert_array_equal(desk.run._recorder.view().train_loss, curves.train_loss)
        desk.stack.redo()
        assert_same(desk.state(), after)
        assert desk.trainer.experiment == desk.document.experiment
        np.testing.assert_array_equal(desk.run._recorder.view().epoch, later.epoch)
    assert isinstance(desk.reports[-1], WeightsRestored)


EDITS = {
    "a number": SetNumber(0, "weight", (1, 1), 0.5),
    "a block": SetBlocks((Block(1, "weight", 1, 0, ((3.0, 4.0),)), Block(2, "bias", 0, 0, ((3.0,),)))),
    "a neuron": Redraw(1, 2),
    "two layers": Redraw((0, 2)),
    "all": ResetWeights(),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_of_the_weights_is_undone_and_redone(desk, edit):
    shown(desk)
    before = desk.state()
    desk.document.edit_weights(edit, "Weights")
    assert any((a != b).any() for a, b in zip(before, desk.state(), strict=True))
    desk.train(4)
    after = desk.state()
    desk.stack.undo()
    assert_same(desk.state(), before)
    assert desk.reports[-1] == WeightsRestored(epoch=1)
    desk.train(1)
    between = desk.state()
    desk.stack.redo()
    assert_same(desk.state(), after)
    desk.stack.undo()
    assert_same(desk.state(), between)  # training in between is not lost either


def test_reset_clears_the_curves_and_its_undo_brings_them_back(desk):
    for _ in range(3):
        shown(desk)
        desk.train(2)
    curves = shown(desk)
    desk.document.edit_weights(ResetWeights(), "Reset weights")
    assert list(shown(desk).epoch) == [0]
    desk.stack.undo()
    np.testing.assert_array_equal(shown(desk).epoch, curves.epoch)
    np.testing.assert_array_equal(shown(desk).test_loss, curves.test_loss)


def test_tuning_is_undone_without_turning_training_back(desk):
    apply(desk, **rate(desk, 0.5))
    desk.train(4)
    weights, step = desk.weights(), desk.trainer.step
    desk.stack.undo()
    assert_same(desk.weights(), weights)
    assert desk.trainer.step == step
    assert desk.trainer.experiment == START
    assert desk.reports == [None, None]


def test_tuning_around_an_edit_of_the_structure_comes_and_goes_with_its_weights(desk):
    apply(desk, **rate(desk, 0.5))
    desk.train(1)
    before = desk.weights()
    apply(desk, network=network(6, 3))
    desk.train(1)
    apply(desk, **rate(desk, 0.05))
    desk.train(1)
    after = desk.weights()
    desk.undo_all()
    assert_same(desk.weights(), before)
    assert desk.trainer.experiment == START
    desk.redo_all()
    assert_same(desk.weights(), after)
    assert desk.trainer.experiment == desk.document.experiment


def test_a_drag_is_undone_to_where_it_began_and_what_it_dropped_is_back(desk):
    before = desk.state()
    for units in (3, 2, 1, 2, 3, 4):
        apply(desk, "Neurons", "drag", network=network(units, 3))
        desk.train(1)
    assert desk.document.experiment == START
    assert (desk.weights()[0] != before[-6]).any()
    desk.stack.undo()
    assert_same(desk.state(), before)


def test_a_dragged_weight_is_undone_to_where_it_began(desk):
    before = desk.state()
    for value in (0.1, 0.2, 0.3):
        desk.document.edit_weights(SetNumber(0, "weight", (0, 0), value), "Weight", "drag")
        desk.train(1)
    after = desk.state()
    desk.stack.undo()
    assert_same(desk.state(), before)
    desk.stack.redo()
    assert_same(desk.state(), after)


def test_layers_that_move_are_followed(desk):
    old = desk.trainer.parameters
    apply(desk, origin=Origin((1, 0)), network=network(3, 4))
    np.testing.assert_array_equal(desk.trainer.parameters[1][1], old[0][1])
    np.testing.assert_array_equal(desk.trainer.parameters[0][1], old[1][1])


def test_equal_layers_that_change_places_take_their_weights_along_and_back(desk):
    apply(desk, network=network(3, 3))
    apply(desk, features=("x1", "x2", "x1*x2"))  # three inputs: the weights of both layers have one shape
    desk.train(2)
    before, old = desk.state(), desk.trainer.parameters
    apply(desk, origin=Origin((1, 0)), network=network(3, 3))
    swapped = desk.state()
    np.testing.assert_array_equal(desk.trainer.parameters[0][1], old[1][1])
    np.testing.assert_array_equal(desk.trainer.parameters[1][1], old[0][1])
    desk.stack.undo()
    assert_same(desk.state(), before)
    desk.stack.redo()
    assert_same(desk.state(), swapped)
    count = desk.stack.count()
    apply(desk, origin=Origin((0, 1)), network=network(3, 3))
    assert desk.stack.count() == count, "nothing moves"


def test_layers_that_differ_in_what_is_tuned_take_their_weights_along(desk):
    first, second = Layer(units=3), Layer(units=3, dropout=0.5)
    apply(desk, network=Network(layers=(first, second)))
    desk.train(2)
    old = desk.trainer.parameters
    apply(desk, origin=Origin((1, 0)), network=Network(layers=(second, first)))
    np.testing.assert_array_equal(desk.trainer.parameters[0][1], old[1][1])
    np.testing.assert_array_equal(desk.trainer.parameters[1][1], old[0][1])


def test_an_edit_tells_what_it_kept(desk):
    apply(desk, network=network(4, 2))
    assert desk.reports == [WeightsKept(Kept(kept=12 + 10 + 3, drawn=0, dropped=5 + 1))]
    apply(desk, network=network(4, 2, activation="relu"))
    assert desk.reports[1:] == [None], "all is kept"


def test_data_that_cannot_be_read_leave_the_history_in_order(desk, tmp_path):
    before = desk.state()
    missing = CsvData(path=str(tmp_path / "missing.csv"), inputs=("a", "b"), target="c")
    apply(desk, data=missing)
    assert "missing.csv" in str(desk.faults.pop())
    apply(desk, origin=Origin((0, None, 1)), data=Spiral(samples=40), network=network(4, 7, 3))
    desk.train(2)
    after = desk.state()
    desk.stack.undo()
    assert "missing.csv" in str(desk.faults.pop())
    desk.stack.undo()
    assert desk.trainer.experiment == START
    assert len(desk.weights()) == 6
    desk.stack.redo()
    assert "missing.csv" in str(desk.faults.pop())
    desk.stack.redo()
    assert desk.trainer.experiment == desk.document.experiment
    assert len(desk.state()) == len(after)
    assert len(before) < len(after)


def test_an_origin_of_a_network_that_never_was_is_no_origin(desk, tmp_path):
    missing = CsvData(path=str(tmp_path / "missing.csv"), inputs=("a", "b"), target="c")
    apply(desk, data=missing)
    apply(desk, network=network(5, 4, 3))
    assert [isinstance(fault, DataError) for fault in desk.faults] == [True, True]
    desk.faults.clear()
    apply(desk, origin=Origin((2, 1, 0)), data=START.data, network=network(3, 4, 5))
    assert desk.trainer.experiment == desk.document.experiment


def test_a_drag_that_first_only_tunes_is_undone_as_a_whole(desk):
    apply(desk, "Drag", "drag", **rate(desk, 0.5))
    desk.train(1)
    before = desk.weights()
    apply(desk, "Drag", "drag", network=network(6, 3))
    desk.stack.undo()
    assert desk.trainer.experiment == START
    assert_same(desk.weights(), before)


def test_weights_of_a_file_are_undone(desk):
    tensors, saved = desk.trainer.tensors, desk.weights()
    desk.train(3)
    before = desk.state()
    desk.document.edit_weights(SetTensors(tensors), "Weights of w.npz")
    assert_same(desk.weights(), saved)
    desk.stack.undo()
    assert_same(desk.state(), before)


def test_weights_cannot_be_edited_before_there_are_any():
    command = EditWeights(ResetWeights(), 0, Step(1, Kind.DO))
    with pytest.raises(WeightsError, match="no network yet"):
        Run(Trainer).edit_weights(command)


def test_an_epoch_that_is_under_way_is_finished_in_spite_of_a_weight_that_is_edited(desk):
    desk.run.step(epoch=True)
    desk.document.edit_weights(SetNumber(0, "weight", (0, 0), 0.5), "Weight")
    assert desk.run.plan(None, Speed()).act is Act.TRAIN
    desk.document.edit_weights(ResetWeights(), "Reset weights")
    assert desk.run.plan(None, Speed()).act is Act.WAIT


def test_without_room_for_a_checkpoint_undo_is_an_edit_as_any(desk):
    desk.run.checkpoints = Checkpoints(most_bytes=1000)
    weights = desk.weights()
    apply(desk, network=network(5, 3))
    desk.document.edit_weights(SetNumber(0, "bias", (0,), 9.0), "Bias")
    assert desk.run.checkpoints.bytes == 0
    desk.undo_all()
    assert desk.trainer.experiment == START
    assert desk.trainer.parameters[0][1][0] == 9
    assert_same(desk.weights()[2:], weights[2:])
    desk.trainer.edit_weights(SetNumber(0, "bias", (0,), 0.0))
    desk.redo_all()
    assert desk.trainer.experiment == desk.document.experiment
    assert desk.trainer.parameters[0][1][0] == 9


def test_equal_layers_that_have_changed_places_go_back_without_a_checkpoint_too(desk):
    apply(desk, network=network(3, 3, 3))
    apply(desk, features=("x1", "x2", "x1*x2"))  # three inputs: the weights of all layers have one shape
    desk.train(2)
    old = desk.trainer.parameters
    desk.run.checkpoints = Checkpoints(most_bytes=1000)
    apply(desk, origin=Origin((1, 2, 0)), network=network(3, 3, 3))
    np.testing.assert_array_equal(desk.trainer.parameters[2][1], old[0][1])
    desk.stack.undo()
    for layer, before in zip(desk.trainer.parameters, old, strict=True):
        np.testing.assert_array_equal(layer[1], before[1])


def test_what_cannot_be_brought_back_is_told(desk):
    desk.run.checkpoints = Checkpoints(most_bytes=0)
    desk.document.edit_weights(SetNumber(0, "bias", (0,), 9.0), "Bias")
    desk.document.edit_weights(SetNumber(0, "weight", (99, 0), 9.0), "Weight")
    refused = desk.reports[-1]
    for _ in range(2):
        desk.stack.undo()
    assert desk.reports == [None, refused, None, WeightsLost()], "what was never done is not lost"


def moment(desk):
    return Moment(desk.trainer.checkpoint(), desk.run._recorder.state(), None)


def test_the_oldest_checkpoints_make_room_for_new_ones(desk):
    kept = Checkpoints()
    kept.keep(1, moment(desk))
    one = kept.bytes
    desk.train(1)
    kept.keep(2, moment(desk))
    both = kept.bytes
    assert one < both < 2 * one, "they share the data"
    tight = Checkpoints(most_bytes=both + 100)
    for serial in (1, 2, 3):
        desk.train(1)
        tight.keep(serial, moment(desk))
    assert tight.of(1) is None
    assert tight.of(2) is not None
    assert tight.of(3) is not None
    assert tight.knows(1)
    assert tight.bytes <= both + 100


def test_what_leaves_the_history_leaves_the_checkpoints(desk):
    kept = desk.run.checkpoints
    for units in (5, 6, 7):
        apply(desk, network=network(units, 3))
    desk.stack.undo()
    desk.stack.undo()
    assert all(kept.of(serial) for serial in (1, 2, 3))
    apply(desk, network=network(8, 3))
    assert [bool(kept.of(serial)) for serial in (1, 2, 3, 4)] == [True, False, False, True]
    desk.run.load(START, 1)
    assert kept.bytes == 0
    assert not kept.knows(1)


def test_a_divergence_is_undone_with_what_led_there(desk):
    desk.document.edit_weights(SetBlocks((Block(2, "weight", 0, 0, ((3e38, 3e38, 3e38),)),)), "Weights")
    desk.document.edit_weights(SetNumber(2, "bias", (0,), 3e38), "Bias")
    desk.train(1)
    assert desk.trainer.diverged is not None
    desk.undo_all()
    assert desk.trainer.diverged is None
    step = desk.trainer.step
    desk.train(1)
    assert desk.trainer.step == step + 1
