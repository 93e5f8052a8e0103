"""Nodes of an ONNX graph, and formulas as nodes.

ONNX 1.12's operators (opset 17) are the newest that every runtime of today knows.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog import activations as catalog
from engine.files.export.expression import NUMBER, VARIABLE, of_function, rebuilt
from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import onnx
    from numpy.typing import NDArray

    from engine.catalog.activation import Activation
    from engine.files.export.expression import Expression

OPERATORS = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "truediv": "Div",
    "pow": "Pow",
    "neg": "Neg",
    "gt": "Greater",
    "ge": "GreaterOrEqual",
    "lt": "Less",
    "eq": "Equal",
    "where": "Where",
    "maximum": "Max",
    "minimum": "Min",
    "absolute": "Abs",
    "sign": "Sign",
    "square_root": "Sqrt",
    "exp": "Exp",
    "log": "Log",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "erf": "Erf",
    "sine": "Sin",
    "cosine": "Cos",
}


def _expm1(x: Any) -> Any:
    return simd.tanh(x / 2) * (simd.exp(x) + 1)  # nothing cancels near zero


def _power(x: Any, exponent: Any) -> Any:
    return simd.where(x >= 0, simd.absolute(x) ** exponent, math.nan)


# What ONNX has no operator for, or runtimes none in double precision, in terms of the others.
REWRITTEN: dict[str, Callable[..., Any]] = {
    "fma": lambda a, b, c: a * b + c,
    "expm1": _expm1,
    "log1p": lambda x: simd.log(1 + x),
    "softplus": lambda x: simd.maximum(x, 0) + simd.log(1 + simd.exp(-simd.absolute(x))),
    "normal_cdf": lambda x: 0.5 + 0.5 * simd.erf(x * math.sqrt(0.5)),
    "power": _power,
    "tan": lambda x: simd.sine(x) / simd.cosine(x),
}


def native(activation: Activation) -> tuple[str, dict[str, float]] | None:
    """Return the operator that computes an activation, and its attributes; None where there is none.

    A trained slope is an input of its operator.  The two of limits take them as inputs too.
    """
    match activation:
        case catalog.LeakyRelu(negative_slope=alpha):
            return "LeakyRelu", {"alpha": alpha}
        case catalog.Elu(alpha=alpha) | catalog.Celu(alpha=alpha):
            return type(activation).__name__, {"alpha": alpha}
        case catalog.HardSigmoid():
            return "HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}
        case catalog.Softplus(beta=beta) if beta != 1:
            return None
    return _PLAIN.get(activation.kind)


_PLAIN: dict[str, tuple[str, dict[str, float]]] = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "selu": ("Selu", {}),
    "softplus": ("Softplus", {}),
    "softsign": ("Softsign", {}),
    "sine": ("Sin", {}),
    "exponential": ("Exp", {}),
    "prelu": ("PRelu", {}),
}
LIMITS = {"relu6": (0.0, 6.0), "hard_tanh": (-1.0, 1.0)}


class Graph:
    """A graph that grows node by node; a node and its only value have the same name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self._used: Counter[str] = Counter()

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an initializer, once for a name."""
        from onnx import numpy_helper

        if name not in self.initializers:
            self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def number(self, value: float, dtype: type[np.floating[Any]]) -> str:
        """Add a constant, once for the whole graph."""
        kind = "" if dtype is np.float32 else "_double"
        return self.constant(f"constant{kind}_{value:.9g}", np.array(value, dtype))

    def add(self, operator: str, inputs: Sequence[str], scope: str, **attributes: Any) -> str:
        """Add a node with one value, and return what that is called: ``layer1/Gemm``."""
        from onnx import helper

        name = self.unique(f"{scope}/{operator}")
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def split(self, value: str, scope: str, parts: Sequence[str]) -> list[str]:
        """Add a node that takes a value's columns apart, and return the parts: ``inputs/x1``."""
        from onnx import helper

        names = [self.unique(f"{scope}/{part}") for part in parts]
        self.nodes.append(helper.make_node("Split", [value], names, self.unique(f"{scope}/Split"), axis=1))
        return names

    def unique(self, name: str) -> str:
        """Return a name that no other node or value has."""
        self._used[name] += 1
        count = self._used[name]
        return name if count == 1 else self.unique(f"{name}_{count}")

    def rename(self, value: str, name: str) -> None:
        """Let a node's value be called otherwise, as an output of the graph."""
        for node in self.nodes:
            for names in (node.input, node.output):
                for i, found in enumerate(names):
                    if found == value:
                        names[i] = name

    def formula(
        self, expression: Expression, values: Mapping[str, str], scope: str, dtype: type[np.floating[Any]]
    ) -> str:
        """Add nodes for a formula.

        Parameters
        ----------
        expression : Expression
            The formula; it has a variable.
        values : mapping
            What its variables are called in the graph.
        scope : str
            What the nodes' names begin with.
        dtype : type
            Of the numbers, float32 or float64.

        Returns
        -------
        str
            The result.
        """
        known: dict[int, str] = {}
        for node in _rewritten(expression).nodes():
            if node.operation == VARIABLE:
                name = values[node.name]
            elif node.operation == NUMBER:
                name = self.number(node.value, dtype)
            else:
                given = [known[id(argument)] for argument in node.arguments]
                name = self.add(OPERATORS[node.operation], given, scope)
            known[id(node)] = name
        return name


def _rewritten(expression: Expression) -> Expression:
    """Return a formula of ONNX's operators alone."""

    def change(node: Expression, arguments: tuple[Expression, ...]) -> Expression:
        if node.operation in REWRITTEN:
            return of_function(REWRITTEN[node.operation], *arguments)
        return node.over(arguments)

    return rebuilt(expression, change)


__all__ = ["LIMITS", "Graph", "native"]
