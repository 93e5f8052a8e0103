"""Every menu command, in the order of the menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.menus import edit, file, help, network, train, view

if TYPE_CHECKING:
    from ui.menus.command import Command


def commands() -> tuple[Command, ...]:
    """Return all commands in the user's language."""
    menus = (file, edit, network, train, view, help)
    return tuple(command for menu in menus for command in menu.commands())
