"""Transpose a matrix, 16 x 16 numbers at a time."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.kernels.jit import inner
from engine.kernels.lowering import FLOATS, INTEGERS, LANES

ROUNDS = 4  # log2(16): so many perfect shuffles of the rows make the transpose


@intrinsic
def _block(
    typingctx: Any, source: Any, s: Any, s_stride: Any, rows: Any, target: Any, t: Any, t_stride: Any
) -> Any:
    """Write the transpose of 16 rows of 16 numbers; from ``rows`` on they count as zeros and are not read."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source, s, s_stride, count, target, t, t_stride = args
        zero = ir.Constant(FLOATS, [0.0] * LANES)

        def address(which: int, array: Any, start: Any, stride: Any, index: Any) -> Any:
            data = context.make_array(sig.args[which])(context, builder, array).data
            place = builder.gep(data, [builder.add(start, builder.mul(stride, index))])
            return builder.bitcast(place, FLOATS.as_pointer())

        rows = []
        for i in range(LANES):
            index = ir.Constant(count.type, i)
            exists = builder.icmp_signed("<", index, count)
            known = builder.select(exists, index, ir.Constant(count.type, 0))
            loaded = builder.load(address(0, source, s, s_stride, known))
            loaded.align = 4
            rows.append(builder.select(exists, loaded, zero))
        low = ir.Constant(INTEGERS, [i // 2 + (i % 2) * LANES for i in range(LANES)])
        high = ir.Constant(INTEGERS, [LANES // 2 + i // 2 + (i % 2) * LANES for i in range(LANES)])
        half = LANES // 2
        for _ in range(ROUNDS):
            pairs = [(rows[i], rows[i + half]) for i in range(half)]
            rows = [builder.shuffle_vector(a, b, mask) for a, b in pairs for mask in (low, high)]
        for i, value in enumerate(rows):
            place = address(4, target, t, t_stride, ir.Constant(count.type, i))
            builder.store(value, place).align = 4
        return context.get_dummy_value()

    index = types.intp
    return types.void(source, index, index, index, target, index, index), codegen


# Numba passes the typing context by itself, which its type hints do not say.
_transpose_block: Any = _block


@inner
def transpose(
    source: Any, s: Any, s_stride: Any, rows: Any, columns: Any, target: Any, t: Any, t_stride: Any
) -> None:
    """Write ``target[j, i] = source[i, j]`` for i < rows, j < columns.  Modified in place: target.

    ``source[i, j]`` is at ``s + i * s_stride + j``, ``target[j, i]`` at ``t + j * t_stride + i``.  Both are
    padded to whole vectors: the target in both directions, the source in that of j, where its padding is
    copied like the rest; beyond ``rows`` zeros are written.
    """
    for i in range(0, rows, 16):
        for j in range(0, columns, 16):
            _transpose_block(
                source, s + i * s_stride + j, s_stride, rows - i, target, t + j * t_stride + i, t_stride
            )
