"""A run that goes back to a checkpoint goes on as if nothing had been, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Trainer
from engine.catalog.optimizers import OPTIMIZERS
from tests.engine.small import assert_same, experiment, state

SGD = {"kind": "sgd", "learning_rate": 0.1}
RUNS = {
    **{entry.key(): {"training": {"optimizer": entry.key()}} for entry in OPTIMIZERS},
    "momentum and a plateau": {
        "training": {
            "optimizer": {**SGD, "momentum": 0.9},
            "schedule": {"kind": "plateau", "patience": 1},
            "stop": {"patience": 500},
        }
    },
    "lbfgs on a plateau": {
        "training": {
            "optimizer": "lbfgs",
            "schedule": {"kind": "plateau", "patience": 1},
            "regularizer": "l2",
        }
    },
    "dropout, noise and normalization": {
        "network": {
            "layers": [
                {"units": 6, "dropout": 0.3, "normalization": "batch"},
                {"units": 4, "normalization": "layer", "activation": "prelu", "residual": True},
            ]
        },
        "training": {"optimizer": "adam", "input_noise": 0.2, "batch_size": 7},
    },
    "muted and frozen": {
        "network": {
            "layers": [
                {"units": 5, "muted_weights": [[0, 1], [2, 0]], "muted_units": [3]},
                {"units": 4, "frozen": True},
            ]
        },
    },
}


def begun(changes):
    trainer = Trainer(experiment(**changes))
    trainer.advance(epochs=2)
    trainer.advance(batches=1)
    return trainer


@pytest.mark.parametrize("changes", RUNS.values(), ids=RUNS)
def test_training_goes_on_from_a_checkpoint_as_it_did_without(changes):
    trainer, twin = begun(changes), begun(changes)
    checkpoint = trainer.checkpoint()
    assert trainer.advance(epochs=2)
    if trainer.batches_per_epoch > 1:
        assert trainer.advance(batches=1)
    trainer.graft(experiment(network={"layers": [{"units": 3}]}, features=["x1", "sin(x2)"]))
    assert trainer.advance(epochs=1)
    trainer.restore(checkpoint)
    assert_same(trainer, twin)
    assert trainer.experiment == twin.experiment
    np.testing.assert_array_equal(trainer._machine.learning.gradient, twin._machine.learning.gradient)
    for _ in range(2):  # the checkpoint itself stays what it was
        for one in (trainer, twin):
            one.advance(epochs=2)
            one.advance(batches=1)
        assert_same(trainer, twin)
        assert trainer.learning_rate == twin.learning_rate
        assert trainer.snapshot().losses == twin.snapshot().losses
        trainer.restore(checkpoint)
        twin = begun(changes)


def test_a_checkpoint_can_be_restored_by_another_trainer():
    trainer = begun({})
    other = Trainer(experiment(seed=8, data={"kind": "rings", "samples": 30}))
    other.restore(trainer.checkpoint())
    for one in (trainer, other):
        assert one.advance(epochs=2)
    assert_same(trainer, other)
    assert other.data is trainer.data


@pytest.mark.parametrize("before_the_end", [2, 6], ids=["after the best epoch", "before it"])
def test_early_stopping_remembers_its_best_epoch(before_the_end):
    changes = {"training": {"optimizer": SGD, "stop": {"patience": 3}, "input_noise": 0.5}}
    finished = Trainer(experiment(**changes))
    assert not finished.advance(epochs=5000)
    trainer = Trainer(experiment(**changes))
    assert trainer.advance(epochs=finished.finished.epoch - before_the_end)
    checkpoint = trainer.checkpoint()
    seen = vars(checkpoint.watch).copy()
    assert seen["best"] is not None
    for _ in range(3):
        assert not trainer.advance(epochs=5000)
        assert trainer.finished == finished.finished
        assert_same(trainer, finished)
        trainer.restore(checkpoint)
        assert trainer.finished is None
        assert vars(checkpoint.watch) == seen
    trainer.restore(finished.checkpoint())
    assert trainer.finished == finished.finished
    assert not trainer.advance(epochs=1)


WILD = {
    "data": {"kind": "reg_plane", "samples": 40},
    "network": {"layers": []},
    "training": {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}},
}


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_divergence_ends_where_it_would_have_ended(steps):
    diverged = Trainer(experiment(**WILD))
    assert not diverged.advance(epochs=1000)
    trainer = Trainer(experiment(**WILD))
    # One step beyond the last good one the parameters are still finite, and their loss is not.
    assert trainer.advance(batches=diverged.diverged.step + steps)
    trainer.restore(trainer.checkpoint())
    assert not trainer.advance(epochs=1000)
    assert trainer.diverged == diverged.diverged
    assert_same(trainer, diverged)
    other = Trainer(experiment())
    other.restore(diverged.checkpoint())
    assert other.diverged == diverged.diverged
    assert not other.advance(batches=1)


def test_a_muted_weight_is_heard_of_again():
    trainer = begun({})
    heard = trainer.tensors
    muted = experiment(network={"layers": [{"units": 5, "muted_weights": [[1, 1]]}, {"units": 4}]})
    trainer.tune(muted)
    checkpoint = trainer.checkpoint()
    trainer.tune(experiment())
    trainer.reset()
    trainer.restore(checkpoint)
    assert trainer.tensors[0]["weight"][1, 1] == 0
    trainer.tune(experiment())
    np.testing.assert_array_equal(trainer.tensors[0]["weight"], heard[0]["weight"])


def test_a_checkpoint_tells_what_it_takes():
    trainer = begun({"training": {"optimizer": "lbfgs"}})
    checkpoint = trainer.checkpoint()
    arrays = {id(array): array for array in checkpoint.arrays()}
    held = sum(array.nbytes for array in state(trainer))
    memory = trainer._machine.lbfgs
    held += sum(array.nbytes for array in (*memory.s, *memory.y, *memory.previous))
    assert sum(array.nbytes for array in arrays.values()) > held
    again = {id(array) for array in trainer.checkpoint().arrays()}
    assert id(trainer.data.train_features) in again & arrays.keys()
