"""Real mouse and keyboard events, sent by xdotool through the X server."""

from __future__ import annotations

import contextlib
import subprocess
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QMainWindow, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_MS = 20_000


class Hand:
    """Moves, clicks and types as a person would; the window lives on meanwhile."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot

    def do(self, *words) -> None:
        """Run one xdotool command while the event loop goes on."""
        process = subprocess.Popen(["xdotool", *(str(word) for word in words)], stderr=subprocess.PIPE)
        self.qtbot.waitUntil(lambda: process.poll() is not None, timeout=_PATIENCE_MS)
        error = process.stderr.read().decode()
        process.stderr.close()
        assert process.returncode == 0, error
        self.settle()

    def focus(self) -> None:
        """Give the keyboard to the program's window, as a window manager does when a dialog closes."""
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow)]
        self.do("windowfocus", next(int(w.winId()) for w in windows if w.isVisible()))

    def settle(self) -> None:
        """Let the events that are on their way arrive."""
        self.qtbot.wait(30)

    def move(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Move the pointer to a widget."""
        point = widget.mapToGlobal(widget.rect().center() if at is None else at)
        self.do("mousemove", point.x(), point.y())

    def click(self, widget: QWidget, at: QPoint | None = None, times: int = 1) -> None:
        """Click a widget that is visible and enabled, in its middle or elsewhere."""
        assert widget.isVisible() and widget.isEnabled(), f"{widget.accessibleName()!r} cannot be clicked"
        self.move(widget, at)
        for _ in range(times):
            self.do("click", 1)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Press at one point of a widget, move in steps, and release at another."""
        self.move(widget, start)
        self.do("mousedown", 1)
        for i in range(1, 9):
            self.move(widget, start + (end - start) * i / 8)
        self.do("mouseup", 1)

    def choose(self, combo: QComboBox, text: str) -> None:
        """Open a combo box with the mouse and click one of its entries."""
        self.click(combo)
        view = combo.view()
        self.qtbot.waitUntil(view.isVisible, timeout=_PATIENCE_MS)
        self.qtbot.wait(QApplication.doubleClickInterval())  # a popup ignores the click that opened it
        row = combo.findText(text)
        assert row >= 0, f"{text!r} is not offered, only {[combo.itemText(i) for i in range(combo.count())]}"
        index = combo.model().index(row, combo.modelColumn(), combo.rootModelIndex())
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center())
        self.qtbot.waitUntil(lambda: combo.currentText() == text, timeout=_PATIENCE_MS)

    def key(self, *keys: str) -> None:
        """Press keys, such as ``ctrl+z``."""
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.do("type", "--delay", "5", "--", text)

    @contextlib.contextmanager
    def answering(self, kind: type[QDialog], answer: Callable[[QDialog], None]) -> Iterator[None]:
        """Answer the modal dialog that opens in this context.

        A modal dialog runs an event loop of its own inside the act that opened it, so the answer must
        come from there.
        """
        problems: list[BaseException] = []
        answered: list[QDialog] = []
        watch = QTimer(interval=50)

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, kind) and not answered:
                answered.append(dialog)
                try:
                    answer(dialog)
                except BaseException as problem:  # raised again below, outside the dialog
                    problems.append(problem)
                    dialog.reject()

        watch.timeout.connect(look)
        watch.start()
        yield
        self.qtbot.waitUntil(lambda: bool(answered), timeout=_PATIENCE_MS)
        # It may have been opened over another one.
        top = QApplication.activeModalWidget
        self.qtbot.waitUntil(lambda: not isinstance(top(), kind), timeout=_PATIENCE_MS)
        watch.stop()
        if problems:
            raise problems[0]
        self.focus()


def named(window: QWidget, name: str, kind: type = QWidget):
    """Find the visible control with an accessible name."""
    found = [w for w in window.findChildren(kind) if w.accessibleName() == name and w.isVisible()]
    names = sorted({w.accessibleName() for w in window.findChildren(kind) if w.accessibleName()})
    assert found, f"no control is called {name!r}; there are {names}"
    return found[0]


def wait_for(qtbot, condition, seconds: float, what) -> None:
    """Wait for a condition, and say how things stood where it did not come."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, what()
        qtbot.wait(20)
