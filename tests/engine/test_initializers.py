"""Where weights and biases start: the moments, bounds and structure that the literature promises."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.initializers import (
    INITIALIZERS,
    Constant,
    Identity,
    Initializer,
    Normal,
    Ones,
    Orthogonal,
    Scaled,
    Sparse,
    TruncatedNormal,
    Uniform,
    Zeros,
)

SURE = 5  # standard deviations of a statistic
# What is left of a normal distribution's variance between -2 and 2 of its standard deviations.
CUT = 1 - 4 * NormalDist().pdf(2) / (2 * NormalDist().cdf(2) - 1)
SHAPES = [(400, 300), (30, 900)]
# Of one unit, or of one input.
EDGES = [(1, 1), (1, 6), (6, 1)]

SCALED = [entry for entry in INITIALIZERS if issubclass(entry, Scaled)]
DRAWN = [
    Uniform(),
    Uniform(limit=2.0),
    Normal(),
    Normal(std=2.0),
    TruncatedNormal(),
    TruncatedNormal(std=2.0),
    Sparse(),
    Sparse(sparsity=0.15, std=2.0),
    *(entry(gain=gain) for entry in SCALED if entry is not Identity for gain in (1.0, 1.7)),
]


def name(entry: Initializer) -> str:
    return "-".join([entry.key(), *map(str, entry.numbers()[1:])])


def variance(entry: Any, shape: tuple[int, int]) -> float:
    """Return the variance of the literature."""
    out, into = shape
    return {
        "uniform": lambda: entry.limit**2 / 3,
        "normal": lambda: entry.std**2,
        "truncated_normal": lambda: CUT * entry.std**2,
        "glorot_uniform": lambda: entry.gain**2 * 2 / (into + out),
        "glorot_normal": lambda: entry.gain**2 * 2 / (into + out),
        "he_uniform": lambda: entry.gain**2 * 2 / into,
        "he_normal": lambda: entry.gain**2 * 2 / into,
        "lecun_uniform": lambda: entry.gain**2 / into,
        "lecun_normal": lambda: entry.gain**2 / into,
        "orthogonal": lambda: entry.gain**2 / max(out, into),
        "sparse": lambda: entry.std**2 * (1 - math.ceil(entry.sparsity * out) / out),
    }[entry.key()]()


def assert_mean_and_variance(numbers: np.ndarray, expected: float) -> None:
    """Compare within five standard errors of a normal distribution's; those of the others are smaller."""
    count = numbers.size
    assert abs(numbers.mean()) <= SURE * math.sqrt(expected / count)
    # Of zeros and normal numbers, the squares vary more: by the share of zeros.
    kurtosis = max(3.0, float(np.mean(numbers**4)) / expected**2 if expected else 0)
    assert abs((numbers**2).mean() - expected) <= SURE * expected * math.sqrt((kurtosis - 1) / count)


each = pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
drawn = pytest.mark.parametrize("entry", DRAWN, ids=name)


def test_keys():
    assert [entry.key() for entry in INITIALIZERS] == [
        *("zeros", "ones", "constant", "identity", "uniform", "normal", "truncated_normal"),
        *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"),
        *("orthogonal", "sparse"),
    ]
    assert {entry.key() for entry in DRAWN} == {entry.key() for entry in INITIALIZERS[4:]}


@drawn
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_weights_have_the_mean_and_variance_of_the_literature(entry, shape):
    weight = entry.draw(np.random.default_rng(5), shape)
    assert weight.shape == shape
    assert weight.dtype == np.float64
    assert_mean_and_variance(weight, variance(entry, shape))


@drawn
@pytest.mark.parametrize("shape", EDGES, ids=str)
def test_one_unit_and_one_input_are_drawn_no_differently(entry, shape):
    rng = np.random.default_rng(6)
    weights = np.stack([entry.draw(rng, shape) for _ in range(1000)])
    biases = np.stack([entry.draw_bias(rng, *shape) for _ in range(1000)])
    assert weights.shape == (1000, *shape)
    assert biases.shape == (1000, shape[0])
    assert_mean_and_variance(weights, variance(entry, shape))
    assert_mean_and_variance(biases, variance(entry, shape))


@drawn
@pytest.mark.parametrize(("units", "fan_in"), [(20_000, 5), (5, 400)])
def test_drawn_biases_are_one_more_column(entry, units, fan_in):
    rng = np.random.default_rng(7)
    draws = max(1, 4000 // units)
    biases = np.stack([entry.draw_bias(rng, units, fan_in) for _ in range(draws)])
    assert biases.shape == (draws, units)
    assert biases.dtype == np.float64
    assert_mean_and_variance(biases, variance(entry, (units, fan_in)))
    if "uniform" in entry.key():
        assert np.abs(biases).max() <= math.sqrt(3 * variance(entry, (units, fan_in)))


@drawn
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_distributions_are_of_their_shape(entry, shape):
    weight = np.sort(entry.draw(np.random.default_rng(8), shape), axis=None)
    std = math.sqrt(variance(entry, shape))
    if "uniform" in entry.key():
        limit = math.sqrt(3) * std
        assert weight[0] >= -limit
        assert weight[-1] <= limit
        expected = np.linspace(-limit, limit, weight.size)
    else:
        shares = (np.arange(weight.size) + 0.5) / weight.size
        if isinstance(entry, TruncatedNormal):
            assert max(-weight[0], weight[-1]) <= 2 * entry.std
            std, end = entry.std, NormalDist().cdf(-2)
            shares = end + shares * (1 - 2 * end)
        if isinstance(entry, Sparse):
            std, weight = entry.std, weight[weight != 0]
            shares = (np.arange(weight.size) + 0.5) / weight.size
        expected = std * np.array([NormalDist().inv_cdf(share) for share in shares])
    # The standard error of a quantile is the root of p (1 - p) over the density: of a normal distribution's
    # first percentile 3.7 standard deviations over the root of the count, and less in the middle.
    inner = slice(weight.size // 100, -weight.size // 100)
    assert np.abs(weight - expected)[inner].max() <= SURE * 3.8 * std / math.sqrt(weight.size)


@each
def test_what_is_drawn_follows_from_the_generator_alone(entry):
    weights = [entry().draw(np.random.default_rng(1), (3, 4)) for _ in range(2)]
    np.testing.assert_array_equal(*weights)
    biases = [entry().draw_bias(np.random.default_rng(1), 3, 4) for _ in range(2)]
    np.testing.assert_array_equal(*biases)
    if entry not in (Zeros, Ones, Constant, Identity):
        assert (entry().draw(np.random.default_rng(2), (3, 4)) != weights[0]).any()
        assert (entry().draw_bias(np.random.default_rng(2), 3, 4) != biases[0]).any()


@each
def test_every_initializer_starts_all_biases_at_one_value(entry):
    layer = {"units": 3, "initializer": {"kind": entry.key(), "bias": 0.25}}
    trainer = Trainer(
        Experiment.parse({"data": {"kind": "xor", "samples": 10}, "network": {"layers": [layer]}})
    )
    assert (trainer.parameters[0][1] == 0.25).all()
    assert (trainer.parameters[1][1] == 0).all()


@pytest.mark.parametrize("shape", [(4, 3), *EDGES], ids=str)
def test_constants_give_themselves_to_weights_and_biases(shape):
    rng = np.random.default_rng(0)
    for entry, value in ((Zeros(), 0.0), (Ones(), 1.0), (Constant(), 0.1), (Constant(value=-3.0), -3.0)):
        np.testing.assert_array_equal(entry.draw(rng, shape), np.full(shape, value))
        np.testing.assert_array_equal(entry.draw_bias(rng, *shape), np.full(shape[0], value))


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), *EDGES], ids=str)
def test_the_identity_passes_inputs_on_and_adds_nothing(shape):
    rng = np.random.default_rng(0)
    inputs = np.arange(1.0, shape[1] + 1)
    outputs = Identity(gain=2.0).draw(rng, shape) @ inputs
    both = min(shape)
    np.testing.assert_array_equal(outputs[:both], 2 * inputs[:both])
    assert not outputs[both:].any()
    assert not Identity().draw_bias(rng, *shape).any()


@pytest.mark.parametrize("shape", [(64, 64), (80, 30), (30, 80), *EDGES], ids=str)
def test_orthogonal_weights_keep_lengths_and_angles(shape):
    weight = Orthogonal(gain=1.5).draw(np.random.default_rng(3), shape)
    narrow = weight if shape[0] >= shape[1] else weight.T
    np.testing.assert_allclose(narrow.T @ narrow, 1.5**2 * np.eye(min(shape)), atol=1e-13)


def test_orthogonal_weights_favour_no_direction():
    rng = np.random.default_rng(4)
    weights = np.stack([Orthogonal().draw(rng, (3, 3)) for _ in range(4000)])
    # Each number alone has the mean 0; without the correction of signs it would not, on the diagonal.
    assert np.abs(weights.mean(axis=0)).max() <= SURE * math.sqrt(1 / 3 / 4000)
    turns = np.linalg.det(weights) > 0
    assert abs(turns.mean() - 0.5) <= SURE * 0.5 / math.sqrt(4000)
    # A uniform direction in space has uniform coordinates (Archimedes).
    np.testing.assert_allclose(np.sort(weights[:, 2, 0]), np.linspace(-1, 1, 4000), atol=0.05)


@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(40, 2000), (7, 2000), *EDGES], ids=str)
def test_sparse_weights_have_so_many_zeros_for_every_input(sparsity, shape):
    entry = Sparse(sparsity=sparsity)
    weight = entry.draw(np.random.default_rng(9), shape)
    zeros = math.ceil(sparsity * shape[0])
    np.testing.assert_array_equal((weight == 0).sum(axis=0), zeros)
    if shape[1] > 100 and 0 < sparsity < 1:  # and they are anywhere
        share = zeros / shape[0]
        spread = math.sqrt(share * (1 - share) / shape[1])
        assert np.abs((weight == 0).mean(axis=1) - share).max() <= SURE * spread
    bias = entry.draw_bias(np.random.default_rng(9), *shape)
    assert (bias == 0).sum() == zeros


@pytest.mark.parametrize("entry", SCALED, ids=lambda entry: entry.key())
def test_the_gain_is_a_factor_of_every_weight(entry):
    plain, scaled = (entry(gain=gain).draw(np.random.default_rng(2), (5, 4)) for gain in (1.0, 3.0))
    np.testing.assert_allclose(scaled, 3 * plain, rtol=1e-14)
    assert not entry(gain=0.0).draw(np.random.default_rng(2), (5, 4)).any()


WITHOUT_SPREAD = [Uniform(limit=0.0), Normal(std=0.0), TruncatedNormal(std=0.0), Sparse(std=0.0)]


@pytest.mark.parametrize("entry", WITHOUT_SPREAD, ids=lambda entry: entry.key())
def test_no_spread_gives_zeros(entry):
    assert not entry.draw(np.random.default_rng(2), (5, 4)).any()
