"""Choices and the forms of catalog entries."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from engine.catalog.datasets import Blobs
from engine.catalog.entry import Entry
from engine.catalog.losses import LOSSES, CrossEntropy, HalfSquaredError
from engine.catalog.optimizers import OPTIMIZERS, Adam, Sgd
from tests.ui.controls import LEFT, collect, shown
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.themed import focusable
from ui.wording.texts import entry_tip


def test_a_choice_box_tells_only_what_a_user_picks(qtbot):
    box = shown(qtbot, ChoiceBox(LOSSES))
    chosen = collect(box.chosen)
    box.set_current("cross_entropy")
    assert box.currentText() == "Cross-entropy"
    box.set_table(LOSSES[:2])
    assert chosen == []
    box.set_current("mse")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == ["half_squared_error"]


def test_a_refused_choice_cannot_be_picked_and_says_why(qtbot):
    box = shown(qtbot, ChoiceBox((HalfSquaredError, CrossEntropy)))
    box.set_current("half_squared_error")
    box.set_refusals({"cross_entropy": "needs probabilities"})
    chosen = collect(box.chosen)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == []
    index = box.findData("cross_entropy")
    assert "needs probabilities" in box.itemData(index, Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("entry", [*OPTIMIZERS, *LOSSES], ids=lambda entry: entry.key())
def test_a_tooltip_teaches_formula_advice_and_pitfall(entry):
    tip = entry_tip(entry)
    for text in (entry.label, entry.advice, entry.pitfall):
        assert text.split("<")[0][:20].replace("'", "&#x27;") in tip


def test_a_form_edits_one_parameter_and_keeps_the_others(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 200)
    form.set_entry(Sgd(learning_rate=0.03, momentum=0.5))
    edits = collect(form.entryEdited)
    slider = form.row("momentum").slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert edits[-1][0] == Sgd(learning_rate=0.03, momentum=0.999999)
    assert edits[-1][1] == "Momentum"
    box = form.row("nesterov").findChildren(QWidget)[-1]
    qtbot.mouseClick(box, LEFT, pos=QPoint(6, box.height() // 2))
    assert edits[-1][0] == Sgd(learning_rate=0.03, momentum=0.999999, nesterov=True)


def test_a_form_for_another_entry_has_its_rows_and_tells_nothing(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 300)
    edits = collect(form.entryEdited)
    form.set_entry(Sgd())
    form.set_entry(Adam(learning_rate=0.5))
    assert form.row("learning_rate").value() == 0.5
    assert form.row("beta2").edit.text() == "0.999"
    with pytest.raises(KeyError):
        form.row("momentum")
    assert edits == []


def test_whole_numbers_stay_whole(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 200)
    form.set_entry(Blobs())
    edits = collect(form.entryEdited)
    qtbot.keyClick(form.row("classes").slider, Qt.Key.Key_Right)
    assert edits[-1][0].classes == 4
    assert type(edits[-1][0].classes) is int


def test_a_folded_row_shows_when_unfolded_or_unusual(qtbot):
    form = shown(qtbot, ParameterForm(folded=frozenset({"beta1", "beta2", "epsilon"})), 240, 300)
    form.set_entry(Adam())
    assert not form.row("beta1").isVisible()
    form.set_entry(Adam(beta1=0.5))
    assert form.row("beta1").isVisible()
    assert not form.row("beta2").isVisible()
    form.set_unfolded(True)
    assert form.row("beta2").isVisible()


def test_what_stands_below_a_parameter_stays_there_for_another_entry(qtbot):
    below = QWidget()
    below.setFixedHeight(13)
    form = shown(qtbot, ParameterForm(below={"learning_rate": below}), 240, 200)
    form.set_entry(Adam())
    below.show()
    for entry in (Sgd(), Adam(), Sgd()):
        form.set_entry(entry)
        form.layout().activate()
        first, second = form.rows()[:2]
        assert first.geometry().bottom() < below.y() < second.y()


def test_a_form_without_a_row_in_sight_takes_no_room(qtbot):
    form = ParameterForm(folded=frozenset({"beta1", "beta2", "epsilon", "learning_rate"}))
    shown(qtbot, form, 240, 200)
    form.set_entry(Adam())
    assert form.isHidden()
    form.set_unfolded(True)
    assert not form.isHidden()


def test_folded_parameters_come_last(qtbot):
    form = shown(qtbot, ParameterForm(folded=frozenset({"learning_rate"})), 240, 200)
    form.set_entry(Adam())
    assert [row.objectName() for row in form.rows()] == ["beta1", "beta2", "epsilon", "learning_rate"]


class Worded(Entry):
    kind: Literal["worded"] = "worded"
    label = "Worded"
    form: Literal["gradient", "velocity"] = "gradient"


def test_words_are_chosen_from_a_list_that_tab_passes_over(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 100)
    form.set_entry(Worded())
    edits = collect(form.entryEdited)
    (combo,) = focusable(form)  # not its list, which is a window of its own
    assert [combo.itemText(i) for i in range(combo.count())] == ["Gradient", "Velocity"]
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert edits == [(Worded(form="velocity"), "Form")]
