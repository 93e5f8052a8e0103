"""The whole computation from raw inputs to predictions, as plain values: what every format translates.

u = (x - mean) / scale                                      standardized inputs, in float64
a = features(u)                                             float32
z = W a + b      y = normalize(z)      v = f(y)             of several sums a unit has the largest
a = (v + R a) audible                                       with a residual connection, and for each layer
p = a,  or  min(max((a - low) / (high - low), 0), 1)        of the output layer
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation, Softmax
from engine.files.export.expression import Expression, of_feature, of_function, variable
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.catalog.schedules import PlateauState
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.output import OutputPlan
    from engine.tensors import Curvature, Tensors
    from engine.trainer import Trainer

CLASSIFIED = ("sigmoid", "softmax")


@dataclass(frozen=True, eq=False)
class PortableLayer:
    """A dense layer as ``predict`` computes it, dropout left out.

    Parameters
    ----------
    activation : Entry
        The catalog's, a softmax among them; maxout by its ``pieces``.
    tensors : mapping
        Read-only float32 arrays by the names of ``engine.tensors``; a muted weight is zero.
    normalization : {"none", "batch", "layer"}
        What is done with the weighted sums; "batch" with the running mean and variance.
    residual : bool
        Whether the layer's input is added, through ``projection.weight`` where there is one.
    muted : tuple of int
        The units that hand on 0.
    """

    activation: Entry
    tensors: Mapping[str, Floats]
    normalization: str = "none"
    residual: bool = False
    muted: tuple[int, ...] = ()

    @property
    def inputs(self) -> int:
        """How many values it takes."""
        return int(self.tensors[WEIGHT].shape[1])

    @property
    def sums(self) -> int:
        """How many weighted sums it has: as many as units, with maxout several times more."""
        return int(self.tensors[WEIGHT].shape[0])

    @property
    def pieces(self) -> int:
        """How many sums a unit takes the largest of; sum ``i`` is of unit ``i % units``."""
        return self.activation.sums_per_unit() if isinstance(self.activation, Activation) else 1

    @property
    def units(self) -> int:
        """How many values it hands on."""
        return self.sums // self.pieces

    @property
    def is_softmax(self) -> bool:
        """Whether its values depend on all of its sums."""
        return isinstance(self.activation, Softmax)

    def formula(self) -> Expression:
        """Return f(x) as a tree over ``x`` and, of a trained slope, ``slope``; a softmax has none."""
        assert isinstance(self.activation, Activation)
        given = (variable("slope"),) if self.activation.trained else self.activation.numbers()
        return of_function(self.activation.value, variable("x"), *given)

    def audible(self) -> NDArray[np.float32]:
        """Return 0 for the muted units, else 1, (units,)."""
        mask = np.ones(self.units, np.float32)
        mask[list(self.muted)] = 0
        return mask


@dataclass(frozen=True, eq=False)
class Portable:
    """A network and all that is done before and after it.

    Parameters
    ----------
    experiment : Experiment
        The document.
    data : PreparedData
        Its data, with the names of inputs and classes, the features and the standardization.
    plan : OutputPlan
        What the output stands for.
    layers : tuple of PortableLayer
        Input to output.
    optimizer_state : mapping
        ``Trainer.optimizer_state``, for a format with which training can go on.
    epoch, step : int
        How long it has been trained.
    plateau : PlateauState or None
        What a plateau schedule remembers.
    curvature : Curvature or None
        What L-BFGS remembers.
    batch : int
        Steps already taken of the present epoch.
    """

    experiment: Experiment
    data: PreparedData
    plan: OutputPlan
    layers: tuple[PortableLayer, ...]
    optimizer_state: Mapping[str, Tensors]
    epoch: int
    step: int
    plateau: PlateauState | None = None
    curvature: Curvature | None = None
    batch: int = 0

    @property
    def title(self) -> str:
        """The document's."""
        return self.experiment.title

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the raw inputs are called."""
        return self.data.input_names

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the columns of ``predict`` are called: the class each is the probability of, or the target."""
        classes = self.data.classes
        if not classes:
            return self.data.target_names
        return classes[1:] if len(classes) == 2 else classes

    @property
    def standardizes(self) -> bool:
        """Whether raw inputs are changed before the features."""
        return bool((self.data.mean != 0).any() or (self.data.scale != 1).any())

    @property
    def takes_inputs_as_they_are(self) -> bool:
        """Whether the features are the standardized inputs, in their order."""
        inputs = [f"x{i + 1}" for i in range(len(self.input_names))]
        return [feature.text for feature in self.data.features] == inputs

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The output's values that stand for the probabilities 0 and 1, None where it is not rescaled."""
        if not self.data.classes or self.plan.activation.kind in CLASSIFIED:
            return None
        return self.plan.low, self.plan.high

    def feature_formulas(self) -> tuple[Expression, ...]:
        """Return the features as trees over the standardized inputs, named x0, x1, ..."""
        inputs = tuple(variable(f"x{i}") for i in range(len(self.input_names)))
        return tuple(of_feature(feature, inputs) for feature in self.data.features)

    def with_tensors(self, tensors: Tensors) -> Portable:
        """Return it with other numbers in its layers, as when they have been read back."""
        layers = zip(self.layers, tensors, strict=True)
        return replace(self, layers=tuple(replace(layer, tensors=found) for layer, found in layers))


def portable(trainer: Trainer) -> Portable:
    """Return the network as it stands, read-only."""
    from engine.output import plan_output

    experiment, data = trainer.experiment, trainer.data
    plan = plan_output(experiment, data)
    tensors = trainer.tensors
    for layer in tensors:
        for array in layer.values():
            array.flags.writeable = False
    hidden = [
        PortableLayer(spec.activation, found, spec.normalization, spec.residual, spec.muted_units)
        for spec, found in zip(experiment.network.layers, tensors, strict=False)
    ]
    layers = (*hidden, PortableLayer(plan.activation, tensors[-1]))
    _, _, plateau = trainer.checkpoint().state
    return Portable(
        experiment,
        data,
        plan,
        layers,
        trainer.optimizer_state,
        trainer.epoch,
        trainer.step,
        plateau,
        trainer.curvature,
        trainer.batch,
    )


def evaluate(network: Portable, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the network in plain NumPy, float32 (n, inputs) -> (n, outputs): what a format should say."""
    a = network.data.features_of(inputs)
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network.layers:
            a = _layer(layer, a)
    if network.bounds is not None:
        low, high = network.bounds
        a = np.clip((a - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(a, np.float32)


def _layer(layer: PortableLayer, a: NDArray[np.float32]) -> NDArray[np.float32]:
    tensors = layer.tensors
    z = a @ tensors[WEIGHT].T + tensors[BIAS]
    if layer.normalization != "none":
        z = _normalized(layer, z)
    if layer.is_softmax:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        v = e / e.sum(axis=1, keepdims=True)
    elif layer.pieces > 1:
        v = z.reshape(len(z), layer.pieces, -1).max(axis=1)
    else:
        assert isinstance(layer.activation, Activation)
        given = (tensors[SLOPE],) if layer.activation.trained else layer.activation.numbers()
        v = np.asarray(layer.activation.value(z, *given), np.float32)
    if layer.residual:
        v = v + (a @ tensors[PROJECTION].T if PROJECTION in tensors else a)
    return np.asarray(v * layer.audible() if layer.muted else v, np.float32)


def _normalized(layer: PortableLayer, z: NDArray[np.float32]) -> NDArray[np.float32]:
    tensors = layer.tensors
    if layer.normalization == "batch":
        mean, variance = tensors[MEAN], tensors[VARIANCE]
    else:
        mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)
    n = (z - mean) / np.sqrt(variance + np.float32(EPSILON))
    return np.asarray(tensors[SCALE] * n + tensors[SHIFT], np.float32)


__all__ = ["Portable", "PortableLayer", "evaluate", "portable"]
