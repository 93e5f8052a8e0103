"""The commands of the Help menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ui.menus.command import Command


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    help_ = translate("Actions", "&Help")
    return (
        Command(
            "shortcuts",
            help_,
            "help.show_shortcuts",
            translate("Actions", "&Keyboard shortcuts"),
            shortcuts=("F1",),
        ),
        Command("about", help_, "help.show_about", translate("Actions", "&About Unfold")),
    )
