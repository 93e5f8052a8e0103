"""Folds: what they hide, and what they never hide."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from tests.ui.controls import LEFT, TENTHS, shown
from ui.looks import theme
from ui.widgets.disclosure import Fold
from ui.widgets.slider import LabelledSlider


@pytest.fixture
def fold(qtbot):
    result = Fold("Stop when", "Rules", "never")
    result.rows = [LabelledSlider("a", TENTHS), LabelledSlider("b", TENTHS)]
    for row in result.rows:
        result.add(row)
        result.set_unusual(row, False)
    return shown(qtbot, result, 240, 100)


def test_a_fold_shows_its_rows_only_when_open(qtbot, fold):
    assert [row.isVisible() for row in fold.rows] == [False, False]
    qtbot.mouseClick(fold.header, LEFT)
    assert [row.isVisible() for row in fold.rows] == [True, True]
    qtbot.mouseClick(fold.header, LEFT)
    assert [row.isVisible() for row in fold.rows] == [False, False]


def test_a_row_that_is_not_as_usual_is_never_folded_away(fold):
    assert fold.header.summary() == "never"
    fold.set_unusual(fold.rows[1], True)
    assert [row.isVisible() for row in fold.rows] == [False, True]
    assert fold.header.summary() == "", "it would not be true"
    fold.set_unusual(fold.rows[1], False)
    assert fold.header.summary() == "never"


@pytest.mark.parametrize(
    ("keys", "opened"),
    [
        ((Qt.Key.Key_Space,), True),
        ((Qt.Key.Key_Return,), True),
        ((Qt.Key.Key_Right,), True),
        ((Qt.Key.Key_Left,), False),
        ((Qt.Key.Key_Right, Qt.Key.Key_Right), True),
        ((Qt.Key.Key_Right, Qt.Key.Key_Left), False),
    ],
)
def test_a_fold_opens_and_closes_by_key(qtbot, fold, keys, opened):
    fold.header.setFocus()
    for key in keys:
        qtbot.keyClick(fold.header, key)
    assert fold.is_open() is opened


def test_a_header_tells_a_screen_reader_what_it_is_about_and_its_state(fold):
    interface = QAccessible.queryAccessibleInterface(fold.header)
    assert interface.text(QAccessible.Text.Name) == "Stop when"
    assert interface.text(QAccessible.Text.Description) == "never"
    assert interface.state().checkable


def test_a_header_is_painted_in_the_colours_of_its_theme(fold):
    for one in (theme.LIGHT, theme.DARK):
        fold.header.set_theme(one)
        image = fold.header.grab().toImage()
        colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert one.muted in colours
