"""What a trained network says, of generated data and of tables from files."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine import DataError, Experiment, ExperimentError, Trainer
from engine.snapshot import FrameRequest
from tests.engine.small import experiment, frame_of, numpy_outputs
from tests.engine.twins import Twin, flat, table, trainer_of

MEANINGS = [
    ({"kind": "moons"}, "cross_entropy", "auto", 1),
    ({"kind": "moons"}, "mse", "auto", 1),
    ({"kind": "moons"}, "half_squared_error", "tanh", 1),
    ({"kind": "moons"}, "mse", "linear", 1),
    ({"kind": "moons"}, "mse", "relu", 1),
    ({"kind": "moons"}, "mse", "sigmoid", 1),
    ({"kind": "rings"}, "cross_entropy", "auto", 3),
    ({"kind": "rings"}, "mse", "auto", 3),
    ({"kind": "rings"}, "mse", "tanh", 3),
    ({"kind": "blobs", "classes": 10}, "cross_entropy", "softmax", 10),
]


@pytest.mark.parametrize(
    ("data", "loss", "output", "outputs"), MEANINGS, ids=[f"{m[0]['kind']}-{m[1]}-{m[2]}" for m in MEANINGS]
)
def test_classes_are_predicted_as_probabilities(data, loss, output, outputs):
    training = {"loss": loss, "optimizer": {"kind": "adam", "learning_rate": 0.03}}
    trainer = Trainer(
        Experiment.parse(
            {
                "data": {"samples": 200, **data},
                "network": {"layers": [{"units": 16}], "output": {"activation": output}},
                "training": training,
            }
        )
    )
    assert trainer.advance(epochs=60)
    p = trainer.predict(trainer.data.train_inputs)
    assert p.shape == (100, outputs)
    assert p.dtype == np.float32
    assert p.min() >= 0
    assert p.max() <= 1
    if trainer._machine.plan.activation.kind == "softmax":
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    likeliest = p.argmax(axis=1) if outputs > 1 else p[:, 0] >= 0.5
    accuracy = np.mean(likeliest == trainer.data.train_targets)
    assert accuracy > 0.8
    assert trainer.snapshot().metrics["train"]["accuracy"] == accuracy


def test_several_values_are_predicted_as_they_are():
    data = table(1, rows=60, outputs=3)
    trainer = trainer_of(data, [{"units": 16}], optimizer={"kind": "adam", "learning_rate": 0.03})
    assert trainer.advance(epochs=200)
    y = trainer.predict(data.train_inputs)
    assert y.shape == (60, 3)
    np.testing.assert_allclose(y, data.train_targets, atol=0.15)
    residual = np.square(y - data.train_targets)
    assert trainer.snapshot().losses["train"] == pytest.approx(residual.mean(), rel=1e-5)
    total = np.square(data.train_targets - data.train_targets.mean(axis=0)).sum(axis=0)
    r2 = np.mean(1 - residual.sum(axis=0) / total)
    assert trainer.snapshot().metrics["train"]["r2"] == pytest.approx(r2)


def test_rows_are_predicted_one_by_one_as_all_together():
    trainer = Trainer(experiment())
    assert trainer.advance(epochs=2)
    X = np.random.default_rng(0).normal(size=(300, 2))
    together = trainer.predict(X)
    np.testing.assert_array_equal(trainer.predict(X[::-1])[::-1], together)
    np.testing.assert_array_equal(
        np.concatenate([trainer.predict(X[i : i + 1]) for i in range(300)]), together
    )
    np.testing.assert_array_equal(trainer.predict(X.tolist()), together)


def test_no_rows_are_predicted_as_none():
    assert Trainer(experiment()).predict(np.zeros((0, 2))).shape == (0, 1)
    assert Trainer(Experiment.parse({"data": "rings"})).predict(np.zeros((0, 2))).shape == (0, 3)


@pytest.mark.parametrize("shape", [(2,), (3, 1), (3, 3), (3, 2, 1), (0,), ()])
def test_inputs_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"inputs must have the shape \(n, 2\), not \("):
        Trainer(experiment()).predict(np.zeros(shape))


def test_nan_in_the_inputs_gives_nan_for_that_row_alone():
    trainer = Trainer(experiment())
    y = trainer.predict([[0.0, 0.0], [math.nan, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(np.isnan(y[:, 0]), [False, True, False])


# Tables from files


@pytest.fixture
def csv(tmp_path):
    def write(columns: dict[str, Any]) -> str:
        rows = zip(*columns.values(), strict=True)
        lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
        (tmp_path / "t.csv").write_text("\n".join(lines))
        return str(tmp_path / "t.csv")

    return write


def test_a_table_is_standardized_in_training_and_prediction(csv):
    rng = np.random.default_rng(0)
    a, b = rng.normal(1000, 50, 80), rng.normal(-0.01, 0.001, 80)
    label = np.where((a - 1000) / 50 > (b + 0.01) / 0.001, "yes", "no")
    source = {"kind": "csv", "path": csv({"a": a, "b": b, "c": label}), "inputs": ["b", "a"], "target": "c"}
    trainer = Trainer(
        Experiment.parse({"data": source, "training": {"optimizer": {"kind": "adam", "learning_rate": 0.05}}})
    )
    data = trainer.data
    assert data.classes == ("no", "yes")
    assert trainer.experiment.features == ("x1", "x2")
    np.testing.assert_allclose(data.train_features.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train_features.std(axis=0), 1, rtol=1e-5)
    assert trainer.advance(epochs=60)
    assert trainer.snapshot().metrics["test"]["accuracy"] > 0.9
    raw = np.column_stack([b, a])
    scaled = (raw - raw[data.train_rows].mean(axis=0)) / raw[data.train_rows].std(axis=0)
    np.testing.assert_allclose(
        trainer.predict(raw), numpy_outputs(trainer.parameters, scaled), rtol=1e-4, atol=1e-5
    )


def test_all_rows_of_a_table_in_the_order_of_the_file(csv):
    rng = np.random.default_rng(1)
    columns = {
        "a": rng.normal(size=25),
        "b": rng.normal(size=25),
        "y": rng.normal(size=25),
        "z": rng.random(25),
    }
    source = {
        "kind": "csv",
        "path": csv(columns),
        "inputs": ["a", "b"],
        "target": ["z", "y"],
        "task": "regression",
        "standardize": False,
        "test_fraction": 0.0,
    }
    document = {"data": source, "training": {"shuffle": False, "optimizer": "sgd", "batch_size": 10}}
    trainer = Trainer(Experiment.parse(document))
    np.testing.assert_array_equal(trainer.data.train_inputs, np.column_stack([columns["a"], columns["b"]]))
    np.testing.assert_array_equal(trainer.data.train_targets, np.column_stack([columns["z"], columns["y"]]))
    twin = Twin(trainer)
    for first in (0, 10, 20):
        rows = range(first, min(first + 10, 25))
        assert trainer.advance(batches=1)
        gradient = twin.gradient(rows)
        np.testing.assert_allclose(flat(trainer.gradient), flat(gradient), rtol=1e-4, atol=1e-6)
        twin.tensors = twin.optimizer.update(twin.tensors, gradient)
    assert trainer.epoch == 1


def test_a_relative_path_is_relative_to_the_folder(csv, tmp_path):
    csv({"a": range(10), "c": [0, 1] * 5})
    source = {"kind": "csv", "path": "t.csv", "inputs": ["a"], "target": "c"}
    assert Trainer(Experiment.parse({"data": source}), tmp_path).data.classes == ("0", "1")
    with pytest.raises(DataError, match="there is no such file"):
        Trainer(Experiment.parse({"data": source}), tmp_path / "elsewhere")


def test_an_output_that_does_not_fit_the_classes_of_the_file_is_refused(csv):
    source = {
        "kind": "csv",
        "path": csv({"a": range(9), "c": [0, 1, 2] * 3}),
        "inputs": ["a"],
        "target": "c",
    }
    document = {"data": source, "network": {"output": {"activation": "sigmoid"}}}
    with pytest.raises(ExperimentError, match=r"^network\.output\.activation: cross_entropy with 3 classes"):
        Trainer(Experiment.parse(document))


def test_painted_points_are_learned():
    points = [[x, y, int(x > 0)] for x in (-2, -1, 1, 2) for y in (-1, 0, 1)]
    data = {"kind": "points", "points": points, "test_fraction": 0.0}
    trainer = Trainer(Experiment.parse({"data": data, "network": {"layers": []}}))
    assert trainer.advance(epochs=300)
    assert trainer.snapshot().metrics["train"]["accuracy"] == 1
    frame = frame_of(trainer, FrameRequest(16, 16))
    assert (frame.field[0, :, 15] > 0.5).all()
    assert (frame.field[0, :, 0] < 0.5).all()
