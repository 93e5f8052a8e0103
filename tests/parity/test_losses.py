"""Every loss of the catalog: its value over all rows and its gradient by every weight and bias."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.entry import by_key
from engine.catalog.losses import LOSSES
from tests.parity import counterparts
from tests.parity.counterparts import F, entropy, soft_targets, torch
from tests.parity.runs import run_of
from tests.parity.tables import random_table
from tests.parity.twin import assert_as_near_as_pytorch, flat

# classes, outputs of a regression
TASKS = {"binary": (2, 1), "classes": (5, 1), "regression": (0, 1), "several-values": (0, 3)}
# Besides the defaults.
SETTINGS = [
    {"kind": "huber", "delta": 0.05},
    {"kind": "huber", "delta": 20.0},
    {"kind": "focal", "gamma": 0.0},
    {"kind": "focal", "gamma": 0.5},
    {"kind": "focal", "gamma": 5.0, "label_smoothing": 0.3},
    {"kind": "cross_entropy", "label_smoothing": 0.1},
    {"kind": "cross_entropy", "label_smoothing": 1.0},
    {"kind": "kl_divergence", "label_smoothing": 0.2},
]
CASES = [
    (settings, task)
    for settings in [*({"kind": loss.key()} for loss in LOSSES), *SETTINGS]
    for task, (classes, _) in TASKS.items()
    if ("classification" if classes else "regression") in by_key(LOSSES)[settings["kind"]].tasks
]
# So large that a sigmoid or an exponential taken by itself is 0, 1 or infinite.
WEIGHT_SIZES = [0.5, 100.0]


def table_of(task, kind, rows=150):
    classes, outputs = TASKS[task]
    rng = np.random.default_rng([classes, outputs])
    return random_table(rng, rows, 4, classes, outputs, counts=kind == "poisson")


def document_of(loss, hidden=(), size=0.5):
    return {
        "network": {
            "layers": [{"units": units, "activation": "tanh"} for units in hidden],
            "output": {"initializer": {"kind": "normal", "std": size / 10, "bias": size / 50}},
        },
        "training": {"loss": loss, "optimizer": {"kind": "sgd", "learning_rate": 0.0}, "batch_size": "full"},
    }


def compare(table, folder, document):
    run = run_of(table, folder, document)
    values = [each.loss() for each in run.twins]
    for value in values:
        value.backward()
    relative = 1e-6
    if (
        run.exact.training.loss.kind == "poisson"
    ):  # of e to the z, rounding z costs |z| units of the last place
        relative += 2.0**-24 * run.exact.sums().abs().max().item()
    np.testing.assert_allclose(run.trainer.snapshot().losses["train"], values[0].item(), rtol=relative)
    assert run.trainer.advance(batches=1)
    ours, exact, single = (
        flat(each) for each in (run.trainer.tensor_gradient, *(t.gradient for t in run.twins))
    )
    assert_as_near_as_pytorch(ours, single, exact, relative=1e-6)
    return run


@pytest.mark.parametrize("size", WEIGHT_SIZES)
@pytest.mark.parametrize("hidden", [(), (7,)], ids=["linear", "hidden"])
@pytest.mark.parametrize(("loss", "task"), CASES, ids=str)
def test_value_and_gradient_are_those_of_pytorch(loss, task, hidden, size, tmp_path):
    compare(table_of(task, loss["kind"]), tmp_path, document_of(loss, hidden, size))


WEIGHTED = [entry.key() for entry in LOSSES if "class_weights" in entry.model_fields]


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("kind", WEIGHTED)
def test_class_weights_weigh_every_row(kind, classes, smoothing, tmp_path):
    loss = {"kind": kind, "class_weights": np.linspace(0.2, 3, classes).round(3).tolist()}
    if smoothing and "label_smoothing" not in by_key(LOSSES)[kind].model_fields:
        return
    if smoothing:
        loss["label_smoothing"] = smoothing
    table = table_of("binary" if classes == 2 else "classes", kind)
    run = compare(table, tmp_path, document_of(loss, (7,)))
    if kind == "cross_entropy":
        z, labels = run.exact.sums(), torch.tensor(table.targets)
        weights = torch.tensor(loss["class_weights"], dtype=torch.float64)
        if smoothing:  # PyTorch weighs every class of a smoothed target apart; here a row has one weight
            soft = soft_targets(labels, classes, smoothing, z.dtype)
            log_p = F.log_softmax(torch.cat([0 * z, z], 1) if classes == 2 else z, dim=1)
            value = -(weights[labels] * (soft * log_p).sum(1)).sum() / weights[labels].sum()
        else:
            value = entropy(z, labels, weight=weights)
        np.testing.assert_allclose(run.trainer.snapshot().losses["train"], value.item(), rtol=1e-6)


@pytest.mark.parametrize("kind", ["cross_entropy", "mse", "hinge"])
def test_class_weights_hold_in_every_batch_and_its_mean(kind, tmp_path):
    loss = {"kind": kind, "class_weights": [0.3, 2.0, 1.0]}
    table = random_table(np.random.default_rng(1), 47, 3, 3)
    document = document_of(loss, (7,))
    document["training"] |= {"batch_size": 10, "optimizer": {"kind": "sgd", "learning_rate": 0.1}}
    run = run_of(table, tmp_path, document)
    assert run.trainer.advance(epochs=10)
    for each in run.twins:
        each.train(10)
    run.assert_tensors_agree()


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("kind", sorted(counterparts.OF_PROBABILITIES))
def test_losses_of_probabilities_stay_exact_where_these_underflow(kind, classes, tmp_path):
    table = random_table(np.random.default_rng(classes), 40, 2, classes)
    rng = np.random.default_rng(0)
    wild = [{"weight": rng.normal(0, 1e3, (table.outputs, 2)), "bias": rng.normal(0, 1e3, table.outputs)}]
    document = {"network": {"layers": []}, "training": {"loss": kind}}
    run = run_of(table, tmp_path, document, wild)
    exact = run.exact.assess()
    assert exact > 100
    np.testing.assert_allclose(run.trainer.snapshot().losses["train"], exact, rtol=1e-6)


@pytest.mark.parametrize("kind", ["log_cosh", "huber", "mae", "mse"])
def test_losses_of_values_bear_large_errors(kind, tmp_path):
    table = random_table(np.random.default_rng(3), 40, 2, 0, 2)
    wild = [{"weight": np.full((2, 2), 3e4), "bias": np.array([1e4, -1e5])}]
    run = run_of(table, tmp_path, {"network": {"layers": []}, "training": {"loss": kind}}, wild)
    np.testing.assert_allclose(run.trainer.snapshot().losses["train"], run.exact.assess(), rtol=1e-6)


def test_every_loss_has_a_counterpart():
    assert by_key(LOSSES).keys() == counterparts.LOSSES.keys()
    of_classes = {entry.key() for entry in LOSSES if "classification" in entry.tasks}
    assert of_classes == counterparts.AUTO.keys()
    assert {settings["kind"] for settings, _ in CASES} == counterparts.LOSSES.keys()
