"""A network apart: what probes compute with, so that they never disturb a run."""

from __future__ import annotations

import dataclasses
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from engine import loops  # noqa: F401  (fills the kernels' formulas before one compiles)
from engine.catalog.optimizers import Sgd
from engine.catalog.regularizers import NoRegularizer
from engine.catalog.schedules import Constant
from engine.experiment import Network
from engine.kernels import layout
from engine.kernels.train import train
from engine.machine import Rows
from engine.output import plan_output, sample_weights, target_rows
from engine.program import aligned_zeros, flat_rows, learning_of, network_of, workspace_of
from engine.tensors import STATISTICS, frozen_mask, read_like_parameters, read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.tensors import Tensors

    State: TypeAlias = Sequence[Mapping[str, ArrayLike]]  # a snapshot's tensors
    Frozen: TypeAlias = tuple[Mapping[str, Floats], ...]

Part = Literal["train", "test"]
MOST_ROWS = 4096  # that are normalized together: all of them have to be in memory at once


def read_only(array: Any) -> Any:
    """Return an array that nobody can write to any more."""
    array.flags.writeable = False
    return array


def frozen(tensors: Tensors) -> Frozen:
    """Return tensors that nobody can write to any more."""
    return tuple(
        MappingProxyType({name: read_only(array) for name, array in layer.items()}) for layer in tensors
    )


def without_chance(experiment: Experiment) -> Experiment:
    """Return the experiment with nothing between the data and the gradient of their mean loss.

    No dropout, noise or penalty, and nothing is frozen; a gradient that no step follows is not clipped.
    """
    free: dict[str, Any] = {"frozen": False, "frozen_weights": ()}
    network = experiment.network
    layers = tuple(layer.edited(dropout=0.0, **free) for layer in network.layers)
    training = experiment.training.edited(
        optimizer=Sgd(),
        schedule=Constant(),
        regularizer=NoRegularizer(),
        batch_size="full",
        shuffle=False,
        input_noise=0.0,
    )
    network = Network(layers=layers, output=network.output.edited(**free))
    return experiment.edited(network=network, training=training)


class Bench:
    """The arrays of a network that is not trained, and the data it is shown.

    Parameters
    ----------
    experiment, data
        Those of the run whose snapshots are probed.

    Raises
    ------
    ExperimentError, DataError
        Where the output layer or the loss does not fit the data.
    """

    def __init__(self, experiment: Experiment, data: PreparedData) -> None:
        self.experiment, self.data = experiment, data
        self.plan = plan_output(experiment, data)
        self.plain = without_chance(experiment)
        # The network has room for the longer of the two parts, where all of it is normalized together.
        longer = max(data.train_features, data.test_features, key=len)
        batch = dataclasses.replace(data, train_features=longer[:MOST_ROWS])
        self.network = network_of(self.plain, batch, self.plan)
        learning = learning_of(self.plain, self.network, batch, self.plan)
        learning.codes[layout.RULE] = layout.HOLD
        self.muted = frozen_mask(self.plain, self.network, aligned_zeros(self.network.parameters.size))
        self.learning = learning._replace(trained=self.muted, held=aligned_zeros(self.muted.size))
        self.block = int(learning.codes[layout.ROWS])
        self.loss_scale = float(learning.scalars[layout.LOSS_SCALE])
        found = read_tensors(self.network)
        self._shapes = [{name: array.shape for name, array in layer.items()} for layer in found]
        self._parts: dict[Part, Rows] = {}

    @functools.cached_property
    def work(self) -> layout.Workspace:
        """The scratch of one block of rows."""
        return workspace_of(self.network)

    @functools.cached_property
    def batch_normalized(self) -> bool:
        """Whether rows depend on each other in training."""
        return bool((self.network.layers[:, layout.NORMALIZATION] == layout.BATCH_NORMALIZATION).any())

    # Tensors

    def load(self, tensors: State) -> None:
        """Make the network that of a snapshot.

        Raises
        ------
        ValueError
            Where the tensors are those of another network.
        """
        self.check(tensors)
        write_tensors(self.network, tensors)

    def check(self, tensors: State, optional: Collection[str] = ()) -> None:
        """Refuse tensors of other names or shapes; ``optional`` ones may be missing.

        Raises
        ------
        ValueError
            Where the tensors are those of another network.
        """
        fits = len(tensors) == len(self._shapes) and all(
            given.keys() | set(optional) & known.keys() == known.keys()
            and all(np.shape(given[name]) == known[name] for name in given)
            for given, known in zip(tensors, self._shapes, strict=True)
        )
        if not fits:
            raise ValueError("the tensors are those of another network: build a probe for its experiment")

    def flat(self, tensors: State) -> Floats:
        """Return tensors, without running statistics, as they lie among the parameters.

        Raises
        ------
        ValueError
            Where the tensors are those of another network.
        """
        self.check(tensors, STATISTICS)
        room = aligned_zeros(self.network.parameters.size)
        statistics = np.zeros_like(self.network.statistics)
        write_tensors(self.network._replace(parameters=room, statistics=statistics), tensors)
        return room

    def named(self, flat: Floats) -> Tensors:
        """Return the tensors of a buffer that lies like the parameters."""
        return read_like_parameters(self.network, flat)

    def audible(self) -> Tensors:
        """Return 0 for muted weights, else 1."""
        return self._mask(self.plain)

    def trained(self) -> Tensors:
        """Return 0 for what training leaves alone, else 1."""
        return self._mask(self.experiment)

    def _mask(self, experiment: Experiment) -> Tensors:
        ones = aligned_zeros(self.network.parameters.size)
        if not frozen_mask(experiment, self.network, ones).size:
            ones[:] = 1
        return self.named(ones)

    # Data

    def part(self, part: Part) -> Rows:
        """Return the rows of a part as the kernels read them.

        Raises
        ------
        ValueError
            Where there are none.
        """
        if part not in self._parts:
            data = self.data
            found = {
                "train": (data.train_features, data.train_targets),
                "test": (data.test_features, data.test_targets),
            }
            features, truth = found[part]
            if not len(features):
                raise ValueError("there are no test rows: all rows are trained on")
            targets = target_rows(self.plain, data, truth, self.plan)
            weights = sample_weights(self.plain, data, truth)
            self._parts[part] = Rows(flat_rows(features), targets, truth, weights)
        return self._parts[part]

    def rows(self, part: Part, rows: ArrayLike | None) -> NDArray[np.int64]:
        """Return which rows of a part to look at, by default all.

        Raises
        ------
        ValueError
            Where there are no such rows.
        """
        count = len(self.part(part).truth)
        if rows is None:
            return np.arange(count, dtype=np.int64)
        chosen = np.array(rows, np.int64, ndmin=1)
        if chosen.ndim != 1 or not chosen.size or chosen.min() < 0 or chosen.max() >= count:
            raise ValueError(f"rows must be some of 0 to {count - 1}")
        return chosen

    def batch(self, part: Part, rows: ArrayLike | None) -> NDArray[np.int64]:
        """Return which rows to go back through, at most MOST_ROWS of them evenly where rows are coupled."""
        chosen = self.rows(part, rows)
        if not self.batch_normalized or chosen.size <= self.block:
            return chosen
        return chosen[np.linspace(0, chosen.size - 1, self.block).round().astype(np.int64)]

    # Passes

    def backward(self, part: Part, rows: NDArray[np.int64], share: float = 1.0) -> float:
        """Leave ``share`` of the gradient of the rows' mean loss in ``learning``; return so much of the loss.

        The last block of rows stays in the workspace.
        """
        given, learning = self.part(part), self.learning
        learning.counters[layout.POSITION], learning.counters[layout.BATCH] = 0, rows.size
        learning.scalars[layout.LOSS_SCALE] = self.loss_scale * share
        train(
            self.network,
            self.work,
            learning._replace(order=rows, weights=given.weights),
            given.features,
            given.targets,
            1,
        )
        return float(learning.losses[layout.OF_BATCH])
