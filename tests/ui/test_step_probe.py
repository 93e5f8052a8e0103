"""The probe point of the field, walked with instead of a row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine.walkthrough import Request, drawn_row
from tests.ui.walker import SMALL, Walker

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def walker(qtbot):
    return Walker(qtbot)


def test_a_point_of_one_s_own_has_a_target_to_choose(walker):
    sample = walker.panel.sample
    probe = sample.part.button("probe")
    assert not probe.isEnabled()
    walker.panel.show_probe((0.5, -0.25))
    assert probe.isEnabled() and not walker.asked
    walker.click(probe)
    assert sample.target_class.isVisible() and not sample.row.isVisible()
    sample.target_class.setFocus()
    walker.qtbot.keyClick(sample.target_class, Qt.Key.Key_Down)
    assert [request.target for request in walker.asked] == [0, 1]
    assert all(request.inputs == (0.5, -0.25) and request.row is None for request in walker.asked)
    assert sample._title.note.text() == "(0.5, −0.25)"
    walker.panel.show_probe((0.125, -0.25))
    walker.click(probe)
    assert walker.asked[-1] == Request(row=None, inputs=(0.125, -0.25), target=1)
    walker.click(sample.next_row)
    assert walker.asked[-1].row == 0 and sample.row.isVisible()
    assert sample.part.current() == "train"


def test_from_the_probe_point_one_comes_back_to_the_rows(walker):
    sample = walker.panel.sample
    walker.panel.show_probe((0.5, -0.25))
    for act, asked in (
        (lambda: walker.click(sample.part.button("test")), Request("test", 0)),
        (lambda: walker.click(sample.draw), Request("test", drawn_row(4, 20, 0))),
        (lambda: walker.panel.show_picked("train", 7), Request("train", 7)),
        (lambda: walker.click(sample.next_row), Request("train", 7)),
    ):
        walker.click(sample.part.button("probe"))
        act()
        assert walker.asked[-1] == asked
        assert sample.row.isVisible() and not sample.target_class.isVisible()
        assert sample.part.current() == asked.part


def test_the_probe_point_needs_no_more_room_than_a_row(walker):
    before = walker.draw().minimumSizeHint()
    walker.panel.show_probe((-123.456, -0.0213))
    walker.click(walker.panel.sample.part.button("probe"))
    walker.qtbot.waitUntil(lambda: walker.panel.minimumSizeHint().height() <= before.height())
    note = walker.panel.sample._title.note
    assert note.width() >= note.sizeHint().width()


def test_a_probe_point_that_is_removed_or_of_other_data_is_not_offered(walker):
    panel, probe = walker.panel, walker.panel.sample.part.button("probe")
    panel.show_probe((0.5, -0.25))
    panel.show_probe(None)
    assert not probe.isEnabled()
    panel.show_probe((0.5,))
    assert not probe.isEnabled()


def test_a_probe_point_that_is_removed_while_it_is_walked_with_keeps_its_place(walker):
    panel, probe = walker.panel, walker.panel.sample.part.button("probe")
    panel.show_probe((0.5, -0.25))
    walker.click(probe)
    panel.show_probe(None)
    walker.click(probe)
    assert walker.asked[-1].inputs == (0.5, -0.25)
    panel.sample.draw.setFocus()
    walker.qtbot.keyClick(panel.sample.draw, Qt.Key.Key_Backtab)
    walker.qtbot.keyClick(panel.sample.target_class, Qt.Key.Key_Backtab)
    assert probe.hasFocus()
    walker.click(panel.sample.part.button("train"))
    assert not probe.isEnabled() and panel.sample.row.isVisible()


def test_a_regression_has_a_value_for_its_target(qtbot):
    walker = Walker(qtbot, SMALL | {"data": {"kind": "reg_plane", "samples": 40}})
    sample = walker.panel.sample
    walker.panel.show_probe((0.5, -0.25))
    walker.click(sample.part.button("probe"))
    assert sample.target_value.isVisible()
    sample.target_value.setFocus()
    sample.target_value.selectAll()
    walker.qtbot.keyClicks(sample.target_value, "1,5")
    walker.qtbot.keyClick(sample.target_value, Qt.Key.Key_Return)
    assert walker.asked[-1] == Request(row=None, inputs=(0.5, -0.25), target=(1.5,))
    assert sample.target_value.text() == "1.5"
