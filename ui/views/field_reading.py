"""What the field says in words and numbers: under the pointer, and at the probe point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from ui.views.projection import classes_shown, is_output
from ui.wording.names import class_label, coordinate, input_name, plain_number

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from engine.floats import Floats
    from engine.snapshot import Frame, Probed
    from ui.views.placement import Placement


translate = QCoreApplication.translate  # by a name that lupdate finds


class Answer(NamedTuple):
    """One number of the network's answer; ``symbol`` is the index of the class or curve."""

    name: str
    number: str
    symbol: int | None
    is_best: bool


def coordinates(frame: Frame, placement: Placement, inputs: tuple[float, ...]) -> tuple[str, ...]:
    """Return the inputs that span the field, each as its name and number."""
    names = frame.data.input_names
    return tuple(
        f"{input_name(names[axis])} {coordinate(inputs[axis], high - low)}"
        for axis, (low, high) in zip(placement.axes, placement.extent, strict=True)
    )


def reading(frame: Frame, placement: Placement, pointer: QPointF) -> str:
    """Return what stands under the pointer: the inputs and the field's value there; empty beside it."""
    area = placement.area
    across = (pointer.x() - area.left()) / area.width()
    down = (pointer.y() - area.top()) / area.height()
    if not (0 <= across < 1 and 0 <= down < 1):
        return ""
    rows, columns = frame.field.shape[1:]
    values = frame.field[:, int(down * rows), int(across * columns)]
    inputs = placement.at(pointer, (0.0,) * len(frame.data.input_names))
    return "   ".join((*coordinates(frame, placement, inputs), _likeliest(frame, values)))


def _likeliest(frame: Frame, values: Floats) -> str:
    if not classes_shown(frame):
        name = frame.data.target_names[0] if is_output(frame) else translate("FieldReading", "value")
        return f"{name} {plain_number(float(values[0]))}"
    shares = _shares(values)
    best = int(np.argmax(shares))
    return f"{class_label(frame.data.classes[best])} {percent(shares[best])}"


def answers(frame: Frame, probed: Probed) -> tuple[Answer, ...]:
    """Return what the network says at the probe point, or what the neuron does that the field shows."""
    shown = frame.request.shown
    if shown is not None:
        layer, unit = shown
        if layer < len(probed.activations) and unit < len(probed.activations[layer]):
            value = float(probed.activations[layer][unit])
            return (Answer(translate("FieldReading", "activation"), plain_number(value), None, False),)
        return ()
    if not frame.data.classes:
        names, values = frame.data.target_names, probed.prediction.tolist()
        has_curves = frame.field.shape[1] == 1 and len(values) > 1  # each in a colour of its own
        return tuple(
            Answer(name, plain_number(value), i if has_curves else None, False)
            for i, (name, value) in enumerate(zip(names, values, strict=False))
        )
    shares = _shares(probed.prediction)
    best = int(np.argmax(shares))
    return tuple(
        Answer(class_label(name), percent(share), i, i == best)
        for i, (name, share) in enumerate(zip(frame.data.classes, shares, strict=False))
    )


def told(frame: Frame, placement: Placement, probed: Probed) -> str:
    """Return all of that as one sentence."""
    where = ", ".join(coordinates(frame, placement, probed.inputs))
    what = ", ".join(f"{answer.name} {answer.number}" for answer in answers(frame, probed))
    return translate("FieldReading", "Probe point at {where}: {what}").format(where=where, what=what)


def percent(share: float) -> str:
    """Write a probability."""
    return f"{100 * share:.1f} %" if math.isfinite(share) else "NaN"


def _shares(values: Floats) -> list[float]:
    """Return the probability of every class; of two classes the field has that of the second."""
    found: list[float] = values.tolist()
    return [1 - found[0], found[0]] if len(found) == 1 else found
