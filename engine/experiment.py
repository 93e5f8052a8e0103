"""The document: one frozen, validated description of everything a run depends on.

The format is JSON, version 1.  Every key but ``format`` and ``version`` may be left out; wherever an
object with ``kind`` is expected, a bare string means that kind with its defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine.architecture import MAX_LAYERS, MAX_UNITS, Layer, Network, Output
from engine.catalog.activations import Auto
from engine.catalog.datasets import Circle
from engine.catalog.entry import Flag, Integer, Part, Range, Real, Text, choice
from engine.catalog.features import parse as parse_feature
from engine.catalog.losses import LOSSES, CrossEntropy, Loss, Mse
from engine.catalog.optimizers import OPTIMIZERS, Adam, Optimizer
from engine.catalog.regularizers import REGULARIZERS, NoRegularizer, Regularizer
from engine.catalog.schedules import SCHEDULES, Constant, Schedule
from engine.catalog.sources import CsvData, DataSource
from engine.errors import DataError, ExperimentError
from engine.files.json_document import FORMAT, VERSION, current, read_document, write_document
from engine.problems import problems_of
from engine.view import View

MAX_BATCH = 1_000_000

if TYPE_CHECKING:
    LossChoice = Loss
    OptimizerChoice = Optimizer
    RegularizerChoice = Regularizer
    ScheduleChoice = Schedule
else:
    LossChoice = choice(LOSSES)
    OptimizerChoice = choice(OPTIMIZERS)
    RegularizerChoice = choice(REGULARIZERS)
    ScheduleChoice = choice(SCHEDULES)


def _check_batch_size(value: Any) -> Any:
    if value == "full" or (
        isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_BATCH
    ):
        return value
    raise PydanticCustomError(
        "batch_size", 'must be a whole number between 1 and {most}, or "full"', {"most": str(MAX_BATCH)}
    )


def _check_features(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) < len(value):
        raise PydanticCustomError("features", "names a feature twice")
    return value


BatchSize = Annotated[
    int | Literal["full"],
    PlainValidator(_check_batch_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": MAX_BATCH}, {"const": "full"}]}),
]


class Stopping(Part):
    """When training ends by itself; what is null never ends it."""

    epochs: Annotated[Integer, Range(1, 10_000_000, "log", 1)] | None = Field(
        None, description="After so many epochs."
    )
    loss: Annotated[Real, Range(0.0, 1e6, "log")] | None = Field(
        None, description="When the train loss has come down to this."
    )
    seconds: Annotated[Real, Range(0.001, 1e6, "log")] | None = Field(
        None, description="After so many seconds of training."
    )
    patience: Annotated[Integer, Range(1, 1_000_000, "log", 1)] | None = Field(
        None,
        description="Early stopping: after so many epochs without a lower test loss (without a test split: "
        "train loss).",
    )
    restore_best: Flag = Field(
        True, description="Early stopping takes the parameters of the epoch with the lowest loss back."
    )


class Training(Part):
    """How the network learns."""

    loss: LossChoice = Field(
        CrossEntropy(), description="Left out: cross_entropy for classes, mse for values."
    )
    optimizer: OptimizerChoice = Field(Adam(learning_rate=0.01), description="How a gradient becomes a step.")
    schedule: ScheduleChoice = Field(Constant(), description="How the learning rate changes.")
    regularizer: RegularizerChoice = Field(NoRegularizer(), description="A penalty on the weights.")
    batch_size: BatchSize = Field(10, description='Samples of one step, or "full" for all of them.')
    shuffle: Flag = Field(True, description="Draw a new order of the samples in every epoch.")
    gradient_clip: Annotated[Real, Range(1e-6, 1e6, "log")] | None = Field(
        None, description="Largest Euclidean norm of the whole gradient; longer ones are scaled down to it."
    )
    gradient_clip_value: Annotated[Real, Range(1e-6, 1e6, "log")] | None = Field(
        None, description="Largest magnitude of each number of the gradient; larger ones are cut off."
    )
    input_noise: Annotated[Real, Range(0.0, 10.0)] = Field(
        0.0, description="Standard deviation of noise that is added to the features in every training step."
    )
    stop: Stopping = Field(Stopping(), description="When training ends by itself.")


class Experiment(Part):
    """Everything a run depends on.

    Raises
    ------
    pydantic.ValidationError
        From the constructor and ``model_validate_json``, where something is not valid.
    """

    format: Literal["unfold.experiment"] = "unfold.experiment"
    version: Literal[1] = 1
    title: Annotated[Text, Field(max_length=200)] = "Untitled"
    seed: Annotated[Integer, Range(0, 2**32 - 1)] = Field(
        0, description="All randomness of a run follows from it."
    )
    data: DataSource = Circle()
    features: Annotated[tuple[Text, ...], Field(max_length=1000), AfterValidator(_check_features)] = Field(
        (), description="Formulas over the inputs. Left out or empty: every input as it is."
    )
    network: Network = Network()
    training: Training = Training()
    view: View = Field(View(), description="How it is shown; nothing of it touches training.")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any, info: ValidationInfo) -> Any:
        """JSON text must say what it is; Python callers need not repeat it."""
        if info.mode == "json" and isinstance(value, dict):
            try:
                return current(value)
            except ExperimentError as error:
                raise PydanticCustomError("experiment", "{text}", {"text": str(error)}) from error
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Fill in what follows from the data, then check what no single field can know."""
        if not self.features:
            inputs = tuple(f"x{i + 1}" for i in range(len(self.data.input_names)))
            object.__setattr__(self, "features", inputs)
        if "loss" not in self.training.model_fields_set and self.data.task == "regression":
            object.__setattr__(self, "training", self.training.edited(loss=Mse()))
        problems = self._problems()
        if problems:
            raise PydanticCustomError("experiment", "{text}", {"text": "\n".join(problems)})
        return self

    def _problems(self) -> list[str]:
        """Return a sentence for everything that does not fit together."""
        found = []
        for i, text in enumerate(self.features):
            try:
                parse_feature(text, len(self.data.input_names))
            except DataError as error:
                found += [f"features.{i}: {problem}" for problem in error.problems]
        found += self._output_problems()
        rates, optimizer = self.training.regularizer.rates(), self.training.optimizer
        if optimizer.full_batch and (rates.shrink or rates.decay or rates.limit):
            found.append(
                f"training.regularizer: {optimizer.kind} needs a penalty with a slope everywhere, "
                f"not {self.training.regularizer.kind}; use l2 or none"
            )
        return found + self.network.problems(len(self.features))

    def _output_problems(self) -> list[str]:
        """Return what the loss, the task and the output's activation have against each other."""
        loss, output = self.training.loss, self.network.output.activation
        regression = self.data.task == "regression"
        if self.data.task not in loss.tasks:
            needed = (
                "classes, but the data are a regression" if regression else "values, but the data are classes"
            )
            default = "mse" if regression else "cross_entropy"
            return [f"training.loss: {loss.kind} needs {needed}; use {default}"]
        if regression and output.kind == "softmax":
            return ["network.output.activation: softmax needs classes, not a regression; use auto"]
        allowed = {loss.output(classes) for classes in ((0,) if regression else (2, 3))}
        if loss.fixed_output and output.kind not in ("auto", *allowed):
            return [
                f"network.output.activation: {loss.kind} needs {' or '.join(sorted(allowed))}, "
                f"not {output.kind}; use auto"
            ]
        return []

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Experiment:
        """Validate a plain document of the current version.

        Raises
        ------
        ExperimentError
            With one sentence for every problem, each beginning with its path.
        """
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise ExperimentError(problems_of(error, document)) from error

    @classmethod
    def load(cls, path: str | Path) -> Experiment:
        """Read an experiment file; a relative path of its data becomes absolute.

        Raises
        ------
        ExperimentError
            Where the file cannot be read or is not a valid experiment of this version.
        """
        path = Path(path)
        document = read_document(path)
        try:
            experiment = cls.parse(document)
        except ExperimentError as error:
            raise ExperimentError(f"{path.name}: {problem}" for problem in error.problems) from error
        return experiment.located(path.parent)

    def located(self, folder: Path) -> Experiment:
        """Return it with the relative path of its data, which is relative to a folder, made absolute."""
        if not isinstance(self.data, CsvData):
            return self
        table = os.path.abspath(folder / self.data.path)
        return self.edited(data=self.data.edited(path=table))

    def save(self, path: str | Path) -> None:
        """Write an experiment file atomically; the data's path becomes relative to it.

        Raises
        ------
        OSError
            Where the file cannot be written; an existing file is then unchanged.
        """
        path = Path(path)
        write_document(self.document(path.parent), path)

    def document(self, folder: Path | None = None) -> dict[str, Any]:
        """Return the plain JSON document, with the data's path relative to ``folder`` where one is given."""
        document = self.model_dump(mode="json")
        if isinstance(self.data, CsvData) and folder is not None:
            document["data"]["path"] = _relative(self.data.path, folder)
        return document

    def edited(self, **changes: Any) -> Self:
        """Return a validated copy with some fields replaced.

        What the network says of units, links and inputs that are gone is dropped.
        """
        if {"network", "features", "data"} & changes.keys():
            new = {**dict(self), **changes}
            if isinstance(new["network"], Network):
                changes["network"] = new["network"].fitted(
                    len(new["features"]) or len(new["data"].input_names)
                )
        return super().edited(**changes)

    def with_data(self, data: Any) -> Experiment:
        """Return this experiment on other data, changing only what could not stay.

        Features of inputs that are gone are dropped, a loss or an output activation that is not defined
        for the new task gives way to its default.
        """
        width = len(data.input_names)
        features = tuple(text for text in self.features if _is_feature(text, width)) if width > 1 else ()
        training, network = self.training, self.network
        if data.task != self.data.task:
            training = training.edited(loss=CrossEntropy() if data.task == "classification" else Mse())
            network = network.edited(output=network.output.edited(activation=Auto()))
        return self.edited(data=data, features=features, training=training, network=network)


def _is_feature(text: str, inputs: int) -> bool:
    try:
        parse_feature(text, inputs)
    except DataError:
        return False
    return True


def _relative(path: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive on Windows
        return path


__all__ = [
    "FORMAT",
    "MAX_LAYERS",
    "MAX_UNITS",
    "VERSION",
    "Experiment",
    "Layer",
    "Network",
    "Output",
    "Stopping",
    "Training",
    "View",
]
