"""Freezing and muting: what training leaves alone, and what counts as zero for a while."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS

LAYERS = [{"units": 6}, {"units": 5, "activation": "relu"}]


def experiment(first=None, second=None, output=None, **training):
    return Experiment.parse(
        {
            "data": {"kind": "moons", "samples": 60},
            "network": {
                "layers": [{**LAYERS[0], **(first or {})}, {**LAYERS[1], **(second or {})}],
                "output": output or {},
            },
            "training": training,
        }
    )


def flat(trainer):
    return np.concatenate([t.ravel() for layer in trainer.tensors for t in layer.values()])


@pytest.mark.parametrize("regularizer", REGULARIZERS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda entry: entry.key())
def test_frozen_layers_and_weights_stay_to_the_bit_whatever_trains_the_others(optimizer, regularizer):
    if optimizer.full_batch and regularizer.key() not in ("none", "l2"):
        return  # refused
    first = {"frozen": True, "normalization": "layer"}
    second = {"frozen_weights": [[0, 1], [4, 5]]}
    trainer = Trainer(
        experiment(first, second, optimizer=optimizer.key(), regularizer={"kind": regularizer.key()})
    )
    before = trainer.tensors
    assert trainer.advance(epochs=3)
    after = trainer.tensors
    for name, tensor in before[0].items():
        np.testing.assert_array_equal(after[0][name], tensor)
    for unit, source in ((0, 1), (4, 5)):
        assert after[1]["weight"][unit, source] == before[1]["weight"][unit, source]
    moved = after[1]["weight"] != before[1]["weight"]
    assert moved.sum() >= moved.size // 2


def test_a_layer_that_thaws_trains_again():
    trainer = Trainer(experiment({"frozen": True}, optimizer={"kind": "adam", "learning_rate": 0.01}))
    trainer.advance(epochs=2)
    before = trainer.parameters[0][0]
    trainer.tune(experiment(optimizer={"kind": "adam", "learning_rate": 0.01}))
    np.testing.assert_array_equal(trainer.parameters[0][0], before)
    trainer.advance(epochs=1)
    assert (trainer.parameters[0][0] != before).all()


def test_a_muted_weight_is_zero_keeps_its_value_and_comes_back_with_it():
    plain, muted = (
        experiment(),
        experiment(second={"muted_weights": [[2, 3]]}, output={"muted_weights": [[0, 4]]}),
    )
    trainer = Trainer(plain)
    trainer.advance(epochs=2)
    before = trainer.parameters
    trainer.tune(muted)
    assert trainer.parameters[1][0][2, 3] == trainer.parameters[2][0][0, 4] == 0
    silenced = Trainer(plain)
    weights = [(weight.copy(), bias) for weight, bias in before]
    weights[1][0][2, 3] = weights[2][0][0, 4] = 0
    silenced.set_parameters(weights)
    X = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_array_equal(trainer.predict(X), silenced.predict(X))
    trainer.advance(epochs=3)
    assert trainer.parameters[1][0][2, 3] == 0
    trainer.tune(plain)
    assert trainer.parameters[1][0][2, 3] == before[1][0][2, 3]
    assert trainer.parameters[2][0][0, 4] == before[2][0][0, 4]


def test_weights_written_while_some_are_muted_are_heard_later():
    trainer = Trainer(experiment(second={"muted_weights": [[2, 3]]}))
    given = [(np.ones_like(weight), bias) for weight, bias in trainer.parameters]
    trainer.set_parameters(given)
    assert trainer.parameters[1][0][2, 3] == 0
    trainer.tune(experiment())
    assert trainer.parameters[1][0][2, 3] == 1


def test_a_graft_keeps_the_value_of_a_muted_weight():
    trainer = Trainer(experiment())
    value = trainer.parameters[1][0][2, 3]
    trainer.tune(experiment(second={"muted_weights": [[2, 3]]}))
    trainer.graft(experiment(first={"units": 9}, second={"muted_weights": [[2, 3]]}))
    assert trainer.parameters[1][0][2, 3] == 0
    trainer.tune(experiment(first={"units": 9}))
    assert trainer.parameters[1][0][2, 3] == value


def test_a_muted_unit_says_zero_in_predictions_training_and_pictures():
    muted = Trainer(experiment({"muted_units": [1, 4]}, optimizer="sgd"))
    before = muted.parameters
    grid = muted._fields.grid(16, (0, 1))
    for unit in range(6):
        assert grid.row(unit).any() == (unit not in (1, 4))
    weights = [(weight.copy(), bias) for weight, bias in before]
    weights[1][0][:, [1, 4]] = 0
    twin = Trainer(experiment(optimizer="sgd"))
    twin.set_parameters(weights)
    X = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_array_equal(muted.predict(X), twin.predict(X))
    muted.advance(epochs=2)
    np.testing.assert_array_equal(
        muted.parameters[0][0][[1, 4]], before[0][0][[1, 4]]
    )  # they get no gradient
    np.testing.assert_array_equal(muted.parameters[1][0][:, [1, 4]], before[1][0][:, [1, 4]])


def test_edits_drop_what_is_said_of_units_and_inputs_that_are_gone():
    old = experiment({"muted_units": [0, 5]}, {"frozen_weights": [[0, 5], [1, 1]], "muted_weights": [[4, 0]]})
    layers = (
        old.network.layers[0].edited(units=5, muted_units=(0, 5)),
        old.network.layers[1].edited(units=4),
    )
    new = old.edited(network=old.network.edited(layers=layers))
    assert new.network.layers[0].muted_units == (0,)
    assert new.network.layers[1].frozen_weights == ((1, 1),)
    assert new.network.layers[1].muted_weights == ()


def test_an_output_link_that_is_not_there_is_named():
    from engine.errors import ExperimentError

    with pytest.raises(
        ExperimentError, match=r"network.output.muted_weights.0: there is no unit 1, the output has 1"
    ):
        Trainer(experiment(output={"muted_weights": [[1, 0]]}))
