"""Every schedule against ``torch.optim.lr_scheduler``, epoch by epoch, with and without a warm-up."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.schedules import SCHEDULES, Plateau, PlateauState
from tests.parity.counterparts import SCHEDULES as COUNTERPARTS
from tests.parity.counterparts import schedulers, torch

EPOCHS = 50
RATE = 0.3

SETTINGS = [
    {"kind": "constant"},
    {"kind": "step", "every": 7, "gamma": 0.1},
    {"kind": "step", "every": 1, "gamma": 0.9},
    {"kind": "step"},
    {"kind": "exponential"},
    {"kind": "exponential", "gamma": 0.7},
    {"kind": "inverse_time"},
    {"kind": "inverse_time", "decay": 3.0},
    {"kind": "polynomial", "epochs": 30},
    {"kind": "polynomial", "epochs": 60, "power": 2.5},
    {"kind": "polynomial", "epochs": 1},
    {"kind": "cosine"},
    {"kind": "cosine", "epochs": 50, "end": 0.1},
    {"kind": "cosine", "epochs": 70, "end": 1.0},
    {"kind": "cosine_restarts", "epochs": 8},
    {"kind": "cosine_restarts", "epochs": 7, "growth": 1, "end": 0.05},
    {"kind": "cosine_restarts", "epochs": 3, "growth": 3},
    {"kind": "cosine_restarts", "epochs": 1, "growth": 2, "end": 0.5},
]
ONE_CYCLES = [
    {},
    {"epochs": 50},
    {"epochs": 50, "start": 0.2, "end": 0.01, "rise": 0.5},
    {"epochs": 60, "rise": 0.0},
    {"epochs": 51, "rise": 1.0},
    {"epochs": 50, "rise": 0.01},
]


def optimizer_of():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)


def rates_of(optimizer, scheduler):
    """Return the learning rates of all epochs as shares of the one that is set."""
    found = []
    for _ in range(EPOCHS):
        found.append(optimizer.param_groups[0]["lr"] / RATE)
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize("warmup", [0, 1, 5])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_fifty_epochs_are_those_of_pytorch(settings, warmup):
    schedule = by_key(SCHEDULES)[settings["kind"]].model_validate({**settings, "warmup": warmup})
    optimizer = optimizer_of()
    scheduler = COUNTERPARTS[schedule.kind](optimizer, schedule)
    if warmup:
        optimizer = optimizer_of()
        rise = schedulers.LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup)
        after = COUNTERPARTS[schedule.kind](optimizer, schedule)
        scheduler = schedulers.SequentialLR(optimizer, [rise, after], milestones=[warmup])
    found = schedule.factor(np.arange(EPOCHS))
    np.testing.assert_allclose(found, rates_of(optimizer, scheduler), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("settings", ONE_CYCLES, ids=str)
def test_one_cycle_is_that_of_pytorch(settings):
    schedule = by_key(SCHEDULES)["one_cycle"].model_validate({"kind": "one_cycle", **settings})
    optimizer = optimizer_of()
    scheduler = COUNTERPARTS["one_cycle"](optimizer, schedule)
    found = schedule.factor(np.arange(EPOCHS))
    np.testing.assert_allclose(found, rates_of(optimizer, scheduler), rtol=1e-9, atol=1e-12)


LOSSES = {
    "falling": np.exp(-0.3 * np.arange(EPOCHS)),
    "stalled": np.ones(EPOCHS),
    "barely falling": 1 - 5e-5 * np.arange(EPOCHS),
    "noisy": 1 + np.random.default_rng(0).normal(0, 0.3, EPOCHS) ** 2,
    "rising": np.arange(1.0, EPOCHS + 1),
    "not finite": np.where(np.arange(EPOCHS) % 3 == 1, np.nan, np.inf),
}


@pytest.mark.parametrize("losses", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(
    "settings",
    [{}, {"patience": 0, "gamma": 0.9}, {"patience": 2, "gamma": 0.5, "threshold": 0.1}, {"threshold": 0.0}],
    ids=str,
)
def test_plateaus_are_those_of_pytorch(settings, losses):
    schedule = Plateau.model_validate({"kind": "plateau", **settings})
    optimizer, state = optimizer_of(), PlateauState()
    scheduler = COUNTERPARTS["plateau"](optimizer, schedule)
    for loss in losses:
        scheduler.step(loss)
        assert state.update(schedule, loss) == pytest.approx(
            optimizer.param_groups[0]["lr"] / RATE, rel=1e-12
        )


def test_every_schedule_has_been_compared():
    compared = {settings["kind"] for settings in SETTINGS} | {"one_cycle", "plateau"}
    assert compared == COUNTERPARTS.keys() == by_key(SCHEDULES).keys()
