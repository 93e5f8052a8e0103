"""The one matrix product of all passes.

The three products of a dense layer (forward, delta, gradient) and the fields are all

    C[m, n:n+16] = start + sum over k of P[m, k] * Q[k, n:n+16]

with other strides: P is read one number at a time and broadcast, Q and C are read and written 16 lanes
at a time.  What limits it is registers: 8 rows x 32 columns of accumulators reach the peak of a core
with AVX-512; with 16 half-width registers 4 x 16 do (Goto and van de Geijn, 2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite.binding import get_host_cpu_features

from engine.kernels.jit import inlined, inner
from engine.kernels.simd import broadcast, fma, load, splat, store

WIDE = bool(get_host_cpu_features().get("avx512f"))  # 32 registers of 16 lanes

DEPTH = 256  # rows of Q of one piece: 256 x 32 numbers are 32 KB

# Of NumPy's type, since Numba compiles a function anew for every literal that it is called with.
ZERO, BIAS, ACCUMULATE = np.int64(0), np.int64(1), np.int64(2)  # what the accumulators start from
NEIGHBOURS = np.int64(1)  # a stride: the numbers lie side by side
FIRST = np.int64(0)  # an offset


@inner
def _tile_8x32(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, K: Any,
               bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    u0 = u1 = u2 = u3 = u4 = u5 = u6 = u7 = splat(0)
    v0 = v1 = v2 = v3 = v4 = v5 = v6 = v7 = splat(0)
    if start == BIAS:
        u0 = u1 = u2 = u3 = u4 = u5 = u6 = u7 = load(bias, b)
        v0 = v1 = v2 = v3 = v4 = v5 = v6 = v7 = load(bias, b + 16)
    elif start == ACCUMULATE:
        u0, v0 = load(C, c), load(C, c + 16)
        u1, v1 = load(C, c + cs), load(C, c + cs + 16)
        u2, v2 = load(C, c + 2 * cs), load(C, c + 2 * cs + 16)
        u3, v3 = load(C, c + 3 * cs), load(C, c + 3 * cs + 16)
        u4, v4 = load(C, c + 4 * cs), load(C, c + 4 * cs + 16)
        u5, v5 = load(C, c + 5 * cs), load(C, c + 5 * cs + 16)
        u6, v6 = load(C, c + 6 * cs), load(C, c + 6 * cs + 16)
        u7, v7 = load(C, c + 7 * cs), load(C, c + 7 * cs + 16)
    for k in range(K):
        x = load(Q, q + k * qs)
        y = load(Q, q + k * qs + 16)
        i = p + k * pk
        s = broadcast(P, i)
        u0, v0 = fma(s, x, u0), fma(s, y, v0)
        s = broadcast(P, i + pm)
        u1, v1 = fma(s, x, u1), fma(s, y, v1)
        s = broadcast(P, i + 2 * pm)
        u2, v2 = fma(s, x, u2), fma(s, y, v2)
        s = broadcast(P, i + 3 * pm)
        u3, v3 = fma(s, x, u3), fma(s, y, v3)
        s = broadcast(P, i + 4 * pm)
        u4, v4 = fma(s, x, u4), fma(s, y, v4)
        s = broadcast(P, i + 5 * pm)
        u5, v5 = fma(s, x, u5), fma(s, y, v5)
        s = broadcast(P, i + 6 * pm)
        u6, v6 = fma(s, x, u6), fma(s, y, v6)
        s = broadcast(P, i + 7 * pm)
        u7, v7 = fma(s, x, u7), fma(s, y, v7)
    store(C, c, u0)
    store(C, c + 16, v0)
    store(C, c + cs, u1)
    store(C, c + cs + 16, v1)
    store(C, c + 2 * cs, u2)
    store(C, c + 2 * cs + 16, v2)
    store(C, c + 3 * cs, u3)
    store(C, c + 3 * cs + 16, v3)
    store(C, c + 4 * cs, u4)
    store(C, c + 4 * cs + 16, v4)
    store(C, c + 5 * cs, u5)
    store(C, c + 5 * cs + 16, v5)
    store(C, c + 6 * cs, u6)
    store(C, c + 6 * cs + 16, v6)
    store(C, c + 7 * cs, u7)
    store(C, c + 7 * cs + 16, v7)


@inner
def _tile_8x16(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, K: Any,
               bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    u0 = u1 = u2 = u3 = u4 = u5 = u6 = u7 = splat(0)
    if start == BIAS:
        u0 = u1 = u2 = u3 = u4 = u5 = u6 = u7 = load(bias, b)
    elif start == ACCUMULATE:
        u0, u1 = load(C, c), load(C, c + cs)
        u2, u3 = load(C, c + 2 * cs), load(C, c + 3 * cs)
        u4, u5 = load(C, c + 4 * cs), load(C, c + 5 * cs)
        u6, u7 = load(C, c + 6 * cs), load(C, c + 7 * cs)
    for k in range(K):
        x = load(Q, q + k * qs)
        i = p + k * pk
        u0 = fma(broadcast(P, i), x, u0)
        u1 = fma(broadcast(P, i + pm), x, u1)
        u2 = fma(broadcast(P, i + 2 * pm), x, u2)
        u3 = fma(broadcast(P, i + 3 * pm), x, u3)
        u4 = fma(broadcast(P, i + 4 * pm), x, u4)
        u5 = fma(broadcast(P, i + 5 * pm), x, u5)
        u6 = fma(broadcast(P, i + 6 * pm), x, u6)
        u7 = fma(broadcast(P, i + 7 * pm), x, u7)
    store(C, c, u0)
    store(C, c + cs, u1)
    store(C, c + 2 * cs, u2)
    store(C, c + 3 * cs, u3)
    store(C, c + 4 * cs, u4)
    store(C, c + 5 * cs, u5)
    store(C, c + 6 * cs, u6)
    store(C, c + 7 * cs, u7)


@inner
def _tile_4x16(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, K: Any,
               bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    u0 = u1 = u2 = u3 = splat(0)
    if start == BIAS:
        u0 = u1 = u2 = u3 = load(bias, b)
    elif start == ACCUMULATE:
        u0, u1 = load(C, c), load(C, c + cs)
        u2, u3 = load(C, c + 2 * cs), load(C, c + 3 * cs)
    for k in range(K):
        x = load(Q, q + k * qs)
        i = p + k * pk
        u0 = fma(broadcast(P, i), x, u0)
        u1 = fma(broadcast(P, i + pm), x, u1)
        u2 = fma(broadcast(P, i + 2 * pm), x, u2)
        u3 = fma(broadcast(P, i + 3 * pm), x, u3)
    store(C, c, u0)
    store(C, c + cs, u1)
    store(C, c + 2 * cs, u2)
    store(C, c + 3 * cs, u3)


@inner
def _tile_2x16(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, K: Any,
               bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    u0 = u1 = splat(0)
    if start == BIAS:
        u0 = u1 = load(bias, b)
    elif start == ACCUMULATE:
        u0, u1 = load(C, c), load(C, c + cs)
    for k in range(K):
        x = load(Q, q + k * qs)
        i = p + k * pk
        u0 = fma(broadcast(P, i), x, u0)
        u1 = fma(broadcast(P, i + pm), x, u1)
    store(C, c, u0)
    store(C, c + cs, u1)


@inner
def _tile_1x16(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, K: Any,
               bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    u0 = splat(0)
    if start == BIAS:
        u0 = load(bias, b)
    elif start == ACCUMULATE:
        u0 = load(C, c)
    for k in range(K):
        u0 = fma(broadcast(P, p + k * pk), load(Q, q + k * qs), u0)
    store(C, c, u0)


@inner
def _product(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, M: Any, K: Any, N: Any,
             bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    """Write the product of one piece, tile by tile.  Modified in place: C."""
    n = 0
    if WIDE:
        while n + 32 <= N:
            m = 0
            while m + 8 <= M:
                _tile_8x32(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
                m += 8
            while m + 2 <= M:
                _tile_2x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
                _tile_2x16(C, c + m * cs + n + 16, cs, P, p + m * pm, pm, pk, Q, q + n + 16, qs, K, bias, b + n + 16, start)  # fmt: skip
                m += 2
            while m < M:
                _tile_1x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
                _tile_1x16(C, c + m * cs + n + 16, cs, P, p + m * pm, pm, pk, Q, q + n + 16, qs, K, bias, b + n + 16, start)  # fmt: skip
                m += 1
            n += 32
    while n < N:
        m = 0
        if WIDE:
            while m + 8 <= M:
                _tile_8x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
                m += 8
        while m + 4 <= M:
            _tile_4x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
            m += 4
        while m + 2 <= M:
            _tile_2x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
            m += 2
        while m < M:
            _tile_1x16(C, c + m * cs + n, cs, P, p + m * pm, pm, pk, Q, q + n, qs, K, bias, b + n, start)
            m += 1
        n += 16


@inlined
def gemm(C: Any, c: Any, cs: Any, P: Any, p: Any, pm: Any, pk: Any, Q: Any, q: Any, qs: Any, M: Any, K: Any, N: Any,
         bias: Any, b: Any, start: Any) -> None:  # fmt: skip
    """Write ``C[m, n] = start + sum_k P[m, k] Q[k, n]``.  Modified in place: C.

    All arrays are flat float32.  ``C[m, n]`` is at ``c + m * cs + n``, ``P[m, k]`` at
    ``p + m * pm + k * pk``, ``Q[k, n]`` at ``q + k * qs + n``.  N is a multiple of 16; C, Q and bias are
    read and written up to it.  ``start`` is ZERO, BIAS (``bias[b + n]`` in every row) or ACCUMULATE.
    """
    # Long sums in pieces, so that the columns of Q that a tile reads stay in the first-level cache.
    for k in range(0, max(K, 1), DEPTH):
        _product(C, c, cs, P, p + k * pk, pm, pk, Q, q + k * qs, qs, M, min(DEPTH, K - k), N, bias, b,
                 start if k == 0 else ACCUMULATE)  # fmt: skip
