"""The formulas of the losses, alone and in float64: slopes, far logits, NaN, and what each entry promises."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.catalog.entry import by_key
from engine.catalog.losses import (
    LOSS_RULES,
    LOSSES,
    CrossEntropy,
    Focal,
    KlDivergence,
    LossRule,
    Mse,
    Poisson,
)
from tests.engine.formulas import assert_straight

NUMBERS = {"huber": [(1.0,), (0.3,), (2.5,)], "focal": [(2.0,), (0.0,), (0.5,), (5.0,)]}
CASES = [
    (loss, rule, numbers)
    for loss in LOSSES
    for rule in loss.rules
    for numbers in NUMBERS.get(loss.key(), [()])
]
IDS = [f"{rule.value.__name__}-{'-'.join(map(str, numbers))}" for _, rule, numbers in CASES]
PROBABILITIES = [loss for loss in LOSSES if loss.rules[-1].acts_on == "log_probability"]


def log_softmax(z):
    shifted = np.asarray(z, float) - np.max(z)
    return shifted - np.log(np.exp(shifted).sum())


def targets_of(loss):
    if loss.lowest_target is not None:
        return [0.0, 1.0, 7.5]
    return [-1.0, 1.0] if "hinge" in loss.key() else [0.0, 0.3, 1.0]


@pytest.mark.parametrize(("loss", "rule", "numbers"), CASES, ids=IDS)
def test_the_slope_of_every_loss_is_its_derivative(loss, rule: LossRule, numbers):
    points = np.linspace(-4, 4, 33) + 0.013  # none at a kink
    if rule.acts_on == "log_probability":
        points = -np.geomspace(1e-3, 8, 33)
    y, target = np.meshgrid(points, targets_of(loss))
    step = 1e-6
    by_difference = (rule.value(y + step, target, *numbers) - rule.value(y - step, target, *numbers)) / 2e-6
    found = rule.slope(y, target, *numbers)
    np.testing.assert_allclose(found, by_difference, rtol=1e-7, atol=2e-8)


@pytest.mark.parametrize(("loss", "rule", "numbers"), CASES, ids=IDS)
def test_rules_take_as_many_numbers_as_they_say(loss, rule: LossRule, numbers):
    assert rule.arity == len(numbers) == len(loss().numbers())
    for function in (rule.value, rule.slope):
        assert len(inspect.signature(function).parameters) == 2 + rule.arity


@pytest.mark.parametrize("rule", LOSS_RULES, ids=lambda rule: rule.value.__name__)
def test_formulas_are_straight_lines_of_vector_operations(rule: LossRule):
    assert_straight(rule.value)
    assert_straight(rule.slope)


@pytest.mark.parametrize(("loss", "rule", "numbers"), CASES, ids=IDS)
def test_nan_stays_nan(loss, rule: LossRule, numbers):
    nan = np.array([np.nan])
    for target in targets_of(loss):
        assert np.isnan(rule.value(nan, target, *numbers)).all()
        # The slope of -t log p knows p only through the softmax that it is led through.
        if rule.slope.__name__ != "softmax_cross_entropy_slope":
            assert np.isnan(rule.slope(nan, target, *numbers)).all()


@pytest.mark.parametrize(("loss", "rule", "numbers"), CASES, ids=IDS)
def test_float32_gives_the_digits_that_it_has(loss, rule: LossRule, numbers):
    points = np.concatenate([np.linspace(-80, 80, 321), [-1e4, 1e4], np.geomspace(1e-6, 1, 20)])
    if rule.acts_on == "log_probability":
        points = -np.abs(points)
    y, target = np.meshgrid(points.astype(np.float32), np.array(targets_of(loss), np.float32))
    if loss is Poisson:
        y = np.minimum(y, np.float32(80))  # e^89 is more than float32 holds
    for function in (rule.value, rule.slope):
        single, double = function(y, target, *numbers), function(np.float64(y), np.float64(target), *numbers)
        assert single.dtype == np.float32
        assert np.isfinite(single).all()
        np.testing.assert_allclose(single, double, rtol=2e-5, atol=2e-6)


# Where logits are far from zero


@pytest.mark.parametrize("loss", PROBABILITIES, ids=lambda loss: loss.key())
@pytest.mark.parametrize("z", [1e4, -1e4])
def test_one_far_logit_costs_itself_or_nothing(loss, z):
    """At z = ±10,000 the right answer costs 0 with slope 0, the wrong one |z| with slope ±1."""
    rule, numbers = loss().rule(2), loss().numbers()
    right, wrong = float(z > 0), float(z < 0)
    assert rule.value(np.float64(z), right, *numbers) == 0
    assert rule.slope(np.float64(z), right, *numbers) == 0
    assert rule.value(np.float64(z), wrong, *numbers) == pytest.approx(1e4, rel=1e-15)
    assert rule.slope(np.float64(z), wrong, *numbers) == pytest.approx(np.sign(z), rel=1e-15)


@pytest.mark.parametrize("loss", PROBABILITIES, ids=lambda loss: loss.key())
def test_far_logits_of_several_classes_cost_their_distance_or_nothing(loss):
    rule, numbers = loss().rule(3), loss().numbers()
    logs = log_softmax([1e4, 0.0, -1e4])
    for label, cost in enumerate([0.0, 1e4, 2e4]):
        hot = np.eye(3)[label]
        assert rule.value(logs, hot, *numbers).sum() == pytest.approx(cost, rel=1e-15)
        slope = rule.slope(logs, hot, *numbers)
        by_logit = slope - np.exp(logs) * slope.sum()
        expected = np.array([1.0, 0, 0]) - hot
        np.testing.assert_allclose(by_logit, expected, atol=1e-15)


@pytest.mark.parametrize("loss", PROBABILITIES, ids=lambda loss: loss.key())
def test_smoothed_targets_make_far_logits_cost_a_share_of_their_distance(loss):
    entry = loss(label_smoothing=0.2)
    rule, numbers = entry.rule(2), entry.numbers()
    target = entry.soften(np.float64(1), 2)
    assert target == pytest.approx(0.9)
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1)) if loss is KlDivergence else 0
    assert rule.value(np.float64(1e4), target, *numbers) == pytest.approx(1e3 - entropy)
    assert rule.slope(np.float64(1e4), target, *numbers) == pytest.approx(0.1)


@pytest.mark.parametrize(
    "key", ["mse", "half_squared_error", "mae", "huber", "log_cosh", "hinge", "squared_hinge"]
)
def test_far_outputs_have_finite_losses(key):
    loss = by_key(LOSSES)[key]()
    y = np.array([-1e4, 1e4])
    for target in (-1.0, 1.0):
        size = np.abs(y - target)
        expected = {
            "mse": size**2,
            "half_squared_error": size**2 / 2,
            "mae": size,
            "huber": size - 0.5,
            "log_cosh": size - np.log(2),
            "hinge": np.maximum(0, 1 - target * y),
            "squared_hinge": np.maximum(0, 1 - target * y) ** 2,
        }[key]
        np.testing.assert_allclose(loss.rules[0].value(y, target, *loss.numbers()), expected, rtol=1e-14)


def test_poisson_goes_to_its_limit_below_and_overflows_above():
    rule = Poisson().rule(0)
    assert rule.value(np.float64(-1e4), 3.0) == 3e4
    assert rule.slope(np.float64(-1e4), 3.0) == -3
    assert rule.value(np.float64(1e4), 3.0) == np.inf  # e^10000 is no number; training stops there


# Near zero, where digits cancel


@pytest.mark.parametrize("error", [1e-3, 1e-6, 1e-12])
def test_log_cosh_keeps_its_digits_near_zero(error):
    rule = by_key(LOSSES)["log_cosh"]().rule(0)
    assert rule.value(np.float64(error), 0.0) == pytest.approx(error**2 / 2, rel=error**2 + 1e-12, abs=0)


def test_log_cosh_joins_where_its_two_ways_of_reckoning_meet():
    rule = by_key(LOSSES)["log_cosh"]().rule(0)
    below, above = (rule.value(np.nextafter(1.0, side), 0.0) for side in (0, 2))
    assert below == pytest.approx(above, rel=1e-15)
    assert above == pytest.approx(np.log(np.cosh(1.0)), rel=1e-15)


@pytest.mark.parametrize("z", [20.0, 60.0])
def test_small_losses_keep_their_digits(z):
    for key in ("cross_entropy", "kl_divergence"):
        loss = by_key(LOSSES)[key]()
        assert loss.rule(2).value(np.float64(z), 1.0) == pytest.approx(np.log1p(np.exp(-z)), rel=1e-12, abs=0)
    for gamma in (0.0, 0.5, 2.0):
        found = Focal().rule(2).value(np.float64(z), 1.0, gamma)
        expected = (1 + np.exp(z)) ** -gamma * np.log1p(np.exp(-z))
        assert found == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_bears_a_probability_that_rounding_has_lifted_above_one(gamma):
    for excess in (0.0, 1e-16, 1e-7):
        assert Focal().rule(3).value(excess, 1.0, gamma) == pytest.approx(0)
        assert Focal().rule(3).slope(excess, 1.0, gamma) == pytest.approx(0)


# What the entries promise


def test_a_hand_worked_example():
    """Softmax of (1, 2, 3) is (0.0900, 0.2447, 0.6652); the true class is the second."""
    logs, hot = log_softmax([1, 2, 3]), np.array([0.0, 1.0, 0.0])
    p = 0.24472847105479764
    assert CrossEntropy().rule(3).value(logs, hot).sum() == pytest.approx(-np.log(p))
    assert Focal().rule(3).value(logs, hot, 2.0).sum() == pytest.approx((1 - p) ** 2 * -np.log(p))
    smoothed = CrossEntropy(label_smoothing=0.3).soften(hot, 3)
    np.testing.assert_allclose(smoothed, [0.1, 0.8, 0.1])
    assert CrossEntropy().rule(3).value(logs, smoothed).sum() == pytest.approx(
        0.1 * 2.4076059644443806 + 0.8 * 1.4076059644443804 + 0.1 * 0.4076059644443803
    )
    huber = by_key(LOSSES)["huber"]().rule(0)
    np.testing.assert_allclose(huber.value(np.array([0.5, 3.0]), 0.0, 1.0), [0.125, 2.5])
    assert Poisson().rule(0).value(np.log(2.0), 3.0) == pytest.approx(2 - 3 * np.log(2))


TARGETS = st.floats(0, 1)


@given(st.floats(-50, 50), TARGETS)
def test_kl_divergence_is_cross_entropy_minus_the_entropy_of_the_targets(z, target):
    share = np.array([1 - target, target])
    entropy = -(share[share > 0] * np.log(share[share > 0])).sum()
    difference = CrossEntropy().rule(2).value(z, target) - KlDivergence().rule(2).value(z, target)
    assert difference == pytest.approx(entropy, abs=1e-9)
    logs = log_softmax([0.0, z])
    difference = (
        CrossEntropy().rule(3).value(logs, share).sum() - KlDivergence().rule(3).value(logs, share).sum()
    )
    assert difference == pytest.approx(entropy, abs=1e-9)


@given(st.floats(0.001, 0.999))
def test_kl_divergence_is_zero_where_the_prediction_is_the_target(target):
    z = np.log(target / (1 - target))
    assert KlDivergence().rule(2).value(z, target) == pytest.approx(0, abs=1e-12)
    assert KlDivergence().rule(2).value(z + 0.5, target) > 0


@given(st.floats(-20, 20), TARGETS)
def test_focal_with_gamma_zero_is_cross_entropy(z, target):
    assert Focal().rule(2).value(z, target, 0.0) == pytest.approx(CrossEntropy().rule(2).value(z, target))
    assert Focal().rule(2).slope(z, target, 0.0) == pytest.approx(
        CrossEntropy().rule(2).slope(z, target), abs=1e-12
    )


@given(st.floats(-20, 20), st.floats(0, 10))
def test_one_sigmoid_is_a_softmax_over_zero_and_its_logit(z, gamma):
    logs = log_softmax([0.0, z])
    for loss in (CrossEntropy(), KlDivergence(), Focal(gamma=gamma)):
        for target in (0.0, 0.2, 1.0):
            pair = np.array([1 - target, target])
            several = loss.rule(3).value(logs, pair, *loss.numbers()).sum()
            assert loss.rule(2).value(z, target, *loss.numbers()) == pytest.approx(several, abs=1e-12)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0.001, 1000))
def test_huber_lies_between_its_two_pieces(y, target, delta):
    rule = by_key(LOSSES)["huber"]().rule(0)
    value, error = rule.value(np.float64(y), np.float64(target), delta), abs(y - target)
    assert value <= error**2 / 2 * (1 + 1e-12)
    assert value <= delta * error * (1 + 1e-12)
    assert abs(rule.slope(np.float64(y), np.float64(target), delta)) <= delta


@given(st.floats(0, 1), st.integers(2, 10), st.data())
def test_smoothed_targets_are_probabilities_that_sum_to_one(smoothing, classes, data):
    hot = np.eye(classes)[data.draw(st.integers(0, classes - 1))]
    for loss in PROBABILITIES:
        soft = loss(label_smoothing=smoothing).soften(hot, classes)
        assert soft.sum() == pytest.approx(1)
        assert soft.min() >= 0
        assert soft.argmax() == hot.argmax() or smoothing > 0.999


def test_other_losses_take_targets_as_they_are():
    targets = np.array([0.0, 1.0])
    assert Mse().soften(targets, 2) is targets


def test_smoothing_and_weights_are_no_numbers_of_the_formula():
    settings = {"label_smoothing": 0.1, "class_weights": (1.0, 2.0)}
    assert CrossEntropy(**settings).numbers() == KlDivergence(**settings).numbers() == ()
    assert Focal(**settings, gamma=3.0).numbers() == (3.0,)
    assert [p.name for p in CrossEntropy.parameters()] == ["label_smoothing"]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.key())
def test_class_weights_belong_to_every_loss_of_classes(loss):
    if "classification" not in loss.tasks:
        assert "class_weights" not in loss.model_fields
        return
    assert loss().class_weights == ()
    assert loss(class_weights=(0.5, 1000.0)).class_weights == (0.5, 1000.0)
    assert loss.model_validate_json(loss(class_weights=(1.0, 2.0)).model_dump_json()).class_weights == (1, 2)
    for bad in ((0.0, 1.0), (-1.0, 1.0), (1001.0,), (float("nan"),), ("1",), (1.0,) * 65):
        with pytest.raises(ValidationError):
            loss(class_weights=bad)


OUTPUTS = {
    "cross_entropy": (None, "sigmoid", "softmax"),
    "focal": (None, "sigmoid", "softmax"),
    "kl_divergence": (None, "sigmoid", "softmax"),
    "hinge": (None, "linear", "linear"),
    "squared_hinge": (None, "linear", "linear"),
    "poisson": ("exponential", None, None),
}


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.key())
def test_every_loss_knows_its_output(loss):
    expected = OUTPUTS.get(loss.key(), ("linear", "tanh", "softmax"))
    tasks = {"regression": (0,), "classification": (2, 3, 10)}
    for task in loss.tasks:
        for classes in tasks[task]:
            assert loss().output(classes) == expected[{0: 0, 2: 1}.get(classes, 2)]
            assert loss().rule(classes) in loss.rules
    assert loss.fixed_output == (loss.key() in OUTPUTS)
    for rule in loss.rules:
        assert loss.fixed_output or rule.acts_on == "output"


def test_tasks_and_targets():
    tasks = {loss.key(): loss.tasks for loss in LOSSES}
    only_classes = {key for key, task in tasks.items() if task == ("classification",)}
    assert only_classes == {"cross_entropy", "focal", "kl_divergence", "hinge", "squared_hinge"}
    assert {key for key, task in tasks.items() if task == ("regression",)} == {"poisson"}
    assert {loss.key(): loss.lowest_target for loss in LOSSES if loss.lowest_target is not None} == {
        "poisson": 0
    }


def test_only_sums_over_classes_are_not_means_over_outputs():
    sums = {rule for rule in LOSS_RULES if not rule.mean_over_outputs}
    keys = {loss.key() for loss in LOSSES if set(loss.rules) & sums}
    assert keys == {"half_squared_error", "cross_entropy", "focal", "kl_divergence"}


def test_every_rule_has_one_code():
    assert len(set(LOSS_RULES)) == len(LOSS_RULES) == 14
