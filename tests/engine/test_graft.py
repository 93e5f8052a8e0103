"""What a running network keeps when its structure or its data change under it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import DataError, Experiment, ExperimentError, Trainer
from engine.catalog.losses import HalfSquaredError
from engine.kernels import layout
from tests.engine.small import assert_same
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


def carried(fresh: Any, old: Any, pairs: list[tuple[int, int]]) -> Any:
    """Write into fresh layers what has a place there: a layer's inputs are features or units."""
    for new_at, old_at in pairs:
        (weight, bias), (old_weight, old_bias) = fresh[new_at], old[old_at]
        rows = min(len(bias), len(old_bias))
        columns = min(weight.shape[1], old_weight.shape[1])
        bias[:rows] = old_bias[:rows]
        if new_at and old_at:
            weight[:rows, :columns] = old_weight[:rows, :columns]
        elif new_at == old_at:
            weight[:rows] = old_weight[:rows]
    return fresh


def velocity(trainer: Trainer) -> Any:
    """Return the one number that momentum remembers of each parameter."""
    return [(layer["weight"], layer["bias"]) for layer in next(iter(trainer.optimizer_state.values()))]


@pytest.mark.parametrize(("after", "pairs"), KEEPS.values(), ids=KEEPS)
def test_weights_that_have_a_place_are_kept_to_the_bit(after, pairs):
    trainer = trained()
    old, memory, counters = trainer.parameters, velocity(trainer), (trainer.epoch, trainer.step)
    rows = len(trainer.data.train_rows)
    kept = trainer.graft(after)
    assert trainer.experiment == after
    assert (trainer.epoch, trainer.step) == counters
    assert trainer.batch == (1 if len(trainer.data.train_rows) == rows else 0)
    fresh = Trainer(after)  # what is new is drawn as at a start
    np.testing.assert_array_equal(flat(trainer.parameters), flat(carried(fresh.parameters, old, pairs)))
    if after.training == experiment().training:  # and what the optimizer remembers goes along
        expected = carried(velocity(fresh), memory, pairs)
        np.testing.assert_array_equal(flat(velocity(trainer)), flat(expected))
    else:
        assert not trainer._machine.learning.slots.any()
    ones = [(np.ones_like(weight), np.ones_like(bias)) for weight, bias in old]
    marks = carried([(np.zeros_like(w), np.zeros_like(b)) for w, b in fresh.parameters], ones, pairs)
    assert kept.kept == flat(marks).sum()
    assert kept.kept + kept.drawn == flat(marks).size
    assert kept.kept + kept.dropped == flat(old).size
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
    kept = trainer.graft(after)
    both = set(features) & set(FEATURES)
    assert kept.drawn == UNITS[0] * (len(features) - len(both))
    assert kept.dropped == UNITS[0] * (len(FEATURES) - len(both))
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


PLATEAU = {"kind": "plateau", "patience": 3, "threshold": 0.5}  # no loss is ever low enough


@pytest.mark.parametrize(
    "changes",
    [
        {
            "training": {
                "optimizer": "adam",
                "input_noise": 0.1,
                "schedule": PLATEAU,
            }
        },
        {"network": {"layers": [{"units": 5, "dropout": 0.3, "normalization": "batch"}, {"units": 4}]}},
        {"network": {"layers": [{"units": 5, "muted_weights": [[0, 1]], "frozen": True}, {"units": 4}]}},
    ],
    ids=["adam, noise and a plateau", "dropout and batch normalization", "muted and frozen weights"],
)
def test_what_a_graft_does_not_touch_goes_on_undisturbed(changes):
    trainer, twin = Trainer(experiment(**changes)), Trainer(experiment(**changes))
    for one in (trainer, twin):
        assert one.advance(epochs=2)
        assert one.advance(batches=2)
    kept = trainer.graft(trainer.experiment)
    assert (kept.drawn, kept.dropped) == (0, 0)
    for _ in range(4):
        for one in (trainer, twin):
            assert one.advance(epochs=1)
        assert_same(trainer, twin)
        assert trainer.learning_rate == twin.learning_rate


def test_batches_dropout_and_noise_come_in_the_same_order_in_another_structure():
    trainer, twin = trained(), trained()
    trainer.graft(experiment((6, 4, 3, 2)))
    for one in (trainer, twin):
        assert one.advance(epochs=3)
    learning, other = trainer._machine.learning, twin._machine.learning
    for name in ("order", "order_state", "dropout_state", "noise_state", "counters"):
        np.testing.assert_array_equal(getattr(learning, name), getattr(other, name))


def test_more_samples_begin_an_epoch_of_their_own():
    trainer = trained()
    trainer.graft(experiment(data={"kind": "moons", "samples": 90}))
    assert trainer.batch == 0
    assert sorted(trainer._machine.learning.order) == list(range(len(trainer.data.train_rows)))


def test_an_optimizer_of_all_rows_does_not_begin_within_an_epoch():
    trainer = trained()
    trainer.graft(experiment(training={"optimizer": "lbfgs"}))
    assert trainer.batch == 0
    assert trainer.advance(batches=2)
    twin = Trainer(trainer.experiment)
    twin.set_tensors(trainer.tensors)
    np.testing.assert_allclose(trainer.snapshot().losses["train"], twin.snapshot().losses["train"])
    assert trainer._machine._train(1) == 0  # the gradient alone
    loss = trainer._machine.learning.losses[layout.OF_BATCH]
    np.testing.assert_allclose(loss, trainer.snapshot().losses["train"], rtol=1e-5)


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
