"""What the card beside a neuron or a link says, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from ui.canvas.spots import is_link
from ui.wording.layer_names import activation_of
from ui.wording.names import plain_number
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from ui.canvas.model import Shape
    from ui.canvas.readings import Reading
    from ui.canvas.spots import Spot


Row = tuple[tuple[str, str], ...]

translate = QCoreApplication.translate  # by a name that lupdate finds


@dataclass(frozen=True)
class Description:
    """A title, a formula, and rows of one or two named values."""

    title: str
    formula: str
    rows: tuple[Row, ...] = ()

    @property
    def values(self) -> Row:
        """All named values in the order they are read."""
        return tuple(pair for row in self.rows for pair in row)


def number(value: float) -> str:
    """Write a weight with three decimals, with a real minus sign."""
    if not np.isfinite(value):
        return "NaN"
    if value != 0 and not 0.0005 <= abs(value) < 10_000:
        return _power(value)
    return f"{value:.3f}".replace("-", "−")


def slope(value: float) -> str:
    """Write a gradient with two digits: what counts is its order of magnitude."""
    if not np.isfinite(value):
        return "NaN"
    if value != 0 and not 0.01 <= abs(value) < 100:
        return _power(value)
    return f"{value:.2f}".replace("-", "−")


def short(value: float) -> str:
    """Write an activation in the room of a tile: two decimals, or three digits where it is large."""
    if np.isfinite(value) and abs(value) < 100:
        return f"{value:.2f}".replace("-", "−")
    return plain_number(value)


def _power(value: float) -> str:
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}e{int(power)}".replace("-", "−")


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
    entry = activation_of(experiment, layer - 1, len(shape.classes))
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


def describe(experiment: Experiment, shape: Shape, spot: Spot, reading: Reading) -> Description:
    """Return what to say of a neuron or a link."""
    if is_link(spot):
        return _link(shape, spot, reading)
    return _neuron(experiment, shape, spot, reading)


def _neuron(experiment: Experiment, shape: Shape, spot: Spot, reading: Reading) -> Description:
    column, unit = spot[:2]
    rows: list[Row] = []
    if reading.value is not None:
        rows.append(((_of_piece(translate("Describe", "bias"), reading), number(reading.value)),))
        if reading.gradient is not None:
            rows[0] += ((translate("Describe", "|grad|"), slope(reading.gradient)),)
    if reading.mean is not None and reading.std is not None:
        spread = translate("Describe", "{mean} ± {std}").format(
            mean=short(reading.mean), std=short(reading.std)
        )
        rows.append(((translate("Describe", "activation"), spread),))
    if reading.saturated is not None:
        if reading.dead:
            rows.append(((translate("Describe", "dead"), translate("Describe", "no gradient passes")),))
        else:
            share = f"{100 * reading.saturated:.0f} %"
            rows.append(((translate("Describe", "saturated"), share),))
    if reading.activation is not None:
        rows.append(((translate("Describe", "at the probe"), number(reading.activation)),))
    if reading.largest is not None:
        source, weight = reading.largest
        name = shape.features[source] if column == 1 else str(source + 1)
        text = translate("Describe", "largest weight, from {name}").format(name=name)
        rows.append(((text, number(weight)),))
    return Description(unit_name(shape, column, unit), formula_of(experiment, shape, column), tuple(rows))


def _link(shape: Shape, spot: Spot, reading: Reading) -> Description:
    place = translate("Describe", "from {before} to {layer}").format(
        before=_layer(shape, spot[0] - 1), layer=_layer(shape, spot[0])
    )
    rows: list[Row] = []
    if reading.value is not None:
        rows.append(((_of_piece(translate("Describe", "weight"), reading), number(reading.value)),))
        if reading.gradient is not None:
            rows[0] += ((translate("Describe", "gradient"), slope(reading.gradient)),)
    if reading.contribution is not None:
        rows.append(((translate("Describe", "carries at the probe, w·a"), number(reading.contribution)),))
    return Description(link_name(shape, spot), place, tuple(rows))


def _of_piece(name: str, reading: Reading) -> str:
    if reading.pieces == 1:
        return name
    return translate("Describe", "{name}, piece {number}").format(name=name, number=reading.piece + 1)


def link_name(shape: Shape, spot: Spot) -> str:
    """Return how a link is called: the two neurons it joins."""
    return f"{_unit(shape, spot[0] - 1, spot[-1])} → {_unit(shape, spot[0], spot[1])}"


def spot_name(shape: Shape, spot: Spot) -> str:
    """Return how a neuron or a link is called within a sentence, as in "Mute neuron 3 in layer 1"."""
    last = len(shape.units) - 1
    name = link_name(shape, spot) if is_link(spot) else _unit(shape, spot[0], spot[1])
    if spot[0] in (0, last):
        return name
    return translate("Describe", "{name} in {layer}").format(name=name, layer=_layer(shape, spot[0]))


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


def freeze_text(link: bool) -> str:
    """Return what freezing a link's weight or a neuron's weights means."""
    if link:
        return translate("Describe", "Training leaves this weight as it is.")
    return translate(
        "Describe",
        "Training leaves all incoming weights as they are. The bias still learns: only freezing the whole "
        "layer holds its biases too.",
    )


def mute_text(link: bool) -> str:
    """Return what muting a link or a neuron means."""
    if link:
        return translate(
            "Describe", "The link carries nothing; its weight is kept for when it is heard again."
        )
    return translate("Describe", "The neuron's output counts as zero, as if it were not there.")


def redraw_text(link: bool) -> str:
    """Return what re-initialising a link's weight or a neuron means."""
    if link:
        return translate("Describe", "Draws the weight anew as the layer's initializer says.")
    return translate(
        "Describe", "Draws the incoming weights and the bias anew as the layer's initializer says."
    )
