"""What a user does in the dialogs that come, for the fixture ``answer``."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QLineEdit

from ui.dialogs.messages import ProblemDialog


def typed(name):
    """Type a file's name and accept."""

    def act(dialog):
        assert isinstance(dialog, QFileDialog), dialog
        dialog.findChild(QLineEdit, "fileNameEdit").setText(str(name))
        dialog.accept()

    return act


def pressed(button):
    """Press one of a box's standard buttons."""
    return lambda box: box.button(button).click()


def read_problem(expected):
    """Read what is wrong, which has this in it."""

    def act(dialog):
        assert isinstance(dialog, ProblemDialog), dialog
        text = dialog.text.toPlainText()
        dialog.accept()
        assert expected in text

    return act
