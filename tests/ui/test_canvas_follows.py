"""What stays pinned, and what was being typed, while the network becomes another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import Qt
from test_canvas_pinned import Pinned

from engine.experiment import Experiment, Layer, Network
from ui.editing import layer_edits as edits

pytestmark = pytest.mark.usefixtures("themed")


class Follower(Pinned):
    """A diagram that is also shown edits that are not its own, as undo makes them."""

    def show(self, **fields):
        self.experiment = self.experiment.edited(**fields)
        self.view.show_experiment(self.experiment)

    def show_network(self, network):
        self.show(network=network)

    @property
    def network(self):
        return self.experiment.network

    def type_into(self, field, text):
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)


@pytest.fixture
def canvas(qtbot):
    return Follower(qtbot, experiment_of(4, 3, 5))


# What is being typed


@pytest.mark.parametrize("spot", [(3, 0), (4, 0)])
def test_a_number_being_typed_goes_with_what_it_was_meant_for(canvas, spot):
    canvas.view.pin(spot)
    canvas.type_into(canvas.card.field, "2.5")
    canvas.show_network(edits.with_layer_removed(canvas.network, 2)[0])
    assert canvas.view.pinned() is None
    assert canvas.weights == [] and canvas.edits == []


def test_a_width_being_typed_goes_with_its_layer(canvas):
    canvas.type_into(canvas.header(2).units, "7")
    canvas.show_network(edits.with_layer_removed(canvas.network, 2)[0])
    assert canvas.edits == [] and [layer.units for layer in canvas.layers] == [4, 3]


def test_a_width_being_typed_is_not_taken_over_by_the_layer_that_comes_into_its_place(qtbot):
    canvas = Follower(qtbot, experiment_of(4, 4))
    canvas.type_into(canvas.header(0).units, "7")
    canvas.show_network(edits.with_layer_removed(canvas.network, 0)[0])
    canvas.view.setFocus()
    assert canvas.edits == [] and [layer.units for layer in canvas.layers] == [4]


# What is shown until the next frame


def test_the_card_does_not_name_a_feature_that_is_gone(canvas):
    weight = np.zeros((4, 2), np.float32)
    weight[0, 1] = 5
    frame = frame_of(canvas.experiment)
    parameters = ((weight, frame.snapshot.parameters[0][1]), *frame.snapshot.parameters[1:])
    canvas.view.show_frame(replace(frame, snapshot=replace(frame.snapshot, parameters=parameters)))
    canvas.view.pin((1, 0))
    assert "largest weight, from x₂" in dict(canvas.card.description.values)
    text = canvas.card.field.text()
    canvas.show(features=("x1",))
    assert canvas.view.pinned() == (1, 0) and canvas.card.field.text() == text
    assert not any(name.startswith("largest") for name, _ in canvas.card.description.values)


def test_brackets_step_along_no_links_of_a_neuron_that_is_gone(canvas):
    canvas.view.setFocus()
    for _ in range(4):
        canvas.key(Qt.Key.Key_Right)
    assert canvas.view.pointed() == (3, 0)
    canvas.view.point_to(None)
    canvas.show_network(canvas.network.edited(layers=()))
    canvas.qtbot.keyClicks(canvas.view, "[")
    assert canvas.view.pointed() is None


# What stays pinned


def pinned_after(canvas, spot, do):
    canvas.view.pin(spot)
    do(canvas)
    pinned = canvas.view.pinned()
    assert canvas.card.isVisible() == (pinned is not None)
    return pinned


EDITS = {
    "move": lambda canvas: canvas.view.building.move((0,), 2),
    "add": lambda canvas: canvas.view.building.add(1),
    "remove": lambda canvas: canvas.view.building.remove((0,)),
    "copy": lambda canvas: (canvas.view.building.selection.pick(0), canvas.view.building.duplicate_layers()),
    "neuron": lambda canvas: canvas.view.commands.remove((1, 1)),
    "more": lambda canvas: canvas.click(canvas.header(0).more),
    "fewer": lambda canvas: canvas.click(canvas.header(0).fewer),
    "mute": lambda canvas: canvas.view.commands.set_muted((1, 2), True),
}


@pytest.mark.parametrize(
    ("edit", "spot", "expected"),
    [
        ("move", (1, 2), (3, 2)),
        ("move", (2, 1), (1, 1)),
        ("move", (0, 1), (0, 1)),
        ("move", (3, 4, 2), (2, 4, 2)),
        ("move", (1, 2, 0), None),  # its layer has other inputs now
        ("move", (4, 0, 1), None),
        ("add", (1, 0, 1), (1, 0, 1)),
        ("add", (2, 1), (3, 1)),
        ("add", (2, 1, 1), None),
        ("add", (4, 0), (5, 0)),
        ("remove", (1, 2), None),
        ("remove", (3, 1, 2), (2, 1, 2)),
        ("remove", (2, 1, 1), None),
        ("copy", (1, 3), (1, 3)),
        ("copy", (2, 1, 3), (3, 1, 3)),
        ("neuron", (1, 0), (1, 0)),
        ("neuron", (1, 1), None),
        ("neuron", (1, 2), (1, 1)),
        ("neuron", (2, 0, 3), (2, 0, 2)),
        ("neuron", (2, 0, 1), None),
        ("more", (1, 3), (1, 3)),
        ("fewer", (2, 0, 2), (2, 0, 2)),
        ("fewer", (2, 0, 3), None),
        ("mute", (1, 2), (1, 2)),
    ],
)
def test_a_pin_follows_its_neuron_or_link_through_an_edit_of_the_diagram(canvas, edit, spot, expected):
    assert pinned_after(canvas, spot, EDITS[edit]) == expected


@pytest.mark.parametrize(
    ("features", "spot", "expected"),
    [
        (("x2",), (0, 0), None),
        (("x2",), (0, 1), (0, 0)),
        (("x2", "x1"), (1, 3, 0), (1, 3, 1)),
        (("x2",), (1, 3, 0), None),
        (("x2",), (1, 3), (1, 3)),
        (("x2",), (2, 2, 0), (2, 2, 0)),
    ],
)
def test_a_pin_follows_its_feature(canvas, features, spot, expected):
    assert pinned_after(canvas, spot, lambda canvas: canvas.show(features=features)) == expected


def unseen(change):
    return lambda canvas: canvas.show_network(change(canvas.network))


@pytest.mark.parametrize(
    ("spot", "change", "stays"),
    [
        ((1, 1), lambda network: edits.with_layers_moved(network, (0,), 2)[0], False),
        ((1, 1), lambda network: edits.with_layers_moved(network, (1,), 2)[0], True),
        ((2, 1, 0), lambda network: edits.without_unit(network, 0, 3)[0], False),
        ((2, 1), lambda network: edits.without_unit(network, 0, 3)[0], True),
        ((1, 1), lambda network: edits.with_layer_removed(network, 2)[0], False),
        ((1, 1), lambda network: edits.with_changes(network, (0, 1), activation="relu"), True),
        ((4, 0, 1), lambda network: edits.with_changes(network, (0,), dropout=0.5), True),
    ],
)
def test_a_pin_stays_through_an_undo_only_where_its_layers_do(canvas, spot, change, stays):
    assert pinned_after(canvas, spot, unseen(change)) == (spot if stays else None)


def test_layers_of_one_width_that_change_places_are_told_apart_by_their_settings(qtbot):
    canvas = Follower(qtbot, Experiment(network=Network(layers=(Layer(activation="relu"), Layer()))))
    swap = unseen(lambda network: edits.with_layers_moved(network, (0,), 1)[0])
    assert pinned_after(canvas, (1, 1), swap) is None


def test_the_field_shows_the_neuron_in_its_new_place(canvas):
    canvas.view.pin((1, 2))
    EDITS["move"](canvas)
    canvas.qtbot.waitUntil(lambda: canvas.hovered[-1] == (3, 2))


def test_a_refused_edit_moves_no_pin(canvas):
    canvas.view.networkEdited.disconnect(canvas._edit)
    canvas.view.networkEdited.connect(lambda: canvas.show_network(canvas.network))
    assert pinned_after(canvas, (1, 2), EDITS["move"]) == (1, 2)
