"""What nobody catches is logged and told, once, in the window's thread."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QtMsgType

from ui import crash


@pytest.fixture
def guard(qapp, monkeypatch):
    told = []
    guard = crash.CrashGuard(told.append)
    guard.told = told
    for module, name in ((sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    # pytest-qt keeps the message handler, to fail tests on Qt's warnings.
    monkeypatch.setattr(crash, "qInstallMessageHandler", lambda handler: None)
    guard.install()
    return guard


def _fault():
    try:
        raise ZeroDivisionError("a fault")
    except ZeroDivisionError:
        return sys.exc_info()


def test_an_uncaught_exception_is_logged_and_told(guard, qtbot, caplog):
    sys.excepthook(*_fault())
    assert not guard.told  # not within the event that failed
    qtbot.waitUntil(lambda: len(guard.told) == 1)
    assert "ZeroDivisionError: a fault" in guard.told[0]
    assert "ZeroDivisionError: a fault" in caplog.text


def test_a_fault_in_a_thread_is_told_in_this_one(guard, qtbot):
    where = []
    guard._tell = lambda trace: where.append((threading.current_thread(), trace))

    def fail():
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(where) == 1)
    assert where[0][0] is threading.main_thread()
    assert "in a thread" in where[0][1]


def test_a_fault_while_one_is_told_opens_no_second_dialog(guard, qtbot, caplog):
    told = []

    def tell(trace):
        told.append(trace)
        guard.report("second")
        qtbot.wait(20)

    guard._tell = tell
    guard.report("first")
    qtbot.waitUntil(lambda: "second" in caplog.text)
    qtbot.wait(20)
    assert told == ["first"]


def test_ctrl_c_is_no_crash(guard, qtbot, capsys):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    qtbot.wait(20)
    assert not guard.told


def test_qt_messages_are_logged_with_their_level(caplog):
    crash._on_qt_message(QtMsgType.QtWarningMsg, None, "strange")
    assert ("qt.default", logging.WARNING, "strange") in caplog.record_tuples


def test_what_is_unsaved_is_kept_before_a_fault_is_told(guard, qtbot):
    order = []
    guard.telling.connect(lambda: order.append("kept"))
    guard._tell = lambda trace: order.append("told")
    guard.report("a fault")
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["kept", "told"]
