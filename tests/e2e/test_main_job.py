"""The main job as a person does it: mouse, keys, and the files that come out, read by plain NumPy."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFileDialog, QLineEdit
from safetensors.numpy import load_file

from engine.experiment import Experiment, Layer, Network, Training
from engine.files.export.formats import FORMATS
from tests.e2e.hand import named, wait_for

ACTIVATIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


def read(path):
    """Read the layers of a weights file: weight (out, in) and bias (out,)."""
    arrays = dict(np.load(path, allow_pickle=False)) if path.suffix == ".npz" else load_file(path)
    assert all(array.dtype == np.float32 for array in arrays.values())
    return [(arrays[f"layers.{i}.weight"], arrays[f"layers.{i}.bias"]) for i in range(len(arrays) // 2)]


def predict(layers, activations, inputs):
    """Run a two-class network in float64: a textbook, not the engine."""
    a = inputs.astype(np.float64)
    for (weight, bias), activation in zip(layers, activations, strict=False):
        a = ACTIVATIONS[activation](a @ weight.T + bias)
    weight, bias = layers[-1]
    return 1 / (1 + np.exp(-(a @ weight.T + bias)))


def save_as(hand, path):
    """Type a path into the file dialog that opens next, and press Enter."""

    def answer(dialog):
        hand.click(dialog.findChild(QLineEdit))
        hand.key("ctrl+a")
        hand.type(str(path))
        hand.key("Return")

    return hand.answering(QFileDialog, answer)


def test_build_train_and_export_by_hand(open_window, hand, qtbot, tmp_path):
    start = Experiment(
        network=Network(layers=(Layer(units=4), Layer(units=2))),
        training=Training(optimizer={"kind": "sgd", "learning_rate": 0.03}),
    )
    window = open_window(start)
    document = window.document
    frames = []
    window.session.frameReady.connect(lambda frame: frames.append(frame) or frames.__delitem__(slice(0, -1)))

    hand.click(named(window, "Spiral"))
    wait_for(qtbot, lambda: document.experiment.data.kind == "spiral", 5, lambda: document.experiment.data)

    hand.click(named(window, "Add a layer at position 3"))
    qtbot.waitUntil(lambda: len(document.experiment.network.layers) == 3)
    for layer in (1, 2, 3):
        more = named(window, f"One neuron more in Layer {layer}")

        def units(index=layer - 1):
            return document.experiment.network.layers[index].units

        while units() < 10:
            wanted = units() + 1
            hand.click(more)
            qtbot.waitUntil(lambda wanted=wanted, units=units: units() == wanted)
    hand.choose(named(window, "Activation of Layer 3", QComboBox), "ReLU")
    hand.choose(named(window, "Initializer of Layer 3", QComboBox), "He normal")
    hand.choose(named(window, "Optimizer", QComboBox), "Adam")
    experiment = document.experiment
    assert [layer.units for layer in experiment.network.layers] == [10, 10, 10]
    assert [layer.activation.kind for layer in experiment.network.layers] == ["tanh", "tanh", "relu"]
    assert experiment.network.layers[2].initializer.kind == "he_normal"
    assert experiment.training.optimizer.kind == "adam"
    if experiment.training.optimizer.learning_rate > 0.02:
        rate = named(window, "Learning rate", QLineEdit)
        hand.click(rate)
        hand.key("ctrl+a")
        hand.type("0.01")
        hand.key("Return")
    assert document.experiment.training.optimizer.learning_rate == 0.01

    # At the speed it opens with, one epoch a frame: at full speed thousands of epochs pass before the click
    # on Pause, and weights of 30 magnify the rounding of float32 beyond what is compared below.
    hand.click(named(window, "Play"))
    accuracy = window.transport.score

    def shown():
        text = accuracy.value()
        return float(text.removesuffix("%").strip()) if "%" in text else 0.0

    wait_for(qtbot, lambda: shown() >= 95, 60, lambda: f"test accuracy is {accuracy.value()}")
    hand.click(named(window, "Pause"))
    qtbot.waitUntil(lambda: not window.session.running and not frames[-1].running, timeout=10_000)

    for suffix in (".safetensors", ".npz"):
        path = tmp_path / f"spiral{suffix}"
        hand.key("ctrl+e") if suffix == ".npz" else hand.click(window.transport.export)
        qtbot.waitUntil(lambda: window.exports.dialog is not None, timeout=10_000)
        dialog = window.exports.dialog
        hand.settle()
        row = [kind.suffix for kind in FORMATS].index(suffix)
        hand.click(
            dialog.formats.viewport(), dialog.formats.visualItemRect(dialog.formats.item(row)).center()
        )
        with qtbot.waitSignal(window.exports.done, timeout=20_000), save_as(hand, path):
            hand.click(dialog.save)
        hand.click(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close))
        qtbot.waitUntil(lambda: window.exports.dialog is None, timeout=10_000)
        hand.focus()

    frame = frames[-1]
    side = frame.request.resolution
    centres = -6 + (np.arange(side) + 0.5) * 12 / side
    grid = np.stack([np.tile(centres, side), np.repeat(centres[::-1], side)], axis=1)
    points = np.random.default_rng(0).uniform(-6, 6, (1000, 2))
    from engine.trainer import Trainer

    trainer = Trainer(document.experiment)
    trainer.set_parameters(frame.snapshot.parameters)
    for suffix in (".safetensors", ".npz"):
        layers = read(tmp_path / f"spiral{suffix}")
        kinds = [layer.activation.kind for layer in document.experiment.network.layers]
        # What the engine predicts, and what the window shows, follow from the file alone.
        assert np.abs(predict(layers, kinds, points) - trainer.predict(points)).max() < 1e-5
        assert np.abs(predict(layers, kinds, grid).ravel() - frame.field.ravel()).max() < 1e-5

    while window.document.undo_stack.canUndo():
        hand.key("ctrl+z")
    assert document.experiment == start
