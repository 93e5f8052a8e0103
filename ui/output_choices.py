"""Which output activations can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine.catalog.activations import OUTPUT_ACTIVATIONS

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.experiment import Experiment


def output_choices(experiment: Experiment, classes: int) -> tuple[type[Entry], ...]:
    """Return the output activations that go with the loss and the number of classes (0: a regression)."""
    network, loss = experiment.network, experiment.training.loss
    found = []
    for entry in OUTPUT_ACTIVATIONS:
        if entry.key() == "softmax" and classes < 3:
            continue
        if loss.fixed_output and entry.key() not in ("auto", loss.output(classes)):
            continue
        try:
            experiment.edited(network=network.edited(output=network.output.edited(activation=entry.key())))
        except ValidationError:
            continue
        found.append(entry)
    return tuple(found)
