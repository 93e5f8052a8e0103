"""Every metric against a formula in PyTorch, float64, that shares no step with ours."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.metrics import METRICS, confusion, evaluate
from tests.parity.counterparts import F, torch


def one_hot(labels, classes):
    return F.one_hot(labels, classes).double()


def counted(p, t):
    """Return true positives, samples and predictions of every class, as sums of indicator products."""
    truth, named = one_hot(t, p.shape[1]), one_hot(p.argmax(dim=1), p.shape[1])
    return (truth * named).sum(0), truth.sum(0), named.sum(0)


def curve_area(scores, positive):
    """Return the area under the ROC curve by trapezoids, one corner for every distinct score."""
    thresholds = torch.cat([torch.tensor([torch.inf]), scores.unique().flip(0)])
    above = scores[None, :] >= thresholds[:, None]
    hits = (above & positive).double().sum(1) / positive.sum()
    alarms = (above & ~positive).double().sum(1) / (~positive).sum()
    return torch.trapezoid(hits, alarms)


def areas(p, t):
    return [curve_area(p[:, c], t == c) for c in range(p.shape[1])]


# Of the probabilities (n, classes), two columns where there are two, and the classes.
CLASSES = {
    "accuracy": lambda p, t: (p.argmax(1) == t).double().mean(),
    "balanced_accuracy": lambda p, t: torch.stack(
        [(p.argmax(1)[t == c] == c).double().mean() for c in range(p.shape[1])]
    ).mean(),
    "top_k": lambda p, t: (p.topk(2, dim=1).indices == t[:, None]).any(1).double().mean(),
    "precision": lambda p, t: (counted(p, t)[0] / counted(p, t)[2]).nan_to_num(0).mean(),
    "recall": lambda p, t: (counted(p, t)[0] / counted(p, t)[1]).mean(),
    "f1": lambda p, t: (
        2 / (counted(p, t)[1] / counted(p, t)[0] + counted(p, t)[2] / counted(p, t)[0])
    ).mean(),
    "roc_auc": lambda p, t: torch.stack(areas(p, t)).mean(),
    "log_loss": lambda p, t: F.nll_loss(p.clamp_min(torch.finfo(torch.float32).eps).log(), t),
}
VALUES = {
    "r2": lambda y, t: (
        1 - (t - y).var(0, correction=0).add((t - y).mean(0) ** 2) / t.var(0, correction=0)
    ).mean(),
    "mae": lambda y, t: F.l1_loss(y, t),
    "rmse": lambda y, t: F.mse_loss(y, t).sqrt(),
}


def logits_and_labels(classes, rows, seed):
    rng = np.random.default_rng([classes, rows, seed])
    labels = rng.integers(0, classes, rows)
    labels[:classes] = np.arange(classes)
    logits = rng.normal(0, 3, (rows, 1 if classes == 2 else classes))
    logits += 2 * (2 * labels[:, None] - 1) if classes == 2 else 2 * np.eye(classes)[labels]
    return torch.tensor(logits), torch.tensor(labels)


@pytest.mark.parametrize("rows", [50, 3000])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_metrics_of_classes(classes, rows):
    logits, labels = logits_and_labels(classes, rows, 0)
    ours = (logits.sigmoid() if classes == 2 else logits.softmax(1)).float()
    exact = torch.cat([1 - ours.double(), ours.double()], 1) if classes == 2 else ours.double()
    found = evaluate("classification", ours.numpy(), labels.numpy(), classes)
    expected = {key: formula(exact, labels).item() for key, formula in CLASSES.items()}
    assert found == pytest.approx(expected, rel=1e-6)
    for key in found.keys() - {"log_loss"}:  # counts, which do not round
        assert found[key] == pytest.approx(expected[key], rel=1e-12), key
    flat = torch.bincount(labels * classes + exact.argmax(1), minlength=classes**2)
    matrix = confusion(ours.numpy(), labels.numpy(), classes)
    np.testing.assert_array_equal(matrix, flat.reshape(classes, classes).numpy())


@pytest.mark.parametrize("classes", [2, 4])
def test_area_with_many_ties(classes):
    logits, labels = logits_and_labels(classes, 400, 1)
    coarse = (logits.sigmoid() if classes == 2 else logits.softmax(1)).mul(8).round() / 8
    found = evaluate("classification", coarse.float().numpy(), labels.numpy(), classes)["roc_auc"]
    expected = (
        curve_area(coarse[:, 0], labels == 1) if classes == 2 else torch.stack(areas(coarse, labels)).mean()
    )
    assert found == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize("outputs", [1, 3])
def test_metrics_of_values(outputs):
    rng = np.random.default_rng(outputs)
    target = rng.normal(5, [1, 10, 0.1][:outputs], (500, outputs))
    predicted = (target + rng.normal(0, 0.5, target.shape)).astype(np.float32)
    found = evaluate("regression", predicted, target, 0)
    y, t = torch.tensor(predicted).double(), torch.tensor(target)
    assert found == pytest.approx({key: formula(y, t).item() for key, formula in VALUES.items()}, rel=1e-12)


def test_every_metric_has_a_counterpart():
    assert {metric.key() for metric in METRICS} == CLASSES.keys() | VALUES.keys()
