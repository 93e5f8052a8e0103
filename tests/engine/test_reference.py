"""The textbook twin against central differences, formula by formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Trainer, reference
from engine.catalog.activations import ACTIVATIONS
from engine.catalog.losses import LOSS_RULES, LossRule
from engine.catalog.regularizers import REGULARIZERS
from tests.engine.twins import OUTPUTS, Twin, table, trainer_of


def _slopes(function, at: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Return the central differences of a function of a vector."""
    found = np.empty_like(at)
    for i in range(at.size):
        before = at[i]
        at[i] = before + step
        up = function()
        at[i] = before - step
        found[i] = (up - function()) / (2 * step)
        at[i] = before
    return found


def _assert_gradient_is_the_slope(trainer: Trainer, masks: Any = None) -> None:
    twin = Twin(trainer)
    rows = np.arange(len(trainer.data.train_features))

    def loss():
        last = twin.forward(trainer.data.train_features, masks)[-1]
        return reference.mean_loss(twin.rule, last, twin.targets)

    gradient = twin.gradient(rows, masks)
    for (weight, bias), (by_weight, by_bias) in zip(twin.parameters, gradient, strict=True):
        np.testing.assert_allclose(by_weight.ravel(), _slopes(loss, weight.reshape(-1)), atol=1e-8, rtol=1e-6)
        np.testing.assert_allclose(by_bias, _slopes(loss, bias), atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("kind", ["plain", "residual", "dropout", "both"])
def test_reference_gradient_is_the_slope_of_the_loss(entry, kind):
    layer = {
        "units": 3,
        "activation": entry.key(),
        "initializer": {"kind": "glorot_normal", "bias": 0.1},  # no sum is 0, where ReLU has no slope
        "residual": kind in ("residual", "both"),
        "dropout": 0.4 if kind in ("dropout", "both") else 0.0,
    }
    trainer = trainer_of(table(15, rows=7, inputs=3, outputs=2), [layer, layer])
    masks = Twin(trainer).masks(7)
    assert (masks[0] is not None) == (kind in ("dropout", "both"))
    _assert_gradient_is_the_slope(trainer, masks)


@pytest.mark.parametrize(
    ("loss", "entry", "classes"), OUTPUTS, ids=[f"{a.key()}-{b.key()}-{c}" for a, b, c in OUTPUTS]
)
def test_reference_gradient_of_every_loss_and_output(loss, entry, classes):
    data = table(16, rows=6, inputs=2, classes=classes, outputs=2)
    trainer = trainer_of(data, [{"units": 3}], {"activation": entry.key()}, loss=loss.key())
    _assert_gradient_is_the_slope(trainer)


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
def test_slope_of_every_activation_is_its_derivative(entry):
    x = np.linspace(-4, 4, 37) + 0.013  # no point at a kink
    numbers, step = entry().numbers(), 1e-6
    slope = (entry.value(x + step, *numbers) - entry.value(x - step, *numbers)) / (2 * step)
    found = entry.slope(x, entry.value(x, *numbers), *numbers)
    np.testing.assert_allclose(found, slope, atol=1e-8)


@pytest.mark.parametrize("rule", LOSS_RULES, ids=lambda rule: rule.value.__name__)
def test_slope_of_every_loss_is_its_derivative(rule: LossRule):
    y, target = np.meshgrid(np.linspace(-4, 4, 17) + 0.013, [0.0, 0.3, 1.0])
    step = 1e-6
    slope = (rule.value(y + step, target) - rule.value(y - step, target)) / (2 * step)
    np.testing.assert_allclose(rule.slope(y, target), slope, atol=1e-8)


@pytest.mark.parametrize("entry", REGULARIZERS, ids=lambda entry: entry.key())
def test_pull_is_the_slope_of_the_penalty_or_shrink_its_proximal_step(entry):
    w, rate, step = np.linspace(-2, 2, 41) + 0.013, 0.3, 1e-6
    by_slope = (entry.penalty(w + step, rate) - entry.penalty(w - step, rate)) / (2 * step)
    candidates = np.linspace(-3, 3, 60001)
    v = candidates[None, :]
    objective = 0.5 * (v - w[:, None]) ** 2 + entry.penalty(v, rate)
    by_shrink = candidates[objective.argmin(axis=1)]
    pulls, shrinks = np.any(entry.pull(w, rate)), np.any(entry.shrink(w, rate) != w)
    assert not (pulls and shrinks), "the penalty would count twice"
    if shrinks:
        np.testing.assert_allclose(entry.shrink(w, rate), by_shrink, atol=1e-4)
    else:
        np.testing.assert_allclose(entry.pull(w, rate), by_slope, atol=1e-8)
