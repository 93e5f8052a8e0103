"""The keys of the parts of the window that no menu lists, as data, and all keys together."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.menus.table import commands

translate = QCoreApplication.translate  # by a name that lupdate finds


@dataclass(frozen=True)
class PartKeys:
    """Keys that a part of the window acts on while it has the focus.

    Parameters
    ----------
    name : str
        What they do, in code.
    keys : tuple of str
        Each a QKeySequence in portable text.
    text : str
        What they do, in the user's language.
    """

    name: str
    keys: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Section:
    """A title and lines of (keys as the platform writes them, what they do)."""

    title: str
    rows: tuple[tuple[tuple[str, ...], str], ...]


def canvas_keys() -> tuple[PartKeys, ...]:
    """Return what the network diagram acts on."""
    arrows = ("Left", "Right", "Up", "Down")
    return (
        PartKeys("move", arrows, translate("Shortcuts", "From neuron to neuron")),
        PartKeys("pin", ("Return",), translate("Shortcuts", "Pin the card, or let it go")),
        PartKeys("links", ("[", "]"), translate("Shortcuts", "Through the links of a neuron")),
        PartKeys("mute", ("M",), translate("Shortcuts", "Mute a neuron or a weight")),
        PartKeys("freeze", ("F",), translate("Shortcuts", "Freeze a neuron, weight or layer")),
        PartKeys("redraw", ("R",), translate("Shortcuts", "Re-initialise what is chosen")),
        PartKeys("remove", ("Delete",), translate("Shortcuts", "Remove a neuron or layer")),
        PartKeys("units", ("+", "-"), translate("Shortcuts", "One neuron more or less")),
        PartKeys("add", ("Insert",), translate("Shortcuts", "Add a layer behind the selected one")),
        PartKeys("menu", ("Menu", "Shift+F10"), translate("Shortcuts", "Open the menu of what is chosen")),
        PartKeys("play", ("Space",), translate("Shortcuts", "Train, or pause; on a title: select the layer")),
    )


def field_keys() -> tuple[PartKeys, ...]:
    """Return what the big field acts on."""
    return (
        PartKeys("probe", ("P",), translate("Shortcuts", "Set the probe, or take it away")),
        PartKeys("move_probe", ("Left", "Right", "Up", "Down"), translate("Shortcuts", "Move the probe")),
    )


def matrix_keys() -> tuple[PartKeys, ...]:
    """Return what the weight matrix acts on."""
    return (
        PartKeys("move", ("Left", "Right", "Up", "Down"), translate("Shortcuts", "From number to number")),
        PartKeys("edit", ("F2",), translate("Shortcuts", "Edit the number; or just type another")),
        PartKeys("copy", ("Ctrl+C",), translate("Shortcuts", "Copy the selected numbers")),
        PartKeys("paste", ("Ctrl+V",), translate("Shortcuts", "Paste numbers from here on")),
        PartKeys("all", ("Ctrl+A",), translate("Shortcuts", "Select all numbers")),
    )


def sections() -> tuple[Section, ...]:
    """Return all keys: those of the menus first, then those of the parts."""
    found: list[Section] = []
    menus: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for command in commands():
        if command.shortcuts:
            keys = tuple(_native(key) for key in command.shortcuts)
            menus.setdefault(_plain(command.menu), []).append((keys, _plain(command.text)))
    found += [Section(title, tuple(rows)) for title, rows in menus.items()]
    for title, table in (
        (translate("Shortcuts", "On the canvas"), canvas_keys()),
        (translate("Shortcuts", "On the field"), field_keys()),
        (translate("Shortcuts", "In the weight matrix"), matrix_keys()),
    ):
        rows = tuple((tuple(_native(key) for key in one.keys), one.text) for one in table)
        found.append(Section(title, rows))
    return tuple(found)


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def _native(key: str | QKeySequence.StandardKey) -> str:
    arrows = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
    text = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    head, plus, last = text.rpartition("+")
    return f"{head}{plus}{arrows[last]}" if last in arrows else text
