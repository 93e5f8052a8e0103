"""What the tests of the window share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import resources
from engine.experiment import Experiment
from ui.garbage import Collector
from ui.looks import theme
from ui.looks.appearance import Appearance
from ui.settings import Store
from ui.window import MainWindow

TWO_SPIRALS = resources.path("experiments", "two-spirals.json")


@pytest.fixture(autouse=True)
def collector(qapp):
    """Collect garbage in this thread alone, as the window does: Qt's objects die where they lived."""
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture(scope="module")
def themed(qapp):
    """Lay out with the product's fonts and style sheet, and leave the application as it was."""
    before = (qapp.font(), qapp.palette(), qapp.styleSheet())
    theme.apply(qapp, theme.LIGHT)
    yield
    qapp.setStyleSheet(before[2])
    qapp.setFont(before[0])
    qapp.setPalette(before[1])


@pytest.fixture
def answer(qtbot):
    """Answer the dialogs to come, in order: each by a function of the dialog on top."""
    steps = []
    faults = []

    def look():
        dialog = QApplication.activeModalWidget()
        if not steps:
            return
        if dialog is None or not dialog.isVisible():
            QTimer.singleShot(10, look)
            return
        step = steps.pop(0)
        QTimer.singleShot(10, look)
        try:
            step(dialog)
        except Exception as fault:
            faults.append(fault)
            dialog.reject()

    def plan(*functions):
        steps.extend(functions)
        QTimer.singleShot(0, look)

    yield plan
    assert not steps, "a dialog that was to be answered never came"
    assert not faults, faults


@pytest.fixture
def appearance(qapp):
    """Lay out with the product's fonts and style sheet, and leave the application as it was."""
    before = (qapp.font(), qapp.palette(), qapp.styleSheet())
    result = Appearance(qapp, "light")
    yield result
    result.deleteLater()
    qapp.setStyleSheet(before[2])
    qapp.setFont(before[0])
    qapp.setPalette(before[1])


@pytest.fixture
def settings_path(tmp_path):
    return tmp_path / "config" / "settings.json"


@pytest.fixture
def opened_with():
    """Return what the window opens with; a module may say something else."""
    return Experiment.load(TWO_SPIRALS)


@pytest.fixture
def window(qtbot, appearance, settings_path, opened_with):
    store = Store(settings_path)
    window = MainWindow(opened_with, None, appearance, store)
    faults = []
    window.session.failed.connect(faults.append)
    window.frames = []
    window.session.frameReady.connect(window.frames.append)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: len(window.frames) > 0, timeout=60_000)
    yield window
    window.document.replace(window.document.experiment)  # nothing unsaved to ask about
    window.close()
    window.deleteLater()
    assert not faults, faults[0]
