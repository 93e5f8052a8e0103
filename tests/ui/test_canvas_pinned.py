"""What is pinned on the diagram: its card, and every way to change its number and its state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from canvas_bench import Canvas, wheel
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPoint, QPointF, Qt

from engine.experiment import Experiment, Layer, Network
from engine.snapshot import Probed
from engine.weight_edits import Redraw, SetNumber
from ui.canvas import unit_marks
from ui.canvas.describe import number, slope
from ui.canvas.places import link_ends, place_of
from ui.canvas.spot_menu import spot_menu

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

pytestmark = pytest.mark.usefixtures("themed")


class Pinned(Canvas):
    """A diagram on which something can be pinned, and what it asks for."""

    def __init__(self, qtbot, experiment=None, **more):
        super().__init__(qtbot, experiment or experiment_of(4, 3), **more)
        self.weights, self.details = [], []
        self.view.weightsEdited.connect(lambda edit, text: self.weights.append((edit, text)))
        self.view.detailsWanted.connect(self.details.append)

    @property
    def card(self):
        return self.view.pinned_card

    def centre(self, spot):
        return (place_of(self.view._layout, spot).center() - self.view.offset()).toPoint()

    def click_on(self, spot):
        self.qtbot.mouseClick(self.view.viewport(), LEFT, pos=self.centre(spot))

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(self.view, key, modifier)

    def type(self, text):
        self.card.field.setFocus()
        self.card.field.selectAll()
        self.qtbot.keyClicks(self.card.field, text)
        self.qtbot.keyClick(self.card.field, Qt.Key.Key_Return)


@pytest.fixture
def canvas(qtbot):
    return Pinned(qtbot)


def bias_of(canvas, layer, unit):
    return float(frame_of(canvas.experiment).snapshot.parameters[layer][1][unit])


# Pinning


def test_a_click_pins_and_another_or_one_on_the_ground_lets_go(canvas):
    def pinned():
        assert canvas.card.isVisible() == (canvas.view.pinned() is not None)
        return canvas.view.pinned()

    canvas.click_on((1, 2))
    assert pinned() == (1, 2)
    canvas.click_on((1, 2))
    assert pinned() is None
    canvas.click_on((2, 1))
    assert pinned() == (2, 1)
    canvas.qtbot.mouseClick(canvas.view.viewport(), LEFT, pos=QPoint(4, 4))
    assert pinned() is None
    canvas.click_on((2, 1))
    assert pinned() == (2, 1)
    canvas.view.setFocus()
    canvas.key(Qt.Key.Key_Escape)
    assert pinned() is None


def test_a_link_is_pinned_by_a_click_and_edits_its_weight(canvas):
    canvas.view.show_frame(frame_of(canvas.experiment))
    canvas.view.pin((1, 0, 0))
    canvas.view.pin(None)
    start, _ = link_ends(canvas.view._layout, (1, 0, 0))
    canvas.qtbot.mouseClick(canvas.view.viewport(), LEFT, pos=(start + QPointF(6, 0)).toPoint())
    assert canvas.view.pinned()[0] == 1 and len(canvas.view.pinned()) == 3
    canvas.view.pin((1, 2, 1))
    canvas.type("-1,5")
    assert canvas.weights == [(SetNumber(0, "weight", (2, 1), -1.5), "Weight of x₂ → neuron 3 in layer 1")]


def test_the_field_goes_on_showing_what_is_pinned(canvas):
    canvas.click_on((1, 1))
    canvas.qtbot.mouseMove(canvas.view.viewport(), QPoint(4, 4))
    canvas.view.point_to(None)
    assert canvas.hovered[-1] == (1, 1)
    canvas.view.pin(None)
    assert canvas.hovered[-1] is None


def test_gradients_are_asked_for_only_while_a_card_shows_them(canvas):
    canvas.point_at(0, 0)
    assert canvas.details == []  # a feature has none
    canvas.point_at(1, 0)
    canvas.qtbot.mouseMove(canvas.view.viewport(), QPoint(3, 3))
    assert canvas.details == [True, False]
    canvas.view.pin((1, 0))
    canvas.view.point_to((2, 0))
    canvas.view.point_to(None)
    assert canvas.details == [True, False, True]


def test_what_is_gone_is_not_pinned_any_more(canvas):
    canvas.view.pin((1, 3))
    canvas.click(canvas.header(0).fewer)
    assert canvas.view.pinned() is None


# Numbers


def test_a_typed_bias_is_told_at_once(canvas):
    canvas.click_on((1, 2))
    canvas.type("0.25")
    assert canvas.weights == [(SetNumber(0, "bias", (2,), 0.25), "Bias of neuron 3 in layer 1")]
    assert canvas.card.field.text() == "0.250"


def test_bad_text_says_so_in_one_line_and_changes_nothing(canvas):
    canvas.click_on((1, 2))
    for text in ("abc", "nan", "1e9"):
        canvas.type(text)
        assert canvas.card.problem.isVisible()
        assert canvas.card.rect().contains(canvas.card.problem.geometry())
    canvas.qtbot.keyClick(canvas.card.field, Qt.Key.Key_Escape)
    assert not canvas.card.problem.isVisible()
    assert canvas.card.field.text() == number(bias_of(canvas, 0, 2))
    assert canvas.weights == []


@pytest.mark.parametrize(
    ("key", "modifier", "change"),
    [
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 0.05),
        (Qt.Key.Key_Down, SHIFT, -0.5),
        (Qt.Key.Key_Up, CTRL, 0.005),
    ],
)
def test_keys_step_the_number(canvas, key, modifier, change):
    canvas.click_on((2, 0))
    canvas.card.field.setFocus()
    canvas.qtbot.keyClick(canvas.card.field, key, modifier)
    assert canvas.weights[0][0].value == pytest.approx(bias_of(canvas, 1, 0) + change, abs=1e-6)


def test_dragging_the_number_sideways_changes_it(canvas):
    canvas.click_on((2, 0))
    field, middle = canvas.card.field, canvas.card.field.rect().center()
    canvas.qtbot.mousePress(field, LEFT, pos=middle)
    canvas.qtbot.mouseMove(field, middle + QPoint(30, 0))
    canvas.view.show_frame(frame_of(canvas.experiment, seed=2))  # training goes on under the hand
    canvas.qtbot.mouseMove(field, middle + QPoint(40, 0))
    canvas.qtbot.mouseRelease(field, LEFT, pos=middle + QPoint(40, 0))
    first = bias_of(canvas, 1, 0)
    values = [edit.value for edit, _ in canvas.weights]
    assert values == pytest.approx([first + 0.3, first + 0.4], abs=1e-5)


def test_the_number_follows_the_frames_and_keeps_what_was_just_set(canvas):
    canvas.click_on((1, 0))
    newer = frame_of(canvas.experiment, seed=5)
    canvas.view.show_frame(newer)
    assert canvas.card.field.text() == number(float(newer.snapshot.parameters[0][1][0]))
    canvas.type("7")
    canvas.view.show_frame(frame_of(canvas.experiment, seed=6))
    assert canvas.card.field.text() == "7.000"
    canvas.qtbot.waitUntil(
        lambda: canvas.view.show_frame(newer) or canvas.card.field.text() != "7.000", timeout=2000
    )


def test_only_what_is_pinned_takes_the_wheel(canvas):
    place = canvas.centre((1, 2))
    wheel(canvas.view, 1, place)
    assert canvas.weights == []
    canvas.click_on((1, 2))
    wheel(canvas.view, 2, place)
    assert canvas.weights[-1][0].value == pytest.approx(bias_of(canvas, 0, 2) + 0.1, abs=1e-6)
    count, before = len(canvas.weights), canvas.view.zoom
    wheel(canvas.view, 1, canvas.centre((1, 0)))
    assert len(canvas.weights) == count
    wheel(canvas.view, 1, place, CTRL)
    assert canvas.view.zoom > before and len(canvas.weights) == count


def test_a_pinned_neuron_is_dragged_up_to_raise_its_bias(canvas):
    canvas.click_on((1, 2))
    place = canvas.centre((1, 2))
    canvas.qtbot.mousePress(canvas.view.viewport(), LEFT, pos=place)
    canvas.qtbot.mouseMove(canvas.view.viewport(), place - QPoint(0, 20))
    canvas.qtbot.mouseRelease(canvas.view.viewport(), LEFT, pos=place - QPoint(0, 20))
    assert canvas.weights[-1][0].value == pytest.approx(bias_of(canvas, 0, 2) + 0.2, abs=1e-5)
    assert canvas.view.pinned() == (1, 2)


def test_of_maxout_the_card_edits_the_piece_that_is_chosen(qtbot):
    experiment = Experiment(network=Network(layers=(Layer(units=3, activation="maxout"),)))
    canvas = Pinned(qtbot, experiment, frame=False)
    frame = frame_of(experiment_of(3, data="circle"))
    weight = np.array([[1, 0], [1, 0], [0.2, 0], [0, 3], [0, 3], [-4, 1]], np.float32)
    bias = np.arange(6, dtype=np.float32)
    parameters = ((weight, bias), frame.snapshot.parameters[1])
    canvas.view.show_frame(replace(frame, snapshot=replace(frame.snapshot, parameters=parameters)))
    canvas.view.pin((1, 2, 0))
    assert canvas.card.piece.currentIndex() == 1
    assert canvas.card.field.text() == "−4.000"
    canvas.card.piece.setFocus()
    qtbot.keyClick(canvas.card.piece, Qt.Key.Key_Up)
    assert canvas.card.field.text() == "0.200"
    canvas.type("1")
    assert canvas.weights[-1] == (
        SetNumber(0, "weight", (2, 0), 1.0),
        "Weight of x₁ → neuron 3 in layer 1, piece 1",
    )


# State


def test_the_pills_freeze_mute_and_draw_anew(canvas):
    canvas.click_on((1, 2))
    canvas.click(canvas.card.freeze)
    assert canvas.layers[0].frozen_weights == ((2, 0), (2, 1))
    assert canvas.card.freeze.text() == "Frozen"
    canvas.click(canvas.card.mute)
    assert canvas.layers[0].muted_units == (2,)
    assert canvas.card.mute.text() == "Muted"
    canvas.click(canvas.card.mute)
    canvas.click(canvas.card.freeze)
    assert canvas.layers[0].muted_units == canvas.layers[0].frozen_weights == ()
    canvas.click(canvas.card.redraw)
    assert canvas.weights == [(Redraw(0, 2), "Re-initialise neuron 3 in layer 1")]
    assert canvas.edits[0] == "Freeze neuron 3 in layer 1"


def test_a_layer_that_is_frozen_holds_its_neurons(qtbot):
    canvas = Pinned(qtbot, Experiment(network=Network(layers=(Layer(units=3, frozen=True),))))
    canvas.view.pin((1, 0))
    assert canvas.card.freeze.isChecked()
    canvas.click(canvas.card.freeze)
    assert canvas.card.freeze.isChecked() and canvas.edits == []


def test_an_output_can_be_frozen_but_not_muted(canvas):
    canvas.view.pin((3, 0))
    assert not canvas.card.mute.isVisible()
    canvas.click(canvas.card.freeze)
    assert canvas.experiment.network.output.frozen_weights == ((0, 0), (0, 1), (0, 2))


@pytest.mark.parametrize("spot", [(1, 2), (2, 1, 3), (3, 0, 1)])
def test_what_was_muted_and_frozen_comes_back_as_it_was(spot):
    network = experiment_of(4, 3).network
    inputs = (2, 4, 3)[spot[0] - 1]
    muted = unit_marks.with_muted(network, spot, True)
    assert unit_marks.is_muted(muted, spot) and unit_marks.with_muted(muted, spot, False) == network
    frozen = unit_marks.with_frozen(network, spot, True, inputs)
    assert unit_marks.is_frozen(frozen, spot, inputs)
    assert unit_marks.with_frozen(frozen, spot, False, inputs) == network


def test_the_hidden_weight_of_a_muted_link_is_not_written_over(canvas):
    link = (1, 2, 1)
    canvas.view.pin(link)
    canvas.card.field.setFocus()
    canvas.qtbot.keyClicks(canvas.card.field, "9")
    canvas.view.commands.set_muted(link, True)
    assert canvas.card.field.isVisible() and not canvas.card.field.isEnabled()
    assert "Unmute" in canvas.card.field.toolTip()
    assert canvas.card.field not in canvas.card.visible_controls()
    wheel(canvas.view, 1, canvas.centre(link))
    canvas.view.set_to_zero(link)
    offered = {one.text(): one.isEnabled() for one in spot_menu(canvas.view, link).actions()}
    assert not offered["Edit weight…"] and not offered["Set weight to zero"]
    assert canvas.weights == []
    canvas.click(canvas.card.mute)
    assert canvas.layers[0].muted_weights == () and canvas.card.field.isEnabled()
    canvas.type("0.5")
    assert canvas.weights[-1][0] == SetNumber(0, "weight", (2, 1), 0.5)


# The menu


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform cannot
def test_the_menu_offers_what_can_be_done(canvas):
    canvas.view.setFocus()
    canvas.view.point_to((1, 1))
    canvas.key(Qt.Key.Key_F10, SHIFT)
    menu = canvas.view._menu
    actions = {one.text().split("\t")[0]: one for one in menu.actions() if not one.isSeparator()}
    assert all(one.toolTip() for one in actions.values())
    actions["Duplicate this neuron"].trigger()
    assert canvas.layers[0].units == 5
    actions["Edit bias…"].trigger()
    assert canvas.view.pinned() == (1, 1)
    menu.close()
    canvas.view._open_menu((2, 0, 1), QPoint(40, 40))
    actions = {one.text().split("\t")[0]: one for one in canvas.view._menu.actions()}
    canvas.view.show_frame(frame_of(canvas.experiment))
    actions["Set weight to zero"].trigger()
    assert canvas.weights[-1][0] == SetNumber(1, "weight", (0, 1), 0.0)
    canvas.view._menu.close()


# What the cards say


def test_the_card_tells_gradient_and_activation(canvas):
    frame = frame_of(canvas.experiment)
    rng = np.random.default_rng(3)
    slopes = tuple(
        (rng.normal(size=w.shape).astype(np.float32), rng.normal(size=b.shape).astype(np.float32))
        for w, b in frame.snapshot.parameters
    )
    activations = tuple(np.linspace(0.1, 0.9, n).astype(np.float32) for n in (2, 4, 3, 1))
    probed = Probed((0.0, 0.0), activations, np.array([0.5], np.float32))
    told = []
    focus = canvas.view._diagram.show_focus
    canvas.view._diagram.show_focus = lambda *values: (told.append(values), focus(*values))
    canvas.view.show_frame(replace(frame, gradients=slopes, probed=probed))
    assert told[-1][2][1, 3] == "0.90"
    canvas.point_at(1, 2)
    values = dict(canvas.view._card.description.values)
    norm = np.sqrt((slopes[0][0][2].astype(float) ** 2).sum() + float(slopes[0][1][2]) ** 2)
    assert values["|grad|"] == slope(float(norm))
    assert values["at the probe"] == number(float(activations[1][2]))
    canvas.view.pin((2, 1, 3))
    weight = float(frame.snapshot.parameters[1][0][1, 3])
    values = dict(canvas.card.description.values)
    assert values["carries at the probe, w·a"] == number(weight * float(activations[1][3]))
    assert values["gradient"] == slope(float(slopes[1][0][1, 3]))
    canvas.view.show_focus(((1, 0),), (), {(1, 0): "x"})
    assert told[-1] == (((1, 0),), (), {(1, 0): "x"})
    canvas.view.show_focus((), (), {})
    assert told[-1] == ((), (), {})  # a step that has no numbers shows none of another point
    canvas.view.show_focus((), (), None)
    assert told[-1][2][1, 3] == "0.90"


@pytest.mark.parametrize("size", [(360, 300), (793, 600)])
@pytest.mark.parametrize("spot", [(0, 0), (1, 0), (1, 3), (3, 0), (1, 3, 1), (3, 0, 2)])
def test_the_card_stays_inside_the_canvas_with_all_its_controls(qtbot, spot, size):
    canvas = Pinned(qtbot, size=size)
    canvas.view.pin(spot)
    card = canvas.card
    room = canvas.view.viewport().rect()
    assert room.contains(card.box().translated(card.pos())) or card.height() > room.height()
    for control in card.visible_controls():
        assert card.box().contains(control.geometry())


def test_a_drag_on_the_card_does_not_point_at_what_it_covers(canvas):
    canvas.view.pin((1, 2))
    card = canvas.card
    words = card.box().topLeft() + QPoint(14, 12)
    canvas.qtbot.mousePress(card, LEFT, pos=words)
    for x in range(20, 120, 20):
        canvas.qtbot.mouseMove(card, words + QPoint(x, 10))
    canvas.qtbot.mouseRelease(card, LEFT, pos=words + QPoint(120, 10))
    assert canvas.view.pointed() is None
    assert canvas.view.pinned() == (1, 2)
