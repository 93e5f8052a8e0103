"""Work in a thread of its own, told in the window's."""

from __future__ import annotations

import threading

import pytest

from engine.errors import UnfoldError
from engine.files.atomic import check_writable
from ui.background import Background


@pytest.fixture
def background(qtbot):
    made = Background("test-work")
    yield made
    made.wait()


def raising(error):
    def work():
        raise error

    return work


def test_the_result_comes_in_the_windows_thread(background, qtbot):
    threads = []
    background.done.connect(lambda _result: threads.append(threading.current_thread()))
    with qtbot.waitSignal(background.done) as told:
        background.start(threading.current_thread)
        assert background.busy
    (worked_in,) = told.args
    assert worked_in.name == "test-work"
    assert threads == [threading.main_thread()]
    assert not background.busy


def test_what_a_user_can_act_on_is_told_as_such(background, qtbot):
    error = UnfoldError("no")
    with qtbot.waitSignal(background.refused) as told:
        background.start(raising(error))
    assert told.args == [error]


def test_a_file_that_cannot_be_written_is_named(background, qtbot):
    with qtbot.waitSignal(background.refused) as told:
        background.start(raising(OSError(28, "No space left on device", "w.onnx")))
    assert told.args[0].problems == ("w.onnx: no space left on device",)


def test_a_folder_that_is_not_there_is_named(background, qtbot, tmp_path):
    path = tmp_path / "Nope" / "x.py"
    with qtbot.waitSignal(background.refused) as told:
        background.start(lambda: check_writable(path))
    assert told.args[0].problems == (f"{path}: the folder {path.parent} does not exist",)


def test_a_fault_comes_with_its_traceback(background, qtbot):
    with qtbot.waitSignal(background.failed) as told:
        background.start(raising(ZeroDivisionError()))
    assert "ZeroDivisionError" in told.args[0]


def test_one_after_the_other(background, qtbot):
    for value in (1, 2):
        with qtbot.waitSignal(background.done) as told:
            background.start(lambda value=value: value)
        assert told.args == [value]


def test_after_the_end_nobody_is_told(background, qtbot, caplog):
    told = []
    for signal in (background.done, background.refused, background.failed):
        signal.connect(told.append)
    for work in (lambda: 1, raising(UnfoldError("too late"))):
        background.start(work)
        background.stop()
        qtbot.waitUntil(lambda: not background.busy)
    assert not told
    assert "too late" in caplog.text
