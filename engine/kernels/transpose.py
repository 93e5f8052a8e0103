"""Transpose a matrix, 16 x 16 numbers at a time."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.kernels.jit import inner
from engine.kernels.lowering import FLOATS, INTEGERS, LANES


@intrinsic
def _block(
    typingctx: Any, source: Any, s: Any, s_stride: Any, target: Any, t: Any, t_stride: Any
) -> Any:
    """Write the transpose of 16 rows of 16 numbers, in four rounds of interleaving."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def row(which: int, index: int) -> Any:
            data = context.make_array(sig.args[which])(context, builder, args[which]).data
            offset = builder.mul(args[which + 2], ir.Constant(args[which + 2].type, index))
            address = builder.gep(data, [builder.add(args[which + 1], offset)])
            return builder.bitcast(address, FLOATS.as_pointer())

        rows = []
        for i in range(LANES):
            loaded = builder.load(row(0, i))
            loaded.align = 4
            rows.append(loaded)
        low = ir.Constant(INTEGERS, [i // 2 + (i % 2) * LANES for i in range(LANES)])
        high = ir.Constant(INTEGERS, [LANES // 2 + i // 2 + (i % 2) * LANES for i in range(LANES)])
        for _ in range(
            4
        ):  # each round is a perfect shuffle of the rows: after log2(16) of them, the transpose
            half = LANES // 2
            pairs = [(rows[i], rows[i + half]) for i in range(half)]
            rows = [builder.shuffle_vector(a, b, mask) for a, b in pairs for mask in (low, high)]
        for i, value in enumerate(rows):
            builder.store(value, row(3, i)).align = 4
        return context.get_dummy_value()

    index = types.intp
    return types.void(source, index, index, target, index, index), codegen


# Numba passes the typing context by itself, which its type hints do not say.
_transpose_block: Any = _block


@inner
def transpose(
    source: Any, s: Any, s_stride: Any, rows: Any, columns: Any, target: Any, t: Any, t_stride: Any
) -> None:
    """Write ``target[j, i] = source[i, j]`` for i < rows, j < columns.  Modified in place: target.

    ``source[i, j]`` is at ``s + i * s_stride + j``, ``target[j, i]`` at ``t + j * t_stride + i``.
    """
    whole_rows, whole_columns = rows // 16 * 16, columns // 16 * 16
    for i in range(0, whole_rows, 16):
        for j in range(0, whole_columns, 16):
            _transpose_block(source, s + i * s_stride + j, s_stride, target, t + j * t_stride + i, t_stride)
    for i in range(rows):
        for j in range(whole_columns if i < whole_rows else 0, columns):
            target[t + j * t_stride + i] = source[s + i * s_stride + j]
