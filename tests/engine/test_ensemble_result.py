"""What is said of all runs of an ensemble."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment
from engine.ensemble import ensemble, seeds
from tests.engine.ensembles import made


def test_quantiles_are_of_the_members_that_are_left():
    result = made([[0.0, 0.1, np.nan], [0.2, 0.2, np.nan], [0.4, np.nan, np.nan]])
    found = result.quantiles([0.0, 0.25, 0.5, 1.0], "accuracy", "train")
    np.testing.assert_allclose(
        found,
        [[0.0, 0.1, np.nan], [0.1, 0.125, np.nan], [0.2, 0.15, np.nan], [0.4, 0.2, np.nan]],
        rtol=1e-12,
    )
    np.testing.assert_allclose(result.quantiles([0.5]), [[0.4, 0.3, np.nan]], rtol=1e-12)  # of the loss


def test_quantiles_leave_infinite_losses_out():
    assert made([[np.inf], [2.0], [1.0]]).quantiles([0.0, 1.0]).tolist() == [[2.0], [4.0]]


def test_solved_is_who_ever_reached_the_threshold_on_the_test_rows():
    train = [[1.0, 1.0, 1.0]] * 4
    test = [[0.5, 0.95, 0.9], [0.5, 0.6, 0.99], [0.5, 0.6, 0.7], [0.5, np.nan, np.nan]]
    result = made(train, test)
    np.testing.assert_array_equal(result.epochs_to_solve(), [10, 20, np.nan, np.nan])
    assert result.share_solved() == 0.5
    assert result.share_solved(0.99) == 0.25
    assert result.share_solved(0.7) == 0.75
    assert result.share_solved(part="train") == 1.0
    assert made(train).share_solved() == 1.0  # no test rows: those of training


def test_metrics_that_should_be_small_are_solved_from_above():
    result = made([[0.9, 0.4, 0.2], [0.9, 0.8, 0.7]])
    np.testing.assert_array_equal(result.epochs_to_solve(0.4, "log_loss"), [10, np.nan])
    np.testing.assert_array_equal(result.epochs_to_solve(0.4, "loss"), [20, np.nan])
    np.testing.assert_array_equal(result.epochs_to_solve(0.8, "accuracy"), [0, 0])


def test_regressions_are_solved_by_r_squared():
    document = {
        "data": {"kind": "reg_plane", "samples": 60, "noise": 0.0},
        "network": {"layers": []},
        "training": {"optimizer": {"kind": "adam", "learning_rate": 0.05}},
    }
    result = ensemble(seeds(Experiment.parse(document), 3), epochs=60, every=20)
    assert result.share_solved() == 1.0
    assert result.share_solved(1.01) == 0.0
    assert set(result.epochs_to_solve()) <= {20.0, 40.0, 60.0}


@pytest.mark.parametrize(("name", "part"), [("r2", None), ("accuracy", "validation"), ("acuracy", "train")])
def test_unknown_curves_are_refused(name, part):
    with pytest.raises(ValueError, match="there is no"):
        made([[0.5]]).curves(name, part)
