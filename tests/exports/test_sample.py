"""A few random networks in every format, run by what people run such files with."""

from __future__ import annotations

import pytest

from engine.files.export.formats import FORMATS
from tests.exports.sampling import assert_all_equal

SEEDS = (1, 10, 11, 12, 13, 14)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_a_few_networks_compute_the_same_everywhere(kind, tmp_path):
    assert_all_equal(kind, SEEDS, tmp_path)
