"""What the tests of the window share."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ui import theme


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
