"""The update rules alone and in float64: what holds for all of them, and what each was invented for."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.optimizers import (
    OPTIMIZERS,
    RULES,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    AmsGrad,
    Lbfgs,
    Lion,
    NAdam,
    Optimizer,
    RAdam,
    RmsProp,
    Rprop,
    Sgd,
)
from tests.engine.formulas import assert_straight
from tests.engine.strategies import parameter_values

STEPWISE = [optimizer for optimizer in OPTIMIZERS if not optimizer.full_batch]
ENTRIES = [
    *(optimizer() for optimizer in STEPWISE),
    Sgd(momentum=0.9),
    Sgd(momentum=0.9, nesterov=True),
    Sgd(momentum=0.9, form="velocity"),
    Sgd(momentum=0.9, nesterov=True, form="velocity"),
    RmsProp(momentum=0.9),
    RmsProp(centered=True),
    RmsProp(momentum=0.9, centered=True),
]
IDS = [entry.rule.update.__name__ for entry in ENTRIES]


def run(entry: Optimizer, w, gradients, rates=None):
    """Return the parameter before the first and after each step, and the slots at the end."""
    found, slots = [np.asarray(w)], [np.zeros_like(w)] * len(entry.rule.slots)
    for step, g in enumerate(gradients, start=1):
        numbers = entry.numbers() if rates is None else (rates[step - 1], *entry.numbers()[1:])
        w, *slots = entry.rule.update(w, g, *slots, *entry.rule.constants(step, *numbers))
        found.append(w)
    return np.array(found), slots


def test_every_rule_is_run_here():
    assert {entry.rule for entry in ENTRIES} == set(RULES)
    assert len(set(RULES)) == len(RULES)


# Of all rules


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_formulas_are_straight_lines_of_vector_operations(entry):
    assert_straight(entry.rule.constants, powers=True)
    assert_straight(entry.rule.update)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_arguments_and_results_fit_together(entry):
    rule = entry.rule
    names = list(inspect.signature(rule.constants).parameters)
    assert names[:2] == ["step", "learning_rate"]
    assert len(names) - 1 == len(entry.numbers())
    constants = rule.constants(1, *entry.numbers())
    assert len(inspect.signature(rule.update).parameters) == 2 + len(rule.slots) + len(constants)
    assert len(rule.slots) == len(set(rule.slots)) <= 3
    shape = (2, 5)
    results = rule.update(np.ones(shape), np.ones(shape), *[np.zeros(shape)] * len(rule.slots), *constants)
    assert [np.shape(result) for result in results] == [shape] * (1 + len(rule.slots))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.key())
def test_the_first_number_is_the_learning_rate(optimizer):
    """The decoupled decay, the proximal step and the schedules rely on it."""
    assert optimizer(learning_rate=0.25).numbers()[0] == 0.25


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_parameter_without_a_gradient_stays(entry):
    found, _ = run(entry, np.float64(3), np.zeros(20))
    if isinstance(entry, AdamW):  # but for its decay
        np.testing.assert_allclose(found, 3 * (1 - 0.001 * 0.01) ** np.arange(21))
    else:
        assert (found == 3).all()


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_padding_stays_exactly_zero(entry, dtype):
    found, _ = run(entry, np.zeros(16, dtype), np.zeros((50, 16), dtype))
    assert (found == 0).all()


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_the_first_step_goes_against_the_gradient(entry):
    found, _ = run(entry, np.zeros(2), [np.array([-2.0, 2.0])])
    np.testing.assert_array_equal(np.sign(found[1]), [1, -1])


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_nan_stays_nan(entry):
    found, _ = run(entry, np.array([0.0, 1.0]), [np.ones(2), np.array([np.nan, 1.0]), np.ones(2)])
    assert np.isnan(found[2:, 0]).all()
    assert np.isfinite(found[:, 1]).all()


@pytest.mark.parametrize("optimizer", STEPWISE, ids=lambda optimizer: optimizer.key())
@given(data=st.data())
def test_any_hyper_parameters_give_finite_steps(optimizer, data):
    values = {p.name: data.draw(parameter_values(p)) for p in optimizer.parameters()}
    entry = optimizer(**values)
    gradients = [1.0, -0.3, 0.0, 0.2, 0.2, -1e-3]
    found, slots = run(entry, np.ones(1), np.array(gradients)[:, None])
    assert np.isfinite(found).all()
    assert np.isfinite(slots).all()
    constants = np.array([entry.rule.constants(step, *entry.numbers()) for step in (1, 2, 10, 10**6)], float)
    assert np.isfinite(constants).all()


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_float32_follows_float64(entry):
    """As in the kernels, where the scalars are those of float64 rounded once."""
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(40, 30)) + 0.3
    exact, _ = run(entry, np.ones(30), gradients)
    w, slots = np.ones(30, np.float32), [np.zeros(30, np.float32)] * len(entry.rule.slots)
    for step, g in enumerate(gradients.astype(np.float32), start=1):
        constants = [np.float32(c) for c in entry.rule.constants(step, *entry.numbers())]
        w, *slots = entry.rule.update(w, g, *slots, *constants)
    assert w.dtype == np.float32
    moved = np.abs(exact[-1] - 1).max()
    np.testing.assert_allclose(w, exact[-1], rtol=3e-6, atol=1e-4 * moved)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(entry):
    rate = {"adadelta": 50.0, "adagrad": 0.5, "lion": 0.02}.get(entry.kind, 0.05)
    entry = entry.edited(learning_rate=rate)
    rule, w = entry.rule, np.array([2.0, -1.0])
    slots = [np.zeros(2)] * len(rule.slots)
    for step in range(1, 501):
        falling = entry.learning_rate * (1 - step / 501)
        constants = rule.constants(step, falling, *entry.numbers()[1:])
        w, *slots = rule.update(w, np.array([1.0, 3.0]) * w, *slots, *constants)
    assert np.abs(w).max() < 0.05


# SGD


GRADIENTS = [1.0, -0.5, 2.0, 0.25]


def test_both_forms_of_momentum_by_hand():
    """η = 0.1, m = 0.5: v is 1, 0 and 2 of gradients, or -0.1, 0 and -0.2 of steps."""
    gradient, (total,) = run(Sgd(learning_rate=0.1, momentum=0.5), np.float64(1), GRADIENTS[:3])
    np.testing.assert_allclose(gradient, [1, 0.9, 0.9, 0.7])
    velocity, (v,) = run(Sgd(learning_rate=0.1, momentum=0.5, form="velocity"), np.float64(1), GRADIENTS[:3])
    np.testing.assert_allclose(velocity, gradient)
    assert (total, v) == pytest.approx((2, -0.2))


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_forms_of_momentum_agree_until_the_learning_rate_changes(nesterov):
    forms = [
        Sgd(learning_rate=0.1, momentum=0.9, nesterov=nesterov, form=form)
        for form in ("gradient", "velocity")
    ]
    steady = [run(entry, np.float64(1), GRADIENTS)[0] for entry in forms]
    np.testing.assert_allclose(*steady, rtol=1e-14)
    # With a rate of 0 the gathered gradients stand still at once; a velocity rolls on.
    stopped, rolling = (run(entry, np.float64(1), GRADIENTS, [0.1, 0.1, 0.0, 0.0])[0] for entry in forms)
    assert stopped[2] == stopped[3] == stopped[4]
    assert rolling[2] != rolling[3] != rolling[4]
    v = -0.1 * (0.9 * 1.0 - 0.5)
    np.testing.assert_allclose(np.diff(rolling)[2:], [v * 0.9 ** (1 + nesterov), v * 0.9 ** (2 + nesterov)])


def test_nesterov_looks_ahead():
    (_, first, _), _ = run(Sgd(learning_rate=0.1, momentum=0.5, nesterov=True), np.float64(0), [1.0, 1.0])
    assert first == pytest.approx(-0.1 * (1 + 0.5))


def test_what_is_remembered_has_a_name_that_tells_its_meaning():
    slots = {entry.rule.update.__name__: entry.rule.slots for entry in ENTRIES}
    assert slots["sgd_momentum"] == slots["sgd_nesterov"] == ("accumulated gradient",)
    assert slots["sgd_velocity"] == slots["sgd_velocity_nesterov"] == ("velocity",)
    assert all(name[0] in "1abcdefghijklmnopqrstuvwxyz" for names in slots.values() for name in names)


def test_momentum_zero_is_plain_whatever_else_is_asked_for():
    assert Sgd(nesterov=True, form="velocity").rule is Sgd().rule
    assert RmsProp(momentum=0.0).rule is RmsProp().rule


# Adagrad and what grew out of it


def test_the_step_of_adagrad_vanishes_and_that_of_rmsprop_does_not():
    steady = np.ones(10_000)
    adagrad, _ = run(Adagrad(learning_rate=1.0), np.float64(0), steady)
    rmsprop, _ = run(RmsProp(learning_rate=1.0), np.float64(0), steady)
    assert -np.diff(adagrad)[-1] == pytest.approx(0.01)  # 1 / √10,000
    assert -np.diff(rmsprop)[-1] == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_centred_rmsprop_bears_a_variance_that_rounding_has_made_negative(dtype):
    entry = RmsProp(centered=True, alpha=0.9, epsilon=1e-3)
    found, (square, mean) = run(entry, np.zeros(200, dtype), [np.linspace(0.1, 9, 200).astype(dtype)] * 600)
    assert (square - mean * mean).min() < 0
    assert np.isfinite(found).all()


def test_adadelta_does_not_depend_on_the_scale_of_the_loss():
    gradients = np.random.default_rng(0).normal(size=300)
    small, large = (run(Adadelta(epsilon=1e-12), np.float64(0), gradients * size)[0] for size in (1, 1e6))
    np.testing.assert_allclose(small, large, rtol=1e-6)
    assert abs(small[1]) == pytest.approx(1e-6 / math.sqrt(0.1))  # √ε g / √(0.1 g²)


# Adam and its relatives


@pytest.mark.parametrize("optimizer", [Adam, AmsGrad, Adamax], ids=lambda o: o.key())
@given(st.floats(1e-3, 1e6), st.sampled_from([-1, 1]))
def test_the_first_step_of_adam_is_the_learning_rate(optimizer, size, side):
    (_, first), _ = run(optimizer(learning_rate=0.1), np.float64(0), [size * side])
    assert first == pytest.approx(-0.1 * side, rel=2e-5)


def test_adamw_is_adam_on_weights_that_shrink_first():
    gradients = np.random.default_rng(0).normal(size=30)
    adam, decayed = (kind(learning_rate=0.1) for kind in (Adam, AdamW))
    plain, _ = run(decayed.edited(weight_decay=0.0), np.float64(2), gradients)
    np.testing.assert_array_equal(plain, run(adam, np.float64(2), gradients)[0])
    found, _ = run(decayed.edited(weight_decay=0.5), np.float64(2), gradients)
    np.testing.assert_allclose(found[1:], found[:-1] * (1 - 0.05) + np.diff(plain), rtol=1e-12)


def test_amsgrad_never_forgets_its_largest_square():
    gradients = [10.0, *[0.1] * 500]
    found, (_, square, largest) = run(AmsGrad(beta2=0.9), np.float64(0), gradients)
    assert square < 0.011
    assert largest == pytest.approx(0.1 * 100)
    assert abs(np.diff(found)[-1]) < abs(np.diff(run(Adam(beta2=0.9), np.float64(0), gradients)[0])[-1]) / 10


@given(st.floats(0, 0.999999), st.floats(0, 1))
def test_nadam_keeps_one_minus_the_product_of_its_momenta(beta1, decay):
    entry = NAdam(beta1=beta1, momentum_decay=decay)
    _, (_, _, weight) = run(entry, np.float64(0), [1.0] * 8)
    product = math.prod(beta1 * (1 - 0.5 * 0.96 ** (step * decay)) for step in range(1, 9))
    assert weight == pytest.approx(1 - product, rel=1e-13)


def test_radam_is_momentum_until_it_knows_the_variance():
    """With β₂ = 0.999 five steps; the length of the memory exceeds 5 at the sixth."""
    gradients = [3.0] * 12
    found, _ = run(RAdam(learning_rate=0.1), np.float64(0), gradients)
    np.testing.assert_allclose(np.diff(found)[:5], -0.1 * 3)  # whatever the size of the gradient
    assert (np.abs(np.diff(found)[5:]) < 0.1 * 0.3).all()
    assert (np.diff(np.abs(np.diff(found)[5:])) > 0).all()  # its own warm-up


@pytest.mark.parametrize("beta2", [0.0, 0.3, 0.6, 2 / 3, 0.67])
def test_radam_bears_a_memory_too_short_for_its_formula(beta2):
    for step in (1, 2, 5, 100, 10_000):
        constants = RAdam(beta2=beta2).rule.constants(step, 0.1, 0.9, beta2, 1e-8)
        assert np.isfinite(np.array(constants, float)).all()
        if beta2 <= 0.6:  # the memory is never longer than 4
            assert constants[1:3] == (0, 1)


# Signs


@given(st.floats(-1e6, 1e6).filter(lambda g: abs(g) > 1e-12))
def test_lion_moves_by_the_learning_rate_exactly(g):
    found, (mean,) = run(Lion(learning_rate=0.25), np.float64(1), [g])
    assert found[1] == 1 - 0.25 * np.sign(g)
    assert mean == pytest.approx(0.01 * g)


def test_lion_takes_its_direction_with_one_beta_and_its_mean_with_the_other():
    entry = Lion(learning_rate=0.5, beta1=0.5, beta2=0.9, weight_decay=0.2)
    found, (mean,) = run(entry, np.float64(1), [1.0, -0.05])
    # 0.5 × 0.1 - 0.5 × 0.05 > 0, and each step shrinks w by 0.5 × 0.2 first
    np.testing.assert_allclose(found, [1, 0.9 - 0.5, 0.4 * 0.9 - 0.5])
    assert mean == pytest.approx(0.9 * 0.1 - 0.1 * 0.05)


def test_rprop_grows_shrinks_and_waits():
    found, _ = run(Rprop(learning_rate=0.1), np.float64(0), [2.0, 0.001, -5.0, -5.0, -1.0])
    # 0.1, then 0.12; the sign turns: wait, with 0.06; go on with 0.06, for waiting leaves no sign; 0.072
    np.testing.assert_allclose(found, [0, -0.1, -0.22, -0.22, -0.16, -0.088])


def test_rprop_reads_signs_of_gradients_whose_product_underflows():
    tiny = np.full(3, 1e-30, np.float32)
    _, (_, size) = run(Rprop(), np.zeros(3, np.float32), [tiny, tiny])
    np.testing.assert_allclose(size, 0.012, rtol=1e-6)


def test_rprop_keeps_its_steps_within_their_bounds():
    entry = Rprop(learning_rate=1.0, smallest_step=0.01, largest_step=2.0)
    steady, _ = run(entry, np.float64(0), [1.0] * 30)
    assert np.abs(np.diff(steady)).max() == pytest.approx(2, rel=1e-12)
    _, (_, size) = run(entry, np.float64(0), [1.0, -1.0] * 60)
    assert size >= 0.01


# L-BFGS


def test_lbfgs_asks_for_full_batches_and_has_no_rule():
    assert Lbfgs.full_batch
    assert Lbfgs.rules == ()
    assert Lbfgs().numbers() == (1, 10)
    assert [optimizer for optimizer in OPTIMIZERS if optimizer.full_batch] == [Lbfgs]
