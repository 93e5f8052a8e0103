"""A view on the screen, and what a hand does to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt

from ui.looks import theme

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot, view, size=(380, 445)):
    """Show a view in the light theme."""
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_theme(theme.LIGHT)
    view.show()
    qtbot.waitExposed(view)
    return view


def tick(qtbot, box):
    """Click a check box on its square."""
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))


def constant(frame, *values):
    """Return the frame with a field that has one value an output."""
    field = np.stack([np.full(frame.field.shape[1:], value, np.float32) for value in values])
    return replace(frame, field=field)


def next_frame(qtbot, window, condition):
    """Return the first frame from now on of which a condition holds."""
    count = len(window.frames)
    qtbot.waitUntil(lambda: any(map(condition, window.frames[count:])), timeout=30_000)
    return next(filter(condition, window.frames[count:]))
