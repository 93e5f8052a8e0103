"""Edits of the experiment: what an intent of a panel makes of the whole document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from engine.catalog.activations import Auto
from engine.catalog.sources import CsvData
from engine.changes import Change, classify
from engine.data import prepare
from engine.errors import ExperimentError
from engine.problems import problems_of

if TYPE_CHECKING:
    from engine.catalog.sources import DataSource
    from engine.experiment import Experiment, Training


def edited(experiment: Experiment, **changes: Any) -> Experiment:
    """Return a valid experiment with some parts replaced, on data that can be trained on.

    Raises
    ------
    UnfoldError
        With every problem; the edit is to be refused.
    """
    try:
        new: Experiment = experiment.edited(**changes)
    except ValidationError as error:
        raise ExperimentError(problems_of(error, {})) from error
    if _may_lack_data(experiment, new):
        prepare(new.data, new.features, new.seed)
    return new


def with_data(experiment: Experiment, data: DataSource) -> Experiment:
    """Return the experiment on other data; a table of other columns brings all its inputs as features.

    Raises
    ------
    UnfoldError
        Where it cannot be trained on them.
    """
    try:
        new = experiment.with_data(data)
    except ValidationError as error:
        raise ExperimentError(problems_of(error, {})) from error
    if data.input_names != experiment.data.input_names:
        return with_features(new, tuple(f"x{i + 1}" for i in range(len(data.input_names))))
    return edited(new)


def with_features(experiment: Experiment, features: tuple[str, ...]) -> Experiment:
    """Return the experiment with other features; the first layer's residual needs as many as it has units.

    Raises
    ------
    UnfoldError
        Where a formula is not valid or has no value for some sample.
    """
    network = experiment.network
    layers = network.layers
    if layers and layers[0].residual and layers[0].units != len(features):
        network = network.edited(layers=(layers[0].edited(residual=False), *layers[1:]))
    return edited(experiment, features=features, network=network)


def with_training(experiment: Experiment, training: Training) -> Experiment:
    """Return the experiment trained otherwise; an output that the loss cannot take gives way to "auto".

    Raises
    ------
    UnfoldError
        Where the task does not allow it.
    """
    output = experiment.network.output
    needs_probabilities = training.loss.kind == "cross_entropy"
    if needs_probabilities and output.activation.kind not in ("auto", "sigmoid", "softmax"):
        network = experiment.network.edited(output=output.edited(activation=Auto()))
        return edited(experiment, training=training, network=network)
    return edited(experiment, training=training)


def in_steps(old: Experiment, new: Experiment) -> bool:
    """Return whether an edit is of a number that key and wheel change in many small steps."""
    if classify(old, new) is Change.TUNE:
        return True
    return old.data != new.data and old.data.kind == new.data.kind


def _may_lack_data(old: Experiment, new: Experiment) -> bool:
    """Return whether only the data themselves can tell if the edit is possible.

    Inputs as they are always have values, formulas may not.
    """
    same = (new.data, new.features, new.seed) == (old.data, old.features, old.seed)
    plain = {f"x{i + 1}" for i in range(len(new.data.input_names))}
    return not same and (isinstance(new.data, CsvData) or not plain.issuperset(new.features))
