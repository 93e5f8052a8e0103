"""Links of TensorFlow Playground in the window: pasted, opened, copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox

from engine.files.playground.link import is_link, read_link
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.open_link import OpenLinkDialog
from ui.looks import theme
from ui.wording.link_text import facts_of

LINK = (
    "https://playground.tensorflow.org/#activation=relu&regularization=L1&batchSize=30&dataset=spiral"
    "&learningRate=0.1&regularizationRate=0.003&noise=15&networkShape=5,3&seed=0.11803&showTestData=true"
    "&percTrainData=70&sinX=true&noise_hide=true&batchSize_hide=true"
)


@pytest.fixture
def dialog(qtbot, themed):
    def make(text):
        dialog = OpenLinkDialog(text)
        qtbot.addWidget(dialog)
        dialog.set_theme(theme.LIGHT)
        dialog.show()
        return dialog

    return make


def test_dialog_says_in_words_what_will_open(dialog):
    shown = dialog(LINK)
    assert shown.facts.texts() == (
        "What will open",
        *("Data", "Spiral · 500 points · 15 % noise · 30 % to test on"),
        *("Inputs", "x₁, x₂, sin x₁"),
        *("Network", "5, 3 neurons · ReLU · initial weights: uniform"),
        *("Training", "SGD · learning rate 0.1 · batches of 30 · ½ squared error"),
        *("Regularizer", "L1 · 0.003"),
        *("Seed", "11803"),
        *("Shown", "train points · test points · hidden: Noise, Batch size"),
    )
    assert shown.notes.text().splitlines() == list(read_link(LINK).notes)
    assert shown.open_button.isEnabled()
    assert shown.link == read_link(LINK)
    assert not shown.problem.isVisible()


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("networkShape=", ("Network", "no hidden layer · initial weights: uniform")),
        ("initZero=true", ("Network", "4, 2 neurons · Tanh · initial weights: zeros")),
        ("batchSize=250", ("Training", "SGD · learning rate 0.03 · full batches · ½ squared error")),
        ("noise_hide=true&discretize=true", ("Shown", "train points · hard boundary · hidden: Noise")),
        ("problem=regression", ("Data", "Plane · 1,200 points · 0 % noise · 50 % to test on")),
        ("regularizationRate=1", ("Regularizer", "None")),
    ],
)
def test_words_for_what_is_special(text, fact):
    assert fact in facts_of(read_link("#" + text).experiment)


def test_dialog_follows_the_field(dialog, qtbot):
    shown = dialog("")
    assert not shown.open_button.isEnabled()
    assert not shown.problem.isVisible() and not shown.facts.isVisible()  # empty is no mistake
    assert "before anything is opened" in shown.notes.text()
    qtbot.keyClicks(shown.field, "batchSize=ten&noise=a")
    assert shown.problem.text().splitlines() == [
        "noise=a: must be a number",
        "batchSize=ten: must be a whole number from 1 on",
    ]
    assert shown.field.accessibleDescription() == shown.problem.text()
    assert not shown.notes.isVisible()
    assert shown.problem.isVisible() and not shown.open_button.isEnabled() and shown.link is None
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)  # nothing to open
    assert shown.isVisible()
    shown.field.setPlainText("batchSize=10")
    assert not shown.problem.isVisible() and shown.open_button.isEnabled()
    size = shown.size()
    shown.field.setPlainText("batchSize=x")
    assert shown.size() == size
    shown.field.setPlainText("batchSize=5")
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    assert shown.result() == OpenLinkDialog.DialogCode.Accepted
    assert shown.link.experiment.training.batch_size == 5


def test_everything_in_the_dialog_is_reached_by_tab(dialog, qtbot):
    shown = dialog(LINK)
    shown.field.setFocus()
    reached = set()
    for _ in range(6):
        reached.add(shown.focusWidget())
        qtbot.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
    cancel = shown.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    assert {shown.field, shown.open_button, cancel} <= reached
    assert shown.field.accessibleName() and shown.field.toolTip()


def test_a_copied_link_stands_in_the_field_and_opens(window, answer, qtbot):
    QGuiApplication.clipboard().setText(LINK)
    seen = []

    def accept(dialog):
        seen.append(dialog.field.toPlainText())
        dialog.open_button.click()

    answer(accept)
    window.commands["open_link"].trigger()
    assert seen == [LINK]
    assert window.document.experiment == read_link(LINK).experiment
    assert not window.document.edited
    assert window.document.undo_stack.count() == 0
    assert "open" in window.status.message.full_text()
    count = len(window.frames)
    qtbot.waitUntil(
        lambda: any(f.experiment == window.document.experiment for f in window.frames[count:]), timeout=30_000
    )


@pytest.mark.parametrize("copied", ["", "hello", "x=1&y=2", "https://example.org/", "a" * 100_000])
def test_something_else_that_was_copied_is_left_out(window, answer, copied):
    QGuiApplication.clipboard().setText(copied)
    before = window.document.experiment

    def cancel(dialog):
        assert dialog.field.toPlainText() == ""
        dialog.reject()

    answer(cancel)
    window.commands["open_link"].trigger()
    assert window.document.experiment is before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINK, True),
        (LINK.partition("#")[2], True),
        ("https://playground.tensorflow.org", True),
        ("https://playground.tensorflow.org/", True),
        ("https://playground.tensorflow.org.example.org/", False),
        ("https://example.org/lesson", False),
        ("#noise=5", True),
        ("noise=5", False),
        ("ftp://x/#noise=5", False),
    ],
)
def test_what_looks_like_a_link(text, said):
    assert is_link(text) == said


def test_unsaved_edits_are_asked_about_first(window, answer):
    QGuiApplication.clipboard().setText(LINK)
    window.commands["add_layer"].trigger()
    edited = window.document.experiment

    def cancel(box):
        assert isinstance(box, QMessageBox)
        box.button(QMessageBox.StandardButton.Cancel).click()

    answer(lambda dialog: dialog.open_button.click(), cancel)
    window.commands["open_link"].trigger()
    assert window.document.experiment is edited

    def discard(box):
        box.button(QMessageBox.StandardButton.Discard).click()

    answer(lambda dialog: dialog.open_button.click(), discard)
    window.commands["open_link"].trigger()
    assert window.document.experiment == read_link(LINK).experiment


def test_link_of_the_document_is_copied(window):
    experiment = read_link(LINK).experiment
    window.document.replace(experiment)
    window.commands["copy_link"].trigger()
    assert read_link(QGuiApplication.clipboard().text()).experiment == experiment
    assert window.status.message.full_text().startswith("The link is copied. ")
    assert "L1" in window.status.message.full_text()


def test_every_reason_why_there_is_no_link_is_told(window, answer):
    QGuiApplication.clipboard().setText("as before")

    def read(dialog):
        assert isinstance(dialog, ProblemDialog)
        lines = dialog.text.toPlainText().splitlines()
        dialog.accept()
        assert "optimizer: it is plain SGD in TensorFlow Playground, not Adam" in lines
        assert "loss: it is half the squared error in TensorFlow Playground, not Cross-entropy" in lines
        assert len(lines) >= 3

    answer(read)
    window.commands["copy_link"].trigger()
    assert QGuiApplication.clipboard().text() == "as before"
