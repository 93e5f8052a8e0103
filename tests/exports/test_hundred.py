"""A hundred random networks of every kind in every format; ``make test-exports``."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.losses import LOSSES
from engine.files.export.formats import FORMATS
from engine.tensors import PROJECTION
from tests.exports.networks import KINDS, random_network
from tests.exports.sampling import assert_all_equal

COUNT, PORTION = 100, 10

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, COUNT, PORTION))
@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_every_network_computes_the_same_everywhere(kind, first, tmp_path):
    assert_all_equal(kind, range(first, first + PORTION), tmp_path)


def test_the_networks_are_of_every_kind():
    networks = [random_network(seed) for seed in range(COUNT)]
    seen: Counter[str] = Counter()
    for network in networks:
        experiment, data = network.portable.experiment, network.portable.data
        seen[f"loss {experiment.training.loss.kind}"] += 1
        seen[f"output {network.portable.layers[-1].activation.kind}"] += 1
        seen["rescaled output"] += network.portable.bounds is not None
        seen["standardized"] += network.portable.standardizes
        seen["several targets"] += not data.classes and data.outputs > 1
        seen["two classes"] += len(data.classes) == 2
        for layer in network.portable.layers[:-1]:
            seen[f"activation {layer.activation.kind}"] += 1
            seen[f"normalization {layer.normalization}"] += 1
            seen["projection"] += PROJECTION in layer.tensors
            seen["identity"] += layer.residual and PROJECTION not in layer.tensors
            seen["muted"] += bool(layer.muted)
    wanted = {
        *(f"loss {entry.key()}" for entry in LOSSES),
        *(f"activation {entry.key()}" for entry in ACTIVATIONS),
        *(f"output {entry.key()}" for entry in OUTPUT_ACTIVATIONS if entry.key() != "auto"),
        *(f"normalization {kind}" for kind in ("none", "batch", "layer")),
        *("rescaled output", "standardized", "several targets", "two classes"),
        *("projection", "identity", "muted"),
    }
    assert {name for name in wanted if not seen[name]} == set()
    assert {seed % len(KINDS) for seed in range(COUNT)} == set(range(len(KINDS)))


def test_hardly_any_network_had_to_be_drawn_again():
    assert sum(random_network(seed).redrawn for seed in range(COUNT)) <= 5
