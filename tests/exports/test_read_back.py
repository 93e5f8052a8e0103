"""Random networks come back from every file that carries its document, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from engine.files.export.comparison import points_of
from engine.files.export.format import UNCHECKED
from engine.files.export.formats import format_of
from engine.files.imports.reader import read_network
from tests.exports.networks import random_network
from tests.exports.test_sample import SEEDS

HUNDRED = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(100) if seed not in SEEDS]


@pytest.mark.parametrize("seed", [*SEEDS, *HUNDRED])
@pytest.mark.parametrize("suffix", [".onnx", ".safetensors", ".json"])
def test_a_network_is_read_as_it_was_written(suffix, seed, tmp_path):
    network = random_network(seed)
    path = tmp_path / f"network{suffix}"
    path.write_bytes(format_of(path).render(network.portable, UNCHECKED))
    found = read_network(path)
    original, data = network.trainer.experiment, found.experiment.data
    if hasattr(data, "path"):  # the folder of a table is not written
        data = data.edited(path=original.data.path)
    assert found.experiment.edited(data=data) == original
    assert not found.notes

    trainer, points = network.trainer, points_of(network.portable)
    expected, tensors = trainer.predict(points), trainer.tensors
    try:
        trainer.set_tensors([{name: 0 * array for name, array in layer.items()} for layer in tensors])
        trainer.set_tensors(found.tensors)
        np.testing.assert_array_equal(trainer.predict(points), expected)
    finally:
        trainer.set_tensors(tensors)
