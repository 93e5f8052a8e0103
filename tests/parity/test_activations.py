"""Every activation of the catalog, value and derivative: its formula, and what the kernels make of it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE, OUTPUT_ACTIVATIONS, Maxout, Prelu
from tests.parity import counterparts
from tests.parity.counterparts import F, nn, torch
from tests.parity.tables import Table, random_table, trainer_of, variants
from tests.parity.twin import Twin, output_activation

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

VARIANTS = [document for entry in ELEMENTWISE for document in variants(entry)]

# The same functions where PyTorch's own are not precise in float64: GELU and softplus lose their digits far
# below zero, and the derivatives of two others have a constant of single precision.
PRECISE = {
    "gelu": lambda x: x * torch.special.erfc(-x / 2**0.5) / 2,
    "gelu_tanh": lambda x: x * torch.sigmoid((8 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)),
    "softplus": lambda x, beta: torch.logaddexp(torch.zeros_like(x), beta * x) / beta,
    "hard_sigmoid": lambda x: (x + 3).clamp(0, 6) / 6,
    "celu": lambda x, alpha: torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha)),
}
# The argument of an exponential that is itself rounded: of e to the u, rounding u costs |u| units of the last
# place.
ROUNDED_EXPONENT = {
    "gelu_tanh": lambda x: np.abs(x * (1.6 + 0.0714 * x * x)) * (x < 0),
    "softplus": lambda x, beta: np.abs(beta * x) * (x < 0) * (beta != 1),
}
# What a number multiplies that may be zero in a kernel because it is below the normal range.
BEHIND_AN_UNDERFLOW = {
    "gelu": lambda x: np.abs(x),
    "gelu_tanh": lambda x: np.abs(x),
    "silu": lambda x: np.abs(x),
    "mish": lambda x: np.abs(x),
    "softplus": lambda x, beta: 1 / beta,
}


def nothing(x, *numbers):
    return np.zeros_like(x)


def entry_of(document):
    return next(entry for entry in ACTIVATIONS if entry.key() == document["kind"]).model_validate(document)


def with_derivatives(function, points):
    """Return the float64 values of a function of PyTorch, and its derivatives."""
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return y.detach().numpy(), x.grad.numpy()


def truth(entry, points):
    """Return values and derivatives to the precision of float64."""
    if entry.kind in PRECISE:
        return with_derivatives(lambda x: PRECISE[entry.kind](x, *entry.numbers()), points)
    return with_derivatives(counterparts.ACTIVATIONS[entry.kind](entry, 1), points)


@pytest.mark.parametrize("document", VARIANTS, ids=str)
def test_formulas_are_those_of_pytorch(document):
    entry = entry_of(document)
    points = POINTS[POINTS <= 700] if entry.kind == "exponential" else POINTS
    x = points.astype(np.float64)
    values = entry.value(x, *entry.numbers())
    slopes = entry.slope(x, values, *entry.numbers())
    true_values, true_slopes = truth(entry, points)
    # Up to a cancellation: gates cross zero in their slope, and 1 + tanh(u) lacks digits below it.
    lost = 4e-15 * np.maximum(1, np.abs(x))
    np.testing.assert_array_less(np.abs(values - true_values), lost + 1e-14 * np.abs(true_values))
    np.testing.assert_array_less(np.abs(slopes - true_slopes), lost + 1e-14 * np.abs(true_slopes))
    named_values, named_slopes = with_derivatives(counterparts.ACTIVATIONS[entry.kind](entry, 1), points)
    np.testing.assert_array_less(np.abs(values - named_values), lost + 1e-14 * np.abs(named_values))
    np.testing.assert_allclose(slopes, named_slopes, rtol=1e-7, atol=1e-7)


def test_prelu_is_that_of_pytorch_with_the_slope_of_its_slopes():
    rng = np.random.default_rng(8)
    x, slopes, deltas = rng.normal(0, 3, (50, 7)), rng.normal(0.2, 0.3, 7), rng.normal(size=(50, 7))
    inputs, weight = (torch.tensor(array, requires_grad=True) for array in (x, slopes))
    y = F.prelu(inputs, weight)
    y.backward(torch.tensor(deltas))
    found = Prelu.value(x, slopes)
    np.testing.assert_array_equal(found, y.detach().numpy())
    np.testing.assert_allclose(deltas * Prelu.slope(x, found, slopes), inputs.grad.numpy(), rtol=1e-15)
    by_slope = (deltas * Prelu.parameter_slope(x)).sum(axis=0)
    np.testing.assert_allclose(by_slope, weight.grad.numpy(), rtol=1e-12)
    assert Prelu().initial_slope == nn.PReLU().weight.item()


def test_maxout_passes_on_the_largest_sum_as_pytorch_s_maximum_does():
    sums = np.random.default_rng(9).normal(size=(50, 3, 4))
    inputs = torch.tensor(sums, requires_grad=True)
    y = inputs.max(dim=1).values
    y.sum().backward()
    largest = sums.max(axis=1)
    found = Maxout.value(largest)
    np.testing.assert_array_equal(found, y.detach().numpy())
    chosen = (sums == largest[:, None]) * Maxout.slope(largest, found)[:, None]
    np.testing.assert_array_equal(chosen, inputs.grad.numpy())


def values_and_slopes(activation, points, folder):
    """Return f and f' at some points out of one training step.

    One hidden unit a point, with the point as its bias and no weight; the output is their sum.  Then
    dL/d(output weight) = e f and dL/d(hidden bias) = e f', where e = dL/d(output bias).
    """
    document = {
        "network": {"layers": [{"units": len(points), "activation": activation}]},
        "training": {"loss": "half_squared_error", "optimizer": {"kind": "sgd", "learning_rate": 0.0}},
    }
    trainer = trainer_of(Table(np.zeros((1, 1), np.float32), np.full((1, 1), 1e3), 0), folder, document)
    count = len(points)
    trainer.set_parameters([(np.zeros((count, 1)), points), (np.ones((1, count)), np.zeros(1))])
    assert trainer.advance(batches=1)
    (_, by_bias), (by_weight, error) = trainer.gradient
    return by_weight[0] / np.float64(error[0]), by_bias / np.float64(error[0])


@pytest.mark.parametrize("document", VARIANTS, ids=str)
def test_values_and_derivatives_are_those_of_pytorch(document, tmp_path):
    entry, points = entry_of(document), POINTS
    if entry.kind == "exponential":
        points = points[points <= 40]  # so that no product of two values leaves the range
    if entry.kind == "sine":
        points = points[np.abs(points) <= 100]  # further out the kernel's sine has fewer and fewer digits
    true_values, true_slopes = truth(entry, points)
    values, slopes = values_and_slopes(document, points, tmp_path)

    # Values also relative to themselves, so that small ones count; a sine's are small where it crosses zero.
    x, numbers = points.astype(np.float64), entry.numbers()
    size = 1 if entry.kind == "sine" else np.abs(true_values)
    ulps = ULPS + 2.5 * ROUNDED_EXPONENT.get(entry.kind, nothing)(x, *numbers)
    lost = np.maximum(1e-37, 2.0**-126 * BEHIND_AN_UNDERFLOW.get(entry.kind, nothing)(x, *numbers))
    np.testing.assert_array_less(np.abs(values - true_values), ulps * EPSILON * size + lost)
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
    expected = Twin(trainer.experiment, table, trainer.tensors, torch.float64).predict()
    if classes:  # what a squared loss trains towards low and high, as a probability
        low, high = counterparts.CLASS_TARGETS[output_activation(trainer.experiment, table)[0]]
        expected = np.clip((expected - low) / (high - low), 0, 1)
    np.testing.assert_allclose(trainer.predict(table.inputs), expected, rtol=1e-6, atol=1e-6)


def test_every_activation_has_a_counterpart():
    assert {entry.key() for entry in ACTIVATIONS} == counterparts.ACTIVATIONS.keys()
    offered = {entry.key() for entry in OUTPUT_ACTIVATIONS} - {"auto"}
    of_one_sum = {entry.key() for entry in ELEMENTWISE}
    assert offered == of_one_sum | counterparts.OUTPUT_ACTIVATIONS.keys() == counterparts.CLASS_TARGETS.keys()
