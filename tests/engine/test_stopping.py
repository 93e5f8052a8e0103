"""Stop rules: when training ends by itself, and what it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer

NOISY = {"kind": "moons", "samples": 60, "noise": 0.6}


def trainer_of(stop, seed=0, **training):
    return Trainer(
        Experiment.parse(
            {
                "seed": seed,
                "data": NOISY,
                "network": {"layers": [{"units": 12}, {"units": 12}]},
                "training": {"optimizer": {"kind": "adam", "learning_rate": 0.03}, "stop": stop, **training},
            }
        )
    )


def test_training_ends_after_so_many_epochs_however_it_is_cut():
    whole, cut = trainer_of({"epochs": 7}), trainer_of({"epochs": 7})
    assert not whole.advance(epochs=1000)
    while cut.advance(batches=1):
        pass
    for trainer in (whole, cut):
        assert (trainer.epoch, trainer.batch) == (7, 0)
        assert trainer.finished is not None
        assert (trainer.finished.rule, trainer.finished.epoch, trainer.finished.step) == ("epochs", 7, 21)
        assert trainer.diverged is None
    np.testing.assert_array_equal(whole.parameters[0][0], cut.parameters[0][0])
    assert whole.snapshot().finished == whole.finished


def test_nothing_is_trained_after_the_end_until_the_rule_changes():
    trainer = trainer_of({"epochs": 2})
    trainer.advance(epochs=5)
    assert not trainer.advance(epochs=1)
    assert trainer.epoch == 2
    longer = trainer.experiment.training.edited(stop={"epochs": 4})
    trainer.tune(trainer.experiment.edited(training=longer))
    assert trainer.finished is None
    assert not trainer.advance(epochs=9)
    assert trainer.epoch == 4
    trainer.reset()
    assert trainer.finished is None and trainer.epoch == 0


def test_training_ends_when_the_loss_is_low_enough():
    trainer = trainer_of({"loss": 0.3})
    before = []
    while trainer.finished is None:
        before.append(trainer.snapshot().losses["train"])
        trainer.advance(epochs=1)
    assert trainer.finished.rule == "loss"
    assert trainer.snapshot().losses["train"] <= 0.3 < min(before)
    whole = trainer_of({"loss": 0.3})
    whole.advance(epochs=10_000)
    assert whole.finished == trainer.finished


def test_training_ends_after_so_much_time():
    trainer = trainer_of({"seconds": 0.05})
    assert not trainer.advance(epochs=10_000_000)
    assert trainer.finished.rule == "seconds"
    assert trainer.batch == 0
    assert 0.05 <= trainer._course.watch.seconds < 1


@pytest.mark.parametrize("test_fraction", [0.5, 0.0], ids=["test loss", "train loss"])
def test_early_stopping_takes_the_best_epoch_back(test_fraction):
    patience = 5
    part = "test" if test_fraction else "train"
    data = {**NOISY, "test_fraction": test_fraction}
    rate = {"optimizer": {"kind": "adam", "learning_rate": 0.2}}

    def fresh(stop):
        trainer = trainer_of(stop, **rate)
        return Trainer(trainer.experiment.edited(data=data))

    by_hand = fresh({})
    losses, weights = [], []
    while len(losses) < patience + 1 or np.argmin(losses) > len(losses) - 1 - patience:
        by_hand.advance(epochs=1)
        losses.append(by_hand.snapshot().losses[part])
        weights.append(by_hand.parameters[1][0])
    best = int(np.argmin(losses))
    trainer = fresh({"patience": patience})
    assert not trainer.advance(epochs=100_000)
    assert trainer.finished.rule == "patience"
    assert (trainer.finished.restored, trainer.epoch) == (best + 1, best + 1)
    assert trainer.finished.epoch == best + 1 + patience
    np.testing.assert_array_equal(trainer.parameters[1][0], weights[best])
    assert trainer.snapshot().losses[part] == losses[best]

    stays = fresh({"patience": patience, "restore_best": False})
    stays.advance(epochs=100_000)
    assert stays.finished.restored is None
    assert stays.epoch == best + 1 + patience
    np.testing.assert_array_equal(stays.parameters[1][0], weights[-1])


def test_a_rule_that_never_holds_changes_nothing():
    with_rule, without = trainer_of({"loss": 0.0, "patience": 1_000_000}), trainer_of({})
    assert with_rule.advance(epochs=20) and without.advance(epochs=20)
    for a, b in zip(with_rule.parameters, without.parameters, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
