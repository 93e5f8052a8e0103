"""What stands out on the diagram: what the window talks about, what is pinned, selected or dragged."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import Drawn, away, network, parts_that_differ, pixel
from fake_frames import experiment_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from ui.looks import theme

pytestmark = pytest.mark.usefixtures("themed")


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
