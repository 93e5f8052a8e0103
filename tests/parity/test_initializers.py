"""Every initializer of the catalog draws from the distribution of its PyTorch counterpart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.initializers import INITIALIZERS
from engine.streams import stream
from tests.parity import twin
from tests.parity.tables import variants
from tests.parity.twin import torch

# Not square, so that fan_in and fan_out cannot be mistaken for each other.
SHAPES = [(300, 1000), (1000, 300)]
SURE = 5  # standard deviations of a statistic


def kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest distance between two samples' distribution functions, in units of its spread."""
    a, b = np.sort(a, axis=None), np.sort(b, axis=None)
    both = np.concatenate([a, b])
    below_a = np.searchsorted(a, both, side="right") / a.size
    below_b = np.searchsorted(b, both, side="right") / b.size
    return float(np.abs(below_a - below_b).max() / math.sqrt(1 / a.size + 1 / b.size))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    "document", [document for entry in INITIALIZERS for document in variants(entry)], ids=str
)
def test_a_large_weight_is_distributed_as_in_pytorch(document, shape):
    kind = next(entry for entry in INITIALIZERS if entry.key() == document["kind"])
    entry = kind.model_validate(document)
    ours = entry.draw(stream(1, "weights"), shape)
    torch.manual_seed(1)
    theirs = twin.INITIALIZERS[entry.key()](entry, torch.empty(shape, dtype=torch.float64)).numpy()
    assert ours.shape == shape
    spread = theirs.std()
    count = ours.size
    assert abs(ours.mean() - theirs.mean()) <= SURE * spread * math.sqrt(2 / count)
    assert abs(ours.std() - spread) <= SURE * spread * math.sqrt(1 / count)
    assert abs(np.abs(ours).max() - np.abs(theirs).max()) <= 0.25 * np.abs(theirs).max()
    assert kolmogorov_smirnov(ours, theirs) < 2.2  # once in ten thousand


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
def test_a_network_starts_from_it_with_its_bias(entry):
    layer = {"units": 1000, "initializer": {"kind": entry.key(), "bias": 0.25}}
    document = {"network": {"layers": [{"units": 300, "initializer": "he_normal"}, layer]}}
    weight, bias = Trainer(Experiment.parse(document)).parameters[1]
    torch.manual_seed(2)
    theirs = twin.INITIALIZERS[entry.key()](entry(), torch.empty(1000, 300)).numpy()
    assert weight.shape == (1000, 300)
    assert kolmogorov_smirnov(weight, theirs) < 2.2
    assert (bias == 0.25).all()


def test_every_initializer_has_a_counterpart():
    assert {entry.key() for entry in INITIALIZERS} == twin.INITIALIZERS.keys()
