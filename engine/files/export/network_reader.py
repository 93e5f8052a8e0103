"""A network from its document: what it says is checked as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from engine.catalog.features import parse
from engine.counted import counted
from engine.data import PreparedData
from engine.errors import UnfoldError, WeightsError
from engine.files.export.network_document import NetworkDocument
from engine.files.export.portable import CLASSIFIED, Portable, PortableLayer
from engine.floats import as_float32
from engine.kernels.layout import EPSILON
from engine.output import OutputPlan
from engine.problems import problems_of
from engine.tensors import dense_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.features import Feature
    from engine.files.export.network_document import LayerRecord
    from engine.floats import Floats


def from_document(document: dict[str, Any]) -> Portable:
    """Return the network of a document; of its data there is what it takes to compute.

    Raises
    ------
    WeightsError
        With one sentence for everything that is wrong.
    """
    try:
        record = NetworkDocument.model_validate(document)
    except ValidationError as error:
        raise WeightsError(problems_of(error, document)) from error
    try:
        features = tuple(parse(feature.formula, len(record.inputs)) for feature in record.features)
    except UnfoldError as error:
        raise WeightsError(error.problems) from error
    problems = [*_feature_problems(record, features), *_output_problems(record)]
    layers, width = [], len(features)
    for i, layer in enumerate(record.layers):
        tensors: dict[str, Floats] = {}
        for name, value in layer.tensors.model_dump(by_alias=True, exclude_none=True).items():
            try:
                tensors[name] = as_float32(np.array(value, np.float64))
            except ValueError:
                problems.append(f"layers.{i}.tensors.{name}: must have rows of equal length")
        problems += [f"layers.{i}.{problem}" for problem in _layer_problems(layer, tensors, width)]
        layers.append(
            PortableLayer(layer.activation, tensors, layer.normalization, layer.residual, layer.muted)
        )
        width = layer.units
    if problems:
        raise WeightsError(problems)
    return Portable(
        record.experiment,
        _data(record, features),
        _plan(record),
        tuple(layers),
        {},
        record.epochs,
        record.steps,
    )


def program_of(feature: Feature) -> list[list[Any]]:
    """Return a feature's program as the document has it."""
    return [
        [name, int(value)] if name == "input" else [name, value] if name == "number" else [name]
        for name, value in feature.program
    ]


def _feature_problems(record: NetworkDocument, features: tuple[Feature, ...]) -> Iterator[str]:
    for i, (feature, said) in enumerate(zip(features, record.features, strict=True)):
        if [tuple(step) for step in program_of(feature)] != list(said.program):
            yield f"features.{i}.program: is not that of the formula {feature.text}"
    for i, given in enumerate(record.inputs):
        if given.scale == 0:
            yield f"inputs.{i}.scale: must not be 0"


def _layer_problems(layer: LayerRecord, tensors: dict[str, Floats], inputs: int) -> Iterator[str]:
    shapes = dense_shapes(layer.units, inputs, layer.activation, layer.normalization, layer.residual)
    for name, shape in shapes.items():
        if name not in tensors:
            yield f"tensors.{name}: is missing"
        elif tensors[name].shape != shape:
            yield f"tensors.{name}: must have the shape {shape}, not {tensors[name].shape}"
    for name, tensor in tensors.items():
        if name not in shapes:
            yield f"tensors.{name}: has no place in this layer"
        elif not np.isfinite(tensor).all():
            yield f"tensors.{name}: holds a number that is too large for float32"
    yield from (
        f"muted.{i}: there is no unit {unit}, the layer has {layer.units}"
        for i, unit in enumerate(layer.muted)
        if unit >= layer.units
    )
    if layer.normalization != "none" and layer.epsilon != EPSILON:
        yield f"epsilon: must be {EPSILON:g}"


def _output_problems(record: NetworkDocument) -> Iterator[str]:
    classes, outputs = len(record.classes), len(record.outputs)
    if outputs != record.layers[-1].units:
        yield f"outputs: the last layer has {counted(record.layers[-1].units, 'unit')}, not {outputs}"
    if bool(classes) != (record.experiment.data.task == "classification"):
        yield "classes: do not fit the experiment's task"
    elif classes and outputs != (1 if classes == 2 else classes):
        yield f"classes: {classes} do not fit {counted(outputs, 'output')}"
    is_rescaled = bool(classes) and record.layers[-1].activation.kind not in CLASSIFIED
    if is_rescaled != (record.rescale is not None):
        yield f"rescale: {'is required' if is_rescaled else 'must be null'} with this output"
    if record.rescale is not None and not record.rescale.low < record.rescale.high:
        yield "rescale: low must be less than high"


def _plan(record: NetworkDocument) -> OutputPlan:
    rescale = record.rescale
    rule = record.experiment.training.loss.rule(len(record.classes))
    low, high = (0.0, 1.0) if rescale is None else (rescale.low, rescale.high)
    return OutputPlan(record.layers[-1].activation, rule, low, high)


def _data(record: NetworkDocument, features: tuple[Feature, ...]) -> PreparedData:
    """Return data without a row."""
    outputs = len(record.outputs)
    names = tuple(given.name for given in record.inputs)
    rows, none = np.zeros(0, np.int64), np.zeros((0, len(names)))
    featured = np.zeros((0, len(features)), np.float32)
    targets = rows if record.classes else np.zeros((0, outputs))
    return PreparedData(
        task=record.experiment.data.task,
        input_names=names,
        target_names=tuple(output.name for output in record.outputs),
        classes=record.classes,
        outputs=outputs,
        features=features,
        feature_labels=tuple(feature.label for feature in record.features),
        mean=np.array([given.mean for given in record.inputs]),
        scale=np.array([given.scale for given in record.inputs]),
        extent=tuple((given.low, given.high) for given in record.inputs),
        train_rows=rows,
        test_rows=rows,
        train_inputs=none,
        test_inputs=none,
        train_features=featured,
        test_features=featured,
        train_targets=targets,
        test_targets=targets,
    )
