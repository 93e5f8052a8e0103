"""A walk through one sample: its loss and gradient are PyTorch's, and its update that of PyTorch's optimizer.

Several walks follow one another, each from what the one before made of weights and memory, so that the
memory is not empty; everything in float64 on both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.losses import LOSSES
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from engine.probes import Memory
from engine.walkthrough import Request
from engine.walkthrough.walk import walk
from tests.parity.counterparts import torch
from tests.parity.tables import random_table, trainer_of
from tests.parity.test_layers import LAYERS, jolted, network_of
from tests.parity.test_optimizers import SETTINGS, moderate
from tests.parity.twin import Twin

FIRST_ORDER = [entry for entry in OPTIMIZERS if not entry.full_batch]
ROWS = (3, 0, 7, 3, 11, 5)
SGD = {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5}
TANH = [{"units": 5, "activation": "tanh"}, {"units": 4, "activation": "sigmoid"}]
RELATIVE = 1e-4


def assert_near(ours: Any, exact: Any, name: str, rounded: float = 0.0) -> None:
    """Fail where a number is further away than 1e-4 of itself; what cancels, than 1e-6 of the largest."""
    size = np.abs(exact).max(initial=0.0)
    np.testing.assert_allclose(ours, exact, rtol=RELATIVE, atol=1e-6 * size + rounded + 1e-12, err_msg=name)


def thawed(trainer: Any, gradient: Any) -> list[dict[str, np.ndarray]]:
    """Return the gradient with zeros where PyTorch has none: of what is frozen."""
    network, found = trainer.experiment.network, []
    for part, layer in zip((*network.layers, network.output), gradient, strict=True):
        own = {name: np.array(g) * (not part.frozen) for name, g in layer.items()}
        for unit, source in part.frozen_weights:
            own["weight"][unit :: getattr(part, "units", len(own["weight"])), source] = 0
        found.append(own)
    return found


def assert_walks_agree(folder, document, classes=3, inputs=3, outputs=1, counts=False, seed=3) -> None:
    rng = np.random.default_rng(seed)
    table = random_table(rng, 12, inputs, classes, outputs, counts)
    document = {"seed": 5, **document, "training": {"optimizer": SGD, **document.get("training", {})}}
    trainer = trainer_of(table, folder, document)
    trainer.set_tensors(jolted(trainer, rng))
    twin = Twin(trainer.experiment, table, trainer.tensors, torch.float64)
    twin.layers.eval()  # one sample is no batch
    tensors: Any = trainer.tensors
    memory = Memory(trainer.step, trainer.learning_rate, trainer.optimizer_state)
    for row in ROWS:
        found = walk(trainer.experiment, trainer.data, tensors, memory, Request(row=row))
        rows = slice(row, row + 1)
        twin.optimizer.zero_grad()
        loss = twin.loss(rows)
        loss.backward()
        assert found.sample.loss == pytest.approx(loss.item(), rel=1e-6, abs=1e-9)  # targets are float32
        for ours, exact in zip(thawed(trainer, found.gradient), twin.gradient, strict=True):
            assert ours.keys() == exact.keys()
            for name, g in exact.items():
                assert_near(ours[name], g, name)
        before = [{name: t.copy() for name, t in layer.items()} for layer in twin.tensors]
        twin.step(rows)
        assert found.after is not None and found.memory_after is not None
        for ours, exact, old, start in zip(found.after, twin.tensors, before, found.tensors, strict=True):
            for name, new in exact.items():
                # torch.renorm adds 1e-7 to every norm, whatever the precision.
                rounded = (
                    3e-7 * np.abs(new).max() if trainer.experiment.training.regularizer.rates().limit else 0
                )
                assert_near(ours[name] - start[name], new - old[name], name, rounded)
        tensors, memory = found.after, found.memory_after
        twin.set_tensors(found.after)


# Losses


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.key())
@pytest.mark.parametrize("classes", [0, 2, 4])
def test_every_loss(loss, classes, tmp_path):
    if ("classification" if classes else "regression") not in loss.tasks:
        return
    counts = loss.lowest_target is not None
    document = {"network": {"layers": TANH}, "training": {"loss": loss.key()}}
    assert_walks_agree(tmp_path, document, classes, outputs=3, counts=counts)


@pytest.mark.parametrize(
    ("loss", "classes"),
    [
        ({"kind": "cross_entropy", "label_smoothing": 0.2}, 2),
        ({"kind": "cross_entropy", "label_smoothing": 0.2, "class_weights": [1.0, 2.0, 5.0]}, 3),
        ({"kind": "kl_divergence", "label_smoothing": 0.1}, 4),
        ({"kind": "focal", "gamma": 0.5}, 2),
        ({"kind": "focal", "gamma": 3.0}, 3),
        ({"kind": "huber", "delta": 0.1}, 0),
    ],
    ids=str,
)
def test_losses_with_parameters(loss, classes, tmp_path):
    document = {"network": {"layers": TANH}, "training": {"loss": loss}}
    assert_walks_agree(tmp_path, document, classes, outputs=2)


def test_a_softmax_under_a_loss_of_values(tmp_path):
    document = {
        "network": {"layers": TANH, "output": {"activation": "softmax"}},
        "training": {"loss": "half_squared_error"},
    }
    assert_walks_agree(tmp_path, document, classes=4)


# Optimizers


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_every_optimizer(optimizer, tmp_path):
    assert_walks_agree(tmp_path, {"network": {"layers": TANH}, "training": {"optimizer": optimizer}})


@pytest.mark.parametrize("regularizer", REGULARIZERS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
def test_every_regularizer(regularizer, optimizer, tmp_path):
    settings = {"kind": regularizer.key()}
    if regularizer.key() == "max_norm":
        settings["limit"] = 0.5
    elif regularizer.key() != "none":
        settings["rate"] = 0.1
    training = {"optimizer": moderate(by_key(OPTIMIZERS)[optimizer]), "regularizer": settings}
    assert_walks_agree(tmp_path, {"network": {"layers": TANH}, "training": training})


@pytest.mark.parametrize("clip", [{"gradient_clip": 0.05}, {"gradient_clip_value": 0.01}], ids=str)
@pytest.mark.parametrize("optimizer", FIRST_ORDER, ids=lambda entry: entry.key())
def test_clipping(optimizer, clip, tmp_path):
    training = {"optimizer": moderate(optimizer), **clip}
    assert_walks_agree(tmp_path, {"network": {"layers": TANH}, "training": training})


# Layers


@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_of_layer(name, tmp_path):
    assert_walks_agree(tmp_path, {"network": {"layers": network_of(LAYERS[name])}}, inputs=5)


def test_what_is_muted_and_frozen(tmp_path):
    layers = [
        {"units": 5, "muted_units": [1], "muted_weights": [[0, 2]], "frozen_weights": [[3, 1]]},
        {"units": 5, "frozen": True, "residual": True},
    ]
    assert_walks_agree(tmp_path, {"network": {"layers": layers}})


KINDS = ["tanh", "sigmoid", "silu", "gelu", "sine", "softplus", "linear", "mish", "softsign", "gaussian"]


@pytest.mark.parametrize("seed", range(20))
def test_networks_at_random(seed, tmp_path):
    rng = np.random.default_rng([77, seed])
    classes = int(rng.choice([0, 2, 3, 5]))
    task = "classification" if classes else "regression"
    losses = [loss for loss in LOSSES if task in loss.tasks]
    loss = losses[rng.integers(len(losses))]
    layers = [
        {
            "units": int(rng.integers(2, 12)),
            "activation": str(rng.choice(KINDS)),
            "normalization": str(rng.choice(["none", "none", "batch"])),
            "residual": bool(rng.random() < 0.3),
            "frozen": bool(rng.random() < 0.1),
        }
        for _ in range(rng.integers(0, 4))
    ]
    training = {
        "loss": loss.key(),
        "optimizer": moderate(FIRST_ORDER[rng.integers(len(FIRST_ORDER))]),
        "regularizer": str(rng.choice(["none", "l1", "l2", "weight_decay"])),
        "gradient_clip": None if rng.random() < 0.6 else 0.5,
    }
    assert_walks_agree(
        tmp_path,
        {"network": {"layers": layers}, "training": training},
        classes,
        inputs=int(rng.integers(1, 6)),
        outputs=int(rng.integers(1, 4)),
        counts=loss.lowest_target is not None,
        seed=seed,
    )
