"""A neuron pinned in the window: what the worker is asked for, and how the field answers an edit."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

pytestmark = pytest.mark.usefixtures("themed")


def test_frames_bring_gradients_and_statistics_only_while_a_card_shows_them(window, qtbot):
    assert window.frames[-1].gradients is None
    window.canvas.pin((1, 0))
    qtbot.waitUntil(lambda: window.frames[-1].gradients is not None, timeout=20_000)
    assert window.frames[-1].statistics is not None
    assert "|grad|" in dict(window.canvas.pinned_card.description.values)
    window.canvas.pin(None)
    qtbot.waitUntil(lambda: window.frames[-1].gradients is None, timeout=20_000)
    assert window.frames[-1].statistics is None


def test_a_typed_bias_reaches_the_network_and_is_undone(window, qtbot):
    before = float(window.frames[-1].snapshot.parameters[0][1][2])
    window.canvas.pin((1, 2))
    field = window.canvas.pinned_card.field
    qtbot.waitUntil(lambda: not field.isHidden(), timeout=20_000)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "2.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    def bias():
        return float(window.frames[-1].snapshot.parameters[0][1][2])

    qtbot.waitUntil(lambda: bias() == 2.5, timeout=20_000)
    assert window.document.undo_stack.undoText() == "Bias of neuron 3 in layer 1"
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: bias() == np.float32(before), timeout=20_000)
