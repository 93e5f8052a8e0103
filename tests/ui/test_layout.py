"""Where the diagram's parts lie: as large as there is room, and never out of it."""

from __future__ import annotations

import pytest

from ui.canvas.layout import TILE, arrange


@pytest.mark.parametrize(("width", "height"), [(760, 620), (632, 240), (1900, 1250), (1000, 1250)])
@pytest.mark.parametrize("units", [(2, 8, 8, 1), (2, 4, 2, 1), (7, 8, 8, 8, 8, 8, 8, 1)])
def test_a_network_fits_its_room(units, width, height):
    layout = arrange(units, width, height)
    assert layout.size.width() <= max(width, 52 + 80 * (len(units) - 1))
    assert layout.size.height() <= height
    for column in layout.columns:
        assert column.top >= 0
        assert column.top + column.extent <= height


def test_everything_is_larger_on_a_large_screen_and_where_it_then_fits_alone():
    usual, large = arrange((2, 8, 8, 1), 760, 620), arrange((2, 8, 8, 1), 1900, 1250)
    assert [column.tile for column in usual.columns] == [TILE] * 4
    assert [column.tile for column in large.columns] == [1.5 * TILE] * 4
    assert [column.tile for column in arrange((2, 8, 8, 1), 1000, 1250).columns] == [TILE] * 4
    assert [column.tile for column in arrange((2, 17, 8, 1), 1900, 1250).columns] == [TILE] * 4


def test_eight_neurons_stay_in_sight_above_an_open_page_in_a_small_window():
    assert not any(column.gathered for column in arrange((2, 8, 8, 1), 632, 241).columns)
    assert any(column.gathered for column in arrange((2, 9, 8, 1), 632, 200).columns)
