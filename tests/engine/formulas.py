"""What a catalog formula may be written with, so that it can become vector instructions."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOWED = (
    ast.Module,
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Return,
    ast.Assign,
    ast.Tuple,
    ast.Name,
    ast.Subscript,  # of annotations
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Call,
    ast.expr_context,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.USub,
    ast.Gt,
    ast.GtE,
    ast.Lt,
    ast.LtE,
    ast.Eq,
)


def assert_straight(formula: Callable[..., Any], powers: bool = False) -> None:
    """Check that a formula has no branch and no loop and calls operations of ``simd`` alone.

    ``powers`` allows ``**``, which the scalars of a step may have.
    """
    if formula.__module__ == simd.__name__:
        return
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(formula)))):
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert formula.__globals__[node.func.id] is getattr(simd, node.func.id), node.func.id
        elif isinstance(node, ast.Compare):
            assert len(node.ops) == 1
        assert isinstance(node, ALLOWED) or (powers and isinstance(node, ast.Pow)), ast.dump(node)
