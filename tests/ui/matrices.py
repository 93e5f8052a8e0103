"""What the tests of the weight matrix share: networks with all kinds of tensors, and a matrix of one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.ui.fake_frames import experiment_of, frame_of
from ui.looks import theme
from ui.panels.weight_matrix import WeightMatrix


def experiment_with(layer=None, *units, **more):
    """Return an experiment whose first layer is edited."""
    experiment = experiment_of(*(units or (3, 2)), **more)
    first, *rest = experiment.network.layers
    network = experiment.network.edited(layers=(first.edited(**(layer or {})), *rest))
    return experiment.edited(network=network)


def frame_with(experiment, seed=0, running=False, **extra):
    """Return a frame with random tensors, more of them in the first layer."""
    frame = frame_of(experiment, seed=seed, running=running)
    tensors = []
    for at, (weight, bias) in enumerate(frame.snapshot.parameters):
        hidden = experiment.network.layers
        pieces = hidden[at].activation.sums_per_unit() if at < len(hidden) else 1
        tensors.append({"weight": np.tile(weight, (pieces, 1)), "bias": np.tile(bias, pieces)})
    tensors[0].update({name.replace("_", ".", 1): value for name, value in extra.items()})
    return replace(frame, snapshot=replace(frame.snapshot, tensors=tuple(tensors)))


def opened_matrix(qtbot):
    """Return a matrix in sight, with lists of the edits it asked for and the places it told."""
    matrix = WeightMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(700, 240)
    matrix.set_theme(theme.LIGHT)
    matrix.edits, matrix.places = [], []
    matrix.weightsEdited.connect(lambda edit, text: matrix.edits.append((edit, text)))
    matrix.linkSelected.connect(matrix.places.append)
    experiment = experiment_with({"muted_weights": [[1, 0]], "frozen_weights": [[2, 1]], "muted_units": [1]})
    matrix.show_experiment(experiment)
    matrix.show()
    matrix.activateWindow()
    qtbot.waitUntil(matrix.isActiveWindow)
    matrix.show_frame(frame_with(experiment))
    return matrix


def tensors_of(matrix, layer=0):
    """Return the tensors of the frame shown last."""
    return matrix._frame.snapshot.tensors[layer]
