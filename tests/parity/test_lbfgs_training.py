"""L-BFGS through the trainer against ``torch.optim.LBFGS``.

Whole runs cannot agree.  A step is accepted or divided further by comparing losses, and here these are
sums of float32: where two trials differ by less than their rounding, the search takes another branch and
the run goes on from another point.  Pairs of changes of gradients that are nothing but rounding follow.  So
the first steps are compared number by number, and at the end what has been reached.  (That every single
step is PyTorch's, in float64, is what ``test_lbfgs`` shows.)
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.runs import run_of
from tests.parity.tables import random_table
from tests.parity.twin import flat

CLOSE, STEPS = 10, 50

PROBLEMS = {
    "binary": (2, {}, [{"units": 4, "activation": "tanh"}]),
    "classes": (3, {}, [{"units": 5, "activation": "tanh"}]),
    "values": (0, {"loss": "mse"}, [{"units": 4, "activation": "softplus"}]),
    "linear": (3, {}, []),
    "l2": (3, {"regularizer": {"kind": "l2", "rate": 0.01}}, [{"units": 5, "activation": "tanh"}]),
    "scheduled": (
        2,
        {"schedule": {"kind": "exponential", "gamma": 0.9}},
        [{"units": 4, "activation": "tanh"}],
    ),
    "normalized": (3, {}, [{"units": 5, "activation": "tanh", "normalization": "layer"}]),
}
SETTINGS = [{}, {"history_size": 3}, {"learning_rate": 0.5}]


SEEDS = range(4)


def begun(folder, problem, settings, seed):
    classes, training, layers = PROBLEMS[problem]
    table = random_table(np.random.default_rng(2), 80, 3, classes)
    training = {"optimizer": {"kind": "lbfgs", **settings}, **training}
    return run_of(table, folder, {"seed": seed, "network": {"layers": layers}, "training": training})


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_first_steps_are_those_of_pytorch(problem, settings, tmp_path):
    run = begun(tmp_path, problem, settings, seed=1)
    initial = flat(run.trainer.tensors)
    assert run.trainer.advance(batches=CLOSE)
    for each in run.twins:
        each.train(CLOSE)
    ours, exact, single = run.tensors()
    way = np.linalg.norm(exact - initial)
    assert np.linalg.norm(ours - exact) <= max(10 * np.linalg.norm(single - exact), 1e-3 * way)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_fifty_steps_lead_as_far_down_as_pytorch_s(problem, settings, tmp_path):
    """In the mean over some runs: of a single one PyTorch's two precisions differ by a hundredth as well."""
    begin, theirs, ours = [], [], []
    for seed in SEEDS:
        run = begun(tmp_path, problem, settings, seed)
        begin.append(run.exact.objective())
        assert run.trainer.advance(batches=STEPS)
        run.exact.train(STEPS)
        theirs.append(run.exact.objective())
        run.exact.set_tensors(run.trainer.tensors)
        ours.append(run.exact.objective())
    begin, theirs, ours = (np.mean(losses) for losses in (begin, theirs, ours))
    assert theirs < 0.9 * begin
    assert ours <= theirs + 0.01 * (begin - theirs)
