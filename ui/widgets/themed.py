"""Passing a theme on to the controls that paint themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ui.looks.theme import Theme


def spread_theme(root: QWidget, theme: Theme) -> None:
    """Call ``set_theme`` of every control below ``root`` that has one."""
    for child in root.findChildren(QWidget):
        setter = getattr(child, "set_theme", None)
        if setter is not None:
            setter(theme)


def chain_tabs(anchor: QWidget, controls: Iterable[QWidget]) -> None:
    """Let the Tab key go from ``anchor`` through the controls, which may have been made much later."""
    policy = anchor.focusPolicy()
    anchor.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt orders nothing after a widget without focus
    before = anchor
    for control in controls:
        QWidget.setTabOrder(before, control)
        before = control
    anchor.setFocusPolicy(policy)


def focusable(root: QWidget) -> list[QWidget]:
    """Return the controls below a widget that the Tab key reaches, in the order they were made."""
    return [
        child
        for child in root.findChildren(QWidget)
        # The list of a combo box is a window of its own.
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.window() == root.window()
    ]


def set_look(widget: QWidget, look: str) -> None:
    """Give a widget another look of the style sheet; again at any time."""
    if widget.property("look") == look:
        return
    widget.setProperty("look", look)
    repolish(widget)


def repolish(widget: QWidget) -> None:
    """Make the style sheet look at a widget's properties anew."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def label(text: str, look: str) -> QLabel:
    """Return a label with a look of the style sheet."""
    result = QLabel(text)
    result.setProperty("look", look)
    return result
