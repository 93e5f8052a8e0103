"""Frames without the engine: a random network evaluated with NumPy."""

from __future__ import annotations

import itertools

import numpy as np

from engine.data import prepare
from engine.experiment import Experiment
from engine.probes import Distribution, LayerStatistics
from engine.snapshot import Frame, FrameRequest, History, Probed, Snapshot


def experiment_of(*units: int, data: object = "spiral", **more: object) -> Experiment:
    """Return an experiment with tanh layers of these widths."""
    layers = [{"units": n} for n in units]
    return Experiment.parse({"data": data, "network": {"layers": layers}, **more})


def history_of(epochs: int) -> History:
    """Return curves that fall from 1."""
    epoch = np.arange(epochs, dtype=np.float64)
    return History(epoch, np.exp(-epoch / 200), np.exp(-epoch / 300))


def frame_of(
    experiment: Experiment,
    *,
    seed: int = 0,
    shown: tuple[int, int] | None = None,
    side: int = 20,
    history: History | None = None,
    running: bool = True,
    diverged: object = None,
    finished: object = None,
    learning_rate: float = 0.01,
    axes: tuple[int, int] = (0, 1),
    probe: tuple[float, ...] | None = None,
    gradients: bool = False,
    statistics: bool = False,
) -> Frame:
    """Return a frame of a random network of the experiment's shape, with what is asked for."""
    rng = np.random.default_rng(seed)
    data = prepare(experiment.data, experiment.features, experiment.seed)
    widths = [len(experiment.features), *(layer.units for layer in experiment.network.layers), data.outputs]
    parameters = tuple(
        (rng.normal(size=(b, a)).astype(np.float32), rng.normal(size=b).astype(np.float32))
        for a, b in itertools.pairwise(widths)
    )
    points = np.tile(data.train_inputs.mean(axis=0), (side * side if len(data.input_names) > 1 else side, 1))
    for i, axis in enumerate(axes[: len(data.input_names)]):
        low, high = data.extent[axis]
        centres = low + (np.arange(side) + 0.5) / side * (high - low)
        if len(data.input_names) == 1:
            points[:, 0] = centres
        else:
            points[:, axis] = np.repeat(centres[::-1], side) if i else np.tile(centres, side)
    layers, answer = _forward(data, parameters, points)
    shape = (1, side) if len(data.input_names) == 1 else (side, side)
    pictures = [*layers[:-1], answer * 2 - 1 if len(data.classes) == 2 else answer]
    thumbnails = tuple(
        np.clip(np.round(one.T.reshape(-1, *shape) * 127 + 128), 0, 255).astype(np.uint8) for one in pictures
    )
    chosen = answer if shown is None else layers[shown[0]][:, [shown[1]]]
    step = 25 * (len(history.epoch) if history else 0)
    losses = {"train": 0.0213, "test": 0.0391}
    return Frame(
        generation=1,
        experiment=experiment,
        data=data,
        request=FrameRequest(side, side, shown, axes, probe, gradients, statistics),
        snapshot=Snapshot(step // 25, step, losses, {}, parameters, diverged, finished, (), learning_rate),
        thumbnails=thumbnails,
        field=np.ascontiguousarray(chosen.T.reshape(-1, *shape), dtype=np.float32),
        value_scale=1.0,
        history=history or history_of(50),
        running=running,
        samples_per_second=18.4e6,
        epochs_per_second=100.0,
        probed=None if probe is None else _probed(data, parameters, probe),
        gradients=tuple((weight / 10, bias / 10) for weight, bias in parameters) if gradients else None,
        statistics=_statistics(data, parameters) if statistics else None,
    )


def _forward(data, parameters, points):
    """Return what every layer makes of raw inputs, and what the last one's values stand for."""
    layers = [data.features_of(points)]
    for weight, bias in parameters:
        layers.append(np.tanh(layers[-1] @ weight.T + bias))
    answer = layers[-1]
    if data.classes:
        answer = (answer + 1) / 2
        if len(data.classes) > 2:
            answer = answer / answer.sum(axis=1, keepdims=True)
    return layers, answer


def _probed(data, parameters, point):
    layers, answer = _forward(data, parameters, [point])
    return Probed(tuple(point), tuple(layer[0] for layer in layers), answer[0].astype(np.float32))


def _statistics(data, parameters):
    layers, _ = _forward(data, parameters, data.train_inputs)
    return tuple(
        LayerStatistics(
            _distribution(np.arctanh(np.clip(after, -0.999999, 0.999999))),
            _distribution(after),
            _distribution(after / 100),
            _distribution(weight),
            _distribution(weight / 10),
            after.mean(axis=0),
            after.std(axis=0),
            np.zeros(len(bias), bool),
            (1 - after**2 < 0.05).mean(axis=0),
        )
        for (weight, bias), after in zip(parameters, layers[1:], strict=True)
    )


def _distribution(numbers):
    counts, edges = np.histogram(numbers, 40)
    mean, std = float(numbers.mean()), float(numbers.std())
    return Distribution(numbers.size, mean, std, float(np.linalg.norm(numbers)), counts, edges)
