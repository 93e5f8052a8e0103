"""An ONNX file as plain records; numbers are unpacked only where they are asked for.

The numbers of the fields are those of onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.arrays import bfloat16
from engine.files.imports.protobuf import Malformed, Wire, block, real, text
from engine.sentences import shown

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from engine.files.imports.protobuf import Field

# Of TensorProto.DataType; bfloat16 (16) is the upper half of a float32.
TYPES = {1: "<f4", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8", 16: "<u2"}
BFLOAT16 = 16
# The fields of a TensorProto that hold its numbers, where they are not raw.
IN_FIELD = {1: 4, 6: 5, 7: 7, 10: 5, 11: 10, 16: 5}
_ZEROS: dict[int, float | int | str] = {1: 0.0, 2: 0, 3: ""}  # by AttributeProto.AttributeType


@dataclass(frozen=True)
class Tensor:
    """A constant of the graph, not yet unpacked."""

    name: str
    message: memoryview
    wire: Wire

    def array(self) -> NDArray[Any]:
        """Unpack it.

        Raises
        ------
        WeightsError
            Where it holds no numbers, other than its shape says, or leaves them in another file.
        Malformed
            Where the bytes are damaged.
        """
        dims: list[int] = []
        kind, raw, packed = 0, None, []
        for number, value in self.wire.fields(self.message):
            if number == 1:
                dims += self.wire.varints(value)
            elif number == 2 and isinstance(value, int):
                kind = value
            elif number == 9:
                raw = block(value)
            elif number in (4, 5, 7, 10):
                packed.append((number, value))
            elif number == 13 or (number == 14 and value):
                raise WeightsError(
                    f"{shown(self.name)} is kept in another file, which is not opened; save the model with "
                    "its weights in one file"
                )
        if kind not in TYPES:
            raise WeightsError(f"{shown(self.name)} holds no numbers of a type that is known here")
        if len(dims) > 8 or any(size < 1 for size in dims):
            raise WeightsError(f"{shown(self.name)}: the shape {shown(str(dims))} is not possible")
        dtype = np.dtype(TYPES[kind])
        if raw is None:
            flat = self._unpacked(kind, dtype, packed)
        elif len(raw) % dtype.itemsize:
            raise Malformed("its bytes are damaged")
        else:
            flat = np.frombuffer(raw, dtype)
        if math.prod(dims) != flat.size:
            raise WeightsError(
                f"{shown(self.name)}: its shape {shown(str(dims))} does not fit its "
                f"{counted(flat.size, 'number')}"
            )
        if kind == BFLOAT16:
            flat = bfloat16(flat)
        return flat.reshape(dims)

    def _unpacked(self, kind: int, dtype: np.dtype[Any], fields: list[tuple[int, Field]]) -> NDArray[Any]:
        values = [value for number, value in fields if number == IN_FIELD[kind]]
        if kind in (1, 11):
            whole = b"".join(block(value) for value in values)
            if len(whole) % dtype.itemsize:
                raise Malformed("its bytes are damaged")
            return np.frombuffer(whole, dtype)
        numbers = np.array([each for value in values for each in self.wire.varints(value)], np.int64)
        if kind in (6, 7):
            return numbers.astype(dtype)
        return numbers.astype(np.uint16).view(dtype)  # half floats are kept as the integers of their bits


Attribute = float | int | str | Tensor | list[int] | list[float] | None


@dataclass(frozen=True)
class Node:
    """An operation of the graph."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Attribute]


@dataclass
class Model:
    """What a file says, in its order."""

    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)


def parse(content: bytes) -> Model:
    """Read a file's content.

    Raises
    ------
    Malformed
        Where it is no ONNX file.
    """
    wire, model = Wire(), Model()
    graph = None
    for number, value in wire.fields(memoryview(content)):
        if number == 7:
            graph = block(value)
        elif number == 14:
            entry = {each: text(found) for each, found in wire.fields(block(value)) if each in (1, 2)}
            model.metadata[entry.get(1, "")] = entry.get(2, "")
    if graph is None:
        raise Malformed("there is no graph in it")
    for number, value in wire.fields(graph):
        if number == 1:
            model.nodes.append(_node(wire, block(value)))
        elif number == 5:
            tensor = _tensor(wire, block(value))
            model.tensors[tensor.name] = tensor
        elif number == 11:
            model.inputs.append(_name(wire, block(value), 1))
        elif number == 12:
            model.outputs.append(_name(wire, block(value), 1))
    return model


def _name(wire: Wire, message: memoryview, field_number: int) -> str:
    return next((text(value) for number, value in wire.fields(message) if number == field_number), "")


def _tensor(wire: Wire, message: memoryview) -> Tensor:
    return Tensor(_name(wire, message, 8), message, wire)


def _node(wire: Wire, message: memoryview) -> Node:
    inputs, outputs, attributes = [], [], {}
    operator = domain = ""
    for number, value in wire.fields(message):
        if number == 1:
            inputs.append(text(value))
        elif number == 2:
            outputs.append(text(value))
        elif number == 4:
            operator = text(value)
        elif number == 5:
            name, attribute = _attribute(wire, block(value))
            attributes[name] = attribute
        elif number == 7:
            domain = text(value)
    return Node(operator, domain, tuple(inputs), tuple(outputs), attributes)


def _attribute(wire: Wire, message: memoryview) -> tuple[str, Attribute]:
    """Return a name and what it stands for; None for a graph and what else nothing here has."""
    name = ""
    found: Attribute = None
    integers: list[int] = []
    for number, value in wire.fields(message):
        if number == 1:
            name = text(value)
        elif number == 2:
            found = real(value)
        elif number == 3:
            found = wire.varints(value)[0] if isinstance(value, int) else None
        elif number == 4:
            found = text(value)
        elif number == 5:
            found = _tensor(wire, block(value))
        elif number == 8:
            integers += wire.varints(value)
        elif number == 20 and found is None and isinstance(value, int):
            found = _ZEROS.get(value)  # some writers leave zeros out
    return name, integers or found
