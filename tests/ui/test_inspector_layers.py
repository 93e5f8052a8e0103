"""Which layers the inspector is about, and what is done with them as a whole."""

from __future__ import annotations

import pytest
from inspector_page import KEYS, THREE, Page
from PySide6.QtWidgets import QApplication

from engine.experiment import MAX_LAYERS, Experiment, Layer, Network
from engine.weight_edits import Redraw

pytestmark = [
    pytest.mark.usefixtures("themed"),
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),  # the offscreen platform cannot
]


# Which layers


def test_with_nothing_selected_a_sentence_says_how_to_select(qtbot):
    page = Page(qtbot)
    assert page.panel.nothing.isVisible()
    assert "layer's name" in page.panel.nothing.text()
    assert not page.fields.isVisible()
    assert page.chooser.box.currentIndex() == -1
    assert not any(b.isVisible() for b in (page.chooser.duplicate, page.chooser.remove, page.chooser.redraw))


def test_the_list_offers_every_layer_the_output_and_all(qtbot):
    page = Page(qtbot)
    box = page.chooser.box
    names = [box.itemText(i) for i in range(box.count())]
    assert names == ["Layer 1", "Layer 2", "Layer 3", "Output", "Hidden layers"]


def test_choosing_in_the_list_by_keys_shows_the_layer_and_tells_it(qtbot):
    page = Page(qtbot)
    page.chooser.box.setFocus()
    for _ in range(2):
        qtbot.keyClick(page.chooser.box, KEYS.Key_Down)
    assert page.picked == [(0,), (1,)]
    assert page.fields.isVisible()
    assert page.fields.units.value() == 6
    qtbot.keyClick(page.chooser.box, KEYS.Key_End)
    assert page.picked[-1] == (0, 1, 2)
    assert page.asked == []


def test_what_the_diagram_selects_is_shown_and_told_to_nobody(qtbot):
    page = Page(qtbot, layers=(0,))
    assert page.chooser.box.currentText() == "Layer 1"
    page.panel.show_layers((0, 2))
    assert page.chooser.box.currentIndex() == -1
    assert page.chooser.box.placeholderText() == "2 layers"
    page.panel.show_layers(())
    assert page.panel.nothing.isVisible()
    assert page.picked == page.asked == []


@pytest.mark.parametrize(
    ("shown", "network", "left"),
    [
        ((0, 3), Network(layers=THREE.layers[:2]), (0,)),
        ((1, 3), Network(layers=THREE.layers[:2]), (1,)),
        ((1, 3), Network(layers=(*THREE.layers, Layer())), (1, 3)),
        ((0,), Network(layers=()), (0,)),
        ((3,), Network(layers=()), ()),
    ],
)
def test_layers_that_are_gone_are_shown_no_more(qtbot, shown, network, left):
    page = Page(qtbot, layers=shown)
    page.panel.show_experiment(Experiment(network=network))
    assert page.panel.layers() == left


def test_a_key_that_opens_the_page_leads_to_the_first_setting(qtbot):
    page = Page(qtbot)
    for layers, name in (((), "Layer"), ((1,), "Neurons"), ((3,), "Activation")):
        page.panel.show_layers(layers)
        page.panel.begin()
        assert QApplication.focusWidget().accessibleName() == name


# The buttons


def test_duplicate_and_remove_keep_what_they_do_not_touch(qtbot):
    page = Page(qtbot, layers=(1,))
    page.click(page.chooser.duplicate)
    assert [layer.units for layer in page.layers] == [8, 6, 6, 6]
    assert page.asked[0][2].layers == (0, 1, 1, 2)
    page.panel.show_layers((0, 3))
    page.click(page.chooser.remove)
    assert page.layers == (THREE.layers[1], THREE.layers[1])
    assert page.asked[1][2].layers == (1, 2)
    assert page.texts == ["Duplicate layer 2", "Remove 2 layers"]
    assert page.picked == [(2,), (0,)]


@pytest.mark.parametrize(("chosen", "copies"), [((1,), (2,)), ((0, 2), (1, 4)), ((0, 1, 3), (1, 3))])
def test_the_copies_are_shown_and_selected_then(qtbot, chosen, copies):
    page = Page(qtbot, layers=chosen)
    page.click(page.chooser.duplicate)
    assert page.panel.layers() == copies
    assert page.picked == [copies]
    refused = Page(qtbot, layers=chosen, accepts=False)
    refused.click(refused.chooser.duplicate)
    assert refused.panel.layers() == chosen and refused.picked == []


def test_what_takes_the_place_of_a_removed_layer_is_shown_then(qtbot):
    page = Page(qtbot, layers=(2,))
    for shown in ((1,), (0,)):
        page.click(page.chooser.remove)
        assert page.panel.layers() == page.picked[-1] == shown
    page.click(page.chooser.remove)
    assert page.layers == () and len(page.picked) == 2
    refused = Page(qtbot, layers=(2,), accepts=False)
    refused.click(refused.chooser.remove)
    assert refused.panel.layers() == (2,) and refused.picked == []


def test_there_is_no_more_room_for_a_copy(qtbot):
    full = Network(layers=tuple(Layer(units=2) for _ in range(MAX_LAYERS)))
    page = Page(qtbot, Experiment(network=full), layers=(0,))
    assert not page.chooser.duplicate.isEnabled()
    assert "at most 16" in page.chooser.duplicate.toolTip()


def test_layers_are_drawn_anew_in_one_step(qtbot):
    page = Page(qtbot, layers=(0, 3))
    page.click(page.chooser.redraw)
    page.panel.show_layers((3,))
    page.click(page.chooser.redraw)
    assert page.weights == [
        (Redraw((0, 3)), "Re-initialise 2 layers"),
        (Redraw((3,)), "Re-initialise output"),
    ]
    assert page.asked == []


# The text above


def test_the_line_of_layers_edits_the_network(qtbot):
    page = Page(qtbot)
    edit = page.panel.architecture.edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "3x4 relu")
    qtbot.keyClick(edit, KEYS.Key_Return)
    assert [layer.units for layer in page.layers] == [4, 4, 4]
    assert page.texts == ["Layers"]
