"""A chain of dense layers and activations, read off an ONNX graph; the graph is never run.

What happens to the weighted sums of a layer is followed for some sums only (`recognition.POINTS`), until
the next layer takes the result: that tells which activation it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.catalog.activations import Linear, Prelu, Softmax
from engine.errors import WeightsError
from engine.experiment import MAX_LAYERS, MAX_UNITS
from engine.files.imports.onnx_parts import constant, needed, of_constants, row, times, unknown
from engine.files.imports.recognition import ATTRIBUTES, OPERATORS, POINTS, recognized, takes
from engine.kernels.layout import EPSILON
from engine.sentences import shown
from engine.tensors import BIAS, MEAN, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.files.imports.onnx_file import Model, Node

PASSED_ON = ("Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze")


@dataclass(eq=False)
class LayerRead:
    """A dense layer as far as it has been read; ``version`` counts what changed its sums."""

    tensors: dict[str, NDArray[Any]]
    normalization: Literal["none", "batch", "layer"] = "none"
    activation: Entry | None = None
    version: int = 0
    takes_bias: bool = True

    @property
    def units(self) -> int:
        """How many values it hands on."""
        return len(self.tensors[WEIGHT])


@dataclass(frozen=True, eq=False)
class Signal:
    """A value that depends on the input: what it is of the sums of a layer, counted from 0 (-1: the input).

    ``whole`` is an activation that is no function of one number.
    """

    layer: int
    version: int
    samples: NDArray[Any]
    whole: Entry | None = None

    @property
    def is_sums(self) -> bool:
        """Whether it is the weighted sums as they are."""
        return self.samples is POINTS and self.whole is None


@dataclass(eq=False)
class Chain:
    """Reads a graph node by node."""

    model: Model
    layers: list[LayerRead] = field(default_factory=list)
    values: dict[str, Signal | NDArray[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Follow the first output back to the one input, then forward again."""
        inputs = [name for name in self.model.inputs if name not in self.model.tensors]
        if len(inputs) != 1 or not self.model.outputs:
            raise WeightsError(f"the graph has {len(inputs)} inputs; only one that has one can be imported")
        self.values[inputs[0]] = Signal(-1, 0, POINTS)
        output = self.model.outputs[0]
        with np.errstate(all="ignore"):  # what is not finite is refused when the network is put together
            for node in needed(self.model, output):
                self._node(node)
        result = self._value(output)
        if not isinstance(result, Signal) or not self.layers:
            raise WeightsError("the first output of the graph is not computed by dense layers")
        self._end_layer(result)
        if len(self.model.outputs) > 1:
            self.notes.append(f"Of {len(self.model.outputs)} outputs the first, {shown(output)}, was taken.")

    def _value(self, name: str) -> Signal | NDArray[Any]:
        if name not in self.values:
            tensor = self.model.tensors.get(name)
            if tensor is None:
                raise WeightsError(f"the value {shown(name)} is used before it is computed")
            self.values[name] = tensor.array()
        return self.values[name]

    def _node(self, node: Node) -> None:
        if node.domain not in ("", "ai.onnx"):
            raise WeightsError(unknown(node))
        if node.operator == "Constant":
            found: Signal | NDArray[Any] = constant(node)
        else:
            given = [self._value(name) for name in _names(node)]
            signals = [each for each in given if isinstance(each, Signal)]
            for signal in signals:
                self._check_current(signal)
            found = self._computed(node, given, signals) if signals else of_constants(node, given)
        self.values[node.outputs[0]] = found

    def _check_current(self, signal: Signal) -> None:
        last = len(self.layers) - 1
        if signal.layer != last or (last >= 0 and signal.version != self.layers[last].version):
            raise WeightsError("the graph has branches; only a plain chain of dense layers can be imported")

    def _computed(self, node: Node, given: list[Any], signals: list[Signal]) -> Signal:
        first, rest = given[0], given[1:]
        match node.operator:
            case "Gemm" | "MatMul":
                return self._dense(node, given)
            case "BatchNormalization" | "LayerNormalization" | "PRelu" | "Softmax":
                if first is not signals[0] or len(signals) > 1 or not first.is_sums or not self.layers:
                    raise WeightsError(f"{node.operator} is not where a dense layer can have it")
                return self._special(node, first, rest)
            case operator if operator in PASSED_ON:
                return self._passed_on(node, first, rest)
            case "Add" if len(signals) == 1 and self._is_bias(given, signals[0]):
                return self._biased(given, signals[0])
            case operator if operator in OPERATORS:
                return self._elementwise(node, given, signals)
        raise WeightsError(unknown(node))

    def _dense(self, node: Node, given: list[Any]) -> Signal:
        signal, attributes = given[0], node.attributes
        constants = given[1:]
        if not isinstance(signal, Signal) or any(isinstance(each, Signal) for each in constants):
            raise WeightsError(
                "a matrix is multiplied with what is no constant; only dense layers can be imported"
            )
        if not constants or constants[0].ndim != 2 or attributes.get("transA", 0):
            raise WeightsError(f"{node.operator} is no dense layer in the form that can be imported")
        self._end_layer(signal)
        weight = constants[0] if node.operator == "Gemm" and attributes.get("transB", 0) else constants[0].T
        if len(self.layers) > MAX_LAYERS:
            raise WeightsError(f"it has over {MAX_LAYERS} hidden layers, which are all that are possible")
        if len(weight) > MAX_UNITS:
            raise WeightsError(f"a layer has {len(weight)} units, but at most {MAX_UNITS} are possible")
        bias: NDArray[Any] = np.zeros(len(weight), np.float32)
        if node.operator == "Gemm":
            weight = times(weight, attributes.get("alpha", 1.0))
            if len(constants) > 1:
                bias = bias + times(row(constants[1], len(weight)), attributes.get("beta", 1.0))
        self.layers.append(LayerRead({WEIGHT: weight, BIAS: bias}))
        return Signal(len(self.layers) - 1, 0, POINTS)

    def _end_layer(self, signal: Signal) -> None:
        """Note the activation of the layer that a signal comes from."""
        self._check_current(signal)
        activation = signal.whole or recognized(signal.samples)
        if not self.layers:
            if not isinstance(activation, Linear):
                raise WeightsError(
                    "the graph changes its input before the first layer; that cannot be imported"
                )
        elif activation is None:
            raise WeightsError(f"what follows layer {len(self.layers)} is no activation that is known here")
        else:
            self.layers[-1].activation = activation

    def _special(self, node: Node, signal: Signal, constants: list[NDArray[Any]]) -> Signal:
        layer, attributes = self.layers[-1], node.attributes
        units = layer.units
        if node.operator == "Softmax":
            if attributes.get("axis", -1) not in (-1, 1):
                raise WeightsError("a softmax over the samples cannot be imported")
            return Signal(signal.layer, layer.version, POINTS, Softmax())
        counts = {"PRelu": (1,), "BatchNormalization": (4,), "LayerNormalization": (1, 2)}
        if len(constants) not in counts[node.operator]:
            raise WeightsError(unknown(node))
        layer.version += 1
        layer.takes_bias = False
        if node.operator == "PRelu":
            layer.tensors[SLOPE] = row(constants[0], units)
            return Signal(signal.layer, layer.version, POINTS, Prelu())
        if layer.normalization != "none":
            raise WeightsError(f"layer {len(self.layers)} is normalized twice; that cannot be imported")
        epsilon = attributes.get("epsilon", 1e-5)
        if not isinstance(epsilon, float | int):
            raise WeightsError(unknown(node))
        rows = [row(each, units) for each in constants]
        if node.operator == "BatchNormalization":
            if attributes.get("training_mode", 0):
                raise WeightsError(
                    "a batch normalization of another form than for prediction cannot be imported"
                )
            layer.normalization = "batch"
            rows[3] = np.asarray(rows[3], np.float64) + (epsilon - EPSILON)  # so that the sum is the same
            layer.tensors |= dict(zip((SCALE, SHIFT, MEAN, VARIANCE), rows, strict=True))
        else:
            if attributes.get("axis", -1) not in (-1, 1) or not abs(epsilon - EPSILON) <= 1e-3 * EPSILON:
                raise WeightsError(
                    f"a layer normalization with epsilon {epsilon:g} cannot be imported, only {EPSILON:g}"
                )
            layer.normalization = "layer"
            shift = rows[1] if len(rows) > 1 else np.zeros(units, np.float32)
            layer.tensors |= {SCALE: rows[0], SHIFT: shift}
        return Signal(signal.layer, layer.version, POINTS)

    def _passed_on(self, node: Node, first: Any, rest: list[Any]) -> Signal:
        """Return what an operation hands on that changes no number of a matrix of samples."""
        units = self.layers[-1].units if self.layers else None
        fits = isinstance(first, Signal)
        if node.operator == "Reshape" and rest:
            shape = np.asarray(rest[0]).ravel().tolist() if not isinstance(rest[0], Signal) else []
            fits &= len(shape) == 2 and shape[0] in (-1, 0) and (units is None or shape[1] in (-1, units))
        elif node.operator == "Squeeze":
            fits &= units == 1
        elif node.operator == "Flatten":
            fits &= node.attributes.get("axis", 1) == 1
        elif node.operator == "Cast":
            fits &= node.attributes.get("to") in (1, 10, 11, 16)
        if not fits:
            raise WeightsError(unknown(node))
        assert isinstance(first, Signal)
        return first

    def _is_bias(self, given: list[Any], signal: Signal) -> bool:
        if len(given) != 2 or not self.layers or not signal.is_sums:
            return False
        other = given[1] if given[0] is signal else given[0]
        return bool(other.ndim > 0 and (other.size == self.layers[-1].units or other.size > 1))

    def _biased(self, given: list[Any], signal: Signal) -> Signal:
        layer = self.layers[-1]
        other = given[1] if given[0] is signal else given[0]
        if not layer.takes_bias:
            raise WeightsError("something is added behind a normalization; that cannot be imported")
        layer.tensors[BIAS] = layer.tensors[BIAS] + row(other, layer.units)
        layer.version += 1
        return Signal(signal.layer, layer.version, POINTS)

    def _elementwise(self, node: Node, given: list[Any], signals: list[Signal]) -> Signal:
        if any(signal.whole for signal in signals):
            raise WeightsError(f"{node.operator} behind a softmax or PReLU cannot be imported")
        if any(not isinstance(each, Signal) and each.size != 1 for each in given):
            raise WeightsError(f"{node.operator} with a number for each unit cannot be imported")
        values = [each.samples if isinstance(each, Signal) else each.reshape(()) for each in given]
        if not node.attributes.keys() <= ATTRIBUTES or not takes(node.operator, len(given)):
            raise WeightsError(unknown(node))
        try:
            samples = np.asarray(OPERATORS[node.operator](*values, **node.attributes))
        except (TypeError, ValueError, OverflowError, AttributeError) as error:
            raise WeightsError(unknown(node)) from error
        if samples.shape != POINTS.shape:
            raise WeightsError(unknown(node))
        return Signal(signals[0].layer, signals[0].version, samples)


def _names(node: Node) -> list[str]:
    """Return the values that a node takes; those left out at the end are none."""
    names = list(node.inputs)
    while names and not names[-1]:
        names.pop()
    if "" in names:
        raise WeightsError(f"{shown(node.operator)} leaves out a value; that cannot be imported")
    return names
