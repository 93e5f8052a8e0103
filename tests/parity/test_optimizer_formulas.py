"""Every update rule by itself in float64 against ``torch.optim``: its defaults, and its steps.

No network and no kernel: both follow the same gradients, which run over many sizes, change their sign
and vanish.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.optimizers import OPTIMIZERS, RULES
from tests.parity.counterparts import OPTIMIZERS as COUNTERPARTS
from tests.parity.counterparts import optimizer_of, torch

STEPS = 60
ONE_ITERATION = ("max_iter", "max_eval", "history_size", "line_search_fn")


@pytest.fixture(autouse=True)
def float64():
    """NAdam keeps its product of momenta in the default type, whatever the parameters are."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


SETTINGS = [
    *({"kind": entry.key()} for entry in OPTIMIZERS if not entry.full_batch),
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.9, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.02, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99, "form": "velocity"},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.9, "nesterov": True, "form": "velocity"},
    {"kind": "adagrad", "learning_rate": 0.3, "epsilon": 0.1},
    {"kind": "adadelta", "learning_rate": 0.5, "rho": 0.99, "epsilon": 1e-3},
    {"kind": "adadelta", "rho": 0.0},
    {"kind": "rmsprop", "alpha": 0.0, "epsilon": 1e-3},
    {"kind": "rmsprop", "momentum": 0.9},
    {"kind": "rmsprop", "centered": True},
    {"kind": "rmsprop", "centered": True, "momentum": 0.5, "alpha": 0.9},
    {"kind": "adam", "beta1": 0.0, "beta2": 0.9, "epsilon": 1.0},
    {"kind": "adamw", "learning_rate": 0.1, "weight_decay": 0.3},
    {"kind": "adamw", "weight_decay": 0.0},
    {"kind": "amsgrad", "learning_rate": 0.1, "beta2": 0.5},
    {"kind": "nadam", "learning_rate": 0.05, "beta1": 0.99, "momentum_decay": 0.1},
    {"kind": "nadam", "momentum_decay": 0.0, "beta1": 0.0},
    {"kind": "radam", "learning_rate": 0.05, "beta2": 0.9},
    {"kind": "radam", "learning_rate": 0.05, "beta2": 0.5},  # never long enough to be rectified
    {"kind": "radam", "learning_rate": 0.05, "beta2": 0.99999},
    {"kind": "adamax", "beta1": 0.0, "beta2": 0.5, "epsilon": 1e-2},
    {"kind": "lion", "learning_rate": 0.01, "beta1": 0.5, "beta2": 0.7, "weight_decay": 0.2},
    {"kind": "rprop", "learning_rate": 1.0, "eta_minus": 0.3, "eta_plus": 2.0},
    {"kind": "rprop", "learning_rate": 10.0, "smallest_step": 0.01, "largest_step": 0.05},
    {"kind": "rprop", "smallest_step": 0.5, "largest_step": 0.1},
    {"kind": "rprop", "learning_rate": 0.0},
]


def gradients(rng):
    """Return (steps, parameters): constant, noisy, alternating, rare and absent gradients of many sizes."""
    t = np.arange(STEPS)
    shapes = [
        np.ones(STEPS),
        rng.normal(size=STEPS),
        rng.normal(1, 0.1, STEPS),
        (-1.0) ** t,
        np.sin(0.3 * t),
        (t % 20 == 7) * 1.0,
        (t > 30) * rng.normal(size=STEPS),
        np.exp(-0.5 * t),
        np.zeros(STEPS),
    ]
    return np.concatenate([np.stack(shapes) * size for size in (1e-6, 1e-2, 1.0, 1e3)]).T


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_sixty_steps_are_those_of_pytorch(settings):
    entry = by_key(OPTIMIZERS)[settings["kind"]].model_validate(settings)
    rng = np.random.default_rng(1)
    slopes = gradients(rng)
    initial = rng.normal(size=slopes.shape[1])
    twin = torch.tensor(initial, requires_grad=True)
    counterpart = optimizer_of(entry, [twin])

    w, slots = initial, [np.zeros_like(initial)] * len(entry.rule.slots)
    for step, g in enumerate(slopes, start=1):
        w, *slots = entry.rule.update(w, g, *slots, *entry.rule.constants(step, *entry.numbers()))
        twin.grad = torch.tensor(g)
        counterpart.step()
        np.testing.assert_allclose(w, twin.detach().numpy(), rtol=1e-10, atol=1e-12)
    assert np.isfinite(w).all()
    assert not np.array_equal(w, initial)


@pytest.mark.parametrize("kind", COUNTERPARTS)
def test_defaults_are_those_of_pytorch(kind):
    counterpart, arguments = COUNTERPARTS[kind]
    signature = inspect.signature(counterpart.__init__).parameters
    for name, value in arguments(by_key(OPTIMIZERS)[kind]()).items():
        if (kind, name) != ("amsgrad", "amsgrad") and not (kind == "lbfgs" and name in ONE_ITERATION):
            assert value == signature[name].default, name


def test_every_optimizer_and_rule_has_been_compared():
    entries = by_key(OPTIMIZERS)
    assert COUNTERPARTS.keys() == entries.keys()
    compared = {entries[settings["kind"]].model_validate(settings).rule for settings in SETTINGS}
    assert compared == set(RULES)
