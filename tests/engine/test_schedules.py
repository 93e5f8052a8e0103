"""Every schedule: its bounds, its warm-up, where it begins and ends, and what a plateau remembers."""

from __future__ import annotations

import copy
import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseTime,
    OneCycle,
    Plateau,
    PlateauState,
    Polynomial,
    Schedule,
    Step,
)
from tests.engine.strategies import parameter_values

EPOCHS = np.arange(3000)
FALLING = (Constant, Step, Exponential, InverseTime, Polynomial, Cosine, Plateau)


def entries(table=SCHEDULES):
    def values(kind):
        fields = {p.name: parameter_values(p) for p in kind.parameters()}
        for name in fields.keys() & {"epochs", "every", "warmup"}:
            fields[name] = st.integers(2, 400)
        return st.builds(kind, **fields)

    return st.sampled_from(table).flatmap(values)


@given(entries())
def test_factors_are_shares_of_the_learning_rate(schedule: Schedule):
    found = schedule.factor(EPOCHS)
    assert found.shape == EPOCHS.shape
    assert found.dtype == np.float64
    assert found.min() >= 0
    assert found.max() <= 1


@given(entries(), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_the_factor_depends_on_nothing_but_the_epoch(schedule: Schedule, epochs):
    together = schedule.factor(epochs)
    np.testing.assert_array_equal(together, [schedule.factor(epoch) for epoch in epochs])
    np.testing.assert_array_equal(together, schedule.factor(np.array(epochs, float)))
    np.testing.assert_array_equal(together[::-1], schedule.factor(epochs[::-1]))


@given(entries(), st.integers(0, 300))
def test_a_warm_up_rises_in_equal_steps_and_then_the_schedule_begins(schedule: Schedule, warmup):
    plain = schedule.edited(warmup=0).factor(EPOCHS)
    warmed = schedule.edited(warmup=warmup).factor(EPOCHS)
    np.testing.assert_array_equal(warmed[warmup:], plain[: len(EPOCHS) - warmup])
    rise = plain[0] * np.arange(1, warmup + 2) / (warmup + 1)
    np.testing.assert_allclose(warmed[: warmup + 1], rise, rtol=1e-12)


@given(entries(FALLING))
def test_schedules_that_fall_never_rise_again(schedule: Schedule):
    found = schedule.edited(warmup=0).factor(EPOCHS)
    assert found[0] == 1
    assert (np.diff(found) <= 1e-15).all()


@given(st.integers(2, 2000), st.floats(0, 1))
def test_a_cosine_moves_without_jumps_and_lands(epochs, end):
    found = Cosine(epochs=epochs, end=end).factor(EPOCHS)
    assert np.abs(np.diff(found)).max() <= (1 - end) * math.pi / 2 / epochs + 1e-12
    np.testing.assert_allclose(found[epochs:], end, atol=1e-15)
    half = Cosine(epochs=2 * epochs, end=end).factor(epochs)
    assert half == pytest.approx((1 + end) / 2)


@given(st.integers(1, 2000), st.floats(0.1, 10), st.floats(0, 1))
def test_a_polynomial_lands_too(epochs, power, end):
    schedule = Polynomial(epochs=epochs, power=power, end=end)
    assert schedule.factor(0) == 1
    np.testing.assert_allclose(schedule.factor([epochs, epochs + 1, 10**9]), end)
    assert Polynomial(epochs=2 * epochs).factor(epochs) == pytest.approx(0.5)


@given(st.integers(1, 50), st.integers(1, 10), st.floats(0, 1))
def test_cycles_begin_anew_and_grow(epochs, growth, end):
    found = CosineRestarts(epochs=epochs, growth=growth, end=end)
    start, length = 0, epochs
    for _ in range(4):
        cycle = found.factor(start + np.arange(min(length, 500)))
        np.testing.assert_allclose(cycle, Cosine(epochs=length, end=end).factor(np.arange(len(cycle))))
        start, length = start + length, length * growth


def test_restarts_are_found_far_away():
    starts = 3 * (2.0 ** np.arange(40) - 1)
    np.testing.assert_array_equal(CosineRestarts(epochs=3).factor(starts), 1)
    assert (CosineRestarts(epochs=3).factor(starts[1:] - 1) < 0.8).all()


@given(st.integers(2, 1000), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_one_cycle_rises_once_and_falls_once(epochs, start, end, rise):
    found = OneCycle(epochs=epochs, start=start, end=end, rise=rise).factor(np.arange(epochs + 50))
    top = int(found.argmax())
    assert (np.diff(found[: top + 1]) >= -1e-15).all()
    assert (np.diff(found[top:]) <= 1e-15).all()
    if rise * epochs <= epochs - 1:
        np.testing.assert_allclose(found[epochs - 1 :], end, atol=1e-12)
    if rise * epochs > 1:
        assert found[0] == pytest.approx(start)


def test_by_hand():
    np.testing.assert_allclose(Step(every=2, gamma=0.1).factor(range(6)), [1, 1, 0.1, 0.1, 0.01, 0.01])
    np.testing.assert_allclose(Exponential(gamma=0.5).factor(range(4)), [1, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(InverseTime(decay=1.0).factor(range(4)), [1, 1 / 2, 1 / 3, 1 / 4])
    np.testing.assert_allclose(Polynomial(epochs=4, end=0.2).factor(range(6)), [1, 0.8, 0.6, 0.4, 0.2, 0.2])
    np.testing.assert_allclose(Cosine(epochs=4).factor([0, 2, 4]), [1, 0.5, 0], atol=1e-15)
    np.testing.assert_allclose(Constant(warmup=3).factor(range(6)), [0.25, 0.5, 0.75, 1, 1, 1])
    # 10 epochs: up in 40 % of them, the peak being the last of these, and down in the others.
    cycle = OneCycle(epochs=10, start=0.2, end=0.0, rise=0.4).factor([0, 3, 6, 9, 20])
    np.testing.assert_allclose(cycle, [0.2, 1, 0.5, 0, 0], atol=1e-15)


# Plateaus


def test_a_plateau_is_left_after_more_than_its_patience():
    schedule, state = Plateau(patience=2, gamma=0.5), PlateauState()
    factors = [state.update(schedule, loss) for loss in (1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)]
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]
    assert state == PlateauState(best=0.9, bad_epochs=0, factor=0.25)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_loss_must_be_better_by_the_threshold_also_below_zero(sign):
    """PyTorch's threshold lies above a negative best loss; ours below, as one means it."""
    schedule, state = Plateau(threshold=0.1), PlateauState()
    best = 10.0 * sign
    for loss, bad in [(best, 0), (best - 0.9, 1), (best, 2), (best - 1.1, 0)]:
        state.update(schedule, loss)
        assert state.bad_epochs == bad


def test_losses_that_are_not_finite_are_not_better():
    schedule, state = Plateau(patience=1), PlateauState()
    for loss in (math.nan, math.inf):
        state.update(schedule, loss)
    assert state.factor == 0.1
    assert state.best == math.inf
    state.update(schedule, 5.0)
    assert state.best == 5


@given(st.lists(st.floats(allow_infinity=True), max_size=40), st.integers(0, 3))
def test_a_copy_of_a_plateau_goes_on_by_itself(losses, patience):
    schedule, state = Plateau(patience=patience), PlateauState()
    for loss in losses:
        state.update(schedule, loss)
    for copied in (copy.copy(state), dataclasses.replace(state), PlateauState(**dataclasses.asdict(state))):
        before = dataclasses.asdict(state)
        for loss in (3.0, 2.0, 2.0, 2.0, 2.0, 2.0):
            copied.update(schedule, loss)
        assert dataclasses.asdict(state) == before
    assert 0 <= state.factor <= 1
