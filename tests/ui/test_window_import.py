"""Networks of files, made here or elsewhere, in the whole window."""

from __future__ import annotations

import numpy as np
import pytest
from answers import typed
from on_screen import LEFT

from engine import Experiment, Trainer
from engine.files.export.portable import portable
from engine.files.export.verify import export
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.network_import import NetworkImportDialog

THREE = Experiment.parse({"data": "rings", "network": {"layers": [{"units": 5, "activation": "relu"}]}})


def taken(qtbot, seen=None, change=lambda dialog: None):
    def act(dialog):
        assert isinstance(dialog, NetworkImportDialog), dialog
        change(dialog)
        if seen is not None:
            seen.append((dialog.accept_button.isEnabled(), dialog.problem.text(), dialog.opens))
        if dialog.accept_button.isEnabled():
            qtbot.mouseClick(dialog.accept_button, LEFT)
        else:
            dialog.reject()

    return act


def choose_relu(dialog):
    dialog.activation.setCurrentIndex(dialog.activation.findData("relu"))


@pytest.fixture
def elsewhere(tmp_path):
    """Write a network of 2 inputs, 3 neurons and 1 output as PyTorch would name it."""
    rng = np.random.default_rng(0)
    arrays = {
        "fc1.weight": rng.normal(size=(3, 2)),
        "fc1.bias": rng.normal(size=3),
        "fc2.weight": rng.normal(size=(1, 3)),
        "fc2.bias": rng.normal(size=1),
    }
    path = tmp_path / "elsewhere.npz"
    np.savez(path, **{name: array.astype(np.float32) for name, array in arrays.items()})
    return path, arrays


def weights(window):
    return window.frames[-1].snapshot.tensors


def test_a_network_made_elsewhere_is_built_with_its_weights(window, qtbot, answer, elsewhere):
    path, arrays = elsewhere
    before, drawn = window.document.experiment, weights(window)
    answer(typed(path), taken(qtbot, change=choose_relu))
    window.commands["import_weights"].trigger()
    qtbot.waitUntil(lambda: [layer.units for layer in window.document.experiment.network.layers] == [3])
    assert window.document.experiment.network.layers[0].activation.kind == "relu"
    assert window.document.experiment.data == before.data
    expected = arrays["fc1.weight"].astype(np.float32)
    qtbot.waitUntil(lambda: np.array_equal(weights(window)[0]["weight"], expected))
    qtbot.waitUntil(lambda: "elsewhere.npz" in window.status.message.full_text())
    stack = window.document.undo_stack
    assert (stack.undoText(), stack.count()) == ("Network of elsewhere.npz", 1)
    window.commands["undo"].trigger()
    assert window.document.experiment == before
    assert not stack.canUndo()
    qtbot.waitUntil(lambda: len(weights(window)) == len(before.network.layers) + 1)
    assert all(
        np.array_equal(now[k], old[k]) for now, old in zip(weights(window), drawn, strict=True) for k in old
    )
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: np.array_equal(weights(window)[0]["weight"], expected))


def test_a_network_that_does_not_fit_the_data_says_so_and_changes_nothing(window, qtbot, answer, tmp_path):
    path = tmp_path / "four.npz"
    np.savez(path, **{"0.weight": np.ones((1, 4), np.float32), "0.bias": np.ones(1, np.float32)})
    before, seen = window.document.experiment, []
    answer(typed(path), taken(qtbot, seen))
    window.commands["import_weights"].trigger()
    qtbot.waitUntil(lambda: bool(seen))
    (enabled, problem, _opens) = seen[0]
    assert not enabled
    assert "4 inputs" in problem and "2 features" in problem
    assert window.document.experiment == before
    assert not window.document.undo_stack.canUndo()


def test_the_experiment_of_a_file_is_opened_where_its_data_are_others(window, qtbot, answer, tmp_path):
    trainer = Trainer(THREE)
    trainer.advance(epochs=3)
    path = tmp_path / "three.safetensors"
    export(path, portable(trainer), trainer.predict)
    seen = []
    answer(typed(path), taken(qtbot, seen))
    window.commands["import_weights"].trigger()
    qtbot.waitUntil(lambda: window.document.experiment == THREE)
    assert seen == [(True, "", True)]
    qtbot.waitUntil(lambda: np.array_equal(weights(window)[0]["weight"], trainer.tensors[0]["weight"]))


def test_a_file_that_holds_no_network_is_told(window, qtbot, answer, tmp_path):
    (tmp_path / "w.npz").write_text("nothing")
    told = []

    def read(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        told.append(dialog.text.toPlainText())
        dialog.accept()

    answer(typed(tmp_path / "w.npz"), read)
    window.commands["import_weights"].trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert "w.npz" in told[0]
    assert window.store.settings.folder == ""  # of a file that was of no use
