"""What a running network keeps when its structure or its data change under it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import DataError, Experiment, ExperimentError, Trainer
from engine.catalog.losses import HalfSquaredError
from tests.engine.twins import flat

FEATURES = ["x1", "x2", "x1*x2"]
UNITS = (5, 4, 3)


def experiment(units: Any = UNITS, **changes: Any) -> Experiment:
    """Return a small network; ``units`` are numbers or whole layers."""
    layers = [{"units": u} if isinstance(u, int) else u for u in units]
    document = {
        "seed": 3,
        "data": {"kind": "moons", "samples": 60},
        "features": FEATURES,
        "network": {"layers": layers},
        "training": {"optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.5}},
    }
    return Experiment.parse(document | changes)


def trained() -> Trainer:
    trainer = Trainer(experiment())
    assert trainer.advance(epochs=2)
    assert trainer.advance(batches=1)
    return trainer


def layer(units: int, **more: Any) -> dict[str, Any]:
    return {"units": units, **more}


EVERYTHING = [(0, 0), (1, 1), (2, 2), (3, 3)]
# edit -> the experiment after it, and which of its layers keep the weights of which layer before it;
# where only one of the two reads features, the biases alone
KEEPS: dict[str, tuple[Experiment, list[tuple[int, int]]]] = {
    "a unit more in the first layer": (experiment((6, 4, 3)), EVERYTHING),
    "a unit more in the middle": (experiment((5, 5, 3)), EVERYTHING),
    "a unit more in the last layer": (experiment((5, 4, 4)), EVERYTHING),
    "many units more": (experiment((40, 33, 70)), EVERYTHING),
    "a unit less in the first layer": (experiment((4, 4, 3)), EVERYTHING),
    "a unit less in the middle": (experiment((5, 3, 3)), EVERYTHING),
    "one unit left in every layer": (experiment((1, 1, 1)), EVERYTHING),
    "another activation": (experiment((5, layer(4, activation="relu"), 3)), EVERYTHING),
    "a residual connection": (
        experiment((5, layer(5, residual=True), 3)),
        EVERYTHING,
    ),
    "another optimizer": (experiment(training={"optimizer": "adam"}), EVERYTHING),
    "another loss": (experiment(training={"loss": "mse"}), EVERYTHING),
    "noisier data": (experiment(data={"kind": "moons", "samples": 60, "noise": 0.3}), EVERYTHING),
    "more data": (experiment(data={"kind": "moons", "samples": 90}), EVERYTHING),
    "a layer more at the end": (experiment((5, 4, 3, 2)), [(0, 0), (1, 1), (2, 2), (4, 3)]),
    "a layer less at the end": (experiment((5, 4)), [(0, 0), (1, 1), (2, 3)]),
    "a layer more in the middle": (experiment((5, 7, 4, 3)), [(0, 0), (2, 1), (3, 2), (4, 3)]),
    "a layer less in the middle": (experiment((5, 3)), [(0, 0), (1, 2), (2, 3)]),
    "a layer more at the front": (experiment((7, 5, 4, 3)), [(1, 0), (2, 1), (3, 2), (4, 3)]),
    "a layer less at the front": (experiment((4, 3)), [(0, 1), (1, 2), (2, 3)]),
    "another initializer": (
        experiment((5, layer(4, initializer="he_normal"), 3)),
        [(0, 0), (2, 2), (3, 3)],
    ),
    "another initializer of the output": (
        experiment(
            network={"layers": [layer(5), layer(4), layer(3)], "output": {"initializer": "zeros"}},
        ),
        [(0, 0), (1, 1), (2, 2)],
    ),
    "every layer gone": (experiment(()), [(0, 3)]),
}


@pytest.mark.parametrize(("after", "pairs"), KEEPS.values(), ids=KEEPS)
def test_weights_that_have_a_place_are_kept_to_the_bit(after, pairs):
    trainer = trained()
    old, counters = trainer.parameters, (trainer.epoch, trainer.step)
    trainer.graft(after)
    assert trainer.experiment == after
    assert (trainer.epoch, trainer.step) == counters
    assert trainer.batch == 0
    assert not trainer._machine.learning.slots.any()
    expected = Trainer(after).parameters  # what is new is drawn as at a start
    for new_at, old_at in pairs:
        (weight, bias), (old_weight, old_bias) = expected[new_at], old[old_at]
        rows = min(len(bias), len(old_bias))
        columns = min(weight.shape[1], old_weight.shape[1])
        bias[:rows] = old_bias[:rows]
        if new_at and old_at:  # the first layer reads features, another one units
            weight[:rows, :columns] = old_weight[:rows, :columns]
        elif new_at == old_at:
            weight[:rows] = old_weight[:rows]
    for (weight, bias), (other, other_bias) in zip(trainer.parameters, expected, strict=True):
        np.testing.assert_array_equal(weight, other)
        np.testing.assert_array_equal(bias, other_bias)
    assert trainer.advance(epochs=1)
    assert trainer.epoch == counters[0] + 1


@pytest.mark.parametrize(
    "features",
    [
        ["x1", "x2", "x1*x2", "x1**2"],
        ["sin(x1)", "x1", "x2", "x1*x2"],
        ["x1", "x1*x2"],
        ["x1*x2"],
        ["x2", "x1*x2", "x1"],
        ["cos(x1)", "x1*x2", "sin(x2)"],
        ["x1**2"],
    ],
    ids=", ".join,
)
def test_features_keep_their_weights_wherever_they_stand(features):
    trainer = trained()
    old = trainer.parameters
    after = experiment(features=features)
    trainer.graft(after)
    drawn = Trainer(after).parameters[0][0]
    weight, bias = trainer.parameters[0]
    np.testing.assert_array_equal(bias, old[0][1])
    for column, text in enumerate(features):
        before = old[0][0][:, FEATURES.index(text)] if text in FEATURES else drawn[:, column]
        np.testing.assert_array_equal(weight[:, column], before)
    np.testing.assert_array_equal(flat(trainer.parameters[1:]), flat(old[1:]))


def test_there_and_back_again_keeps_the_predictions():
    trainer = trained()
    X = trainer.data.train_inputs
    before = trainer.predict(X)
    trainer.graft(experiment(training={"optimizer": "adam"}))
    np.testing.assert_array_equal(trainer.predict(X), before)
    trainer.graft(experiment((9, 4, 3)))
    trainer.graft(experiment())
    np.testing.assert_array_equal(trainer.predict(X), before)


def test_data_are_drawn_anew_only_where_they_have_changed():
    trainer = trained()
    data = trainer.data
    trainer.graft(experiment((6, 4, 3)))
    assert trainer.data is data
    trainer.graft(experiment((6, 4, 3), data={"kind": "moons", "samples": 60, "noise": 0.3}))
    assert trainer.data is not data
    np.testing.assert_array_equal(trainer.data.train_rows, data.train_rows)


def test_a_grafted_run_is_as_deterministic_as_any():
    a, b = trained(), trained()
    for trainer in (a, b):
        trainer.graft(experiment((6, 4, 3)))
        assert trainer.advance(epochs=2)
    np.testing.assert_array_equal(flat(a.parameters), flat(b.parameters))


BROKEN = {
    "no such file": (
        {"kind": "csv", "path": "nowhere.csv", "inputs": ["a", "b"], "target": "c"},
        DataError,
        "nowhere.csv: there is no such file",
    ),
    "no points": ({"kind": "points", "points": []}, DataError, "points: there are none yet"),
    "an output that does not fit": (
        {"kind": "rings", "samples": 30},
        ExperimentError,
        "network.output.activation: cross_entropy with 3 classes needs softmax, not sigmoid",
    ),
}


@pytest.mark.parametrize(("data", "error", "message"), BROKEN.values(), ids=BROKEN)
def test_a_graft_that_fails_leaves_the_trainer_as_it_was(data, error, message):
    trainer, twin = trained(), trained()
    network = {"layers": [{"units": 5}], "output": {"activation": "sigmoid"}}
    with pytest.raises(error) as caught:
        trainer.graft(experiment(data=data, network=network))
    assert message in caught.value.problems[0]
    assert trainer.experiment == twin.experiment
    assert trainer.advance(epochs=2)
    assert twin.advance(epochs=2)
    np.testing.assert_array_equal(flat(trainer.parameters), flat(twin.parameters))
    assert trainer.snapshot().losses == twin.snapshot().losses


def test_a_loss_of_another_scale_goes_on_from_the_same_weights():
    trainer = trained()
    old = flat(trainer.parameters)
    training = trainer.experiment.training.edited(loss=HalfSquaredError())
    trainer.graft(trainer.experiment.edited(training=training))
    np.testing.assert_array_equal(flat(trainer.parameters), old)
    assert trainer.snapshot().losses["train"] < 0.5
