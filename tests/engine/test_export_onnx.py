"""ONNX files compute what the engine predicts, in onnxruntime and in the reference evaluator."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from engine import Trainer
from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.errors import UnfoldError
from engine.files.export import onnx_graph
from engine.files.export.comparison import points_of
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import portable
from tests.engine.onnx_files import exported, layered, operators, session, trained
from tests.engine.strategies import experiments
from tests.exports.exact import can_be_compared, exactly


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda entry: entry.key())
def test_every_activation(activation, tmp_path):
    chosen = {"kind": activation.key()}
    numbers = [p for p in activation.parameters() if p.range is not None and p.type is float]
    for parameter in numbers:
        chosen[parameter.name] = 0.7
    gain = {"kind": "glorot_uniform", "gain": 0.1 if activation.key() == "exponential" else 1}
    layers = [{"units": n, "activation": chosen, "initializer": gain} for n in (9, 6)]
    exported(trained(layered(*layers)), tmp_path)


NATIVE = {
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
    "selu": "Selu",
    "celu": "Celu",
    "hard_sigmoid": "HardSigmoid",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "prelu": "PRelu",
    "relu6": "Clip",
    "hard_tanh": "Clip",
    "sine": "Sin",
    "exponential": "Exp",
}


@pytest.mark.parametrize("kind", NATIVE)
def test_what_onnx_has_is_one_node(kind, tmp_path):
    model = exported(trained(layered({"units": 3, "activation": kind}), 0), tmp_path)
    assert operators(model)[:3] == ["Gemm", NATIVE[kind], "Gemm"]


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda entry: entry.key())
def test_every_output_activation(activation, tmp_path):
    document = {
        "data": "circle",
        "network": {"layers": [{"units": 4}], "output": {"activation": activation.key()}},
        "training": {"loss": "mse"},
    }
    exported(trained(document), tmp_path)


def test_values_are_not_rescaled_where_the_targets_are_0_and_1(tmp_path):
    document = {
        "data": "circle",
        "network": {"layers": [], "output": {"activation": "relu"}},
        "training": {"loss": "mse"},
    }
    assert operators(exported(trained(document), tmp_path))[:3] == ["Gemm", "Relu", "Clip"]


@pytest.mark.parametrize("normalization", ["batch", "layer"])
@pytest.mark.parametrize("activation", ["tanh", "prelu", "maxout", "gelu"])
def test_normalized_residual_muted_layers(normalization, activation, tmp_path):
    kind = {"activation": activation, "normalization": normalization, "residual": True}
    first = {"units": 6, **kind, "muted_units": [1, 4], "muted_weights": [[0, 1], [5, 0]]}
    exported(trained(layered(first, {"units": 6, **kind}, {"units": 3, **kind, "dropout": 0.3})), tmp_path)


def test_sums_that_differ_little_are_normalized_as_exactly(tmp_path):
    layer = {"units": 3, "normalization": "layer", "activation": "linear"}
    trainer = trained(layered(layer, training={"loss": "mse"}), 0)
    tensors = trainer.tensors
    # Sums that float32 holds exactly at the points below; their mean it does not.
    tensors[0]["weight"][:] = np.array([[1, 0], [1, 1], [0, 1]]) / 64
    tensors[0]["bias"][:] = 100
    trainer.set_tensors(tensors)
    (tmp_path / "network.onnx").write_bytes(onnx_graph.render(portable(trainer), UNCHECKED))
    points = (np.random.default_rng(0).integers(-64, 64, (500, 2)) / 64).astype(np.float32)
    found = session(tmp_path / "network.onnx").run(["probabilities"], {"inputs": points})[0]
    np.testing.assert_allclose(found, exactly(portable(trainer), points), atol=1e-6)


FEATURES = [
    "x1",
    "x1*x2",
    "sin(x1)",
    "cos(x2)",
    "tan(x1/10)",
    "tanh(x1 - 2)/(1 + abs(x2))",
    "exp(-x1**2)",
    "sqrt(abs(x1))*sign(x2)",
    "log(2 + x2**2)",
    "2**-abs(x1)",
    "3",
]


@pytest.mark.parametrize("data", ["circle", "sine"])
def test_every_function_of_features(data, tmp_path):
    features = [f.replace("x2", "x1") if data == "sine" else f for f in FEATURES]
    exported(trained({"data": data, "features": features}), tmp_path)


def test_a_feature_alone_and_one_that_is_a_number(tmp_path):
    for features in (["x1**2"], ["pi"], ["x2"], ["x2", "x1"]):
        exported(trained({"data": "circle", "features": features}), tmp_path)


def test_a_formula_without_a_value_somewhere_has_none_in_the_file_either(tmp_path):
    trainer = trained({"data": "circle", "features": ["log(6.5 - x1)", "x2"]})
    exported(trainer, tmp_path)
    points = np.array([[9, 1]], np.float32)
    assert np.isnan(trainer.predict(points)).all()
    found = session(tmp_path / "network.onnx").run(["probabilities"], {"inputs": points})[0]
    assert np.isnan(found).all()


def table(path, offset, spread, classes=("no", "perhaps", "yes")):
    rng = np.random.default_rng(0)
    rows = rng.normal(offset, spread, (60, 3))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b c", "größe\"'", "kind"])
        for i, row in enumerate(rows):
            writer.writerow([*map(repr, row.tolist()), classes[i % len(classes)]])
    return {
        "kind": "csv",
        "path": str(path),
        "inputs": ["a", "b c", "größe\"'"],
        "target": "kind",
        "task": "classification",
    }


@pytest.mark.parametrize("features", [[], ["x3", "x1"], ["x1", "x2*x3", "sin(x1)"]])
@pytest.mark.parametrize(("offset", "spread"), [(0, 1), (1e6, 3), (1e6, 0.5), (-3e-5, 1e-6)])
def test_standardized_columns_of_any_size(offset, spread, features, tmp_path):
    data = {**table(tmp_path / "t.csv", offset, spread), "standardize": True}
    exported(trained({"data": data, "features": features}), tmp_path)


def test_several_values(tmp_path):
    data = table(tmp_path / "t.csv", 0, 1, ["1", "2.5", "-3"])
    data |= {"inputs": ["a"], "target": ["b c", "kind"], "task": "regression", "standardize": True}
    model = exported(trained({"data": data}), tmp_path)
    assert [output.name for output in model.graph.output] == ["values"]


def test_the_class_is_the_most_probable_one(tmp_path):
    for data in ("circle", "rings"):
        trainer = trained({"data": data}, 20)
        exported(trainer, tmp_path)
        points = np.random.default_rng(0).uniform(-6, 6, (200, 2)).astype(np.float32)
        found = session(tmp_path / "network.onnx").run(["class"], {"inputs": points})[0]
        p = trainer.predict(points)
        expected = p.argmax(axis=1) if data == "rings" else (p[:, 0] > 0.5).astype(np.int64)
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found, expected)
        assert len(set(found.tolist())) > 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(experiments(trainable=True))
def test_any_network(tmp_path_factory, experiment):
    try:
        trainer = Trainer(experiment)
    except UnfoldError:
        assume(False)
    trainer.advance(batches=3)
    network = portable(trainer)
    points = points_of(network)
    assume(can_be_compared(network, trainer.predict(points), points))
    exported(trainer, tmp_path_factory.mktemp("onnx"))
