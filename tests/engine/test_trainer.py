"""The trainer: its public API, what a run depends on, snapshots, and parameters from outside."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer, WeightsError
from engine.catalog.metrics import metrics_for
from engine.catalog.optimizers import OPTIMIZERS
from engine.snapshot import FrameRequest
from engine.warm import KERNELS
from tests.engine.small import assert_same, experiment, frame_of, numpy_outputs, state
from tests.engine.twins import flat

ARCHITECTURES: list[dict[str, Any]] = [
    {"data": {"kind": "spiral", "samples": 60}},
    {
        "data": {"kind": "rings", "samples": 50, "noise": 0.1},
        "network": {"layers": [{"units": 6, "dropout": 0.3}, {"units": 6, "residual": True}]},
        "training": {"optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9}, "batch_size": 7},
    },
    {
        "data": {"kind": "sine", "samples": 40},
        "network": {"layers": [{"units": 17, "activation": "relu"}]},
        "training": {"batch_size": "full", "regularizer": "l1", "gradient_clip": 0.5},
    },
    {
        "data": {"kind": "reg_gauss", "samples": 40},
        "network": {"layers": []},
        "training": {"shuffle": False, "optimizer": "rmsprop", "regularizer": "l2"},
    },
]
ids = [a["data"]["kind"] for a in ARCHITECTURES]


def test_public_api_is_that_of_the_design():
    import engine

    assert {"Experiment", "Trainer"} <= set(engine.__all__)
    assert next(iter(inspect.signature(Trainer).parameters)) == "experiment"
    advance = inspect.signature(Trainer.advance).parameters
    assert {name: advance[name].kind for name in ("epochs", "batches")} == dict.fromkeys(
        ("epochs", "batches"), inspect.Parameter.KEYWORD_ONLY
    )
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        engine.Nothing  # noqa: B018


def test_counters_count_epochs_steps_and_batches():
    trainer = Trainer(experiment())  # 30 rows in batches of 10
    assert (trainer.epoch, trainer.step, trainer.batch, trainer.batches_per_epoch) == (0, 0, 0, 3)
    assert trainer.advance(batches=2)
    assert (trainer.epoch, trainer.step, trainer.batch) == (0, 2, 2)
    assert trainer.advance(epochs=1)
    assert (trainer.epoch, trainer.step, trainer.batch) == (1, 3, 0)
    assert trainer.advance(batches=7)
    assert (trainer.epoch, trainer.step, trainer.batch) == (3, 10, 1)
    assert trainer.advance(epochs=2)
    assert (trainer.epoch, trainer.step, trainer.batch) == (5, 15, 0)
    snapshot = trainer.snapshot()
    assert (snapshot.epoch, snapshot.step, snapshot.diverged) == (5, 15, None)


def test_last_smaller_batch_is_trained_too():
    trainer = Trainer(experiment(training={"batch_size": 8}))
    assert trainer.batches_per_epoch == 4
    assert trainer.advance(epochs=2)
    assert (trainer.epoch, trainer.step) == (2, 8)


def test_advancing_by_nothing_changes_nothing():
    trainer = Trainer(experiment())
    before = state(trainer)
    assert trainer.advance(epochs=0)
    assert trainer.advance(batches=0)
    for x, y in zip(before, state(trainer), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, TypeError),
        ({"epochs": 1, "batches": 1}, TypeError),
        ({"epochs": 1.5}, TypeError),
        ({"batches": "3"}, TypeError),
        ({"epochs": -1}, ValueError),
        ({"batches": -1}, ValueError),
    ],
)
def test_advance_refuses_what_is_no_amount(arguments, error):
    trainer = Trainer(experiment())
    with pytest.raises(error):
        trainer.advance(**arguments)
    assert trainer.step == 0


def test_kernels_release_the_interpreter():
    assert all(kernel.targetoptions["nogil"] for kernel in KERNELS)


def test_parameters_are_float32_copies_from_input_to_output():
    trainer = Trainer(experiment())
    shapes = [(weight.shape, bias.shape) for weight, bias in trainer.parameters]
    assert shapes == [((5, 2), (5,)), ((4, 5), (4,)), ((1, 4), (1,))]
    assert all(part.dtype == np.float32 for layer in trainer.parameters for part in layer)
    before = flat(trainer.parameters)
    trainer.parameters[0][0][:] = 7
    np.testing.assert_array_equal(flat(trainer.parameters), before)


# What a run depends on


@pytest.mark.parametrize("document", ARCHITECTURES, ids=ids)
def test_same_document_gives_the_same_run(document):
    a, b = (Trainer(Experiment.parse(document)) for _ in range(2))
    assert a.advance(epochs=4)
    assert b.advance(epochs=4)
    assert_same(a, b)
    assert a.snapshot().losses == b.snapshot().losses


@pytest.mark.parametrize("document", ARCHITECTURES, ids=ids)
def test_chunks_do_not_matter(document):
    once, by_epoch, by_batch = (Trainer(Experiment.parse(document)) for _ in range(3))
    assert once.advance(epochs=10)
    for _ in range(10):
        assert by_epoch.advance(epochs=1)
    for i in range(10 * by_batch.batches_per_epoch):
        if i % 3 == 0:  # looking does not matter either
            by_batch.predict(by_batch.data.train_inputs)
            by_batch.snapshot()
            frame_of(by_batch, FrameRequest(16, 16))
        assert by_batch.advance(batches=1)
    assert_same(once, by_epoch)
    assert_same(once, by_batch)
    assert once.epoch == 10


def test_reset_is_a_new_start():
    trainer = Trainer(Experiment.parse(ARCHITECTURES[1]))
    assert trainer.advance(epochs=3)
    trainer.reset()
    assert_same(trainer, Trainer(trainer.experiment))
    assert trainer.advance(epochs=2)
    fresh = Trainer(trainer.experiment)
    assert fresh.advance(epochs=2)
    assert_same(trainer, fresh)


def test_another_seed_changes_everything():
    a, b = Trainer(experiment()), Trainer(experiment(seed=4))
    assert not np.array_equal(a.data.train_inputs, b.data.train_inputs)
    assert not np.array_equal(a.parameters[0][0], b.parameters[0][0])


FIRST_ORDER = [entry.key() for entry in OPTIMIZERS if entry.rules]


@pytest.mark.parametrize("optimizer", FIRST_ORDER)
def test_the_same_document_gives_the_same_bits_twice(optimizer):
    layers = [{"units": 6, "dropout": 0.3, "normalization": "batch"}, {"units": 5, "activation": "prelu"}]
    document = experiment(network={"layers": layers}, training={"optimizer": optimizer, "input_noise": 0.1})
    a, b = Trainer(document), Trainer(document)
    a.advance(epochs=3)
    while b.epoch < 3:
        b.advance(batches=1)
    for layer, same in zip(a.tensors, b.tensors, strict=True):
        for name, tensor in layer.items():
            np.testing.assert_array_equal(tensor, same[name], err_msg=name)


@pytest.mark.parametrize(
    "training",
    [
        *({"optimizer": key} for key in FIRST_ORDER),
        {"optimizer": {"kind": "sgd", "learning_rate": 0.5}},
        {"batch_size": 4},
        {"regularizer": "l2"},
        {"loss": "mse"},
        {"schedule": "cosine"},
        {"input_noise": 0.5},
        {"gradient_clip_value": 0.1},
    ],
    ids=str,
)
def test_a_setting_of_training_leaves_data_weights_and_order_alone(training):
    a, b = Trainer(experiment()), Trainer(experiment(training=training))
    np.testing.assert_array_equal(a.data.train_rows, b.data.train_rows)
    np.testing.assert_array_equal(a.data.train_inputs, b.data.train_inputs)
    np.testing.assert_array_equal(flat(a.parameters), flat(b.parameters))
    for _ in range(3):
        assert a.advance(epochs=1)
        assert b.advance(epochs=1)
        np.testing.assert_array_equal(a._machine.learning.order, b._machine.learning.order)


def test_units_of_one_layer_leave_the_others_weights_alone():
    def of(units):
        layers = [{"units": 3}, {"units": 4}, {"units": units}, {"units": 5}, {"units": 6}]
        return Trainer(experiment(network={"layers": layers})).parameters

    for i, ((weight, bias), (other, other_bias)) in enumerate(zip(of(7), of(9), strict=True)):
        if i not in (2, 3):  # that layer, and the one that reads it
            np.testing.assert_array_equal(weight, other)
            np.testing.assert_array_equal(bias, other_bias)


def test_dropout_leaves_the_batch_order_alone():
    a = Trainer(experiment())
    b = Trainer(experiment(network={"layers": [{"units": 5, "dropout": 0.5}, {"units": 4}]}))
    assert a.advance(epochs=2)
    assert b.advance(epochs=2)
    np.testing.assert_array_equal(a._machine.learning.order, b._machine.learning.order)
    assert not np.array_equal(flat(a.parameters), flat(b.parameters))


# Snapshots


def test_snapshot_agrees_with_plain_numpy():
    trainer = Trainer(experiment(features=["x1", "x2", "x1*x2"]))
    assert trainer.advance(epochs=30)
    snapshot, data = trainer.snapshot(), trainer.data
    for part, features, targets in (
        ("train", data.train_features, data.train_targets),
        ("test", data.test_features, data.test_targets),
    ):
        p = numpy_outputs(snapshot.parameters, features)[:, 0]
        loss = -np.log(np.where(targets == 1, p, 1 - p)).mean()
        assert snapshot.losses[part] == pytest.approx(loss, rel=1e-5)
        metrics = snapshot.metrics[part]
        assert metrics["accuracy"] == np.mean((p >= 0.5) == targets)
        assert metrics["log_loss"] == pytest.approx(loss, rel=1e-5)
        assert list(metrics) == [metric.key() for metric in metrics_for("classification")]
    np.testing.assert_allclose(
        trainer.predict(data.test_inputs), numpy_outputs(snapshot.parameters, data.test_features), atol=1e-6
    )


def test_snapshot_never_changes():
    trainer = Trainer(experiment())
    snapshot = trainer.snapshot()
    before = flat(snapshot.parameters)
    losses = dict(snapshot.losses)
    assert trainer.advance(epochs=1)
    np.testing.assert_array_equal(flat(snapshot.parameters), before)
    assert dict(snapshot.losses) == losses
    assert snapshot.losses != trainer.snapshot().losses
    with pytest.raises(ValueError, match="read-only"):
        snapshot.parameters[0][0][:] = 0
    with pytest.raises(TypeError):
        snapshot.losses["train"] = 0.0  # type: ignore[index]
    with pytest.raises(TypeError):
        snapshot.metrics["train"]["accuracy"] = 0.0  # type: ignore[index]
    with pytest.raises(AttributeError):
        snapshot.epoch = 3  # type: ignore[misc]


def test_without_test_rows_there_is_no_test_loss():
    trainer = Trainer(experiment(data={"kind": "moons", "samples": 20, "test_fraction": 0.0}))
    snapshot = trainer.snapshot()
    assert list(snapshot.losses) == list(snapshot.metrics) == ["train"]
    assert len(trainer.data.train_features) == 20


# Parameters from outside


def test_set_parameters_are_taken_as_they_are():
    a, b = Trainer(experiment()), Trainer(experiment(seed=9))
    assert a.advance(epochs=1)
    a.set_parameters(b.parameters)
    np.testing.assert_array_equal(flat(a.parameters), flat(b.parameters))
    a.set_parameters([(weight.tolist(), bias.tolist()) for weight, bias in b.parameters])
    np.testing.assert_array_equal(flat(a.parameters), flat(b.parameters))
    assert not a._machine.learning.slots.any()


def _with(change):
    def changed(parameters):
        parameters = [list(layer) for layer in parameters]
        change(parameters)
        return parameters

    return changed


def _put(layer, part, value):
    return _with(lambda parameters: parameters[layer].__setitem__(part, value))


REFUSED = {
    "transposed": (
        _put(0, 0, np.zeros((2, 5))),
        ["layers.0.weight: must have the shape (5, 2), not (2, 5)"],
    ),
    "flat": (_put(0, 0, np.zeros(10)), ["layers.0.weight: must have the shape (5, 2), not (10,)"]),
    "bias": (_put(2, 1, np.zeros(2)), ["layers.2.bias: must have the shape (1,), not (2,)"]),
    "nan": (
        _put(1, 0, np.full((4, 5), np.nan)),
        ["layers.1.weight: holds a value that is not a finite number"],
    ),
    "beyond float32": (
        _put(1, 1, np.full(4, 1e39)),
        ["layers.1.bias: holds a value that is not a finite number"],
    ),
    "text": (_put(1, 1, ["a"] * 4), ["layers.1.bias: must hold numbers, not <U1"]),
    "objects": (_put(1, 1, [None] * 4), ["layers.1.bias: must hold numbers, not object"]),
    "complex": (_put(1, 1, np.zeros(4, complex)), ["layers.1.bias: must hold numbers, not complex128"]),
    "ragged": (
        _put(0, 0, [[1.0], [1.0, 2.0]]),
        ["layers.0.weight: must be an array of numbers"],
    ),
    "no bias": (
        _with(lambda parameters: parameters[1].pop()),
        ["layers.1: must be a weight and a bias, each an array of numbers"],
    ),
    "none": (
        _with(lambda parameters: parameters.__setitem__(1, None)),
        ["layers.1: must be a weight and a bias, each an array of numbers"],
    ),
    "a layer less": (
        _with(lambda parameters: parameters.pop()),
        ["the weights have 2 layers, the network has 3"],
    ),
    "two at once": (
        _with(lambda parameters: [layer.__setitem__(1, np.zeros(99)) for layer in parameters[:2]]),
        [
            "layers.0.bias: must have the shape (5,), not (99,)",
            "layers.1.bias: must have the shape (4,), not (99,)",
        ],
    ),
}


@pytest.mark.parametrize(("change", "problems"), REFUSED.values(), ids=REFUSED)
def test_set_parameters_refuses_what_does_not_fit(change, problems):
    trainer = Trainer(experiment())
    assert trainer.advance(epochs=1)
    before = state(trainer)
    with pytest.raises(WeightsError) as caught:
        trainer.set_parameters(change(trainer.parameters))
    assert list(caught.value.problems) == problems
    for x, y in zip(before, state(trainer), strict=True):
        np.testing.assert_array_equal(x, y)
