"""Every regularizer with every optimizer: on weights and not on biases, and beside clipping."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.regularizers import REGULARIZERS
from tests.parity import counterparts
from tests.parity.counterparts import optim
from tests.parity.runs import run_of, trained_run
from tests.parity.tables import random_table
from tests.parity.test_optimizers import (
    FIRST_ORDER,
    assert_fifty_steps_agree,
    assert_one_step_agrees,
    begun,
    moderate,
)
from tests.parity.twin import flat

SETTINGS = [
    {"kind": "none"},
    {"kind": "l1", "rate": 0.05},
    {"kind": "l2", "rate": 0.05},
    {"kind": "elastic_net", "rate": 0.05, "l1_share": 0.3},
    {"kind": "weight_decay", "rate": 0.5},
    {"kind": "max_norm", "limit": 0.7},
]


@pytest.mark.parametrize("optimizer", FIRST_ORDER, ids=lambda entry: entry.key())
@pytest.mark.parametrize("regularizer", SETTINGS, ids=lambda settings: settings["kind"])
def test_regularizers_act_on_weights_and_not_on_biases(regularizer, optimizer, tmp_path):
    training = {"optimizer": moderate(optimizer), "regularizer": regularizer}
    assert_one_step_agrees(tmp_path, **training)
    assert_fifty_steps_agree(tmp_path, **training)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
@pytest.mark.parametrize("regularizer", SETTINGS, ids=lambda settings: settings["kind"])
def test_the_gradient_is_clipped_before_a_penalty_adds_to_it(regularizer, optimizer, tmp_path):
    clip = {"gradient_clip_value": 0.01, "gradient_clip": 0.02}
    optimizer = {"kind": optimizer, "learning_rate": 0.01}
    assert_fifty_steps_agree(tmp_path, optimizer=optimizer, regularizer=regularizer, **clip)


@pytest.mark.parametrize("regularizer", SETTINGS, ids=lambda settings: settings["kind"])
def test_penalties_follow_the_schedule_s_learning_rate(regularizer, tmp_path):
    training = {"optimizer": {"kind": "sgd", "learning_rate": 0.2}, "regularizer": regularizer}
    assert_fifty_steps_agree(tmp_path, schedule={"kind": "exponential", "gamma": 0.9}, **training)


@pytest.mark.parametrize("regularizer", SETTINGS, ids=lambda settings: settings["kind"])
def test_of_what_a_layer_may_have_only_weights_and_projections_are_penalized(regularizer, tmp_path):
    layers = [
        {"units": 9, "activation": "prelu", "normalization": "layer", "residual": True},
        {
            "units": 7,
            "activation": {"kind": "maxout", "pieces": 3},
            "normalization": "batch",
            "residual": True,
        },
    ]
    training = {
        "optimizer": {"kind": "sgd", "learning_rate": 0.01, "momentum": 0.5},
        "regularizer": regularizer,
        "batch_size": 10,
    }

    def draw(attempt):
        table = random_table(np.random.default_rng([4, attempt]), 50, 4, 3)
        return run_of(table, tmp_path, {"network": {"layers": layers}, "training": training})

    trained_run(draw, 4).assert_tensors_agree()


def test_weight_decay_makes_adam_pytorch_s_adamw_on_weights(tmp_path):
    run, _ = begun(
        tmp_path,
        optimizer={"kind": "adam", "learning_rate": 0.02},
        regularizer={"kind": "weight_decay", "rate": 0.5},
    )
    for each in run.twins:
        weights = [layer.weight for layer in each.layers]
        biases = [layer.bias for layer in each.layers]
        groups = [{"params": weights}, {"params": biases, "weight_decay": 0.0}]
        optimizer = optim.AdamW(groups, lr=0.02, weight_decay=0.5)
        for _ in range(50):
            optimizer.zero_grad()
            each.loss().backward()
            optimizer.step()
    assert run.trainer.advance(batches=50)
    run.assert_tensors_agree()


def test_elastic_net_and_l1_make_the_same_weights_zero(tmp_path):
    for regularizer in ({"kind": "l1", "rate": 0.01}, {"kind": "elastic_net", "rate": 0.02}):
        run, _ = begun(tmp_path, optimizer={"kind": "sgd", "learning_rate": 0.3}, regularizer=regularizer)
        assert run.trainer.advance(batches=50)
        run.exact.train(50)
        ours, exact = (flat(each.tensors, ["weight"]) for each in (run.trainer, run.exact))
        assert 20 < (exact == 0).sum() < exact.size
        np.testing.assert_array_equal(ours == 0, exact == 0)


def test_max_norm_holds_every_row_of_weights(tmp_path):
    regularizer = {"kind": "max_norm", "limit": 0.3}
    run, _ = begun(tmp_path, optimizer={"kind": "sgd", "learning_rate": 0.5}, regularizer=regularizer)
    assert run.trainer.advance(batches=20)
    for layer in run.trainer.tensors:
        norms = np.linalg.norm(layer["weight"].astype(np.float64), axis=1)
        assert norms.max() <= 0.3 * (1 + 1e-6)
        assert norms.max() > 0.29


def test_every_regularizer_has_a_counterpart():
    assert {entry.key() for entry in REGULARIZERS} == counterparts.REGULARIZERS.keys()
    assert {settings["kind"] for settings in SETTINGS} == counterparts.REGULARIZERS.keys()
