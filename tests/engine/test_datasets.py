"""The generated data sets: TensorFlow Playground's geometry, determinism, and what noise leaves alone."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from engine.catalog import datasets
from engine.catalog.datasets import (
    DATASETS,
    Blobs,
    Circle,
    Dataset,
    Gauss,
    Moons,
    RegGauss,
    RegPlane,
    Rings,
    Sine,
    Spiral,
    Xor,
)
from engine.catalog.sources import CsvData, DataSource, PointsData
from engine.streams import stream

SOURCE = TypeAdapter(DataSource)
NOISES = (0.0, 0.15, 0.5, 1.0)


class Uniforms:
    """The draws of a generator, handed out one by one to a scalar translation."""

    def __init__(self, seed: int, samples: int, columns: int = 4) -> None:
        self.rows = iter(np.random.default_rng(seed).random((samples, columns)).tolist())

    def row(self) -> list[float]:
        return next(self.rows)


def between(low: float, high: float, uniform: float) -> float:
    return uniform * (high - low) + low


def slow_circle(samples: int, noise: float, uniforms: Uniforms) -> list[tuple[float, float, int]]:
    points = []
    halves = [(0.0, 2.5, math.ceil(samples / 2)), (3.5, 5.0, samples // 2)]
    for low, high, count in halves:
        for _ in range(count):
            u = uniforms.row()
            r, angle = between(low, high, u[0]), between(0, 2 * math.pi, u[1])
            x, y = r * math.sin(angle), r * math.cos(angle)
            moved_x, moved_y = x + between(-5, 5, u[2]) * noise, y + between(-5, 5, u[3]) * noise
            points.append((x, y, int(math.dist((moved_x, moved_y), (0, 0)) < 2.5)))
    return points


def slow_xor(samples: int, noise: float, uniforms: Uniforms) -> list[tuple[float, float, int]]:
    points = []
    for _ in range(samples):
        u = uniforms.row()
        x = between(-5, 5, u[0])
        x += 0.3 if x > 0 else -0.3
        y = between(-5, 5, u[1])
        y += 0.3 if y > 0 else -0.3
        label = (x + between(-5, 5, u[2]) * noise) * (y + between(-5, 5, u[3]) * noise) >= 0
        points.append((x, y, int(label)))
    return points


def slow_spiral(samples: int, noise: float, uniforms: Uniforms) -> list[tuple[float, float, int]]:
    points = []
    n = samples / 2
    for delta, label, count in ((0.0, 1, math.ceil(n)), (math.pi, 0, samples // 2)):
        for i in range(count):
            u = uniforms.row()
            r, t = i / n * 5, 1.75 * i / n * 2 * math.pi + delta
            x = r * math.sin(t) + between(-1, 1, u[0]) * noise
            y = r * math.cos(t) + between(-1, 1, u[1]) * noise
            points.append((x, y, label))
    return points


def slow_plane(samples: int, noise: float, uniforms: Uniforms) -> list[tuple[float, float, float]]:
    points = []
    for _ in range(samples):
        x, y, noise_x, noise_y = (between(-6, 6, u) for u in uniforms.row())
        points.append((x, y, (x + noise_x * noise + y + noise_y * noise + 10) / 20 * 2 - 1))
    return points


def slow_gaussian(samples: int, noise: float, uniforms: Uniforms) -> list[tuple[float, float, float]]:
    centres = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]
    points = []
    for _ in range(samples):
        x, y, noise_x, noise_y = (between(-6, 6, u) for u in uniforms.row())
        label = 0.0
        for cx, cy, sign in centres:
            distance = math.dist((x + noise_x * noise, y + noise_y * noise), (cx, cy))
            new = sign * min(1.0, max(0.0, 1 - distance / 2))
            if abs(new) > abs(label):
                label = new
        points.append((x, y, label))
    return points


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("samples", [10, 501, 800])
@pytest.mark.parametrize(
    ("fast", "slow", "columns"),
    [
        (datasets.circle, slow_circle, 4),
        (datasets.xor, slow_xor, 4),
        (datasets.spiral, slow_spiral, 2),
        (datasets.reg_plane, slow_plane, 4),
        (datasets.reg_gauss, slow_gaussian, 4),
    ],
)
def test_playground_geometry_is_the_scalar_translation(fast, slow, columns, samples, noise):
    X, y = fast(np.random.default_rng(3), samples, noise)
    expected = np.array(slow(samples, noise, Uniforms(3, samples, columns)))
    np.testing.assert_allclose(X, expected[:, :2], atol=1e-12)
    np.testing.assert_allclose(y, expected[:, 2], atol=1e-12)


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0), (1.0, 7.5)])
def test_gauss_has_playgrounds_centres_and_variance(noise, variance):
    X, y = Gauss(samples=200_000, noise=noise).generate(np.random.default_rng(0))
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = X[y == label]
        assert len(cloud) == 100_000
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.05)
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.02)
        assert abs(np.corrcoef(cloud.T)[0, 1]) < 0.02


def test_clean_circle_has_its_gap_and_fills_both_parts():
    X, y = Circle(samples=20_000).generate(np.random.default_rng(1))
    radius = np.hypot(*X.T)
    assert radius[y == 1].min() < 0.01
    assert 2.49 < radius[y == 1].max() < 2.5 + 1e-12
    assert 3.5 - 1e-12 < radius[y == 0].min() < 3.51
    assert 4.99 < radius[y == 0].max() < 5 + 1e-12


def test_clean_xor_leaves_the_axes_free():
    X, y = Xor(samples=20_000).generate(np.random.default_rng(1))
    assert 0.3 <= np.abs(X).min() < 0.31
    assert 5.29 < np.abs(X).max() <= 5.3
    np.testing.assert_array_equal(y, X[:, 0] * X[:, 1] > 0)


@pytest.mark.parametrize("entry", [Circle(noise=0.3), Xor(noise=0.3), Rings(noise=0.3), RegPlane(noise=0.3)])
def test_noise_of_the_labelling_sets_moves_no_point(entry: Dataset):
    clean_X, clean_y = entry.edited(noise=0.0).generate(stream(5, "data"))
    X, y = entry.generate(stream(5, "data"))
    np.testing.assert_array_equal(X, clean_X)
    assert (y != clean_y).any()


@pytest.mark.parametrize("kind", DATASETS)
def test_noise_moves_points_in_proportion_and_keeps_what_lies_beneath(kind: type[Dataset]):
    clean, _ = kind(noise=0.0).generate(stream(5, "data"))
    little, _ = kind(noise=0.1).generate(stream(5, "data"))
    more, _ = kind(noise=0.2).generate(stream(5, "data"))
    if kind is not Gauss:  # whose spread, not its variance, is what the points are moved by
        np.testing.assert_allclose(more - clean, 2 * (little - clean), atol=1e-12)
    else:
        centre = np.where(clean.sum(axis=1) > 0, 2, -2)[:, None]
        np.testing.assert_allclose(
            (more - centre) / np.sqrt(1.9), (clean - centre) / np.sqrt(0.5), atol=1e-12
        )


def test_spiral_noise_is_bounded_by_its_size():
    clean, _ = Spiral().generate(stream(0, "data"))
    noisy, _ = Spiral(noise=0.4).generate(stream(0, "data"))
    assert 0.39 < np.abs(noisy - clean).max() <= 0.4


def test_moons_are_half_circles_of_radius_3_2():
    X, y = Moons(samples=1001).generate(stream(0, "data"))
    for label, centre, side in ((0, (-1.6, -0.8), 1), (1, (1.6, 0.8), -1)):
        moon = X[y == label] - centre
        np.testing.assert_allclose(np.hypot(*moon.T), 3.2, rtol=1e-12)
        assert (side * moon[:, 1] >= -1e-12).all()
        np.testing.assert_allclose(np.abs(moon[:, 0]).max(), 3.2)


def test_rings_lie_apart_and_are_numbered_from_the_middle():
    X, y = Rings(samples=3000).generate(stream(0, "data"))
    radius = np.hypot(*X.T)
    for label in range(3):
        ring = radius[y == label]
        assert len(ring) == 1000
        assert 1.9 * label <= ring.min() + 1e-12
        assert ring.max() <= 1.9 * label + 1.2 + 1e-12


@pytest.mark.parametrize("classes", range(2, 11))
def test_blobs_have_one_cloud_a_class(classes):
    X, y = Blobs(samples=20_000, classes=classes).generate(stream(0, "data"))
    for label in range(classes):
        angle = 2 * math.pi * label / classes
        centre = X[y == label].mean(axis=0)
        np.testing.assert_allclose(centre, (4 * math.sin(angle), 4 * math.cos(angle)), atol=0.05)
        np.testing.assert_allclose(X[y == label].std(axis=0), 0.5, atol=0.04)


def test_sine_has_one_input_and_gaussian_noise():
    X, y = Sine(samples=50_000, noise=0.3).generate(stream(0, "data"))
    assert X.shape == (50_000, 1)
    assert -6 <= X.min() < -5.99
    assert 5.99 < X.max() <= 6
    np.testing.assert_allclose((y - np.sin(X[:, 0])).std(), 0.3, rtol=0.02)
    _, clean = Sine().generate(stream(0, "data"))
    assert np.abs(clean).max() <= 1


@pytest.mark.parametrize("kind", DATASETS)
@pytest.mark.parametrize("samples", [10, 11, 500])
def test_data_is_determined_by_the_seed(kind: type[Dataset], samples):
    entry = kind(samples=samples, noise=0.3)
    X, y = entry.generate(stream(7, "data"))
    again_X, again_y = entry.generate(stream(7, "data"))
    np.testing.assert_array_equal(X, again_X)
    np.testing.assert_array_equal(y, again_y)
    assert X.shape == (samples, entry.inputs)
    assert y.shape == (samples,)
    assert X.dtype == y.dtype == np.float64
    other_X, _ = entry.generate(stream(8, "data"))
    assert (other_X != X).any()
    if entry.classes:
        assert set(y) <= set(range(entry.classes))


@pytest.mark.parametrize(
    "kind", [kind for kind in DATASETS if kind.task == "classification" and kind is not Xor]
)
def test_clean_classes_are_balanced_and_mixed(kind: type[Dataset]):
    entry = kind(samples=601)
    assert entry.classes >= 2
    _, y = entry.generate(stream(0, "data"))
    counts = np.bincount(y.astype(int), minlength=entry.classes)
    assert counts.max() - counts.min() <= 1
    first = np.bincount(y[:100].astype(int), minlength=entry.classes)
    assert first.min() > 0.5 * 100 / entry.classes


def test_the_largest_set_is_drawn_quickly_enough_to_be_one_array_operation():
    X, _ = RegGauss(samples=1_000_000, noise=0.1).generate(stream(0, "data"))
    assert X.shape == (1_000_000, 2)


@pytest.mark.parametrize("kind", [*DATASETS, CsvData, PointsData])
def test_every_source_explains_itself(kind):
    for text in (kind.label, kind.advice, kind.pitfall):
        assert text
        assert len(text) < 250
    if issubclass(kind, Dataset):
        assert kind.formula
        assert kind.source
    assert all(p.description for p in kind.parameters())
    assert all(p.range for p in kind.parameters() if p.type in (int, float))


def test_keys_are_those_of_the_format():
    assert [kind.key() for kind in DATASETS] == [
        "circle", "xor", "gauss", "spiral", "moons", "rings", "blobs", "reg_plane", "reg_gauss", "sine",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", DATASETS)
def test_a_bare_kind_means_its_defaults(kind: type[Dataset]):
    source = SOURCE.validate_json(json.dumps(kind.key()))
    assert source == kind()
    assert source.samples == (1200 if kind.task == "regression" else 500)
    assert (source.noise, source.test_fraction) == (0.0, 0.5)
    assert source.input_names == ("x1", "x2")[: source.inputs]
    assert source.target_names == (("class",) if source.classes else ("y",))
    assert SOURCE.validate_json(SOURCE.dump_json(source)) == source


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("swirl", ["swirl", "circle", "sine", "csv", "points"]),
        ({"kind": "circle", "samples": "500"}, ["circle.samples", "integer"]),
        ({"kind": "circle", "samples": 9}, ["circle.samples", "between 10 and 1"]),
        ({"kind": "circle", "samples": 20.0}, ["circle.samples", "integer"]),
        ({"kind": "circle", "samples": True}, ["circle.samples", "integer"]),
        ({"kind": "circle", "noise": 1.01}, ["circle.noise", "between 0 and 1"]),
        ({"kind": "circle", "noise": "0.1"}, ["circle.noise", "number"]),
        ({"kind": "circle", "noise": float("nan")}, ["circle.noise", "finite"]),
        ({"kind": "circle", "test_fraction": 0.95}, ["circle.test_fraction", "between 0 and 0.9"]),
        ({"kind": "circle", "classes": 3}, ["circle.classes", "Extra"]),
        ({"kind": "blobs", "classes": 11}, ["blobs.classes", "between 2 and 10"]),
        ({"kind": "csv", "path": "a", "target": "c"}, ["csv.inputs", "required"]),
        ({"kind": "csv", "path": "a", "inputs": [], "target": "c"}, ["csv.inputs", "at least one"]),
        ({"kind": "csv", "path": "a", "inputs": ["a", "a"], "target": "c"}, ["csv.inputs", "'a' twice"]),
        ({"kind": "csv", "path": "a", "inputs": ["a", 1], "target": "c"}, ["csv.inputs.1", "string"]),
        ({"kind": "csv", "path": "a", "inputs": ["a", " "], "target": "c"}, ["csv.inputs", "empty"]),
        ({"kind": "csv", "path": "a", "inputs": ["a"], "target": "a"}, ["csv.target", "'a'", "inputs"]),
        ({"kind": "csv", "path": "a", "inputs": ["a"], "target": 1}, ["csv.target", "name of a column"]),
        ({"kind": "csv", "path": "a", "inputs": ["a"], "target": []}, ["csv.target", "name of a column"]),
        ({"kind": "csv", "path": "a", "inputs": ["a"], "target": ["b", "c"]}, ["csv.task", "regression"]),
        ({"kind": "csv", "path": "a\0b", "inputs": ["a"], "target": "b"}, ["csv.path", "path of a file"]),
        ({"kind": "csv", "path": "a", "inputs": ["a"], "target": "b", "standardize": 1}, ["csv.standardize"]),
        ({"kind": "points", "points": [[0, 0, 0.5]]}, ["points.task", "point 0", "0.5"]),
        ({"kind": "points", "points": [[0, 0, 10]]}, ["points.task", "10"]),
        ({"kind": "points", "points": [[0, 0, 1], [0, 0]]}, ["points.points.1", "required"]),
        ({"kind": "points", "points": [[0, "0", 1]]}, ["points.points.0.1", "number"]),
    ],
)
def test_bad_sources_are_refused_with_the_place(value, words):
    with pytest.raises(ValidationError) as caught:
        SOURCE.validate_python(value)
    (problem,) = caught.value.errors()
    text = ".".join(map(str, problem["loc"])) + ": " + problem["msg"]
    assert all(word in text for word in words), text


def test_tables_and_points_survive_json():
    for value in (
        {"kind": "csv", "path": "d.csv", "inputs": ["a", "b"], "target": ["c", "d"], "task": "regression"},
        {"kind": "csv", "path": "d.csv", "inputs": [" a"], "target": "c", "standardize": False},
        {"kind": "points", "points": [[0.5, 1, 0], [1, 2, 9]], "test_fraction": 0},
        {"kind": "points", "points": [[0, 0, 0.25]], "task": "regression"},
        "points",
    ):
        source = SOURCE.validate_json(json.dumps(value))
        assert SOURCE.validate_json(SOURCE.dump_json(source)) == source
    table = SOURCE.validate_python({"kind": "csv", "path": "d.csv", "inputs": [" a"], "target": "c"})
    assert (table.input_names, table.target_names) == (("a",), ("c",))
