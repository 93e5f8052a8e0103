"""The regularizers as plain numbers: which acts where, and what each adds to the objective."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.regularizers import (
    L1,
    L2,
    REGULARIZERS,
    ElasticNet,
    MaxNorm,
    NoRegularizer,
    Rates,
    WeightDecay,
)
from tests.engine.strategies import parameter_values

WEIGHTS = np.linspace(-2, 2, 41) + 0.013  # none at the kink


def entries():
    return st.sampled_from(REGULARIZERS).flatmap(
        lambda kind: st.builds(kind, **{p.name: parameter_values(p) for p in kind.parameters()})
    )


def test_every_regularizer_is_the_numbers_of_its_formula():
    assert NoRegularizer().rates() == Rates(pull=0, shrink=0, decay=0, limit=0)
    assert L1(rate=0.3).rates() == Rates(shrink=0.3)
    assert L2(rate=0.3).rates() == Rates(pull=0.3)
    assert ElasticNet(rate=0.4, l1_share=0.25).rates() == Rates(pull=0.4 * 0.75, shrink=0.4 * 0.25)
    assert WeightDecay(rate=0.3).rates() == Rates(decay=0.3)
    assert MaxNorm(limit=2.0).rates() == Rates(limit=2.0)
    assert REGULARIZERS[0] is NoRegularizer


def test_penalties_by_hand():
    w = np.array([-2.0, 0.0, 1.0])
    np.testing.assert_allclose(NoRegularizer().penalty(w), 0)
    np.testing.assert_allclose(L1(rate=0.3).penalty(w), [0.6, 0, 0.3])
    np.testing.assert_allclose(L2(rate=0.3).penalty(w), [0.6, 0, 0.15])
    np.testing.assert_allclose(ElasticNet(rate=0.4, l1_share=0.25).penalty(w), [0.8, 0, 0.25])
    np.testing.assert_allclose(WeightDecay().penalty(w), 0)
    np.testing.assert_allclose(MaxNorm().penalty(w), 0)


@given(entries())
def test_pull_and_shrink_are_the_slope_of_the_penalty(regularizer):
    rates, step = regularizer.rates(), 1e-5
    slope = (regularizer.penalty(WEIGHTS + step) - regularizer.penalty(WEIGHTS - step)) / (2 * step)
    np.testing.assert_allclose(rates.pull * WEIGHTS + rates.shrink * np.sign(WEIGHTS), slope, atol=1e-8)
    assert not (regularizer.penalty(WEIGHTS).any() and (rates.decay or rates.limit))


@given(st.floats(0, 10), st.floats(0.001, 1))
def test_the_shrink_of_l1_is_its_proximal_step(rate, learning_rate):
    """Parikh and Boyd, 2014: the v that makes ½ (v - w)² + η λ |v| least."""
    distance = learning_rate * L1(rate=rate).rates().shrink
    moved = np.sign(WEIGHTS) * np.maximum(0, np.abs(WEIGHTS) - distance)
    candidates = np.concatenate([moved + nudge for nudge in (-1e-3, 1e-3)]).reshape(2, -1)

    def objective(v):
        return 0.5 * (v - WEIGHTS) ** 2 + learning_rate * L1(rate=rate).penalty(v)

    assert (objective(moved) <= objective(candidates)).all()


@given(st.floats(0, 10))
def test_the_ends_of_an_elastic_net_are_l1_and_l2(rate):
    assert ElasticNet(rate=rate, l1_share=1.0).rates() == L1(rate=rate).rates()
    assert ElasticNet(rate=rate, l1_share=0.0).rates() == L2(rate=rate).rates()


@pytest.mark.parametrize("entry", [L1, L2, ElasticNet, WeightDecay], ids=lambda entry: entry.key())
def test_a_rate_of_zero_switches_it_off(entry):
    assert entry(rate=0.0).rates() == Rates()


def test_a_weight_that_is_not_a_number_shows():
    assert np.isnan(L2().penalty(np.array([np.nan]))).all()
