"""Edits of the experiment: what an intent of a panel makes of the whole document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from engine.catalog.activations import Auto
from engine.catalog.sources import CsvData
from engine.changes import Change, classify
from engine.data import prepare
from engine.errors import ExperimentError
from engine.output import plan_output
from engine.problems import problems_of

if TYPE_CHECKING:
    from engine.catalog.sources import DataSource
    from engine.experiment import Experiment, Network, Training


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
    if _asks_the_data(experiment, new):
        plan_output(new, prepare(new.data, new.features, new.seed))
    return new


def with_data(experiment: Experiment, data: DataSource) -> Experiment:
    """Return the experiment on other data; a table of other columns brings all its inputs as features.

    What was said of the output layer gives way where it does not fit the classes.

    Raises
    ------
    UnfoldError
        Where it cannot be trained on them.
    """
    try:
        new = experiment.with_data(data)
    except ValidationError as error:
        raise ExperimentError(problems_of(error, {})) from error
    features = new.features
    if data.input_names != experiment.data.input_names:
        features = tuple(f"x{i + 1}" for i in range(len(data.input_names)))
    return _giving_way(experiment, new.network, new.training, data=data, features=features)


def with_features(experiment: Experiment, features: tuple[str, ...]) -> Experiment:
    """Return the experiment with other features.

    Raises
    ------
    UnfoldError
        Where a formula is not valid or has no value for some sample.
    """
    return edited(experiment, features=features)


def with_training(experiment: Experiment, training: Training) -> Experiment:
    """Return the experiment trained otherwise; an output that the loss cannot take gives way to "auto".

    Raises
    ------
    UnfoldError
        Where the task or the data do not allow it.
    """
    return _giving_way(experiment, experiment.network, training)


def in_steps(old: Experiment, new: Experiment) -> bool:
    """Return whether an edit is of a number that key and wheel change in many small steps."""
    if classify(old, new) is Change.TUNE:
        return True
    return old.data != new.data and old.data.kind == new.data.kind


def _giving_way(experiment: Experiment, network: Network, training: Training, **more: Any) -> Experiment:
    """Return the edited experiment, without what the problems found say of the output layer."""
    while True:
        try:
            return edited(experiment, network=network, training=training, **more)
        except ExperimentError as error:
            before = network, training
            for problem in error.problems:
                network, training = _without(problem.split(":")[0], network, training)
            if (network, training) == before:
                raise


def _without(path: str, network: Network, training: Training) -> tuple[Network, Training]:
    """Return both parts without what stands at a path, where it is of the output layer."""
    output, loss = network.output, training.loss
    match path.split("."):
        case ["network", "output", "activation"]:
            output = output.edited(activation=Auto())
        case ["network", "output", "frozen_weights" | "muted_weights" as links, *_]:
            output = output.edited(**{links: ()})
        case ["training", "loss", "class_weights"]:
            loss = loss.edited(class_weights=())
    return network.edited(output=output), training.edited(loss=loss)


def _asks_the_data(old: Experiment, new: Experiment) -> bool:
    """Return whether only the data themselves can tell if the edit is possible.

    Inputs as they are always have values, formulas may not.  Which classes and targets there are matters
    to another loss, and of other data to every one.
    """
    if type(new.training.loss) is not type(old.training.loss):
        return True
    if (new.data, new.features, new.seed) == (old.data, old.features, old.seed):
        return False
    plain = {f"x{i + 1}" for i in range(len(new.data.input_names))}
    return (
        isinstance(new.data, CsvData)
        or not plain.issuperset(new.features)
        or classify(old, new) is Change.REBUILD
        or new.training.loss.lowest_target is not None
    )
