"""Keeping a window, with the frame around it, on its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def fit(window: QWidget) -> None:
    """Make a window no larger than the room that its screen has, and put it there if it was.

    The frame is known once the window is on the screen; before that it counts as none.  Where not even the
    window's least size has room it is left to the window manager.
    """
    room = window.screen().availableGeometry()
    frame = window.frameGeometry().size() - window.size()
    most, least = room.size() - frame, window.minimumSize()
    is_small = window.width() <= most.width() and window.height() <= most.height()
    if is_small or window.isMaximized() or window.isFullScreen() or least.boundedTo(most) != least:
        return
    window.resize(window.size().boundedTo(most))
    outer = window.size() + frame
    corner = window.frameGeometry().topLeft()
    last = QPoint(room.right() + 1 - outer.width(), room.bottom() + 1 - outer.height())
    window.move(
        max(room.left(), min(corner.x(), last.x())),
        max(room.top(), min(corner.y(), last.y())),
    )
