"""The import of a network is one step of undo, weights included."""

from __future__ import annotations

import pytest

from engine.catalog.datasets import Spiral
from engine.experiment import Experiment, Layer, Network
from engine.trainer import Trainer
from engine.weight_edits import SetTensors
from tests.ui.desk import Desk, assert_same
from ui.training.checkpoints import Checkpoints

START = Experiment(seed=5, data=Spiral(samples=40), network=Network(layers=(Layer(units=4), Layer(units=2))))


@pytest.fixture
def desk(qapp):
    desk = Desk(START)
    desk.train(3)
    yield desk
    assert not desk.faults, desk.faults


def network(*units):
    return Network(layers=tuple(Layer(units=count) for count in units))


def test_a_network_of_a_file_comes_and_goes_with_its_weights_in_one_step(desk):
    other = START.edited(network=network(8, 8))
    given = Trainer(other.edited(seed=77)).tensors
    before, experiment = desk.state(), desk.document.experiment
    desk.document.apply(other, "Network of w.onnx", weights=SetTensors(given))
    taken = desk.weights()
    assert_same(desk.trainer.tensors[1]["weight"], given[1]["weight"])
    desk.train(2)
    trained = desk.state()
    for _ in range(2):
        desk.stack.undo()
        assert not desk.stack.canUndo()
        assert desk.document.experiment == desk.trainer.experiment == experiment
        assert_same(desk.state(), before)
        desk.stack.redo()
        assert not desk.stack.canRedo()
        assert desk.document.experiment == desk.trainer.experiment == other
        assert_same(desk.state(), trained)
    assert any((array != old).any() for array, old in zip(desk.weights(), taken, strict=True))
    desk.stack.undo()
    desk.document.apply(START.edited(seed=6), "Seed")  # in place of the import, of which nothing is kept
    assert desk.run.checkpoints._known == {3}


def test_without_room_for_its_moments_an_import_is_redone_with_the_weights_of_the_file(desk):
    desk.run.checkpoints = Checkpoints(most_bytes=1000)
    other = START.edited(network=network(8, 8))
    desk.document.apply(
        other, "Network of w.onnx", weights=SetTensors(Trainer(other.edited(seed=77)).tensors)
    )
    taken = desk.weights()
    desk.undo_all()
    desk.redo_all()
    assert_same(desk.weights(), taken)
