"""A real X screen, and a hand that moves a real mouse and presses real keys on it.

Where no screen is there, Xvfb provides one; without Xvfb and xdotool these tests fail, since nothing
else shows that the program works for a person.
"""

from __future__ import annotations

import contextlib
import sys

import pytest
from PySide6.QtCore import QCoreApplication

from tests.screen import on, xvfb


@pytest.fixture(scope="session")
def screen():
    """Provide an X display of the picture's size."""
    with xvfb() as display, pytest.MonkeyPatch.context() as patch:
        for name, value in on(display).items():
            patch.setenv(name, value)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield display
        application = QCoreApplication.instance()
        if application is not None:
            application.shutdown()  # while its server is still there


@pytest.fixture(scope="session")
def qapp_args(screen):
    """Run Qt on the real screen."""
    return ["unfold"]


@pytest.fixture
def open_window(qapp, qtbot, tmp_path):
    """Open the program's window as ``ui.app`` does; closed and joined at the end."""
    from ui.app import SWITCH_SECONDS
    from ui.garbage import Collector
    from ui.looks.appearance import Appearance
    from ui.settings import Store
    from ui.window import MainWindow

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    failures = []
    collector = Collector()
    collector.start()
    with contextlib.ExitStack() as stack:

        def open_(experiment, path=None, theme="light"):
            store = Store(tmp_path / "settings.json", qapp)
            appearance = Appearance(qapp, theme)
            window = MainWindow(experiment, path, appearance, store)
            window.session.failed.connect(failures.append)
            stack.callback(window.deleteLater)
            stack.callback(window.finish)
            window.move(0, 0)
            window.show()
            qtbot.waitExposed(window)
            window.activateWindow()
            return window

        yield open_
    collector.stop()
    sys.setswitchinterval(before)
    assert not failures, failures[0]


@pytest.fixture
def hand(qtbot, screen):
    """Return the hand."""
    from tests.e2e.hand import Hand

    return Hand(qtbot)
