"""Every loss of the catalog: its value over all rows and its gradient by every weight and bias."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.losses import LOSSES
from tests.parity import twin
from tests.parity.tables import random_table, trainer_of
from tests.parity.twin import Twin, assert_as_near_as_pytorch, flat, torch

# classes, outputs of a regression
TASKS = {"binary": (2, 1), "classes": (5, 1), "regression": (0, 1), "several-values": (0, 3)}
CASES = [
    (loss.key(), task)
    for loss in LOSSES
    for task, (classes, _) in TASKS.items()
    if ("classification" if classes else "regression") in loss.tasks
]
# So large that a sigmoid or an exponential taken by itself is 0, 1 or infinite.
WEIGHT_SIZES = [0.5, 100.0]


@pytest.mark.parametrize("size", WEIGHT_SIZES)
@pytest.mark.parametrize("hidden", [(), (7,)], ids=["linear", "hidden"])
@pytest.mark.parametrize(("loss", "task"), CASES)
def test_value_and_gradient_are_those_of_pytorch(loss, task, hidden, size, tmp_path):
    classes, outputs = TASKS[task]
    table = random_table(np.random.default_rng([classes, outputs]), 150, 4, classes, outputs)
    document = {
        "network": {
            "layers": [{"units": units, "activation": "tanh"} for units in hidden],
            "output": {"initializer": {"kind": "normal", "std": size / 10, "bias": size / 50}},
        },
        "training": {"loss": loss, "optimizer": {"kind": "sgd", "learning_rate": 0.0}, "batch_size": "full"},
    }
    trainer = trainer_of(table, tmp_path, document)
    twins = [
        Twin(trainer.experiment, table, trainer.parameters, dtype) for dtype in (torch.float64, torch.float32)
    ]
    values = [each.loss() for each in twins]
    for value in values:
        value.backward()
    np.testing.assert_allclose(trainer.snapshot().losses["train"], values[0].item(), rtol=1e-6)
    assert trainer.advance(batches=1)
    exact, single = (flat(each.gradient) for each in twins)
    assert_as_near_as_pytorch(flat(trainer.gradient), single, exact, relative=1e-6)


@pytest.mark.parametrize("classes", [2, 5])
def test_cross_entropy_stays_exact_where_probabilities_underflow(classes, tmp_path):
    table = random_table(np.random.default_rng(classes), 40, 2, classes)
    document = {"network": {"layers": []}, "training": {"loss": "cross_entropy"}}
    trainer = trainer_of(table, tmp_path, document)
    rng = np.random.default_rng(0)
    wild = [(rng.normal(0, 1e3, (table.outputs, 2)), rng.normal(0, 1e3, table.outputs))]
    trainer.set_parameters(wild)
    exact = Twin(trainer.experiment, table, trainer.parameters, torch.float64)
    assert exact.loss().item() > 100
    np.testing.assert_allclose(trainer.snapshot().losses["train"], exact.loss().item(), rtol=1e-6)


def test_every_loss_has_a_counterpart():
    assert {entry.key() for entry in LOSSES} == twin.LOSSES.keys()
