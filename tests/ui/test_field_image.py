"""From the field's numbers to colours and symbols."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from ui.looks import theme
from ui.views.field_image import class_image, field_image, signed_image

pytestmark = pytest.mark.usefixtures("themed")


@pytest.mark.parametrize(
    ("probability", "level"), [(0.0, 1), (0.5, 128), (1.0, 255)]
)  # -1 is one step above the table's first entry, so that zero is in the middle
def test_two_classes_run_from_negative_over_neutral_to_positive(probability, level):
    field = np.full((1, 8, 8), probability, np.float32)
    image = field_image(field, theme.LIGHT, classes=2, value_scale=1.0)
    assert image.pixel(3, 3) == theme.field_table(theme.LIGHT)[level]


def test_several_classes_agree_with_two_where_there_are_two():
    share = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    two = signed_image(2 * share - 1, theme.LIGHT)
    blended = class_image(np.stack([1 - share, share]), theme.LIGHT)
    for x in range(4):
        for y in range(4):
            first, second = QColor(two.pixel(x, y)), QColor(blended.pixel(x, y))
            assert abs(first.red() - second.red()) <= 3
            assert abs(first.blue() - second.blue()) <= 3


def test_undecided_classes_are_neutral():
    image = class_image(np.full((3, 4, 4), 1 / 3, np.float32), theme.DARK)
    assert QColor(image.pixel(1, 1)) == QColor(theme.DARK.zero)


def test_a_hard_boundary_has_no_colours_between():
    rows = np.linspace(0, 1, 20, dtype=np.float32)
    field = np.tile(rows, (20, 1))[None]
    soft = field_image(field, theme.LIGHT, classes=2, value_scale=1.0)
    hard = field_image(field, theme.LIGHT, classes=2, value_scale=1.0, hard=True)
    assert len({soft.pixel(x, 5) for x in range(soft.width())}) > 10
    assert {hard.pixel(x, 5) for x in range(hard.width())} == {
        theme.field_table(theme.LIGHT)[0],
        theme.field_table(theme.LIGHT)[255],
    }
    three = np.concatenate([field * 0.4, 0.4 - field * 0.4, np.full_like(field, 0.1)])
    hard = field_image(three, theme.LIGHT, classes=3, value_scale=1.0, hard=True)
    assert len({hard.pixel(x, 5) for x in range(hard.width())}) == 2


def test_a_field_of_any_width_keeps_its_columns():
    values = np.zeros((5, 5), np.float32)
    values[:, 4] = 1
    image = signed_image(values, theme.LIGHT)
    assert image.width() == 5
    assert [image.pixel(4, y) for y in range(5)] == [theme.field_table(theme.LIGHT)[255]] * 5


def test_a_value_that_is_not_finite_stops_nothing():
    field = np.full((1, 4, 4), np.nan, np.float32)
    assert not field_image(field, theme.LIGHT, classes=2, value_scale=1.0).isNull()


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
@pytest.mark.parametrize(
    ("classes", "value"), [(0, np.nan), (2, np.nan), (3, np.nan), (3, np.inf), (3, -np.inf)]
)
def test_what_is_no_number_is_neutral_and_the_rest_as_ever(classes, value, hard):
    whole = np.full((classes if classes > 2 else 1, 8, 8), 0.1, np.float32)
    whole[0] = 0.8
    torn = whole.copy()
    torn[:, :, 4:] = value
    expected, image = (
        field_image(one, theme.LIGHT, classes=classes, value_scale=1.0, hard=hard) for one in (whole, torn)
    )
    side = image.width()
    neutral = QColor(image.pixel(side - 1, side // 2)).getRgb()
    assert np.abs(np.subtract(neutral, QColor(theme.LIGHT.zero).getRgb())).max() <= 2
    assert image.pixel(1, side // 2) == expected.pixel(1, side // 2) != image.pixel(side - 1, side // 2)


def test_what_is_infinite_has_the_full_colour_of_its_sign():
    field = np.full((1, 4, 4), np.inf, np.float32)
    field[:, :, 2:] = -np.inf
    image = field_image(field, theme.LIGHT, classes=0, value_scale=1.0)
    assert image.pixel(0, 0) == theme.field_table(theme.LIGHT)[255]
    assert image.pixel(3, 0) == theme.field_table(theme.LIGHT)[1]


def test_classes_of_which_no_probability_is_a_number_are_neutral_all_over():
    for hard in (False, True):
        image = class_image(np.full((3, 4, 4), np.nan, np.float32), theme.DARK, hard=hard)
        assert QColor(image.pixel(1, 1)) == QColor(theme.DARK.zero)
