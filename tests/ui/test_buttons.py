"""Segments and chips: what a click and the arrow keys do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.ui.controls import LEFT, collect, shown
from ui.widgets.buttons import Chip, SegmentedControl
from ui.widgets.flow import FlowLayout


def test_a_segment_is_chosen_by_click_and_by_arrow(qtbot):
    control = shown(qtbot, SegmentedControl((("a", "A", ""), ("b", "B", ""), ("c", "C", ""))))
    chosen = collect(control.chosen)
    control.set_current("a")
    assert chosen == []
    qtbot.mouseClick(control.button("b"), LEFT)
    qtbot.keyClick(control.button("b"), Qt.Key.Key_Right)
    assert chosen == ["b", "c"]
    assert control.current() == "c"


def test_a_locked_chip_stays_on_and_says_why(qtbot):
    chip = shown(qtbot, Chip("x₁"), 40)
    chip.show_checked(True)
    chip.set_locked("the last one")
    qtbot.mouseClick(chip, LEFT)
    assert chip.isChecked()
    chip.set_locked("")
    qtbot.mouseClick(chip, LEFT)
    assert not chip.isChecked()


def test_chips_wrap_into_lines_that_fit(qtbot):
    body = QWidget()
    flow = FlowLayout(body)
    chips = [Chip(f"sin x{i}") for i in range(12)]
    for chip in chips:
        flow.addWidget(chip)
    shown(qtbot, body, 200, 400)
    assert all(chip.geometry().right() <= 200 for chip in chips)
    lines = {chip.y() for chip in chips}
    assert len(lines) > 1
    assert flow.heightForWidth(200) == max(lines) + Chip.HEIGHT
    assert flow.heightForWidth(2000) == Chip.HEIGHT
