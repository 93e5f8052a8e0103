"""The commands of the Edit menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.menus.command import Command

_Key = QKeySequence.StandardKey


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    edit = translate("Actions", "&Edit")
    return (
        Command("undo", edit, "", translate("Actions", "&Undo"), shortcuts=(_Key.Undo,), icon="undo"),
        Command(
            "redo", edit, "", translate("Actions", "&Redo"), shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"
        ),
        Command(
            "edit_title",
            edit,
            "titles.edit",
            translate("Actions", "&Title…"),
            translate("Actions", "Name the experiment, as exports and reports call it"),
            separated=True,
        ),
    )
