"""What a user does in the dialogs that come, for the fixture ``answer``."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QLineEdit, QListView

from ui.dialogs.messages import ProblemDialog


def typed(name):
    """Type a file's name and accept."""

    def act(dialog):
        assert isinstance(dialog, QFileDialog), dialog
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(name))
        dialog.accept()

    return act


def typed_over(qtbot, name):
    """Type another name over the one on offer, which the folder has."""

    def act(dialog):
        # Only once the folder is read is it selected in the list; a dialog without the focus keeps it so.
        chosen = dialog.findChild(QListView, "listView").selectionModel()
        qtbot.waitUntil(chosen.hasSelection)
        chosen.clearSelection()
        typed(name)(dialog)

    return act


def pressed(button):
    """Press one of a box's standard buttons."""
    return lambda box: box.button(button).click()


def named(text, expected=""):
    """Press the button with this text, of a box that says this."""

    def act(box):
        assert expected in f"{box.text()} {box.informativeText()}"
        next(button for button in box.buttons() if button.text().replace("&", "") == text).click()

    return act


def read_problem(expected):
    """Read what is wrong, which has this in it."""

    def act(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        text = dialog.text.toPlainText()
        dialog.accept()
        assert expected in text

    return act
