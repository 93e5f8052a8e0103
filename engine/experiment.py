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

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Activation, Auto, Tanh
from engine.catalog.datasets import Circle
from engine.catalog.entry import Entry, Flag, Integer, Part, Range, Real, Text, choice
from engine.catalog.features import parse as parse_feature
from engine.catalog.initializers import INITIALIZERS, GlorotUniform, Initializer
from engine.catalog.losses import LOSSES, CrossEntropy, Loss, Mse
from engine.catalog.optimizers import OPTIMIZERS, Adam, Optimizer
from engine.catalog.regularizers import REGULARIZERS, NoRegularizer, Regularizer
from engine.catalog.schedules import SCHEDULES, Constant, Schedule
from engine.catalog.sources import CsvData, DataSource
from engine.errors import DataError, ExperimentError
from engine.files.json_document import FORMAT, VERSION, current, read_document, write_document
from engine.problems import problems_of

MAX_LAYERS = 16
MAX_UNITS = 1024
MAX_BATCH = 1_000_000

if TYPE_CHECKING:
    ActivationChoice = Activation
    OutputActivationChoice = Entry
    InitializerChoice = Initializer
    LossChoice = Loss
    OptimizerChoice = Optimizer
    RegularizerChoice = Regularizer
    ScheduleChoice = Schedule
else:
    ActivationChoice = choice(ACTIVATIONS)
    OutputActivationChoice = choice(OUTPUT_ACTIVATIONS)
    InitializerChoice = choice(INITIALIZERS)
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


class Layer(Part):
    """A hidden dense layer."""

    units: Annotated[Integer, Range(1, MAX_UNITS)] = Field(8, description="Neurons in this layer.")
    activation: ActivationChoice = Field(Tanh(), description="What each unit does with its weighted sum.")
    initializer: InitializerChoice = Field(GlorotUniform(), description="Where the weights and biases start.")
    dropout: Annotated[Real, Range(0.0, 0.9)] = Field(
        0.0, description="Share of this layer's outputs set to zero at random in every training step."
    )
    normalization: Literal["none"] = Field("none", description="Normalization of the weighted sums.")
    residual: Flag = Field(False, description="Add the layer's input to its output; needs equal widths.")


class Output(Part):
    """The output layer; how many units it has follows from the data."""

    activation: OutputActivationChoice = Field(Auto(), description="What the output units do.")
    initializer: InitializerChoice = Field(GlorotUniform(), description="Where the weights and biases start.")


class Network(Part):
    """Hidden layers from input to output, and the output layer."""

    layers: Annotated[tuple[Layer, ...], Field(max_length=MAX_LAYERS)] = (Layer(units=4), Layer(units=2))
    output: Output = Output()


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
        loss, output = self.training.loss, self.network.output.activation
        if self.data.task not in loss.tasks:
            found.append(f"training.loss: {loss.kind} needs classes, but the data are a regression; use mse")
        elif self.data.task == "regression" and output.kind == "softmax":
            found.append("network.output.activation: softmax needs classes, not a regression; use auto")
        elif loss.kind == "cross_entropy" and output.kind not in ("auto", "sigmoid", "softmax"):
            found.append(
                "network.output.activation: cross_entropy needs probabilities, "
                f"which {output.kind} does not give; use auto"
            )
        width = len(self.features)
        for i, layer in enumerate(self.network.layers):
            if layer.residual and layer.units != width:
                found.append(
                    f"network.layers.{i}.residual: needs as many units as the layer before it "
                    f"({width}), not {layer.units}"
                )
            width = layer.units
        return found

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
        if isinstance(experiment.data, CsvData):
            table = os.path.abspath(path.parent / experiment.data.path)
            experiment = experiment.edited(data=experiment.data.edited(path=table))
        return experiment

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

    def with_data(self, data: Any) -> Experiment:
        """Return this experiment on other data, changing only what could not stay.

        Features of inputs that are gone are dropped, a loss or an output activation that is not defined
        for the new task gives way to its default, and a first layer that no longer has as many units as
        there are features loses its residual connection.
        """
        width = len(data.input_names)
        features = tuple(text for text in self.features if _is_feature(text, width)) if width > 1 else ()
        training, network = self.training, self.network
        if data.task != self.data.task:
            training = training.edited(loss=CrossEntropy() if data.task == "classification" else Mse())
            network = network.edited(output=network.output.edited(activation=Auto()))
        first, *others = network.layers or (Layer(),)
        if first.residual and first.units != (len(features) or width):
            network = network.edited(layers=(first.edited(residual=False), *others))
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


__all__ = ["FORMAT", "VERSION", "Experiment", "Layer", "Network", "Output", "Training"]
