"""Frozen results that may cross a thread: values and read-only arrays, nothing that changes later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Bytes, Floats


@dataclass(frozen=True)
class Divergence:
    """Training that left the finite numbers: where it was stopped, and what a user can do.

    The parameters kept are those of ``step``, the last with finite losses and parameters.
    """

    epoch: int
    step: int
    reason: str


@dataclass(frozen=True)
class Finish:
    """A run that a stop rule has ended.

    ``rule`` is the field of ``training.stop`` that did, ``restored`` the epoch whose parameters were taken
    back, if any.
    """

    rule: str
    epoch: int
    step: int
    reason: str
    restored: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The state of a training run between two steps.

    ``epoch`` counts whole passes over the training rows, ``step`` parameter updates.  ``losses`` and
    ``metrics`` have the keys "train" and, with a test split, "test"; both are computed over all rows of
    that part, without dropout, regularization not included.  ``parameters`` are read-only float32
    (weight (out, in), bias (out,)) a layer, input to output; ``tensors`` all that a layer has learned, by
    name (see ``engine.tensors``).  ``learning_rate`` is that of the next step.
    """

    epoch: int
    step: int
    losses: Mapping[str, float]
    metrics: Mapping[str, Mapping[str, float]]
    parameters: tuple[tuple[Floats, Floats], ...]
    diverged: Divergence | None = None
    finished: Finish | None = None
    tensors: tuple[Mapping[str, Floats], ...] = ()
    learning_rate: float = 0.0


@dataclass(frozen=True)
class History:
    """The curves: read-only float64 arrays of equal length, NaN where a part has no rows."""

    epoch: NDArray[np.float64]
    train_loss: NDArray[np.float64]
    test_loss: NDArray[np.float64]


@dataclass(frozen=True)
class FrameRequest:
    """What the window wants to see.

    ``resolution`` and ``thumbnail`` are the sides, in points, of the big field and of a neuron's small
    one; ``shown`` is the neuron in the big field as (layer, unit) with layer 0 the features, or None for
    the output; ``axes`` are the two inputs that span the plane, the others staying at their mean.
    ``probe`` are the raw inputs of a point to follow through the network; ``gradients`` and ``statistics``
    ask for those fields of the frame.  What is not asked for is not computed.
    """

    resolution: int = 160
    thumbnail: int = 44
    shown: tuple[int, int] | None = None
    axes: tuple[int, int] = (0, 1)
    probe: tuple[float, ...] | None = None
    gradients: bool = False
    statistics: bool = False


@dataclass(frozen=True)
class Probed:
    """What the network makes of one point, computed as ``Trainer.predict`` computes it.

    ``inputs`` are raw.  ``activations`` holds one read-only float32 array (units,) a column: the features,
    what every layer hands on (with residual connection and muting), the output last, after its activation.
    ``prediction`` is float32 (outputs,), as ``Trainer.predict`` gives it.
    """

    inputs: tuple[float, ...]
    activations: tuple[Floats, ...]
    prediction: Floats


@dataclass(frozen=True)
class Distribution:
    """Many numbers of one layer.

    ``std`` is that of all of them (not the unbiased one), ``norm`` their Euclidean norm.  ``counts`` is int64
    (40,), the numbers between every two of the ``edges``, float64 (41,), which run from the smallest to the
    largest; numbers that are not finite are in none of them.
    """

    count: int
    mean: float
    std: float
    norm: float
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


@dataclass(frozen=True)
class LayerStatistics:
    """One layer over many samples.

    preactivations
        What the activation receives: weighted sums, after normalization where there is one.
    activations
        What it makes of them, before a residual connection is added and units are muted.
    deltas
        dL/dz by the weighted sums (before normalization), of the mean loss times the number of samples: where
        samples count the same and are not normalized together, each is the slope of its sample's own loss.
    weights, weight_gradients
        The weights, and the slope of the mean loss by them.
    means, stds
        float64 (units,): mean and standard deviation of each unit's activations over the samples.
    dead
        bool (units,): the slope f' is zero for every sample, so that no gradient passes.  A ReLU's output is
        then always zero.
    saturated
        float64 (units,): the share of samples for which ``|f'|`` is below 5 % of the largest ``|f'|`` of the
        activation between -10 and 10, of the exponential, which has none, below 5 %; of softmax f' is the
        slope p (1 - p) of a probability by its own logit.  Maxout never saturates.
    """

    preactivations: Distribution
    activations: Distribution
    deltas: Distribution
    weights: Distribution
    weight_gradients: Distribution
    means: NDArray[np.float64]
    stds: NDArray[np.float64]
    dead: NDArray[np.bool_]
    saturated: NDArray[np.float64]

    @property
    def dead_share(self) -> float:
        """The share of units that are dead."""
        return float(self.dead.mean())

    @property
    def saturated_share(self) -> float:
        """The share of saturated pairs of a sample and a unit."""
        return float(self.saturated.mean())


@dataclass(frozen=True)
class Frame:
    """All that one repaint of the window needs.

    ``thumbnails`` holds one uint8 array (units, side, side) a layer, the features first and the output
    last; row 0 is the top (largest second input), 128 is zero, 1 and 255 are -1 and +1 and beyond; the
    output of a two-class problem is shown as 2 p - 1, a regression's in units of ``value_scale``, and a
    feature in units of half its largest magnitude.
    With a single input the arrays are (units, 1, side).  ``field`` is what ``request.shown`` asks for,
    float32 (outputs, side, side): probabilities for classes, values for a regression, the activation
    (1, side, side) of a neuron; (outputs, 1, side) with a single input.
    ``value_scale`` is the largest magnitude of the training targets of a regression, 1 for classes.
    The rest is None where it was not asked for: ``probed``, None too where the point has another number of
    inputs than the data; ``gradients``, the slopes of the mean train loss by (weight, bias) of every layer,
    in the form of ``snapshot.parameters``; and ``statistics``, one a layer.  Both are read-only and what
    ``engine.probes`` says of the training rows; with more than 1,024 of them, of 1,024 evenly chosen ones.
    """

    generation: int
    experiment: Experiment
    data: PreparedData
    request: FrameRequest
    snapshot: Snapshot
    thumbnails: tuple[Bytes, ...]
    field: Floats
    value_scale: float
    history: History
    running: bool
    samples_per_second: float
    epochs_per_second: float
    probed: Probed | None = None
    gradients: tuple[tuple[Floats, Floats], ...] | None = None
    statistics: tuple[LayerStatistics, ...] | None = None
