"""How time and memory grow with the network, the data and the batch: one core, one thread."""

from __future__ import annotations

import math
import statistics
import tracemalloc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import unfold
from tests.benchmarks.report import Table
from tests.benchmarks.timing import in_turns
from tests.benchmarks.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.timing import Effort

# A learning rate at which the widest network stays where it is: its time is not to depend on what it learns.
BASE = Work((2, 32, 32, 1), "tanh", 1000, 100, {"kind": "sgd", "learning_rate": 1e-4})


@dataclass(frozen=True)
class Sweep:
    """The base network with one number varied.

    Parameters
    ----------
    title, name : str
        What is varied, as a heading, and before a value.
    values : tuple of int
        In ascending order.
    works : tuple of Work
        What is trained at each value.
    is_log : bool
        Whether equal ratios lie equally far apart in the picture, on both axes.
    """

    title: str
    name: str
    values: tuple[int, ...]
    works: tuple[Work, ...]
    is_log: bool = True


def _sweeps() -> tuple[Sweep, ...]:
    units = (8, 16, 32, 64, 128, 256, 512, 1024)
    layers = (1, 2, 3, 4, 6, 8, 10, 12)
    samples = (100, 1000, 10_000, 100_000, 1_000_000)
    batches = (1, 2, 5, 10, 20, 50, 100, 250, 500, 1000)
    return (
        Sweep("Units in each of two layers", "units", units,
              tuple(replace(BASE, widths=(2, n, n, 1)) for n in units)),
        Sweep("Layers of 32 units", "layers", layers,
              tuple(replace(BASE, widths=(2, *[32] * n, 1)) for n in layers), is_log=False),
        Sweep("Samples", "samples", samples, tuple(replace(BASE, rows=n) for n in samples)),
        Sweep("Batch size, of 1,000 samples", "batch", batches,
              tuple(replace(BASE, batch=n) for n in batches)),
    )  # fmt: skip


SWEEPS = _sweeps()


@dataclass(frozen=True)
class Curve:
    """What was measured of a sweep: seconds an epoch and bytes, one a value."""

    sweep: Sweep
    seconds: tuple[float, ...]
    memory: tuple[int, ...]

    @property
    def operations(self) -> tuple[int, ...]:
        """Of an epoch's matrix products."""
        return tuple(work.operations for work in self.sweep.works)

    @property
    def speed(self) -> float:
        """Operations a second, the median over the values: the slope of time in proportion to the work."""
        pairs = zip(self.operations, self.seconds, strict=True)
        return statistics.median(operations / seconds for operations, seconds in pairs)

    def growth(self) -> str:
        """Say how time grows with the work once there is more of it than of fixed costs."""
        values, operations, seconds = self.sweep.values, self.operations, self.seconds
        if operations[0] == operations[-1]:
            ratio = seconds[0] / seconds[-1]
            return f"{self.sweep.title}: {values[-1]:,} take 1/{ratio:.1f} of the time of {values[0]:,}."
        middle = len(values) // 2
        work, taken = (each[-1] / each[middle] for each in (operations, seconds))
        power = math.log(taken) / math.log(work)
        return (
            f"{self.sweep.title}: from {values[middle]:,} to {values[-1]:,}, {work:,.1f} times the "
            f"operations take {taken:,.1f} times the time, the power {power:.2f} of the work."
        )


def measured(effort: Effort, sweeps: Sequence[Sweep] | None = None) -> list[Curve]:
    """Train every network of every sweep, those of a sweep in turns."""
    curves = []
    for sweep in SWEEPS if sweeps is None else sweeps:
        memory = tuple(peak_memory(work) for work in sweep.works)
        acts = {str(value): unfold(work).train for value, work in zip(sweep.values, sweep.works, strict=True)}
        seconds = in_turns(acts, effort)
        curves.append(Curve(sweep, tuple(statistics.median(seconds[name]) for name in acts), memory))
    return curves


def peak_memory(work: Work) -> int:
    """Return the most bytes that a user's run needs at a time: drawing the data, a step, and a snapshot.

    Counted are all arrays and objects of Python, not the interpreter, its libraries and machine code.
    """
    from engine import Experiment, Trainer

    document = {
        "network": {
            "layers": [{"units": units, "activation": work.activation} for units in work.widths[1:-1]]
        },
        "training": {"loss": "mse", "optimizer": work.optimizer, "batch_size": work.batch},
    }

    def run(data: dict[str, Any]) -> None:
        trainer = Trainer(Experiment.parse({**document, "data": data}))
        trainer.advance(batches=1)
        trainer.snapshot()

    source = {"kind": "reg_plane", "samples": work.rows, "test_fraction": 0.0}
    run({**source, "samples": 10})  # what is loaded once
    tracemalloc.start()
    try:
        run(source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def table(curves: Sequence[Curve]) -> Table:
    """Write everything that was measured into one table."""
    found = Table(
        f"{BASE.network}, {BASE.rows:,} samples in batches of {BASE.batch}, one number varied",
        ("varied", "operations an epoch", "time an epoch", "GFLOP/s", "memory"),
    )
    for curve in curves:
        for value, operations, seconds, memory in zip(
            curve.sweep.values, curve.operations, curve.seconds, curve.memory, strict=True
        ):
            found.add(
                f"{curve.sweep.name} {value:,}",
                f"{operations / 1e6:,.1f} M",
                duration(seconds),
                f"{operations / seconds / 1e9:.0f}",
                f"{memory / 1e6:,.1f} MB",
            )
        found.notes.append(curve.growth())
    return found


def duration(seconds: float) -> str:
    """Write a time to three digits, in microseconds, milliseconds or seconds."""
    if seconds == 0:
        return "0"
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1e6:.3g} µs"
