"""Measure several things so that they can be compared: in turns, many times."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Effort:
    """How long to measure: so many rounds, of at least so many seconds each."""

    rounds: int
    seconds: float


FULL = Effort(rounds=15, seconds=0.1)
QUICK = Effort(rounds=3, seconds=0.02)


def in_turns(acts: Mapping[str, Callable[[int], object]], effort: Effort) -> dict[str, list[float]]:
    """Time every act once a round, and return its seconds per repetition in every round.

    In turns, since the speed of a machine drifts.

    Parameters
    ----------
    acts : mapping of str to callable
        Each takes the number of repetitions.
    """
    counts = {}
    for name, act in acts.items():
        act(1)  # what is done once: compiling, caches, buffers
        counts[name] = 1
        while (taken := _seconds(act, counts[name])) < effort.seconds / 2:
            counts[name] *= 2
        counts[name] = max(1, round(counts[name] * effort.seconds / taken))
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(effort.rounds):
        for name, act in acts.items():
            times[name].append(_seconds(act, counts[name]) / counts[name])
    return times


def _seconds(act: Callable[[int], object], count: int) -> float:
    start = time.perf_counter()
    act(count)
    return time.perf_counter() - start


def ratio(slow: list[float], fast: list[float]) -> float:
    """Return how many times faster the second is: the median over the rounds of the ratio in each."""
    return statistics.median(s / f for s, f in zip(slow, fast, strict=True))
