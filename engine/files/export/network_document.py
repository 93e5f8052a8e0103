"""The document ``unfold.network``, version 1: all that ``predict`` computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field, WithJsonSchema

from engine.catalog.activations import ACTIVATIONS, Softmax
from engine.catalog.entry import Count, Entry, Flag, Integer, Part, Range, Real, Text, choice
from engine.catalog.sources import MAX_CLASSES, MAX_COLUMNS
from engine.experiment import MAX_LAYERS, MAX_UNITS, Experiment
from engine.tensors import MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE

if TYPE_CHECKING:
    ActivationChoice = Entry
else:
    ActivationChoice = choice((*ACTIVATIONS, Softmax))

FORMAT = "unfold.network"
VERSION = 1

# Of millions of wrong numbers the first says enough.
Vector = Annotated[tuple[Real, ...], Field(fail_fast=True)]
Matrix = Annotated[tuple[Vector, ...], Field(fail_fast=True)]
Step = Annotated[tuple[Text] | tuple[Text, Real], Field(description='["input", 0] or ["sin"].')]

_EXPERIMENT = {
    "type": "object",
    "description": "What it was trained from, as experiment.schema.json has it; not needed to compute.",
}


class CheckRecord(Part):
    """What came of running the file."""

    text: Text = Field(description="In one sentence.")
    consumer: Text = Field(description="What ran it.")
    difference: Real | None = Field(
        description="Largest difference from Unfold's predictions, relative to the larger of 1 and these."
    )
    points: Count = Field(description="On how many points.")


class InputRecord(Part):
    """A raw input; (x - mean) / scale is what the features are computed from, in float64."""

    name: Text
    mean: Real
    scale: Real
    low: Real = Field(description="Lower end of the interval of interest, raw.")
    high: Real


class FeatureRecord(Part):
    """A formula over the standardized inputs x1, x2, ..., computed in float64 and rounded to float32."""

    formula: Text = Field(description="In Python's notation.")
    label: Text = Field(description="As a textbook prints it.")
    program: Annotated[tuple[Step, ...], Field(fail_fast=True)] = Field(
        max_length=1000,
        description="The same in reverse Polish order: input (counted from 0) and number push a value; "
        "negative and the functions replace the top; add, subtract, multiply, divide, power the top two.",
    )


class TensorsRecord(Part):
    """The numbers of a layer, float32, by PyTorch's names; a matrix is a list of rows, one a sum or unit."""

    model_config = ConfigDict(validate_by_name=False, validate_by_alias=True)

    weight: Matrix = Field(description="(sums, inputs)")
    bias: Vector = Field(description="(sums,)")
    scale: Vector | None = Field(None, alias=SCALE, description="(sums,); of a normalization")
    shift: Vector | None = Field(None, alias=SHIFT, description="(sums,); of a normalization")
    mean: Vector | None = Field(None, alias=MEAN, description="(sums,); of batch normalization")
    variance: Vector | None = Field(None, alias=VARIANCE, description="(sums,); of batch normalization")
    slope: Vector | None = Field(None, alias=SLOPE, description="(units,); trained slopes, of prelu")
    projection: Matrix | None = Field(
        None, alias=PROJECTION, description="(units, inputs); of a residual connection between widths"
    )


class LayerRecord(Part):
    """z = W a + b; z normalized; f(z), with maxout of each unit's largest sum; a residual added; muting."""

    units: Annotated[Integer, Range(1, MAX_UNITS)]
    activation: ActivationChoice = Field(
        description="f; with pieces (maxout) a unit has so many sums, sum i is of unit i % units."
    )
    normalization: Literal["none", "batch", "layer"]
    epsilon: Real = Field(description="Added to the variance in a normalization.")
    residual: Flag = Field(
        description="Whether the layer's input is added, through projection.weight where there is one."
    )
    muted: Annotated[tuple[Count, ...], Field(fail_fast=True)] = Field(
        max_length=MAX_UNITS, description="Units, counted from 0, that hand on 0."
    )
    tensors: TensorsRecord


class OutputRecord(Part):
    """A column of what the network gives."""

    name: Text = Field(description="The class or the target.")
    meaning: Literal["probability", "value"]


class RescaleRecord(Part):
    """Outputs that stand for probabilities: (y - low) / (high - low), cut off at 0 and 1."""

    low: Real
    high: Real


class NetworkDocument(Part):
    """The whole document."""

    format: Literal["unfold.network"]
    version: Literal[1]
    program: Text = Field(description="What wrote it.")
    title: Text
    check: CheckRecord
    epochs: Count = Field(description="How long it was trained.")
    steps: Count
    inputs: tuple[InputRecord, ...] = Field(min_length=1, max_length=MAX_COLUMNS, fail_fast=True)
    features: tuple[FeatureRecord, ...] = Field(min_length=1, max_length=MAX_COLUMNS, fail_fast=True)
    layers: tuple[LayerRecord, ...] = Field(
        min_length=1,
        max_length=MAX_LAYERS + 1,
        fail_fast=True,
        description="Input to output, the output layer last.",
    )
    outputs: tuple[OutputRecord, ...] = Field(min_length=1, max_length=MAX_UNITS, fail_fast=True)
    classes: tuple[Text, ...] = Field(
        max_length=MAX_CLASSES,
        fail_fast=True,
        description="In the order of their indices; of two the one output is the second's. Empty for values.",
    )
    rescale: RescaleRecord | None
    experiment: Annotated[Experiment, WithJsonSchema(_EXPERIMENT)]
