"""Every optimizer at many settings, with clipping: one step, and fifty.

One step from the same weights leaves rounding no time to grow, so it is compared number by number; fifty
are compared as whole runs are (see ``test_trajectories``).
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.optimizers import OPTIMIZERS, RULES
from tests.parity import counterparts
from tests.parity.runs import run_of, trained_run
from tests.parity.tables import random_table
from tests.parity.twin import flat

FIRST_ORDER = [entry for entry in OPTIMIZERS if not entry.full_batch]
SETTINGS = [
    *({"kind": entry.key()} for entry in FIRST_ORDER),
    {"kind": "sgd", "learning_rate": 0.5},
    {"kind": "sgd", "learning_rate": 0.0},
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99},
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.05, "nesterov": True},  # without momentum it is plain descent
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5, "form": "velocity"},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99, "form": "velocity"},
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True, "form": "velocity"},
    {"kind": "rmsprop", "learning_rate": 0.003, "alpha": 0.5},
    {"kind": "rmsprop", "alpha": 0.0, "epsilon": 1e-3},
    {"kind": "rmsprop", "learning_rate": 0.1, "alpha": 0.999, "epsilon": 1.0},
    {"kind": "rmsprop", "learning_rate": 0.002, "momentum": 0.9},
    {"kind": "rmsprop", "learning_rate": 0.002, "centered": True, "epsilon": 1e-3},
    {"kind": "rmsprop", "learning_rate": 0.001, "centered": True, "momentum": 0.8, "epsilon": 1e-3},
    {"kind": "adagrad", "learning_rate": 0.3},
    {"kind": "adagrad", "learning_rate": 0.1, "epsilon": 0.1},
    {"kind": "adadelta", "learning_rate": 0.5, "rho": 0.99, "epsilon": 1e-3},
    {"kind": "adadelta", "learning_rate": 10.0, "rho": 0.5},
    {"kind": "adam", "learning_rate": 0.05, "beta1": 0.5, "beta2": 0.9},
    {"kind": "adam", "learning_rate": 0.01, "beta1": 0.0, "beta2": 0.99},
    {"kind": "adam", "learning_rate": 0.01, "beta1": 0.99, "beta2": 0.9999},
    {"kind": "adam", "learning_rate": 0.1, "epsilon": 1.0},
    {"kind": "adam", "learning_rate": 0.01, "epsilon": 1e-4},
    {"kind": "adamw", "learning_rate": 0.02, "weight_decay": 0.5},
    {"kind": "adamw", "learning_rate": 0.02, "weight_decay": 0.0, "beta1": 0.5},
    {"kind": "amsgrad", "learning_rate": 0.02, "beta2": 0.5},
    {"kind": "amsgrad", "learning_rate": 0.02, "beta1": 0.0, "epsilon": 1e-3},
    {"kind": "nadam", "learning_rate": 0.02, "momentum_decay": 0.1},
    {"kind": "nadam", "learning_rate": 0.02, "beta1": 0.5, "beta2": 0.9, "momentum_decay": 0.0},
    {"kind": "radam", "learning_rate": 0.02, "beta2": 0.9},
    {"kind": "radam", "learning_rate": 0.02, "beta2": 0.5},  # never long enough to be rectified
    {"kind": "adamax", "learning_rate": 0.02, "beta2": 0.5},
    {"kind": "adamax", "learning_rate": 0.02, "beta1": 0.5, "epsilon": 1e-2},
    {"kind": "lion", "learning_rate": 0.005},
    {"kind": "lion", "learning_rate": 0.005, "beta1": 0.5, "beta2": 0.7, "weight_decay": 0.5},
    {"kind": "rprop", "learning_rate": 0.001, "eta_minus": 0.3, "eta_plus": 1.5},
    {"kind": "rprop", "learning_rate": 0.01, "smallest_step": 0.002, "largest_step": 0.02},
]
TABLE = random_table(np.random.default_rng(3), 60, 3, 3)


def moderate(entry):
    """Return an entry as a document, at a learning rate that moves and does not diverge."""
    rate = {"adadelta": 1.0, "lion": 0.005, "rprop": 0.005}.get(entry.key(), 0.02)
    return {"kind": entry.key(), "learning_rate": rate}


def begun(folder, attempt=0, **training):
    """Return a run that has not begun and its initial tensors, flat."""
    document = {
        "seed": 5 + attempt,
        "network": {"layers": [{"units": 13, "activation": "tanh"}, {"units": 9, "activation": "sigmoid"}]},
        "training": {"batch_size": "full", **training},
    }
    run = run_of(TABLE, folder, document)
    return run, flat(run.trainer.tensors)


def assert_one_step_agrees(folder, **training):
    run, initial = begun(folder, **training)
    assert run.trainer.advance(batches=1)
    for each in run.twins:
        each.train(1)
    ours, exact, _ = run.tensors()
    step = np.abs(exact - initial)
    # The rounding of the weight itself, and of the gradient that made the step.
    np.testing.assert_array_less(np.abs(ours - exact), 1e-7 * np.abs(exact) + 2e-5 * step.max() + 1e-12)


def assert_fifty_steps_agree(folder, **training):
    """Return where PyTorch has got to and where it began."""
    run = trained_run(lambda attempt: begun(folder, attempt, **training)[0], 50)
    run.assert_tensors_agree()
    return flat(run.exact.tensors), begun(folder, **training)[1]


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_one_step(optimizer, tmp_path):
    assert_one_step_agrees(tmp_path, optimizer=optimizer)


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_fifty_steps(optimizer, tmp_path):
    exact, initial = assert_fifty_steps_agree(tmp_path, optimizer=optimizer)
    assert np.array_equal(exact, initial) == (optimizer.get("learning_rate") == 0.0)


@pytest.mark.parametrize("limit", [1e-3, 0.05, 10.0])
@pytest.mark.parametrize("optimizer", FIRST_ORDER, ids=lambda entry: entry.key())
def test_gradients_are_clipped_by_their_common_norm(optimizer, limit, tmp_path):
    assert_fifty_steps_agree(tmp_path, optimizer=moderate(optimizer), gradient_clip=limit)


@pytest.mark.parametrize("norm", [None, 0.01])
@pytest.mark.parametrize("limit", [1e-4, 0.01, 10.0])
@pytest.mark.parametrize("optimizer", FIRST_ORDER, ids=lambda entry: entry.key())
def test_gradients_are_cut_off_number_by_number_and_then_by_their_norm(optimizer, limit, norm, tmp_path):
    training = {"optimizer": moderate(optimizer), "gradient_clip_value": limit, "gradient_clip": norm}
    assert_fifty_steps_agree(tmp_path, **training)


def test_every_optimizer_and_rule_has_been_compared():
    entries = by_key(OPTIMIZERS)
    assert entries.keys() == counterparts.OPTIMIZERS.keys()
    compared = [entries[settings["kind"]].model_validate(settings) for settings in SETTINGS]
    assert {entry.kind for entry in compared} == {entry.key() for entry in FIRST_ORDER}
    assert {entry.rule for entry in compared} == set(RULES)
