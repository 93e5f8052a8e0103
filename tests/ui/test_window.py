"""The whole window: real clicks change the document, undo restores it, and nothing breaks it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox

import resources
from engine.catalog.datasets import Circle
from engine.catalog.sources import CsvData
from engine.experiment import Experiment
from engine.files.weights import read_weights
from ui.dialogs.csv_import import CsvImportDialog
from ui.dialogs.messages import ProblemDialog
from ui.settings import Store, load
from ui.theme import DARK, LIGHT
from ui.widgets.slider import ValueEdit
from ui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
TWO_SPIRALS = resources.path("experiments", "two-spirals.json")


def _next_frame(qtbot, window, condition=lambda frame: True):
    count = len(window.frames)
    qtbot.waitUntil(lambda: any(map(condition, window.frames[count:])), timeout=30_000)
    return next(filter(condition, window.frames[count:]))


def _choose(qtbot, box, key):
    """Choose an entry of a combo box by keyboard."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != key:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"{key} is not offered"


def _typed(name):
    def act(dialog):
        assert isinstance(dialog, QFileDialog), dialog
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(name))
        dialog.accept()

    return act


def _read_problem(expected):
    def act(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        text = dialog.text.toPlainText()
        dialog.accept()
        assert expected in text

    return act


# -- edits


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
    _next_frame(qtbot, window, lambda frame: frame.experiment == after)

    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    while window.document.experiment != before:  # a choice by keyboard may pass over others
        assert window.commands["undo"].isEnabled()
        window.commands["undo"].trigger()
    assert window.menu_row.title() == "Two spirals"
    _next_frame(qtbot, window, lambda frame: frame.experiment == before)

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


# -- running


def test_play_by_click_trains_and_pause_rests(window, qtbot):
    qtbot.mouseClick(window.transport.play, LEFT)
    _next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 3)
    assert window.transport.play.text() == "Pause"
    qtbot.mouseClick(window.transport.play, LEFT)
    frame = _next_frame(qtbot, window, lambda frame: not frame.running)
    assert window.transport.play.text() == "Play"
    assert window.transport.epoch.value() == f"{frame.snapshot.epoch:,}"
    qtbot.mouseClick(window.transport.reset, LEFT)
    _next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 0)
    assert window.transport.epoch.value() == "0"


def test_steps_by_click(window, qtbot):
    qtbot.mouseClick(window.transport.step_batch, LEFT)
    _next_frame(qtbot, window, lambda frame: frame.snapshot.step == 1)
    qtbot.mouseClick(window.transport.step_epoch, LEFT)
    _next_frame(qtbot, window, lambda frame: frame.snapshot.step == 25)
    assert window.transport.step.value() == "25"


def test_a_stop_rule_typed_in_the_panel_ends_a_run_and_its_change_lets_it_go_on(window, qtbot):
    stop = window.training_panel.stop
    qtbot.mouseClick(stop.header, LEFT)
    row = stop.rules["epochs"].edit
    row.setFocus()
    row.selectAll()
    qtbot.keyClicks(row, "4\r")
    assert window.document.experiment.training.stop.epochs == 4
    qtbot.mouseClick(window.transport.play, LEFT)
    frame = _next_frame(qtbot, window, lambda frame: frame.snapshot.finished and not frame.running)
    assert frame.snapshot.epoch == 4
    assert window.transport.play.text() == "Play"
    assert window.transport.finished.isVisible()
    assert "4 epochs" in window.status.message.full_text()
    window.commands["undo"].trigger()
    _next_frame(qtbot, window, lambda frame: not frame.snapshot.finished)
    assert not window.transport.finished.isVisible()
    assert window.status.message.full_text() == ""
    qtbot.mouseClick(window.transport.play, LEFT)
    _next_frame(qtbot, window, lambda frame: frame.snapshot.epoch > 4)


def test_space_plays_on_the_canvas_and_nowhere_else(window, qtbot):
    assert window.canvas.hasFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.session.running
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    assert not window.session.running
    window.training_panel.seed.edit.setFocus()
    qtbot.keyClick(window.training_panel.seed.edit, Qt.Key.Key_Space)
    assert not window.session.running


@pytest.mark.parametrize("key", [(Qt.Key.Key_F5,), (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)])
def test_keys_play_from_anywhere(window, qtbot, key):
    window.training_panel.seed.edit.setFocus()
    qtbot.keyClick(window.training_panel.seed.edit, *key)
    assert window.session.running


def test_a_neuron_under_the_pointer_is_shown_large(window, qtbot):
    window.canvas.neuronHovered.emit((1, 3))
    _next_frame(qtbot, window, lambda frame: frame.request.shown == (1, 3))
    window.canvas.neuronHovered.emit(None)
    _next_frame(qtbot, window, lambda frame: frame.request.shown is None)


def test_the_plane_of_a_wider_table_gives_way_to_that_of_a_narrower(window, qtbot, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c,d\n" + "".join(f"{i},{i * i % 7},{i % 5},{i % 2}\n" for i in range(40)))
    window.intents.import_data(CsvData(path=str(path), inputs=("a", "b", "c"), target="d"))
    window.field.axesChanged.emit(1, 2)
    _next_frame(qtbot, window, lambda frame: frame.request.axes == (1, 2))
    window.commands["undo"].trigger()
    _next_frame(
        qtbot, window, lambda frame: frame.request.axes == (0, 1) and frame.experiment.data.kind == "spiral"
    )


# -- files


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("{", "line 1"),
        ("[1]", "JSON object"),
        ('{"format": "unfold.experiment", "version": 99}', "version 99"),
        ('{"format": "other", "version": 1}', "format"),
        (
            '{"format": "unfold.experiment", "version": 1, "data": {"kind": "spiral", "noise": 7}}',
            "data.noise",
        ),
        (
            '{"format": "unfold.experiment", "version": 1, "data": "rings", '
            '"network": {"output": {"activation": "sigmoid"}}}',
            "needs softmax",
        ),
        (
            '{"format": "unfold.experiment", "version": 1, "data": {"kind": "csv", "path": "no.csv", '
            '"inputs": ["a"], "target": "b"}}',
            "no.csv",
        ),
    ],
)
def test_a_broken_file_is_told_and_leaves_the_document(window, answer, tmp_path, content, told):
    window.commands["add_layer"].trigger()
    before, undo = window.document.experiment, window.document.undo_stack.count()
    (tmp_path / "broken.json").write_text(content)
    answer(_typed(tmp_path / "broken.json"), _read_problem(told))
    window.commands["open"].trigger()
    assert window.document.experiment is before
    assert window.document.undo_stack.count() == undo
    assert window.document.path is None


def test_every_problem_of_a_file_is_told(window, answer, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"format": "unfold.experiment", "version": 1, "seed": -1, "titel": "x"}')

    def read(dialog):
        lines = dialog.text.toPlainText().splitlines()
        dialog.accept()
        assert {line.removeprefix("broken.json: ").split(":")[0] for line in lines} == {"seed", "titel"}

    answer(read)
    window.files.open(path)


def test_what_is_saved_can_be_opened(window, qtbot, answer, tmp_path):
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(_typed(tmp_path / "mine"))
    window.commands["save"].trigger()
    assert window.menu_row.title() == "Two spirals"
    assert (tmp_path / "mine.json").exists()
    window.document.replace(Experiment())
    answer(_typed(tmp_path / "mine.json"))
    window.commands["open"].trigger()
    assert window.document.experiment == edited
    _next_frame(qtbot, window, lambda frame: frame.experiment == edited)
    assert [action.text() for action in window.commands.recent.actions()] == ["mine.json"]
    window.document.replace(Experiment())
    window.commands.recent.actions()[0].trigger()
    assert window.document.experiment == edited


def test_a_file_that_cannot_be_written_is_told_and_stays_unsaved(window, answer, tmp_path):
    window.commands["add_layer"].trigger()
    answer(_read_problem("nowhere"))
    assert not window.files._save(tmp_path / "nowhere" / "a.json")
    assert window.document.edited


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_weights_are_exported_by_key_and_come_back(window, qtbot, answer, tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    qtbot.mouseClick(window.transport.step_epoch, LEFT)
    trained = _next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1).snapshot.tensors
    answer(_typed(path))
    with qtbot.waitSignal(window.session.weightsExported):
        qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert str(path) in window.status.message.full_text()
    for layer, old in zip(read_weights(path), trained, strict=True):
        assert layer.keys() == old.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, old[name])
    window.commands["reset"].trigger()
    answer(_typed(path))
    with qtbot.waitSignal(window.session.weightsLoaded):
        window.commands["load_weights"].trigger()
    # Its frame may have come with the same wake-up.
    qtbot.waitUntil(
        lambda: np.array_equal(window.frames[-1].snapshot.tensors[0]["weight"], trained[0]["weight"])
    )


def test_weights_of_another_network_are_told(window, qtbot, answer, tmp_path):
    np.savez(tmp_path / "w.npz", **{"layers.0.weight": np.ones((1, 2)), "layers.0.bias": np.ones(1)})
    answer(_typed(tmp_path / "w.npz"), _read_problem("layers"))
    with qtbot.waitSignal(window.session.problemFound):
        window.commands["load_weights"].trigger()


def test_a_table_is_imported_as_an_edit(window, qtbot, answer, tmp_path):
    before = window.document.experiment
    path = tmp_path / "houses.csv"
    path.write_text("area,age,price\n" + "".join(f"{50 + i},{i},{100 * i}.5\n" for i in range(30)))

    def accept(dialog):
        assert isinstance(dialog, CsvImportDialog), dialog
        qtbot.mouseClick(dialog.accept_button, LEFT)

    answer(_typed(path), accept)
    window.commands["import_csv"].trigger()
    experiment = window.document.experiment
    assert experiment.data.kind == "csv"
    assert experiment.data.task == "regression"
    assert experiment.features == ("x1", "x2")
    assert experiment.training.loss.kind == "mse"
    _next_frame(qtbot, window, lambda frame: frame.experiment == experiment)
    window.commands["undo"].trigger()
    assert window.document.experiment == before


def test_a_broken_table_is_told_and_leaves_the_document(window, answer, tmp_path):
    before = window.document.experiment
    (tmp_path / "empty.csv").write_text("")
    answer(_typed(tmp_path / "empty.csv"), _read_problem("empty"))
    window.commands["import_csv"].trigger()
    assert window.document.experiment is before


# -- closing, settings, themes


@pytest.mark.parametrize(
    ("button", "closes"),
    [(QMessageBox.StandardButton.Cancel, False), (QMessageBox.StandardButton.Discard, True)],
)
def test_closing_asks_about_unsaved_edits(window, answer, button, closes):
    window.commands["add_layer"].trigger()
    answer(lambda box: box.button(button).click())
    assert window.close() is closes
    assert window.isVisible() is not closes


def test_closing_with_save_saves(window, answer, tmp_path):
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(lambda box: box.button(QMessageBox.StandardButton.Save).click(), _typed(tmp_path / "last.json"))
    assert window.close()
    assert Experiment.load(tmp_path / "last.json") == edited


def test_giving_up_the_file_name_keeps_the_window(window, answer):
    window.commands["add_layer"].trigger()
    answer(lambda box: box.button(QMessageBox.StandardButton.Save).click(), lambda dialog: dialog.reject())
    assert not window.close()


def test_opening_asks_about_unsaved_edits_first(window, answer, tmp_path):
    Experiment(data=Circle(), title="Other").save(tmp_path / "other.json")
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(lambda box: box.button(QMessageBox.StandardButton.Cancel).click())
    window.files.open(tmp_path / "other.json")
    assert window.document.experiment is edited
    answer(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    window.files.open(tmp_path / "other.json")
    assert window.menu_row.title() == "Other"


def test_the_theme_changes_at_once_and_is_remembered(window, appearance, settings_path):
    assert appearance.theme is LIGHT
    window.commands["theme_dark"].trigger()
    assert appearance.theme is DARK
    assert load(settings_path).theme == "dark"
    picture = window.grab().toImage()
    assert picture.pixelColor(5, 5).lightness() < 60
    window.commands["theme_light"].trigger()
    assert window.grab().toImage().pixelColor(5, 5).lightness() > 200


def test_the_scale_of_the_loss_is_remembered_from_menu_and_chart(window, settings_path):
    assert window.chart.is_log()
    window.commands["log_loss"].trigger()
    assert not window.chart.is_log()
    assert not load(settings_path).log_loss
    window.chart.logChanged.emit(True)
    assert window.commands["log_loss"].isChecked()
    assert load(settings_path).log_loss


def test_the_size_is_remembered(window, qtbot, appearance, settings_path):
    window.resize(1140, 690)
    window.close()
    again = MainWindow(Experiment(), None, appearance, Store(settings_path))
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (1140, 690)


def test_damaged_settings_do_not_block_the_start(qtbot, appearance, settings_path):
    settings_path.parent.mkdir(parents=True)
    settings_path.write_text(json.dumps({"geometry": "!!", "theme": 3, "recent": [None]}))
    window = MainWindow(Experiment(), None, appearance, Store(settings_path))
    qtbot.addWidget(window)
    window.show()
    assert window.width() >= 1140
    window.finish()


def test_every_command_is_named_once_and_no_two_share_a_key(window):
    from ui.commands import commands

    names = [command.name for command in commands()]
    assert len(set(names)) == len(names)
    keys = [key.toString() for name in names for key in window.commands[name].shortcuts()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("command", ["about", "shortcuts"])
def test_help_opens_and_closes(window, qtbot, answer, command):
    answer(lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    window.commands[command].trigger()


def test_clicks_in_quick_succession_while_training_all_count(window, qtbot):
    window.toggle_play()
    for _ in range(12):
        qtbot.mouseClick(window.canvas.strip.layers[0].more, LEFT)
    experiment = window.document.experiment
    assert experiment.network.layers[0].units == 20
    _next_frame(qtbot, window, lambda frame: frame.experiment == experiment)


def test_tab_enters_the_data_sets_at_the_chosen_one(window, qtbot):
    window.data_panel.pages.button("classification").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.focusWidget() is window.data_panel.tiles["spiral"]
