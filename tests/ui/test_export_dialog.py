"""The export dialog: every format with a preview, refusals in words, files while training goes on."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from engine import Experiment, Trainer
from engine.files.export.formats import FORMATS
from engine.files.export.portable import portable
from ui.commands.exporting import offered_name
from ui.dialogs.export import ExportDialog

SMALL = {"data": "rings", "network": {"layers": [{"units": 3}]}}
LARGE = {"network": {"layers": [{"units": 300}, {"units": 300}]}}


def dialog_for(qtbot, document, suffix=".onnx"):
    trainer = Trainer(Experiment.parse(document))
    dialog = ExportDialog(portable(trainer), suffix)
    qtbot.addWidget(dialog)
    return dialog


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_every_format_explains_itself_and_shows_what_the_file_holds(qtbot, kind):
    dialog = dialog_for(qtbot, SMALL, kind.suffix)
    assert dialog.chosen is kind
    assert kind.label in dialog.head.text() and kind.suffix in dialog.head.text()
    assert dialog.advice.text() == kind.advice
    assert dialog.save.isEnabled()
    text = dialog.preview.toPlainText()
    assert len(text) > 50
    if kind.binary:
        assert "layers.0.weight" in text and "the probability of 0, 1, 2" in text
    else:
        assert text.startswith(kind.render(dialog._network, dialog_shown()).decode()[:500])
    assert dialog.copy.isEnabled() != kind.binary


def dialog_shown():
    from ui.dialogs.export import SHOWN

    return SHOWN


def test_a_copied_text_says_that_it_was_not_checked(qtbot):
    dialog = dialog_for(qtbot, SMALL, ".py")
    dialog.copy.click()
    assert "the preview, not an exported file" in QGuiApplication.clipboard().text()
    assert "clipboard" in dialog.outcome.text()


def test_what_a_format_cannot_hold_is_said_before_a_file_is_asked_for(qtbot):
    dialog = dialog_for(qtbot, LARGE, ".tex")
    assert not dialog.save.isEnabled() and not dialog.copy.isEnabled()
    assert "12" in dialog.outcome.text()
    assert dialog.preview.toPlainText() == ""
    dialog.choose(".onnx")
    assert dialog.save.isEnabled()
    assert dialog.outcome.text() == ""


def test_a_large_network_is_not_previewed_number_by_number(qtbot):
    dialog = dialog_for(qtbot, LARGE, ".py")
    assert "too many for a preview" in dialog.preview.toPlainText()


def test_nothing_else_can_be_begun_while_a_file_is_written(qtbot):
    dialog = dialog_for(qtbot, SMALL)
    dialog.show_busy(True)
    assert not dialog.save.isEnabled() and not dialog.formats.isEnabled()
    dialog.show_refused(["w.onnx: no"])
    assert dialog.save.isEnabled() and dialog.formats.isEnabled()
    assert dialog.outcome.text() == "w.onnx: no"
    dialog.show_exported("Written")
    assert dialog.outcome.text() == "Written"


def test_its_controls_have_names_and_teach(qtbot):
    dialog = dialog_for(qtbot, SMALL)
    for control in (dialog.formats, dialog.preview):
        assert control.accessibleName() and control.toolTip()
    for button in (dialog.save, dialog.copy):
        assert button.text() and button.toolTip()


def test_all_formats_are_in_sight(qtbot, themed):
    dialog = dialog_for(qtbot, SMALL)
    dialog.show()
    assert not dialog.formats.verticalScrollBar().isVisible()


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_nothing_is_cut_where_it_is_as_small_as_it_gets(qtbot, themed, kind):
    dialog = dialog_for(qtbot, SMALL, kind.suffix)
    dialog.show()
    dialog.resize(100, 100)
    qtbot.waitUntil(lambda: dialog.size() == dialog.minimumSize())
    assert dialog.preview.height() >= 8 * dialog.preview.fontMetrics().lineSpacing()
    for text in (dialog.state, dialog.advice, dialog.notes, dialog.outcome):
        assert text.isHidden() or text.height() >= text.heightForWidth(text.width()), text.text()


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.suffix)
def test_files_of_code_are_offered_under_a_name_that_imports(kind):
    is_code = kind.suffix in (".py", ".torch.py", ".keras.py", ".js", ".h")
    assert offered_name("Two spirals", kind.suffix) == ("two_spirals" if is_code else "two-spirals")
