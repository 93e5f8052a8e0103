"""The experiment's title: edited in a dialog, undone, and borne by what leaves the window."""

from __future__ import annotations

import pytest
from on_screen import next_frame
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from engine.changes import Change, classify
from engine.experiment import Experiment
from ui.dialogs.title import TitleDialog


def _typed(text):
    def act(dialog):
        assert isinstance(dialog, TitleDialog), dialog
        QTest.keyClicks(dialog.field, text)  # what was there is selected
        dialog.accept_button.click()

    return act


def test_the_title_is_edited_and_undone(window, answer):
    before = window.document.experiment
    answer(_typed("  My spirals "))
    window.commands["edit_title"].trigger()
    after = window.document.experiment
    assert after.title == "My spirals"
    assert classify(before, after) is Change.VIEW
    assert after.edited(title=before.title) == before
    assert window.windowTitle() == "My spirals — edited — Unfold"
    assert window.document.undo_stack.undoText() == "Title"
    window.document.undo_stack.undo()
    assert window.document.experiment == before
    assert window.windowTitle() == "Two spirals — Unfold"


def test_a_new_title_says_nothing_to_the_run_but_its_report_bears_it(window, qtbot):
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    window.intents.edit_title("My spirals")
    told = []
    window.session.ask(lambda trainer, _history: (trainer.experiment.title, trainer.epoch), told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [("My spirals", 1)]


def test_the_title_stays_when_the_data_change_or_a_file_names_the_window(window, tmp_path):
    window.data_panel.tiles["circle"].click()
    assert window.document.experiment.title == "Two spirals"
    window.files.saving.write(tmp_path / "mine.json")
    assert window.windowTitle() == "mine — Unfold"
    assert Experiment.load(tmp_path / "mine.json").title == "Two spirals"


def test_a_cancelled_dialog_changes_nothing(window, answer):
    def cancel(dialog):
        QTest.keyClicks(dialog.field, "Other")
        dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel).click()

    before = window.document.experiment
    answer(cancel)
    window.commands["edit_title"].trigger()
    assert window.document.experiment is before


@pytest.fixture
def dialog(qtbot, themed):
    def make(title, path=None):
        dialog = TitleDialog(title, path)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return make


def test_an_empty_title_is_none(dialog):
    shown = dialog("Mine")
    shown.field.selectAll()
    QTest.keySequence(shown.field, QKeySequence("Del"))
    assert not shown.accept_button.isEnabled()
    QTest.keyClicks(shown.field, "  ")
    assert not shown.accept_button.isEnabled()
    QTest.keyClicks(shown.field, "x")
    assert shown.accept_button.isEnabled()


def test_no_title_is_longer_than_an_experiment_takes(dialog):
    shown = dialog("Mine")
    QTest.keyClicks(shown.field, "x" * 210)
    assert Experiment(title=shown.title()).title == "x" * 200


def test_a_title_that_was_not_touched_stays_to_the_letter(dialog):
    assert dialog(" two\nlines ").title() == " two\nlines "


def test_the_dialog_says_who_bears_the_title_and_is_reached_by_keys(dialog, qtbot, tmp_path):
    assert "until there is a file" in dialog("Mine").note.text()
    shown = dialog("Mine", tmp_path / "a.unfold")
    assert "name of the file" in shown.note.text()
    assert shown.field.accessibleName() and shown.field.toolTip()
    assert shown.field.accessibleDescription() == shown.note.text()
    assert shown.focusWidget() is shown.field
    assert shown.field.selectedText() == "Mine"
    reached = set()
    for _ in range(4):
        reached.add(shown.focusWidget())
        qtbot.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
    assert {shown.field, shown.accept_button} < reached
