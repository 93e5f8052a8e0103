"""Edits in the whole window: real clicks and keys change the document, and undo restores it."""

from __future__ import annotations

import pytest
from on_screen import LEFT, next_frame
from PySide6.QtCore import QPoint, Qt

from ui.widgets.slider import ValueEdit


def _choose(qtbot, box, key):
    """Choose an entry of a combo box by keyboard."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != key:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"{key} is not offered"


def _click_tile(qtbot, window):
    qtbot.mouseClick(window.data_panel.tiles["circle"], LEFT)


def _click_more_units(qtbot, window):
    qtbot.mouseClick(window.canvas.strip.layers[0].more, LEFT)


def _click_remove_layer(qtbot, window):
    qtbot.mouseClick(window.canvas.strip.layers[1].remove, LEFT)


def _click_add_layer(qtbot, window):
    qtbot.mouseClick(window.canvas.strip.adders[1], LEFT)


def _choose_activation(qtbot, window):
    _choose(qtbot, window.canvas.strip.layers[1].activation, "relu")


def _choose_optimizer(qtbot, window):
    _choose(qtbot, window.training_panel.optimizer.box, "sgd")


def _choose_regularizer(qtbot, window):
    _choose(qtbot, window.training_panel.regularizer.box, "l1")


def _click_shuffle(qtbot, window):
    batches = window.training_panel.batches
    qtbot.mouseClick(batches.fold.header, LEFT)
    qtbot.mouseClick(batches.shuffle, LEFT, pos=QPoint(8, batches.shuffle.height() // 2))


def _click_new_seed(qtbot, window):
    qtbot.mouseClick(window.training_panel.seed.next, LEFT)


def _menu_add_layer(qtbot, window):
    window.commands["add_layer"].trigger()


def _menu_remove_layer(qtbot, window):
    window.commands["remove_layer"].trigger()


EDITS = [
    value for name, value in sorted(globals().items()) if name.startswith(("_click", "_choose_", "_menu"))
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_a_click_edits_the_document_and_undo_takes_it_back(window, qtbot, edit):
    before = window.document.experiment
    edit(qtbot, window)
    after = window.document.experiment
    assert after != before
    assert window.menu_row.title() == "Two spirals — edited"
    assert window.commands["undo"].text() != "Undo"  # it names the edit
    next_frame(qtbot, window, lambda frame: frame.experiment == after)

    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    while window.document.experiment != before:  # a choice by keyboard may pass over others
        assert window.commands["undo"].isEnabled()
        window.commands["undo"].trigger()
    assert window.menu_row.title() == "Two spirals"
    next_frame(qtbot, window, lambda frame: frame.experiment == before)

    while window.commands["redo"].isEnabled():
        window.commands["redo"].trigger()
    assert window.document.experiment == after


def test_a_drag_of_a_slider_is_one_step_of_undo(window, qtbot):
    before = window.document.experiment
    slider = window.training_panel.optimizer.form.row("learning_rate").slider
    y = slider.height() // 2
    qtbot.mousePress(slider, LEFT, pos=QPoint(20, y))
    rates = set()
    for x in range(20, slider.width() - 10, 4):
        qtbot.mouseMove(slider, QPoint(x, y))
        rates.add(window.document.experiment.training.optimizer.learning_rate)
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(slider.width() - 10, y))
    assert len(rates) > 5  # every value on the way acts at once
    window.commands["undo"].trigger()
    assert window.document.experiment == before


FIELDS = {
    "batch size": lambda window: window.training_panel.batches.batch_size.edit,
    "seed": lambda window: window.training_panel.seed.edit,
    "units": lambda window: window.canvas.strip.layers[0].units,
}


def _bias_field(window):
    window.canvas.pin((1, 0))
    return window.canvas.pinned_card.field


@pytest.mark.parametrize("field", FIELDS)
def test_undo_by_key_right_after_typing_undoes_the_edit(window, qtbot, field):
    before = window.document.experiment
    edit = FIELDS[field](window)
    qtbot.mouseClick(edit, LEFT)
    edit.selectAll()
    qtbot.keyClicks(edit, "12")
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.commands["redo"].isEnabled()  # that was the field's own undo
    edit.selectAll()
    qtbot.keyClicks(edit, "12")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    after = window.document.experiment
    assert after != before
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.experiment == before
    qtbot.keyClick(
        edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert window.document.experiment == after


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_leaves_the_menu_its_keys(window, qtbot, field):
    edit = FIELDS[field](window)
    qtbot.mouseClick(edit, LEFT)
    window.commands["export"].triggered.disconnect()  # what it does opens a dialog
    with qtbot.waitSignal(window.commands["export"].triggered, timeout=2000):
        qtbot.keyClick(edit, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)  # on Linux also "end of line"


TEXTS = FIELDS | {
    "noise": lambda window: window.data_panel.findChildren(ValueEdit)[0],
    "test share": lambda window: window.data_panel.findChildren(ValueEdit)[-1],
    "bias": _bias_field,
}


@pytest.mark.parametrize("field", TEXTS)
def test_keys_that_delete_text_remove_no_layer_from_within_a_field(window, qtbot, field):
    edit = TEXTS[field](window)
    edit.setFocus()
    edit.selectAll()
    edit.insert("0.12")
    before = window.document.experiment
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(edit, key, both)
        assert window.document.experiment.network == before.network
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Backspace, both)
    assert len(window.document.experiment.network.layers) == len(before.network.layers) - 1


def test_the_last_layer_can_be_removed_and_there_is_none_to_remove_then(window):
    for _ in range(2):
        window.commands["remove_layer"].trigger()
    assert window.document.experiment.network.layers == ()
    assert not window.commands["remove_layer"].isEnabled()


def test_a_formula_without_values_is_refused_and_said(window, qtbot):
    before = window.document.experiment
    window.features_panel.featuresEdited.emit(("x1", "x2", "sqrt(x1)"), "Formula")
    assert window.document.experiment == before
    assert "sqrt(x1)" in window.status.message.full_text()


def test_a_loss_that_needs_probabilities_brings_its_output_along(window):
    now = window.document.experiment
    tanh = now.network.edited(output=now.network.output.edited(activation="tanh"))
    window.intents.edit_training(now.training.edited(loss="mse"), "Loss")
    window.intents.edit_network(tanh, "Activation")
    window.intents.edit_training(now.training, "Loss")
    assert window.document.experiment.training.loss.kind == "cross_entropy"
    assert window.document.experiment.network.output.activation.kind == "auto"
