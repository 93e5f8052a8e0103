"""The commands of the Network menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.menus.command import Command

_Key = QKeySequence.StandardKey


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    network = translate("Actions", "&Network")
    return (
        Command(
            "add_layer",
            network,
            "canvas.building.add_layer",
            translate("Actions", "&Add layer"),
            translate("Actions", "Put another hidden layer behind the selected one, or before the output"),
            ("Ctrl+Shift+L",),
            "plus",
        ),
        Command(
            "duplicate_layer",
            network,
            "canvas.building.duplicate_layers",
            translate("Actions", "&Duplicate layer"),
            translate("Actions", "Put a copy with the same weights behind each selected layer"),
            ("Ctrl+D",),
            "duplicate",
        ),
        Command(
            "remove_layer",
            network,
            "canvas.building.remove_layers",
            translate("Actions", "&Remove layer"),
            translate("Actions", "Take the selected layers away, or the last hidden one"),
            ("Ctrl+Shift+Backspace",),
            "minus",
        ),
        Command(
            "move_layer_left",
            network,
            "canvas.building.move_left",
            translate("Actions", "Move layer &left"),
            translate("Actions", "Move the selected layers one place towards the inputs"),
            ("Ctrl+Shift+Left",),
            local=True,
            separated=True,
        ),
        Command(
            "move_layer_right",
            network,
            "canvas.building.move_right",
            translate("Actions", "Move layer ri&ght"),
            translate("Actions", "Move the selected layers one place towards the output"),
            ("Ctrl+Shift+Right",),
            local=True,
        ),
        Command(
            "select_layers",
            network,
            "canvas.building.select_all",
            translate("Actions", "&Select all layers"),
            translate("Actions", "Select all hidden layers, to edit them together"),
            (_Key.SelectAll,),
            local=True,
            separated=True,
        ),
    )
