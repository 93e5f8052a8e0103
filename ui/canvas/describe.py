"""What the card beside a neuron or a link says; all numbers come from the last frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from ui.canvas.model import resolved_output
from ui.texts import catalog

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment
    from ui.canvas.model import Shape

    Parameters = tuple[NDArray[np.float32], NDArray[np.float32]]


translate = QCoreApplication.translate  # by a name that lupdate finds


@dataclass(frozen=True)
class Description:
    """A title, a formula, and named values."""

    title: str
    formula: str
    values: tuple[tuple[str, str], ...] = ()


def number(value: float) -> str:
    """Write a weight with three decimals, with a real minus sign."""
    if not np.isfinite(value):
        return "NaN"
    if value != 0 and not 0.0005 <= abs(value) < 10_000:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


def unit_name(shape: Shape, layer: int, unit: int) -> str:
    """Return how a unit is called: its layer and its number, its feature, or its class."""
    if layer == 0:
        return translate("Describe", "Input {name}").format(name=shape.features[unit])
    if layer == len(shape.units) - 1:
        if not shape.outputs:
            return translate("Describe", "Output")
        return translate("Describe", "Output · {name}").format(name=shape.outputs[unit])
    return translate("Describe", "Layer {layer} · neuron {unit}").format(layer=layer, unit=unit + 1)


def formula_of(experiment: Experiment, shape: Shape, layer: int) -> str:
    """Return what the units of a layer compute, e.g. tanh(w·a + b)."""
    if layer == 0:
        return translate("Describe", "a feature: the same for every network")
    hidden = experiment.network.layers
    entry: type[Entry]
    if layer <= len(hidden):
        entry = type(hidden[layer - 1].activation)
    else:
        entry = resolved_output(experiment, len(shape.classes))
    inner = "w·a + b"
    own = hidden[layer - 1] if layer <= len(hidden) else None
    if own is not None and own.normalization != "none":
        inner = f"{own.normalization} norm({inner})"
    if entry.key() == "linear":
        text = inner
    else:
        label = catalog(entry.label)
        # Names with capitals inside (ReLU) stay; others read as functions (tanh).
        text = f"{label if label[1:] != label[1:].lower() else label.lower()}({inner})"
    if own is None or not own.residual:
        return text
    return f"{'a' if shape.units[layer - 1] == own.units else 'p·a'} + {text}"


def pieces_of(experiment: Experiment, layer: int) -> int:
    """Return how many weights a link into a layer has: with maxout several."""
    hidden = experiment.network.layers
    return hidden[layer - 1].activation.sums_per_unit() if 0 < layer <= len(hidden) else 1


def describe_unit(
    experiment: Experiment, shape: Shape, layer: int, unit: int, parameters: Parameters | None
) -> Description:
    """Return what to say of a unit; ``parameters`` are its layer's (weight, bias), None before a frame."""
    values: list[tuple[str, str]] = []
    if layer > 0 and parameters is not None and unit < len(parameters[1]):
        weight, bias = parameters
        values.append((translate("Describe", "bias"), number(float(bias[unit]))))
        row = weight[unit]
        if len(row):
            strongest = int(np.argmax(np.abs(row)))
            source = (
                shape.features[strongest]
                if layer == 1 and strongest < len(shape.features)
                else str(strongest + 1)
            )
            name = translate("Describe", "largest weight, from {name}").format(name=source)
            values.append((name, number(float(row[strongest]))))
    return Description(unit_name(shape, layer, unit), formula_of(experiment, shape, layer), tuple(values))


def describe_link(
    shape: Shape, layer: int, target: int, source: int, parameters: Parameters | None, pieces: int = 1
) -> Description:
    """Return what to say of the link from a unit of the layer before to a unit of ``layer``.

    Of the weights of several pieces ``parameters`` hold the largest.
    """
    title = f"{_unit(shape, layer - 1, source)} → {_unit(shape, layer, target)}"
    place = translate("Describe", "from {before} to {layer}").format(
        before=_layer(shape, layer - 1), layer=_layer(shape, layer)
    )
    if parameters is None or target >= parameters[0].shape[0] or source >= parameters[0].shape[1]:
        return Description(title, place)
    weight = number(float(parameters[0][target, source]))
    name = translate("Describe", "weight")
    if pieces > 1:
        name = translate("Describe", "largest weight of {count} pieces").format(count=pieces)
    return Description(title, place, ((name, weight),))


def _unit(shape: Shape, layer: int, unit: int) -> str:
    if layer == 0:
        return shape.features[unit]
    if layer == len(shape.units) - 1:
        return shape.outputs[unit] if shape.outputs else translate("Describe", "output")
    return translate("Describe", "neuron {number}").format(number=unit + 1)


def _layer(shape: Shape, layer: int) -> str:
    if layer == 0:
        return translate("Describe", "the inputs")
    if layer == len(shape.units) - 1:
        return translate("Describe", "the output")
    return translate("Describe", "layer {number}").format(number=layer)
