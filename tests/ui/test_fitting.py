"""The window and its frame on screens that are too small for them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMargins, QRect
from PySide6.QtWidgets import QWidget

from ui import window as window_module
from ui.fitting import fit

FRAME = QMargins(4, 28, 4, 4)


class Framed(QWidget):
    """A window on a screen with so much room, in a frame or not shown yet."""

    room = QRect(0, 0, 1440, 900)
    frame = QMargins()

    def screen(self):
        return SimpleNamespace(availableGeometry=lambda: self.room)

    def frameGeometry(self):
        return self.geometry().marginsAdded(self.frame)

    def move(self, x, y):
        super().move(x + self.frame.left(), y + self.frame.top())


@pytest.fixture
def framed(qtbot):
    window = Framed()
    qtbot.addWidget(window)
    window.setMinimumSize(1140, 680)
    window.resize(1440, 900)
    return window


def test_a_window_as_large_as_the_screen_makes_room_for_its_frame(framed):
    fit(framed)
    assert (framed.width(), framed.height()) == (1440, 900)  # no frame yet
    framed.frame = FRAME
    fit(framed)
    assert framed.frameGeometry() == framed.room


@pytest.mark.parametrize(
    "room", [QRect(0, 0, 1366, 768), QRect(70, 32, 1210, 748), QRect(-1920, 0, 1280, 740)]
)
def test_it_lies_inside_of_what_panels_leave(framed, room):
    framed.room, framed.frame = room, FRAME
    framed.move(300, 200)
    fit(framed)
    assert room.contains(framed.frameGeometry())


def test_what_has_room_is_left_alone_wherever_it_is(framed):
    framed.frame = FRAME
    framed.resize(1200, 700)
    framed.move(900, 500)  # reaches over the edge, as its user has put it
    before = framed.geometry()
    fit(framed)
    assert framed.geometry() == before


def test_a_screen_too_small_for_the_least_size_is_the_window_managers(framed):
    framed.room = QRect(0, 0, 800, 600)
    fit(framed)
    assert (framed.width(), framed.height()) == (1440, 900)


@pytest.fixture
def fitted(monkeypatch):
    found = []
    monkeypatch.setattr(window_module, "fit", lambda window: found.append(window.isVisible()))
    return found


def test_the_window_is_fitted_before_it_is_shown_and_once_its_frame_is_known(fitted, window, qtbot):
    assert fitted == [False, True]
