"""The textbook twin against central differences, formula by formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Trainer, reference
from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.catalog.losses import LOSS_RULES, LOSSES, LossRule
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
    rng = np.random.default_rng(0)
    for layer in twin.tensors:  # scale and shift start at 1 and 0, where a mistake could hide
        for name in layer.keys() & {reference.SCALE, reference.SHIFT, reference.SLOPE}:
            layer[name] += rng.normal(0, 0.2, layer[name].shape)

    def loss():
        last = twin.forward(trainer.data.train_features, masks, training=True)[-1]
        return reference.mean_loss(twin.rule, twin.loss_numbers, last, twin.targets, twin.weights)

    gradient = twin.gradient(rows, masks)
    lost = 1e-8 * max(1, loss())  # of a large loss, the difference of two keeps fewer digits
    for layer, slopes in zip(twin.tensors, gradient, strict=True):
        assert slopes.keys() == {name for name in layer if "running" not in name}
        for name, slope in slopes.items():
            expected = _slopes(loss, layer[name].reshape(-1))
            np.testing.assert_allclose(slope.ravel(), expected, atol=lost, rtol=1e-6, err_msg=name)


KINDS = {
    "plain": {},
    "residual": {"residual": True},
    "projected": {"units": 4, "residual": True},
    "dropout": {"dropout": 0.4},
    "dropout and residual": {"dropout": 0.4, "residual": True},
    "batch": {"normalization": "batch"},
    "layer": {"normalization": "layer"},
    "muted": {"muted_units": [1], "residual": True},
    "all": {"units": 4, "residual": True, "normalization": "batch", "dropout": 0.4, "muted_units": [0]},
}


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("kind", KINDS)
def test_reference_gradient_is_the_slope_of_the_loss(entry, kind):
    layer = {
        "units": 3,
        "activation": entry.key(),
        "initializer": {"kind": "glorot_normal", "bias": 0.1},  # no sum is 0, where ReLU has no slope
        **KINDS[kind],
    }
    trainer = trainer_of(table(15, rows=7, inputs=3, outputs=2), [layer, layer])
    masks = Twin(trainer).masks(7)
    assert (masks[0] is not None) == ("dropout" in layer)
    _assert_gradient_is_the_slope(trainer, masks)


@pytest.mark.parametrize(
    ("loss", "entry", "classes"), OUTPUTS, ids=[f"{a.key()}-{b.key()}-{c}" for a, b, c in OUTPUTS]
)
def test_reference_gradient_of_every_loss_and_output(loss, entry, classes):
    data = table(16, rows=6, inputs=2, classes=classes, outputs=2, lowest=loss.lowest_target)
    trainer = trainer_of(data, [{"units": 3}], {"activation": entry.key()}, loss=loss.key())
    _assert_gradient_is_the_slope(trainer)


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_slope_of_every_activation_is_its_derivative(entry):
    x = np.linspace(-4, 4, 37) + 0.013  # no point at a kink
    numbers, step = entry().numbers(), 1e-6
    slope = (entry.value(x + step, *numbers) - entry.value(x - step, *numbers)) / (2 * step)
    found = entry.slope(x, entry.value(x, *numbers), *numbers)
    np.testing.assert_allclose(found, slope, atol=1e-8)


@pytest.mark.parametrize("rule", LOSS_RULES, ids=lambda rule: rule.value.__name__)
def test_slope_of_every_loss_is_its_derivative(rule: LossRule):
    numbers = next(loss().numbers() for loss in LOSSES if rule in loss.rules)
    y, target = np.meshgrid(np.linspace(-4, 4, 17) + 0.013, [0.0, 0.3, 1.0])
    y = -np.abs(y) if rule.acts_on == "log_probability" else y
    step = 1e-6
    slope = (rule.value(y + step, target, *numbers) - rule.value(y - step, target, *numbers)) / (2 * step)
    np.testing.assert_allclose(rule.slope(y, target, *numbers), slope, atol=1e-8)
