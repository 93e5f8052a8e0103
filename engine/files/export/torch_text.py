"""How PyTorch writes formulas: activations and losses of tensors, optimizers' constants of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.expression import NUMBER, Expression, Notation, rebuilt
from engine.files.export.python_text import assigned
from engine.files.export.python_text import number as python_number

if TYPE_CHECKING:
    from collections.abc import Callable


def number(value: float) -> str:
    """Write a float64 so that it reads back the same."""
    if not np.isfinite(value):
        return f'float("{value}")'
    return python_number(float(value))


TENSORS = Notation(
    templates={
        "pow": "torch.pow({0}, {1})",
        "where": "torch.where({0}, {1}, {2})",
        "maximum": "torch.clamp({0}, min={1})",
        "minimum": "torch.clamp({0}, max={1})",
        "absolute": "torch.abs({0})",
        "sign": "torch.sign({0})",
        "square_root": "torch.sqrt({0})",
        "exp": "torch.exp({0})",
        "expm1": "torch.expm1({0})",
        "log": "torch.log({0})",
        "log1p": "torch.log1p({0})",
        "softplus": "nn.functional.softplus({0})",
        "power": "torch.pow({0}, {1})",
        "tanh": "torch.tanh({0})",
        "sigmoid": "torch.sigmoid({0})",
        "erf": "torch.erf({0})",
        "normal_cdf": "torch.special.ndtr({0})",
        "sine": "torch.sin({0})",
        "cosine": "torch.cos({0})",
        "tan": "torch.tan({0})",
    },
    number=number,
)

SCALARS = Notation(
    templates={
        "pow": "({0}) ** ({1})",
        "where": "(({1}) if ({0}) else ({2}))",
        "maximum": "max({0}, {1})",
        "minimum": "min({0}, {1})",
        "absolute": "abs({0})",
        "square_root": "({0}) ** 0.5",
    },
    number=number,
)


def tensor_first(expression: Expression) -> Expression:
    """Return a formula whose ``maximum`` and ``minimum`` have no number before the tensor."""

    def change(node: Expression, arguments: tuple[Expression, ...]) -> Expression:
        turns = node.operation in ("maximum", "minimum") and arguments[0].operation == NUMBER
        return node.over(arguments[::-1] if turns else arguments)

    return rebuilt(expression, change)


def statements(expression: Expression, names: Callable[[int], str] = "t{}".format) -> tuple[list[str], str]:
    """Return assignments of what a formula uses several times, and its text in terms of them."""
    lines, result = TENSORS.lines(tensor_first(expression), lambda i: names(i + 1))
    return [assigned(name, text) for name, text in lines], result
