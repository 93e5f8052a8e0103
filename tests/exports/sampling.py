"""Export some networks in one format, and let what people run such files with compute them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.format import TOLERANCE, UNCHECKED
from engine.files.export.verify import export
from tests.exports.consumers import CONSUMERS, Job
from tests.exports.networks import random_network

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.files.export.format import Format


HEAVY = (".torch.py", ".keras.py")  # seconds to start


def assert_all_equal(kind: Format, seeds: Iterable[int], folder: Path) -> None:
    """Check that every network's file computes what ``Trainer.predict`` does.

    A network that the format says it cannot hold has no file.  Each is run twice, by the export itself and
    with the others by their consumer; where that takes seconds to start, the first one alone.
    """
    jobs: list[Job] = []
    expected = []
    for seed in seeds:
        network = random_network(seed)
        if kind.problems(network.portable):
            continue
        path = folder / f"network{seed}{kind.suffix}"
        if jobs and kind.suffix in HEAVY:
            path.write_bytes(kind.render(network.portable, UNCHECKED))
        else:
            done = export(path, network.portable, network.trainer.predict)
            # Where it was not run the consumer is missing, and the lines below skip or fail.
            assert done.check.difference is None or done.check.difference <= TOLERANCE
        points = points_of(network.portable)
        jobs.append(Job(path, points, network.portable))
        expected.append((seed, network.trainer.predict(points)))
        if done.check.difference is None:
            break
    assert jobs, f"{kind.suffix} holds none of the networks"
    found = CONSUMERS[kind.suffix](jobs)
    assert done.check.difference is not None, f"{kind.suffix}: {done.check.text}"
    differences = {
        seed: largest_difference(np.asarray(outputs).reshape(wanted.shape), wanted)
        for (seed, wanted), outputs in zip(expected, found, strict=True)
    }
    assert max(differences.values()) <= TOLERANCE, differences
