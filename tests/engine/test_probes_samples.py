"""One sample forward and backward: against the reference, differences of the loss, and steps really taken."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import reference
from engine.catalog.optimizers import OPTIMIZERS
from engine.probes import Memory
from tests.engine.probed import CASES, audible, probe_of, put, row, tensors_of, trainer_of_case
from tests.engine.twins import Twin, table, trainer_of

ROW = 7


def sample_of(trainer: Any, **more: Any) -> Any:
    return probe_of(trainer).one_sample(tensors_of(trainer), ROW, **more)


@pytest.mark.parametrize("name", CASES)
def test_forward_is_the_reference_s(name):
    trainer = trainer_of_case(name)
    found, twin = sample_of(trainer), Twin(trainer)
    traces = twin.forward(trainer.data.train_features[[ROW]])
    assert found.loss == pytest.approx(twin.loss([ROW]), rel=1e-12)
    np.testing.assert_array_equal(found.inputs, trainer.data.train_inputs[ROW])
    np.testing.assert_array_equal(found.features, trainer.data.train_features[ROW])
    np.testing.assert_array_equal(found.target, twin.targets[ROW])
    assert len(found.layers) == len(traces)
    for layer, trace in zip(found.layers, traces, strict=True):
        for field in ("inputs", "z", "x", "values", "outputs"):
            assert getattr(layer, field).dtype == np.float64
            np.testing.assert_array_equal(getattr(layer, field), getattr(trace, field)[0])
        if trace.n is None:
            assert layer.normalized is None
        else:
            np.testing.assert_array_equal(layer.normalized, trace.n[0])


@pytest.mark.parametrize("name", CASES)
def test_gradient_is_that_of_the_loss_by_every_parameter(name):
    trainer = trainer_of_case(name)
    found, twin = sample_of(trainer), Twin(trainer)
    origin, distance = row(twin.tensors), 1e-6
    exact = np.zeros_like(origin)
    for i, mask in enumerate(audible(trainer)):
        losses = []
        for sign in (1, -1):
            moved = origin.copy()
            moved[i] += sign * distance * mask
            put(twin, moved)
            losses.append(twin.loss([ROW]))
        exact[i] = (losses[0] - losses[1]) / (2 * distance)
    gradient = [layer.gradient for layer in found.layers]
    np.testing.assert_allclose(row(gradient), exact, rtol=1e-5, atol=1e-8 * (1 + np.abs(exact).max()))


@pytest.mark.parametrize("name", CASES)
def test_deltas_are_slopes_of_the_loss_by_what_the_layers_hand_on(name):
    trainer = trainer_of_case(name)
    found, twin = sample_of(trainer), Twin(trainer)
    for at, layer in enumerate(found.layers[:-1], 1):
        above = SimpleNamespace(network=SimpleNamespace(layers=trainer.experiment.network.layers[at:]))

        def loss(outputs: np.ndarray, above: Any = above, at: int = at) -> float:
            last = reference.forward(above, twin.output, twin.tensors[at:], outputs[None])[-1]
            return reference.mean_loss(twin.rule, twin.loss_numbers, last, twin.targets[[ROW]])

        steps = 1e-6 * np.eye(layer.outputs.size)
        exact = [(loss(layer.outputs + e) - loss(layer.outputs - e)) / 2e-6 for e in steps]
        np.testing.assert_allclose(layer.output_deltas, exact, rtol=1e-5, atol=1e-8)
        spec = trainer.experiment.network.layers[at - 1]
        if spec.activation.kind not in ("maxout", "prelu"):
            slope = spec.activation.slope(layer.x, layer.values, *spec.activation.numbers())
            arriving = layer.output_deltas.copy()
            arriving[list(spec.muted_units)] = 0
            np.testing.assert_allclose(layer.x_deltas, arriving * slope, rtol=1e-9, atol=1e-15)
        if spec.normalization == "none":
            np.testing.assert_array_equal(layer.z_deltas, layer.x_deltas)
    last = found.layers[-1]
    np.testing.assert_array_equal(last.z_deltas, last.gradient["bias"])
    if twin.rule.acts_on == "output":
        slope = twin.output.slope(last.x, last.values, *twin.output.numbers())
        np.testing.assert_allclose(last.output_deltas * slope, last.z_deltas, rtol=1e-9)
    else:
        assert last.output_deltas is None


def test_a_sample_of_one_s_own_is_like_a_row():
    for name in ("four classes", "residual"):
        trainer = trainer_of_case(name)
        data, probe, tensors = trainer.data, probe_of(trainer), tensors_of(trainer)
        known = probe.one_sample(tensors, ROW)
        own = probe.one_sample(tensors, inputs=data.train_inputs[ROW], target=data.train_targets[ROW])
        assert own.loss == known.loss
        np.testing.assert_array_equal(own.target, known.target)
        np.testing.assert_array_equal(own.layers[0].gradient["weight"], known.layers[0].gradient["weight"])
        test = probe.one_sample(tensors, ROW, part="test")
        np.testing.assert_array_equal(test.features, data.test_features[ROW])


# What the optimizer would do

STEPPING = [entry for entry in OPTIMIZERS if entry.rules]


@pytest.mark.parametrize("entry", STEPPING, ids=lambda entry: entry.key())
def test_update_is_the_step_that_training_takes(entry):
    """Of a table with a single row a batch is that sample."""
    trainer = trainer_of(
        table(5, rows=1, inputs=3),
        [
            {"units": 4, "activation": "prelu", "frozen_weights": [[1, 2]]},
            {"units": 3, "normalization": "layer", "frozen": True},
        ],
        optimizer={"kind": entry.key(), "learning_rate": 0.02},
        schedule={"kind": "exponential", "gamma": 0.9},
        regularizer={"kind": "l2", "rate": 0.01},
        gradient_clip=0.01,  # of what is not frozen
    )
    assert trainer.advance(batches=4)
    snapshot = trainer.snapshot()
    memory = Memory(snapshot.step, snapshot.learning_rate, trainer.optimizer_state)
    found = probe_of(trainer).one_sample(snapshot.tensors, 0, memory=memory)
    assert trainer.advance(batches=1)
    for layer, before, after in zip(found.layers, snapshot.tensors, tensors_of(trainer), strict=True):
        assert layer.update.keys() == layer.gradient.keys()
        for name, update in layer.update.items():
            step = after[name].astype(np.float64) - before[name]
            np.testing.assert_allclose(update, step, rtol=2e-3, atol=3e-7)
    assert found.layers[0].update["weight"][1, 2] == 0
    assert found.layers[0].gradient["weight"][1, 2] != 0
    assert found.layers[1].gradient["weight"].any()


def test_without_a_memory_the_optimizer_begins():
    trainer = trainer_of_case("two classes", optimizer={"kind": "sgd", "learning_rate": 0.5})
    for layer in sample_of(trainer).layers:
        np.testing.assert_allclose(layer.update["bias"], -0.5 * layer.gradient["bias"], atol=1e-15)


def test_an_optimizer_of_the_whole_batch_has_no_step_for_one_sample():
    trainer = trainer_of_case("two classes", epochs=0, optimizer="lbfgs")
    assert all(layer.update is None for layer in sample_of(trainer).layers)


def test_learning_rate_zero_has_no_step():
    trainer = trainer_of_case("two classes", optimizer={"kind": "sgd", "learning_rate": 0.0})
    found = sample_of(trainer, memory=Memory(3, 0.0, trainer.optimizer_state))
    assert not row([layer.update for layer in found.layers]).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "a row, or inputs and a target"),
        ({"inputs": [1.0, 2.0, 3.0]}, "a row, or inputs and a target"),
        ({"row": 60}, "0 to 59"),
        ({"row": 25, "part": "test"}, "0 to 24"),
        ({"inputs": [1.0], "target": 0}, "shape"),
        ({"inputs": [1.0, 2.0, 3.0], "target": 4}, "4 classes"),
    ],
)
def test_a_sample_that_is_none_is_refused(arguments, message):
    trainer = trainer_of_case("four classes")
    with pytest.raises(ValueError, match=message):
        probe_of(trainer).one_sample(tensors_of(trainer), **arguments)
