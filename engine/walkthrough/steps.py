"""A walk through one sample as values: numbered steps, and the numbers behind them as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.weight_edits import TakeStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from engine.experiment import Experiment
    from engine.probes.samples import Memory, Sample
    from engine.walkthrough.notation import Formula, Phrase

    Arrays: TypeAlias = tuple[Mapping[str, NDArray[np.float64]], ...]

Phase: TypeAlias = Literal["forward", "loss", "backward", "update"]
PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "update")
Unit: TypeAlias = tuple[int, int]  # (column, unit), column 0 the features
Link: TypeAlias = tuple[int, int, int]  # (the column it leads to, the unit there, the unit it comes from)


@dataclass(frozen=True)
class Request:
    """Which sample to walk with: a row of a part, or raw inputs and their target."""

    part: Literal["train", "test"] = "train"
    row: int | None = 0
    inputs: tuple[float, ...] | None = None
    target: int | tuple[float, ...] | None = None


@dataclass(frozen=True)
class Line:
    """One equation: its left side, and the right side in symbols, with the numbers put in, and as a result.

    ``hint`` is the definition of what is used, a text of the catalog.  Where a long sum has been summed up
    in ``numbers``, ``full`` has all of it.  ``sign`` is "=", or "←" for what takes a value's place.
    """

    name: str
    symbols: Formula
    numbers: Formula = ()
    value: float | None = None
    hint: str = ""
    full: Formula = ()
    sign: str = "="


@dataclass(frozen=True)
class Check:
    """A gradient beside the slope between two nudges: of w - h and w + h, in float64."""

    gradient: float
    nudge: float
    below: float
    above: float

    @property
    def slope(self) -> float:
        """The loss's change per unit of the parameter."""
        return (self.above - self.below) / (2 * self.nudge)

    @property
    def agrees(self) -> bool:
        """Whether both say the same, as far as a nudge of finite length can tell."""
        difference, size = abs(self.slope - self.gradient), max(abs(self.slope), abs(self.gradient))
        return difference <= 1e-4 * size + 1e-7


@dataclass(frozen=True)
class Row:
    """One line of a table: its name, its numbers, and the equations behind them."""

    name: Formula
    cells: tuple[Formula, ...] = ()
    check: Check | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows under headings, ``note`` saying what stands in the others that are not shown."""

    heads: tuple[Formula, ...]
    rows: tuple[Row, ...]
    note: Phrase | None = None


@dataclass(frozen=True)
class Step:
    """What one step says, and what it points at on the canvas.

    ``labels`` are numbers to stand beside units.
    """

    phase: Phase
    title: Phrase
    units: tuple[Unit, ...]
    links: tuple[Link, ...]
    labels: Mapping[Unit, float]
    lines: tuple[Line, ...]
    table: Table | None = None
    notes: tuple[Phrase, ...] = ()
    has_result: bool = True

    @property
    def result(self) -> Line | None:
        """The last equation that comes to a number, None where a step has no result."""
        if not self.has_result:
            return None
        return next((line for line in reversed(self.lines) if line.value is not None), None)


@dataclass(frozen=True, eq=False)
class Walkthrough:
    """One sample forward, its loss, backward and the update, as numbered steps.

    ``tensors`` are those it was walked with, ``memory`` what the optimizer had in mind; ``after`` and
    ``memory_after`` what one step makes of both, None where there is no step of one sample.  ``sample`` has
    the numbers of every layer.  All in float64.
    """

    experiment: Experiment
    request: Request
    sample: Sample
    tensors: Arrays
    memory: Memory
    after: Arrays | None
    memory_after: Memory | None
    loss_after: float | None
    steps: tuple[Step, ...]

    @property
    def activations(self) -> tuple[NDArray[np.float64], ...]:
        """What the units of every column hand on, the features first."""
        return (self.sample.features, *(layer.outputs for layer in self.sample.layers))

    @property
    def deltas(self) -> tuple[NDArray[np.float64], ...]:
        """The loss's slope by the weighted sums of every layer."""
        return tuple(layer.z_deltas for layer in self.sample.layers)

    @property
    def gradient(self) -> Arrays:
        """The loss's slope by every trained tensor."""
        return tuple(layer.gradient for layer in self.sample.layers)

    def edit(self) -> TakeStep | None:
        """Return what makes its update come true, None where there is none."""
        if self.after is None or self.memory_after is None:
            return None
        return TakeStep(self.after, self.memory_after.slots, self.memory_after.step)

    def first(self, phase: Phase) -> int | None:
        """Return the position of a phase's first step, None where it has none."""
        return next((i for i, step in enumerate(self.steps) if step.phase == phase), None)
