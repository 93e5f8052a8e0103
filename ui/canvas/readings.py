"""The numbers of a neuron or a link in a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ui.canvas.describe import pieces_of
from ui.canvas.spots import Unit, address, is_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.snapshot import Frame
    from ui.canvas.model import Shape
    from ui.canvas.spots import Spot


@dataclass(frozen=True)
class Reading:
    """What a frame tells of a spot; what it does not tell is None.

    ``piece`` is the weighted sum that a link's weight or a neuron's bias is of, ``value`` that number.
    ``gradient`` is the slope of the mean train loss by a link's weight, or the Euclidean norm of the slopes
    by all incoming weights and the bias of a neuron.  ``largest`` is the neuron's largest incoming weight
    with the unit it comes from.  ``mean`` and ``std`` are of its activations over the training points.
    ``activation`` is the neuron's at the probe, ``contribution`` what the link carries there.
    """

    pieces: int = 1
    piece: int = 0
    value: float | None = None
    gradient: float | None = None
    largest: tuple[int, float] | None = None
    mean: float | None = None
    std: float | None = None
    saturated: float | None = None
    dead: bool = False
    activation: float | None = None
    contribution: float | None = None


def read(
    frame: Frame | None, experiment: Experiment, shape: Shape, spot: Spot, piece: int | None = None
) -> Reading:
    """Return what a frame tells of a spot.

    Parameters
    ----------
    frame : Frame or None
        The last one; of one of another shape, on its way while the network was edited, nothing is told.
    piece : int, optional
        Which of several weighted sums (maxout) is meant, by default the one of largest magnitude.
    """
    column, unit = spot[:2]
    pieces = pieces_of(experiment, column)
    if frame is None or not _fits(frame, experiment, shape):
        return Reading(pieces, piece or 0)
    activation = _activation(frame, column, unit)
    if column == 0:
        return Reading(activation=activation)
    units = shape.units[column]
    weight, bias = frame.snapshot.parameters[column - 1]
    numbers = weight if is_link(spot) else bias
    choices = [float(numbers[address(spot, one, units)[1]]) for one in range(pieces)]
    if piece is None or piece >= pieces:
        piece = int(np.argmax(np.abs(choices)))
    value = choices[piece]
    slopes = frame.gradients[column - 1] if frame.gradients is not None else None
    if is_link(spot):
        before = _activation(frame, column - 1, spot[2])
        gradient = float(slopes[0][address(spot, piece, units)[1]]) if slopes is not None else None
        carried = value * before if before is not None else None
        return Reading(pieces, piece, value, gradient, contribution=carried)
    rows = weight[unit::units]
    source = int(np.argmax(np.abs(rows).max(axis=0)))
    largest = source, float(rows[np.argmax(np.abs(rows[:, source])), source])
    statistics = frame.statistics[column - 1] if frame.statistics is not None else None
    told = statistics is not None and len(statistics.saturated) == units
    return Reading(
        pieces,
        piece,
        value,
        _norm(slopes, unit, units) if slopes is not None else None,
        largest,
        float(statistics.means[unit]) if statistics is not None and told else None,
        float(statistics.stds[unit]) if statistics is not None and told else None,
        float(statistics.saturated[unit]) if statistics is not None and told else None,
        bool(statistics.dead[unit]) if statistics is not None and told else False,
        activation,
    )


def activations(frame: Frame | None, shape: Shape, shown: Sequence[range]) -> dict[Unit, float]:
    """Return the activations at the probe of the units in sight of every column.

    There are none without a probe, or of a network of another shape.
    """
    probed = frame.probed if frame is not None else None
    if probed is None or tuple(len(column) for column in probed.activations) != shape.units:
        return {}
    return {
        (column, unit): float(values[unit])
        for column, (values, units) in enumerate(zip(probed.activations, shown, strict=True))
        for unit in units
    }


def _fits(frame: Frame, experiment: Experiment, shape: Shape) -> bool:
    """Return whether the frame's tensors are those of the network that is shown."""
    parameters = frame.snapshot.parameters
    if len(parameters) != len(shape.units) - 1:
        return False
    return all(
        weight.shape == (shape.units[i + 1] * pieces_of(experiment, i + 1), shape.units[i])
        for i, (weight, _) in enumerate(parameters)
    )


def _activation(frame: Frame, column: int, unit: int) -> float | None:
    if frame.probed is None or unit >= len(frame.probed.activations[column]):
        return None
    return float(frame.probed.activations[column][unit])


def _norm(slopes: tuple[Floats, Floats], unit: int, units: int) -> float:
    rows: NDArray[np.float64] = np.concatenate(
        [slopes[0][unit::units].ravel(), slopes[1][unit::units]], dtype=np.float64
    )
    return float(np.linalg.norm(rows))
