"""The network diagram: what pointing, clicking and typing tells, and that nothing lies on anything else."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog.initializers import HeNormal
from engine.catalog.sources import CsvData
from engine.experiment import Experiment, Layer, Network
from ui import layer_edits as edits
from ui import theme
from ui.canvas.curves import along, curve, ease, polyline
from ui.canvas.describe import formula_of, number, pieces_of
from ui.canvas.diagram import strongest
from ui.canvas.layout import arrange, stepped
from ui.canvas.links import LEVELS, codes_of
from ui.canvas.model import Shape, kept
from ui.canvas.network_view import NetworkView
from ui.canvas.tiles import as_areas
from ui.output_choices import output_choices

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


pytestmark = pytest.mark.usefixtures("themed")


class Canvas:
    """A diagram whose intents are carried out as the window does."""

    def __init__(self, qtbot, experiment, size=(793, 600), frame=True):
        self.qtbot = qtbot
        self.view = NetworkView()
        self.experiment = experiment
        self.edits: list[str] = []
        self.hovered: list[object] = []
        self.view.networkEdited.connect(self._edit)
        self.view.neuronHovered.connect(self.hovered.append)
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.view.set_theme(theme.LIGHT)
        self.view.show_experiment(experiment)
        self.view.show()
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        if frame:
            self.view.show_frame(frame_of(experiment))

    def _edit(self, network, text):
        self.edits.append(text)
        self.experiment = self.experiment.edited(network=network)
        self.view.show_experiment(self.experiment)

    @property
    def layers(self):
        return self.experiment.network.layers

    def header(self, index):
        return self.view.strip.layers[index]

    def click(self, widget):
        self.qtbot.mouseClick(widget, LEFT)

    def point_at(self, layer, unit):
        rect = self.view.unit_rect(layer, unit)
        self.qtbot.mouseMove(self.view.viewport(), rect.center())
        return rect

    def picture(self):
        return self.view.viewport().grab().toImage()


@pytest.fixture
def canvas(qtbot):
    return Canvas(qtbot, experiment_of(8, 8))


# Editing


def test_plus_and_minus_change_the_units_of_their_layer(canvas):
    canvas.click(canvas.header(1).more)
    assert [layer.units for layer in canvas.layers] == [8, 9]
    canvas.click(canvas.header(0).fewer)
    assert [layer.units for layer in canvas.layers] == [7, 9]
    assert canvas.edits == ["Neurons of layer 2", "Neurons of layer 1"]


def test_plus_held_down_goes_on(canvas, qtbot):
    button = canvas.header(0).more
    qtbot.mousePress(button, LEFT)
    qtbot.waitUntil(lambda: canvas.layers[0].units >= 11)
    qtbot.mouseRelease(button, LEFT)
    assert set(canvas.edits) == {"Neurons of layer 1"}


def test_minus_stops_at_one_unit(qtbot):
    canvas = Canvas(qtbot, experiment_of(1))
    assert not canvas.header(0).fewer.isEnabled()


def test_units_can_be_typed(canvas, qtbot):
    field = canvas.header(0).units
    assert field.text() == "8 neurons"
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "12")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert canvas.layers[0].units == 12
    qtbot.keyClicks(field, "9999")
    canvas.view.setFocus()
    assert canvas.layers[0].units == 1024
    assert field.text() == "1024 neurons"


def test_what_is_no_number_of_units_changes_nothing(canvas, qtbot):
    field = canvas.header(0).units
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "many")
    canvas.view.setFocus()
    assert canvas.edits == []
    assert field.text() == "8 neurons"


def test_a_circle_adds_a_layer_like_the_one_before_it(qtbot):
    network = Network(layers=(Layer(units=3, activation="relu", initializer="he_normal"), Layer(units=5)))
    canvas = Canvas(qtbot, Experiment(network=network))
    canvas.click(canvas.view.strip.adders[1])
    assert [layer.units for layer in canvas.layers] == [3, 3, 5]
    assert canvas.layers[1].activation.kind == "relu"
    assert canvas.layers[1].initializer.kind == "he_normal"
    assert len(canvas.view.strip.layers) == 3


def test_a_network_without_layers_offers_one(qtbot):
    canvas = Canvas(qtbot, experiment_of())
    canvas.click(canvas.view.strip.adders[0])
    assert [layer.units for layer in canvas.layers] == [edits.DEFAULT_UNITS]


def test_the_cross_removes_its_layer(qtbot):
    canvas = Canvas(qtbot, experiment_of(3, 4, 5))
    canvas.click(canvas.header(1).remove)
    assert [layer.units for layer in canvas.layers] == [3, 5]
    assert canvas.edits == ["Remove layer 2"]


def test_no_more_layers_than_allowed_are_offered(qtbot):
    canvas = Canvas(qtbot, experiment_of(*[2] * 16))
    assert not any(adder.isVisible() for adder in canvas.view.strip.adders)


def test_an_activation_is_chosen_from_the_list(canvas, qtbot):
    box = canvas.header(0).activation
    box.setFocus()
    qtbot.keyClicks(box, "ReLU")
    assert canvas.layers[0].activation.kind == "relu"
    assert canvas.edits == ["Activation of layer 1"]


def test_another_initializer_keeps_the_bias_to_start_from(qtbot):
    network = Network(layers=(Layer(initializer=HeNormal(bias=0.25)),))
    canvas = Canvas(qtbot, Experiment(network=network))
    canvas.header(0).initializer.chosen.emit("normal")
    assert canvas.layers[0].initializer.kind == "normal"
    assert canvas.layers[0].initializer.bias == 0.25


def test_the_settings_button_selects_its_layer_and_asks_for_its_settings(qtbot):
    canvas = Canvas(qtbot, experiment_of(2, 3))
    asked, selected = [], []
    canvas.view.settingsRequested.connect(asked.append)
    canvas.view.layersSelected.connect(selected.append)
    canvas.click(canvas.header(1).tune)
    canvas.click(canvas.view.strip.output.tune)
    assert asked == [1, 2]
    assert selected == [(1,), (2,)]
    canvas.view.select_layers((0, 1))
    canvas.click(canvas.header(1).tune)
    assert asked[-1] == 1
    assert selected[2:] == [(0, 1), (1,)]


def test_only_output_activations_that_fit_the_loss_are_offered(qtbot):
    def keys(experiment, classes):
        return {entry.key() for entry in output_choices(experiment, classes)}

    assert keys(experiment_of(2), 2) == {"auto", "sigmoid"}
    assert keys(experiment_of(2, data="rings"), 3) == {"auto", "softmax"}
    assert "softmax" not in keys(experiment_of(2, data="reg_plane"), 0)
    canvas = Canvas(qtbot, experiment_of(2, data="reg_plane"))
    assert canvas.view.strip.output.activation.findData("softmax") < 0
    assert canvas.view.strip.output.activation.findData("tanh") >= 0


def test_the_output_header_tells_what_auto_stands_for(qtbot):
    assert (
        "Softmax" in Canvas(qtbot, experiment_of(2, data="rings")).view.strip.output.activation.shown_text()
    )


@pytest.mark.parametrize("index", [0, 1])
def test_a_residual_stays_where_the_widths_come_to_differ(index):
    network = Network(layers=(Layer(units=2, residual=True), Layer(units=2, residual=True)))
    changed = edits.with_units(network, index, 3)
    assert [layer.residual for layer in changed.layers] == [True, True]
    Experiment(network=changed)


def test_removing_a_layer_keeps_the_residual_behind_it():
    network = Network(layers=(Layer(units=5), Layer(units=5, residual=True)))
    assert edits.with_layer_removed(network, 0)[0].layers[0].residual


# Pointing


def test_pointing_at_a_neuron_tells_it_once_and_leaving_takes_it_back(canvas, qtbot):
    canvas.point_at(2, 4)
    rect = canvas.view.unit_rect(2, 4)
    qtbot.mouseMove(canvas.view.viewport(), rect.center() + QPoint(5, 5))
    assert canvas.hovered == [(2, 4)]
    qtbot.mouseMove(canvas.view.viewport(), QPoint(3, 3))
    assert canvas.hovered == [(2, 4), None]


def test_pointing_at_the_only_output_shows_the_output(canvas):
    canvas.point_at(1, 0)
    canvas.point_at(3, 0)
    assert canvas.hovered == [(1, 0), None]
    assert canvas.view.hovered() == (3, 0)


def test_outputs_of_several_classes_can_be_pointed_at(qtbot):
    canvas = Canvas(qtbot, experiment_of(4, data="rings"))
    canvas.point_at(2, 1)
    assert canvas.hovered == [(2, 1)]


def test_the_card_shows_the_numbers_of_the_last_frame(canvas):
    canvas.point_at(2, 4)
    weight, bias = frame_of(canvas.experiment).snapshot.parameters[1]
    card = canvas.view._card.description
    assert card.title == "Layer 2 · neuron 5"
    assert card.formula == "tanh(w·a + b)"
    values = [value for _, value in card.values]
    assert values[0] == number(float(bias[4]))
    assert values[1] == number(float(weight[4][np.argmax(np.abs(weight[4]))]))
    newer = frame_of(canvas.experiment, seed=1)
    canvas.view.show_frame(newer)
    assert canvas.view._card.description.values[0][1] == number(float(newer.snapshot.parameters[1][1][4]))


def test_a_neuron_can_be_pointed_at_before_the_first_frame(qtbot):
    canvas = Canvas(qtbot, experiment_of(3), frame=False)
    canvas.point_at(1, 2)
    assert canvas.hovered == [(1, 2)]
    assert canvas.view._card.description.values == ()


def test_pointing_at_a_link_shows_its_weight(canvas, qtbot):
    view = canvas.view
    frame = frame_of(canvas.experiment)
    for target, source in ((0, 0), (6, 1)):
        start, end = view.unit_rect(0, source), view.unit_rect(1, target)
        left, right = start.right() + 1, end.left()
        # A third of the way, where no other link from these features passes.
        t = 0.38
        x = left + (right - left) * float(along(t))
        y = start.center().y() + (end.center().y() - start.center().y()) * float(ease(t))
        qtbot.mouseMove(view.viewport(), QPoint(round(x), round(y)))
        assert view._link == (1, target, source)
        weight = float(frame.snapshot.parameters[0][0][target, source])
        assert view._card.description.values == (("weight", number(weight)),)


def test_removing_what_is_pointed_at_tells_so(qtbot):
    canvas = Canvas(qtbot, experiment_of(4))
    canvas.point_at(1, 3)
    canvas.click(canvas.header(0).fewer)
    assert canvas.hovered[-1] is None


def test_arrow_keys_point_like_the_mouse(canvas, qtbot):
    canvas.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(canvas.view, key)
    assert canvas.hovered == [(0, 0), (1, 0), (1, 1)]
    assert "Layer 1 · neuron 2" in canvas.view.accessibleDescription()
    qtbot.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.hovered[-1] is None


def test_the_keyboard_shows_where_it_is_and_comes_back_to_it(canvas, qtbot):
    view = canvas.view
    before = view.strip.controls()[-1]
    QWidget.setTabOrder(before, view)
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert view.hovered() == (0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    before.setFocus()
    assert view.hovered() is None
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert view.hovered() == (1, 0)


def test_arrow_keys_stay_at_about_the_same_height():
    assert stepped((2, 9, 1), (0, 1), 1, 0) == (1, 8)
    assert stepped((2, 9, 1), (1, 8), 1, 0) == (2, 0)
    assert stepped((2, 9, 1), (2, 0), 1, 0) == (2, 0)
    assert stepped((2, 9, 1), None, -1, 0) == (2, 0)


def test_every_control_of_the_headers_is_reached_by_tab_and_has_a_name(qtbot):
    canvas = Canvas(qtbot, experiment_of(2))
    canvas.click(canvas.view.strip.adders[1])
    chain = canvas.view.strip.controls()
    chain[0].setFocus()
    for expected in chain[1:]:
        if not expected.isEnabled():
            continue
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is expected
    assert all(control.accessibleName() for control in chain)


# Seeing


def test_a_thumbnail_has_the_colours_of_its_values(canvas):
    frame = frame_of(canvas.experiment)
    rect = canvas.view.unit_rect(0, 0)
    picture = canvas.picture()
    table = theme.field_table(theme.LIGHT)
    row = frame.thumbnails[0][0]
    for share in (0.2, 0.8):
        place = QPointF(rect.left() + share * rect.width(), rect.center().y())
        column = int(share * row.shape[1])
        seen = picture.pixelColor(place.toPoint())
        low, high = (
            QColor.fromRgb(table[row[10, c]]) for c in (column - 1, min(column + 1, row.shape[1] - 1))
        )
        for channel in ("red", "green", "blue"):
            bounds = sorted((getattr(low, channel)(), getattr(high, channel)()))
            assert bounds[0] - 12 <= getattr(seen, channel)() <= bounds[1] + 12


def test_several_classes_have_their_colours_at_the_output(qtbot):
    canvas = Canvas(qtbot, experiment_of(4, data="rings"))
    frame = frame_of(canvas.experiment)
    thumbnails = list(frame.thumbnails)
    thumbnails[-1] = np.full_like(thumbnails[-1], 255)
    canvas.view.show_frame(replace(frame, thumbnails=tuple(thumbnails)))
    picture = canvas.picture()
    for unit in range(3):
        seen = picture.pixelColor(canvas.view.unit_rect(2, unit).center())
        assert seen == QColor.fromRgb(theme.class_table(theme.LIGHT, unit)[255])


def test_links_have_the_colour_of_their_sign_and_change_with_the_weights(qtbot):
    canvas = Canvas(qtbot, experiment_of(data="gauss", features=["x1", "x2"]))
    view = canvas.view
    middle = (view.unit_rect(0, 0).right() + view.unit_rect(1, 0).left()) // 2

    def colour_of(weights):
        frame = frame_of(canvas.experiment)
        parameters = ((np.array([weights], np.float32), np.zeros(1, np.float32)),)
        view.show_frame(replace(frame, snapshot=replace(frame.snapshot, parameters=parameters)))
        qtbot.waitUntil(lambda: not view._diagram._links._refresh())
        picture = canvas.picture()
        # The middle of the curve lies half way between the two tiles.
        y = (view.unit_rect(0, 0).center().y() + view.unit_rect(1, 0).center().y()) // 2
        return picture.pixelColor(middle, y)

    positive, negative = colour_of([3.0, 0.0]), colour_of([-3.0, 0.0])
    assert positive.blue() > positive.red() + 80
    assert negative.red() > negative.blue() + 80


def test_weights_are_rounded_to_levels_with_their_sign():
    codes = codes_of(np.array([0.0, 0.01, -0.01, 1.0, -5.0, 100.0, np.nan], np.float32))
    assert codes.tolist()[:3] == [0, 1, -1]
    assert codes[3] > 1
    assert codes.tolist()[4:] == [-LEVELS, LEVELS, 0]


def test_a_thousand_links_are_not_painted_in_every_frame(qtbot):
    canvas = Canvas(qtbot, experiment_of(*[16] * 6))
    links = canvas.view._diagram._links
    painted = []
    original = links._paint_gap
    links._paint_gap = lambda gap: (painted.append(gap), original(gap))
    for seed in range(1, 4):
        canvas.view.show_frame(frame_of(canvas.experiment, seed=seed))
        canvas.picture()
        assert len(painted) <= seed
    qtbot.waitUntil(lambda: not any(gap.is_stale() for gap in links._gaps), timeout=10_000)


def test_the_picture_of_the_old_network_stays_until_the_new_one_comes():
    assert kept((2, 8, 8, 1), (2, 8, 9, 1)) == (0, 1, 2, 3)
    assert kept((2, 8, 4, 1), (2, 8, 8, 4, 1)) == (0, 1, None, 2, 3)
    assert kept((2, 8, 4, 1), (2, 4, 1)) == (0, 2, 3)
    assert kept((2, 1), (2, 4, 1)) == (0, None, 1)


def test_a_frame_of_another_shape_is_shown_as_far_as_it_goes(qtbot):
    canvas = Canvas(qtbot, experiment_of(3, 5))
    old = frame_of(canvas.experiment)
    canvas.click(canvas.view.strip.adders[1])
    canvas.click(canvas.header(0).more)
    canvas.view.show_frame(old)
    assert not canvas.picture().isNull()
    assert len(canvas.view._diagram._parameters[4][1]) == 1


def test_a_single_input_shows_areas_under_the_curve():
    rows = np.array([[[255, 128, 0]]], np.uint8)
    areas = as_areas(rows)
    assert areas.shape[0] == 1
    assert areas[0, :, 0].tolist().count(255) == pytest.approx(areas.shape[1] / 2, abs=1)
    assert (areas[0, :, 1] == 128).all()
    assert areas[0, 0, 2] == 128
    assert areas[0, -1, 2] == 0


def test_another_theme_reaches_everything_that_is_painted(canvas):
    canvas.view.set_theme(theme.DARK)
    picture = canvas.picture()
    assert picture.pixelColor(3, 3) == QColor(theme.DARK.canvas)
    start = canvas.view.unit_rect(0, 0)
    between = picture.pixelColor(start.right() + 60, 3)
    assert between == QColor(theme.DARK.canvas)
    gaps = [gap for gap in canvas.view._diagram._links._gaps if gap.pixmap is not None]
    assert gaps
    for gap in gaps:
        corner = gap.pixmap.toImage().pixelColor(gap.pixmap.width() // 2, 0)
        assert corner.lightness() < 90


def test_the_classes_of_a_table_come_with_the_first_frame_and_stay(qtbot, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + "".join(f"{i},{i % 5},{'xyz'[i % 3]}\n" for i in range(30)))
    data = CsvData(path=str(path), inputs=("a", "b"), target="kind")
    canvas = Canvas(qtbot, experiment_of(3, data=data))
    assert canvas.view._shape.outputs == ("x", "y", "z")
    canvas.view.show_experiment(canvas.experiment.edited(data=data.edited(test_fraction=0.2)))
    assert canvas.view._shape.outputs == ("x", "y", "z")
    canvas.view.show_experiment(experiment_of(3))
    assert canvas.view._shape.units == (2, 3, 1)


# Layout


@pytest.mark.parametrize(
    ("units", "size"),
    [
        ((2, 8, 8, 1), (793, 780)),
        ((2, *[8] * 6, 1), (632, 600)),
        ((2, *[16] * 6, 1), (793, 780)),
        ((9, 40, 1024, 3, 10), (632, 600)),
        ((2, *[4] * 16, 1), (632, 600)),
        ((2, 1), (632, 600)),
    ],
)
def test_nothing_lies_on_anything_else(units, size):
    layout = arrange(units, *map(float, (size[0], size[1] - 112)), labels=(20.0, 0.0))
    rects = []
    for layer, column in enumerate(layout.columns):
        for unit in range(column.first, column.first + column.shown):
            rects.append(layout.tile_rect(layer, unit))
        rects += [pill for below in (False, True) if (pill := layout.pill(layer, below)) is not None]
    for first, second in itertools.combinations(rects, 2):
        assert not first.intersects(second)
    for rect in rects:
        assert rect.left() >= 0
        assert rect.top() >= 0
        assert rect.right() <= layout.size.width()
        assert rect.bottom() <= layout.size.height()
    assert all(column.width >= 80 for column in layout.columns[1:])
    assert layout.size.height() <= size[1] - 112


@pytest.mark.parametrize("size", [(632, 600), (793, 780), (1200, 900)])
@pytest.mark.parametrize("widths", [(8, 8), (8,) * 6, (3,) * 12, ()])
def test_headers_do_not_overlap(qtbot, widths, size):
    view = Canvas(qtbot, experiment_of(*widths), size).view
    strip = view.strip
    parts = [*strip.adders, strip.inputs.title, strip.output.activation, strip.output.tune]
    for header in strip.layers:
        parts += [*header.controls()]
    rects = []
    for part in parts:
        rect = part.rect().translated(part.mapTo(strip, QPoint(0, 0)))
        if part is strip.inputs.title:  # as wide as its column; the text counts
            spare = (rect.width() - part.fontMetrics().horizontalAdvance(part.text())) // 2
            rect.adjust(spare, 0, -spare, 0)
        rects.append(rect)
        assert rect.top() >= 0
        assert rect.bottom() <= strip.height()
    for first, second in itertools.combinations(rects, 2):
        assert not first.intersects(second)


def test_six_layers_of_eight_need_no_scrolling_in_the_smallest_window(qtbot):
    view = Canvas(qtbot, experiment_of(*[8] * 6), (632, 600)).view
    assert not view.across.isVisible()
    assert not view.down.isVisible()


def test_a_gathered_column_says_how_many_are_hidden_and_scrolls(qtbot):
    canvas = Canvas(qtbot, experiment_of(100))
    view = canvas.view
    column = view._layout.columns[1]
    assert column.below == 100 - column.shown
    assert view.unit_rect(1, 99) is None
    pill = view._layout.pill(1, below=True).center().toPoint()
    qtbot.mouseClick(view.viewport(), LEFT, pos=pill)
    assert view._layout.columns[1].first == column.shown - 1
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view._layout.columns[1].first == 0
    for _ in range(99):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert canvas.hovered[-1] == (1, 99)
    assert view.unit_rect(1, 99) is not None


def wheel(view, steps, position, modifiers=NONE):
    event = QWheelEvent(
        QPointF(position),
        QPointF(view.viewport().mapToGlobal(position)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_zooms_with_control_and_a_double_click_fits_again(canvas, qtbot):
    view = canvas.view
    place = view.viewport().rect().center()
    before = view.unit_rect(1, 0).width()
    wheel(view, 4, place, Qt.KeyboardModifier.ControlModifier)
    assert view._layout.columns[1].tile > before
    assert view.across.isVisible()
    start = view.across.value()
    empty = QPoint(8, 8)
    qtbot.mousePress(view.viewport(), LEFT, pos=empty)
    qtbot.mouseMove(view.viewport(), empty + QPoint(60, 0))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=empty + QPoint(60, 0))
    assert view.across.value() == start - 60
    qtbot.mouseDClick(view.viewport(), LEFT, pos=empty)
    assert view.unit_rect(1, 0).width() == before
    assert not view.across.isVisible()


def test_many_layers_scroll_and_bring_the_control_with_the_focus_into_sight(qtbot):
    view = Canvas(qtbot, experiment_of(*[4] * 14), (632, 600)).view
    assert view.across.isVisible()
    wheel(view, -3, view.viewport().rect().center())
    assert view.across.value() > 0
    view.across.setValue(0)
    last = view.strip.output.activation
    last.setFocus()
    left = last.mapTo(view.strip, QPoint(0, 0)).x()
    assert left >= 0
    assert left + last.width() <= view.strip.width()


@pytest.mark.parametrize(("across", "drop"), [(156, 0), (156, 54), (156, 480), (46, -500)])
def test_the_lines_of_a_link_follow_its_curve(across, drop):
    start, end = QPointF(0, 0), QPointF(across, drop)
    lines = polyline(start, end)
    assert lines[0].p1() == start
    assert (lines[-1].p2() - end).manhattanLength() < 1e-6
    path = curve(start, end)
    samples = [path.pointAtPercent(i / 400) for i in range(401)]
    for line in lines:
        middle = line.pointAt(0.5)
        nearest = min((middle - point).manhattanLength() for point in samples)
        assert nearest < 1.6


def test_of_several_pieces_a_link_shows_the_weight_of_largest_magnitude():
    weight = np.array(
        [[1.0, -2.0], [0.5, 0.5], [-3.0, 1.0], [0.1, -0.6]], np.float32
    )  # two pieces of two units
    bias = np.array([0.1, -0.2, -0.4, 0.0], np.float32)
    shown, shown_bias = strongest((weight, bias), 2)
    np.testing.assert_array_equal(shown, np.array([[-3.0, -2.0], [0.5, -0.6]], np.float32))
    np.testing.assert_array_equal(shown_bias, np.array([-0.4, -0.2], np.float32))
    np.testing.assert_array_equal(strongest((weight, bias), 4)[0], weight)


def test_a_formula_names_normalization_and_residual_connection():
    layers = [{"units": 5, "normalization": "batch", "residual": True}, {"units": 5, "residual": True}]
    experiment = Experiment.parse({"network": {"layers": [*layers, {"units": 3, "activation": "maxout"}]}})
    shape = Shape((2, 5, 5, 3, 1), ("x1", "x2"), ("0", "1"), ())
    assert formula_of(experiment, shape, 1) == "p·a + tanh(batch norm(w·a + b))"
    assert formula_of(experiment, shape, 2) == "a + tanh(w·a + b)"
    assert (pieces_of(experiment, 2), pieces_of(experiment, 3), pieces_of(experiment, 4)) == (1, 2, 1)
