"""What an output layer can be: its classes, and the activations that go with them, as a document tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine.catalog.activations import OUTPUT_ACTIVATIONS
from engine.catalog.sources import CsvData, PointsData
from engine.errors import ExperimentError
from engine.output import fitting_activation

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.experiment import Experiment


def class_names(experiment: Experiment) -> tuple[str, ...]:
    """Return the names of the classes as far as the document alone tells them."""
    data = experiment.data
    if data.task == "regression":
        return ()
    if isinstance(data, PointsData):
        return tuple(str(i) for i in range(int(max((point[2] for point in data.points), default=1)) + 1))
    if isinstance(data, CsvData):
        return ("0", "1")  # what they are stands in the file; the first frame tells
    return tuple(str(i) for i in range(data.classes))


def has_same_classes(old: Experiment, new: Experiment) -> bool:
    """Return whether what a frame told of the classes of one document holds for another."""
    before, after = old.data, new.data
    if before is after:
        return True
    if isinstance(before, CsvData) and isinstance(after, CsvData):
        return (before.path, before.target, before.task) == (after.path, after.target, after.task)
    return before == after


def output_choices(experiment: Experiment, classes: int) -> tuple[type[Entry], ...]:
    """Return the output activations that go with the loss and the number of classes (0: a regression)."""
    network, found = experiment.network, []
    for entry in OUTPUT_ACTIVATIONS:
        if entry.key() == "softmax" and not classes:
            continue
        output = network.output.edited(activation=entry.key())
        try:
            fitting_activation(experiment.edited(network=network.edited(output=output)), classes)
        except (ValidationError, ExperimentError):
            continue
        found.append(entry)
    return tuple(found)
