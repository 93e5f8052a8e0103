"""The loss around a snapshot, point by point against the reference, and the directions to look in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.kernels.columns import CHUNK
from engine.probes import (
    Coordinate,
    Directions,
    pca_directions,
    project,
    slopes_along,
    weight_directions,
)
from engine.tensors import STATISTICS
from tests.engine.probed import CASES, audible, probe_of, put, row, tensors_of, trainer_of_case
from tests.engine.twins import OUTPUTS, Twin, table, trainer_of


def some_directions(trainer: Any, size: float = 0.3) -> Directions:
    """Return two random directions along all trained tensors."""
    rng = np.random.default_rng(8)
    first, second = (
        tuple(
            {
                n: (size * rng.normal(size=t.shape)).astype(np.float32)
                for n, t in layer.items()
                if n not in STATISTICS
            }
            for layer in trainer.tensors
        )
        for _ in range(2)
    )
    return Directions(first, second)


def exact_loss(trainer: Any, numbers: np.ndarray, rows: Any = None) -> float:
    twin = Twin(trainer)
    put(twin, numbers)
    return twin.loss(range(len(trainer.data.train_features)) if rows is None else rows)


@pytest.mark.parametrize("name", CASES)
def test_landscape_is_the_reference_s_loss(name):
    trainer = trainer_of_case(name)
    directions, tensors = some_directions(trainer), tensors_of(trainer)
    found = probe_of(trainer).landscape(tensors, directions, span=((-1, 0.5), (0, 2)), resolution=3)
    assert found.losses.shape == (3, 3)
    assert found.across.tolist() == [-1, -0.25, 0.5]
    assert found.up.tolist() == [0, 1, 2]
    origin, mask = row(tensors), audible(trainer)
    first, second = row(directions.first) * mask, row(directions.second) * mask
    for j, b in enumerate(found.up):
        for i, a in enumerate(found.across):
            exact = exact_loss(trainer, origin + a * first + b * second)
            assert found.losses[j, i] == pytest.approx(exact, rel=1e-4, abs=1e-6)
    assert found.loss == pytest.approx(trainer.snapshot().losses["train"], rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "entry", "classes"), OUTPUTS, ids=[f"{a.key()}-{b.key()}-{c}" for a, b, c in OUTPUTS]
)
def test_landscape_of_every_loss_and_output(loss, entry, classes):
    data = table(4, rows=50, inputs=3, classes=classes, outputs=3, lowest=loss.lowest_target)
    trainer = trainer_of(data, [{"units": 17}], {"activation": entry.key()}, loss=loss.key())
    directions, tensors = some_directions(trainer), tensors_of(trainer)
    found = probe_of(trainer).landscape(tensors, directions, resolution=2)
    assert found.loss == pytest.approx(trainer.snapshot().losses["train"], rel=1e-5)
    exact = exact_loss(trainer, row(tensors) + row(directions.first) + row(directions.second))
    assert found.losses[1, 1] == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("count", [1, 15, 16, 17, CHUNK, CHUNK + 1, 2 * CHUNK + 100])
def test_landscape_of_any_number_of_samples(count):
    trainer = trainer_of(table(6, rows=2 * CHUNK + 200, classes=3), [{"units": 5}])
    tensors = tensors_of(trainer)
    rows = np.random.default_rng(0).permutation(2 * CHUNK + 200)[:count]
    found = probe_of(trainer).landscape(tensors, some_directions(trainer), resolution=2, rows=rows)
    assert found.loss == pytest.approx(exact_loss(trainer, row(tensors), rows), rel=1e-5)


def test_landscape_of_the_test_rows():
    trainer = trainer_of_case("class weights")
    found = probe_of(trainer).landscape(tensors_of(trainer), some_directions(trainer), part="test")
    assert found.loss == pytest.approx(trainer.snapshot().losses["test"], rel=1e-5)
    assert found.losses.shape == (64, 64)


def test_losses_that_are_not_finite_stay_so():
    trainer = trainer_of(table(3), [{"units": 3, "activation": "exponential"}])
    directions = some_directions(trainer, 100)
    found = probe_of(trainer).landscape(tensors_of(trainer), directions, resolution=5)
    assert not np.isfinite(found.losses).all()
    assert np.isfinite(found.losses[2, 2])
    assert np.isfinite(found.loss)


# Directions


def test_random_directions_have_the_norm_of_every_unit_s_weights():
    trainer = trainer_of_case("residual")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    directions = probe.random_directions(tensors, seed=3)
    for direction in (directions.first, directions.second):
        for found, layer in zip(direction, tensors, strict=True):
            for name, array in found.items():
                if name in ("weight", "projection.weight"):
                    norms = [np.linalg.norm(a, axis=1) for a in (array, layer[name])]
                    np.testing.assert_allclose(*norms, rtol=1e-5)
                else:
                    assert not array.any()
    drawn = np.random.Generator(np.random.PCG64(3))
    for found, layer in zip(directions.first, tensors, strict=True):
        for name in [
            n for n in ("weight", "projection.weight") if n in layer
        ]:  # in every process in this order
            array = drawn.normal(size=layer[name].shape)
            cosines = (array * found[name]).sum(axis=1)
            np.testing.assert_allclose(
                cosines, np.linalg.norm(array, axis=1) * np.linalg.norm(found[name], axis=1), rtol=1e-5
            )
    again, other = (probe.random_directions(tensors, seed=s) for s in (3, 4))
    np.testing.assert_array_equal(row(again.second), row(directions.second))
    cosines = [row(directions.first) @ row(d) for d in (directions.second, other.first)]
    assert np.abs(cosines).max() < 0.6 * np.square(row(directions.first)).sum()


def test_random_directions_leave_muted_weights_and_those_of_dead_links_alone():
    trainer = trainer_of_case("ablated")
    tensors = tensors_of(trainer)
    first = probe_of(trainer).random_directions(tensors).first[0]["weight"]
    assert first[0, 2] == 0
    np.testing.assert_allclose(
        np.linalg.norm(first, axis=1), np.linalg.norm(tensors[0]["weight"], axis=1), rtol=1e-5
    )
    zeros = [{n: np.zeros_like(t) for n, t in layer.items()} for layer in tensors]
    assert not row(probe_of(trainer).random_directions(zeros).first).any()


def test_principal_directions_are_those_of_the_singular_value_decomposition():
    trainer = trainer_of_case("two classes", epochs=0)
    trajectory = [tensors_of(trainer) for _ in range(30) if trainer.advance(batches=2)]
    found = pca_directions(trajectory)
    rows = np.stack([row(t) for t in trajectory]) - row(trajectory[-1])
    _, scales, components = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    for direction, component in zip((found.first, found.second), components[:2], strict=True):
        assert abs(row(direction) @ component) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found.shares, (scales**2 / np.sum(scales**2))[:2], rtol=1e-4)
    assert 0.5 < sum(found.shares) <= 1


def test_principal_directions_of_a_straight_line_and_of_too_little():
    tensors = [{"weight": np.full((2, 3), float(i)), "bias": np.zeros(2)} for i in range(5)]
    found = pca_directions([[t] for t in tensors])
    assert found.shares == pytest.approx((1, 0))
    np.testing.assert_allclose(np.abs(found.first[0]["weight"]), 6**-0.5, rtol=1e-6)
    assert not row(found.second).any()
    with pytest.raises(ValueError, match="three points"):
        pca_directions([[t] for t in tensors[:2]])
    still = pca_directions([tensors[:1]] * 3)
    assert still.shares == (0, 0)
    assert not row(still.first).any()


def test_weight_directions_move_two_weights_alone():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    directions = weight_directions(tensors, Coordinate(0, "weight", (2, 1)), Coordinate(1, "bias", (0,)))
    found = probe.landscape(tensors, directions, span=((0, 1), (0, 1)), resolution=2)
    moved = [{n: t.astype(np.float64) for n, t in layer.items()} for layer in tensors]
    moved[0]["weight"][2, 1] += 1
    assert found.losses[0, 1] == pytest.approx(exact_loss(trainer, row(moved)), rel=1e-5)
    moved[1]["bias"][0] += 1
    assert found.losses[1, 1] == pytest.approx(exact_loss(trainer, row(moved)), rel=1e-5)


@pytest.mark.parametrize(
    "coordinate",
    [
        (5, "weight", (0, 0)),
        (-1, "weight", (0, 0)),
        (0, "slope", (0,)),
        (0, "weight", (9, 0)),
        (0, "weight", (0,)),
        (0, "bias", (-1,)),
        (0, "normalization.running_mean", (0,)),
    ],
)
def test_a_parameter_that_does_not_exist_is_refused(coordinate):
    trainer = trainer_of_case("batch")
    with pytest.raises(ValueError, match="there is no parameter"):
        probe_of(trainer).sweep(tensors_of(trainer), Coordinate(*coordinate), [0.0])


# One weight


@pytest.mark.parametrize(
    ("name", "coordinate"),
    [
        ("two classes", Coordinate(1, "weight", (2, 3))),
        ("maxout", Coordinate(0, "weight", (5, 1))),
        ("prelu", Coordinate(1, "activation.weight", (4,))),
        ("batch", Coordinate(1, "normalization.bias", (0,))),
        ("residual", Coordinate(1, "projection.weight", (2, 4))),
    ],
)
def test_sweep_is_the_loss_at_every_value_of_one_parameter(name, coordinate):
    trainer = trainer_of_case(name)
    tensors = tensors_of(trainer)
    values = np.array([-3.0, 0.1, 2.0])
    found = probe_of(trainer).sweep(tensors, coordinate, values)
    layer, tensor, indices = coordinate
    assert found.value == tensors[layer][tensor][indices]
    assert found.loss == pytest.approx(trainer.snapshot().losses["train"], rel=1e-5)
    for value, loss in zip(values, found.losses, strict=True):
        moved = [{n: t.astype(np.float64) for n, t in layer.items()} for layer in tensors]
        moved[layer][tensor][indices] = value
        assert loss == pytest.approx(exact_loss(trainer, row(moved)), rel=1e-5)


def test_sweeping_a_muted_weight_changes_nothing():
    trainer = trainer_of_case("ablated")
    found = probe_of(trainer).sweep(tensors_of(trainer), Coordinate(0, "weight", (0, 2)), [-5.0, 5.0])
    assert set(found.losses) == {found.loss}


def test_the_slope_of_a_sweep_is_the_gradient():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    place = Coordinate(0, "weight", (1, 0))
    value = float(tensors[0]["weight"][1, 0])
    low, high = probe.sweep(tensors, place, [value - 0.01, value + 0.01]).losses
    slope = float(probe.gradient(tensors).tensors[0]["weight"][1, 0])
    assert (high - low) / 0.02 == pytest.approx(slope, rel=1e-3)


# Trajectories on a plane


def test_projection_finds_points_of_the_plane_and_how_far_the_others_are_from_it():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    directions = probe.random_directions(tensors)
    landscape = probe.landscape(tensors, directions, resolution=2)

    def point(a, b, off=0.0):
        layers = zip(tensors, directions.first, directions.second, strict=True)
        found = [{n: t + a * f[n] + b * s[n] for n, t in layer.items()} for layer, f, s in layers]
        found[0]["bias"] = found[0]["bias"] + off  # filter-normalized directions leave biases alone
        return found

    path = project([tensors, point(1, -2), point(0.5, 0, off=2.0)], landscape)
    np.testing.assert_allclose(path.points, [[0, 0], [1, -2], [0.5, 0]], atol=1e-6)
    np.testing.assert_allclose(path.distances, [0, 0, 2 * np.sqrt(5)], atol=1e-6)
    assert not path.points.flags.writeable


def test_a_trajectory_ends_at_the_origin_of_its_own_landscape():
    trainer = trainer_of_case("two classes", epochs=0)
    trajectory = [tensors_of(trainer) for _ in range(10) if trainer.advance(batches=3)]
    probe = probe_of(trainer)
    directions = pca_directions(trajectory)
    path = project(trajectory, probe.landscape(trajectory[-1], directions, resolution=2))
    np.testing.assert_allclose(path.points[-1], 0, atol=1e-9)
    lengths = [np.linalg.norm(row(t) - row(trajectory[-1])) for t in trajectory]
    np.testing.assert_allclose(
        np.hypot(np.linalg.norm(path.points, axis=1), path.distances), lengths, rtol=1e-4
    )


def test_slopes_along_the_directions_are_those_of_the_landscape():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    directions = probe.random_directions(tensors)
    landscape = probe.landscape(tensors, directions, span=0.01, resolution=3)
    slopes = slopes_along(directions, probe.gradient(tensors).tensors)
    rise = landscape.losses[1, 2] - landscape.losses[1, 0], landscape.losses[2, 1] - landscape.losses[0, 1]
    np.testing.assert_allclose(slopes, np.array(rise) / 0.02, rtol=1e-3, atol=1e-5)
