"""How the numbers of every layer are distributed, and which units have died or saturate."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import Activation, Softmax
from engine.kernels import layout
from engine.kernels import survey as counted
from engine.kernels.survey import survey
from engine.probes.bench import read_only
from engine.snapshot import Distribution, LayerStatistics
from engine.tensors import SLOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from engine.catalog.entry import Entry
    from engine.floats import Floats
    from engine.probes.bench import Bench, Part, State

BLOCK, PARAMETERS = range(counted.WEIGHTS), range(counted.WEIGHTS, counted.QUANTITIES)
SATURATED = 0.05  # of the largest slope of an activation
TOGETHER = 1024  # rows whose slopes are looked at together
REACH = 10.0  # weighted sums among which the largest slope is looked for


def layer_statistics(
    bench: Bench, tensors: State, part: Part = "train", rows: ArrayLike | None = None
) -> tuple[LayerStatistics, ...]:
    """Return how the numbers of every layer are distributed, input to output.

    All are those of a step of training along all the rows, without dropout and noise: batch normalization is
    by the rows' own mean and variance, as in ``gradient``.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    part : {"train", "test"}
    rows : array_like of int, optional
        Rows of the part; by default all.

    Raises
    ------
    ValueError
        Where tensors or rows do not fit.
    """
    bench.load(tensors)
    chosen = bench.batch(part, rows)
    blocks = [chosen[start : start + bench.block] for start in range(0, chosen.size, bench.block)]
    weights = bench.part(part).weights
    sizes = np.array([weights[block].sum() if weights.size else block.size for block in blocks], np.float64)
    shares = sizes / max(sizes.sum(), 1e-300)
    counts, units = Counts(bench), _Units(bench)
    for block, share in zip(blocks, shares, strict=True):
        bench.backward(part, block, share)
        counts.gradient += bench.learning.gradient
        units.add(block.size)
        counts.add(BLOCK, block.size)
    counts.add(PARAMETERS)
    counts.begin_histograms()
    for block, share in zip(blocks, shares, strict=True):
        if len(blocks) > 1:  # else it is still there
            bench.backward(part, block, share)
        counts.add(BLOCK, block.size)
    counts.add(PARAMETERS)
    # A sample's delta is a share of the mean loss's: times the number of samples it is that of its own loss.
    found = counts.distributions(np.array([1.0, 1.0, float(chosen.size), 1.0, 1.0]))
    return tuple(
        LayerStatistics(inputs, values, deltas, own, gradients, means, stds, dead, saturated)
        for (inputs, values, deltas, own, gradients), (means, stds, dead, saturated) in zip(
            found, units.result(chosen.size), strict=True
        )
    )


class Counts:
    """Sums and ranges of every quantity of every layer, then their histograms."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        shape = len(bench.network.layers), counted.QUANTITIES
        self.table = np.zeros((*shape, counted.COLUMNS))
        self.table[..., counted.LOW], self.table[..., counted.HIGH] = np.inf, -np.inf
        self.bins = np.zeros((*shape, counted.BINS), np.int64)
        self.gradient = np.zeros_like(bench.learning.gradient)
        self._binned = 0

    def add(self, quantities: range, rows: int = 0) -> None:
        """Count so many rows of the block in the workspace, or the parameters."""
        network, work, first, stop = self._bench.network, self._bench.work, quantities.start, quantities.stop
        survey(network, work, self.gradient, rows, first, stop, self.table, self.bins, self._binned)

    def begin_histograms(self) -> None:
        """Make means, and ranges of some width, of what has been counted; from now on fill the histograms."""
        low, high = self.table[..., counted.LOW], self.table[..., counted.HIGH]
        nothing = low > high  # of no finite number
        low[nothing] = high[nothing] = 0.0
        single = low == high  # as in numpy.histogram
        low[single] -= 0.5
        high[single] += 0.5
        with np.errstate(invalid="ignore"):
            self.table[..., counted.MEAN] = self.table[..., counted.SUM] / self.table[..., counted.COUNT]
        self._binned = 1

    def distributions(self, scales: NDArray[np.float64]) -> list[list[Distribution]]:
        """Return what was counted, (layers, quantities); the numbers of each quantity times its scale."""
        table = self.table
        # All at once: they are many, and short.
        edges = np.linspace(table[..., counted.LOW], table[..., counted.HIGH], counted.BINS + 1, axis=-1)
        edges *= scales[:, None]
        means = table[..., counted.MEAN] * scales
        stds = np.sqrt(table[..., counted.DISTANCES] / table[..., counted.COUNT]) * scales
        norms = np.sqrt(table[..., counted.SQUARES]) * scales
        read_only(self.bins)
        read_only(edges)
        return [
            [Distribution(int(record[0]), *numbers) for record, *numbers in zip(*layer, strict=True)]
            for layer in zip(
                table[..., [counted.COUNT]].tolist(),
                means.tolist(),
                stds.tolist(),
                norms.tolist(),
                self.bins,
                edges,
                strict=True,
            )
        ]


class _Units:
    """What is said of every unit, block by block: its activations, and how many slopes are zero or small."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        hidden = bench.experiment.network.layers
        self._entries: list[Entry] = [*(layer.activation for layer in hidden), bench.plan.activation]
        units = [int(row[layout.OUTPUTS]) for row in bench.network.layers]
        self._alive = [np.zeros(count, bool) for count in units]
        self._saturated, self._sums, self._squares = ([np.zeros(count) for count in units] for _ in range(3))
        self._tensors = bench.named(bench.network.parameters)
        self._kept: list[list[tuple[Floats, Floats]]] = [[] for _ in units]
        self._rows = 0

    def add(self, rows: int) -> None:
        """Look at the block in the workspace."""
        work = self._bench.work
        for i, row in enumerate(self._bench.network.layers):
            special = row[layout.RESIDUAL] != 0 or row[layout.MUTED] != 0
            y = _units(work.values if special else work.outputs, row, layout.OUT_AT, layout.OUT_STRIDE, rows)
            x = _units(work.sums, row, layout.SUM_AT, layout.SUM_STRIDE, rows)
            self._kept[i].append((x.copy(), y.copy()))
        self._rows += rows
        if self._rows >= TOGETHER:
            self._count()

    def _count(self) -> None:
        """Count the blocks that are kept: together, since a formula over few numbers takes as long."""
        for i, (entry, tensors, blocks) in enumerate(
            zip(self._entries, self._tensors, self._kept, strict=True)
        ):
            x, y = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
            slope, largest = _slope(entry, tensors, x, y)
            self._alive[i] |= (slope > 0).any(axis=0)
            self._saturated[i] += (slope < SATURATED * largest).sum(axis=0)
            self._sums[i] += y.sum(axis=0, dtype=np.float64)
            self._squares[i] += np.square(y, dtype=np.float64).sum(axis=0)
            blocks.clear()
        self._rows = 0

    def result(self, rows: int) -> Iterator[tuple[NDArray[Any], ...]]:
        """Yield means, standard deviations, dead and saturated units of every layer."""
        if self._rows:
            self._count()
        for alive, saturated, sums, squares in zip(
            self._alive, self._saturated, self._sums, self._squares, strict=True
        ):
            means = sums / rows
            with np.errstate(invalid="ignore", over="ignore"):  # what is not finite has no spread
                stds = np.sqrt(np.maximum(squares / rows - means**2, 0.0))
            yield tuple(read_only(array) for array in (means, stds, ~alive, saturated / rows))


def _units(flat: Floats, row: NDArray[np.int64], at: int, stride: int, rows: int) -> Floats:
    """Return a block's rows of a layer, (rows, units), in place."""
    start, width = int(row[at]), int(row[stride])
    return flat[start : start + rows * width].reshape(rows, width)[:, : int(row[layout.OUTPUTS])]


def _slope(entry: Entry, tensors: Mapping[str, Floats], x: Floats, y: Floats) -> tuple[Any, Any]:
    """Return ``|f'|`` (rows, units), and the largest there is."""
    if isinstance(entry, Softmax):
        return y * (1 - y), 0.25
    assert isinstance(entry, Activation)
    if entry.sums_per_unit() > 1:
        return np.ones_like(y), 1.0
    with np.errstate(all="ignore"):
        if entry.trained:
            slopes = tensors[SLOPE]
            return np.abs(entry.slope(x, y, slopes)), np.maximum(1.0, np.abs(slopes))
        return np.abs(entry.slope(x, y, *entry.numbers())), _largest_slope(entry)


@functools.cache
def _largest_slope(entry: Activation) -> float:
    """Return the largest ``|f'|``; 1 for one that goes on growing, as the exponential's."""
    x = np.linspace(-REACH, REACH, 4001)
    with np.errstate(all="ignore"):
        slopes = np.abs(entry.slope(x, entry.value(x, *entry.numbers()), *entry.numbers()))
    largest = float(slopes.max())
    return largest if largest < 2 * slopes[np.abs(x) <= REACH / 2].max() else 1.0
