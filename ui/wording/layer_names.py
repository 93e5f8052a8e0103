"""What layers, their neurons and their inputs are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.catalog.features import parse
from engine.catalog.sources import CsvData
from engine.output import output_activation
from ui.wording.names import class_label

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Layer, Output

translate = QCoreApplication.translate  # by a name that lupdate finds


def layer_titles(experiment: Experiment) -> list[str]:
    """Return the names of the hidden layers and of the output."""
    hidden = [
        translate("LayerNames", "Layer {number}").format(number=i + 1)
        for i in range(len(experiment.network.layers))
    ]
    return [*hidden, translate("LayerNames", "Output")]


def layer_of(experiment: Experiment, layer: int) -> Layer | Output:
    """Return a layer of the document, the output after the last hidden one."""
    hidden = experiment.network.layers
    return hidden[layer] if layer < len(hidden) else experiment.network.output


def unit_titles(experiment: Experiment, layer: int, count: int, classes: tuple[str, ...]) -> list[str]:
    """Return the names of a layer's units.

    Parameters
    ----------
    experiment : Experiment
        The document.
    layer : int
        The layer, the output after the last hidden one.
    count : int
        How many units it has.
    classes : tuple of str
        The names of the classes, empty for a regression.
    """
    if layer < len(experiment.network.layers):
        return [translate("LayerNames", "neuron {number}").format(number=i + 1) for i in range(count)]
    targets = experiment.data.target_names
    if count == len(classes):
        return [class_label(name) for name in classes]
    if count == len(targets) and count > 1:
        return list(targets)
    return [translate("LayerNames", "output")] * count


def input_titles(experiment: Experiment, layer: int) -> list[str]:
    """Return the names of what goes into a layer: features, or the neurons of the layer before."""
    if layer:
        before = experiment.network.layers[layer - 1].units
        return unit_titles(experiment, layer - 1, before, ())
    inputs = experiment.data.input_names
    shown = inputs if isinstance(experiment.data, CsvData) else ()
    return [parse(text, len(inputs)).labelled(shown) for text in experiment.features]


def activation_of(experiment: Experiment, layer: int, classes: int) -> Entry:
    """Return the activation of a layer; of the output what "auto" stands for with so many classes."""
    hidden = experiment.network.layers
    return hidden[layer].activation if layer < len(hidden) else output_activation(experiment, classes)
