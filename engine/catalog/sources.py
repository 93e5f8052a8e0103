"""Where data can come from: the data sets of the catalog, a table in a file, points painted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from engine.catalog.datasets import DATASETS, Dataset
from engine.catalog.entry import Entry, Flag, Real, Text, choice
from engine.catalog.generated import Task, TestFraction

MAX_CLASSES = 10
MAX_COLUMNS = 1000


def _one_or_more_names(value: Any) -> Any:
    """Check the form of `target` here, because a union would report each of its branches."""
    names = value if isinstance(value, list | tuple) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise PydanticCustomError("columns", "must be the name of a column or a list of such names")
    return tuple(value) if isinstance(value, list) else value


def _whole(names: tuple[str, ...]) -> None:
    """Raise for a name that is blank or given twice, or for too many of them."""
    if len(names) > MAX_COLUMNS:
        raise PydanticCustomError("columns", "must be at most {most} columns", {"most": MAX_COLUMNS})
    seen = set()
    for name in names:
        if not name.strip():
            raise PydanticCustomError("columns", "must not hold an empty name")
        if name.strip() in seen:
            raise PydanticCustomError("columns", "names the column '{name}' twice", {"name": name})
        seen.add(name.strip())


class CsvData(Entry):
    """A table in a CSV file with a header line.

    ``path`` is relative to the document; ``inputs`` and ``target`` name columns.
    """

    label: ClassVar[str] = "Table"
    formula: ClassVar[str] = "(x - mean) / standard deviation, both of the training rows, if standardized"
    advice: ClassVar[str] = "Your own data: one line a sample, the first line naming the columns."
    pitfall: ClassVar[str] = (
        "Inputs of very different size (0.01 beside 10,000) train badly: leave standardization on."
    )

    kind: Literal["csv"] = "csv"
    path: Text = Field(min_length=1, title="File", description="The CSV file, relative to the document.")
    inputs: tuple[Text, ...] = Field(description="The columns to predict from, in the order of x1, x2, ...")
    target: Annotated[str | tuple[str, ...], BeforeValidator(_one_or_more_names)] = Field(
        description="The column to predict; for regression a list gives several outputs."
    )
    task: Task = Field(
        default="classification",
        validate_default=True,
        title="Task",
        description="Classification tells classes apart; regression predicts numbers.",
    )
    standardize: Flag = Field(
        default=True, title="Standardize", description="Give every input the mean 0 and standard deviation 1."
    )
    test_fraction: TestFraction = 0.5

    @field_validator("path")
    @classmethod
    def _path_is_possible(cls, path: str) -> str:
        if "\0" in path or not path.strip():
            raise PydanticCustomError("path", "must be the path of a file")
        return path

    @field_validator("inputs")
    @classmethod
    def _inputs_are_whole(cls, inputs: tuple[str, ...]) -> tuple[str, ...]:
        if not inputs:
            raise PydanticCustomError("columns", "must name at least one column")
        _whole(inputs)
        return inputs

    @field_validator("target")
    @classmethod
    def _target_is_no_input(cls, target: str | tuple[str, ...], info: ValidationInfo) -> Any:
        names = (target,) if isinstance(target, str) else target
        _whole(names)
        inputs = {name.strip() for name in info.data.get("inputs", ())}
        for name in names:
            if name.strip() in inputs:
                raise PydanticCustomError(
                    "columns", "names '{name}', which is also one of the inputs", {"name": name}
                )
        return target

    @field_validator("task")
    @classmethod
    def _one_class_column(cls, task: Task, info: ValidationInfo) -> Task:
        target = info.data.get("target", "")
        if task == "classification" and not isinstance(target, str) and len(target) > 1:
            raise PydanticCustomError(
                "columns", "must be regression for several target columns; classification takes one"
            )
        return task

    @property
    def input_names(self) -> tuple[str, ...]:
        """The columns of the inputs, without blanks around their names."""
        return tuple(name.strip() for name in self.inputs)

    @property
    def target_names(self) -> tuple[str, ...]:
        """The columns of the targets, without blanks around their names."""
        names = (self.target,) if isinstance(self.target, str) else self.target
        return tuple(name.strip() for name in names)


class PointsData(Entry):
    """Points painted by hand, each (x1, x2, label).

    For classification the label is the class's index, a whole number from 0 to 9.
    """

    label: ClassVar[str] = "Painted points"
    advice: ClassVar[str] = "Paint a question of your own: a border to find, an outlier, a gap."
    pitfall: ClassVar[str] = "A handful of points is learned by heart: paint many, and keep some for testing."

    kind: Literal["points"] = "points"
    points: tuple[tuple[Real, Real, Real], ...] = Field(
        default=(), max_length=100_000, description="Each [x1, x2, label]."
    )
    task: Task = Field(
        default="classification",
        validate_default=True,
        title="Task",
        description="Classification tells classes apart; regression predicts numbers.",
    )
    test_fraction: TestFraction = 0.5

    @field_validator("task")
    @classmethod
    def _labels_are_classes(cls, task: Task, info: ValidationInfo) -> Task:
        if task == "classification":
            for index, (_, _, label) in enumerate(info.data.get("points", ())):
                if label not in range(MAX_CLASSES):
                    raise PydanticCustomError(
                        "label",
                        "is classification, but point {index} has the label {label}; classes are whole "
                        "numbers from 0 to {last}",
                        {"index": index, "label": f"{label:g}", "last": MAX_CLASSES - 1},
                    )
        return task

    @property
    def input_names(self) -> tuple[str, ...]:
        """The two coordinates."""
        return ("x1", "x2")

    @property
    def target_names(self) -> tuple[str, ...]:
        """What the third number of a point is."""
        return ("class",) if self.task == "classification" else ("y",)


# For type checkers the union itself; for pydantic the one that names a wrong kind and takes a bare string
if TYPE_CHECKING:
    DataSource = Dataset | CsvData | PointsData
else:
    DataSource = choice((*DATASETS, CsvData, PointsData))
