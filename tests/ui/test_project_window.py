"""Projects in the whole window: saved with weights, curves and views, and opened as they were."""

from __future__ import annotations

import errno
import threading
import time

import numpy as np
import pytest
from answers import pressed, read_problem, typed
from on_screen import next_frame
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from engine.catalog.sources import CsvData
from engine.experiment import Experiment
from engine.files.projects.project import read_project
from tests.ui.watched import same
from ui.commands import importing
from ui.dialogs.conflicts import SavingDialog
from ui.projects import document_file, writer
from ui.projects.file_stamp import stamp_of
from ui.training.speed import Speed

SAVE, DISCARD, CANCEL = (
    QMessageBox.StandardButton.Save,
    QMessageBox.StandardButton.Discard,
    QMessageBox.StandardButton.Cancel,
)


def _train(qtbot, window, epochs=2):
    start = window.frames[-1].snapshot.epoch
    for _ in range(epochs):
        window.session.step_epoch()
    return next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == start + epochs)


@pytest.fixture
def saved(window, qtbot, answer, tmp_path):
    """A window whose document is a project with two epochs behind it; its last frame and its file."""
    frame = _train(qtbot, window)
    path = tmp_path / "mine.unfold"
    answer(typed(tmp_path / "mine"))  # the first kind that is offered is the project
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()
    assert path.exists()
    assert not window.document.edited
    return window, frame, path


@pytest.fixture
def full_disk(monkeypatch):
    def full(path, project):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(writer, "write_project", full)


def test_a_project_comes_back_with_weights_and_curves(saved, qtbot, answer):
    window, before, path = saved
    window.files.new()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 0)
    window.files.open(path)
    frame = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 2)
    assert same(frame.snapshot.parameters, before.snapshot.parameters)
    for curve in ("epoch", "train_loss", "test_loss"):
        np.testing.assert_array_equal(getattr(frame.history, curve), getattr(before.history, curve))
    assert window.document.path == path
    assert not window.document.edited
    assert window.store.settings.recent[0] == str(path)


def test_training_marks_a_project_and_saving_it_again_does_not_ask(saved, qtbot):
    window, _, path = saved
    _train(qtbot, window)
    assert window.windowTitle() == "mine — edited — Unfold"
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()
    assert window.windowTitle() == "mine — Unfold"
    assert read_project(path).window["epoch"] == 4


def test_views_are_as_they_were(window, qtbot, answer, tmp_path):
    window.transport.show_speed(Speed(steps_per_second=20.0))
    window.chart.set_log(False)
    window.store.set_log_loss(False)
    window.chart.set_smoothing(0.9)
    window.instruments.drawer.open("weights")
    window.field.canvas.probe.put((1.5, -2.0))
    window.session.request(axes=(1, 0))
    answer(typed(tmp_path / "mine.unfold"))
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()
    window.files.new()
    window.transport.show_speed(Speed())
    window.store.set_log_loss(True)
    window.chart.set_smoothing(0.0)
    window.instruments.drawer.close()
    window.files.open(tmp_path / "mine.unfold")
    frame = next_frame(qtbot, window, lambda frame: frame.probed is not None)
    assert frame.probed.inputs == (1.5, -2.0)
    assert frame.request.axes == (1, 0)
    assert window.field.probe.isChecked()
    assert window.transport.shown_speed() == Speed(steps_per_second=20.0)
    assert not window.chart.is_log()
    assert window.chart.smoothing() == 0.9
    assert window.instruments.drawer.current() == "weights"


@pytest.mark.parametrize(
    "found",
    [
        {"speed": 3, "axes": "ab", "probe": {}, "log_loss": 1, "smoothing": "much", "page": 7},
        {"speed": {}, "axes": [0, 7], "probe": [1], "smoothing": 0.5, "page": "nowhere"},
        {"axes": [0, 0], "probe": [10**400, 0]},
        {"axes": [True, 0], "probe": [True, None]},
    ],
)
def test_a_damaged_view_setting_costs_itself_alone(window, qtbot, found):
    view = window.files._view
    before = view.state()
    view.show({**before, "speed": {"steps_per_second": 5.0}, **found}, window.document.experiment)
    expected = {**before, "speed": {"steps_per_second": 5.0} if "speed" not in found else before["speed"]}
    if found.get("speed") == {}:
        expected["speed"] = {}  # full speed
    qtbot.wait(50)
    assert view.state() == expected


def test_closing_with_save_waits_for_the_file(window, qtbot, answer, tmp_path):
    window.commands["add_layer"].trigger()
    answer(pressed(SAVE), typed(tmp_path / "last.unfold"))
    assert window.close()
    assert read_project(tmp_path / "last.unfold").experiment == window.document.experiment


def test_training_on_a_project_is_asked_about(saved, qtbot, answer):
    window, _, _ = saved
    _train(qtbot, window)

    def look(box):
        assert "“mine”" in box.text()
        assert "learned" in box.informativeText()
        box.button(CANCEL).click()

    answer(look)
    assert not window.close()
    assert window.isVisible()


@pytest.mark.parametrize("way", ["quit", "new", "open", "open_recent", "a link"])
def test_what_was_learned_before_there_is_a_file_is_asked_about(window, qtbot, answer, tmp_path, way):
    other = tmp_path / "other.json"
    Experiment(seed=5).save(other)
    window.files.new()
    next_frame(qtbot, window, lambda frame: frame.experiment == Experiment())
    assert window.windowTitle() == "Untitled — Unfold"
    _train(qtbot, window)
    assert window.windowTitle() == "Untitled — edited — Unfold"
    before = window.document.experiment

    def look(box):
        assert isinstance(box, QMessageBox), box
        assert "“Untitled”" in box.text()
        assert "learned" in box.informativeText()
        box.button(CANCEL).click()

    acts = {
        "quit": window.commands["quit"].trigger,
        "new": window.commands["new"].trigger,
        "open": lambda: window.files.open(other),
        "open_recent": lambda: window.files.open_recent(other),
        "a link": lambda: window.files.open_experiment(Experiment(seed=5), ""),
    }
    answer(look)
    acts[way]()
    assert window.isVisible()
    assert window.document.experiment is before
    assert window.frames[-1].snapshot.epoch == 2


def test_what_was_learned_before_there_is_a_file_is_saved_at_the_end(window, qtbot, answer, tmp_path):
    _train(qtbot, window)
    answer(pressed(SAVE), typed(tmp_path / "first.unfold"))
    assert window.close()
    assert read_project(tmp_path / "first.unfold").window["epoch"] == 2


def test_what_nobody_has_touched_goes_without_a_question(window):
    window.files.new()
    assert window.close()


def test_closing_stays_where_the_disk_is_full(saved, qtbot, answer, full_disk):
    window, _, path = saved
    content = path.read_bytes()
    _train(qtbot, window)
    answer(pressed(SAVE), read_problem("no space left"))
    assert not window.close()
    assert window.document.edited
    assert window.document.path == path
    assert path.read_bytes() == content


def test_a_save_that_fails_is_told_once_and_the_document_stays_changed(saved, qtbot, answer, full_disk):
    window, _, _ = saved
    _train(qtbot, window)
    answer(read_problem("no space left"))
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    qtbot.waitUntil(lambda: not window.files._projects._pending)
    assert window.document.edited


def test_a_folder_that_is_none_is_told(window, answer, qtbot, tmp_path):
    (tmp_path / "file").write_text("")
    answer(read_problem("file"))
    with qtbot.waitSignal(window.session.projectNotSaved):
        window.files.saving.write(tmp_path / "file" / "a.unfold")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert window.document.path is None


@pytest.fixture
def slow_disk(monkeypatch):
    """Hold every write up until the event that is returned."""
    go_on = threading.Event()
    write = writer.write_project

    def slow(path, project):
        assert go_on.wait(30)
        write(path, project)

    monkeypatch.setattr(writer, "write_project", slow)
    monkeypatch.setattr(document_file, "PATIENCE_MS", 30)
    yield go_on
    go_on.set()


def test_a_slow_disk_is_waited_for_in_a_dialog_while_the_window_is_painted(saved, qtbot, answer, slow_disk):
    window, _, _ = saved
    _train(qtbot, window)
    frames = []

    def wait(dialog):
        assert isinstance(dialog, SavingDialog), dialog
        frames.append(len(window.frames))
        QTimer.singleShot(100, slow_disk.set)

    window.session.set_running(True)
    answer(pressed(SAVE), wait)
    assert window.close()
    assert len(window.frames) > frames[0], "the window has stood still"


def test_one_need_not_wait_for_a_slow_disk(saved, qtbot, answer, slow_disk):
    window, _, _ = saved
    _train(qtbot, window)
    answer(pressed(SAVE), lambda dialog: dialog.reject())
    assert not window.close()
    slow_disk.set()
    qtbot.waitUntil(lambda: not window.document.edited)


def test_a_missing_recent_file_is_told_and_taken_off(saved, qtbot, answer, tmp_path):
    window, _, path = saved
    window.files.new()
    path.unlink()
    answer(read_problem("no such file"))
    window.commands.recent.actions()[0].trigger()
    assert window.store.settings.recent == ()
    assert not window.commands["recent"].isVisible()


def test_recent_files_of_one_name_show_their_folders_and_can_be_cleared(window, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Experiment().save(tmp_path / folder / "x.json")
        window.files.open(tmp_path / folder / "x.json")
    texts = [action.text() for action in window.commands.recent.actions()]
    assert texts[:2] == [f"x.json — {tmp_path / 'b'}", f"x.json — {tmp_path / 'a'}"]
    window.commands.recent.actions()[-1].trigger()
    assert window.store.settings.recent == ()


def test_a_broken_project_is_told_and_leaves_the_document(window, answer, tmp_path):
    before = window.document.experiment
    (tmp_path / "a.unfold").write_bytes(b"PK\x03\x04 no zip")
    answer(read_problem("a.unfold"))
    window.files.open(tmp_path / "a.unfold")
    assert window.document.experiment is before


def test_an_experiment_takes_the_table_of_a_project_along(window, qtbot, tmp_path):
    table = tmp_path / "houses.csv"
    table.write_text("area,age,price\n" + "".join(f"{50 + i},{i},{100 * i}.5\n" for i in range(30)))
    data = CsvData(path=str(table), inputs=("area", "age"), target="price", task="regression")
    window.intents.import_data(data)
    next_frame(qtbot, window, lambda frame: frame.experiment.data == data)
    window.files.saving.write(tmp_path / "a.unfold")
    assert window.files._projects.wait()
    table.unlink()
    window.files.open(tmp_path / "a.unfold")
    assert window.files.saving.write(tmp_path / "b.json")
    assert "b.csv" in window.status.message.full_text()
    assert Experiment.load(tmp_path / "b.json").data.path == str(tmp_path / "b.csv")
    assert not window.document.edited


def test_two_quick_saves_are_no_conflict(saved, qtbot, slow_disk):
    window, _, path = saved
    _train(qtbot, window)
    window.commands["save"].trigger()
    # The file is written, though the window does not know it yet.
    slow_disk.set()
    before = window.files._projects._stamp
    while stamp_of(path) == before:
        time.sleep(0.01)
    window.commands["save"].trigger()  # asks nothing
    assert window.files._projects.wait()
    assert not window.document.edited


def test_the_document_has_the_file_it_was_saved_to_last(saved, qtbot, slow_disk, tmp_path):
    window, _, _ = saved
    window.files.saving.write(tmp_path / "first.unfold")
    QTimer.singleShot(0, slow_disk.set)
    window.files.saving.write(tmp_path / "second.json")
    qtbot.waitUntil(lambda: (tmp_path / "first.unfold").exists())
    qtbot.wait(50)
    assert window.document.path == tmp_path / "second.json"


def test_a_project_that_is_saved_while_it_is_opened_again_is_opened_as_saved(saved, qtbot, answer):
    window, _, path = saved
    _train(qtbot, window)
    answer(pressed(SAVE))
    window.files.open(path)
    frame = next_frame(qtbot, window, lambda frame: True)
    assert frame.snapshot.epoch == 4
    assert not window.document.edited
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()  # asks nothing: the file is known


def test_an_import_that_the_end_overtakes_opens_no_dialog(window, qtbot, answer, tmp_path, monkeypatch):
    (tmp_path / "w.npz").write_text("nothing")
    go_on = threading.Event()
    read = importing._read
    monkeypatch.setattr(importing, "_read", lambda path: go_on.wait(30) and read(path))
    answer(typed(tmp_path / "w.npz"))
    window.commands["import_weights"].trigger()
    threading.Timer(0.1, go_on.set).start()
    assert window.close()
    qtbot.wait(50)
    assert QApplication.activeModalWidget() is None
