"""Every initializer of the catalog draws from the distribution of its PyTorch counterpart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.initializers import INITIALIZERS
from engine.streams import stream
from tests.parity import counterparts
from tests.parity.counterparts import torch
from tests.parity.tables import variants

# Not square, so that fan_in and fan_out cannot be mistaken for each other.
SHAPES = [(300, 1000), (1000, 300)]
# The one value of all biases has no part in a draw.
DOCUMENTS = [document for entry in INITIALIZERS for document in variants(entry) if "bias" not in document]
SURE = 5  # standard deviations of a statistic


def kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest distance between two samples' distribution functions, in units of its spread."""
    a, b = np.sort(a, axis=None), np.sort(b, axis=None)
    both = np.concatenate([a, b])
    below_a = np.searchsorted(a, both, side="right") / a.size
    below_b = np.searchsorted(b, both, side="right") / b.size
    return float(np.abs(below_a - below_b).max() / math.sqrt(1 / a.size + 1 / b.size))


def assert_same_distribution(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Compare moments, the largest number, and distribution functions."""
    spread = theirs.std()
    count = ours.size
    assert abs(ours.mean() - theirs.mean()) <= SURE * spread * math.sqrt(2 / count)
    assert abs(ours.std() - spread) <= SURE * spread * math.sqrt(1 / count)
    assert abs(np.abs(ours).max() - np.abs(theirs).max()) <= 0.25 * np.abs(theirs).max()
    assert kolmogorov_smirnov(ours, theirs) < 2.2  # once in ten thousand


def entry_of(document):
    kind = next(entry for entry in INITIALIZERS if entry.key() == document["kind"])
    return kind.model_validate(document)


def drawn_by_pytorch(entry, shape):
    return counterparts.INITIALIZERS[entry.key()](entry, torch.empty(shape, dtype=torch.float64)).numpy()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_large_weight_is_distributed_as_in_pytorch(document, shape):
    entry = entry_of(document)
    ours = entry.draw(stream(1, "weights"), shape)
    torch.manual_seed(1)
    theirs = drawn_by_pytorch(entry, shape)
    assert ours.shape == shape
    assert_same_distribution(ours, theirs)
    # Of zeros there are as many for every input.
    np.testing.assert_array_equal((ours == 0).sum(axis=0), (theirs == 0).sum(axis=0))
    # And what rows or columns, whichever are fewer, have to do with each other: nothing, or a right angle.
    pairs = np.triu_indices(40, 1)
    products = [weight @ weight.T if shape[0] < shape[1] else weight.T @ weight for weight in (ours, theirs)]
    assert kolmogorov_smirnov(*(np.round(product[pairs], 12) for product in products)) < 2.2


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d["kind"] != "identity"], ids=str)
@pytest.mark.parametrize(("units", "fan_in"), [(20_000, 5), (1, 30), (30, 1)])
def test_drawn_biases_are_distributed_as_a_column_of_pytorch_s(document, units, fan_in):
    entry = entry_of(document)
    rng, draws = stream(3, "weights"), -(-3000 // units)
    torch.manual_seed(3)
    ours = np.array([entry.draw_bias(rng, units, fan_in) for _ in range(draws)])
    theirs = np.array([drawn_by_pytorch(entry, (units, fan_in))[:, 0] for _ in range(draws)])
    assert ours.shape == (draws, units)
    assert_same_distribution(ours, theirs)


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
def test_a_network_starts_from_it_with_its_bias(entry):
    layer = {"units": 1000, "initializer": {"kind": entry.key(), "bias": 0.25}}
    document = {"network": {"layers": [{"units": 300, "initializer": "he_normal"}, layer]}}
    weight, bias = Trainer(Experiment.parse(document)).parameters[1]
    torch.manual_seed(2)
    theirs = counterparts.INITIALIZERS[entry.key()](entry(), torch.empty(1000, 300)).numpy()
    assert weight.shape == (1000, 300)
    assert kolmogorov_smirnov(weight, theirs) < 2.2
    assert (bias == 0.25).all()


def test_every_initializer_has_a_counterpart():
    assert {entry.key() for entry in INITIALIZERS} == counterparts.INITIALIZERS.keys()
