"""What the diagram shows of muted and frozen neurons and links."""

from __future__ import annotations

import itertools

import pytest
from drawn import Drawn, away, network, parts_that_differ, pixel, shown_view
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from ui.canvas.layout import arrange
from ui.canvas.marks import FROZEN, MUTED, marks_of
from ui.looks import theme

pytestmark = pytest.mark.usefixtures("themed")


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


def lines_across(drawn, level):
    """Return how many lines a level link between the features and the first layer consists of, at most."""
    image = drawn.picture()
    low, high = map(round, drawn.layout.gap(0))
    y = round(drawn.tile(0, 0).center().y())
    found = 0
    for x in range(low + 20, high - 20):
        seen = [away(image.pixelColor(x, y + down)) > level for down in range(-6, 7)]
        found = max(found, sum(after and not before for before, after in itertools.pairwise(seen)))
    return found


@pytest.mark.parametrize(
    ("links", "level", "lines"),
    [
        ({}, 90, 1),
        ({"frozen_weights": [[0, 0]]}, 90, 2),
        ({"muted_weights": [[0, 0]]}, 50, 1),
        ({"frozen_weights": [[0, 0]], "muted_weights": [[0, 0]]}, 50, 2),
    ],
    ids=["free", "frozen", "muted", "frozen and muted"],
)
def test_a_frozen_link_is_a_double_line(links, level, lines):
    drawn = Drawn(network({"units": 1, **links}, features=["x1"]), weights=3.0)
    assert lines_across(drawn, level) == lines


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


@pytest.fixture
def view(qtbot):
    return shown_view(qtbot)


def test_the_view_shows_the_marks_of_its_document(view):
    view.show_frame(frame_of(experiment_of(3), running=False))
    before = view.viewport().grab().toImage()
    view.show_experiment(network({"units": 3, "muted_units": [1]}))
    crossed = view.unit_rect(1, 1).center()
    after = view.viewport().grab().toImage()
    assert away(after.pixelColor(crossed), QColor(theme.LIGHT.text)) < 40
    view.show_experiment(experiment_of(3))
    again = view.viewport().grab().toImage()
    assert again.pixelColor(crossed) == before.pixelColor(crossed)
