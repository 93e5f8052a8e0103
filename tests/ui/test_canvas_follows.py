"""What stays pinned, and what was being typed, while the network becomes another one."""

from __future__ import annotations

import pytest
from fake_frames import experiment_of
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
