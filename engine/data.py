"""From a source of data to the arrays that a network trains on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.features import Feature, parse
from engine.catalog.generated import EXTENT, Dataset, Task
from engine.catalog.sources import MAX_CLASSES, CsvData, PointsData
from engine.errors import DataError
from engine.files.projects import table_folder
from engine.files.table import is_number, parse_table, read_table
from engine.streams import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.catalog.sources import DataSource
    from engine.files.table import Table

_FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class PreparedData:
    """Training and test data, and how raw inputs become features.  All arrays are read-only.

    Parameters
    ----------
    task : {"classification", "regression"}
        What is learned.
    input_names, target_names : tuple of str
        x1, x2, ... and class or y, or the columns of a table.
    classes : tuple of str
        The names of the classes in the order of their indices; empty for regression.
    outputs : int
        Outputs of the network: 1 for two classes, else one a class or one a target.
    features : tuple of Feature
        The formulas, computed from the standardized inputs.
    feature_labels : tuple of str
        How to display them; with the names of a table's columns.
    mean, scale : numpy.ndarray
        float64 (inputs,): (x - mean) / scale is the standardized input; 0 and 1 where nothing is changed.
    extent : tuple of (low, high)
        For every input the interval to show, in raw units.
    train_rows, test_rows : numpy.ndarray
        int64: which rows of the source, in ascending order.
    train_inputs, test_inputs : numpy.ndarray
        float64 (n, inputs), raw.
    train_features, test_features : numpy.ndarray
        float32 (n, features), C-contiguous.
    train_targets, test_targets : numpy.ndarray
        Class index, int64 (n,), for classification; float64 (n, outputs) for regression.
    """

    task: Task
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    classes: tuple[str, ...]
    outputs: int
    features: tuple[Feature, ...]
    feature_labels: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    extent: tuple[tuple[float, float], ...]
    train_rows: NDArray[np.int64]
    test_rows: NDArray[np.int64]
    train_inputs: NDArray[np.float64]
    test_inputs: NDArray[np.float64]
    train_features: NDArray[np.float32]
    test_features: NDArray[np.float32]
    train_targets: NDArray[Any]
    test_targets: NDArray[Any]

    def features_of(self, inputs: ArrayLike) -> NDArray[np.float32]:
        """Standardize raw inputs and compute the features.

        Parameters
        ----------
        inputs : array_like
            (n, inputs), raw.

        Returns
        -------
        numpy.ndarray
            float32 (n, features), C-contiguous; not finite where a formula has no value.

        Raises
        ------
        ValueError
            If the shape is another.
        """
        raw = np.asarray(inputs, np.float64)
        if raw.ndim != 2 or raw.shape[1] != len(self.input_names):
            raise ValueError(f"inputs must have the shape (n, {len(self.input_names)}), not {raw.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            return _feature_matrix(self.features, (raw - self.mean) / self.scale)


@dataclass(frozen=True, eq=False)
class _Raw:
    """A source's rows before they are split; ``lines`` are those of the file, if there is one."""

    inputs: NDArray[np.float64]
    targets: NDArray[Any]
    classes: tuple[str, ...]
    name: str = ""
    lines: NDArray[np.int64] | None = None

    def place(self, row: int) -> str:
        """Name a row as the user knows it."""
        return f"point {row + 1}" if self.lines is None else f"{self.name}, line {self.lines[row]}"


def prepare(
    source: DataSource,
    features: Sequence[str] | None,
    seed: int,
    folder: str | Path | None = None,
    table: bytes | None = None,
) -> PreparedData:
    """Draw or read the data, split it, and compute the features.

    The rows of both parts keep the order of the source.  With a test fraction f, the first
    round(n * f) of a random permutation of the n rows are the test rows, but one row is always left to
    train on.

    Parameters
    ----------
    source : DataSource
        A data set of the catalog, a table or painted points.
    features : sequence of str or None
        Formulas over the inputs; None stands for every input as it is.
    seed : int
        The experiment's seed; data and split have streams of their own.
    folder : str or Path, optional
        What a table's relative path is relative to: the folder of the document.
    table : bytes, optional
        The content of a table's file, where it has been read already.

    Returns
    -------
    PreparedData
        The arrays.

    Raises
    ------
    DataError
        If a formula, the file or the data in it cannot be used; every sentence names the place.
    """
    formulas = _parsed(features, len(source.input_names))
    raw = _raw(source, seed, folder, table)
    _check_size(raw, source)
    n = len(raw.inputs)
    held_back = min(round(n * source.test_fraction), n - 1)
    order = stream(seed, "split").permutation(n)
    test_rows = np.sort(order[:held_back])
    train_rows = np.sort(order[held_back:])
    train_inputs, test_inputs = raw.inputs[train_rows], raw.inputs[test_rows]

    mean, scale = np.zeros(raw.inputs.shape[1]), np.ones(raw.inputs.shape[1])
    if isinstance(source, CsvData) and source.standardize:
        mean, scale = _standardization(train_inputs)
    matrix = _feature_matrix(formulas, (raw.inputs - mean) / scale)
    _check_finite(matrix, formulas, raw, source)

    outputs = (1 if len(raw.classes) == 2 else len(raw.classes)) or raw.targets.shape[1]
    names = source.input_names if isinstance(source, CsvData) else ()
    arrays: dict[str, NDArray[Any]] = {
        "mean": mean,
        "scale": scale,
        "train_rows": train_rows,
        "test_rows": test_rows,
        "train_inputs": train_inputs,
        "test_inputs": test_inputs,
        "train_features": matrix[train_rows],
        "test_features": matrix[test_rows],
        "train_targets": raw.targets[train_rows],
        "test_targets": raw.targets[test_rows],
    }
    for array in arrays.values():
        array.setflags(write=False)
    return PreparedData(
        task=source.task,
        input_names=source.input_names,
        target_names=source.target_names,
        classes=raw.classes,
        outputs=outputs,
        features=formulas,
        feature_labels=tuple(formula.labelled(names) for formula in formulas),
        extent=_extent(source, train_inputs),
        **arrays,
    )


def _parsed(texts: Sequence[str] | None, inputs: int) -> tuple[Feature, ...]:
    """Parse all formulas, and report all that are wrong."""
    if texts is None:
        texts = [f"x{i + 1}" for i in range(inputs)]
    if not texts:
        raise DataError("features: choose at least one, such as x1")
    formulas = []
    problems: list[str] = []
    for text in texts:
        try:
            formulas.append(parse(text, inputs))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return tuple(formulas)


def _raw(source: DataSource, seed: int, folder: str | Path | None, content: bytes | None) -> _Raw:
    if isinstance(source, Dataset):
        X, y = source.generate(stream(seed, "data"))
        if source.task == "regression":
            return _Raw(X, y[:, None], ())
        return _Raw(X, y.astype(np.int64), tuple(str(i) for i in range(source.classes)))
    if isinstance(source, PointsData):
        return _painted(source)
    return _from_table(source, Path(folder or ""), content)


def _painted(source: PointsData) -> _Raw:
    """Take painted points; the label is the class's index, so that colours stay when a class is erased."""
    if not source.points:
        raise DataError("points: there are none yet; paint some to train on")
    points = np.array(source.points, np.float64)
    if source.task == "regression":
        return _Raw(points[:, :2], points[:, 2:], ())
    labels = points[:, 2].astype(np.int64)
    if (labels == labels[0]).all():
        raise DataError(f"points: at least two classes are needed; all points have the label {labels[0]}")
    return _Raw(points[:, :2], labels, tuple(str(i) for i in range(labels.max() + 1)))


def _from_table(source: CsvData, folder: Path, content: bytes | None) -> _Raw:
    path = folder / source.path  # an absolute path stays as it is

    def read(numbers: Sequence[str], texts: Sequence[str] = ()) -> Table:
        if content is None:
            table_folder.use(path)
            return read_table(path, numbers, texts)
        return parse_table(content, path.name, numbers, texts)

    inputs, targets = source.input_names, source.target_names
    if source.task == "regression":
        table = read([*inputs, *targets])
        X, y = np.split(table.numbers, [len(inputs)], axis=1)
        return _Raw(X, y, (), table.name, table.lines)
    table = read(inputs, targets)
    labels, classes = _classes(table.texts[targets[0]])
    if len(classes) < 2:
        raise DataError(
            f"{table.name}: at least two classes are needed; column {targets[0]!r} holds only {classes[0]!r}"
        )
    if len(classes) > MAX_CLASSES:
        raise DataError(
            f"{table.name}: column {targets[0]!r} holds {len(classes)} classes, at most {MAX_CLASSES} are "
            "possible; is it a number to predict (task: regression)?"
        )
    return _Raw(table.numbers, labels, classes, table.name, table.lines)


def _classes(cells: list[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return class indices and names: by value if all are numbers (1 and 1.0 are one), else by name."""
    spelled = set(cells)
    value: dict[str, Any] = {cell: cell for cell in spelled}
    if all(map(is_number, spelled)):
        value = {cell: float(cell) + 0.0 for cell in spelled}  # -0.0 + 0.0 is 0.0
    ordered = sorted(set(value.values()))
    index = {key: i for i, key in enumerate(ordered)}
    of_cell = {cell: index[key] for cell, key in value.items()}
    labels = np.fromiter(map(of_cell.__getitem__, cells), np.int64, len(cells))
    return labels, tuple(key if isinstance(key, str) else repr(key).removesuffix(".0") for key in ordered)


def _standardization(train: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the population standard deviation of every column, 1 for a constant one."""
    mean, scale = train.mean(axis=0), train.std(axis=0)
    constant = train.min(axis=0) == train.max(axis=0)
    mean = np.where(constant, train[0], mean)  # exactly, so that the column becomes 0 and not its rounding
    return mean, np.where(constant | (scale == 0), 1.0, scale)


def _feature_matrix(formulas: tuple[Feature, ...], inputs: NDArray[np.float64]) -> NDArray[np.float32]:
    matrix = np.empty((len(inputs), len(formulas)), np.float32)
    with np.errstate(over="ignore"):
        for column, formula in enumerate(formulas):
            matrix[:, column] = formula.compute(inputs)
    return matrix


def _check_size(raw: _Raw, source: DataSource) -> None:
    """Report the first number of every column that float32, in which networks compute, cannot hold."""
    problems = []
    columns = [*raw.inputs.T, *(() if raw.classes else raw.targets.T)]
    names = source.input_names + source.target_names
    for name, column in zip(names, columns, strict=False):
        too_large = np.abs(column) > _FLOAT32_MAX
        if too_large.any():
            row = int(np.argmax(too_large))
            problems.append(f"{raw.place(row)}, column {name!r}: {column[row]:g} is too large to train on")
    if problems:
        raise DataError(problems)


def _check_finite(
    matrix: NDArray[np.float32], formulas: tuple[Feature, ...], raw: _Raw, source: DataSource
) -> None:
    """Report every formula that has no finite value somewhere, with its first such row."""
    problems = []
    for column, formula in enumerate(formulas):
        finite = np.isfinite(matrix[:, column])
        if finite.all():
            continue
        row = int(np.argmin(finite))
        shown = list(zip(source.input_names, raw.inputs[row], strict=True))[:4]
        values = ", ".join(f"{name} = {value:.4g}" for name, value in shown)
        after = " (standardized before the formula)" if getattr(source, "standardize", False) else ""
        where = f"{raw.place(row)}, where {values}{after}"
        problems.append(f"feature {formula.text!r}: it is {matrix[row, column]:g} at {where}")
    if problems:
        raise DataError(problems)


def _extent(source: DataSource, train: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Return what to show: the field of generated data, or the training range and a tenth on each side."""
    if isinstance(source, Dataset):
        return ((-source.extent, source.extent),) * source.inputs
    low, high = train.min(axis=0), train.max(axis=0)
    margin = np.where(high > low, 0.1 * (high - low), 1.0)
    low, high = low - margin, high + margin
    if isinstance(source, PointsData):  # painted on the usual field, which is only ever widened
        low, high = np.minimum(low, -EXTENT), np.maximum(high, EXTENT)
    return tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
