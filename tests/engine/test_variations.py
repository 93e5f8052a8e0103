"""Seeds and variants of one experiment."""

from __future__ import annotations

import numpy as np
import pytest

from engine import ExperimentError
from engine.catalog.optimizers import Adam, Sgd
from engine.ensemble import seeds, variants
from tests.engine.ensembles import RATE
from tests.engine.small import experiment


def test_seeds_begin_with_the_experiment_itself():
    base = experiment()
    found = seeds(base, 3)
    assert found[0] == base
    assert [each.seed for each in found] == [3, 4, 5]
    assert [each.edited(seed=3) for each in found] == [base] * 3
    assert [each.seed for each in seeds(base.edited(seed=2**32 - 1), 2)] == [2**32 - 1, 0]
    assert seeds(base, 0) == []
    with pytest.raises(ValueError, match="-1"):
        seeds(base, -1)


def test_variants_change_one_setting_and_nothing_else():
    base = experiment()
    found = variants(base, "network.layers.1.units", [4, 9])
    assert found[0] == base
    assert [layer.units for layer in found[1].network.layers] == [5, 9]
    assert variants(found[1], "network.layers.1.units", [4]) == [base]
    assert variants(base, "training.batch_size", ["full"])[0].training.batch_size == "full"
    assert variants(base, "seed", range(2))[1].seed == 1
    assert variants(base, RATE, []) == []


def test_variants_take_kinds_objects_entries_and_numbers_of_numpy():
    base = experiment()
    entries = variants(
        base,
        "training.optimizer",
        ["adam", {"kind": "sgd", "momentum": 0.9}, Sgd(learning_rate=0.5)],
    )
    assert [each.training.optimizer for each in entries] == [
        Adam(),
        Sgd(momentum=0.9),
        Sgd(learning_rate=0.5),
    ]
    rates = variants(base, RATE, np.geomspace(0.01, 1, 3, dtype=np.float32))
    assert [each.training.optimizer.learning_rate for each in rates] == pytest.approx([0.01, 0.1, 1.0])
    units = variants(base, "network.layers.0.units", np.array([2, 3]))
    assert [each.network.layers[0].units for each in units] == [2, 3]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "network.layers.0.units",
            5000,
            "network.layers.0.units: must be between 1 and 1024 (where network.layers.0.units is 5000)",
        ),
        (
            "training.loss",
            "poisson",
            "training.loss: poisson needs values, but the data are classes; use cross_entropy "
            "(where training.loss is 'poisson')",
        ),
        (
            "network.layers.0.residual",
            1,
            "network.layers.0.residual: must be true or false, not 1 (where network.layers.0.residual is 1)",
        ),
        ("network.layers.2.units", 5, "network.layers.2: there is no such setting; known here: 0, 1"),
        ("network.layers.-1.units", 5, "network.layers.-1: there is no such setting; known here: 0, 1"),
        (
            "training.optimizer.momentun",
            0.9,
            "training.optimizer.momentun: there is no such setting; "
            "known here: kind, learning_rate, momentum, nesterov",
        ),
        ("title.text", "a", "title.text: there is no such setting"),
        ("", 1, ": there is no such setting; known here: format, version, title"),
    ],
)
def test_variants_name_the_path_of_a_problem(path, value, said):
    with pytest.raises(ExperimentError) as caught:
        variants(experiment(), path, [value])
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(said)


def test_variants_report_the_problems_of_all_values():
    with pytest.raises(ExperimentError) as caught:
        variants(experiment(), RATE, [0.1, -1.0, float("nan"), 200])
    assert [problem.split(" (")[0] for problem in caught.value.problems] == [
        f"{RATE}: must be between 0 and 100",
        f"{RATE}: must be a finite number",
        f"{RATE}: must be between 0 and 100",
    ]
