"""The whole window by keyboard: every control has a name, Tab reaches it, and one sees where it is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget


def _controls(window):
    """Return what takes the focus by Tab, in sight or not."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if widget.focusProxy() is None
    ]


def _is_passed_over(widget):
    """Whether the arrow keys lead here and Tab does not: buttons of which one is always checked."""
    if not isinstance(widget, QAbstractButton) or widget.isChecked():
        return False
    group = widget.group()
    return widget.autoExclusive() or (group is not None and group.exclusive())


def _called(widget):
    """Return what a screen reader says of a control."""
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return widget.accessibleName() or text


def _picture(widget):
    """Return a control with the ring around it, as bytes."""
    window = widget.window()
    corner = widget.mapTo(window, widget.rect().topLeft())
    rect = widget.rect().translated(corner).adjusted(-6, -6, 6, 6)
    image = window.grab(rect).toImage().convertToFormat(window.grab(rect).toImage().Format.Format_RGB888)
    return np.frombuffer(image.constBits(), np.uint8).copy()


def _pages(window, qtbot):
    """Open every page below the canvas in turn."""
    yield ""
    parts = window.instruments
    for key, page in (
        ("layer", parts.inspector),
        ("steps", parts.steps),
        ("activation", parts.activation),
        ("weights", parts.weights),
        ("history", parts.history),
    ):
        parts.drawer.open(key)
        assert parts.drawer.current() == key
        qtbot.waitUntil(lambda page=page: not page.visibleRegion().isEmpty())
        QApplication.sendPostedEvents()  # to lay out what has appeared
        yield key


def test_every_control_has_a_name_and_says_what_it_does(window, qtbot):
    for page in _pages(window, qtbot):
        for widget in _controls(window):
            where = f"{type(widget).__name__} in {type(widget.parent()).__name__} ({page})"
            assert _called(widget), f"{where} has no accessible name"
            owner = widget
            while owner is not window and not (owner.toolTip() or owner.accessibleDescription()):
                owner = owner.parentWidget()
            assert owner is not window, f"{_called(widget)!r}, {where} is explained nowhere"


def test_tab_reaches_every_control(window, qtbot):
    for page in _pages(window, qtbot):
        window.canvas.setFocus()
        wanted = set(_controls(window))
        reached = set()
        for _ in range(2 * len(wanted) + 10):
            reached.add(QApplication.focusWidget())
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        wanted = {widget for widget in wanted if not _is_passed_over(widget)}
        missing = {f"{_called(widget)} ({type(widget).__name__})" for widget in wanted - reached}
        assert not missing, (page, missing, [_called(w) for w in reached])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_sees_where_the_focus_is(window, qtbot, scheme):
    window.appearance.choose(scheme)
    for page in _pages(window, qtbot):
        window.canvas.setFocus()
        for _ in range(len(_controls(window))):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            widget = QApplication.focusWidget()
            focused = _picture(widget)
            widget.clearFocus()
            blank = _picture(widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            assert focused.size != blank.size or (focused != blank).sum() > 20, (
                f"{_called(widget)} ({type(widget).__name__}, {page}) looks the same with the focus"
            )
