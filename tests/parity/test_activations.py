"""Every activation of the catalog, value and derivative, as the training kernel computes them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from tests.parity import twin
from tests.parity.tables import Table, random_table, trainer_of, variants
from tests.parity.twin import Twin, torch

EPSILON = 2.0**-23  # of float32
ULPS = 8

POINTS = np.concatenate(
    [
        np.linspace(-40, 40, 800),
        np.linspace(-100, -40, 50),
        np.geomspace(1e-7, 10, 80),
        -np.geomspace(1e-7, 10, 80),
        [0.0, -0.0, 1e4, -1e4],
    ]
).astype(np.float32)

VARIANTS = [document for entry in ACTIVATIONS for document in variants(entry)]


def values_and_slopes(activation, folder):
    """Return f and f' at POINTS out of one training step.

    One hidden unit a point, with the point as its bias and no weight; the output is their sum.  Then
    dL/d(output weight) = e f and dL/d(hidden bias) = e f', where e = dL/d(output bias).
    """
    document = {
        "network": {"layers": [{"units": len(POINTS), "activation": activation}]},
        "training": {"loss": "half_squared_error", "optimizer": {"kind": "sgd", "learning_rate": 0.0}},
    }
    trainer = trainer_of(Table(np.zeros((1, 1), np.float32), np.full((1, 1), 1e3), 0), folder, document)
    count = len(POINTS)
    trainer.set_parameters([(np.zeros((count, 1)), POINTS), (np.ones((1, count)), np.zeros(1))])
    assert trainer.advance(batches=1)
    (_, by_bias), (by_weight, error) = trainer.gradient
    return by_weight[0] / np.float64(error[0]), by_bias / np.float64(error[0])


@pytest.mark.parametrize("document", VARIANTS, ids=str)
def test_values_and_derivatives_are_those_of_pytorch(document, tmp_path):
    entry = next(entry for entry in ACTIVATIONS if entry.key() == document["kind"])
    values, slopes = values_and_slopes(document, tmp_path)
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = twin.ACTIVATIONS[entry.key()](entry.model_validate(document))(x)
    y.sum().backward()
    true_values, true_slopes = y.detach().numpy(), x.grad.numpy()
    # Values also relative to themselves, so that small ones count.
    np.testing.assert_allclose(values, true_values, rtol=ULPS * EPSILON, atol=1e-37)
    np.testing.assert_array_less(
        np.abs(slopes - true_slopes), ULPS * EPSILON * np.maximum(1, np.abs(true_slopes))
    )


@pytest.mark.parametrize("entry", OUTPUT_ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("classes", [0, 2, 5])
def test_predictions_are_those_of_pytorch(entry, classes, tmp_path):
    if entry.key() == "softmax" and classes < 3:
        return  # refused: there is nothing to normalize over
    table = random_table(np.random.default_rng(classes), 50, 3, classes, outputs=2)
    document = {
        "network": {"layers": [], "output": {"activation": entry.key(), "initializer": "he_normal"}},
        "training": {"loss": "mse"},
    }
    trainer = trainer_of(table, tmp_path, document)
    expected = Twin(trainer.experiment, table, trainer.parameters, torch.float64).predict()
    if classes:  # what a squared loss trains towards low and high, as a probability
        low, high = twin.CLASS_TARGETS[twin.output_activation(trainer.experiment, table)[0]]
        expected = np.clip((expected - low) / (high - low), 0, 1)
    np.testing.assert_allclose(trainer.predict(table.inputs), expected, rtol=1e-6, atol=1e-6)


def test_every_activation_has_a_counterpart():
    assert {entry.key() for entry in ACTIVATIONS} == twin.ACTIVATIONS.keys()
    offered = {entry.key() for entry in OUTPUT_ACTIVATIONS} - {"auto"}
    assert offered == twin.ACTIVATIONS.keys() | twin.OUTPUT_ACTIVATIONS.keys() == twin.CLASS_TARGETS.keys()
