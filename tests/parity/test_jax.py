"""A second opinion on gradients, from a system that shares nothing with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.tables import random_table, trainer_of

jax = pytest.importorskip("jax", reason="JAX is not installed (the extra `parity`)")


def loss_of(parameters, x, classes):
    """Return the mean cross-entropy of a network with tanh and ReLU layers, by its definition."""
    *hidden, (weight, bias) = parameters
    for f, (w, b) in zip((jax.numpy.tanh, jax.nn.relu), hidden, strict=True):
        x = f(x @ w.T + b)
    return -(jax.nn.log_softmax(x @ weight.T + bias) * classes).sum(axis=1).mean()


def test_gradients_are_those_of_jax(tmp_path):
    table = random_table(np.random.default_rng(8), 200, 5, 4)
    layers = [{"units": 33, "activation": "tanh"}, {"units": 17, "activation": "relu"}]
    training = {"optimizer": {"kind": "sgd", "learning_rate": 0.0}, "batch_size": "full"}
    trainer = trainer_of(table, tmp_path, {"network": {"layers": layers}, "training": training})
    assert trainer.advance(batches=1)
    value, gradient = jax.value_and_grad(loss_of)(
        trainer.parameters, table.inputs, np.eye(4, dtype=np.float32)[table.targets]
    )
    np.testing.assert_allclose(trainer.snapshot().losses["train"], value, rtol=1e-6)
    for ours, theirs in zip(trainer.gradient, gradient, strict=True):
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)
