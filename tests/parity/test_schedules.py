"""Every schedule through fifty epochs of training, with and without a warm-up.

PyTorch's own scheduler sets the rate of every epoch; the plateau's is told PyTorch's own losses.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.schedules import SCHEDULES
from tests.parity import counterparts
from tests.parity.runs import run_of
from tests.parity.tables import random_table

EPOCHS = 50
SETTINGS = [
    {"kind": "constant"},
    {"kind": "step", "every": 7, "gamma": 0.3},
    {"kind": "exponential", "gamma": 0.95},
    {"kind": "inverse_time", "decay": 0.2},
    {"kind": "polynomial", "epochs": 40, "power": 2.0},
    {"kind": "cosine", "epochs": 60, "end": 0.1},
    {"kind": "cosine_restarts", "epochs": 6, "growth": 2, "end": 0.05},
    {"kind": "one_cycle", "epochs": 60, "start": 0.1, "end": 0.01, "rise": 0.4},
    {"kind": "plateau", "gamma": 0.5, "patience": 2, "threshold": 0.05},
]
OPTIMIZERS = {
    "sgd": {"kind": "sgd", "learning_rate": 0.3},
    "momentum": {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    # Here momentum's two forms part.
    "velocity": {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9, "form": "velocity"},
    "ahead": {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9, "form": "velocity", "nesterov": True},
    "adam": {"kind": "adam", "learning_rate": 0.02},
}
TABLE = random_table(np.random.default_rng(6), 50, 3, 3)


def rate_of(twin):
    return twin.optimizer.param_groups[0]["lr"]


def begun(folder, schedule, optimizer, batch_size="full"):
    document = {
        "seed": 2,
        "network": {"layers": [{"units": 11, "activation": "tanh"}]},
        "training": {"batch_size": batch_size, "optimizer": optimizer, "schedule": schedule},
    }
    return run_of(TABLE, folder, document)


@pytest.mark.parametrize("warmup", [0, 5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SETTINGS, ids=lambda settings: settings["kind"])
def test_fifty_epochs_are_those_of_pytorch(schedule, optimizer, warmup, tmp_path):
    run = begun(tmp_path, {**schedule, "warmup": warmup}, OPTIMIZERS[optimizer])
    rates = set()
    for _ in range(EPOCHS):
        rates.add(rate_of(run.exact))
        assert run.trainer.learning_rate == pytest.approx(rate_of(run.exact), rel=1e-9, abs=1e-15)
        assert run.trainer.advance(epochs=1)
        for each in run.twins:
            each.train(1)
    run.assert_tensors_agree()
    assert len(rates) > (1 if schedule["kind"] != "constant" or warmup else 0)


@pytest.mark.parametrize("schedule", SETTINGS, ids=lambda settings: settings["kind"])
def test_a_rate_lasts_for_all_batches_of_an_epoch(schedule, tmp_path):
    run = begun(tmp_path, {**schedule, "warmup": 2}, OPTIMIZERS["sgd"], batch_size=16)
    assert run.trainer.advance(epochs=EPOCHS)
    for each in run.twins:
        each.train(EPOCHS)
    assert run.trainer.learning_rate == pytest.approx(rate_of(run.exact), rel=1e-9, abs=1e-15)
    run.assert_tensors_agree()


def test_every_schedule_has_a_counterpart():
    assert {entry.key() for entry in SCHEDULES} == counterparts.SCHEDULES.keys()
    assert {settings["kind"] for settings in SETTINGS} == counterparts.SCHEDULES.keys()
