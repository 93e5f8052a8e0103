"""Controls that the document hides: each goes alone and comes back, and nobody is lost without it."""

from __future__ import annotations

import pytest
from on_screen import LEFT, tick
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from test_accessibility import _controls, _is_passed_over, _pages

from engine.catalog.sources import PointsData
from engine.changes import Change, classify
from engine.files.playground.link import read_link
from engine.view import CONTROLS, INPUTS
from ui.dialogs.hidden_controls import HiddenControlsDialog


@pytest.fixture
def opened_with():
    return read_link("regularization=L2&regularizationRate=0.01&networkShape=3,2").experiment


def _parts(window, name):
    """Return the controls that a name stands for."""
    training, data, strip = window.training_panel, window.data_panel, window.canvas.strip
    found = {
        "showTestData": [window.field.test],
        "discretize": [window.field.hard],
        "playButton": [window.transport.play],
        "stepButton": [window.transport.step_batch, window.transport.step_epoch],
        "resetButton": [window.transport.reset],
        "learningRate": [training.optimizer.form.row("learning_rate")],
        "activation": [
            *(header.activation for header in strip.layers),
            strip.output.activation,
            window.instruments.inspector.fields.activation,
        ],
        "regularization": [training.regularizer.choice],
        "regularizationRate": [training.regularizer.form.row("rate")],
        "problem": [data.pages],
        "dataset": [*data.tiles.values()],
        "percTrainData": [data.form.row("test_fraction")],
        "noise": [data.form.row("noise")],
        "batchSize": [training.batches.batch_size],
        "numHiddenLayers": [*strip.adders, *(header.remove for header in strip.layers)],
    }
    return found[name] if name in found else [window.features_panel.chips[INPUTS[name]]]


def _hide(window, *names):
    view = window.document.experiment.view
    window.hiding.viewEdited.emit(view.edited(hidden=names), "Hidden controls")


def test_each_control_goes_alone_and_comes_back(window, qtbot):
    window.instruments.drawer.open("layer")
    window.canvas.select_layers((0,))
    qtbot.waitUntil(lambda: window.instruments.inspector.fields.activation.isVisible())
    everything = set(_controls(window))
    geometry = window.canvas.geometry(), window.field.canvas.geometry()
    for name in CONTROLS:
        parts = _parts(window, name)
        gone = {
            control
            for control in everything
            if any(part is control or part.isAncestorOf(control) for part in parts)
        }
        assert gone, name
        _hide(window, name)
        assert everything - set(_controls(window)) == gone, name
        assert not any(part.isVisible() for part in parts), name
        assert (window.canvas.geometry(), window.field.canvas.geometry()) == geometry
        window.document.undo_stack.undo()
        assert set(_controls(window)) == everything, name


def test_hiding_says_nothing_to_the_run(window, qtbot):
    before = window.document.experiment
    window.toggle_play()
    qtbot.waitUntil(lambda: window.frames[-1].snapshot.epoch > 3, timeout=30_000)
    window.toggle_play()
    qtbot.waitUntil(lambda: not window.frames[-1].running)
    epoch = window.frames[-1].snapshot.epoch
    count = len(window.frames)
    _hide(window, *CONTROLS)
    assert classify(before, window.document.experiment) is Change.VIEW
    window.session.step_epoch()
    qtbot.waitUntil(lambda: len(window.frames) > count and window.frames[-1].snapshot.epoch > epoch)
    assert window.frames[-1].snapshot.epoch == epoch + 1


def test_hidden_rows_stay_hidden_when_what_they_belong_to_changes(window, qtbot):
    _hide(window, "learningRate", "noise", "regularizationRate", "activation", "numHiddenLayers", "xTimesY")
    intents, document = window.intents, window.document
    training = document.experiment.training
    for changes in (
        {"optimizer": {"kind": "adam"}},
        {"optimizer": {"kind": "sgd"}, "schedule": {"kind": "cosine"}},
        {"regularizer": {"kind": "elastic_net"}},
        {"regularizer": {"kind": "l1"}},
    ):
        intents.edit_training(training.edited(**changes), "x")
        assert "learning_rate" not in {
            row.objectName() for row in window.training_panel.optimizer.form.rows() if row.isVisible()
        }
        assert window.training_panel.optimizer.now.isHidden()
        assert window.training_panel.regularizer.form.isHidden()
    window.commands["add_layer"].trigger()
    window.data_panel.tiles["spiral"].click()
    assert document.experiment.data.kind == "spiral"
    qtbot.mouseClick(window.features_panel.chips["x1**2"], LEFT)
    assert "x1**2" in document.experiment.features
    for name in document.experiment.view.hidden:
        assert not any(part.isVisible() for part in _parts(window, name)), name
    assert len(window.canvas.strip.layers) == 3


def test_no_invitation_to_other_data_where_data_sets_are_hidden(window):
    points = tuple((float(i % 7 - 3), float(i % 5 - 2), float(i % 2)) for i in range(20))
    _hide(window, "dataset")
    window.intents.edit_data(PointsData(points=points), "x")
    panel = window.data_panel
    assert panel.facts.isVisible()
    assert not panel.import_csv.isVisible()
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    assert panel.tiles["circle"].isVisible()


def test_tab_has_no_holes_with_controls_hidden(window, qtbot):
    _hide(window, *CONTROLS[::2])
    for page in _pages(window, qtbot):
        window.canvas.setFocus()
        wanted = {widget for widget in _controls(window) if not _is_passed_over(widget)}
        reached = []
        for _ in range(2 * len(wanted) + 10):
            reached.append(QApplication.focusWidget())
            assert reached[-1].isVisible(), page
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert wanted <= set(reached), page


def test_the_focus_leaves_a_control_that_goes(window, qtbot):
    window.transport.play.setFocus()
    _hide(window, "playButton")
    focus = QApplication.focusWidget()
    assert focus is None or focus.isVisible()


def test_dialog_hides_what_is_checked_and_the_menu_brings_it_back(window, answer, qtbot):
    assert not window.commands["show_hidden"].isEnabled()

    def choose(dialog):
        assert isinstance(dialog, HiddenControlsDialog)
        assert set(dialog.boxes) == set(CONTROLS)
        assert not any(box.isChecked() for box in dialog.boxes.values())
        for name in ("noise", "x"):
            tick(qtbot, dialog.boxes[name])
        dialog.accept()

    answer(choose)
    window.commands["hide_controls"].trigger()
    assert window.document.experiment.view.hidden == ("noise", "x")
    assert window.document.undo_stack.undoText() == "Hidden controls"
    assert window.status.hidden_controls.text() == "2 controls hidden"
    assert not window.features_panel.chips["x1"].isVisible()
    assert window.document.experiment.features == ("x1", "x2")  # out of sight, not off
    window.commands["show_hidden"].trigger()
    assert window.document.experiment.view.hidden == ()
    assert window.features_panel.chips["x1"].isVisible()
    assert not window.status.hidden_controls.isVisible()
    assert not window.commands["show_hidden"].isEnabled()
    window.document.undo_stack.undo()
    assert not window.features_panel.chips["x1"].isVisible()


def test_dialog_shows_what_is_hidden_and_can_clear_it(window, answer):
    _hide(window, "noise", "cosY")
    count = window.document.undo_stack.count()

    def look(dialog):
        assert {name for name, box in dialog.boxes.items() if box.isChecked()} == {"noise", "cosY"}
        dialog.none.click()
        assert dialog.hidden() == ()
        dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel).click()

    answer(look)
    window.commands["hide_controls"].trigger()
    assert window.document.experiment.view.hidden == ("noise", "cosY")
    assert window.document.undo_stack.count() == count


def test_boxes_under_the_field_are_edits_of_the_document(window, qtbot):
    field, document = window.field, window.document
    assert (field.test.isChecked(), field.hard.isChecked()) == (False, False)  # as the link says
    for box, name, text in (
        (field.test, "show_test", "Test points"),
        (field.hard, "discretize", "Hard boundary"),
    ):
        before = document.experiment.view
        tick(qtbot, box)
        assert getattr(document.experiment.view, name)
        assert document.undo_stack.undoText() == text
        document.undo_stack.undo()
        assert not box.isChecked()
        assert document.experiment.view == before
        document.undo_stack.redo()
        assert box.isChecked()
    document.replace(read_link("discretize=true&showTestData=true").experiment)
    assert field.test.isChecked() and field.hard.isChecked()
