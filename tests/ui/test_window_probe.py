"""The probe point in the whole window: what is dragged on the field is answered by the running engine."""

from __future__ import annotations

import numpy as np
from on_screen import LEFT, tick
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine import Trainer
from engine.experiment import Experiment
from engine.walkthrough import Request


def answered(qtbot, window):
    """Return the frame that answers for the probe point as it is now."""
    canvas = window.field.canvas

    def is_there():
        probed = window.frames[-1].probed
        return probed is not None and probed.inputs == canvas.probe.inputs

    qtbot.waitUntil(is_there, timeout=30_000)
    return window.frames[-1]


def place(window, across, down):
    square = window.field.canvas.square()
    return QPoint(
        round(square.left() + across * square.width()), round(square.top() + down * square.height())
    )


def test_every_place_of_a_drag_is_answered_with_what_the_network_says(window, qtbot):
    canvas = window.field.canvas
    tick(qtbot, window.field.probe)
    trainer = Trainer(window.document.experiment)
    qtbot.mousePress(canvas, LEFT, pos=place(window, 0.2, 0.2))
    for share in (0.3, 0.4, 0.5, 0.6):
        QTest.mouseMove(canvas, place(window, share, 0.2))
        frame = answered(qtbot, window)
        np.testing.assert_array_equal(frame.probed.prediction, trainer.predict([frame.probed.inputs])[0])
        assert [len(one) for one in frame.probed.activations] == [2, 8, 8, 1]
    qtbot.mouseRelease(canvas, LEFT, pos=place(window, 0.6, 0.2))


def test_training_changes_the_answer_at_a_point_that_stays(window, qtbot):
    tick(qtbot, window.field.probe)
    before = answered(qtbot, window).probed.prediction
    window.toggle_play()
    qtbot.waitUntil(lambda: window.frames[-1].snapshot.step > 0, timeout=30_000)
    window.toggle_play()
    qtbot.waitUntil(lambda: not window.frames[-1].running, timeout=30_000)
    after = window.frames[-1].probed
    assert after.inputs == (0.0, 0.0)
    assert not np.array_equal(after.prediction, before)


def test_without_the_probe_frames_carry_none(window, qtbot):
    assert window.frames[-1].probed is None
    tick(qtbot, window.field.probe)
    answered(qtbot, window)
    window.field.canvas.setFocus()
    qtbot.keyClick(window.field.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.frames[-1].probed is None, timeout=30_000)
    assert window.frames[-1].request.probe is None


def test_data_of_one_input_remove_the_point_and_a_new_one_can_be_set(window, qtbot):
    tick(qtbot, window.field.probe)
    answered(qtbot, window)
    now = window.document.experiment
    sine = Experiment.parse({"data": "sine", "network": {"layers": [{"units": 4}]}})
    window.document.replace(sine)
    assert not window.field.probe.isChecked()
    qtbot.waitUntil(lambda: window.frames[-1].experiment.data.kind == "sine", timeout=30_000)
    tick(qtbot, window.field.probe)
    assert len(answered(qtbot, window).probed.inputs) == 1
    window.document.replace(now)
    assert not window.field.probe.isChecked()


def test_structural_edits_leave_the_point(window, qtbot):
    tick(qtbot, window.field.probe)
    answered(qtbot, window)
    window.canvas.building.add_layer()
    qtbot.waitUntil(
        lambda: window.frames[-1].probed is not None and len(window.frames[-1].probed.activations) == 5,
        timeout=30_000,
    )
    assert window.field.probe.isChecked()


def test_the_probe_point_is_walked_through_the_network(window, qtbot):
    window.instruments.drawer.open("steps")
    steps = window.instruments.steps
    probe = steps.sample.part.button("probe")
    assert not probe.isEnabled()
    tick(qtbot, window.field.probe)
    point = answered(qtbot, window).probed
    qtbot.mouseClick(probe, LEFT)
    qtbot.waitUntil(lambda: steps.step is not None, timeout=30_000)
    assert steps._walk.request == Request(row=None, inputs=point.inputs, target=0)
    assert not steps.is_stale
    window.field.canvas.setFocus()
    qtbot.keyClick(window.field.canvas, Qt.Key.Key_Escape)
    qtbot.mouseClick(steps.sample.next_row, LEFT)
    assert not probe.isEnabled()
