"""Parts of an ONNX graph: which nodes there are to read, and what its constants are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.imports.onnx_file import Tensor
from engine.sentences import shown

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from engine.files.imports.onnx_file import Model, Node

MOST_NODES = 20_000


def unknown(node: Node) -> str:
    """Say that an operator cannot be imported."""
    return f"the operator {shown(node.operator)} is no part of a dense network that can be imported"


def times(array: NDArray[Any], factor: Any) -> NDArray[Any]:
    """Return a constant times an attribute."""
    if not isinstance(factor, float | int):
        raise WeightsError("a factor of a Gemm is no number")
    return array if factor == 1 else np.asarray(array, np.float64) * factor


def row(array: Any, units: int) -> NDArray[Any]:
    """Return one number a unit, of a constant of as many numbers or of one."""
    if not isinstance(array, np.ndarray):
        raise WeightsError("something in the graph is no constant that must be one in a dense network")
    if array.size not in (1, units) or max(array.shape, default=1) != array.size:
        raise WeightsError(
            f"a constant of shape {array.shape} does not fit a layer of {counted(units, 'unit')}"
        )
    return np.broadcast_to(array.ravel(), units)


def constant(node: Node) -> NDArray[Any]:
    """Return what a Constant holds."""
    value = node.attributes.get("value")
    if isinstance(value, Tensor):
        return value.array()
    for name in ("value_float", "value_int", "value_ints"):
        if name in node.attributes:
            return np.asarray(node.attributes[name])
    raise WeightsError("a constant of the graph holds no numbers")


def of_constants(node: Node, given: list[Any]) -> NDArray[Any]:
    """Return what an operation makes of constants alone."""
    if node.operator in ("Identity", "Cast") and given:
        return np.asarray(given[0])
    if node.operator == "Transpose" and given and node.attributes.get("perm", [1, 0]) == [1, 0]:
        return np.asarray(given[0].T)
    raise WeightsError(unknown(node))


def needed(model: Model, output: str) -> list[Node]:
    """Return the nodes that an output depends on, in the order of the graph."""
    if len(model.nodes) > MOST_NODES:
        raise WeightsError(
            f"a graph of {len(model.nodes):,} nodes is too large for a network of dense layers"
        )
    by_output = {name: i for i, node in enumerate(model.nodes) for name in node.outputs if name}
    found: set[int] = set()
    left = [output]
    while left:
        at = by_output.get(left.pop())
        if at is not None and at not in found:
            found.add(at)
            left += model.nodes[at].inputs
    return [model.nodes[i] for i in sorted(found)]
