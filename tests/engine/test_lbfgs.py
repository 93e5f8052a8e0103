"""L-BFGS by itself: its direction, its line search, and what it does where nothing helps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lbfgs import (
    CURVATURE,
    SUFFICIENT_DECREASE,
    TRIALS,
    Lbfgs,
    Outcome,
    Trial,
    cubic_minimum,
    strong_wolfe,
)

SCALES = np.array([1.0, 4.0, 20.0, 100.0])


def quadratic(x):
    return 0.5 * float(SCALES @ (x - 1) ** 2), SCALES * (x - 1)


def rosenbrock(x):
    a, b = x
    loss = 100 * (b - a * a) ** 2 + (1 - a) ** 2
    return loss, np.array([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)])


def run(state, x, objective, steps):
    for _ in range(steps):
        x, _ = state.step(x, objective)
    return x


# Direction


def test_the_first_direction_is_the_steepest_descent_with_at_most_length_one():
    state = Lbfgs()
    gradient = np.array([3.0, -4.0])
    np.testing.assert_array_equal(state.direction(gradient), -gradient)
    tried = []
    state.step(np.zeros(2), lambda x: (tried.append(x), (float(gradient @ x), gradient))[1])
    np.testing.assert_allclose(tried[1], -gradient / 7)  # 1 / the sum of |3| and |-4|


def test_directions_are_those_of_bfgs_with_the_matrix_written_out():
    """Nocedal and Wright, 2006, equation 6.17, from the scaled identity of equation 7.20."""
    state, x = Lbfgs(history_size=3), np.zeros(4)
    run(state, x, quadratic, 6)
    s, y = state.s[-1], state.y[-1]
    inverse = np.eye(4) * (s @ y) / (y @ y)
    assert len(state.s) == 3
    for s, y, rho in zip(state.s, state.y, state.rho, strict=True):
        assert rho == pytest.approx(1 / (s @ y))
        left = np.eye(4) - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
    gradient = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(state.direction(gradient), -inverse @ gradient, rtol=1e-10)


def test_a_few_steps_solve_what_takes_descent_thousands():
    state = Lbfgs()
    np.testing.assert_allclose(run(state, np.zeros(4), quadratic, 20), 1, atol=1e-4)
    assert state.evaluations < 40
    np.testing.assert_allclose(run(Lbfgs(), np.array([-1.2, 1.0]), rosenbrock, 45), 1, atol=1e-4)


# Line search


def ray(function, slope):
    return lambda t: Trial(t, function(t), slope(t))


WAVES = st.tuples(st.floats(0.05, 20), st.floats(0, 3), st.floats(0, 6), st.floats(0.01, 10))


@given(WAVES)
def test_the_strong_wolfe_conditions_hold_where_the_search_ends(wave):
    centre, height, phase, first = wave

    def function(t):
        return (t - centre) ** 2 + height * np.sin(3 * t + phase)

    def slope(t):
        return 2 * (t - centre) + 3 * height * np.cos(3 * t + phase)

    evaluate = ray(function, slope)
    start = evaluate(0.0)
    if start.slope > -1e-3:
        return
    found = strong_wolfe(evaluate, start, first, 1e-9)
    assert found.loss <= start.loss + SUFFICIENT_DECREASE * found.step * start.slope
    assert abs(found.slope) <= -CURVATURE * start.slope


def test_the_cubic_has_its_minimum_where_interpolation_says():
    def function(t):
        return t**3 - 3 * t  # least at 1

    a, b = (Trial(t, function(t), 3 * t * t - 3) for t in (0.25, 3.0))
    assert cubic_minimum(a, b, 0, 5) == pytest.approx(1)
    assert cubic_minimum(b, a, 0, 5) == pytest.approx(1)
    assert cubic_minimum(a, b, 2, 5) == 2
    assert cubic_minimum(a, b, 0, 0.5) == 0.5
    straight = Trial(1.0, -1.0, -1.0)  # whose minimum is infinitely far away
    assert cubic_minimum(Trial(0.0, 0.0, -1.0), straight, 1, 10) == 10


@pytest.mark.parametrize(
    "trial",
    [Trial(1.0, np.inf, np.nan), Trial(1.0, np.inf, 1.0), Trial(1.0, -0.5, -1.0), Trial(0.0, 0.0, -1.0)],
)
def test_without_a_cubic_minimum_the_middle_is_taken(trial):
    assert cubic_minimum(Trial(0.0, 0.0, -1.0), trial, 0.0, 1.0) == 0.5


@pytest.mark.parametrize("learning_rate", [1.0, 100.0, 1e4])
def test_a_trial_that_is_not_finite_shortens_the_step(learning_rate):
    def objective(x):  # defined above zero alone, least at 1
        with np.errstate(all="ignore"):
            return float(np.sum(x - np.log(x))), 1 - 1 / x

    state, x = Lbfgs(learning_rate), np.array([30.0, 0.2])
    loss, _ = objective(x)
    for _ in range(40):
        x, after = state.step(x, objective)
        assert after <= loss
        assert (x > 0).all()
        loss = after
    np.testing.assert_allclose(x, 1, atol=1e-3)


# Where nothing helps


def test_it_says_that_an_optimum_is_reached():
    state = Lbfgs()
    x = run(state, np.zeros(4), quadratic, 40)
    assert state.outcome is Outcome.OPTIMUM
    after, loss = state.step(x, quadratic)
    np.testing.assert_array_equal(after, x)
    assert not np.shares_memory(after, x)
    assert loss == quadratic(x)[0]


def test_it_goes_on_from_an_optimum_when_the_objective_changes():
    state = Lbfgs()
    x = run(state, np.zeros(4), quadratic, 40)
    x = run(state, x, lambda x: quadratic(x + 3), 40)
    np.testing.assert_allclose(x, -2, atol=1e-4)


def test_it_says_that_no_progress_is_possible():
    def kink(x):  # where the slope is not zero, and yet nothing lies lower
        return float(np.abs(x).sum()), np.where(x >= 0, 1.0, -1.0)

    state, x = Lbfgs(), np.zeros(3)
    after, loss = state.step(x, kink)
    np.testing.assert_array_equal(after, x)
    assert loss == 0
    assert state.outcome is Outcome.STUCK


def test_a_memory_that_misleads_is_dropped():
    state, x = Lbfgs(), np.zeros(4)
    state.s, state.y, state.rho = [np.ones(4)], [-np.ones(4)], [-0.25]  # uphill: negative curvature
    after, loss = state.step(x, quadratic)
    assert loss < quadratic(x)[0]
    assert state.outcome is Outcome.MOVED
    assert not state.s
    assert not np.array_equal(after, x)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_start_that_is_not_finite_is_left_as_it_is(bad):
    state, x = Lbfgs(), np.ones(2)
    for objective in (lambda x: (bad, np.ones(2)), lambda x: (1.0, np.array([1.0, bad]))):
        after, _ = state.step(x, objective)
        np.testing.assert_array_equal(after, x)
        assert state.outcome is Outcome.NOT_FINITE


def test_a_learning_rate_of_zero_neither_moves_nor_forgets():
    state = Lbfgs()
    x = run(state, np.zeros(4), quadratic, 3)
    kept, state.learning_rate = len(state.s), 0.0
    np.testing.assert_array_equal(run(state, x, quadratic, 2), x)
    assert len(state.s) >= kept > 0
    state.learning_rate = 1.0
    np.testing.assert_allclose(run(state, x, quadratic, 20), 1, atol=1e-4)


NUMBERS = st.floats() | st.sampled_from([0.0, 1e308, -1e308, 1e-320])


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1), st.floats(0, 100), st.integers(1, 4))
def test_no_numbers_make_it_fail_or_run_on(answers, learning_rate, history_size):
    state, x = Lbfgs(learning_rate, history_size), np.zeros(2)
    asked = 0

    def objective(x):
        nonlocal asked
        loss, *gradient = answers[asked % len(answers)]
        asked += 1
        return loss, np.array(gradient)

    for _ in range(5):
        before, asked_before = x, asked
        first = answers[asked % len(answers)][0]
        x, loss = state.step(x, objective)
        assert asked - asked_before <= 1 + 2 * (1 + TRIALS)
        if state.outcome is Outcome.MOVED:
            assert loss < first
        else:
            np.testing.assert_array_equal(x, before)
    assert asked == state.evaluations


# Memory


def test_the_memory_holds_the_last_changes_and_no_more():
    state, x = Lbfgs(history_size=2), np.array([-1.2, 1.0])
    points = [x]
    for _ in range(6):
        x, _ = state.step(x, rosenbrock)
        points.append(x)
    for i, (s, y) in enumerate(zip(state.s, state.y, strict=True), start=3):
        np.testing.assert_array_equal(s, points[i + 1] - points[i])
        np.testing.assert_array_equal(y, rosenbrock(points[i + 1])[1] - rosenbrock(points[i])[1])
    assert len(state.s) == len(state.rho) == 2
    state.history_size = 1
    state.step(x, rosenbrock)
    assert len(state.s) == len(state.y) == len(state.rho) == 1


def test_changes_against_the_curvature_are_not_kept():
    def hill(x):
        return float(-(x @ x)), -2 * x

    state = Lbfgs()
    run(state, np.array([1.0, 0.5]), hill, 3)
    assert not state.s


def test_a_copy_goes_the_same_way_and_shares_nothing():
    state, x = Lbfgs(), np.array([-1.2, 1.0])
    x = run(state, x, rosenbrock, 5)
    copied = state.copy()
    kept = [s.copy() for s in copied.s]
    ours = run(state, x, rosenbrock, 10)
    np.testing.assert_array_equal(copied.s, kept)
    np.testing.assert_array_equal(run(copied, x, rosenbrock, 10), ours)
    assert copied.evaluations == state.evaluations


def test_the_objective_may_reuse_its_gradient_and_the_parameters_are_not_written():
    shared = np.empty(2)

    def objective(x):
        loss, shared[:] = rosenbrock(x)
        return loss, shared

    start = np.array([-1.2, 1.0])
    found = run(Lbfgs(), start, objective, 20)
    np.testing.assert_array_equal(found, run(Lbfgs(), np.array([-1.2, 1.0]), rosenbrock, 20))
    np.testing.assert_array_equal(start, [-1.2, 1.0])


def test_parameters_rounded_to_float32_converge_as_far_as_float32_goes():
    """As a network keeps them: the changes are measured between the rounded ones."""

    def objective(x):
        return rosenbrock(x.astype(np.float32).astype(np.float64))

    state, x = Lbfgs(), np.array([-1.2, 1.0])
    for _ in range(60):
        x, _ = state.step(x, objective)
        x = x.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(x, 1, atol=1e-4)
