"""The list of edits: where one stands, and how to go elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QUndoCommand, QUndoStack

from ui.looks import theme
from ui.widgets.history_list import HistoryList

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stack(qapp):
    stack = QUndoStack()
    yield stack
    stack.deleteLater()


@pytest.fixture
def history(qtbot, themed, stack):
    history = HistoryList(stack)
    qtbot.addWidget(history)
    history.resize(500, 220)
    history.set_theme(theme.LIGHT)
    history.show()
    qtbot.waitExposed(history)
    return history


def _texts(view):
    model = view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def _fill(stack, *names):
    for name in names:
        stack.push(QUndoCommand(name))


def test_it_says_how_it_works_until_there_is_an_edit(history, stack):
    assert history.empty.isVisible()
    assert "a click on one goes back" in history.empty.text()
    _fill(stack, "Add layer")
    assert not history.empty.isVisible()
    stack.clear()
    assert history.empty.isVisible()


def test_the_newest_is_at_the_bottom_and_current(history, stack):
    _fill(stack, "Add layer", "Noise", "Seed")
    assert _texts(history.view) == ["As it was opened", "Add layer", "Noise", "Seed"]
    assert history.view.currentIndex().row() == 3
    stack.undo()
    assert history.view.currentIndex().row() == 2


def test_a_click_goes_to_that_state_and_keys_go_on_from_there(history, stack, qtbot):
    _fill(stack, "Add layer", "Noise", "Seed")
    view = history.view
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(1, 0)).center())
    assert stack.index() == 1
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert stack.index() == 2
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert stack.index() == 0


def test_screen_readers_find_the_edits_and_which_is_current(history, stack):
    _fill(stack, "Add layer", "Noise")
    stack.undo()
    found = QAccessible.queryAccessibleInterface(history.view)
    assert found.text(QAccessible.Text.Name) == "History of edits"
    rows = [found.child(i) for i in range(found.childCount())]
    assert [row.text(QAccessible.Text.Name) for row in rows] == ["As it was opened", "Add layer", "Noise"]
    assert [row.state().selected for row in rows] == [0, 1, 0]


def _ink(history, row):
    view = history.view
    picture = view.viewport().grab(view.visualRect(view.model().index(row, 0))).toImage()
    return bytes(picture.constBits())


def test_the_current_state_is_told_apart_by_more_than_colour(history, stack):
    _fill(stack, "Noise", "Noise", "Noise")
    stack.setIndex(1)
    history.view.viewport().grab()
    before, now, undone = (_ink(history, row) for row in (0, 1, 2))
    assert len({before, now, undone}) == 3
    stack.setIndex(2)
    assert _ink(history, 2) == now  # the mark moves


def test_a_long_history_keeps_the_current_state_in_sight(history, stack):
    _fill(stack, *(f"Edit {i}" for i in range(60)))
    view = history.view
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))
    stack.setIndex(0)
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_it_outlives_the_stack(history, qtbot):
    stack = QUndoStack()
    other = HistoryList(stack)
    qtbot.addWidget(other)
    _fill(stack, "Add layer")
    del stack
    other.grab()
