"""Dialogs: names of files, questions, problems, and the import of tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from answers import pressed, typed
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QMessageBox, QPushButton, QToolButton

from engine.catalog.sources import CsvData
from engine.files.preview import read_preview
from ui.dialogs.csv_import import CsvImportDialog
from ui.dialogs.files import FileType, ask_open, ask_save, with_suffix
from ui.dialogs.messages import ProblemDialog, Unsaved, ask_unsaved
from ui.looks import theme
from ui.looks.theme import DARK, LIGHT

WEIGHTS = (FileType("Safetensors", ".safetensors"), FileType("NumPy archive", ".npz"))
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a", 0, "a.safetensors"),
        ("a", 1, "a.npz"),
        ("a.npz", 0, "a.npz"),
        ("a.NPZ", 0, "a.NPZ"),
        ("a.safetensors", 1, "a.safetensors"),
        ("my.model", 1, "my.model.npz"),
        ("a.txt", 0, "a.txt.safetensors"),
        (".npz", 1, ".npz.npz"),
    ],
)
def test_the_suffix_follows_what_is_typed_then_the_filter(name, kind, expected):
    assert with_suffix(Path("/x") / name, WEIGHTS, WEIGHTS[kind].filter) == Path("/x") / expected


def test_save_returns_what_is_typed(qtbot, answer, tmp_path):
    answer(typed(tmp_path / "mine.npz"))
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "weights") == tmp_path / "mine.npz"


def test_save_offers_a_name_with_the_usual_suffix(qtbot, answer, tmp_path):
    seen = []

    def look(dialog):
        seen.append(dialog.findChild(QLineEdit, "fileNameEdit").text())
        dialog.reject()

    answer(look)
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "two-spirals") is None
    assert seen == ["two-spirals.safetensors"]


def test_choosing_another_type_changes_the_suffix_on_show(qtbot, answer, tmp_path):
    def choose(dialog):
        dialog.selectNameFilter(WEIGHTS[1].filter)
        dialog.filterSelected.emit(WEIGHTS[1].filter)
        assert dialog.findChild(QLineEdit, "fileNameEdit").text() == "two-spirals.npz"
        dialog.accept()

    answer(choose)
    path = ask_save(None, "Export", WEIGHTS, str(tmp_path), "two-spirals")
    assert path == tmp_path / "two-spirals.npz"


def test_nothing_is_overwritten_unasked(qtbot, answer, tmp_path):
    (tmp_path / "a.npz").write_text("")
    answer(
        typed(tmp_path / "a.npz"),
        pressed(QMessageBox.StandardButton.Cancel),
        typed(tmp_path / "a.npz"),
        lambda box: next(b for b in box.buttons() if b.text() == "Replace").click(),
    )
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "a") == tmp_path / "a.npz"


def test_the_question_also_comes_where_the_suffix_was_added(qtbot, answer, tmp_path):
    (tmp_path / "a.b.safetensors").write_text("")
    answer(
        typed(tmp_path / "a.b"),
        pressed(QMessageBox.StandardButton.Cancel),
        lambda dialog: dialog.reject(),
    )
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "a") is None


@pytest.fixture
def qt_dialog(monkeypatch):
    """Ask by Qt's own dialog, as where no desktop offers one."""
    monkeypatch.setattr("ui.dialogs.files.sys.platform", "linux")
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)


def test_enter_saves_the_path_typed_whatever_folders_it_passes(qtbot, answer, qt_dialog, tmp_path):
    """The line loses the focus for a moment when keys come faster than the window system answers."""
    (tmp_path / "results").mkdir()
    path = tmp_path / "results" / "mine.npz"

    def act(dialog):
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.selectAll()
        dialog.findChild(QListView, "listView").setFocus()
        QTest.keyClicks(line, str(path))
        assert line.text() == str(path)
        assert dialog.selectedFiles() == [str(path)]
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert not dialog.isVisible()

    answer(act)
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "weights") == path


def test_enter_opens_the_path_typed_whatever_folders_it_passes(qtbot, answer, qt_dialog, tmp_path):
    path = tmp_path / "results" / "mine.npz"
    path.parent.mkdir()
    path.write_text("")

    def act(dialog):
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        dialog.findChild(QListView, "listView").setFocus()
        QTest.keyClicks(line, str(path)[:-1])
        line.setFocus()
        QTest.keyClicks(line, str(path)[-1])
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert not dialog.isVisible()

    answer(act)
    assert ask_open(None, "Import", WEIGHTS, str(tmp_path)) == path


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["backButton", "forwardButton", "toParentButton"])
def test_one_sees_the_arrows_of_the_dialog(qtbot, answer, themed, qapp, qt_dialog, tmp_path, colours, name):
    theme.apply(qapp, colours)
    contrasts = []

    def look(dialog):
        button = dialog.findChild(QToolButton, name)
        for enabled in (True, False):
            button.setEnabled(enabled)
            image = button.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
            pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
            inner = pixels[6 : image.height() - 6, 6 : image.width() - 6].astype(int)
            contrasts.append(np.abs(inner - np.median(inner)).max())
        dialog.reject()

    answer(look)
    ask_open(None, "Open", WEIGHTS, str(tmp_path))
    enabled, disabled = contrasts
    assert enabled > 100
    assert 30 < disabled < enabled


def test_no_popup_takes_the_focus_while_a_path_is_typed(qtbot, answer, qt_dialog, tmp_path):
    (tmp_path / "results").mkdir()

    def act(dialog):
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, str(tmp_path / "res"))
        QTest.qWait(500)  # the folder is read in the background; Qt would now offer its files
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.hide()
        dialog.reject()
        assert popup is None

    answer(act)
    assert ask_save(None, "Export", WEIGHTS, str(tmp_path), "weights") is None


def test_open_returns_the_file_chosen(qtbot, answer, tmp_path):
    (tmp_path / "a.npz").write_text("")
    answer(typed(tmp_path / "a.npz"))
    assert ask_open(None, "Open", WEIGHTS, str(tmp_path)) == tmp_path / "a.npz"


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        (QMessageBox.StandardButton.Save, Unsaved.SAVE),
        (QMessageBox.StandardButton.Discard, Unsaved.DISCARD),
        (QMessageBox.StandardButton.Cancel, Unsaved.CANCEL),
    ],
)
def test_unsaved_edits_are_asked_about(qtbot, answer, button, expected):
    answer(pressed(button))
    assert ask_unsaved(None, "Two spirals") is expected


def test_escape_keeps_unsaved_edits(qtbot, answer):
    answer(lambda box: qtbot.keyClick(box, Qt.Key.Key_Escape))
    assert ask_unsaved(None, "Two spirals") is Unsaved.CANCEL


def test_every_problem_can_be_read_and_copied(qtbot):
    dialog = ProblemDialog(None, LIGHT, "Not opened", ["a.b: is required", "c: unknown key"])
    qtbot.addWidget(dialog)
    assert dialog.text.toPlainText() == "a.b: is required\nc: unknown key"
    copy = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy")
    qtbot.mouseClick(copy, LEFT)
    assert QGuiApplication.clipboard().text() == dialog.text.toPlainText()


@pytest.fixture
def table(qtbot, tmp_path):
    def opened(text):
        path = tmp_path / "table.csv"
        path.write_text(text)
        dialog = CsvImportDialog(path, read_preview(path))
        qtbot.addWidget(dialog)
        return dialog

    return opened


FLOWERS = "name,length,width,species\n" + "".join(f"n{i},{i}.5,{i % 3},{'ab'[i % 2]}\n" for i in range(12))
HOUSES = "area,age,price\n" + "".join(f"{50 + i},{i},{100 * i}.5\n" for i in range(12))
DIGITS = "a,b,label\n" + "".join(f"{i},{i * i},{i % 3}\n" for i in range(12))


def _item(dialog, name):
    items = [dialog.inputs.item(i) for i in range(dialog.inputs.count())]
    return next(item for item in items if item.text().split(" — ")[0] == name)


def test_a_table_of_names_is_guessed_to_be_classes(table, tmp_path):
    dialog = table(FLOWERS)
    assert dialog.data == CsvData(
        path=str(tmp_path / "table.csv"), inputs=("length", "width"), target="species", task="classification"
    )
    assert not dialog.task.isEnabled()  # names cannot be predicted as numbers
    assert not _item(dialog, "name").flags() & Qt.ItemFlag.ItemIsEnabled
    assert dialog.accept_button.isEnabled()


def test_a_table_of_numbers_is_guessed_to_be_a_regression(table):
    data = table(HOUSES).data
    assert (data.inputs, data.target, data.task) == (("area", "age"), "price", "regression")


def test_a_few_whole_numbers_are_guessed_to_be_classes(table):
    dialog = table(DIGITS)
    assert dialog.data.task == "classification"
    assert dialog.task.isEnabled()


def test_choices_change_the_data(table, qtbot):
    dialog = table(HOUSES)
    dialog.target.setCurrentIndex(1)
    _item(dialog, "price").setCheckState(Qt.CheckState.Checked)
    dialog.standardize.setChecked(False)
    qtbot.waitUntil(lambda: dialog.data is not None and not dialog.data.standardize)
    assert (dialog.data.inputs, dialog.data.target) == (("area", "price"), "age")


def test_no_inputs_is_told_at_once_and_cannot_be_imported(table, qtbot):
    dialog = table(HOUSES)
    for name in ("area", "age"):
        _item(dialog, name).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not dialog.accept_button.isEnabled())
    assert "at least one column" in dialog.problem.text()
    assert dialog.data is None
    _item(dialog, "age").setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    assert dialog.problem.text() == ""


def test_a_column_with_an_empty_cell_is_not_offered_as_an_input(table):
    dialog = table("a,b,c\n1,2,x\n,2,y\n")
    assert not _item(dialog, "a").flags() & Qt.ItemFlag.ItemIsEnabled
    assert dialog.data.inputs == ("b",)


REPEATED = "id,weight (kg),length,holes,weight (kg),kind,\n" + "".join(
    f"n{i},{i}.5,{i % 5},{i if i % 3 else ''},{i}.1,{'ab'[i % 2]},{i}\n" for i in range(12)
)


def test_a_repeated_name_hinders_only_the_columns_that_have_it(table, qtbot):
    dialog = table(REPEATED)
    assert dialog.problem.text() == "" and dialog.accept_button.isEnabled()
    assert (dialog.data.inputs, dialog.data.target) == (("length",), "kind")
    dialog.target.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not dialog.accept_button.isEnabled())
    assert "'weight (kg)' is given to the columns 2 and 5" in dialog.problem.text()


def test_why_a_column_can_be_no_input_is_said_in_words(table):
    dialog = table(REPEATED)
    items = [dialog.inputs.item(i) for i in range(dialog.inputs.count())]
    assert [item.text() for item in items] == [
        "id — holds text",
        "weight (kg) — same name as another column",
        "length",
        "holes — has empty cells",
        "weight (kg) — same name as another column",
        "kind — holds text",
        "(no name) — its cell in the header is empty",
    ]
    for item in items:
        enabled = bool(item.flags() & Qt.ItemFlag.ItemIsEnabled)
        assert enabled == (" — " not in item.text())
        assert enabled or item.text().split(" — ")[1] in item.toolTip()


@pytest.mark.parametrize(
    ("text", "told"),
    [("a,b,c\n1,2,x\n1,2\n", "line 3"), ("a,b,c\n1,2,x\n3,4,x\n", "at least two classes")],
)
def test_what_is_wrong_with_the_table_is_told_with_its_place(table, text, told):
    dialog = table(text)
    assert told in dialog.problem.text()
    assert not dialog.accept_button.isEnabled()
