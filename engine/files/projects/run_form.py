"""Which arrays the run of an experiment consists of, by name, type and shape, and how vectors become them.

A vector that is laid out like the parameters becomes tensors with the parameters' names behind its own:
``optimizer.velocity.layers.0.weight``.  Where the numbers that pad a row in memory are not zero, so that the
tensors are not all there is, it stays as it lies there: ``optimizer.step_size.flat``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from engine.checkpoint import PARTS
from engine.kernels import layout
from engine.output import plan_output
from engine.program import batch_rows, network_of, slot_names
from engine.tensors import (
    muted_links,
    read_like_parameters,
    read_tensors,
    tensor_shapes,
    weight_view,
    write_like_parameters,
    write_tensors,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from engine.checkpoint import Checkpoint
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.files.projects.record import RunRecord, StateRecord
    from engine.floats import Floats

    Arrays: TypeAlias = dict[str, NDArray[Any]]
    Specs: TypeAlias = dict[str, tuple[str, tuple[int, ...]]]  # type and shape by name

PRESENT, EARLIER, BEST = "", "earlier.", "best."
SMALL: dict[str, tuple[str, tuple[int, ...]]] = {
    "counters": ("int64", (layout.COUNTERS,)),
    "losses": ("float64", (layout.LOSSES,)),
    "order_state": ("uint64", (4,)),
    "dropout_state": ("uint64", (4,)),
    "noise_state": ("uint64", (4,)),
}


@dataclass(frozen=True)
class Vector:
    """One that is laid out like the parameters; ``count`` of them in a row where it is given."""

    name: str
    dtype: str = "float32"
    count: int | None = None


class Form:
    """The arrays of a run.

    Raises
    ------
    ExperimentError, DataError
        Where the output layer or the loss does not fit the data.
    """

    def __init__(self, experiment: Experiment, data: PreparedData) -> None:
        self.experiment = experiment
        self.network = network_of(experiment, data, plan_output(experiment, data))
        self.rows = len(data.train_features)
        self.batch = batch_rows(experiment, self.rows)
        self.slots = tuple(name.replace(" ", "_") for name in slot_names(experiment.training.optimizer))

    # What there is

    def weights(self) -> Specs:
        """Return the present tensors, running statistics included."""
        return self._layers(PRESENT)

    def state(self, record: RunRecord) -> Specs:
        """Return all other arrays of a run."""
        found: Specs = {}
        for prefix, state in self.states(record):
            if prefix:
                found |= self._layers(prefix)
            found |= {prefix + name: spec for name, spec in SMALL.items()}
            if not state.shares_order:
                found[f"{prefix}order"] = ("int64", (self.rows,))
            if state.lbfgs is not None and state.lbfgs.pairs:
                found[f"{prefix}lbfgs.rho"] = ("float64", (state.lbfgs.pairs,))
        for vector in self.vectors(record):
            found |= self._vector(vector, vector.name in record.flat)
        for layer, links in self.muted().items():
            pieces = int(self.network.layers[layer, layout.PIECES])
            found[f"muted.layers.{layer}.weight"] = ("float32", (len(links), pieces))
        return found

    @staticmethod
    def states(record: RunRecord) -> Iterator[tuple[str, StateRecord]]:
        """Iterate over the states of a run and the prefixes of their names."""
        for prefix, state in ((PRESENT, record.state), (EARLIER, record.earlier), (BEST, record.best)):
            if state is not None:
                yield prefix, state

    def vectors(self, record: RunRecord) -> Iterator[Vector]:
        """Iterate over all that is laid out like the parameters and has no running statistics beside it."""
        yield Vector("gradient")
        for prefix, state in self.states(record):
            yield from (Vector(f"{prefix}optimizer.{slot}") for slot in self.slots)
            if state.lbfgs is not None:
                if state.lbfgs.pairs:
                    yield Vector(f"{prefix}lbfgs.s", "float64", state.lbfgs.pairs)
                    yield Vector(f"{prefix}lbfgs.y", "float64", state.lbfgs.pairs)
                if state.lbfgs.begun:
                    yield Vector(f"{prefix}lbfgs.previous", "float64", 2)

    def vector_names(self, record: RunRecord) -> set[str]:
        """Return the names of all that may be kept as it lies in memory."""
        return {vector.name for vector in self.vectors(record)}

    def muted(self) -> dict[int, list[tuple[int, int, int]]]:
        """Return the muted weights of every layer that has any, in the experiment's order."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for link in muted_links(self.experiment):
            found.setdefault(link[0], []).append(link)
        return found

    def _layers(self, prefix: str) -> Specs:
        shapes = tensor_shapes(self.network, statistics=True)
        return {
            f"{prefix}layers.{i}.{name}": ("float32", shape)
            for i, layer in enumerate(shapes)
            for name, shape in layer.items()
        }

    def _vector(self, vector: Vector, flat: bool) -> Specs:
        before = () if vector.count is None else (vector.count,)
        if flat:
            return {f"{vector.name}.flat": (vector.dtype, (*before, self.network.parameters.size))}
        shapes = tensor_shapes(self.network, statistics=False)
        return {
            f"{vector.name}.layers.{i}.{name}": (vector.dtype, (*before, *shape))
            for i, layer in enumerate(shapes)
            for name, shape in layer.items()
        }

    # From memory to names

    def named(self, vector: Vector, values: NDArray[Any], flat: list[str]) -> Arrays:
        """Return a vector's tensors by name, or itself, and then note its name in ``flat``."""
        rows = [read_like_parameters(self.network, row) for row in np.atleast_2d(values)]
        found = {
            f"{vector.name}.layers.{i}.{name}": np.stack([row[i][name] for row in rows])
            for i, layer in enumerate(rows[0])
            for name in layer
        }
        if vector.count is None:
            found = {name: array[0] for name, array in found.items()}
        if _same(self.vector(vector, found, ()), values):
            return found
        flat.append(vector.name)
        return {f"{vector.name}.flat": values}

    def named_layers(self, prefix: str, parameters: Floats, statistics: Floats) -> Arrays:
        """Return the tensors of a state, whose padding is always zero."""
        of_state = self.network._replace(parameters=parameters, statistics=statistics)
        return {
            f"{prefix}layers.{i}.{name}": array
            for i, layer in enumerate(read_tensors(of_state))
            for name, array in layer.items()
        }

    # From names to memory

    def vector(
        self, vector: Vector, arrays: Mapping[str, NDArray[Any]], flat: tuple[str, ...]
    ) -> NDArray[Any]:
        """Return a vector as it lies in memory."""
        if vector.name in flat:
            return arrays[f"{vector.name}.flat"]
        values = np.zeros((vector.count or 1, self.network.parameters.size), vector.dtype)
        shapes = tensor_shapes(self.network, statistics=False)
        for k, row in enumerate(values):
            tensors = [
                {name: _row(arrays[f"{vector.name}.layers.{i}.{name}"], vector, k) for name in layer}
                for i, layer in enumerate(shapes)
            ]
            write_like_parameters(self.network, row, tensors)
        return values[0] if vector.count is None else values

    def layers(self, prefix: str, arrays: Mapping[str, NDArray[Any]]) -> tuple[Floats, Floats]:
        """Return parameters and statistics of a state as they lie in memory."""
        parameters, statistics = self.network.parameters, self.network.statistics
        of_state = self.network._replace(
            parameters=np.zeros_like(parameters), statistics=np.zeros_like(statistics)
        )
        shapes = tensor_shapes(self.network, statistics=True)
        tensors = [
            {name: arrays[f"{prefix}layers.{i}.{name}"] for name in layer} for i, layer in enumerate(shapes)
        ]
        write_tensors(of_state, tensors)
        return of_state.parameters, of_state.statistics

    def muted_weights(self, checkpoint: Checkpoint) -> Iterator[Floats]:
        """Iterate over what the muted weights of all states are, where they should be zero."""
        for state in (checkpoint.state, checkpoint.earlier, checkpoint.watch.best):
            if state is not None:
                of_state = self.network._replace(parameters=state[0][PARTS.index("parameters")])
                for layer, unit, source in muted_links(self.experiment):
                    yield weight_view(of_state, layer)[:, unit, source]


def _row(array: NDArray[Any], vector: Vector, k: int) -> NDArray[Any]:
    return array if vector.count is None else array[k]


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Tell whether two arrays of one type and shape are the same to the bit."""
    bits = f"u{one.dtype.itemsize}"
    return bool((np.ascontiguousarray(one).view(bits) == np.ascontiguousarray(other).view(bits)).all())
