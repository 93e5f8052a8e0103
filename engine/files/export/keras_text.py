"""How Keras writes formulas, in the operations that all of its backends have."""

from __future__ import annotations

from engine.files.export.expression import Notation
from engine.files.export.torch_text import number

OPERATIONS = Notation(
    templates={
        "pow": "ops.power({0}, {1})",
        "where": "ops.where({0}, {1}, {2})",
        "maximum": "ops.maximum({0}, {1})",
        "minimum": "ops.minimum({0}, {1})",
        "absolute": "ops.abs({0})",
        "sign": "ops.sign({0})",
        "square_root": "ops.sqrt({0})",
        "exp": "ops.exp({0})",
        "expm1": "ops.expm1({0})",
        "log": "ops.log({0})",
        "log1p": "ops.log1p({0})",
        "softplus": "ops.softplus({0})",
        "power": "ops.power({0}, {1})",
        "tanh": "ops.tanh({0})",
        "sigmoid": "ops.sigmoid({0})",
        "erf": "ops.erf({0})",
        "normal_cdf": "(0.5 + 0.5 * ops.erf(({0}) * 0.7071067811865476))",
        "sine": "ops.sin({0})",
        "cosine": "ops.cos({0})",
        "tan": "ops.tan({0})",
    },
    number=number,
)
