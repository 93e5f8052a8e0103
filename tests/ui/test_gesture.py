"""Which edits are undone together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QGuiApplication

from ui.editing import gesture as gesture_module
from ui.editing.gesture import Gesture


@pytest.fixture
def buttons(monkeypatch):
    """Hold or release the mouse button."""
    state = [Qt.MouseButton.NoButton]
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: state[0])
    return lambda held: state.__setitem__(0, Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton)


@pytest.fixture
def gesture(qapp):
    return Gesture()


def test_all_edits_of_a_drag_share_a_key(gesture, buttons):
    buttons(True)
    assert gesture.key("Noise", steps=False) == gesture.key("Noise", steps=False) is not None


def test_two_drags_in_quick_succession_have_different_keys(gesture, buttons, qtbot):
    buttons(True)
    first = gesture.key("Noise", steps=True)
    buttons(False)
    qtbot.waitUntil(lambda: not gesture._watch.isActive())
    buttons(True)
    assert gesture.key("Noise", steps=True) != first


def test_nothing_runs_between_drags(gesture, buttons, qtbot):
    buttons(True)
    gesture.key("Noise", steps=False)
    buttons(False)
    qtbot.waitUntil(lambda: not gesture._watch.isActive())


def test_clicks_have_no_key(gesture, buttons):
    buttons(False)
    assert gesture.key("Add layer", steps=False) is None


def test_quick_key_steps_share_a_key_until_a_pause(gesture, buttons, monkeypatch):
    buttons(False)
    first = gesture.key("Learning rate", steps=True)
    assert gesture.key("Learning rate", steps=True) == first
    monkeypatch.setattr(QElapsedTimer, "elapsed", lambda self: gesture_module.PAUSE_MS + 1)
    assert gesture.key("Learning rate", steps=True) != first


def test_steps_of_different_controls_have_different_keys(gesture, buttons):
    buttons(False)
    assert gesture.key("Learning rate", steps=True) != gesture.key("Noise", steps=True)
