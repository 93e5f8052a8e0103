"""What the diagram paints: marks of the document, biases, the flow, numbers, and what stands out."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QStyle

from engine.experiment import Experiment
from ui import theme
from ui.canvas.curves import curve, dashes, polyline
from ui.canvas.diagram import Diagram
from ui.canvas.flow import FEWEST, MOST
from ui.canvas.layout import arrange
from ui.canvas.marks import FROZEN, MUTED, marks_of
from ui.canvas.model import shape_of
from ui.canvas.network_view import NetworkView
from ui.canvas.tiles import Tiles

pytestmark = pytest.mark.usefixtures("themed")

GROUND = QColor(theme.LIGHT.canvas)


class Drawn:
    """A diagram, and pictures of it."""

    def __init__(self, experiment, size=(700, 500), weights=None, biases=None, seed=0):
        self.experiment = experiment
        self.shape = shape_of(experiment)
        self.diagram = Diagram(theme.LIGHT)
        self.size = size
        frame = frame_of(experiment, seed=seed)
        parameters = [
            (
                weight if weights is None else np.full_like(weight, weights),
                bias if biases is None else np.resize(np.float32(biases), bias.shape),
            )
            for weight, bias in frame.snapshot.parameters
        ]
        self.frame = replace(frame, snapshot=replace(frame.snapshot, parameters=tuple(parameters)))
        self.place()
        self.diagram.set_marks(experiment)

    def place(self, first=(), zoom=1.0):
        labels = self.diagram.label_widths(self.shape, QFont())
        self.layout = arrange(self.shape.units, *self.size, zoom=zoom, first=first, labels=labels)
        self.diagram.set_layout(self.layout, 1.0)
        self.diagram.show_values(self.layout, self.shape, self.frame)

    def picture(self, hovered=None, link=None, pinned=None):
        image = QImage(*self.size, QImage.Format.Format_RGB32)
        region = QRectF(0, 0, *self.size)
        while True:
            painter = QPainter(image)
            behind = self.diagram.paint(painter, region, self.layout, self.shape, hovered, link, pinned)
            painter.end()
            if not behind:
                return image

    def tile(self, column, unit):
        return self.layout.tile_rect(column, unit)

    def along(self, image, column, unit, source):
        """Return the colours along a link from 12 to 88 % of its way."""
        start, end = self.tile(column - 1, source), self.tile(column, unit)
        path = curve(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))
        points = [path.pointAtPercent(share) for share in np.linspace(0.12, 0.88, 300)]
        return [image.pixelColor(int(point.x()), int(point.y())) for point in points]


def away(colour, other=GROUND):
    """Return how far apart two colours are."""
    pairs = zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True)
    return max(abs(one - two) for one, two in pairs)


def pixel(image, point):
    return image.pixelColor(int(point.x()), int(point.y()))


def parts_that_differ(one, two, rect):
    rect = rect.toRect()
    return sum(
        one.pixel(x, y) != two.pixel(x, y)
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
    )


def network(*layers, output=None, **more):
    return Experiment.parse({"network": {"layers": list(layers), "output": output or {}}, **more})


# Marks


def test_marks_say_what_the_document_says():
    marks = marks_of(
        network(
            {"units": 3, "muted_units": [1], "frozen_weights": [[0, 0], [0, 1], [2, 1]]},
            {"units": 2, "frozen": True, "muted_weights": [[1, 2]]},
            output={"frozen_weights": [[0, 0]], "muted_weights": [[0, 1]]},
        )
    )
    assert [marks.is_muted(1, unit) for unit in range(3)] == [False, True, False]
    assert [marks.is_frozen(1, unit) for unit in range(3)] == [True, False, False]
    assert marks.is_frozen(2, 0) and marks.is_frozen(2, 1)
    assert not marks.is_frozen(3, 0) and not marks.is_frozen(0, 0)
    layout = arrange((2, 3, 2, 1), 700, 500)
    columns = layout.columns
    assert marks.styles(0, columns[1], columns[0]).tolist() == [[FROZEN, FROZEN], [0, 0], [0, FROZEN]]
    assert marks.styles(1, columns[2], columns[1]).tolist() == [[0, MUTED, 0], [0, MUTED, MUTED]]
    assert marks.styles(2, columns[3], columns[2]).tolist() == [[FROZEN, MUTED]]


def test_marks_follow_a_gathered_column():
    experiment = network({"units": 60, "muted_weights": [[40, 1]]})
    marks = marks_of(experiment)
    layout = arrange((2, 60, 1), 700, 300, first=(0, 38, 0))
    first = layout.columns[1].first
    styles = marks.styles(0, layout.columns[1], layout.columns[0])
    assert styles.sum() == MUTED and styles[40 - first, 1] == MUTED
    top = arrange((2, 60, 1), 700, 300).columns
    assert not marks.styles(0, top[1], top[0]).any()


@pytest.mark.parametrize(
    "marked",
    [
        network({"units": 2, "muted_weights": [[1, 1]]}, features=["x1", "x2"]),
        network({"units": 2}, {"units": 2, "muted_weights": [[1, 1]]}),
        network({"units": 2, "muted_units": [1]}, {"units": 2}),
        network({"units": 2}, output={"muted_weights": [[0, 1]]}),
    ],
    ids=["first layer", "second layer", "behind a muted neuron", "output"],
)
def test_a_muted_link_is_dashed_and_pale(marked):
    marks = marks_of(marked)
    gap = next(i for i, one in enumerate(marks.gaps) if one.muted or one.silent)
    plain = Drawn(network(*({"units": layer.units} for layer in marked.network.layers)), weights=2.0)
    dashed = Drawn(marked, weights=2.0)
    unit = 0 if gap == len(marks.gaps) - 1 else 1
    before = [away(colour) > 25 for colour in plain.along(plain.picture(), gap + 1, unit, 1)]
    image = dashed.picture()
    after = [away(colour) > 25 for colour in dashed.along(image, gap + 1, unit, 1)]
    assert sum(before) > 0.98 * len(before)
    assert sum(a != b for a, b in itertools.pairwise(after)) >= 8
    strongest = max(map(away, plain.along(plain.picture(), gap + 1, unit, 1)))
    assert max(map(away, dashed.along(image, gap + 1, unit, 1))) < 0.8 * strongest


def across_the_middle(image, point):
    """Return the colours above and below a point of a level link, from the top."""
    return [image.pixelColor(int(point.x()), int(point.y()) + y) for y in range(-5, 6)]


def test_a_frozen_link_is_a_double_line():
    experiment = network({"units": 1, "frozen_weights": [[0, 0]]}, features=["x1"])
    free = network({"units": 1}, features=["x1"])
    pictures = {}
    for name, one in (("frozen", experiment), ("free", free)):
        drawn = Drawn(one, weights=3.0)
        start, end = drawn.tile(0, 0), drawn.tile(1, 0)
        middle = QPointF((start.right() + end.left()) / 2, start.center().y())
        pictures[name] = [away(colour) > 90 for colour in across_the_middle(drawn.picture(), middle)]

    def lines(seen):
        return sum(later and not earlier for earlier, later in zip([False, *seen], seen, strict=False))

    assert lines(pictures["free"]) == 1
    assert lines(pictures["frozen"]) == 2


def test_a_link_both_frozen_and_muted_shows_both():
    links = {"frozen_weights": [[0, 0]], "muted_weights": [[0, 0]]}
    both = Drawn(network({"units": 1, **links}, features=["x1"]), weights=3.0).picture()
    muted = Drawn(network({"units": 1, "muted_weights": [[0, 0]]}, features=["x1"]), weights=3.0).picture()
    assert both != muted


def test_a_muted_neuron_is_crossed_out_and_pale():
    experiment = experiment_of(3)
    drawn = Drawn(experiment)
    before = drawn.picture()
    drawn.diagram.set_marks(network({"units": 3, "muted_units": [1]}))
    after = drawn.picture()
    tile = drawn.tile(1, 1)
    cross = QColor(theme.LIGHT.text)
    assert away(pixel(after, tile.center()), cross) < 40
    inside = tile.topLeft() + QPointF(tile.width() / 2, 5)
    assert away(pixel(after, inside)) < away(pixel(before, inside))
    assert not parts_that_differ(before, after, drawn.tile(1, 0))
    drawn.diagram.set_marks(experiment)
    assert drawn.picture() == before


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (network({"units": 2, "frozen": True}, {"units": 2}), {(1, 0), (1, 1)}),
        (network({"units": 2}, {"units": 2}, output={"frozen": True}), {(3, 0)}),
        (network({"units": 2}, {"units": 2, "frozen_weights": [[1, 0], [1, 1]]}), {(2, 1)}),
    ],
)
def test_what_is_frozen_has_a_lock(marked, expected):
    plain, locked = Drawn(experiment_of(2, 2)), Drawn(marked)
    before, after = plain.picture(), locked.picture()
    changed = set()
    for column, units in enumerate(plain.shape.units):
        for unit in range(units):
            corner = plain.tile(column, unit).topRight()
            if parts_that_differ(before, after, QRectF(corner - QPointF(4, -1), corner + QPointF(3, 6))):
                changed.add((column, unit))
    assert changed == expected


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
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show_experiment(experiment_of(3))
    view.show()
    return view


def test_the_flow_goes_on_between_frames_and_rests_with_training(view, qtbot):
    phases = []
    view._pulse.beat.connect(phases.append)
    view.show_frame(frame_of(experiment_of(3)))
    qtbot.waitUntil(lambda: len(phases) >= 3)
    assert all(0 <= phase < 1 for phase in phases)
    view.show_frame(frame_of(experiment_of(3), running=False))
    assert phases[-1] is None
    assert not view._pulse.is_beating()
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
    assert not view._pulse.is_beating()
    assert view._diagram._flow.phase is None


# What the window talks about


def test_numbers_alone_dim_nothing():
    drawn = Drawn(experiment_of(3, 3))
    before = drawn.picture()
    drawn.diagram.show_focus((), (), {(1, 1): "0.123"})
    after = drawn.picture()
    tile = drawn.tile(1, 1)
    assert parts_that_differ(before, after, QRectF(tile.left(), tile.bottom() - 8, tile.width(), 10))
    for other in ((1, 0), (2, 2), (3, 0)):
        assert not parts_that_differ(before, after, drawn.tile(*other))
    drawn.diagram.show_focus((), (), {})
    assert drawn.picture() == before


def test_a_number_leaves_the_bias_and_a_small_picture_in_sight():
    drawn = Drawn(experiment_of(3, 3), biases=1.0)
    before = drawn.picture()
    drawn.diagram.show_focus((), (), {(1, 1): "−0.123"})
    mark = drawn.tile(1, 1).bottomLeft() + QPointF(1, -1)
    assert not parts_that_differ(before, drawn.picture(), QRectF(mark.x() - 3, mark.y() - 3, 6, 6))
    dense = Drawn(experiment_of(*[16] * 6), size=(764, 420))
    tile = dense.tile(2, 1)
    before = dense.picture()
    dense.diagram.show_focus((), (), {(2, 1): "−0.123"})
    after = dense.picture()
    assert not parts_that_differ(
        before, after, QRectF(tile.left(), tile.top(), tile.width() * 0.7, tile.height())
    )
    beside = QRectF(tile.right() + 1, tile.top(), 30, tile.height())
    assert parts_that_differ(before, after, beside)


def test_what_is_talked_about_stands_out_and_the_rest_is_dimmed():
    drawn = Drawn(experiment_of(3, 3), weights=2.0)
    before = drawn.picture()
    drawn.diagram.show_focus(((1, 0), (2, 1)), ((2, 1, 0),), {(2, 1): "0.5"})
    after = drawn.picture()
    top = QPointF(10, 10)
    for unit in ((1, 0), (2, 1)):
        inside = drawn.tile(*unit).topLeft() + top
        assert pixel(after, inside) == pixel(before, inside)
    for unit in ((1, 1), (2, 0), (0, 0), (3, 0)):
        inside = drawn.tile(*unit).topLeft() + top
        assert away(pixel(after, inside)) <= 0.5 * away(pixel(before, inside)) + 2
    assert max(map(away, drawn.along(after, 2, 1, 0))) > 100
    assert max(map(away, drawn.along(after, 3, 0, 1))) < 100
    ring = drawn.tile(1, 0).center() - QPointF(0, drawn.tile(1, 0).height() / 2 + 4)
    assert away(pixel(after, ring), QColor(theme.LIGHT.text)) < 90


def test_units_that_are_gone_or_out_of_sight_are_passed_over():
    drawn = Drawn(experiment_of(60), size=(700, 300))
    drawn.diagram.show_focus(((1, 55), (1, 99), (9, 0)), ((1, 55, 0), (7, 0, 0)), {(1, 55): "1", (8, 0): "2"})
    assert not drawn.picture(hovered=(9, 9), link=(8, 0, 0), pinned=(1, 50, 1)).isNull()
    assert not drawn.picture(pinned=(1, 99)).isNull()


# Contributions


def test_links_show_what_they_carry_at_the_probe():
    drawn = Drawn(network(features=["x1"]), weights=3.0)
    middle = QPointF(sum(drawn.layout.gap(0)) / 2, drawn.tile(0, 0).center().y())
    plain = drawn.picture()

    def carried(*activations):
        drawn.diagram.set_contributions(tuple(np.array(one, np.float32) for one in activations))
        return pixel(drawn.picture(), middle)

    positive, negative = carried([0.9], [0.5]), carried([-0.9], [0.5])
    assert positive.blue() > positive.red() + 60
    assert negative.red() > negative.blue() + 60
    assert away(carried([0.0], [0.5])) < 60
    assert carried([0.5, 0.5], [0.1]) == pixel(plain, middle)  # of another network
    drawn.diagram.set_contributions(None)
    assert drawn.picture() == plain


def test_contributions_stay_with_the_next_frame_and_a_gathered_column():
    experiment = experiment_of(60)
    drawn = Drawn(experiment, size=(700, 300), weights=2.0)
    values = np.where(np.arange(60) < 40, 0.0, -1.0).astype(np.float32)
    drawn.diagram.set_contributions((np.ones(2, np.float32), values, np.ones(1, np.float32)))
    assert not drawn.diagram._links._gaps[1].wanted.any()
    drawn.place(first=(0, 45, 0))
    assert (drawn.diagram._links._gaps[1].wanted < 0).all()
    assert (drawn.diagram._links._gaps[0].wanted > 0).all()


# Pinned, selected, dragged


def test_what_is_pinned_differs_from_what_is_pointed_at():
    drawn = Drawn(experiment_of(3, 3))
    plain = drawn.picture()
    pointed, pinned = drawn.picture(hovered=(1, 1)), drawn.picture(pinned=(1, 1))
    assert len({image.bits().tobytes() for image in (plain, pointed, pinned)}) == 3
    head = drawn.tile(1, 1).topLeft() + QPointF(-5, 0)
    assert away(pixel(pinned, head), QColor(theme.LIGHT.accent)) < 40
    assert drawn.picture(hovered=(1, 1), pinned=(1, 1)) == pinned
    pointed, pinned = drawn.picture(link=(2, 1, 0)), drawn.picture(pinned=(2, 1, 0))
    assert pointed != plain and pinned != pointed


def test_selected_layers_stand_on_a_ground_of_their_own():
    drawn = Drawn(experiment_of(3, 3))
    before = drawn.picture()
    drawn.diagram.set_selected((1, 3))
    after = drawn.picture()
    for column, selected in ((1, True), (2, False), (3, True)):
        above = drawn.tile(column, 0).center() - QPointF(0, drawn.tile(column, 0).height() / 2 + 7)
        assert (pixel(before, above) != pixel(after, above)) == selected
        corner = drawn.tile(column, 0).topLeft()
        assert (away(pixel(after, corner)) > 8) == selected  # the corners' rounding takes the ground's colour
        inside = drawn.tile(column, 0).center()
        assert pixel(before, inside) == pixel(after, inside)
    drawn.diagram.set_selected(())
    assert drawn.picture() == before


def test_a_line_tells_where_a_dragged_layer_would_go():
    drawn = Drawn(experiment_of(3, 3))
    before = drawn.picture()
    for gap in (0, 1, 2):
        drawn.diagram.set_drop(gap)
        after = drawn.picture()
        x = sum(drawn.layout.gap(gap)) / 2
        for y in (40, 250, 460):
            assert away(pixel(after, QPointF(round(x), y)), QColor(theme.LIGHT.accent)) < 12
    drawn.diagram.set_drop(7)
    assert drawn.picture() == before
    drawn.diagram.set_drop(None)
    assert drawn.picture() == before


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
