"""Frames without the engine: a random network evaluated with NumPy."""

from __future__ import annotations

import itertools

import numpy as np

from engine.data import prepare
from engine.experiment import Experiment
from engine.snapshot import Frame, FrameRequest, History, Snapshot


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
) -> Frame:
    """Return a frame of a random network of the experiment's shape."""
    rng = np.random.default_rng(seed)
    data = prepare(experiment.data, experiment.features, experiment.seed)
    widths = [len(experiment.features), *(layer.units for layer in experiment.network.layers), data.outputs]
    parameters = tuple(
        (rng.normal(size=(b, a)).astype(np.float32), rng.normal(size=b).astype(np.float32))
        for a, b in itertools.pairwise(widths)
    )
    points = np.tile(data.train_inputs.mean(axis=0), (side * side if len(data.input_names) > 1 else side, 1))
    for axis, (low, high) in enumerate(data.extent[:2]):
        centres = low + (np.arange(side) + 0.5) / side * (high - low)
        if len(data.input_names) == 1:
            points[:, 0] = centres
        else:
            points[:, axis] = np.repeat(centres[::-1], side) if axis else np.tile(centres, side)
    layers = [data.features_of(points)]
    for weight, bias in parameters:
        layers.append(np.tanh(layers[-1] @ weight.T + bias))
    answer = layers[-1]
    if data.classes:
        answer = (answer + 1) / 2
        if len(data.classes) > 2:
            answer = answer / answer.sum(axis=1, keepdims=True)
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
        request=FrameRequest(side, side, shown),
        snapshot=Snapshot(step // 25, step, losses, {}, parameters, diverged, finished, (), learning_rate),
        thumbnails=thumbnails,
        field=np.ascontiguousarray(chosen.T.reshape(-1, *shape), dtype=np.float32),
        value_scale=1.0,
        history=history or history_of(50),
        running=running,
        samples_per_second=18.4e6,
        epochs_per_second=100.0,
    )
