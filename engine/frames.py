"""What one repaint of a window needs, put together."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.metrics import evaluate as metrics_of
from engine.output import probabilities
from engine.probes import Fields, Probe
from engine.probes.bench import without_chance
from engine.snapshot import Frame, FrameRequest, Snapshot
from engine.tensors import BIAS, WEIGHT, pairs

if TYPE_CHECKING:
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.machine import Machine
    from engine.probes import LayerStatistics
    from engine.snapshot import Divergence, Finish, History, Probed

MOST_ROWS = 1024  # that gradients and statistics are computed along: a frame is drawn sixty times a second


class Instruments:
    """What a frame carries only where it is asked for.

    A probe is built at the first question, and kept for as long as it fits the experiment and its data.
    """

    def __init__(self) -> None:
        self._probe: Probe | None = None
        self._experiment: Experiment | None = None
        self._data: PreparedData | None = None

    def of(self, experiment: Experiment, data: PreparedData) -> Probe:
        """Return a probe of the training rows, or of MOST_ROWS evenly chosen ones."""
        if self._probe is None or data is not self._data or not self._fits(self._probe, experiment):
            self._probe = Probe(experiment, _thinned(data))
        self._experiment, self._data = experiment, data
        return self._probe

    def _fits(self, probe: Probe, experiment: Experiment) -> bool:
        """Tell whether an edit, such as of the learning rate, is nothing to a probe."""
        return experiment is self._experiment or without_chance(experiment) == probe.plain


def _thinned(data: PreparedData) -> PreparedData:
    """Return the data with the training rows that are looked at, and no others."""
    count = len(data.train_features)
    rows = np.linspace(0, count - 1, min(count, MOST_ROWS)).round().astype(np.int64)
    chosen = {name: getattr(data, f"train_{name}")[rows] for name in ("inputs", "features", "targets")}
    return dataclasses.replace(
        data,
        train_rows=data.train_rows[rows],
        test_rows=data.test_rows[:0],
        **{f"train_{name}": array for name, array in chosen.items()},
        **{f"test_{name}": array[:0] for name, array in chosen.items()},
    )


def snapshot_of(machine: Machine, diverged: Divergence | None, finished: Finish | None) -> Snapshot:
    """Return the present state of a run as values that never change."""
    losses: dict[str, float] = {}
    metrics: dict[str, dict[str, float]] = {}
    for part, rows in (("train", machine.train_rows), ("test", machine.test_rows)):
        if not len(rows.truth):
            continue
        outputs, losses[part] = machine.assess(rows)
        predicted = probabilities(outputs, machine.data, machine.plan)
        metrics[part] = metrics_of(machine.data.task, predicted, rows.truth, len(machine.data.classes))
    tensors = machine.tensors()
    for layer in tensors:
        for array in layer.values():
            array.flags.writeable = False
    return Snapshot(
        machine.epoch,
        machine.step_count,
        MappingProxyType(losses),
        MappingProxyType({part: MappingProxyType(found) for part, found in metrics.items()}),
        tuple(pairs(tensors)),
        diverged,
        finished,
        tuple(MappingProxyType(layer) for layer in tensors),
        machine.learning_rate(),
    )


def framed(
    machine: Machine,
    fields: Fields,
    instruments: Instruments,
    request: FrameRequest,
    snapshot: Snapshot,
    *,
    generation: int,
    history: History,
    running: bool,
    samples_per_second: float,
    epochs_per_second: float,
) -> Frame:
    """Return a frame of a machine; see ``Trainer.frame``.

    What the request says of a neuron, an input or a probe point that the experiment does not have gives way
    to the output, the first inputs and no probe point; the frame's own request says so.
    """
    experiment, data = machine.experiment, machine.data
    last = len(data.input_names) - 1
    axes = request.axes if max(request.axes) <= last else (0, min(1, last))
    shown = request.shown if fields.has(request.shown) else None
    point = request.probe if request.probe is not None and len(request.probe) == last + 1 else None
    probed: Probed | None = None
    gradients: tuple[tuple[Floats, Floats], ...] | None = None
    statistics: tuple[LayerStatistics, ...] | None = None
    if point is not None or request.gradients or request.statistics:
        probe, tensors = instruments.of(experiment, data), snapshot.tensors
        if point is not None:
            probed = probe.at_point(tensors, point)
        if request.gradients:
            found = probe.gradient(tensors).tensors
            gradients = tuple((layer[WEIGHT], layer[BIAS]) for layer in found)
        if request.statistics:
            statistics = probe.layer_statistics(tensors)
    return Frame(
        generation=generation,
        experiment=experiment,
        data=data,
        request=dataclasses.replace(request, shown=shown, axes=axes, probe=point),
        snapshot=snapshot,
        thumbnails=fields.thumbnails(request.thumbnail, axes),
        field=fields.field(request.resolution, axes, shown),
        value_scale=fields.value_scale,
        history=history,
        running=running,
        samples_per_second=samples_per_second,
        epochs_per_second=epochs_per_second,
        probed=probed,
        gradients=gradients,
        statistics=statistics,
    )
