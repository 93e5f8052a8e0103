"""The weights in the window: what edits keep is told, and undo brings them back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.experiment import Experiment
from engine.weight_edits import SetNumber, SetTensors
from ui.dialogs.messages import ProblemDialog


@pytest.fixture
def opened_with():
    return Experiment()


def until(qtbot, condition):
    qtbot.waitUntil(lambda: bool(condition()), timeout=30_000)


def snapshot(window):
    return window.frames[-1].snapshot


def trained(qtbot, window):
    """Train an epoch, and return what has been learned."""
    epoch = snapshot(window).epoch
    window.session.step_epoch()
    until(qtbot, lambda: snapshot(window).epoch == epoch + 1)
    return snapshot(window)


def same(one, other):
    return all(
        np.array_equal(a, b)
        for layer, twin in zip(one.parameters, other.parameters, strict=True)
        for a, b in zip(layer, twin, strict=True)
    )


def told(window):
    return window.status.message.full_text()


def test_an_edit_of_the_network_tells_what_it_kept_and_undo_that_it_is_back(window, qtbot):
    before = trained(qtbot, window)
    window.canvas.building.remove_layers()
    until(qtbot, lambda: told(window))
    # 2-4-2-1 becomes 2-4-1: the output reads four units in place of two.
    assert told(window) == "15 weights kept, 2 drawn anew, 10 dropped"
    trained(qtbot, window)
    window.commands["undo"].trigger()
    until(qtbot, lambda: told(window) == "Weights are as they were at epoch 1")
    until(qtbot, lambda: snapshot(window).epoch == 1)
    assert same(snapshot(window), before)


def test_a_neuron_less_and_a_neuron_more_are_told_in_their_own_words(window, qtbot):
    network = window.document.experiment.network
    layers = network.layers
    fewer = network.edited(layers=(layers[0], layers[1].edited(units=1)))
    window.intents.edit_network(fewer, "Remove neuron")
    until(qtbot, lambda: told(window))
    assert told(window) == "19 weights kept, 6 dropped"
    window.intents.edit_network(network, "Add neuron")
    until(qtbot, lambda: told(window).endswith("drawn anew"))
    assert told(window) == "19 weights kept, 6 drawn anew"
    window.intents.edit_weights(SetNumber(0, "bias", (0,), 1.0), "Bias")
    assert told(window) == ""


def test_reset_is_an_edit_that_can_be_undone(window, qtbot):
    before, experiment = trained(qtbot, window), window.document.experiment
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: snapshot(window).epoch == 0)
    assert window.document.undo_stack.undoText() == "Reset weights"
    assert window.document.experiment == experiment
    window.commands["undo"].trigger()
    until(qtbot, lambda: snapshot(window).epoch == 1)
    assert same(snapshot(window), before)
    assert list(window.frames[-1].history.epoch) == [0, 1]
    qtbot.mouseClick(window.transport.reset, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: snapshot(window).epoch == 0)
    assert window.document.undo_stack.count() == 1


def test_weights_that_do_not_fit_leave_neither_a_change_nor_a_step_of_undo(window, qtbot, answer):
    before = trained(qtbot, window)
    problems = []

    def read(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        problems.append(dialog.text.toPlainText())
        dialog.accept()

    answer(read)
    window.intents.edit_weights(SetTensors(({"weight": np.ones((1, 2)), "bias": np.ones(1)},)), "Weights")
    until(qtbot, lambda: problems)
    assert "1 layer," in problems[0]
    until(qtbot, lambda: not window.document.undo_stack.canUndo())
    assert same(snapshot(window), before)
