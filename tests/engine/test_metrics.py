"""The metrics: examples worked by hand, and what must hold for any predictions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.metrics import (
    F1,
    METRICS,
    Accuracy,
    BalancedAccuracy,
    LogLoss,
    Mae,
    Metric,
    Precision,
    Recall,
    Rmse,
    RocAuc,
    RSquared,
    TopK,
    confusion,
    evaluate,
    metrics_for,
)

# Five samples of two classes at 0.5: TN, TP, TP, FN, FP.
BINARY = np.array([[0.2], [0.5], [0.9], [0.4], [0.7]], np.float32)
TRUTH = np.array([0, 1, 1, 1, 0])

# Six samples of three classes; predicted 0 0 1 2 0 1, so that sample 1 and 4 are wrong.
SEVERAL = np.array(
    [
        [0.5, 0.3, 0.2],
        [0.4, 0.35, 0.25],
        [0.1, 0.8, 0.1],
        [0.2, 0.2, 0.6],
        [0.6, 0.1, 0.3],
        [0.3, 0.4, 0.3],
    ]
)
CLASSES = np.array([0, 1, 1, 2, 2, 1])


def random_case(rng: np.random.Generator, rows: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities with many ties, and classes that all occur."""
    raw = rng.integers(1, 6, (rows, classes)).astype(np.float32)
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    truth = rng.integers(0, classes, rows)
    truth[:classes] = np.arange(classes)
    return (probabilities[:, 1:] if classes == 2 else probabilities), truth


# The confusion matrix


def test_confusion_has_a_row_for_the_truth_and_a_column_for_the_prediction():
    matrix = confusion(BINARY, TRUTH, 2)
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(matrix, [[1, 1], [1, 2]])
    np.testing.assert_array_equal(confusion(SEVERAL, CLASSES, 3), [[1, 0, 0], [1, 2, 0], [1, 0, 1]])


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0.0, [[0, 2], [0, 3]]),
        (0.41, [[1, 1], [1, 2]]),
        (0.5, [[1, 1], [1, 2]]),  # the threshold itself is reached
        (0.51, [[1, 1], [2, 1]]),
        (0.8, [[2, 0], [2, 1]]),
        (1.0, [[2, 0], [3, 0]]),
    ],
)
def test_the_threshold_moves_samples_between_the_columns(threshold, expected):
    np.testing.assert_array_equal(confusion(BINARY, TRUTH, 2, threshold), expected)


def test_several_classes_do_not_depend_on_the_threshold():
    np.testing.assert_array_equal(confusion(SEVERAL, CLASSES, 3, 0.9), confusion(SEVERAL, CLASSES, 3))


def test_confusion_counts_classes_that_do_not_occur():
    np.testing.assert_array_equal(confusion(SEVERAL[:1], [0], 3), np.diag([1, 0, 0]))
    np.testing.assert_array_equal(confusion(np.zeros((0, 1)), [], 2), np.zeros((2, 2)))


def test_confusion_leaves_out_rows_without_a_prediction():
    predicted = SEVERAL.copy()
    predicted[3, 0] = math.nan
    np.testing.assert_array_equal(confusion(predicted, CLASSES, 3), [[1, 0, 0], [1, 2, 0], [1, 0, 0]])


@pytest.mark.parametrize(
    ("predicted", "truth", "classes", "said"),
    [
        (BINARY, TRUTH, 3, "3 classes do not fit"),
        (SEVERAL, CLASSES, 2, "2 classes do not fit"),
        (SEVERAL[:, :1], CLASSES, 2, "holds class 2, but the classes are 0 to 1"),
    ],
)
def test_confusion_refuses_what_does_not_fit(predicted, truth, classes, said):
    with pytest.raises(ValueError, match=said):
        confusion(predicted, truth, classes)


# Worked by hand


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (Accuracy, 3 / 5),
        (BalancedAccuracy, (1 / 2 + 2 / 3) / 2),
        (TopK, 1.0),
        (Precision, (1 / 2 + 2 / 3) / 2),
        (Recall, (1 / 2 + 2 / 3) / 2),
        (F1, (2 / 4 + 4 / 6) / 2),
        (RocAuc, 4 / 6),  # 0.5 > 0.2, 0.9 > 0.2, 0.9 > 0.7, 0.4 > 0.2; not 0.5 > 0.7, 0.4 > 0.7
        (LogLoss, -math.log(0.8 * 0.5 * 0.9 * 0.4 * 0.3) / 5),
    ],
)
def test_two_classes(metric, value):
    assert metric.compute(BINARY, TRUTH) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (Accuracy, 4 / 6),
        (BalancedAccuracy, (1 + 2 / 3 + 1 / 2) / 3),
        (TopK, 1.0),
        (Precision, (1 / 3 + 1 + 1) / 3),
        (Recall, (1 + 2 / 3 + 1 / 2) / 3),
        (F1, (2 / 4 + 4 / 5 + 2 / 3) / 3),
        # Class 0: 0.5 above all but 0.6.  Class 1: 0.35, 0.8, 0.4 above 0.3, 0.2, 0.1.
        # Class 2: 0.6 above 4, 0.3 above 3 and level with one.
        (RocAuc, (4 / 5 + 1 + (4 + 3.5) / 8) / 3),
        (LogLoss, -math.log(0.5 * 0.35 * 0.8 * 0.6 * 0.3 * 0.4) / 6),
    ],
)
def test_three_classes(metric, value):
    assert metric.compute(SEVERAL, CLASSES) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("k", "value"), [(1, 4 / 6), (2, 1.0), (3, 1.0), (100, 1.0)])
def test_top_k_gives_a_sample_k_guesses(k, value):
    assert TopK.compute(SEVERAL, CLASSES, k) == value


def test_top_k_takes_tied_classes_in_their_order():
    even = np.full((4, 4), 0.25)
    assert [TopK.compute(even, np.arange(4), k) for k in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1.0]
    assert TopK.compute(BINARY, TRUTH, 1) == Accuracy.compute(BINARY, TRUTH)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (RSquared, (1 - 0.5 / 2 + 1 - 14 / 8) / 2),
        (Mae, (0.5 + 0 + 0.5 + 1 + 2 + 3) / 6),
        (Rmse, math.sqrt((0.25 + 0 + 0.25 + 1 + 4 + 9) / 6)),
    ],
)
def test_values(metric, value):
    target = np.array([[1.0, 0.0], [2.0, 2.0], [3.0, 4.0]])
    predicted = np.array([[1.5, 1.0], [2.0, 4.0], [2.5, 7.0]], np.float32)
    assert metric.compute(predicted, target) == pytest.approx(value, rel=1e-12)


def test_r_squared_compares_with_the_mean():
    target = np.array([[1.0], [2.0], [3.0]])
    assert RSquared.compute(target, target) == 1
    assert RSquared.compute(np.full((3, 1), 2.0), target) == 0
    assert RSquared.compute(target[::-1], target) == -3
    assert math.isnan(RSquared.compute(target, np.ones((3, 1))))


# Classes that are not there


def test_a_class_that_is_never_predicted_counts_nothing():
    predicted, truth = np.full((4, 1), 0.1), np.array([0, 0, 0, 1])
    assert Precision.compute(predicted, truth) == 3 / 4 / 2
    assert Recall.compute(predicted, truth) == BalancedAccuracy.compute(predicted, truth) == 1 / 2
    assert F1.compute(predicted, truth) == 6 / 7 / 2


def test_a_class_that_does_not_occur_but_is_predicted_counts_against_all_but_balanced_accuracy():
    truth = np.where(CLASSES == 2, 1, CLASSES)
    # Class 2 is predicted once, of no sample; classes 0 and 1: 1 of 3 and 2 of 2 are right.
    assert Precision.compute(SEVERAL, truth) == pytest.approx((1 / 3 + 1 + 0) / 3)
    assert Recall.compute(SEVERAL, truth) == pytest.approx((1 + 2 / 5 + 0) / 3)
    assert F1.compute(SEVERAL, truth) == pytest.approx((2 / 4 + 4 / 7 + 0) / 3)
    assert BalancedAccuracy.compute(SEVERAL, truth) == pytest.approx((1 + 2 / 5) / 2)
    assert math.isnan(RocAuc.compute(SEVERAL, truth))


def test_a_class_that_neither_occurs_nor_is_predicted_is_left_out():
    predicted, truth = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]]), np.array([0, 1])
    found = evaluate("classification", predicted, truth, 3)
    assert all(found[key] == 1 for key in ("accuracy", "balanced_accuracy", "precision", "recall", "f1"))


@pytest.mark.parametrize("only", [0, 1])
def test_an_order_of_one_class_alone_is_undefined(only):
    assert math.isnan(RocAuc.compute(BINARY, np.full(5, only)))


# What holds for any predictions


@given(st.integers(2, 6), st.integers(6, 60), st.integers(0, 2**32))
def test_area_is_the_share_of_pairs_in_the_right_order(classes, rows, seed):
    predicted, truth = random_case(np.random.default_rng(seed), rows, classes)
    columns = {1: predicted[:, 0]} if classes == 2 else dict(enumerate(predicted.T))
    areas = []
    for label, scores in columns.items():
        above = scores[truth == label][:, None] - scores[truth != label][None, :]
        areas.append(np.mean(np.where(above == 0, 0.5, above > 0)))
    assert RocAuc.compute(predicted, truth) == pytest.approx(np.mean(areas), rel=1e-12)


@given(st.integers(2, 6), st.integers(6, 60), st.integers(0, 2**32))
def test_together_they_are_what_they_are_alone(classes, rows, seed):
    predicted, truth = random_case(np.random.default_rng(seed), rows, classes)
    found = evaluate("classification", predicted, truth, classes)
    assert found == {
        metric.key(): metric.compute(predicted, truth) for metric in metrics_for("classification")
    }
    values = predicted.astype(np.float64) + truth[:, None]
    found = evaluate("regression", predicted, values, 0)
    assert found == {metric.key(): metric.compute(predicted, values) for metric in metrics_for("regression")}


@given(st.integers(2, 6), st.integers(6, 60), st.integers(0, 2**32))
def test_they_do_not_depend_on_the_order_of_the_rows_nor_change_them(classes, rows, seed):
    rng = np.random.default_rng(seed)
    predicted, truth = random_case(rng, rows, classes)
    predicted.flags.writeable = truth.flags.writeable = False
    order = rng.permutation(rows)
    found = evaluate("classification", predicted, truth, classes)
    again = evaluate("classification", predicted[order], truth[order], classes)
    assert again == pytest.approx(found, rel=1e-12)


def test_the_threshold_moves_what_is_counted_and_leaves_the_order_alone():
    at = {level: evaluate("classification", BINARY, TRUTH, 2, level) for level in (0.5, 0.8)}
    assert at[0.8]["accuracy"] == 3 / 5
    assert at[0.8]["precision"] == (2 / 4 + 1) / 2
    assert at[0.8]["recall"] == pytest.approx((1 + 1 / 3) / 2)
    for key in ("roc_auc", "log_loss"):
        assert at[0.8][key] == at[0.5][key]


@pytest.mark.parametrize("classes", [2, 4])
def test_perfect_predictions_are_perfect(classes):
    truth = np.arange(20) % classes
    hot = np.eye(classes, dtype=np.float32)[truth]
    found = evaluate("classification", hot[:, 1:] if classes == 2 else hot, truth, classes)
    assert found == {key: 0.0 if key == "log_loss" else 1.0 for key in found}
    assert math.copysign(1, found["log_loss"]) == 1  # shown as 0, not as -0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_loss_is_cut_off_at_the_resolution_of_float32(dtype):
    most = -math.log(np.finfo(np.float32).eps)
    assert LogLoss.compute(np.array([[1.0], [0.0]], dtype), np.array([0, 1])) == pytest.approx(most, rel=1e-7)
    hot = np.eye(3, dtype=dtype)
    assert LogLoss.compute(hot, np.array([1, 2, 0])) == pytest.approx(most, rel=1e-7)
    assert most == pytest.approx(15.9, abs=0.05)  # as its pitfall says


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key())
def test_nan_and_no_rows_give_nan(metric: type[Metric]):
    if metric.task == "regression":
        predicted, target = np.ones((6, 1)), np.arange(6.0)[:, None]
        predicted[2] = math.nan
        assert math.isnan(metric.compute(predicted, target))
        assert math.isnan(evaluate("regression", predicted[:0], target[:0], 0)[metric.key()])
        return
    for base, truth, classes in ((BINARY, TRUTH, 2), (SEVERAL, CLASSES, 3)):
        predicted = base.copy()
        predicted[-1, -1] = math.nan
        assert math.isnan(metric.compute(predicted, truth))
        assert math.isnan(evaluate("classification", predicted, truth, classes)[metric.key()])
        assert math.isnan(metric.compute(base[:0], truth[:0]))


def test_predictions_beyond_all_bounds_are_no_error():
    target = np.array([[1.0], [2.0]])
    assert RSquared.compute(np.array([[np.inf], [0.0]], np.float32), target) == -math.inf
    assert Rmse.compute(np.full((2, 1), 3e38, np.float32), target) == pytest.approx(3e38)


def test_classes_must_fit_the_predictions():
    with pytest.raises(ValueError, match="3 classes do not fit predictions of the shape"):
        evaluate("classification", BINARY, TRUTH, 3)


# The table


def test_the_first_metric_of_a_task_is_the_one_to_show():
    assert [metric.key() for metric in metrics_for("classification")] == [
        "accuracy",
        "balanced_accuracy",
        "top_k",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "log_loss",
    ]
    assert [metric.key() for metric in metrics_for("regression")] == ["r2", "mae", "rmse"]
    assert not metrics_for("generation")


def test_what_is_always_the_same_is_left_out_where_the_classes_are_known():
    every = metrics_for("classification")
    assert TopK in every
    assert metrics_for("classification", 2) == tuple(metric for metric in every if metric is not TopK)
    assert metrics_for("classification", 3) == every


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key())
def test_higher_is_better_where_they_say_so(metric: type[Metric]):
    rng = np.random.default_rng(0)
    if metric.task == "regression":
        target = rng.normal(size=(200, 1))
        good, bad = (target + rng.normal(size=target.shape) * noise for noise in (0.1, 1.0))
    else:
        target = rng.integers(0, 4, 200)
        good, bad = (
            share * np.eye(4)[target] + (1 - share) * rng.dirichlet(np.ones(4), 200) for share in (0.6, 0.1)
        )
    assert (metric.compute(good, target) > metric.compute(bad, target)) == metric.higher_is_better
    assert not metric.percent or 0 <= metric.compute(bad, target) <= 1
