"""The weight matrix: what is shown, and what it points at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.weight_edits import SetNumber
from tests.ui.fake_frames import experiment_of
from tests.ui.matrices import experiment_with, frame_with, opened_matrix, tensors_of
from ui.looks import theme
from ui.panels.weight_matrix_view import _contrast, cell_colours


@pytest.fixture
def matrix(qtbot, themed):
    return opened_matrix(qtbot)


def headers(matrix, orientation):
    model = matrix.model
    count = model.rowCount() if orientation == Qt.Orientation.Vertical else model.columnCount()
    return [model.headerData(i, orientation) for i in range(count)]


# -- what is shown


def test_rows_are_neurons_and_columns_what_they_receive_the_bias_last(matrix):
    assert headers(matrix, Qt.Orientation.Horizontal) == ["x₁", "x₂", "bias"]
    assert headers(matrix, Qt.Orientation.Vertical) == ["neuron 1", "neuron 2 (muted)", "neuron 3"]
    tensors = tensors_of(matrix)
    np.testing.assert_array_equal(matrix.model.values[:, :2], tensors["weight"])
    np.testing.assert_array_equal(matrix.model.values[:, 2], tensors["bias"])
    shown = float(tensors["weight"][2, 1])
    assert matrix.model.index(2, 1).data() == f"{shown:.3f}".replace("-", "−")


def test_other_layers_are_chosen_here_or_by_the_canvas(matrix, qtbot):
    matrix.show_layer(1)
    assert matrix.layer.currentText() == "Layer 2"
    assert headers(matrix, Qt.Orientation.Horizontal) == ["neuron 1", "neuron 2", "neuron 3", "bias"]
    matrix.layer.setFocus()
    qtbot.keyClick(matrix.layer, Qt.Key.Key_End)
    assert matrix.shown_layer() == 2
    assert headers(matrix, Qt.Orientation.Vertical) == ["output"]
    matrix.show_layer(9)
    assert matrix.shown_layer() == 2


def test_every_class_has_a_row(matrix):
    experiment = experiment_of(3, data="rings")
    matrix.show_experiment(experiment)
    matrix.show_frame(frame_with(experiment))
    matrix.show_layer(1)
    assert headers(matrix, Qt.Orientation.Vertical) == ["class 0", "class 1", "class 2"]


def test_maxout_has_a_row_for_every_piece(matrix):
    layer = {"activation": {"kind": "maxout", "pieces": 2}, "muted_weights": [[2, 0]]}
    experiment = experiment_with(layer)
    matrix.show_experiment(experiment)
    matrix.show_frame(frame_with(experiment))
    assert headers(matrix, Qt.Orientation.Vertical)[2:4] == ["neuron 3, piece 1", "neuron 1, piece 2"]
    assert [row for row in range(6) if matrix.model.table.is_muted(row, 0)] == [2, 5]
    assert matrix.model.table.place(5, 1) == (1, 2, 1)


def test_normalization_slopes_and_projection_have_tables_of_their_own(matrix, qtbot):
    experiment = experiment_with({"activation": "prelu", "normalization": "batch", "residual": True})
    extra = {
        "normalization_weight": np.arange(3, dtype=np.float32),
        "normalization_bias": np.full(3, 0.5, np.float32),
        "normalization_running_mean": np.full(3, 7, np.float32),
        "normalization_running_var": np.full(3, 2, np.float32),
        "activation_weight": np.full(3, 0.25, np.float32),
        "projection_weight": np.full((3, 2), 0.125, np.float32),
    }
    assert matrix.tensor.isHidden()
    matrix.show_experiment(experiment)
    matrix.show_frame(frame_with(experiment, **extra))
    assert matrix.tensor.isVisible()
    names = [matrix.tensor.itemText(i) for i in range(matrix.tensor.count())]
    assert names == ["Weights and biases", "Normalization", "Slopes below zero", "Residual projection"]
    matrix.tensor.setFocus()
    qtbot.keyClick(matrix.tensor, Qt.Key.Key_Down)
    assert headers(matrix, Qt.Orientation.Horizontal) == ["scale γ", "shift β", "mean", "variance"]
    np.testing.assert_array_equal(matrix.model.values[1], [1, 0.5, 7, 2])
    qtbot.keyClick(matrix.tensor, Qt.Key.Key_Down)
    assert headers(matrix, Qt.Orientation.Horizontal) == ["slope a"]
    matrix.model.setData(matrix.model.index(2, 0), "0.1")
    qtbot.keyClick(matrix.tensor, Qt.Key.Key_Down)
    assert matrix.model.values.shape == (3, 2)
    matrix.model.setData(matrix.model.index(2, 1), "0.2")
    assert [edit for edit, _ in matrix.edits] == [
        SetNumber(0, "activation.weight", (2,), 0.1),
        SetNumber(0, "projection.weight", (2, 1), 0.2),
    ]
    matrix.show_layer(1)
    assert matrix.tensor.isHidden()
    assert matrix.model.table.key == "weight"


def _painted(matrix, row, column):
    view = matrix.view
    picture = view.viewport().grab(view.visualRect(matrix.model.index(row, column))).toImage()
    return bytes(picture.constBits())


def test_muted_and_frozen_numbers_are_marked_and_say_so(matrix):
    plain = experiment_with()
    frame = frame_with(plain)
    for row, column, field, word in ((0, 1, "muted_weights", "Muted"), (1, 0, "frozen_weights", "Frozen")):
        matrix.show_experiment(plain)
        matrix.show_frame(frame)
        before = _painted(matrix, row, column)
        assert word not in matrix.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
        marked = experiment_with({field: [[row, column]]})
        matrix.show_experiment(marked)
        matrix.show_frame(replace(frame, experiment=marked))
        assert _painted(matrix, row, column) != before
        assert word in matrix.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
    frozen = experiment_with({"frozen": True})
    matrix.show_frame(replace(frame, experiment=frozen))
    assert all(matrix.model.table.is_frozen(row, column) for row in range(3) for column in range(3))


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_numbers_are_legible_on_every_colour(colours):
    for value in np.linspace(-1, 1, 41):
        ground, ink = cell_colours(float(value), 1.0, colours)
        assert _contrast(ground, ink) >= 4.5


def test_sign_and_size_decide_the_colour():
    strong, weak = (cell_colours(value, 1.0, theme.LIGHT)[0] for value in (1.0, 0.1))
    assert strong.saturation() > weak.saturation()
    assert cell_colours(-1.0, 1.0, theme.LIGHT)[0].red() > cell_colours(1.0, 1.0, theme.LIGHT)[0].red()
    assert cell_colours(float("nan"), 1.0, theme.LIGHT)[0].name() == theme.LIGHT.danger_soft


def test_while_training_numbers_change_ten_times_a_second_and_settle_on_the_last(matrix, qtbot):
    experiment = matrix._experiment
    changes = []
    matrix.model.dataChanged.connect(lambda *_: changes.append(1))
    for seed in range(1, 20):
        matrix.show_frame(frame_with(experiment, seed, running=True))
    assert len(changes) <= 2
    last = tensors_of(matrix)["weight"]
    qtbot.waitUntil(lambda: np.array_equal(matrix.model.values[:, :2], last))
    matrix.show_frame(frame_with(experiment, 50, running=False))
    np.testing.assert_array_equal(matrix.model.values[:, :2], tensors_of(matrix)["weight"])


def test_only_cells_in_sight_are_told_to_have_changed_and_the_place_stays(matrix):
    experiment = experiment_of(200, 2)
    matrix.show_experiment(experiment)
    matrix.show_frame(frame_with(experiment))
    matrix.view.setCurrentIndex(matrix.model.index(3, 1))
    rows = []
    matrix.model.dataChanged.connect(lambda top, bottom: rows.append((top.row(), bottom.row())))
    matrix.show_frame(frame_with(experiment, 1))
    assert matrix.view.currentIndex() == matrix.model.index(3, 1)
    matrix.view.scrollToBottom()
    matrix.show_frame(frame_with(experiment, 2))
    (first, second), (third, fourth) = rows
    assert (first, fourth) == (0, 199)
    assert second < 20
    assert third > 180


def test_out_of_sight_nothing_is_done_until_it_is_shown_again(matrix):
    before = matrix.model.values
    matrix.hide()
    matrix.show_frame(frame_with(matrix._experiment, 5))
    assert matrix.model.values is before
    matrix.show()
    np.testing.assert_array_equal(matrix.model.values[:, :2], tensors_of(matrix)["weight"])


def test_another_network_shows_nothing_until_its_frame_comes(matrix):
    matrix.show_experiment(experiment_of(5))
    assert matrix.model.rowCount() == 0
    assert "next frame" in matrix.scale.text()
    assert not matrix.copy.isEnabled()
    matrix.view.paste()
    matrix.view.copy()
    assert matrix.edits == []


def test_eight_inputs_and_the_bias_need_no_scrolling_in_a_small_window(matrix):
    experiment = experiment_of(8, 8)
    matrix.resize(632, 240)
    matrix.show_experiment(experiment)
    matrix.show_frame(frame_with(experiment))
    matrix.show_layer(1)
    matrix.grab()
    assert not matrix.view.horizontalScrollBar().isVisible()
    assert not matrix.view.verticalScrollBar().isVisible()


# -- pointing


def test_the_place_of_the_keyboard_is_told_to_the_diagram(matrix, qtbot):
    matrix.view.setCurrentIndex(matrix.model.index(1, 0))
    matrix.view.setFocus()
    qtbot.keyClick(matrix.view, Qt.Key.Key_Right)
    qtbot.keyClick(matrix.view, Qt.Key.Key_Right)
    matrix.show_layer(1)
    matrix.view.setCurrentIndex(matrix.model.index(0, 2))
    matrix.hide()
    matrix.show()
    assert matrix.places == [(1, 1, 0), (1, 1, 1), (1, 1), None, (2, 0, 2), None, (2, 0, 2)]


def test_the_tab_key_leads_through_the_controls_and_out_of_the_table(matrix, qtbot):
    reached = []
    matrix.layer.setFocus()
    for _ in range(5):
        now = matrix.focusWidget()
        reached.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    assert {matrix.layer, matrix.copy, matrix.paste, matrix.view} <= set(reached)
    assert all(widget.accessibleName() or widget.text() for widget in reached)
