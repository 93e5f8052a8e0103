"""What a frame carries only where it is asked for: a probe point, gradients, statistics."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

import engine.frames
from engine import Experiment, Trainer
from engine.frames import MOST_ROWS
from engine.probes import Distribution, Probe
from engine.snapshot import Frame, FrameRequest
from engine.tensors import BIAS, WEIGHT
from engine.warm import KERNELS
from tests.engine.probed import CASES, exact_gradient, row, trainer_of_case
from tests.engine.small import experiment, frame_of
from tests.engine.twins import Twin, random_trainer, table, trainer_of

SMALL = FrameRequest(resolution=16, thumbnail=16)
ALL = replace(SMALL, gradients=True, statistics=True)


def point_of(trainer: Trainer, seed: int = 0) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).normal(size=len(trainer.data.input_names)).tolist())


def probed_at(trainer: Trainer, point: tuple[float, ...]) -> Any:
    return frame_of(trainer, replace(SMALL, probe=point)).probed


def assert_same(found: Any, expected: Any) -> None:
    """Compare statistics, number by number."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        for field in fields(a):
            one, other = getattr(a, field.name), getattr(b, field.name)
            if not isinstance(one, Distribution):
                np.testing.assert_array_equal(one, other)
                continue
            for part in fields(one):
                np.testing.assert_array_equal(getattr(one, part.name), getattr(other, part.name))


# The probe point


@pytest.mark.parametrize("name", CASES)
def test_a_probed_point_goes_through_the_network_as_the_textbook_says(name):
    trainer = trainer_of_case(name)
    point = point_of(trainer)
    probed = probed_at(trainer, point)
    assert probed.inputs == point
    features = trainer.data.features_of([point])
    traces = Twin(trainer).forward(features)
    assert len(probed.activations) == len(traces) + 1
    np.testing.assert_array_equal(probed.activations[0], features[0])
    for found, trace in zip(probed.activations[1:], traces, strict=True):
        np.testing.assert_allclose(found, trace.outputs[0], rtol=1e-4, atol=1e-5)
    for array in (*probed.activations, probed.prediction):
        assert array.dtype == np.float32
        assert array.ndim == 1
        assert not array.flags.writeable


@pytest.mark.parametrize("name", CASES)
def test_the_answer_at_a_probed_point_is_that_of_predict_to_the_bit(name):
    trainer = trainer_of_case(name)
    point = point_of(trainer, 1)
    probed = probed_at(trainer, point)
    np.testing.assert_array_equal(probed.prediction, trainer.predict([point])[0])
    outputs = trainer._machine.outputs(trainer.data.features_of([point]))
    np.testing.assert_array_equal(probed.activations[-1], outputs[0])


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_the_prediction_is_a_probability_where_the_output_runs_from_minus_one(loss):
    trainer = Trainer(experiment(training={"loss": loss}))
    assert trainer.advance(epochs=3)
    probed = probed_at(trainer, (0.5, -1.0))
    (output,), (probability,) = probed.activations[-1], probed.prediction
    assert probability == pytest.approx((output + 1) / 2 if loss == "mse" else output, abs=1e-6)


def test_a_muted_neuron_hands_on_nothing():
    trainer = Trainer(experiment())
    layers = [{"units": 5, "muted_units": [3]}, {"units": 4}]
    before = probed_at(trainer, (1.0, 2.0))
    assert before.activations[1][3] != 0
    trainer.tune(experiment(network={"layers": layers}))
    after = probed_at(trainer, (1.0, 2.0))
    assert after.activations[1][3] == 0
    np.testing.assert_array_equal(np.delete(after.activations[1], 3), np.delete(before.activations[1], 3))
    assert not np.array_equal(after.activations[2], before.activations[2])


@pytest.mark.parametrize("point", [(1.0,), (1.0, 2.0, 3.0), ()])
def test_a_point_made_for_other_data_is_not_probed(point):
    frame = frame_of(Trainer(experiment()), replace(SMALL, probe=point))
    assert frame.probed is None
    assert frame.request.probe is None


def test_a_feature_without_a_value_there_is_told_and_not_hidden():
    trainer = Trainer(experiment(features=["x1", "x2", "1/x1"], data={"kind": "moons", "samples": 60}))
    probed = probed_at(trainer, (0.0, 1.0))
    assert not np.isfinite(probed.activations[0][2])
    np.testing.assert_array_equal(probed.prediction, trainer.predict([[0.0, 1.0]])[0])


# Gradients and statistics


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_the_slopes_of_the_mean_train_loss(name):
    trainer = trainer_of_case(name)
    frame = frame_of(trainer, ALL)
    probe = Probe(trainer.experiment, trainer.data)
    expected = probe.gradient(frame.snapshot.tensors).tensors
    assert len(frame.gradients) == len(frame.snapshot.parameters)
    for (weight, bias), layer, own in zip(frame.gradients, expected, frame.snapshot.parameters, strict=True):
        np.testing.assert_array_equal(weight, layer[WEIGHT])
        np.testing.assert_array_equal(bias, layer[BIAS])
        assert weight.shape == own[0].shape
        assert bias.shape == own[1].shape
        assert not weight.flags.writeable
    exact = exact_gradient(trainer, range(len(trainer.data.train_features)))
    largest = np.abs(exact).max()
    np.testing.assert_allclose(row(expected), exact, rtol=2e-3, atol=2e-5 * largest)


@pytest.mark.parametrize("name", CASES)
def test_statistics_are_those_of_all_training_rows(name):
    trainer = trainer_of_case(name)
    frame = frame_of(trainer, ALL)
    probe = Probe(trainer.experiment, trainer.data)
    assert_same(frame.statistics, probe.layer_statistics(frame.snapshot.tensors))


def test_of_many_rows_evenly_chosen_ones_are_looked_at():
    data = table(3, rows=2 * MOST_ROWS + 100, test_rows=50, classes=3)
    layers = [{"units": 6, "normalization": "batch"}, {"units": 5}]
    trainer = trainer_of(data, layers, loss={"kind": "cross_entropy", "class_weights": [1.0, 2.0, 3.0]})
    assert trainer.advance(epochs=1)
    frame = frame_of(trainer, ALL)
    assert frame.statistics[0].activations.count == 6 * MOST_ROWS
    rows = np.linspace(0, len(data.train_features) - 1, MOST_ROWS).round().astype(int)
    probe = Probe(trainer.experiment, data)
    expected = probe.gradient(frame.snapshot.tensors, rows=rows).tensors
    for (weight, bias), layer in zip(frame.gradients, expected, strict=True):
        np.testing.assert_array_equal(weight, layer[WEIGHT])
        np.testing.assert_array_equal(bias, layer[BIAS])
    assert_same(frame.statistics, probe.layer_statistics(frame.snapshot.tensors, rows=rows))


def test_a_table_without_test_rows_has_all_of_them():
    trainer = trainer_of(table(4, rows=30, outputs=2), [{"units": 4}])
    frame = frame_of(trainer, replace(ALL, probe=(0.0, 0.0)))
    assert frame.statistics[0].activations.count == 4 * 30
    assert frame.probed.prediction.shape == (2,)


def test_numbers_that_overflow_stop_no_frame():
    trainer = Trainer(experiment(network={"layers": [{"units": 5, "activation": "relu"}, {"units": 4}]}))
    trainer.set_parameters([(weight * 1e30, bias) for weight, bias in trainer.parameters])
    frame = frame_of(trainer, replace(ALL, probe=(5.0, 5.0)))
    assert len(frame.statistics) == len(frame.gradients) == 3


# When it is done, and at what cost


@pytest.fixture
def built(monkeypatch):
    """Count the probes that frames build."""
    found: list[Experiment] = []

    class Counted(Probe):
        def __init__(self, experiment, data):
            found.append(experiment)
            super().__init__(experiment, data)

    monkeypatch.setattr(engine.frames, "Probe", Counted)
    return found


def test_what_is_not_asked_for_is_not_computed(built):
    frame = frame_of(Trainer(experiment()), SMALL)
    assert frame.probed is frame.gradients is frame.statistics is None
    assert not built
    extras = {"probed", "gradients", "statistics"}
    assert extras <= {field.name for field in fields(Frame) if field.default is None}


def test_each_is_asked_for_by_itself():
    trainer = Trainer(experiment())
    for request, present in [
        (replace(SMALL, probe=(0.0, 0.0)), "probed"),
        (replace(SMALL, gradients=True), "gradients"),
        (replace(SMALL, statistics=True), "statistics"),
    ]:
        frame = frame_of(trainer, request)
        assert frame.request == request
        found = [name for name in ("probed", "gradients", "statistics") if getattr(frame, name) is not None]
        assert found == [present]


def test_a_probe_is_built_once_and_follows_the_training(built):
    trainer = Trainer(experiment())
    request = replace(ALL, probe=(0.5, 0.5))
    for rate in (0.1, 0.2, 0.3):  # as a slider that is dragged
        trainer.tune(experiment(training={"optimizer": {"kind": "sgd", "learning_rate": rate}}))
        assert trainer.advance(epochs=1)
        frame = frame_of(trainer, request)
        np.testing.assert_array_equal(frame.probed.prediction, trainer.predict([[0.5, 0.5]])[0])
    assert len(built) == 1


def test_edits_are_followed(built):
    trainer = Trainer(experiment())
    request = replace(ALL, probe=(0.5, 0.5))
    frame_of(trainer, request)
    for changes in (
        {"network": {"layers": [{"units": 7, "normalization": "batch"}, {"units": 4}]}},
        {"network": {"layers": [{"units": 7, "residual": True, "muted_weights": [[0, 1]]}]}},
        {"network": {"layers": [{"units": 7, "residual": True}], "output": {"activation": "sigmoid"}}},
        {"features": ["x1", "x2**2", "x1*x2"]},
        {"data": {"kind": "moons", "samples": 30}},
    ):
        document = experiment(**changes)
        trainer.graft(document)
        assert trainer.advance(epochs=1)
        frame = frame_of(trainer, request)
        np.testing.assert_array_equal(frame.probed.prediction, trainer.predict([[0.5, 0.5]])[0])
        units = [len(trainer.data.features), *(layer.units for layer in document.network.layers), 1]
        assert [len(one) for one in frame.probed.activations] == units
        assert frame.statistics[0].activations.count == units[1] * len(trainer.data.train_features)
        assert [weight.shape for weight, _ in frame.gradients] == [
            weight.shape for weight, _ in trainer.parameters
        ]
    before = trainer.parameters
    trainer.set_parameters([(0 * weight, bias) for weight, bias in before])
    assert frame_of(trainer, request).statistics[0].weights.norm == 0
    trainer.reset()
    frame = frame_of(trainer, request)
    np.testing.assert_array_equal(frame.probed.prediction, trainer.predict([[0.5, 0.5]])[0])


def test_looking_changes_nothing_about_training():
    watched, alone = Trainer(experiment()), Trainer(experiment())
    for _ in range(3):
        assert watched.advance(epochs=1)
        assert alone.advance(epochs=1)
        frame_of(watched, replace(ALL, probe=(0.1, 0.2)))
    for (weight, bias), (other_weight, other_bias) in zip(watched.parameters, alone.parameters, strict=True):
        np.testing.assert_array_equal(weight, other_weight)
        np.testing.assert_array_equal(bias, other_bias)


def test_frames_keep_what_they_show_while_training_goes_on():
    trainer = Trainer(experiment())
    request = replace(ALL, probe=(0.5, 0.5))
    first = frame_of(trainer, request)
    kept = [array.copy() for array in first.probed.activations], first.gradients[0][0].copy()
    counts = first.statistics[0].activations.counts.copy()
    assert trainer.advance(epochs=5)
    frame_of(trainer, request)
    for before, now in zip(kept[0], first.probed.activations, strict=True):
        np.testing.assert_array_equal(before, now)
    np.testing.assert_array_equal(kept[1], first.gradients[0][0])
    np.testing.assert_array_equal(counts, first.statistics[0].activations.counts)


def test_the_kernels_serve_every_request_with_one_signature():
    for seed in range(40, 46):
        trainer = random_trainer(seed)
        trainer.advance(batches=1)
        frame_of(trainer, replace(ALL, probe=point_of(trainer)))
    assert [len(kernel.signatures) for kernel in KERNELS] == [1] * len(KERNELS)
