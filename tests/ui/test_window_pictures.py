"""Pictures, recordings, curves and reports from the File menu of the whole window."""

from __future__ import annotations

import csv
import os
import re
import threading
import time
from datetime import datetime

import numpy as np
import pytest
from answers import typed
from on_screen import LEFT, next_frame
from PIL import Image
from PySide6.QtWidgets import QApplication, QLineEdit

from engine.files.recordings import recording as files
from ui import reports
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.picture import SavePictureDialog
from ui.dialogs.record import RecordDialog

SECONDS = 60_000


def _picture(key, width=300):
    def act(dialog):
        assert isinstance(dialog, SavePictureDialog), dialog
        dialog.form.picture.setCurrentIndex(dialog.form.picture.findData(key))
        dialog.form.width_box.setValue(width)
        dialog.accept_button.click()

    return act


def _recording(key="field", seconds=1, rate=10, width=240):
    def act(dialog):
        assert isinstance(dialog, RecordDialog), dialog
        dialog.form.picture.setCurrentIndex(dialog.form.picture.findData(key))
        dialog.form.width_box.setValue(width)
        dialog.rate.setValue(rate)
        if seconds is None:
            dialog.endless.setChecked(True)
        else:
            dialog.seconds.setValue(seconds)
        dialog.accept_button.click()

    return act


def _told(expected):
    def act(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        text = dialog.text.toPlainText()
        dialog.accept()
        assert expected in text, text

    return act


def _message(window):
    return window.status.message.full_text()


def _files(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize(
    ("name", "begin"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a", b"\x89PNG")]
)
def test_the_format_follows_the_suffix(window, answer, tmp_path, name, begin):
    answer(_picture("network"), typed(tmp_path / name))
    window.commands["save_picture"].trigger()
    path = tmp_path / (name if "." in name else f"{name}.png")
    assert path.read_bytes().startswith(begin)
    assert _files(tmp_path) == [path.name]
    assert _message(window) == f"Written to {path}"


def test_the_name_that_is_offered_says_what_it_shows(window, answer, tmp_path):
    seen = []

    def look(dialog):
        seen.append(dialog.findChild(QLineEdit, "fileNameEdit").text())
        dialog.reject()

    answer(_picture("field"), look, lambda dialog: dialog.reject())
    window.commands["save_picture"].trigger()
    assert seen == ["two-spirals-field.png"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder that nobody can write")
def test_a_folder_that_cannot_be_written_is_told(window, answer, qtbot):
    names = [f"/proc/a{suffix}" for suffix in (".svg", ".gif", ".csv", ".html")]
    first = (_picture("loss"), _recording(), None, None)
    steps = [(before, typed(name), _told(name)) for before, name in zip(first, names, strict=True)]
    answer(*(step for each in steps for step in each if step is not None))
    for command in ("save_picture", "record", "export_history"):
        window.commands[command].trigger()
    assert window.pictures.row.isHidden()
    told = []
    window.session.problemFound.connect(told.append)
    window.commands["save_report"].trigger()
    qtbot.waitUntil(lambda: len(told) == 1, timeout=SECONDS)


def test_the_curves_are_written_as_they_are(window, answer, qtbot, tmp_path):
    window.session.set_running(True)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 5)
    window.session.set_running(False)
    qtbot.waitUntil(lambda: not window.frames[-1].running)
    answer(typed(tmp_path / "h.csv"))
    window.commands["export_history"].trigger()
    with (tmp_path / "h.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    history = window.frames[-1].history
    assert [float(row["epoch"]) for row in rows] == history.epoch.tolist()
    assert [float(row["train_loss"]) for row in rows] == history.train_loss.tolist()
    assert [float(row["test_loss"]) for row in rows] == history.test_loss.tolist()


def test_the_report_is_of_the_run_on_the_screen(window, answer, qtbot, tmp_path):
    window.commands["step_epoch"].trigger()
    frame = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 1)
    answer(typed(tmp_path / "r.html"))
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        window.commands["save_report"].trigger()
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Two spirals" in page
    assert f"{datetime.now():%Y-%m-%d}" in page
    for loss in frame.snapshot.losses.values():
        assert f'value="{loss!r}"' in page
    assert _message(window) == f"Report written to {tmp_path / 'r.html'}"


@pytest.fixture
def slow_report(monkeypatch):
    """Hold every report up until the first event that is returned, and tell its thread in the list."""
    go_on, threads = threading.Event(), []
    write = reports._write

    def slow(*args):
        threads.append(threading.current_thread().name)
        assert go_on.wait(30)
        return write(*args)

    monkeypatch.setattr(reports, "_write", slow)
    yield go_on, threads
    go_on.set()


def test_training_goes_on_while_a_report_is_written(window, answer, qtbot, tmp_path, slow_report):
    go_on, threads = slow_report
    told = []
    window.pictures.done.connect(told.append)
    for name in ("a.html", "b.html"):
        answer(typed(tmp_path / name))
        window.commands["save_report"].trigger()
    qtbot.waitUntil(lambda: len(threads) == 2, timeout=SECONDS)
    assert "unfold-worker" not in threads
    window.session.set_running(True)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 3)
    window.session.set_running(False)
    go_on.set()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=SECONDS)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "not been trained yet" in page, "it is of the moment when it was asked for"
    assert _files(tmp_path) == ["a.html", "b.html"]


def test_closing_the_window_still_writes_the_report(window, answer, qtbot, tmp_path, slow_report):
    go_on, threads = slow_report
    answer(typed(tmp_path / "r.html"))
    window.commands["save_report"].trigger()
    qtbot.waitUntil(lambda: bool(threads), timeout=SECONDS)
    threading.Timer(0.1, go_on.set).start()
    window.close()
    assert _files(tmp_path) == ["r.html"]


def test_training_is_recorded_for_as_long_as_asked(window, answer, qtbot, tmp_path):
    path = tmp_path / "r.gif"
    answer(_recording(seconds=1, rate=10), typed(path))
    window.commands["record"].trigger()
    row = window.pictures.row
    assert row.isVisible()
    assert row.text.text() == "Recording 0:00 of 0:01, waits for training"
    assert window.commands["record"].text() == "Stop recor&ding"
    window.session.set_running(True)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS) as done:
        pass
    assert done.args[0].startswith("Recorded 1.0 s, ")
    assert done.args[0].endswith(f" frames, to {path}")
    assert window.session.running
    window.session.set_running(False)
    assert row.isHidden()
    assert window.commands["record"].text() == "Recor&d…"
    assert _files(tmp_path) == ["r.gif"]
    total, pictures = 0, set()
    with Image.open(path) as image:
        assert image.size == (240, 260)
        for i in range(image.n_frames):
            image.seek(i)
            total += image.info["duration"]
            pictures.add(image.convert("RGB").tobytes())
    assert total == 1000
    frames = int(
        done.args[0].removeprefix("Recorded 1.0 s, ").split()[0]
    )  # on a busy machine some are dropped
    assert len(pictures) >= max(2, frames // 2)


@pytest.mark.parametrize("slow", ["child", "window"])
def test_frames_that_a_recording_has_dropped_are_told(window, answer, qtbot, tmp_path, monkeypatch, slow):
    answer(_recording(seconds=1, rate=20), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    recording = window.pictures._recording
    if slow == "child":
        monkeypatch.setattr(recording._encoder, "put", lambda _pixels, _ticks: False)
    else:
        paint = recording._painted
        monkeypatch.setattr(recording, "_painted", lambda: time.sleep(0.2) or paint())
    window.session.set_running(True)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS) as done:
        pass
    window.session.set_running(False)
    found = re.fullmatch(r"Recorded 1\.0 s, (\d+) of 20 frames, to .*", done.args[0])
    assert found, done.args[0]
    assert int(found[1]) == 1 if slow == "child" else 1 < int(found[1]) < 10


def test_a_recording_waits_while_training_is_paused(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.webp"))
    window.commands["record"].trigger()
    until = time.monotonic() + 0.6
    qtbot.waitUntil(lambda: time.monotonic() > until)
    for _ in range(3):  # each is a frame
        count = len(window.frames)
        window.commands["step_epoch"].trigger()
        qtbot.waitUntil(lambda count=count: len(window.frames) > count)
        until = time.monotonic() + 0.15
        qtbot.waitUntil(lambda until=until: time.monotonic() > until)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        qtbot.mouseClick(window.pictures.row.stop, LEFT)
    with Image.open(tmp_path / "r.webp") as image:
        assert 2 <= image.n_frames <= 5


def test_pausing_is_told_at_once(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None, rate=5), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    row = window.pictures.row
    for running in (True, False):
        window.session.set_running(running)
        qtbot.waitUntil(lambda on=running: row.text.text().endswith("training") is not on, timeout=SECONDS)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        window.pictures.discard_recording()


def test_a_recording_can_be_discarded(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    window.session.set_running(True)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch >= 3)
    window.session.set_running(False)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        qtbot.mouseClick(window.pictures.row.discard, LEFT)
    assert _message(window) == "The recording was discarded"
    assert window.pictures.row.isHidden()
    assert _files(tmp_path) == []


def test_the_menu_ends_what_it_began(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        window.commands["record"].trigger()
    assert _files(tmp_path) == ["r.gif"]


def test_a_child_that_dies_is_told_once_and_leaves_nothing(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"), _told("has ended"))
    window.commands["record"].trigger()
    window.pictures._recording._encoder._child.kill()
    window.session.set_running(True)
    qtbot.waitUntil(lambda: window.pictures._recording is None, timeout=SECONDS)
    window.session.set_running(False)
    assert window.pictures.row.isHidden()
    assert _files(tmp_path) == []


def test_closing_the_window_still_writes_the_recording(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    window.close()
    with Image.open(tmp_path / "r.gif") as image:
        assert image.n_frames == 1
    assert _files(tmp_path) == ["r.gif"]


def test_a_recording_that_fails_at_the_end_opens_no_dialog(window, answer, qtbot, tmp_path, caplog):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    window.pictures._recording._encoder._child.kill()
    window.close()
    qtbot.waitUntil(lambda: window.pictures._recording is None, timeout=SECONDS)
    assert QApplication.activeModalWidget() is None
    assert "has ended" in caplog.text


def test_the_sign_of_a_recording_is_reached_by_keys_and_drawn_in_both_themes(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    row = window.pictures.row
    pictures = []
    for theme in ("light", "dark"):
        window.appearance.choose(theme)
        pictures.append(row.grab().toImage())
    assert pictures[0] != pictures[1]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for button in (row.stop, row.discard):
        assert button.accessibleName()
        assert button.toolTip()
        button.setFocus()
        assert button.hasFocus()
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        qtbot.keyClick(row.discard, " ")


def test_formats_that_cannot_be_written_are_not_offered(window, monkeypatch):
    monkeypatch.setattr(files, "can_write_video", lambda: False)
    assert [kind.suffix for kind in window.pictures._films()] == [".gif", ".webp"]
    monkeypatch.setattr(files, "can_write_video", lambda: True)
    assert tuple(kind.suffix for kind in window.pictures._films()) == files.SUFFIXES


def test_recording_does_not_change_what_is_learned(window, answer, qtbot, tmp_path):
    answer(_recording(seconds=None), typed(tmp_path / "r.gif"))
    window.commands["record"].trigger()
    window.commands["step_epoch"].trigger()
    with_one = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    with qtbot.waitSignal(window.pictures.done, timeout=SECONDS):
        window.pictures.discard_recording()
    window.commands["reset"].trigger()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 0)
    window.commands["step_epoch"].trigger()
    without = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    for one, two in zip(with_one.snapshot.parameters, without.snapshot.parameters, strict=True):
        np.testing.assert_array_equal(one[0], two[0])


def test_nothing_is_written_before_there_are_curves(window, monkeypatch, answer):
    monkeypatch.setattr(window.pictures, "_history", lambda: None)
    window.commands["export_history"].trigger()
    assert _message(window) == "There are no curves yet"
