"""Every optimizer at many settings, with regularization and clipping: one step, and fifty.

One step from the same weights leaves rounding no time to grow, so it is compared number by number; fifty
are compared as whole runs are (see ``test_trajectories``).
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from tests.parity import twin
from tests.parity.tables import random_table, trainer_of
from tests.parity.twin import Twin, assert_as_near_as_pytorch, flat, torch

SETTINGS = [
    {"kind": "sgd"},
    {"kind": "sgd", "learning_rate": 0.5},
    {"kind": "sgd", "learning_rate": 0.0},
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99},
    {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.99, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.05, "nesterov": True},  # without momentum it is plain descent
    {"kind": "rmsprop"},
    {"kind": "rmsprop", "learning_rate": 0.003, "alpha": 0.5},
    {"kind": "rmsprop", "alpha": 0.0, "epsilon": 1e-3},
    {"kind": "rmsprop", "learning_rate": 0.1, "alpha": 0.999, "epsilon": 1.0},
    {"kind": "adagrad"},
    {"kind": "adagrad", "learning_rate": 0.3},
    {"kind": "adagrad", "learning_rate": 0.1, "epsilon": 0.1},
    {"kind": "adam"},
    {"kind": "adam", "learning_rate": 0.05, "beta1": 0.5, "beta2": 0.9},
    {"kind": "adam", "learning_rate": 0.01, "beta1": 0.0, "beta2": 0.99},
    {"kind": "adam", "learning_rate": 0.01, "beta1": 0.99, "beta2": 0.9999},
    {"kind": "adam", "learning_rate": 0.1, "epsilon": 1.0},
    {"kind": "adam", "learning_rate": 0.01, "epsilon": 1e-4},
]
TABLE = random_table(np.random.default_rng(3), 60, 3, 3)


def compare(folder, steps, **training):
    """Return our parameters, PyTorch's in float64 and in float32, and the initial ones, each flat."""
    document = {
        "seed": 5,
        "network": {"layers": [{"units": 13, "activation": "tanh"}, {"units": 9, "activation": "sigmoid"}]},
        "training": {"batch_size": "full", **training},
    }
    trainer = trainer_of(TABLE, folder, document)
    initial = trainer.parameters
    twins = [Twin(trainer.experiment, TABLE, initial, dtype) for dtype in (torch.float64, torch.float32)]
    assert trainer.advance(batches=steps)
    for each in twins:
        each.train(steps)
    return flat(trainer.parameters), *(flat(each.parameters) for each in twins), flat(initial)


def assert_one_step_agrees(folder, **training):
    ours, exact, _, initial = compare(folder, 1, **training)
    step = np.abs(exact - initial)
    # The rounding of the weight itself, and of the gradient that made the step.
    np.testing.assert_array_less(np.abs(ours - exact), 1e-7 * np.abs(exact) + 2e-5 * step.max() + 1e-12)


def assert_fifty_steps_agree(folder, **training):
    ours, exact, single, _ = compare(folder, 50, **training)
    assert_as_near_as_pytorch(ours, single, exact)


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_one_step(optimizer, tmp_path):
    assert_one_step_agrees(tmp_path, optimizer=optimizer)


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_fifty_steps(optimizer, tmp_path):
    assert_fifty_steps_agree(tmp_path, optimizer=optimizer)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("regularizer", REGULARIZERS, ids=lambda entry: entry.key())
def test_regularizers_act_on_weights_and_not_on_biases(regularizer, optimizer, tmp_path):
    training = {
        "optimizer": {"kind": optimizer.key(), "learning_rate": 0.02},
        "regularizer": {"kind": regularizer.key(), **({"rate": 0.05} if regularizer.parameters() else {})},
    }
    assert_one_step_agrees(tmp_path, **training)
    assert_fifty_steps_agree(tmp_path, **training)


@pytest.mark.parametrize("limit", [1e-3, 0.05, 10.0])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda entry: entry.key())
def test_gradients_are_clipped_by_their_common_norm(optimizer, limit, tmp_path):
    training = {"optimizer": {"kind": optimizer.key(), "learning_rate": 0.02}, "gradient_clip": limit}
    assert_fifty_steps_agree(tmp_path, **training)


def test_every_optimizer_and_regularizer_has_a_counterpart():
    assert {entry.key() for entry in OPTIMIZERS} == twin.OPTIMIZERS.keys()
    assert {entry.key() for entry in REGULARIZERS} == twin.REGULARIZERS.keys()
    assert {setting["kind"] for setting in SETTINGS} == twin.OPTIMIZERS.keys()
