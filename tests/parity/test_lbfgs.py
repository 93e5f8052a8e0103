"""L-BFGS against ``torch.optim.LBFGS``, one iteration a step: fifty steps, number by number."""

from __future__ import annotations

import importlib
from itertools import pairwise

import numpy as np
import pytest

from engine.lbfgs import TRIALS, Lbfgs, Outcome, Trial, strong_wolfe
from tests.parity.counterparts import torch

_strong_wolfe = importlib.import_module("torch.optim.lbfgs")._strong_wolfe

STEPS = 50


def rosenbrock(x):
    """Two curved valleys in four dimensions (Rosenbrock, 1960)."""
    return (100 * (x[1::2] - x[::2] ** 2) ** 2 + (1 - x[::2]) ** 2).sum()


def beale(x):
    """A flat plain with steep walls (Beale, 1958)."""
    a, b = x[0], x[1]
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


def network(flat):
    """Return the mean loss of a 2-6-1 network on a spiral of 60 points."""
    angle = torch.linspace(0, 6, 60, dtype=torch.float64)
    side = torch.arange(60) % 2
    radius = 0.2 + angle / 6
    rows = torch.stack(
        [radius * torch.sin(angle + np.pi * side), radius * torch.cos(angle + np.pi * side)], 1
    )
    first, bias, second, last = flat.split([12, 6, 6, 1])
    hidden = torch.tanh(rows @ first.view(2, 6) + bias)
    return torch.nn.functional.binary_cross_entropy_with_logits(hidden @ second + last, side.double())


PROBLEMS = {
    "rosenbrock": (rosenbrock, np.array([-1.2, 1.0, 2.0, -1.5])),
    "beale": (beale, np.array([1.0, 1.0])),
    "network": (network, np.random.default_rng(0).normal(0, 0.7, 25)),
}


SETTINGS = [(1.0, 10), (1.0, 100), (0.3, 5), (1.0, 1), (2.0, 3)]


def objective_of(function):
    def objective(x):
        twin = torch.tensor(x, requires_grad=True)
        loss = function(twin)
        loss.backward()
        return loss.item(), twin.grad.numpy()

    return objective


def trajectory(function, start, learning_rate, history_size):
    """Return PyTorch's parameters before the first and after each of the fifty steps."""
    twin = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [twin],
        lr=learning_rate,
        max_iter=1,
        max_eval=TRIALS + 1,  # one at the start; the rest is how long a line search may go on
        history_size=history_size,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        loss = function(twin)
        loss.backward()
        return loss

    found = [start]
    for _ in range(STEPS):
        optimizer.step(closure)
        found.append(twin.detach().numpy().copy())
    return np.array(found)


RAYS = {
    "hills": lambda t, a: torch.cos(3 * a[2] * t) - a[1] * torch.sin(a[0] * t) - 0.3 * t,
    "valley": lambda t, a: (t - 3 * a[0]) ** 4 + a[1] * torch.sin(5 * t),
    "cliff": lambda t, a: torch.exp(a[0] * (t - 5)) - a[1] * t,
    "kinks": lambda t, a: (t - a[0]).abs() + a[1] * (t - 2 * a[2]).abs() - 0.2 * t,
    "endless": lambda t, a: -a[0] * t * torch.sqrt(1 + a[1] * t),
    "pinprick": lambda t, a: -t * torch.exp(-12 * a[0] * t),
    "plain": lambda t, a: -torch.log1p(a[0] * t),
}


def ray(function, numbers, tried):
    """Return the loss and the slope at t, and note what is tried."""

    def at(t):
        twin = torch.tensor(float(t), dtype=torch.float64, requires_grad=True)
        loss = function(twin, numbers)
        loss.backward()
        tried.append(twin.item())
        return loss.item(), twin.grad

    return at


@pytest.mark.parametrize("smallest", [1e-9, 0.05])
@pytest.mark.parametrize("name", RAYS)
def test_line_searches_try_the_same_steps(name, smallest):
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(60):
        numbers, first = torch.tensor(rng.uniform(0.1, 3, 3)), float(rng.choice([0.01, 1.0, 7.0]))
        tried: list[float] = []
        at = ray(RAYS[name], numbers, tried)
        found = searched(at, first, smallest)
        if found is None:
            continue
        ours = tried[1:]
        tried.clear()
        assert found == pytest.approx(searched_by_pytorch(at, first, smallest), rel=1e-9)
        np.testing.assert_allclose(ours, tried[1:], rtol=1e-9)
        compared += 1
    assert compared > 20


def searched(at, first, smallest):
    """Return our step and its loss, or None where the ray rises."""
    loss, slope = at(0.0)
    if slope >= 0:
        return None
    start = Trial(0.0, loss, float(slope))
    found = strong_wolfe(lambda t: Trial(t, *map(float, at(t))), start, first, smallest)
    return found.step, found.loss


def searched_by_pytorch(at, first, smallest):
    loss, slope = at(0.0)

    def objective(x, t, d):
        loss, slope = at(t)
        return loss, slope[None]

    direction = torch.ones(1, dtype=torch.float64)
    found = _strong_wolfe(
        objective, torch.zeros(1), first, direction, loss, slope[None], slope,
        tolerance_change=smallest, max_ls=TRIALS,
    )  # fmt: skip
    return float(found[2]), found[0]


@pytest.mark.parametrize(("learning_rate", "history_size"), SETTINGS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_each_step_from_where_pytorch_is_leads_to_where_it_goes(name, learning_rate, history_size):
    function, start = PROBLEMS[name]
    objective = objective_of(function)
    theirs = trajectory(function, start, learning_rate, history_size)
    ours = Lbfgs(learning_rate, history_size)
    moved = 0
    for before, after in pairwise(theirs):
        found, loss = ours.step(before, objective)
        np.testing.assert_allclose(found, after, rtol=1e-9, atol=1e-9 * np.abs(after).max())
        assert loss == objective(found)[0]
        moved += ours.outcome is Outcome.MOVED
    assert moved >= 10


@pytest.mark.parametrize(("learning_rate", "history_size"), SETTINGS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_fifty_steps_stay_as_near_as_pytorch_to_itself(name, learning_rate, history_size):
    """Roundings grow from step to step, so the measure is a run of PyTorch that starts some of them apart."""
    function, start = PROBLEMS[name]
    theirs = trajectory(function, start, learning_rate, history_size)
    apart = trajectory(function, start * (1 + 1e-15), learning_rate, history_size)
    ours, x, run = Lbfgs(learning_rate, history_size), start, [start]
    for _ in range(STEPS):
        x, _ = ours.step(x, objective_of(function))
        run.append(x)
    spread = np.maximum.accumulate(np.abs(apart - theirs).max(axis=1))
    distance = np.abs(np.array(run) - theirs).max(axis=1)
    np.testing.assert_array_less(distance, 10 * spread + 1e-12)
    assert spread[10] < 1e-6  # so that the measure says something
