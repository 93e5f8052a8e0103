"""A menu command as data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

Shortcut = str | QKeySequence.StandardKey


@dataclass(frozen=True)
class Command:
    """One command of a menu.

    Parameters
    ----------
    name : str
        The key of its slot and of its QAction.
    menu : str
        The title of the menu it stands in.
    slot : str
        What it calls, as a path from the window: "files.save".
    text, tip : str
        What it is called and, in a sentence, what it does.
    shortcuts : tuple
        Keys, the first shown in the menu.
    icon : str
        A name of ``resources/icons``, or none.
    group : str
        Checkable; of one group one is checked, and its slot takes its value.  One whose group has its own
        name stands alone, and its slot takes whether it is on.
    value : str
        See ``group``; without a group, what the slot takes each time.
    separated : bool
        Whether a line stands above it.
    local : bool
        Whether its keys act on the canvas alone: elsewhere they have another meaning.
    """

    name: str
    menu: str
    slot: str
    text: str
    tip: str = ""
    shortcuts: tuple[Shortcut, ...] = ()
    icon: str = ""
    group: str = ""
    value: str = ""
    separated: bool = False
    local: bool = False
