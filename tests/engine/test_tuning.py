"""Hyper-parameters that change while a network trains."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Trainer
from tests.engine.small import assert_same, experiment
from tests.engine.twins import Twin, flat

TUNED = {
    "learning rate": {"optimizer": {"kind": "sgd", "learning_rate": 0.02}},
    "momentum on": {"optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9}},
    "nesterov": {"optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}},
    "l1": {"regularizer": {"kind": "l1", "rate": 0.01}},
    "l2": {"regularizer": {"kind": "l2", "rate": 0.1}},
    "batch size": {"batch_size": 7},
    "full batch": {"batch_size": "full"},
    "clip": {"gradient_clip": 0.05},
    "shuffle": {"shuffle": True},
}


def _tuned(**training):
    base = {"shuffle": False, "optimizer": {"kind": "sgd", "learning_rate": 0.1}}
    return experiment(training=base | training)


@pytest.mark.parametrize("training", TUNED.values(), ids=TUNED)
@pytest.mark.parametrize("back", [False, True], ids=["there", "and back"])
def test_tuning_acts_from_the_next_step_on(training, back):
    old, new = _tuned(), _tuned(**training)
    if back:
        old, new = new, old
    trainer = Trainer(old)
    twin = Twin(trainer)
    assert trainer.advance(epochs=2)
    for _ in range(2):
        twin.epoch()
    trainer.tune(new)
    twin.experiment = new
    slots = len(new.training.optimizer.rule.slots)
    if slots != len(old.training.optimizer.rule.slots):
        twin.optimizer.slots = [
            {name: [np.zeros_like(p)] * slots for name, p in layer.items()} for layer in twin.tensors
        ]
    twin.optimizer.training = new.training
    assert trainer.advance(epochs=2)
    for _ in range(2):
        twin.epoch()
    assert (trainer.epoch, trainer.step) == (4, twin.optimizer.step)
    np.testing.assert_allclose(flat(trainer.parameters), flat(twin.parameters), rtol=1e-4, atol=1e-5)


def test_dropout_is_tuned_with_its_masks_going_on():
    def of(rate):
        return experiment(network={"layers": [{"units": 5, "dropout": rate}, {"units": 4}]})

    trainer = Trainer(of(0.5))
    twin = Twin(trainer)
    for rate in (0.5, 0.2, 0.0, 0.7):
        trainer.tune(of(rate))
        twin.experiment = of(rate)
        assert trainer.advance(epochs=1)
        twin.epoch()
    np.testing.assert_allclose(flat(trainer.parameters), flat(twin.parameters), rtol=1e-4, atol=1e-5)


def test_tuning_to_the_same_changes_nothing():
    a, b = Trainer(experiment()), Trainer(experiment())
    for _ in range(3):
        assert a.advance(batches=5)
        assert b.advance(batches=5)
        b.tune(b.experiment.edited(title="Another"))
    assert_same(a, b)


def test_a_batch_size_tuned_within_an_epoch_ends_it_with_every_row_once():
    trainer = Trainer(experiment())
    assert trainer.advance(batches=1)  # 10 of 30 rows
    trainer.tune(experiment(training={"optimizer": trainer.experiment.training.optimizer, "batch_size": 8}))
    assert trainer.advance(epochs=1)
    assert (trainer.epoch, trainer.step) == (1, 1 + 3)  # 8 + 8 + 4


def test_tuning_refuses_another_structure():
    trainer = Trainer(experiment())
    for other in (
        experiment(network={"layers": [{"units": 6}, {"units": 4}]}),
        experiment(training={"optimizer": "adam"}),
        experiment(seed=4),
        experiment(features=["x1"]),
    ):
        with pytest.raises(ValueError, match="differs in more than hyper-parameters"):
            trainer.tune(other)
    assert trainer.experiment == experiment()
    assert trainer.advance(epochs=1)
