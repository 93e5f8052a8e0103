"""Files in the whole window: what is broken is told, what is saved comes back, nothing unsaved is lost."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest
from answers import read_problem, typed
from on_screen import LEFT, next_frame
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

import resources
from engine.catalog.datasets import Circle
from engine.errors import WeightsError
from engine.experiment import Experiment
from engine.files.imports.weights import read_weights
from ui.commands import exporting
from ui.dialogs.csv_import import CsvImportDialog

TWO_SPIRALS = resources.path("experiments", "two-spirals.json")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("{", "line 1"),
        ("[1]", "JSON object"),
        ('{"format": "unfold.experiment", "version": 99}', "version 99"),
        ('{"format": "other", "version": 1}', "format"),
        (
            '{"format": "unfold.experiment", "version": 1, "data": {"kind": "spiral", "noise": 7}}',
            "data.noise",
        ),
        (
            '{"format": "unfold.experiment", "version": 1, "data": "rings", '
            '"network": {"output": {"activation": "sigmoid"}}}',
            "needs softmax",
        ),
        (
            '{"format": "unfold.experiment", "version": 1, "data": {"kind": "csv", "path": "no.csv", '
            '"inputs": ["a"], "target": "b"}}',
            "no.csv",
        ),
    ],
)
def test_a_broken_file_is_told_and_leaves_the_document(window, answer, tmp_path, content, told):
    window.commands["add_layer"].trigger()
    before, undo = window.document.experiment, window.document.undo_stack.count()
    (tmp_path / "broken.json").write_text(content)
    answer(typed(tmp_path / "broken.json"), read_problem(told))
    window.commands["open"].trigger()
    assert window.document.experiment is before
    assert window.document.undo_stack.count() == undo
    assert window.document.path is None


def test_every_problem_of_a_file_is_told(window, answer, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"format": "unfold.experiment", "version": 1, "seed": -1, "titel": "x"}')

    def read(dialog):
        lines = dialog.text.toPlainText().splitlines()
        dialog.accept()
        assert {line.removeprefix("broken.json: ").split(":")[0] for line in lines} == {"seed", "titel"}

    answer(read)
    window.files.open(path)


def test_what_is_saved_can_be_opened(window, qtbot, answer, tmp_path):
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(typed(tmp_path / "mine.json"))
    window.commands["save"].trigger()
    assert window.menu_row.title() == "mine"
    assert (tmp_path / "mine.json").exists()
    window.document.replace(Experiment())
    answer(typed(tmp_path / "mine.json"))
    window.commands["open"].trigger()
    assert window.document.experiment == edited
    next_frame(qtbot, window, lambda frame: frame.experiment == edited)
    assert [action.text() for action in window.commands.recent.actions()] == ["mine.json", "", "Clear list"]
    window.document.replace(Experiment())
    window.commands.recent.actions()[0].trigger()
    assert window.document.experiment == edited


def test_a_file_that_cannot_be_written_is_told_and_stays_unsaved(window, answer, tmp_path):
    window.commands["add_layer"].trigger()
    answer(read_problem("nowhere"))
    assert not window.files.saving.write(tmp_path / "nowhere" / "a.json")
    assert window.document.edited


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_weights_are_exported_by_key_and_come_back(window, qtbot, answer, tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    qtbot.mouseClick(window.transport.step_epoch, LEFT)
    trained = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1).snapshot.tensors
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    dialog = window.exports.dialog
    dialog.choose(suffix)
    answer(typed(path))
    with qtbot.waitSignal(window.exports.done, timeout=20_000):
        qtbot.mouseClick(dialog.save, LEFT)
    assert str(path) in window.status.message.full_text()
    assert "largest difference" in dialog.outcome.text()
    dialog.reject()
    for layer, old in zip(read_weights(path), trained, strict=True):
        assert layer.keys() == old.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, old[name])
    window.commands["reset"].trigger()
    answer(typed(path))
    window.commands["import_weights"].trigger()
    qtbot.waitUntil(
        lambda: np.array_equal(window.frames[-1].snapshot.tensors[0]["weight"], trained[0]["weight"])
    )


def test_each_file_holds_the_network_of_its_own_moment(window, qtbot, answer, tmp_path):
    window.commands["export"].trigger()
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    dialog = window.exports.dialog
    dialog.choose(".py")
    assert "after 0 epochs" in dialog.state.text()
    window.session.set_running(True)
    epochs = [0]
    for name, focused in (("a", dialog.formats), ("b", dialog.save), ("c", dialog.preview)):
        qtbot.waitUntil(lambda: window.frames[-1].snapshot.epoch > epochs[-1] + 5)
        focused.setFocus()
        answer(typed(tmp_path / f"{name}.py"))
        with qtbot.waitSignal(window.exports.done, timeout=20_000):
            dialog.save.click()
        said = re.search(r"([\d,]+) epochs", (tmp_path / f"{name}.py").read_text())
        epochs.append(int(said[1].replace(",", "")))
        assert epochs[-1] > epochs[-2] + 5
        for told in (dialog.outcome, dialog.state):
            assert f"after {epochs[-1]:,} epochs" in told.text()
        assert f"after {epochs[-1]:,} epochs" in window.status.message.full_text()
        assert dialog.focusWidget() is focused  # where it was, also by Tab alone
    window.session.set_running(False)
    dialog.reject()


def test_an_export_that_fails_is_not_remembered(window, qtbot, answer, tmp_path, monkeypatch):
    window.store.update(folder=str(tmp_path))
    before = window.store.settings

    def fail(*_args):
        raise OSError(28, "No space left on device", str(tmp_path / "full" / "w.npz"))

    monkeypatch.setattr(exporting, "_write", fail)
    window.commands["export"].trigger()
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    dialog = window.exports.dialog
    dialog.choose(".npz")
    dialog.save.setFocus()
    (tmp_path / "full").mkdir()
    answer(typed(tmp_path / "full" / "w.npz"))
    dialog.save.click()
    qtbot.waitUntil(lambda: dialog.outcome.property("look") == "danger")
    assert dialog.save.isEnabled() and dialog.focusWidget() is dialog.save
    assert window.store.settings == before
    dialog.reject()


def test_where_there_is_no_look_at_the_network_the_dialog_goes_on(
    window, qtbot, answer, tmp_path, monkeypatch
):
    def fail(_trainer, _history):
        raise WeightsError("no look")

    window.commands["export"].trigger()
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    dialog = window.exports.dialog
    monkeypatch.setattr(exporting, "_capture", fail)
    told = []
    monkeypatch.setattr("ui.commands.files.show_problems", lambda *args: told.extend(args[-1]))
    answer(typed(tmp_path / "w.onnx"))
    dialog.save.click()
    qtbot.waitUntil(lambda: told == ["no look"] and dialog.save.isEnabled())
    assert not (tmp_path / "w.onnx").exists()
    dialog.reject()


def test_a_dialog_opened_again_waits_for_the_file_of_the_one_before(
    window, qtbot, answer, tmp_path, monkeypatch
):
    go_on = threading.Event()
    write = exporting._write
    monkeypatch.setattr(exporting, "_write", lambda *args: go_on.wait(30) and write(*args))
    window.commands["export"].trigger()
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    answer(typed(tmp_path / "w.npz"))
    window.exports.dialog.choose(".npz")
    window.exports.dialog.save.click()
    window.exports.dialog.reject()
    window.commands["export"].trigger()
    qtbot.waitUntil(lambda: window.exports.dialog is not None)
    dialog = window.exports.dialog
    assert not dialog.save.isEnabled()
    with qtbot.waitSignal(window.exports.done, timeout=20_000):
        go_on.set()
    assert dialog.save.isEnabled()
    assert "w.npz" in dialog.outcome.text()
    dialog.reject()


def test_a_table_is_imported_as_an_edit(window, qtbot, answer, tmp_path):
    before = window.document.experiment
    path = tmp_path / "houses.csv"
    path.write_text("area,age,price\n" + "".join(f"{50 + i},{i},{100 * i}.5\n" for i in range(30)))

    def accept(dialog):
        assert isinstance(dialog, CsvImportDialog), dialog
        qtbot.mouseClick(dialog.accept_button, LEFT)

    answer(typed(path), accept)
    window.commands["import_csv"].trigger()
    experiment = window.document.experiment
    assert experiment.data.kind == "csv"
    assert experiment.data.task == "regression"
    assert experiment.features == ("x1", "x2")
    assert experiment.training.loss.kind == "mse"
    next_frame(qtbot, window, lambda frame: frame.experiment == experiment)
    window.commands["undo"].trigger()
    assert window.document.experiment == before


def test_a_broken_table_is_told_and_leaves_the_document(window, answer, tmp_path):
    before = window.document.experiment
    (tmp_path / "empty.csv").write_text("")
    answer(typed(tmp_path / "empty.csv"), read_problem("empty"))
    window.commands["import_csv"].trigger()
    assert window.document.experiment is before


@pytest.mark.parametrize(
    ("button", "closes"),
    [(QMessageBox.StandardButton.Cancel, False), (QMessageBox.StandardButton.Discard, True)],
)
def test_closing_asks_about_unsaved_edits(window, answer, button, closes):
    window.commands["add_layer"].trigger()
    answer(lambda box: box.button(button).click())
    assert window.close() is closes
    assert window.isVisible() is not closes


def test_closing_with_save_saves(window, answer, tmp_path):
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(lambda box: box.button(QMessageBox.StandardButton.Save).click(), typed(tmp_path / "last.json"))
    assert window.close()
    assert Experiment.load(tmp_path / "last.json") == edited


def test_giving_up_the_file_name_keeps_the_window(window, answer):
    window.commands["add_layer"].trigger()
    answer(lambda box: box.button(QMessageBox.StandardButton.Save).click(), lambda dialog: dialog.reject())
    assert not window.close()


def test_opening_asks_about_unsaved_edits_first(window, answer, tmp_path):
    Experiment(data=Circle(), title="Other").save(tmp_path / "other.json")
    window.commands["add_layer"].trigger()
    edited = window.document.experiment
    answer(lambda box: box.button(QMessageBox.StandardButton.Cancel).click())
    window.files.open(tmp_path / "other.json")
    assert window.document.experiment is edited
    answer(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    window.files.open(tmp_path / "other.json")
    assert window.menu_row.title() == "other"
