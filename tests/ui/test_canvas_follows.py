"""What stays pinned, and what was being typed, while the network becomes another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import Qt
from test_canvas_pinned import Pinned

from ui import layer_edits as edits

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
