"""Gradient and curvature of the loss, against the reference and its differences."""

from __future__ import annotations

import numpy as np
import pytest

from engine import reference
from engine.probes import Probe, gradients
from engine.probes import bench as benches
from engine.probes.hessian import lanczos
from tests.engine.probed import (
    CASES,
    audible,
    exact_gradient,
    probe_of,
    put,
    row,
    tensors_of,
    trainer_of_case,
)
from tests.engine.twins import Twin, table, trainer_of


def assert_gradient(found: gradients.Gradient, exact: np.ndarray) -> None:
    np.testing.assert_allclose(row(found.tensors), exact, rtol=1e-4, atol=1e-5 * (np.abs(exact).max() + 1e-2))


@pytest.mark.parametrize("name", CASES)
def test_gradient_is_the_reference_s_without_chance_or_penalty(name):
    trainer = trainer_of_case(name)
    tensors, probe = tensors_of(trainer), probe_of(trainer)
    rows = range(len(trainer.data.train_features))
    found = probe.gradient(tensors)
    assert_gradient(found, exact_gradient(trainer, rows))
    assert [layer.keys() for layer in found.tensors] == [
        {n for n in layer if "running" not in n} for layer in tensors
    ]
    if name != "batch":
        assert found.loss == pytest.approx(trainer.snapshot().losses["train"], rel=1e-5)


@pytest.mark.parametrize("name", ["class weights", "batch", "several blocks"])
def test_gradient_of_chosen_rows(name):
    trainer = trainer_of_case(name)
    rows = [3, 40, 7, 7, 21, 50]
    found = probe_of(trainer).gradient(tensors_of(trainer), rows=rows)
    assert_gradient(found, exact_gradient(trainer, rows))


def test_gradient_of_the_test_rows():
    trainer = trainer_of_case("class weights")
    twin, classes = Twin(trainer), trainer.data.test_targets
    traces = twin.forward(trainer.data.test_features, training=True)
    exact = reference.backward(
        twin.experiment, twin.output, twin.rule, twin.loss_numbers, twin.tensors, traces, np.eye(3)[classes],
        weights=np.array([1.0, 2.0, 5.0])[classes],
    )  # fmt: skip
    found = probe_of(trainer).gradient(tensors_of(trainer), part="test")
    assert_gradient(found, row(exact))
    assert found.loss == pytest.approx(trainer.snapshot().losses["test"], rel=1e-5)


def test_batch_normalization_of_many_rows_takes_some_of_them(monkeypatch):
    monkeypatch.setattr(benches, "MOST_ROWS", 150)
    trainer = trainer_of_case("batch")
    probe = probe_of(trainer)
    assert probe.block == 150
    chosen = np.linspace(0, 199, 150).round().astype(int)
    found = probe.gradient(tensors_of(trainer))
    assert_gradient(found, exact_gradient(trainer, chosen))


def test_gradient_that_is_not_finite_is_returned_as_it_is():
    trainer = trainer_of(table(3), [{"units": 3, "activation": "exponential"}])
    tensors = [{n: t.copy() for n, t in layer.items()} for layer in tensors_of(trainer)]
    tensors[0]["bias"][0] = 100
    found = probe_of(trainer).gradient(tensors)
    assert not np.isfinite(found.loss)
    assert not np.isfinite(row(found.tensors)).all()


# Curvature


def exact_hessian(trainer):
    """Return the Hessian by central differences of the reference's gradient."""
    twin, rows = Twin(trainer), range(len(trainer.data.train_features))
    origin, mask, distance = row(twin.tensors), audible(trainer), 1e-5

    def slope(at):
        put(twin, at)
        return row(twin.gradient(rows)) * mask

    columns = [
        (slope(origin + distance * e) - slope(origin - distance * e)) / (2 * distance)
        for e in np.eye(len(origin)) * mask
    ]
    return (np.array(columns) + np.array(columns).T) / 2


@pytest.mark.parametrize(
    "name", ["no hidden layer", "two classes", "class weights", "batch", "layer", "ablated", "residual"]
)
def test_top_eigenvalue_is_the_hessian_s(name):
    trainer = trainer_of_case(name)
    hessian = exact_hessian(trainer)
    values, vectors = np.linalg.eigh(hessian)
    found = probe_of(trainer).top_eigenvalue(tensors_of(trainer), iterations=30)
    assert found.eigenvalue == pytest.approx(values[-1], rel=2e-3)
    v = row(found.direction)
    assert np.linalg.norm(v) == pytest.approx(1, abs=1e-5)
    assert not v[audible(trainer) == 0].any()
    near = np.abs(values - values[-1]) < 0.02 * values[-1]
    assert np.linalg.norm(vectors[:, near].T @ v) == pytest.approx(1, abs=1e-2)
    truth = np.linalg.norm(hessian @ v - found.eigenvalue * v)
    assert found.residual == pytest.approx(truth, rel=0.2, abs=1e-3 * values[-1])


def test_top_eigenvalue_is_the_largest_not_the_largest_in_magnitude():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    matrix = basis @ np.diag([-50.0, *np.linspace(-1, 3, 11)]) @ basis.T
    value, v = lanczos(lambda x: matrix @ x, rng.normal(size=12), 12)
    assert value == pytest.approx(3)
    assert abs(v @ basis[:, -1]) == pytest.approx(1)
    value, v = lanczos(lambda x: 0 * x, rng.normal(size=12), 12)  # the space is whole at once
    assert value == 0


def test_top_eigenvalue_follows_from_its_seed_and_has_an_honest_residual():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    once, again, other = (probe.top_eigenvalue(tensors, iterations=3, seed=s) for s in (1, 1, 2))
    assert once.eigenvalue == again.eigenvalue
    np.testing.assert_array_equal(row(once.direction), row(again.direction))
    assert once.eigenvalue != other.eigenvalue
    exact = np.linalg.eigvalsh(exact_hessian(trainer))
    for found in (once, other):
        assert np.abs(exact - found.eigenvalue).min() <= found.residual + 1e-3


def test_top_eigenvalue_of_numbers_that_are_not_finite_is_nan():
    trainer = trainer_of(table(3), [{"units": 3, "activation": "exponential"}])
    tensors = [{n: t.copy() for n, t in layer.items()} for layer in tensors_of(trainer)]
    tensors[0]["bias"][0] = 100
    found = Probe(trainer.experiment, trainer.data).top_eigenvalue(tensors)
    assert np.isnan([found.eigenvalue, found.residual]).all()
