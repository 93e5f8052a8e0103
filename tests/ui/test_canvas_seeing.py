"""The network diagram: pictures, links and colours follow the frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from canvas_bench import Canvas
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from engine.catalog.sources import CsvData
from ui.canvas.links import LEVELS, codes_of
from ui.canvas.model import kept
from ui.canvas.tiles import as_areas
from ui.looks import theme

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def canvas(qtbot):
    return Canvas(qtbot, experiment_of(8, 8))


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
