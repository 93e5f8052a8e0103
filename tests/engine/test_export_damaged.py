"""Networks as JSON and tables with bytes changed: loaded or refused in a line, and never anything else."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine import WeightsError
from engine.files.imports.weights import read_weights
from tests.engine.exported import KINDS, exported, trained
from tests.fuzz import fuzz_count

PIECES = [
    *(b"", b"0", b"-1", b"1e999", b"NaN", b"null", b"9" * 40, b"\xff"),
    *(b'"', b",", b"[", b"]", b"{", b"}", b"\n", b"#"),
]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Change, remove, repeat or cut something in one to three places."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(content) + 1)
        end = min(len(content), at + rng.choice((0, 1, 1, 2, 9, 300)))
        piece = rng.choice((*PIECES, bytes([rng.randrange(256)]), content[at:end] * 2))
        content = content[:at] if rng.random() < 0.05 else content[:at] + piece + content[end:]
    return content


@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_a_damaged_file_is_loaded_or_refused_in_lines(tmp_path, suffix):
    path = tmp_path / f"n{suffix}"
    exported(trained(KINDS["muted"]), path)
    good = path.read_bytes()
    rng = random.Random(5)
    refused = 0
    for _ in range(fuzz_count(300)):
        path.write_bytes(damaged(good, rng))
        try:
            layers = read_weights(path)
        except WeightsError as error:
            refused += 1
            assert error.problems
            assert all(problem.isprintable() and len(problem) < 400 for problem in error.problems)
        else:
            assert all(np.isfinite(array).all() for layer in layers for array in layer.values())
    assert refused
