"""Building from the headers: selecting, dragging, keys, menus, badges."""

from __future__ import annotations

import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from engine.experiment import Experiment, Layer, Network
from ui.canvas.layer_menu import layer_menu
from ui.canvas.network_view import NetworkView
from ui.looks import theme

LEFT = Qt.MouseButton.LeftButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.usefixtures("themed")


class Bench:
    def __init__(self, qtbot, experiment):
        self.qtbot, self.experiment = qtbot, experiment
        self.texts, self.origins, self.weights, self.selections = [], [], [], []
        self.view = NetworkView()
        self.view.networkEdited.connect(self._edit)
        self.view.weightsEdited.connect(lambda edit, text: self.weights.append((edit.layer, text)))
        self.view.layersSelected.connect(self.selections.append)
        qtbot.addWidget(self.view)
        self.view.resize(793, 600)
        self.view.set_theme(theme.LIGHT)
        self.view.show_experiment(experiment)
        self.view.show()
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        self.view.show_frame(frame_of(experiment))

    def _edit(self, network, text, origin):
        self.texts.append(text)
        self.origins.append(origin)
        self.experiment = self.experiment.edited(network=network)
        self.view.show_experiment(self.experiment)

    @property
    def units(self):
        return [layer.units for layer in self.experiment.network.layers]

    @property
    def selected(self):
        return self.view.building.selection.layers

    def title(self, index):
        strip = self.view.strip
        return (*strip.layers, strip.output)[index].title

    def click(self, index, modifiers=Qt.KeyboardModifier.NoModifier):
        self.qtbot.mouseClick(self.title(index), LEFT, modifiers)

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        self.view.setFocus()
        self.qtbot.keyClick(self.view, key, modifiers)


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot, experiment_of(3, 4, 5))


def test_clicks_select_and_extend(bench):
    bench.click(0)
    assert bench.selections == [(0,)]
    assert bench.title(0).isChecked() and not bench.title(1).isChecked()
    bench.click(2, SHIFT)
    assert bench.selected == (0, 1, 2)
    bench.click(1, CTRL)
    assert bench.selected == (0, 2)
    bench.click(3)
    assert bench.selected == (3,)
    bench.key(Qt.Key.Key_Escape)
    assert bench.selected == ()


def test_a_title_is_selected_by_keyboard(bench, qtbot):
    bench.title(1).setFocus()
    qtbot.keyClick(bench.title(1), Qt.Key.Key_Space)
    assert bench.selected == (1,)
    qtbot.keyClick(bench.title(1), Qt.Key.Key_Delete)
    assert bench.units == [3, 5]


def drag(bench, index, x):
    """Press a title and take it to an x of the strip, without letting go."""
    title = bench.title(index)
    bench.qtbot.mousePress(title, LEFT, pos=title.rect().center())
    bench.qtbot.mouseMove(title, title.mapFrom(bench.view.strip, QPoint(x, 20)))
    return title


def centre(bench, column):
    return round(bench.view._layout.columns[column].centre)


def test_dragging_a_header_reorders_its_layer(bench, qtbot):
    told = []
    bench.view.strip.dropMoved.connect(told.append)
    title = drag(bench, 0, centre(bench, 3) + 20)
    assert told == [3]
    qtbot.mouseRelease(title, LEFT, pos=title.mapFrom(bench.view.strip, QPoint(centre(bench, 3) + 20, 20)))
    assert told == [3, -1]
    assert bench.units == [4, 5, 3]
    assert bench.origins[-1].layers == (1, 2, 0)
    assert bench.texts == ["Move layer 1"]
    assert bench.selected == (2,)


def test_escape_gives_up_a_drag(bench, qtbot):
    title = drag(bench, 0, centre(bench, 3) + 20)
    qtbot.keyClick(title, Qt.Key.Key_Escape)
    qtbot.mouseRelease(title, LEFT)
    assert bench.units == [3, 4, 5]
    assert title.parentWidget().y() == 0


def test_several_selected_layers_are_dragged_together(bench, qtbot):
    bench.click(0)
    bench.click(1, SHIFT)
    title = drag(bench, 0, centre(bench, 3) + 20)
    qtbot.mouseRelease(title, LEFT, pos=title.mapFrom(bench.view.strip, QPoint(centre(bench, 3) + 20, 20)))
    assert bench.units == [5, 3, 4]
    assert bench.selected == (1, 2)


def test_plus_and_minus_keys_act_on_the_selected_layers_or_that_of_the_neuron(bench):
    bench.click(0)
    bench.click(1, SHIFT)
    bench.key(Qt.Key.Key_Plus)
    assert bench.units == [4, 5, 5]
    bench.key(Qt.Key.Key_Minus)
    bench.key(Qt.Key.Key_Escape)
    for _ in range(3):  # to the features first
        bench.key(Qt.Key.Key_Right)
    bench.key(Qt.Key.Key_Plus)
    assert bench.units == [3, 5, 5]


def test_delete_insert_and_letters_act_on_the_selected_layers(bench):
    bench.click(1)
    bench.key(Qt.Key.Key_Insert)
    assert bench.units == [3, 4, 4, 5]
    assert bench.selected == (2,)
    bench.key(Qt.Key.Key_Delete)
    assert bench.units == [3, 4, 5]
    assert bench.selected == (2,)
    bench.key(Qt.Key.Key_F)
    bench.key(Qt.Key.Key_M)
    layer = bench.experiment.network.layers[2]
    assert layer.frozen and layer.muted_units == (0, 1, 2, 3, 4)
    bench.key(Qt.Key.Key_R)
    assert bench.weights == [((2,), "Re-initialise layer 3")]


def test_commands_move_and_duplicate_what_is_selected(bench):
    building = bench.view.building
    bench.click(0)
    building.move_right()
    assert (bench.units, bench.selected) == ([4, 3, 5], (1,))
    building.move_left()
    building.move_left()
    assert (bench.units, bench.selected) == ([3, 4, 5], (0,))
    building.select_all()
    building.duplicate_layers()
    assert (bench.units, bench.selected) == ([3, 3, 4, 4, 5, 5], (1, 3, 5))
    assert bench.origins[-1].layers == (0, 0, 1, 1, 2, 2)


def test_a_choice_in_the_header_of_one_of_several_selected_layers_is_for_all(bench):
    building = bench.view.building
    building.select_all()
    bench.view.strip.layers[1].activation.chosen.emit("relu")
    assert {layer.activation.kind for layer in bench.experiment.network.layers} == {"relu"}
    assert bench.texts == ["Activation of 3 layers"]


def test_a_selected_output_stays_selected_when_layers_come_and_go(bench):
    bench.click(3)
    bench.view.building.add(0)
    bench.click(4)
    bench.view.building.remove((0,))
    assert bench.selected == (3,)


def test_the_menu_does_to_the_selected_layers_what_it_says(bench):
    building = bench.view.building
    building.selection.set((0, 1))

    def choose(*path):
        menu = layer_menu(building, bench.view)
        for name in path:
            action = next(one for one in menu.actions() if one.text().split("\t")[0] == name)
            menu = action.menu()
        action.trigger()

    choose("Normalization", "Batch normalization")
    choose("Dropout", "25 %")
    choose("Residual connection")
    choose("Freeze")
    layers = bench.experiment.network.layers
    assert [layer.normalization for layer in layers] == ["batch", "batch", "none"]
    assert [layer.dropout for layer in layers] == [0.25, 0.25, 0.0]
    assert [layer.residual for layer in layers] == [True, True, False]
    assert [layer.frozen for layer in layers] == [True, True, False]
    asked = []
    bench.view.settingsRequested.connect(asked.append)
    choose("Settings…")
    choose("Re-initialise")
    assert asked == [0] and bench.selected == (0, 1)
    assert bench.weights == [((0, 1), "Re-initialise 2 layers")]
    choose("Remove")
    assert bench.units == [5]


def test_the_menu_of_the_output_has_what_an_output_has(bench):
    bench.click(3)
    actions = layer_menu(bench.view.building, bench.view).actions()
    texts = [one.text().split("\t")[0] for one in actions if one.text()]
    assert texts == ["Add layer before", "Freeze", "Re-initialise", "Settings…"]


def test_muting_and_freezing_layers_is_named_by_what_was_done(bench):
    bench.click(0)
    for key in (Qt.Key.Key_F, Qt.Key.Key_F, Qt.Key.Key_M, Qt.Key.Key_M):
        bench.key(key)
    freeze = next(
        one for one in layer_menu(bench.view.building, bench.view).actions() if "Freeze" in one.text()
    )
    freeze.trigger()
    assert bench.texts == [
        "Freeze layer 1",
        "Unfreeze layer 1",
        "Mute layer 1",
        "Unmute layer 1",
        "Freeze layer 1",
    ]


@pytest.mark.qt_log_ignore("does not support", extend=True)  # the offscreen platform has no grabs
def test_the_keyboard_opens_the_menu_of_the_selected_layer(bench):
    bench.click(1)
    bench.key(Qt.Key.Key_F10, SHIFT)
    menu = bench.view.building._menu
    assert menu.isVisible()
    menu.close()


def test_badges_say_what_is_not_as_usual_and_nothing_else(qtbot):
    layers = (
        Layer(units=2),
        Layer(units=2, normalization="batch", dropout=0.25, residual=True, frozen=True),
    )
    bench = Bench(qtbot, Experiment(network=Network(layers=layers)))
    plain, special = (header.badges for header in bench.view.strip.layers)
    assert plain.badges() == ()
    assert [badge.text for badge in special.badges()] == ["BN", "25 %", "res", "frozen"]
    assert "Dropout 25 %" in bench.title(1).accessibleDescription()
    assert special.geometry().bottom() <= bench.view.strip.layers[1].height()


def test_all_badges_find_room_in_a_narrow_column(qtbot):
    layer = Layer(units=2, normalization="layer", dropout=0.5, residual=True, frozen=True, muted_units=(0, 1))
    bench = Bench(qtbot, Experiment(network=Network(layers=(layer,) * 12)))
    badges = bench.view.strip.layers[5].badges
    widths = badges._widths(badges.width())
    assert len(widths) == 5
    assert sum(widths) + 3 * 4 <= badges.width()


def test_a_dragged_header_goes_along_with_the_pointer(bench, qtbot):
    header = bench.view.strip.layers[0]
    title = drag(bench, 0, centre(bench, 2))
    assert abs(header.geometry().center().x() - centre(bench, 2)) <= 1
    ground = header.grab().toImage().pixelColor(8, header.height() // 2)
    assert ground == QColor(theme.LIGHT.panel)  # nothing shines through
    qtbot.keyClick(title, Qt.Key.Key_Escape)


def test_a_layer_is_moved_past_one_of_the_same_settings(qtbot):
    bench = Bench(qtbot, experiment_of(4, 4))
    bench.click(0)
    bench.view.building.move_right()
    assert bench.origins[-1].layers == (1, 0)
    assert bench.selected == (1,)
    bench.view.building.move_right()
    assert len(bench.origins) == 1


def test_the_buttons_of_one_of_several_selected_layers_step_them_all(bench, qtbot):
    bench.click(0)
    bench.click(2, CTRL)
    qtbot.mouseClick(bench.view.strip.layers[2].more, LEFT)
    assert bench.units == [4, 4, 6]
    qtbot.mouseClick(bench.view.strip.layers[1].fewer, LEFT)
    assert bench.units == [4, 3, 6]
    bench.view.strip.layers[0].unitsEdited.emit(9)
    assert bench.units == [9, 3, 9]


def test_activations_of_the_output_stay_with_the_output(bench):
    bench.click(0)
    bench.click(3, CTRL)
    bench.view.strip.output.activationChosen.emit("sigmoid")
    network = bench.experiment.network
    assert network.output.activation.kind == "sigmoid"
    assert network.layers[0].activation.kind == "tanh"
    bench.view.strip.layers[0].activationChosen.emit("linear")
    network = bench.experiment.network
    assert network.layers[0].activation.kind == "linear"
    assert network.output.activation.kind == "sigmoid"


def test_the_headers_come_right_behind_the_diagram_in_the_order_of_tab(qtbot):
    window = QWidget()
    rows = QVBoxLayout(window)
    view, after = NetworkView(), QPushButton("After")
    rows.addWidget(view)
    rows.addWidget(after)
    qtbot.addWidget(window)
    view.show_experiment(experiment_of(3))  # as in the window, the headers are made last
    window.resize(800, 700)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.setFocus()
    for expected in (*view.strip.controls(), after):
        if expected.isEnabled():
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert QApplication.focusWidget() is expected


def test_a_drag_beyond_the_side_scrolls_what_is_out_of_sight(qtbot):
    bench = Bench(qtbot, experiment_of(*range(1, 13)))
    bench.view.resize(632, 600)
    strip, bar, title = bench.view.strip, bench.view.across, bench.title(0)
    assert bar.maximum() > 100
    start = title.rect().center()
    qtbot.mousePress(title, LEFT, pos=start)
    qtbot.mouseMove(title, start + QPoint(40, 0))
    qtbot.mouseMove(title, title.mapFromGlobal(strip.mapToGlobal(QPoint(strip.width() + 30, 20))))
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    end = title.mapFromGlobal(strip.mapToGlobal(QPoint(strip.width() - 5, 20)))
    qtbot.mouseRelease(title, LEFT, pos=end)
    assert bench.units == [*range(2, 13), 1]


def test_every_command_of_the_menu_says_what_it_does(bench):
    bench.click(1)
    menu = layer_menu(bench.view.building, bench.view)
    assert menu.toolTipsVisible()
    for action in menu.actions():
        if not action.isSeparator():
            title, _, about = action.toolTip().partition("</b>")
            assert action.text().split("\t")[0].rstrip("…") in title
            assert "<p" in about
