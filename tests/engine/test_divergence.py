"""Training that leaves the finite numbers: where it stops, what is kept, how it goes on."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.snapshot import FrameRequest
from tests.engine.small import assert_same, frame_of, state
from tests.engine.twins import flat

DIVERGING = {
    "data": {"kind": "reg_gauss", "samples": 60},
    "network": {"layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}]},
    "training": {"optimizer": {"kind": "sgd", "learning_rate": 3.0}},
}


def diverged() -> Trainer:
    trainer = Trainer(Experiment.parse(DIVERGING))
    assert not trainer.advance(epochs=1000)
    return trainer


def test_divergence_keeps_the_last_finite_state_and_says_why():
    trainer = diverged()
    assert trainer.diverged is not None
    assert (trainer.diverged.epoch, trainer.diverged.step) == (trainer.epoch, trainer.step)
    assert 0 < trainer.step < 3000
    assert all(np.isfinite(loss) for loss in trainer.snapshot().losses.values())
    assert "Lower the learning rate" in trainer.diverged.reason
    assert f"step {trainer.step}" in trainer.diverged.reason
    assert all(np.isfinite(array).all() for array in state(trainer))
    assert trainer.snapshot().diverged == trainer.diverged


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adagrad", "adam"])
@pytest.mark.parametrize("loss", ["mse", "half_squared_error"])
def test_huge_learning_rates_end_in_finite_parameters(optimizer, loss):
    training = {"optimizer": {"kind": optimizer, "learning_rate": 100.0}, "loss": loss}
    network = {"layers": [{"units": 8, "activation": "relu"}] * 4}
    trainer = Trainer(Experiment.parse(DIVERGING | {"network": network, "training": training}))
    trainer.advance(epochs=20)
    assert np.isfinite(flat(trainer.parameters)).all()
    assert trainer.diverged or trainer.epoch == 20


def test_kept_state_does_not_depend_on_the_chunks():
    whole, by_epoch, by_batch = diverged(), *(Trainer(Experiment.parse(DIVERGING)) for _ in range(2))
    while by_epoch.advance(epochs=1):
        pass
    while by_batch.advance(batches=1):
        pass
    assert_same(whole, by_epoch)
    assert_same(whole, by_batch)
    assert whole.diverged == by_epoch.diverged == by_batch.diverged


def test_going_on_does_not_depend_on_the_chunks_either():
    layers = {"network": {"layers": [{"units": 8}] * 3}}
    wild = Experiment.parse(DIVERGING | layers)
    calm = Experiment.parse(DIVERGING | layers | {"training": {"optimizer": {"kind": "sgd"}}})
    whole, by_batch = Trainer(wild), Trainer(wild)
    assert not whole.advance(epochs=1000)
    while by_batch.advance(batches=1):
        pass
    assert whole.epoch > 2  # so that orders have been drawn and taken back
    for trainer in (whole, by_batch):
        trainer.tune(calm)
        trainer.set_parameters(Trainer(calm).parameters)
        assert trainer.advance(epochs=3)
    np.testing.assert_array_equal(whole._machine.learning.order, by_batch._machine.learning.order)
    np.testing.assert_array_equal(flat(whole.parameters), flat(by_batch.parameters))


def test_parameters_without_a_finite_loss_are_kept_where_nothing_came_before():
    trainer = Trainer(Experiment.parse(DIVERGING))
    huge = [(weight * np.float32(1e30), bias) for weight, bias in trainer.parameters]
    trainer.set_parameters(huge)
    assert not trainer.advance(batches=5)
    np.testing.assert_array_equal(flat(trainer.parameters), flat(huge))
    assert trainer.step == 0


def test_nothing_is_trained_after_divergence():
    trainer = diverged()
    before, why = state(trainer), trainer.diverged
    assert not trainer.advance(epochs=1)
    assert not trainer.advance(batches=3)
    assert trainer.diverged is why
    for x, y in zip(before, state(trainer), strict=True):
        np.testing.assert_array_equal(x, y)


def test_a_lower_learning_rate_goes_on_after_divergence():
    trainer = diverged()
    step = trainer.step
    calm = {"optimizer": {"kind": "sgd", "learning_rate": 0.0}}
    trainer.tune(Experiment.parse(DIVERGING | {"training": calm}))
    assert trainer.diverged is None
    trainer.set_parameters(Trainer(trainer.experiment).parameters)
    assert trainer.advance(batches=3)
    assert trainer.step == step + 3


@pytest.mark.parametrize("way", ["reset", "set_parameters", "graft"])
def test_divergence_is_over_with_another_state(way):
    trainer = diverged()
    if way == "reset":
        trainer.reset()
    elif way == "set_parameters":
        trainer.set_parameters(Trainer(trainer.experiment).parameters)
    else:
        trainer.graft(trainer.experiment.edited(features=("x1",)))
    assert trainer.diverged is None
    if way != "graft":  # the weights that are kept are huge
        assert trainer.advance(batches=1)


def test_everything_can_be_looked_at_after_divergence():
    trainer = diverged()
    frame = frame_of(trainer, FrameRequest(20, 16))
    assert frame.snapshot.diverged
    assert np.isfinite(frame.field).all()
    assert trainer.predict(trainer.data.train_inputs).shape == (30, 1)
