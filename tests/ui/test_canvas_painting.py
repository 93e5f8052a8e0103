"""What the diagram paints: biases, the flow, and sharp curves and tiles."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import GROUND, Drawn, away, network, parts_that_differ, pixel, shown_view
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle

from ui.canvas.curves import curve, dashes, polyline
from ui.canvas.flow import FEWEST, MOST
from ui.canvas.tiles import Tiles
from ui.looks import theme

pytestmark = pytest.mark.usefixtures("themed")


# Biases


def test_every_neuron_shows_the_sign_of_its_bias_by_shape():
    pictures = {}
    for bias in (1.0, 0.0, -1.0):
        drawn = Drawn(experiment_of(3), biases=bias)
        pictures[bias] = drawn.picture()
    light, zero = QColor("white"), QColor(theme.LIGHT.panel)
    for unit in ((1, 0), (1, 2), (2, 0)):
        middle = drawn.tile(*unit).bottomLeft() + QPointF(1, -1)
        assert away(pixel(pictures[1.0], middle), QColor(theme.LIGHT.positive)) < 12
        assert away(pixel(pictures[-1.0], middle - QPointF(0, 3)), QColor(theme.LIGHT.negative)) < 70
        assert away(pixel(pictures[-1.0], middle), light) < 90  # the bar of the minus
        assert away(pixel(pictures[0.0], middle), zero) < 12
        ring = [pixel(pictures[0.0], middle + QPointF(x, 0)) for x in range(-4, 5)]
        assert max(away(colour, QColor("white")) for colour in ring) > 60


def test_features_have_no_bias():
    one, other = (Drawn(experiment_of(2), biases=bias).picture() for bias in (1.0, -1.0))
    drawn = Drawn(experiment_of(2))
    assert not parts_that_differ(one, other, drawn.tile(0, 0).adjusted(-6, 0, 0, 6))
    assert parts_that_differ(one, other, drawn.tile(2, 0).adjusted(-6, 0, 0, 6))


def test_the_ring_around_a_neuron_leaves_its_bias_in_sight():
    drawn = Drawn(experiment_of(3), biases=1.0)
    middle = drawn.tile(1, 1).bottomLeft() + QPointF(1, -1)
    assert pixel(drawn.picture(hovered=(1, 1)), middle) == pixel(drawn.picture(), middle)


# The flow


def test_the_flow_moves_and_comes_round():
    drawn = Drawn(experiment_of(4, 4))
    still = drawn.picture()
    seen = []
    for phase in (0.0, 0.3, 1.0):
        drawn.diagram.set_flow(phase)
        seen.append(drawn.picture())
    assert seen[0] != still and seen[0] != seen[1]
    assert seen[0] == seen[2]
    drawn.diagram.set_flow(None)
    assert drawn.picture() == still


def test_lights_travel_from_input_to_output():
    drawn = Drawn(network(features=["x1"]), weights=2.0)
    still = drawn.picture()
    start, end = drawn.tile(0, 0), drawn.tile(1, 0)

    def places(phase):
        drawn.diagram.set_flow(phase)
        image, y = drawn.picture(), int(start.center().y())
        return [
            x
            for x in range(int(start.right()) + 1, int(end.left()))
            if image.pixel(x, y) != still.pixel(x, y)
        ]

    before, after = places(0.2), places(0.3)
    assert before and after
    assert min(after) > min(before) and max(after) > max(before)


def test_muted_links_carry_no_light():
    experiment = network({"units": 2, "muted_units": [0, 1]}, features=["x1"])
    drawn = Drawn(experiment, weights=2.0)
    still = drawn.picture()
    drawn.diagram.set_flow(0.4)
    moving = drawn.picture()
    into, out = (QRectF(low, 0, high - low, 499) for low, high in map(drawn.layout.gap, (0, 1)))
    assert parts_that_differ(still, moving, into)
    assert not parts_that_differ(still, moving, out)


def test_lights_follow_weights_and_places():
    drawn = Drawn(experiment_of(3), weights=2.0)
    drawn.diagram.set_flow(0.4)
    drawn.picture()
    links = drawn.diagram._links
    before = links.tracks(5)
    drawn.place(zoom=2.0)
    drawn.picture()
    assert links.tracks(5).across[0] > 1.5 * before.across[0]
    weights = [np.zeros((3, 2), np.float32), np.full((1, 3), -3, np.float32)]
    links.set_weights(weights)
    drawn.picture()
    assert (links.tracks(5).code < 0).all() and len(links.tracks(5).code) == 3


def test_only_the_strongest_links_carry_lights():
    drawn = Drawn(experiment_of(*[16] * 6), size=(793, 600))
    links = drawn.diagram._links
    tracks = links.tracks(max(FEWEST, MOST // links.count))
    assert 0 < len(tracks.code) <= MOST
    weakest = np.abs(tracks.code[tracks.x == tracks.x[0]]).min()
    every = np.abs(links._gaps[0].wanted)
    assert (every > weakest).sum() < FEWEST + 2
    assert links.tracks(5) is tracks


def test_weak_links_carry_no_light():
    drawn = Drawn(experiment_of(3), weights=0.0)
    still = drawn.picture()
    drawn.diagram.set_flow(0.5)
    assert drawn.picture() == still


@pytest.fixture
def view(qtbot):
    return shown_view(qtbot)


def test_the_flow_goes_on_between_frames_and_rests_with_training(view, qtbot):
    phases = []
    view._pulse.beat.connect(phases.append)
    view.show_frame(frame_of(experiment_of(3)))
    qtbot.waitUntil(lambda: len(phases) >= 3)
    assert all(0 <= phase < 1 for phase in phases)
    view.show_frame(frame_of(experiment_of(3), running=False))
    assert phases[-1] is None
    assert not view._pulse._timer.isActive()
    assert view._diagram._flow.phase is None


def test_nothing_flows_where_the_desktop_asks_for_no_animations(view, monkeypatch):
    asked = []

    class Calm:
        def styleHint(self, hint, option, widget):
            asked.append(hint)
            return 0

    monkeypatch.setattr(view, "style", Calm)
    view.show_frame(frame_of(experiment_of(3)))
    assert asked == [QStyle.StyleHint.SH_Widget_Animation_Duration]
    assert not view._pulse._timer.isActive()
    assert view._diagram._flow.phase is None


# Sharpness


@pytest.mark.parametrize(("across", "drop"), [(120, 0), (200, 40), (900, 300), (300, 900), (1200, 60)])
def test_long_links_keep_their_curve(across, drop):
    start, end = QPointF(10, 10), QPointF(10 + across, 10 + drop)
    lines, path = polyline(start, end), curve(start, end)
    for line in lines:
        middle = line.center()
        nearest = min(
            np.hypot(point.x() - middle.x(), point.y() - middle.y())
            for point in map(path.pointAtPercent, np.linspace(0, 1, 1500))
        )
        assert nearest < 0.6


def test_dashes_are_as_long_as_each_other_on_a_steep_link():
    lengths = [line.length() for line in dashes(QPointF(0, 0), QPointF(80, 500))]
    assert len(lengths) > 40
    assert min(lengths[:-1]) > 4.5 and max(lengths) < 5.1


def test_a_tile_between_device_pixels_has_no_seam_at_its_corners():
    ratio = 1.5
    tiles = Tiles(theme.LIGHT)
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(GROUND)
    black = np.zeros((1, 44, 44), np.uint8)
    pictures = tiles.pictures([black], by_class=False)[0]
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    tiles.paint(painter, [QRectF(9, 9, 44, 44)], pictures, ratio, GROUND)
    painter.end()
    for x, y in ((13, 13), (13, 14), (14, 13), (79, 13), (79, 79), (13, 79)):
        assert away(image.pixelColor(x, y)) < 24
