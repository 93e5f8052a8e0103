"""Named random streams: independent, stable, and open for more names."""

from __future__ import annotations

import numpy as np
import pytest

from engine.streams import STREAMS, seed_words, stream


@pytest.mark.parametrize("seed", [0, 7, 2**63])
def test_streams_are_the_spawned_children_of_the_seed(seed):
    for more in (0, 3):  # names added at the end change nothing
        children = np.random.SeedSequence(seed).spawn(len(STREAMS) + more)
        for name, child in zip(STREAMS, children, strict=False):
            expected = np.random.Generator(np.random.PCG64(child)).random(5)
            np.testing.assert_array_equal(stream(seed, name).random(5), expected)


def test_the_order_of_the_names_is_that_of_saved_experiments():
    assert STREAMS == ("data", "split", "weights", "order", "dropout", "noise", "walkthrough", "export")


def test_the_numbers_of_a_seed_never_change():
    assert stream(7, "data").integers(0, 1000, 4).tolist() == [305, 797, 203, 53]
    assert seed_words(7, "dropout").tolist() == [
        18326047321325575129,
        4449408341867885320,
        16362531002968612807,
        10703221393680836172,
    ]


def test_streams_and_seeds_differ():
    words = {tuple(seed_words(seed, name).tolist()) for seed in range(50) for name in STREAMS}
    assert len(words) == 50 * len(STREAMS)
    assert seed_words(1, "order").dtype == np.uint64
    assert seed_words(1, "order").shape == (4,)
