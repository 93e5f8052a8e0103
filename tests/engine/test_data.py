"""From a source to arrays: split, standardization, classes, features, and errors with their place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog.datasets import DATASETS, Blobs, Circle, Dataset, RegPlane, Sine, Spiral
from engine.catalog.sources import CsvData, PointsData
from engine.data import PreparedData, prepare
from engine.errors import DataError
from engine.streams import stream


@pytest.fixture
def table(tmp_path):
    def write(text: str, **fields) -> CsvData:
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        fields = {"inputs": ("a", "b"), "target": "c"} | fields
        return CsvData(path=str(tmp_path / "t.csv"), **fields)

    return write


def rows_of(data: PreparedData) -> np.ndarray:
    return np.concatenate((data.train_rows, data.test_rows))


def problems(source, features=None, **options) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        prepare(source, features, 0, **options)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize("kind", DATASETS)
def test_every_data_set_becomes_arrays(kind: type[Dataset]):
    data = prepare(kind(noise=0.1), None, 3)
    n, inputs = kind().samples // 2, kind.inputs
    assert data.train_inputs.shape == data.test_inputs.shape == (n, inputs)
    assert data.train_features.shape == data.test_features.shape == (n, inputs)
    assert data.train_features.dtype == np.float32
    assert data.train_features.flags.c_contiguous
    assert data.extent == ((-6.0, 6.0),) * inputs
    np.testing.assert_array_equal(data.train_features, data.train_inputs.astype(np.float32))
    if data.task == "classification":
        assert data.train_targets.dtype == np.int64
        assert data.train_targets.shape == (n,)
        assert data.classes == tuple(map(str, range(kind().classes)))
        assert data.outputs == (1 if len(data.classes) == 2 else len(data.classes))
    else:
        assert data.train_targets.dtype == np.float64
        assert data.train_targets.shape == (n, 1)
        assert (data.classes, data.outputs) == ((), 1)


def test_everything_is_read_only():
    data = prepare(Circle(), ["x1", "x1**2"], 0)
    arrays = [value for value in vars(data).values() if isinstance(value, np.ndarray)]
    assert len(arrays) == 10
    assert not any(array.flags.writeable for array in arrays)


@given(st.integers(10, 400), st.floats(0, 0.9), st.integers(0, 2**64))
@settings(max_examples=60, deadline=None)
def test_the_split_is_disjoint_complete_and_in_order(samples, fraction, seed):
    data = prepare(Spiral(samples=samples, test_fraction=fraction), None, seed)
    assert sorted(rows_of(data)) == list(range(samples))
    assert (np.diff(data.train_rows) > 0).all()
    assert (np.diff(data.test_rows) > 0).all()
    assert len(data.test_rows) == round(samples * fraction)
    X, y = Spiral(samples=samples).generate(stream(seed, "data"))
    np.testing.assert_array_equal(data.train_inputs, X[data.train_rows])
    np.testing.assert_array_equal(data.test_targets, y[data.test_rows])


def test_noise_and_kind_leave_the_split_and_the_seed_changes_it():
    data = prepare(Circle(), None, 1)
    for other in (Circle(noise=0.4), Spiral(), Blobs()):
        np.testing.assert_array_equal(prepare(other, None, 1).train_rows, data.train_rows)
    np.testing.assert_array_equal(prepare(Circle(noise=0.4), None, 1).train_inputs, data.train_inputs)
    assert (prepare(Circle(), None, 2).train_rows != data.train_rows).any()


def test_a_larger_test_fraction_only_takes_from_training():
    small = prepare(Circle(test_fraction=0.2), None, 1)
    large = prepare(Circle(test_fraction=0.6), None, 1)
    assert set(small.test_rows) < set(large.test_rows)


def test_features_are_computed_in_float64_and_kept_in_order():
    data = prepare(Circle(), ["x1*x2", "x2", "sin(x1)"], 0)
    x1, x2 = data.train_inputs.T
    np.testing.assert_array_equal(
        data.train_features, np.column_stack((x1 * x2, x2, np.sin(x1))).astype("f4")
    )
    assert data.feature_labels == ("x₁x₂", "x₂", "sin x₁")


def test_a_table_is_standardized_by_its_training_rows(table):
    rng = np.random.default_rng(0)
    values = rng.normal((100, -3), (25, 1e-3), (60, 2))
    text = "a,b,c\n" + "".join(f"{a!r},{b!r},{i % 2}\n" for i, (a, b) in enumerate(values.tolist()))
    data = prepare(table(text, test_fraction=0.25), ["x1", "x2", "x1**2"], 4)
    assert (len(data.train_rows), len(data.test_rows)) == (45, 15)
    train = values[data.train_rows]
    np.testing.assert_allclose(data.mean, train.mean(axis=0))
    np.testing.assert_allclose(data.scale, train.std(axis=0))
    np.testing.assert_allclose(data.train_features[:, :2].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train_features[:, :2].std(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(data.train_features[:, 2], data.train_features[:, 0] ** 2, rtol=1e-5)
    np.testing.assert_array_equal(data.features_of(data.test_inputs), data.test_features)
    np.testing.assert_array_equal(data.test_inputs, values[data.test_rows])
    assert data.feature_labels == ("a", "b", "a^2")
    for column, (low, high) in enumerate(data.extent):
        span = np.ptp(train[:, column])
        np.testing.assert_allclose((train[:, column].min() - low, high - train[:, column].max()), 0.1 * span)

    raw = prepare(table(text, test_fraction=0.25, standardize=False), None, 4)
    np.testing.assert_array_equal(raw.train_features, raw.train_inputs.astype(np.float32))
    np.testing.assert_array_equal(raw.train_rows, data.train_rows)


def test_without_a_test_part_all_rows_train_in_the_order_of_the_file(table):
    text = "a,b,c\n" + "".join(f"{i},{-i},{'no' if i % 3 else 'yes'}\n" for i in range(20))
    data = prepare(table(text, test_fraction=0, standardize=False), None, 9)
    assert data.train_rows.tolist() == list(range(20))
    assert data.train_inputs[:, 0].tolist() == list(range(20))
    assert data.test_features.shape == (0, 2)
    assert data.test_targets.shape == (0,)
    assert data.classes == ("no", "yes")
    assert data.train_targets.tolist() == [0 if i % 3 else 1 for i in range(20)]


def test_a_constant_column_becomes_zero(table):
    text = "a,b,c\n" + "".join(f"0.1,{i},{i % 2}\n" for i in range(10))
    data = prepare(table(text, test_fraction=0), None, 0)
    assert data.scale[0] == 1
    assert (data.train_features[:, 0] == 0).all()
    assert data.extent[0] == (-0.9, 1.1)


@pytest.mark.parametrize(
    ("cells", "classes", "labels"),
    [
        (["10", "9", "10"], ("9", "10"), [1, 0, 1]),
        (["1.0", "1", "0", "2e0"], ("0", "1", "2"), [1, 1, 0, 2]),
        (["-1", "1"], ("-1", "1"), [0, 1]),
        (["0.5", "0.25"], ("0.25", "0.5"), [1, 0]),
        (["b", "a", "B", "c"], ("B", "a", "b", "c"), [2, 1, 0, 3]),
        (["10", "9", "x"], ("10", "9", "x"), [0, 1, 2]),
        ([" yes ", "no", "yes"], ("no", "yes"), [1, 0, 1]),
        (["1_0", "10"], ("10", "1_0"), [1, 0]),
        (["-0", "0.0", "1e400"], ("-0", "0.0", "1e400"), [0, 1, 2]),
        (["-0", "0.0", "1"], ("0", "1"), [0, 0, 1]),
        (["0.30000000000000004", "0.3"], ("0.3", "0.30000000000000004"), [1, 0]),
        (["ja", "né"], ("ja", "né"), [0, 1]),
    ],
)
def test_classes_are_ordered_by_number_else_by_name(table, cells, classes, labels):
    text = "a,b,c\n" + "".join(f"{i},0,{cell}\n" for i, cell in enumerate(cells))
    data = prepare(table(text, test_fraction=0), None, 0)
    assert data.classes == classes
    assert data.train_targets.tolist() == labels
    assert data.outputs == (1 if len(classes) == 2 else len(classes))


def test_regression_keeps_its_targets_as_they_are(table):
    text = "a,b,c,d\n" + "".join(f"{i},{i * i},{100 * i},{-i}\n" for i in range(10))
    data = prepare(table(text, target=["d", "c"], task="regression", test_fraction=0), None, 0)
    assert data.target_names == ("d", "c")
    assert data.outputs == 2
    np.testing.assert_array_equal(data.train_targets, [[-i, 100 * i] for i in range(10)])


def test_paths_are_relative_to_the_document(table, tmp_path, monkeypatch):
    table("a,b,c\n1,2,x\n3,4,y\n")
    monkeypatch.chdir("/")
    source = CsvData(path="t.csv", inputs=("a", "b"), target="c")
    assert len(rows_of(prepare(source, None, 0, folder=tmp_path))) == 2
    assert "no such file" in problems(source)[0]


def test_there_is_always_a_row_to_train_on(table):
    data = prepare(table("a,b,c\n1,2,x\n3,4,y\n", test_fraction=0.9), None, 0)
    assert (len(data.train_rows), len(data.test_rows)) == (1, 1)


def test_points_are_taken_as_painted():
    points = ((0.5, 1.0, 0), (1.5, -2.0, 2), (7.0, 0.0, 0))
    data = prepare(PointsData(points=points, test_fraction=0), None, 0)
    np.testing.assert_array_equal(data.train_inputs, [p[:2] for p in points])
    assert data.train_targets.tolist() == [0, 2, 0]
    assert data.classes == ("0", "1", "2")
    assert data.extent[1] == (-6.0, 6.0)
    assert data.extent[0] == (-6.0, 7.65)
    regression = prepare(PointsData(points=points, task="regression", test_fraction=0), None, 0)
    assert regression.train_targets.tolist() == [[0], [2], [0]]


def test_features_of_checks_the_shape():
    data = prepare(Sine(), ["x1", "x1**2"], 0)
    assert data.features_of([[2.0], [3.0]]).tolist() == [[2, 4], [3, 9]]
    assert data.features_of(np.empty((0, 1))).shape == (0, 2)
    assert not np.isfinite(data.features_of([[1e300], [np.nan]])).any()
    for bad in ([1.0, 2.0], [[1.0, 2.0]], 3.0):
        with pytest.raises(ValueError, match=r"\(n, 1\)"):
            data.features_of(bad)


def test_features_without_a_value_name_the_first_row(table):
    source = table("a,b,c\n1,2,x\n\n3,-4,y\n-1,5,x\n", test_fraction=0, standardize=False)
    found = problems(source, ["x1", "log(x2)", "sqrt(x1)"])
    assert found == (
        "feature 'log(x2)': it is nan at t.csv, line 4, where a = 3, b = -4",
        "feature 'sqrt(x1)': it is nan at t.csv, line 5, where a = -1, b = 5",
    )
    (problem,) = problems(table("a,b,c\n1,2,x\n3,-4,y\n"), ["1/(x1-x1)"])
    assert "standardized" in problem
    (problem,) = problems(RegPlane(), ["exp(exp(x1**2))"])
    assert "inf at point " in problem


def test_all_wrong_formulas_are_told_at_once():
    found = problems(Circle(), ["x3", "x1", "sin("])
    assert len(found) == 2
    assert found[0].startswith("feature 'x3': there is no input x3")
    assert "at least one" in problems(Circle(), [])[0]


@pytest.mark.parametrize(
    ("text", "fields", "words"),
    [
        ("a,b,c\n1,2,x\n3,4,x\n", {}, ["t.csv: at least two classes", "'c' holds only 'x'"]),
        ("a,b,c\n1,2,1\n3,4,1.0\n", {}, ["'c' holds only '1'"]),
        (
            "a,b,c\n" + "".join(f"1,2,{i}\n" for i in range(37)),
            {},
            ["37 classes", "at most 10", "regression"],
        ),
        ("a,b,c\n1,x,0\n", {}, ["t.csv, line 2, column 'b'"]),
        ("a,b,c\n1,2,x\n", {"task": "regression"}, ["t.csv, line 2, column 'c'", "'x'"]),
        ("a,b,c\n1,2,1e300\n", {"task": "regression"}, ["t.csv, line 2, column 'c'", "too large"]),
        ("a,b,c\n1e300,2,0\n-1e300,2,1\n", {}, ["t.csv, line 2, column 'a'", "too large"]),
        ("a,b,c\n1e300,2,0\n3,2,1\n", {"standardize": False}, ["line 2, column 'a'", "too large"]),
        ("a,b\n1,2\n", {}, ["no column 'c'"]),
    ],
)
def test_tables_that_cannot_be_trained_on(table, text, fields, words):
    fields = {"test_fraction": 0} | fields
    (problem,) = problems(table(text, **fields))
    assert all(word in problem for word in words), problem


def test_points_that_cannot_be_trained_on():
    assert "none yet" in problems(PointsData())[0]
    assert "all points have the label 3" in problems(PointsData(points=((0, 0, 3), (1, 1, 3))))[0]
    (problem,) = problems(PointsData(points=((0, 0, 1e300),), task="regression", test_fraction=0))
    assert problem == "point 1, column 'y': 1e+300 is too large to train on"
