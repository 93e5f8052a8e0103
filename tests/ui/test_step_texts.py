"""What a step of the walk says, and what it points at on the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication

from engine.walkthrough import plain
from tests.ui.walker import SMALL, Walker
from ui.panels.step_through import markup

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def walker(qtbot):
    return Walker(qtbot)


# What a step says


def test_a_step_shows_formula_numbers_and_a_large_result(walker):
    panel = walker.draw()
    walker.click(panel.controls.next)
    step = walker.walk.steps[1]
    assert panel.heading.title.text() == "Layer 1, neuron 1: weighted sum and activation"
    text = walker.text()
    for line in step.lines:
        assert markup.written(line.value, 4) in text
    assert "tanh" in text and "w1[1]" in text
    assert markup.written(step.result.value, 4) in panel.heading.result.text()
    assert panel.heading.result.font().pixelSize() > panel.heading.title.font().pixelSize()
    assert "Step 2 of" in panel.page.accessibleName()
    assert "z_1^[1] = w_1^[1] · a^[0] + b_1^[1]" in panel.page.accessibleDescription()


def test_digits_are_a_setting(walker):
    panel = walker.draw()
    walker.click(panel.controls.next)
    value = walker.walk.steps[1].result.value
    for digits in (2, 8):
        panel.sample.digits.setFocus()
        panel.sample.digits.selectAll()
        walker.qtbot.keyClicks(panel.sample.digits, str(digits))
        walker.qtbot.keyClick(panel.sample.digits, Qt.Key.Key_Return)
        assert panel.heading.result.text().endswith(f"= {markup.written(value, digits)}</span>")
        assert markup.written(value, digits) in walker.text()
    panel.sample.digits.selectAll()
    walker.qtbot.keyClicks(panel.sample.digits, "30")
    walker.qtbot.keyClick(panel.sample.digits, Qt.Key.Key_Return)
    assert panel.sample.digits.text() == "8"


def test_every_gradient_stands_beside_its_check(walker):
    panel = walker.draw()
    walker.click(panel.controls.phases.button("backward"))
    rows = walker.walk.steps[walker.walk.first("backward")].table.rows
    text = walker.text()
    assert text.count("✓ agrees") == len(rows) == 4
    assert markup.written(rows[0].check.below, 7) in text and "h = 0.0001" in text


def test_a_check_that_fails_is_said_in_words(walker):
    panel = walker.draw()
    step = walker.walk.steps[walker.walk.first("backward")]
    check = step.table.rows[0].check
    object.__setattr__(check, "gradient", check.gradient * 2)
    walker.click(panel.controls.phases.button("backward"))
    assert walker.text().count("✗ differs") == 1
    assert "a kink lies between" in walker.text()


def test_the_optimizer_s_memory_stands_before_and_after_and_rows_can_be_chosen(walker):
    panel = walker.draw()
    at = walker.walk.first("update") + 1
    walker.click(panel.controls.phases.button("update"))
    walker.click(panel.controls.next)
    row, other = walker.walk.steps[at].table.rows[:2]
    text = walker.text().replace("\u2009", " ")
    for cell in row.cells:
        assert plain(cell, 4) in text
    assert " → " in plain(row.cells[-1])
    new = [markup.written(line.value, 4) for line in other.lines if line.value is not None]
    assert not all(number in text for number in new)
    panel.page.anchorClicked.emit(QUrl("row:1"))
    assert panel.page.chosen() == 1
    chosen = walker.text()
    assert all(number in chosen for number in new)
    assert "▸" in chosen
    walker.click(panel.controls.next)
    assert panel.page.chosen() is None


def test_rows_can_be_chosen_by_keyboard(walker):
    panel = walker.draw()
    walker.click(panel.controls.phases.button("update"))
    walker.click(panel.controls.next)
    for _ in range(2):
        walker.key(Qt.Key.Key_Tab)
    walker.qtbot.keyClick(panel.page, Qt.Key.Key_Return)
    assert panel.page.chosen() == 1


def test_a_long_sum_is_shortened_and_whole_in_its_tooltip(qtbot):
    walker = Walker(qtbot, SMALL | {"network": {"layers": [{"units": 12}, {"units": 2}]}})
    panel = walker.draw()
    index = next(i for i, step in enumerate(walker.walk.steps) if step.units == ((2, 0),))
    for _ in range(index):
        walker.click(panel.controls.next)
    line = walker.panel.step.lines[0]
    assert "… (4 more: " in walker.text()
    tips = set()
    block = panel.page.document().begin()
    while block.isValid():
        tips |= {part.format.toolTip() for part in block.textFormats()}
        block = block.next()
    assert plain(line.full, 4) in tips


def test_a_step_can_be_copied_as_text(walker):
    panel = walker.draw()
    walker.click(panel.controls.phases.button("backward"))
    walker.click(panel.controls.copy)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Output: chain rule\n")
    assert "∂L/∂z_1^[2] = p_1 − t_1 = " in text
    assert "\tgradient\tL at −h\tL at +h\tslope\tcheck" in text
    assert panel.page.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


# The canvas


def test_every_step_points_at_its_neurons_and_links(walker):
    panel = walker.draw()
    for step in walker.walk.steps[1:]:
        walker.click(panel.controls.next)
        labels = {unit: markup.written(value, 4) for unit, value in step.labels.items()}
        assert walker.focus[-1] == (step.units, step.links, labels)


def test_the_numbers_on_the_canvas_have_as_many_digits(walker):
    panel = walker.draw()
    walker.click(panel.controls.next)
    walker.key(Qt.Key.Key_Up, panel.sample.digits)
    value = panel.step.labels[1, 0]
    assert walker.focus[-1][2][1, 0] == markup.written(value, 5)


def test_a_page_that_is_hidden_points_at_nothing(walker):
    panel = walker.draw()
    walker.click(panel.controls.next)
    panel.player.toggle()
    panel.hide()
    assert walker.focus[-1] == ((), (), None) and not panel.player.playing
    panel.show()
    assert walker.focus[-1][0] == panel.step.units
