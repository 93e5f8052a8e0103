"""The whole window: running it, what it remembers, and its commands."""

from __future__ import annotations

import json

import pytest
from on_screen import LEFT, next_frame
from PySide6.QtCore import Qt

from engine.catalog.sources import CsvData
from engine.experiment import Experiment
from ui.looks.theme import DARK, LIGHT
from ui.settings import Store, load
from ui.window import MainWindow


def test_play_by_click_trains_and_pause_rests(window, qtbot):
    qtbot.mouseClick(window.transport.play, LEFT)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 3)
    assert window.transport.play.text() == "Pause"
    qtbot.mouseClick(window.transport.play, LEFT)
    frame = next_frame(qtbot, window, lambda frame: not frame.running)
    assert window.transport.play.text() == "Play"
    assert window.transport.epoch.value() == f"{frame.snapshot.epoch:,}"
    qtbot.mouseClick(window.transport.reset, LEFT)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 0)
    assert window.transport.epoch.value() == "0"


def test_steps_by_click(window, qtbot):
    qtbot.mouseClick(window.transport.step_batch, LEFT)
    next_frame(qtbot, window, lambda frame: frame.snapshot.step == 1)
    qtbot.mouseClick(window.transport.step_epoch, LEFT)
    next_frame(qtbot, window, lambda frame: frame.snapshot.step == 25)
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
    frame = next_frame(qtbot, window, lambda frame: frame.snapshot.finished and not frame.running)
    assert frame.snapshot.epoch == 4
    assert window.transport.play.text() == "Play"
    assert window.transport.finished.isVisible()
    assert "4 epochs" in window.status.message.full_text()
    window.commands["undo"].trigger()
    next_frame(qtbot, window, lambda frame: not frame.snapshot.finished)
    assert not window.transport.finished.isVisible()
    assert window.status.message.full_text() == ""
    qtbot.mouseClick(window.transport.play, LEFT)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch > 4)


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
    next_frame(qtbot, window, lambda frame: frame.request.shown == (1, 3))
    window.canvas.neuronHovered.emit(None)
    next_frame(qtbot, window, lambda frame: frame.request.shown is None)


def test_the_plane_of_a_wider_table_gives_way_to_that_of_a_narrower(window, qtbot, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c,d\n" + "".join(f"{i},{i * i % 7},{i % 5},{i % 2}\n" for i in range(40)))
    window.intents.import_data(CsvData(path=str(path), inputs=("a", "b", "c"), target="d"))
    window.field.axesChanged.emit(1, 2)
    next_frame(qtbot, window, lambda frame: frame.request.axes == (1, 2))
    window.commands["undo"].trigger()
    next_frame(
        qtbot, window, lambda frame: frame.request.axes == (0, 1) and frame.experiment.data.kind == "spiral"
    )


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
    from ui.menus.table import commands

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
    next_frame(qtbot, window, lambda frame: frame.experiment == experiment)


def test_tab_enters_the_data_sets_at_the_chosen_one(window, qtbot):
    window.data_panel.pages.button("classification").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.focusWidget() is window.data_panel.tiles["spiral"]
