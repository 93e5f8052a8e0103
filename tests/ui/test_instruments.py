"""The pages below the canvas, in the window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QTabBar

import resources
from engine.experiment import Experiment
from ui.menus.table import commands
from ui.settings import Store, load
from ui.window import MainWindow

TWO_SPIRALS = resources.path("experiments", "two-spirals.json")


@pytest.fixture
def opened(qtbot, appearance, settings_path):
    """Open windows that share their settings; each ends with the test at the latest."""
    windows = []

    def open_window(path=TWO_SPIRALS):
        window = MainWindow(Experiment.load(path), None, appearance, Store(settings_path))
        windows.append(window)
        window.frames, window.faults = [], []
        window.session.frameReady.connect(window.frames.append)
        window.session.failed.connect(window.faults.append)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.waitUntil(lambda: len(window.frames) > 0, timeout=60_000)
        return window

    yield open_window
    for window in windows:
        window.finish()
        window.deleteLater()
        assert not window.faults, window.faults[0]
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_every_page_has_a_key_in_the_view_menu_that_opens_and_closes_it(opened, qtbot):
    window = opened()
    drawer = window.instruments.drawer
    pages = {command.value: command for command in commands() if command.slot == "instruments.toggle"}
    assert tuple(pages) == drawer.keys()
    for key, command in pages.items():
        assert command.shortcuts
        window.commands[command.name].trigger()
        assert drawer.current() == key
        assert drawer.isAncestorOf(window.focusWidget())
        if key == "weights":
            assert window.instruments.weights.view.hasFocus()
    window.commands[command.name].trigger()
    assert drawer.current() == ""


def test_canvas_and_page_are_both_usable_in_a_small_window(opened):
    window = opened()
    window.resize(1280, 720)
    window.instruments.drawer.open("weights")
    assert window.canvas.height() >= 300
    assert window.instruments.weights.height() >= 160
    window.resize(1140, 680)
    assert window.canvas.height() >= 300
    assert window.instruments.weights.height() >= 160
    assert window.canvas.geometry().bottom() < window.instruments.drawer.geometry().top()


def test_page_and_height_are_remembered(opened, settings_path):
    first = opened()
    first.instruments.drawer.open("history")
    first.instruments.drawer.set_page_height(300)
    first.instruments.drawer._drop()
    first.finish()
    assert load(settings_path).drawer_page == "history"
    second = opened()
    assert second.instruments.drawer.current() == "history"
    assert second.instruments.history.height() == 300
    second.instruments.drawer.close()
    second.finish()
    assert load(settings_path).drawer_page == ""


def test_statistics_are_computed_while_the_activation_is_in_sight(opened, qtbot):
    window = opened()
    assert window.frames[-1].statistics is None
    window.instruments.drawer.open("activation")
    qtbot.waitUntil(lambda: window.frames[-1].statistics is not None, timeout=30_000)
    card = window.instruments.activation
    qtbot.waitUntil(lambda: "saturated" in card.saturated.text())
    window.instruments.drawer.open("history")
    window.session.step_batch()
    qtbot.waitUntil(lambda: window.frames[-1].statistics is None, timeout=30_000)


def test_the_matrix_shows_the_running_network(opened, qtbot):
    window = opened()
    window.instruments.drawer.open("weights")
    weights = window.instruments.weights
    before = weights.model.values.copy()
    window.toggle_play()
    qtbot.waitUntil(lambda: not np.array_equal(weights.model.values, before), timeout=30_000)
    window.toggle_play()
    qtbot.waitUntil(lambda: not window.frames[-1].running, timeout=30_000)
    last = window.frames[-1].snapshot.tensors[0]["weight"]
    qtbot.waitUntil(lambda: np.array_equal(weights.model.values[:, :-1], last))


def test_a_typed_weight_reaches_the_running_network_and_undo_takes_it_back(opened, qtbot):
    window = opened()
    window.instruments.drawer.open("weights")
    weights = window.instruments.weights
    before = weights.model.values.copy()
    weights.view.setCurrentIndex(weights.model.index(1, 0))
    weights.view.setFocus()
    qtbot.keyClick(weights.view, Qt.Key.Key_F2)
    editor = weights.view.findChild(QLineEdit)
    editor.setText("0.375")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: weights.model.values[1, 0] == 0.375, timeout=30_000)
    assert window.frames[-1].snapshot.tensors[0]["weight"][1, 0] == 0.375
    assert window.document.undo_stack.undoText() == "Edit weight of Layer 1"
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: np.array_equal(weights.model.values, before), timeout=30_000)
    window.document.undo_stack.redo()
    qtbot.waitUntil(lambda: weights.model.values[1, 0] == 0.375, timeout=30_000)


def test_what_is_copied_from_one_layer_is_pasted_into_another(opened, qtbot):
    window = opened()
    window.instruments.drawer.open("weights")
    weights = window.instruments.weights
    weights.show_layer(1)
    copied = weights.model.values.copy()
    QGuiApplication.clipboard().setText("\n".join("\t".join(map(str, row[:2] * 2)) for row in copied))
    weights.show_layer(0)
    weights.view.setCurrentIndex(weights.model.index(0, 0))
    weights.view.paste()
    qtbot.waitUntil(lambda: np.array_equal(weights.model.values[:, :2], copied[:, :2] * 2), timeout=30_000)
    assert window.document.undo_stack.count() == 1


def test_the_weight_under_the_keyboard_is_pointed_out_with_its_ends(opened):
    window = opened()
    told = []
    window.instruments.focusWanted.connect(lambda *focus: told.append(focus))
    window.instruments.drawer.open("weights")
    view, model = window.instruments.weights.view, window.instruments.weights.model
    view.setCurrentIndex(model.index(2, 1))
    view.setCurrentIndex(model.index(2, 2))
    window.instruments.drawer.close()
    assert told == [
        (((0, 1), (1, 2)), ((1, 2, 1),), None),
        (((1, 2),), (), None),
        ((), (), None),
    ]


def test_pages_follow_the_layers_that_are_selected(opened):
    window = opened()
    window.instruments.drawer.open("weights")
    window.instruments.show_layers((1,))
    assert window.instruments.weights.shown_layer() == 1
    assert window.instruments.activation.shown_layer() == 1
    window.instruments.show_layers(())
    assert window.instruments.weights.shown_layer() == 1


def test_a_click_in_the_history_goes_back(opened, qtbot):
    window = opened()
    first = window.document.experiment
    window.instruments.drawer.open("history")
    window.canvas.building.add_layer()
    window.canvas.building.add_layer()
    view = window.instruments.history.view
    assert view.model().rowCount() == 3
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center()
    )
    assert window.document.experiment == first


def test_the_tabs_are_reached_by_key_and_after_the_canvas(opened, qtbot):
    window = opened()
    window.canvas.setFocus()
    tabs = window.instruments.drawer.findChild(QTabBar)
    for _ in range(80):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is tabs:
            return
    pytest.fail("the Tab key does not reach the tabs")


def test_the_keys_of_pages_work_while_a_field_has_the_focus(opened, qtbot):
    window = opened()
    field = next(one for one in window.training_panel.findChildren(QLineEdit) if one.isVisible())
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert window.instruments.drawer.current() == "weights"


def test_the_keys_of_layers_act_on_the_canvas_and_leave_fields_theirs(opened, qtbot):
    window = opened()
    canvas, drawer = window.canvas, window.instruments.drawer
    count = len(window.document.experiment.network.layers)
    canvas.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(canvas, Qt.Key.Key_A, control)
    assert canvas.building.selection.layers == tuple(range(count))
    qtbot.mouseClick(canvas.strip.layers[0].title, Qt.MouseButton.LeftButton)
    qtbot.keyClick(canvas, Qt.Key.Key_D, control)
    assert len(window.document.experiment.network.layers) == count + 1
    before = [layer.units for layer in window.document.experiment.network.layers]
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Right, control | shift)
    assert [layer.units for layer in window.document.experiment.network.layers] == [
        before[0],
        before[2],
        before[1],
        *before[3:],
    ]
    qtbot.mouseClick(canvas.strip.layers[0].tune, Qt.MouseButton.LeftButton)
    assert drawer.current() == "layer"
    assert canvas.building.selection.layers == (0,)
    edit = window.instruments.inspector.architecture.edit
    edit.setFocus()
    edit.deselect()
    qtbot.keyClick(edit, Qt.Key.Key_A, control)
    assert edit.selectedText() == edit.text()
    assert canvas.building.selection.layers == (0,)


def test_what_is_chosen_in_the_inspector_is_selected_in_the_diagram(opened, qtbot):
    window = opened()
    window.instruments.drawer.open("layer")
    inspector, selection = window.instruments.inspector, window.canvas.building.selection
    inspector.begin()
    output = len(window.document.experiment.network.layers)
    qtbot.keyClick(inspector.chooser.box, Qt.Key.Key_Down)
    assert selection.layers == inspector.layers() == (0,)
    qtbot.keyClick(inspector.chooser.box, Qt.Key.Key_End)
    assert selection.layers == inspector.layers() == tuple(range(output))
    window.canvas.select_layers((output,))
    assert inspector.layers() == (output,)
    assert inspector.chooser.box.currentText() == "Output"


def test_diagram_and_inspector_agree_on_what_is_selected_whatever_is_edited(opened, qtbot):
    window = opened()
    inspector, selection = window.instruments.inspector, window.canvas.building.selection
    building, undo = window.canvas.building, window.document.undo_stack
    output = len(window.document.experiment.network.layers)

    def both():
        assert inspector.layers() == selection.layers
        return selection.layers

    window.canvas.select_layers((output,))
    building.add(0)
    window.canvas.select_layers((output + 1,))
    undo.undo()
    assert both() == (output,)
    undo.redo()
    assert both() == (output + 1,)
    building.add_layer()
    assert both() == (output + 1,), "now the new layer, before the output"
    inspector.chooser.remove.click()
    assert both() == (output,), "the layer before it, as it was the last"
    inspector.architecture.edit.setText("3x4 tanh")
    inspector.architecture.edit.setModified(True)
    qtbot.keyClick(inspector.architecture.edit, Qt.Key.Key_Return)
    assert both() == (2,), "a layer that is still there"


def test_the_copy_is_selected_whoever_makes_it(opened, qtbot):
    window = opened()
    inspector, selection = window.instruments.inspector, window.canvas.building.selection
    window.instruments.drawer.open("layer")
    window.canvas.select_layers((0,))
    inspector.chooser.duplicate.click()
    assert selection.layers == inspector.layers() == (1,)
    window.document.undo_stack.undo()
    window.canvas.select_layers((0,))
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert selection.layers == inspector.layers() == (1,)


SMALLER = Experiment.parse({"data": "circle", "network": {"layers": [{"units": 3}]}})


@pytest.mark.parametrize("page", ["layer", "steps", "activation", "weights", "history"])
def test_every_page_survives_that_the_last_layer_goes_and_comes(opened, qtbot, page):
    window = opened()
    document, selection = window.document, window.canvas.building.selection
    window.instruments.drawer.open(page)
    count = len(document.experiment.network.layers)

    def shown(layers):
        frame = len(window.frames)
        window.session.request(resolution=40 + frame)
        qtbot.waitUntil(lambda: len(window.frames) > frame, timeout=30_000)
        assert selection.layers == window.instruments.inspector.layers()
        assert all(layer <= layers for layer in selection.layers)

    window.canvas.building.add_layer()
    for last in (count, count + 1):  # the hidden one that was added, the output
        window.canvas.select_layers((last,))
        document.undo_stack.undo()
        shown(count)
        document.undo_stack.redo()
        shown(count + 1)
        window.canvas.select_layers((last,))
    document.replace(SMALLER)
    shown(1)
    document.replace(Experiment.load(TWO_SPIRALS))
    shown(count)


def test_pages_may_be_told_of_layers_before_they_know_the_document(opened):
    window = opened()
    instruments = window.instruments
    for layers in ((7,), (0, 9), ()):
        instruments.show_layers(layers)
        instruments.show_experiment(SMALLER)
        assert all(layer <= 1 for layer in instruments.inspector.layers())
        instruments.show_experiment(window.document.experiment)


def test_several_layers_are_drawn_anew_in_one_step_of_the_history(opened, qtbot):
    window = opened()
    undo = window.document.undo_stack
    window.canvas.building.select_all()
    count = undo.count()
    window.instruments.inspector.chooser.redraw.click()
    assert undo.count() == count + 1
    window.canvas.building.redraw()
    assert undo.count() == count + 2
    undo.undo()
    undo.undo()
    frames = len(window.frames)
    qtbot.waitUntil(lambda: len(window.frames) > frames, timeout=30_000)


def test_the_tune_button_opens_the_page_with_its_layer(opened, qtbot):
    window = opened()
    window.canvas.building.select_all()
    qtbot.mouseClick(window.canvas.strip.layers[1].tune, Qt.MouseButton.LeftButton)
    inspector = window.instruments.inspector
    assert window.instruments.drawer.current() == "layer"
    assert inspector.layers() == window.canvas.building.selection.layers == (1,)
    assert inspector.chooser.box.currentText() == "Layer 2"
    assert inspector.fields.units.slider.hasFocus()
