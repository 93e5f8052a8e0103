"""The weight matrix: what is typed, copied and pasted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from engine.weight_edits import Block, SetBlocks, SetNumber
from tests.ui.matrices import experiment_with, frame_with, opened_matrix
from ui.wording.number_table import read_numbers
from ui.wording.weight_table import table_keys, table_of

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def matrix(qtbot, themed):
    return opened_matrix(qtbot)


def select(matrix, top, left, bottom, right):
    matrix.view.setCurrentIndex(matrix.model.index(top, left))
    chosen = matrix.view.selectionModel()
    flags = QItemSelectionModel.SelectionFlag
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            chosen.select(matrix.model.index(row, column), flags.Select)


# -- typing


def test_a_number_is_typed_over_a_cell(matrix, qtbot):
    matrix.view.setFocus()
    matrix.view.setCurrentIndex(matrix.model.index(2, 1))
    qtbot.keyClick(matrix.view, "0")
    editor = matrix.view.findChild(QLineEdit)
    qtbot.keyClicks(editor, ".25")
    matrix.show_frame(frame_with(matrix._experiment, 8))  # training goes on meanwhile
    assert editor.text() == "0.25"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(matrix.edits) == 1)
    assert matrix.edits == [(SetNumber(0, "weight", (2, 1), 0.25), "Edit weight of Layer 1")]


def test_f2_shows_the_number_in_full_and_unchanged_it_is_no_edit(matrix, qtbot):
    matrix.view.setFocus()
    matrix.view.setCurrentIndex(matrix.model.index(0, 2))
    qtbot.keyClick(matrix.view, Qt.Key.Key_F2)
    editor = matrix.view.findChild(QLineEdit)
    assert np.float32(editor.text()) == matrix.model.values[0, 2]
    assert "bias" in editor.accessibleName()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: matrix.view.findChild(QLineEdit) is None)
    assert matrix.edits == []
    at = matrix.view.visualRect(matrix.model.index(0, 2)).center()
    qtbot.mouseClick(matrix.view.viewport(), LEFT, pos=at)
    qtbot.mouseDClick(matrix.view.viewport(), LEFT, pos=at)
    editor = matrix.view.findChild(QLineEdit)
    editor.setText("−1.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(matrix.edits) == 1)
    assert matrix.edits == [(SetNumber(0, "bias", (0,), -1.5), "Edit bias of Layer 1")]


def test_what_is_no_number_is_refused_in_words(matrix):
    assert not matrix.model.setData(matrix.model.index(0, 0), "abc")
    assert matrix.message.isVisible()
    assert "abc" in matrix.message.text()
    assert matrix.edits == []
    assert matrix.model.setData(matrix.model.index(0, 0), "1")
    assert not matrix.message.isVisible()


# -- copy and paste


def test_the_selected_rectangle_is_copied_in_full(matrix, qtbot):
    select(matrix, 1, 1, 2, 2)
    qtbot.keyClick(matrix.view, Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert "\t" in text
    np.testing.assert_array_equal(read_numbers(text, 2, 2), matrix.model.values[1:, 1:])


def test_all_numbers_are_selected_by_key(matrix, qtbot):
    matrix.view.setFocus()
    qtbot.keyClick(matrix.view, Qt.Key.Key_A, CTRL)
    assert matrix.view.rectangle() == (0, 0, 2, 2)
    assert matrix.view.currentIndex().isValid()


def test_without_a_selection_all_is_copied(matrix, qtbot):
    matrix.view.clearSelection()
    qtbot.mouseClick(matrix.copy, LEFT)
    text = QGuiApplication.clipboard().text()
    np.testing.assert_array_equal(read_numbers(text, 3, 3), matrix.model.values)


def test_pasting_part_of_a_matrix_is_one_edit_that_says_nothing_of_the_rest(matrix, qtbot):
    QGuiApplication.clipboard().setText("1,2\n3,4\n")
    select(matrix, 1, 0, 1, 0)
    qtbot.keyClick(matrix.view, Qt.Key.Key_V, CTRL)
    block = Block(0, "weight", 1, 0, ((1.0, 2.0), (3.0, 4.0)))
    assert matrix.edits == [(SetBlocks((block,)), "Paste weights into Layer 1")]


def test_pasting_over_weights_and_bias_is_one_edit_of_both(matrix, qtbot):
    QGuiApplication.clipboard().setText("9\t8")
    select(matrix, 0, 1, 0, 1)
    qtbot.mouseClick(matrix.paste, LEFT)
    blocks = Block(0, "weight", 0, 1, ((9.0,),)), Block(0, "bias", 0, 0, ((8.0,),))
    assert matrix.edits == [(SetBlocks(blocks), "Paste numbers into Layer 1")]


def test_one_number_is_pasted_as_one_number(matrix, qtbot):
    QGuiApplication.clipboard().setText("0.5")
    select(matrix, 0, 1, 0, 1)
    matrix.view.paste()
    assert matrix.edits[0][0] == SetNumber(0, "weight", (0, 1), 0.5)


@pytest.mark.parametrize(
    ("text", "word"),
    [("1\tx", "number 2"), ("1\n2\n3", "do not fit"), ("", "no text"), ("1\t2\n3", "line 2")],
)
def test_what_cannot_be_pasted_is_said_in_one_line(matrix, text, word):
    QGuiApplication.clipboard().setText(text)
    select(matrix, 1, 0, 1, 0)
    matrix.view.paste()
    assert matrix.edits == []
    assert word in matrix.message.text()
    assert "\n" not in matrix.message.text()


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_block_lands_where_it_was_put_and_nowhere_else(data):
    experiment = experiment_with({"normalization": "batch"})
    tensors = frame_with(
        experiment,
        normalization_weight=np.ones(3, np.float32),
        normalization_bias=np.zeros(3, np.float32),
    ).snapshot.tensors[0]
    key = data.draw(st.sampled_from(table_keys(tensors)))
    table = table_of(experiment, 0, key, tensors, ("0", "1"))
    rows, columns = len(table.rows), len(table.columns)
    top = data.draw(st.integers(0, rows - 1))
    left = data.draw(st.integers(0, columns - 1))
    shape = data.draw(st.integers(1, rows - top)), data.draw(st.integers(1, columns - left))
    block = np.arange(100, 100 + shape[0] * shape[1], dtype=np.float32).reshape(shape)
    expected = table.values(tensors)
    expected[top : top + shape[0], left : left + shape[1]] = block
    after = {name: value.copy() for name, value in tensors.items()}
    edit = table.block_edit(top, left, block)
    if isinstance(edit, SetNumber):
        after[edit.name][edit.index] = edit.value
    else:
        for one in edit.blocks:
            values = np.array(one.values, np.float32)
            target = after[one.name].reshape(rows, -1)
            target[one.row : one.row + len(values), one.column : one.column + values.shape[1]] = values
    np.testing.assert_array_equal(table.values(after), expected)
