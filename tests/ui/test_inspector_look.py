"""How the inspector looks: nothing is cut, nothing overlaps, everything is reached and named."""

from __future__ import annotations

import itertools

import pytest
from inspector_page import KEYS, Page
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.initializers import INITIALIZERS
from ui.widgets.themed import focusable

pytestmark = [
    pytest.mark.usefixtures("themed"),
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),  # the offscreen platform cannot
]


@pytest.mark.parametrize("size", [(780, 220), (620, 200), (440, 200)])
@pytest.mark.parametrize("layers", [(0,), (0, 1), (2,), (3,), (0, 1, 2), (0, 1, 2, 3), ()])
def test_nothing_is_cut_at_the_sides(qtbot, size, layers):
    page = Page(qtbot, layers=layers, size=size)
    body = page.panel.area.widget()
    QApplication.processEvents()
    assert body.width() <= page.panel.area.viewport().width()
    for control in focusable(body):
        if control.isVisible():
            left = control.mapTo(body, QPoint(0, 0))
            assert left.x() >= 0
            assert left.x() + control.width() <= body.width()
            assert left.y() + control.height() <= body.height()
    for label in body.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap():
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()
    for combo in body.findChildren(QComboBox):
        if combo.isVisible():
            text = combo.currentText() or combo.placeholderText()
            assert combo.fontMetrics().horizontalAdvance(text) <= combo.width() - 30, text


@pytest.mark.parametrize("table", ["activation", "initializer"])
def test_the_names_of_all_numbers_have_their_room(qtbot, table):
    page = Page(qtbot, layers=(0,), size=(620, 200))
    rows = (
        [page.fields.activation] if table == "activation" else [page.fields.initializer, page.fields.biases]
    )
    for entry in ACTIVATIONS if table == "activation" else INITIALIZERS:
        for row in rows:
            page.choose(row.box, entry.key())
            for label in row.form.findChildren(QLabel):
                if not label.isHidden():
                    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()


def colours(box):
    """Return how many colours there are where a list writes its choice."""
    image = box.grab().toImage()
    return len({image.pixelColor(x, image.height() // 2).name() for x in range(8, 40)})


def test_the_word_for_several_choices_is_painted(qtbot):
    page = Page(qtbot, layers=(0, 1))
    for box in (page.fields.activation.box, page.chooser.box):
        assert box.currentIndex() == -1
        assert colours(box) > 3
        box.setPlaceholderText(" ")  # with none at all the first entry would be chosen
        assert colours(box) == 1


def test_a_mixed_slider_shows_no_value_but_where_the_keyboard_is(qtbot):
    page = Page(qtbot, layers=(0, 1))
    slider = page.fields.dropout.slider
    mixed = slider.grab().toImage()
    slider.setFocus()
    assert slider.grab().toImage() != mixed
    page.panel.architecture.edit.setFocus()
    assert slider.grab().toImage() == mixed
    page.panel.show_layers((0,))
    assert slider.grab().toImage() != mixed


def test_nothing_moves_when_the_scroll_bar_comes(qtbot):
    page = Page(qtbot, layers=(0,), size=(780, 300))
    bar = page.panel.area.verticalScrollBar()
    assert not bar.isVisible()
    before = [(c.mapTo(page.panel, QPoint(0, 0)).x(), c.width()) for c in focusable(page.fields)]
    page.panel.resize(780, 130)
    qtbot.waitUntil(bar.isVisible)
    after = [(c.mapTo(page.panel, QPoint(0, 0)).x(), c.width()) for c in focusable(page.fields)]
    assert after == before


def test_no_two_controls_overlap(qtbot):
    page = Page(qtbot, layers=(0,), size=(620, 200))
    body = page.panel.area.widget()
    boxes = [c for c in focusable(body) if c.isVisible()]
    for one, other in itertools.combinations(boxes, 2):
        if not (one.isAncestorOf(other) or other.isAncestorOf(one)):
            first = one.rect().translated(one.mapTo(body, QPoint(0, 0)))
            second = other.rect().translated(other.mapTo(body, QPoint(0, 0)))
            assert not first.intersects(second), (one.accessibleName(), other.accessibleName())


def test_every_control_has_a_name_and_a_tooltip(qtbot):
    page = Page(qtbot, layers=(0,))
    for control in focusable(page.panel):
        if not control.isVisible() or control.window() is not page.panel:
            continue
        assert control.accessibleName(), control
        above = control
        while not above.toolTip() and above is not page.panel:
            above = above.parentWidget()
        assert above.toolTip(), control.accessibleName()


def test_tab_goes_through_everything_from_the_top(qtbot):
    page = Page(qtbot, layers=(0,))
    page.panel.architecture.edit.setFocus()
    names = []
    for _ in range(40):
        widget = QApplication.focusWidget()
        name = widget.accessibleName() + (" value" if isinstance(widget, QLineEdit) else "")
        if names and name == names[0]:
            break
        names.append(name)
        qtbot.keyClick(widget, KEYS.Key_Tab)
    assert names == [
        "Hidden layers as text value",
        "Layer",
        "Duplicate",
        "Remove",
        "Re-initialise",
        "Neurons",
        "Neurons value",
        "Activation",
        "Negative slope",
        "Negative slope value",
        "Normalization",
        "Dropout",
        "Dropout value",
        "Initializer",
        "Gain",
        "Gain value",
        "Biases",
        "Initial bias",
        "Initial bias value",
        "Residual",
        "Frozen",
        "Muted",
    ]
