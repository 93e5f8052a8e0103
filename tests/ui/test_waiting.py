"""Commands that come while the engine is not ready: the window says so, and they go on by themselves."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from ui.dialogs.export import ExportDialog
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.picture import SavePictureDialog
from ui.dialogs.record import RecordDialog
from ui.settings import Store
from ui.training import worker
from ui.window import MainWindow

COMMANDS = {
    "export": ExportDialog,
    "import_weights": QFileDialog,
    "save_picture": SavePictureDialog,
    "save_report": QFileDialog,
    "export_history": QFileDialog,
    "record": RecordDialog,
}


@pytest.fixture
def gate(monkeypatch):
    """Hold the engine up until the event that is returned; what stands in the list then breaks it."""
    go_on, faults = threading.Event(), []
    prepared = worker.Worker._prepared

    def slow(self):
        assert go_on.wait(30)
        if faults:
            raise faults[0]
        return prepared(self)

    monkeypatch.setattr(worker.Worker, "_prepared", slow)
    yield go_on, faults
    go_on.set()


@pytest.fixture
def cold(qtbot, appearance, settings_path, opened_with, gate):
    """A window whose engine is not ready."""
    window = MainWindow(opened_with, None, appearance, Store(settings_path))
    window.failures = []
    window.session.failed.connect(window.failures.append)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: window._started)
    yield window
    gate[0].set()
    window.close()
    window.deleteLater()


def _says(window):
    return window.status.message.full_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_told_and_goes_on_by_itself_once(cold, qtbot, gate, command):
    for _ in range(2):
        cold.commands[command].trigger()
    assert "Waiting for the engine" in _says(cold)
    cold.status.show_message("something else")
    assert "Waiting for the engine" in _says(cold)
    assert QApplication.activeModalWidget() is None
    told = []
    cold.session.waitingChanged.connect(lambda on: told.append((on, QApplication.activeModalWidget())))
    seen = []

    def look():
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            seen.append(type(dialog))
            dialog.reject()

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    gate[0].set()
    qtbot.waitUntil(lambda: bool(seen), timeout=60_000)
    qtbot.wait(50)  # a second one would come now
    timer.stop()
    assert seen == [COMMANDS[command]]
    assert told == [(False, None)], "the sign goes before the dialog comes"
    assert _says(cold) == "something else"
    assert not cold.failures


def test_an_engine_that_does_not_start_is_told_instead(cold, qtbot, gate, answer):
    gate[1].append(RuntimeError("no compiler"))
    cold.commands["export"].trigger()

    def read(dialog):
        assert isinstance(dialog, ProblemDialog)
        assert "did not start" in dialog.text.toPlainText()
        dialog.reject()

    answer(read)
    gate[0].set()
    qtbot.waitUntil(lambda: bool(cold.failures))
    qtbot.waitUntil(lambda: _says(cold) == "")
    assert "no compiler" in cold.failures[0]
    assert cold.exports.dialog is None
