"""The letters that Alt and a letter choose: one for each command of a menu, and no letter twice."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence

from ui.menus.table import commands

QT_NAMES_THEM = {"undo", "redo"}  # by what they would take back


def _letter(text):
    return QKeySequence.mnemonic(text).toString()


def _assert_unique(texts):
    counted = Counter(letter for letter in map(_letter, texts) if letter)
    assert not {letter: count for letter, count in counted.items() if count > 1}, texts


def test_every_command_has_a_letter():
    without = {command.name for command in commands() if not _letter(command.text)}
    assert without == set()


def test_no_letter_stands_twice_in_a_menu(window):
    menus = [action.menu() for action in window.menu_row.bar.actions()]
    assert len(menus) == 6
    _assert_unique([menu.title() for menu in menus])
    for busy in (False, True):  # two commands are called otherwise meanwhile
        window.show_running(busy)
        window.show_recording(busy)
        for menu in menus:
            texts = [action.text() for action in menu.actions() if not action.isSeparator()]
            own = {action.objectName() for action in menu.actions() if _letter(action.text())}
            every = {action.objectName() for action in menu.actions() if not action.isSeparator()}
            assert every - own <= QT_NAMES_THEM
            _assert_unique(texts)
