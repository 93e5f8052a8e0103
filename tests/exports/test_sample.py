"""A few random networks in every format, run by what people run such files with."""

from __future__ import annotations

import pytest

from engine.files.export.formats import FORMATS
from tests.exports.sampling import HEAVY, assert_all_equal

SEEDS = (1, 10, 11, 12, 13, 14)


@pytest.mark.parametrize(
    "kind",
    [
        # Only the comparison with PyTorch installs what the heavy ones need.
        pytest.param(kind, marks=[pytest.mark.parity] if kind.suffix in HEAVY else [], id=kind.suffix)
        for kind in FORMATS
    ],
)
def test_a_few_networks_compute_the_same_everywhere(kind, tmp_path):
    assert_all_equal(kind, SEEDS, tmp_path)
