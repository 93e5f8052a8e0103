"""Every loss by itself in float64 against PyTorch: the mean over a batch, and its gradient.

No network and no kernel: the output layer is NumPy here, and the comparison begins at its weighted sums.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.losses import LOSSES
from tests.parity.counterparts import F, divergence, entropy, focal, log_cosh, margins, torch

ROWS = 40


def one_hot(labels, low=0.0):
    """Return targets (n, outputs): one column for two classes."""
    if labels.max() == 1:
        return np.where(labels == 1, 1.0, low)[:, None]
    return np.where(np.eye(labels.max() + 1)[labels] == 1, 1.0, low)


def every_class(targets):
    """Return one column a class."""
    return np.hstack([1 - targets, targets]) if targets.shape[1] == 1 else targets


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def ours(loss, z, targets, classes, weights=None):
    """Return the mean loss over the rows, and its gradient by the weighted sums of a linear output."""
    rule = loss.rule(classes)
    given = log_softmax(z) if rule.acts_on == "log_probability" else z
    scale = np.ones(len(z)) if weights is None else weights
    scale = scale[:, None] / scale.sum() / (z.shape[1] if rule.mean_over_outputs else 1)
    value = (rule.value(given, targets, *loss.numbers()) * scale).sum()
    slope = rule.slope(given, targets, *loss.numbers()) * scale
    if rule.acts_on == "log_probability":
        slope = slope - np.exp(given) * slope.sum(axis=1, keepdims=True)
    return value, slope


def compare(loss, theirs, z, targets, classes, weights=None):
    value, slope = ours(loss, z, targets, classes, weights)
    twin = torch.tensor(z, requires_grad=True)
    expected = theirs(twin)
    expected.backward()
    np.testing.assert_allclose(value, expected.item(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(slope, twin.grad.numpy(), rtol=1e-9, atol=1e-14)


def sums(rng, outputs, size):
    return rng.normal(0, size, (ROWS, outputs))


# Of values

VALUES = [
    ({"kind": "mse"}, F.mse_loss),
    ({"kind": "half_squared_error"}, lambda y, t: F.mse_loss(y, t, reduction="sum") / (2 * len(y))),
    ({"kind": "mae"}, F.l1_loss),
    ({"kind": "huber"}, F.huber_loss),
    ({"kind": "huber"}, F.smooth_l1_loss),  # the same for delta 1
    ({"kind": "huber", "delta": 0.05}, lambda y, t: F.huber_loss(y, t, delta=0.05)),
    ({"kind": "huber", "delta": 30.0}, lambda y, t: F.huber_loss(y, t, delta=30.0)),
    ({"kind": "log_cosh"}, lambda y, t: torch.log(torch.cosh(y - t)).mean()),
    ({"kind": "log_cosh"}, lambda y, t: log_cosh(y, t).mean()),
    ({"kind": "poisson"}, lambda z, t: F.poisson_nll_loss(z, t, log_input=True)),
]


@pytest.mark.parametrize("size", [0.5, 5.0])
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize(("settings", "theirs"), VALUES, ids=[f"{s}-{i}" for i, (s, _) in enumerate(VALUES)])
def test_losses_of_values(settings, theirs, outputs, size):
    rng = np.random.default_rng(3)
    loss = by_key(LOSSES)[settings["kind"]].model_validate(settings)
    z = sums(rng, outputs, size)
    if loss.kind == "poisson":
        targets = rng.poisson(3, z.shape).astype(float)
    else:
        targets = sums(rng, outputs, size)
        targets[:5] = z[:5]  # without any error
    compare(loss, lambda y: theirs(y, torch.tensor(targets)), z, targets, 0)


# Of classes


def classes_and_sums(classes, size):
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, ROWS)
    labels[:classes] = np.arange(classes)
    return labels, sums(rng, 1 if classes == 2 else classes, size)


@pytest.mark.parametrize("size", [0.5, 5.0, 300.0])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_cross_entropy_with_label_smoothing(smoothing, classes, size):
    labels, z = classes_and_sums(classes, size)
    loss = by_key(LOSSES)["cross_entropy"](label_smoothing=smoothing)
    targets = loss.soften(one_hot(labels), classes)
    compare(loss, lambda z: entropy(z, torch.tensor(labels), label_smoothing=smoothing), z, targets, classes)
    if classes == 2:
        soft = torch.tensor(targets)
        compare(loss, lambda z: F.binary_cross_entropy_with_logits(z, soft), z, targets, classes)


@pytest.mark.parametrize("classes", [2, 5])
def test_cross_entropy_with_class_weights(classes):
    labels, z = classes_and_sums(classes, 2.0)
    weights = np.random.default_rng(0).uniform(0.1, 5, classes)
    loss = by_key(LOSSES)["cross_entropy"](class_weights=tuple(weights.tolist()))
    theirs = {"weight": torch.tensor(weights)}
    compare(
        loss,
        lambda z: entropy(z, torch.tensor(labels), **theirs),
        z,
        one_hot(labels),
        classes,
        weights[labels],
    )


@pytest.mark.parametrize("size", [0.5, 5.0, 30.0])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_kl_divergence(smoothing, classes, size):
    labels, z = classes_and_sums(classes, size)
    loss = by_key(LOSSES)["kl_divergence"](label_smoothing=smoothing)
    targets = loss.soften(one_hot(labels), classes)
    soft = torch.tensor(every_class(targets))
    compare(loss, lambda z: divergence(z, soft).mean(), z, targets, classes)


@pytest.mark.parametrize("size", [0.5, 5.0])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_focal(smoothing, gamma, classes, size):
    labels, z = classes_and_sums(classes, size)
    loss = by_key(LOSSES)["focal"](gamma=gamma, label_smoothing=smoothing)
    targets = loss.soften(one_hot(labels), classes)
    soft = torch.tensor(every_class(targets))
    compare(loss, lambda z: focal(z, soft, gamma).mean(), z, targets, classes)


@pytest.mark.parametrize("size", [0.5, 5.0])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize(("kind", "power"), [("hinge", 1), ("squared_hinge", 2)])
def test_hinges(kind, power, classes, size):
    labels, z = classes_and_sums(classes, size)
    loss = by_key(LOSSES)[kind]()
    signs = one_hot(labels, low=-1.0)
    compare(loss, lambda z: margins(z, torch.tensor(signs), power).mean(), z, signs, classes)


def test_every_loss_has_been_compared():
    here = {"cross_entropy", "kl_divergence", "focal", "hinge", "squared_hinge"}
    assert here | {settings["kind"] for settings, _ in VALUES} == by_key(LOSSES).keys()
