"""What the diagram needs to know of an experiment before a first frame has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.features import parse
from engine.catalog.sources import CsvData
from ui.editing.output_choices import class_names
from ui.wording.names import class_label

if TYPE_CHECKING:
    from engine.experiment import Experiment


@dataclass(frozen=True)
class Shape:
    """The columns of the diagram and their names.

    ``classes`` are the names of the classes, empty for a regression; ``outputs`` names the output
    units, empty where there is only one.
    """

    units: tuple[int, ...]
    features: tuple[str, ...]
    classes: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def by_class(self) -> bool:
        """Whether every output unit stands for a class and has its colour."""
        return len(self.classes) > 2


def shape_of(experiment: Experiment, classes: tuple[str, ...] | None = None) -> Shape:
    """Return the diagram's columns; ``classes`` are those of the prepared data, once they are known."""
    names = class_names(experiment) if classes is None else classes
    targets = experiment.data.target_names
    outputs = targets if not names and len(targets) > 1 else ()
    if len(names) > 2:
        outputs = tuple(class_label(name) for name in names)
    inputs = experiment.data.input_names
    shown = inputs if isinstance(experiment.data, CsvData) else ()
    features = tuple(parse(text, len(inputs)).labelled(shown) for text in experiment.features)
    hidden = tuple(layer.units for layer in experiment.network.layers)
    return Shape((len(features), *hidden, len(outputs) or 1), features, names, outputs)


def kept(old: tuple[int, ...], new: tuple[int, ...]) -> tuple[int | None, ...]:
    """Return for every new column the old one whose picture can stand in until the next frame comes.

    Columns are matched from both ends while one was added or removed in between.
    """
    if len(old) == len(new):
        return tuple(range(len(new)))
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter - 1 and old[head] == new[head]:
        head += 1
    result: list[int | None] = [None] * len(new)
    for i in range(head):
        result[i] = i
    for i in range(1, shorter - head + 1):
        result[len(new) - i] = len(old) - i
    return tuple(result)
