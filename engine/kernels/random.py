"""The generator of batch orders and dropout masks: xoshiro256++ (Blackman and Vigna, 2021)."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.jit import inner


@inner
def _rotated(x: Any, k: Any) -> Any:
    return (x << k) | (x >> (np.uint64(64) - k))


@inner
def next_word(state: Any) -> Any:
    """Return the next 64 random bits.  Modified in place: state, uint64 (4,)."""
    result = _rotated(state[0] + state[3], np.uint64(23)) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = _rotated(state[3], np.uint64(45))
    return result


@inner
def below(state: Any, bound: Any) -> Any:
    """Return a whole number in [0, bound), for bound up to 2**31 (Lemire, 2019; bias under bound / 2**32)."""
    return np.int64(((next_word(state) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32))


@inner
def shuffle(order: Any, state: Any) -> None:
    """Permute uniformly (Fisher and Yates).  Modified in place: order, state."""
    for i in range(order.size - 1, 0, -1):
        j = below(state, i + 1)
        order[i], order[j] = order[j], order[i]


@inner
def uniform(state: Any) -> Any:
    """Return a number in [0, 1) with 53 random bits."""
    return np.float64(next_word(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner
def normal(state: Any) -> Any:
    """Return a standard normal number (Box and Muller, 1958)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(state)))  # 1 - u is never 0
    return radius * np.cos(2.0 * np.pi * uniform(state))
