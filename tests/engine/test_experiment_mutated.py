"""Experiment files with something wrong in them: loaded as they say, or refused in plain lines."""

from __future__ import annotations

import copy
import json
import random
import time

import pytest

from engine.data import prepare
from engine.errors import DataError, ExperimentError
from engine.experiment import Experiment
from engine.output import plan_output
from tests.fuzz import fuzz_count, peak

SECONDS, MEMORY = 2, 400 << 10  # of the processor, and kB

DOCUMENTS = (
    {"format": "unfold.experiment", "version": 1},
    {
        "format": "unfold.experiment",
        "version": 1,
        "title": "Two spirals",
        "seed": 7,
        "data": {"kind": "spiral", "samples": 200, "noise": 0.1, "test_fraction": 0.5},
        "features": ["x1", "x2", "sin(x1)*x2**2"],
        "network": {
            "layers": [
                {"units": 4, "activation": {"kind": "leaky_relu", "negative_slope": 0.1}, "dropout": 0.2},
                {"units": 3, "activation": "maxout", "normalization": "batch", "muted_units": [1]},
            ],
            "output": {"activation": "auto", "initializer": "he_normal"},
        },
        "training": {
            "loss": {"kind": "cross_entropy", "label_smoothing": 0.1},
            "optimizer": {"kind": "adam", "learning_rate": 0.01},
            "schedule": {"kind": "step", "every": 10},
            "regularizer": {"kind": "l2", "rate": 0.001},
            "batch_size": "full",
            "stop": {"patience": 5},
        },
        "view": {"hidden": ["noise"], "show_test": False},
    },
    {
        "format": "unfold.experiment",
        "version": 1,
        "data": {"kind": "points", "points": [[0, 0, 0], [1, 1, 1], [2, 0, 1]]},
        "network": {"layers": []},
    },
)
NUMBERS = (None, True, -1, 0, 1e308, -1e-320, 2**70, 1e999, float("nan"))
WORDS = ("", "x1", "\u202ex", "a" * 5000, "tanh", "spiral", "../../etc/passwd", "__class__")
STRANGE = (*NUMBERS, *WORDS, [], {}, [[]], [0] * 2000, {"kind": "adam"}, {"kind": 3}, {"kind": "csv"})
BYTES = (b"{", b"[", b'"', b"9" * 400, b"\x00", b"\xff", b"[" * 2000, b"1e9")


def places(value, at=()):
    """Iterate over the places in a document."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from places(below, (*at, key))


def changed(rng, document):
    """Replace, remove, add or repeat something in a document."""
    document = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        where = rng.choice([at for at in places(document) if at] or [()])
        if not where:
            break
        holder = document
        for key in where[:-1]:
            holder = holder[key]
        match rng.randrange(4):
            case 0:
                holder[where[-1]] = copy.deepcopy(rng.choice(STRANGE))
            case 1:
                del holder[where[-1]]
            case 2 if isinstance(holder, dict):
                holder[rng.choice(("kind", "units", "strange", "", "version"))] = copy.deepcopy(
                    rng.choice(STRANGE)
                )
            case _ if isinstance(holder, list):
                holder.extend(copy.deepcopy([holder[where[-1]]]) * rng.choice((1, 30, 300)))
    return json.dumps(document).encode()


def cut(rng, document):
    """Damage the bytes."""
    content = bytearray(json.dumps(document, indent=rng.choice((None, 2))).encode())
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content))
        match rng.randrange(4):
            case 0:
                content[at] = rng.randrange(256)
            case 1:
                del content[at : at + rng.randint(1, 20)]
            case 2:
                content[at:at] = content[rng.randrange(len(content)) :][: rng.randint(1, 60)]
            case _:
                content[at:at] = rng.choice(
                    (b"{", b"[", b'"', b"9" * 400, b"\x00", b"\xff", b"[" * 2000, b"1e9")
                )
        if not content:
            break
    return bytes(content)


@pytest.mark.parametrize("damage", [changed, cut])
def test_a_damaged_experiment_is_loaded_as_it_says_or_refused(tmp_path, damage):
    path = tmp_path / "e.json"
    memory, loaded = peak(), 0
    count = fuzz_count(400)
    for seed in range(count):
        rng = random.Random(seed)
        path.write_bytes(damage(rng, DOCUMENTS[seed % len(DOCUMENTS)]))
        begin = time.process_time()
        try:
            experiment = Experiment.load(path)
            loaded += 1
            assert Experiment.parse(experiment.document()) == experiment, seed
            if getattr(experiment.data, "samples", 0) <= 10_000:
                plan_output(experiment, prepare(experiment.data, experiment.features, experiment.seed))
        except (ExperimentError, DataError) as error:
            assert error.problems, seed
            for problem in error.problems:
                assert problem.isprintable(), (seed, problem)
                assert len(problem) < 600, (seed, problem)
        assert time.process_time() - begin < SECONDS, seed
    assert 0 < loaded < count
    assert peak() - memory < MEMORY
