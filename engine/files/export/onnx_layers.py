"""What is done with raw inputs, layer by layer up to the predictions, as nodes of an ONNX graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation
from engine.files.export.expression import VARIABLE
from engine.files.export.onnx_operators import LIMITS, native
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from engine.files.export.expression import Expression
    from engine.files.export.onnx_operators import Graph
    from engine.files.export.portable import Portable, PortableLayer

INPUTS = "inputs"
FLOAT, DOUBLE = 1, 11  # onnx.TensorProto's numbers of types


def preprocessing(graph: Graph, network: Portable) -> str:
    """Add standardization and features, in double precision; return the features, float32 (n, features)."""
    formulas = network.feature_formulas()
    columns = [_column(formula) for formula in formulas]
    as_they_are = columns == list(range(len(network.input_names)))
    x = INPUTS
    if not network.standardizes and None not in columns:
        return x if as_they_are else _chosen(graph, x, columns)
    if network.standardizes:
        x = graph.add("Cast", [x], "standardize", to=DOUBLE)
        x = graph.add("Sub", [x, graph.constant("standardize.mean", network.data.mean)], "standardize")
        x = graph.add("Div", [x, graph.constant("standardize.scale", network.data.scale)], "standardize")
    else:
        x = graph.add("Cast", [x], "features", to=DOUBLE)
    if not as_they_are:
        x = _features(graph, network, x) if None in columns else _chosen(graph, x, columns)
    return graph.add("Cast", [x], "standardize" if as_they_are else "features", to=FLOAT)


def _column(formula: Expression) -> int | None:
    """Return which input a feature is, None where it is computed from some."""
    return int(formula.name[1:]) if formula.operation == VARIABLE else None


def _chosen(graph: Graph, x: str, columns: list[int | None]) -> str:
    indices = graph.constant("features.inputs", np.array(columns, np.int64))
    return graph.add("Gather", [x, indices], "features", axis=1)


def _features(graph: Graph, network: Portable, x: str) -> str:
    count = len(network.input_names)
    columns = [x] if count == 1 else graph.split(x, "inputs", [f"x{i + 1}" for i in range(count)])
    values = {f"x{i}": column for i, column in enumerate(columns)}
    found = []
    for feature, formula in zip(network.data.features, network.feature_formulas(), strict=True):
        scope = f"features/{feature.text}"
        value = graph.formula(formula, values, scope, np.float64)
        if not any(node.operation == VARIABLE for node in formula.nodes()):
            # The same number in every row.
            value = graph.add("Where", [graph.add("IsNaN", [columns[0]], scope), value, value], scope)
        found.append(value)
    return found[0] if len(found) == 1 else graph.add("Concat", found, "features", axis=1)


def layer(graph: Graph, layer: PortableLayer, a: str, scope: str, names: str) -> str:
    """Add a layer.

    Parameters
    ----------
    graph : Graph
        Modified in place.
    layer : PortableLayer
        What to add.
    a : str
        Its input, float32 (n, inputs).
    scope : str
        What the names of its nodes begin with: ``layer1``.
    names : str
        What the names of its tensors begin with: ``layers.0``.

    Returns
    -------
    str
        Its output, float32 (n, units).
    """

    def tensor(name: str) -> str:
        return graph.constant(f"{names}.{name}", layer.tensors[name])

    y = graph.add("Gemm", [a, tensor(WEIGHT), tensor(BIAS)], scope, transB=1)
    if layer.normalization == "batch":
        given = [y, *map(tensor, (SCALE, SHIFT, MEAN, VARIANCE))]
        y = graph.add("BatchNormalization", given, scope, epsilon=EPSILON)
    elif layer.normalization == "layer":
        y = _layer_normalized(graph, y, tensor(SCALE), tensor(SHIFT), scope)
    if layer.is_softmax:
        y = graph.add("Softmax", [y], scope, axis=1)
    elif layer.pieces > 1:
        pieces = graph.split(y, scope, [f"piece{i + 1}" for i in range(layer.pieces)])
        y = graph.add("Max", pieces, scope)
    else:
        y = _activated(graph, layer, y, tensor(SLOPE) if SLOPE in layer.tensors else "", scope)
    if layer.residual:
        if PROJECTION in layer.tensors:
            a = graph.add("Gemm", [a, tensor(PROJECTION)], f"{scope}/projection", transB=1)
        y = graph.add("Add", [y, a], f"{scope}/residual")
    if layer.muted:
        y = graph.add("Mul", [y, graph.constant(f"{names}.audible", layer.audible())], f"{scope}/muted")
    return y


def _layer_normalized(graph: Graph, y: str, scale: str, shift: str, scope: str) -> str:
    """Add it behind a subtraction of the mean: what rounding left of the mean is then subtracted too."""
    mean = graph.add("ReduceMean", [y], scope, axes=[1], keepdims=1)
    centred = graph.add("Sub", [y, mean], scope)
    return graph.add("LayerNormalization", [centred, scale, shift], scope, axis=-1, epsilon=EPSILON)


def _activated(graph: Graph, layer: PortableLayer, y: str, slope: str, scope: str) -> str:
    activation = layer.activation
    assert isinstance(activation, Activation)
    if activation.kind == "linear":
        return y
    if activation.kind in LIMITS:
        limits = [graph.number(limit, np.float32) for limit in LIMITS[activation.kind]]
        return graph.add("Clip", [y, *limits], scope)
    known = native(activation)
    if known is not None:
        operator, attributes = known
        return graph.add(operator, [y, slope] if slope else [y], scope, **attributes)
    values = {"x": y, "slope": slope}
    return graph.formula(layer.formula(), values, f"{scope}/{activation.kind}", np.float32)


def rescaled(graph: Graph, network: Portable, y: str) -> str:
    """Add what turns an output trained towards two numbers into a probability, where it is one."""
    if network.bounds is None:
        return y
    low, high = network.bounds
    if low:
        y = graph.add("Sub", [y, graph.number(low, np.float32)], "probabilities")
    if high - low != 1:
        y = graph.add("Div", [y, graph.number(high - low, np.float32)], "probabilities")
    limits = [graph.number(limit, np.float32) for limit in (0.0, 1.0)]
    return graph.add("Clip", [y, *limits], "probabilities")


def predicted_class(graph: Graph, network: Portable, probabilities: str) -> str:
    """Add the index of the most probable class, int64 (n,); of equally probable ones the first."""
    if len(network.data.classes) > 2:
        return graph.add("ArgMax", [probabilities], "class", axis=1, keepdims=0)
    second = graph.add("Greater", [probabilities, graph.number(0.5, np.float32)], "class")
    column = graph.add("Squeeze", [second, graph.constant("class.axis", np.array([1]))], "class")
    return graph.add("Cast", [column], "class", to=7)  # int64
