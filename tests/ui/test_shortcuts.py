"""The sheet of keys: complete, grouped, and readable on a small screen."""

from __future__ import annotations

from collections import defaultdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QScrollArea

from ui.dialogs.shortcuts import ShortcutsDialog
from ui.menus.shortcuts_table import canvas_keys, field_keys, matrix_keys, sections
from ui.menus.table import commands

PARTS = {"canvas": canvas_keys, "field": field_keys, "matrix": matrix_keys}


@pytest.fixture
def dialog(qtbot, themed):
    dialog = ShortcutsDialog(sections())
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def _texts(dialog, look):
    return [one.text() for one in dialog.findChildren(QLabel) if one.property("look") == look]


def test_every_key_of_every_command_is_on_the_sheet(dialog):
    shown = set(_texts(dialog, "key"))
    for command in commands():
        for key in command.shortcuts:
            text = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            assert text.replace("+Left", "+←").replace("+Right", "+→") in shown
    texts = set(_texts(dialog, ""))
    assert {
        "Add layer",
        "Weight matrix",
        "Through the links of a neuron",
        "Set the probe, or take it away",
    } <= texts


def test_menus_come_first_then_the_parts_of_the_window(dialog):
    titles = [section.title for section in sections()]
    assert titles[:2] == ["File", "Edit"]
    assert titles[-3:] == ["On the canvas", "On the field", "In the weight matrix"]
    assert _texts(dialog, "title") == [title.upper() for title in titles]


@pytest.mark.parametrize("part", PARTS)
def test_keys_of_a_part_are_valid_and_mean_one_thing(part):
    table = PARTS[part]()
    keys = [key for one in table for key in one.keys]
    assert len(set(keys)) == len(keys)
    assert len({one.name for one in table}) == len(table)
    for key in keys:
        assert QKeySequence(key).toString() != ""
        assert QKeySequence(QKeySequence(key).toString()) == QKeySequence(key)


@pytest.mark.parametrize("part", PARTS)
def test_no_menu_takes_the_keys_of_a_part_away(part):
    anywhere = [command for command in commands() if not command.local]
    menu = {QKeySequence(key).toString() for command in anywhere for key in command.shortcuts}
    assert not menu & {QKeySequence(key).toString() for one in PARTS[part]() for key in one.keys}


def test_arrows_are_drawn_as_arrows(dialog):
    assert "Ctrl+Shift+←" in _texts(dialog, "key")
    assert "Left" not in _texts(dialog, "key")


def test_it_fits_a_small_screen_and_escape_closes_it(dialog, qtbot):
    assert dialog.height() <= 720
    area = dialog.findChild(QScrollArea)
    assert area.widget().sizeHint().width() <= area.viewport().width()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_every_line_of_a_menu_has_a_letter_of_its_own():
    letters = defaultdict(list)
    for command in commands():
        letters[command.menu] += [text[0].lower() for text in command.text.split("&")[1:]]
    for menu, used in letters.items():
        assert len(set(used)) == len(used), menu
