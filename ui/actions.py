"""The QActions of all commands."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from ui.looks.icons import icon
from ui.menus.table import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QUndoStack
    from PySide6.QtWidgets import QMenuBar, QWidget

    from ui.looks.theme import Theme
    from ui.menus.command import Command


class Actions:
    """The QActions of all commands, by name, in the menus of a bar.

    Parameters
    ----------
    bar : QMenuBar
        Is filled with the menus.
    window : QWidget
        Where the slots are found and the shortcuts act.
    undo_stack : QUndoStack
        Names and enables undo and redo.
    canvas : QWidget
        Where the keys of local commands act.
    """

    def __init__(self, bar: QMenuBar, window: QWidget, undo_stack: QUndoStack, canvas: QWidget) -> None:
        self._window = window
        self._canvas = canvas
        self._undo_stack = undo_stack
        self._commands = commands()
        self._all: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        self.recent = QMenu(window)
        menus: dict[str, QMenu] = {}
        for command in self._commands:
            menu = menus.get(command.menu)
            if menu is None:
                menu = menus[command.menu] = bar.addMenu(command.menu)
            if command.separated:
                menu.addSeparator()
            menu.addAction(self._made(command))

    def __getitem__(self, name: str) -> QAction:
        """Return the action of a command."""
        return self._all[name]

    def keys(self, name: str) -> str:
        """Return the first shortcut of a command as the platform writes it."""
        return self._all[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def all_keys(self) -> dict[str, str]:
        """Return the first shortcut of every command, by its name; "" where there is none."""
        return {name: self.keys(name) for name in self._all}

    def _made(self, command: Command) -> QAction:
        match command.name:
            case "undo":
                action = self._undo_stack.createUndoAction(self._window)
            case "redo":
                action = self._undo_stack.createRedoAction(self._window)
            case "recent":
                action = self.recent.menuAction()
                action.setText(command.text)
            case _:
                action = QAction(command.text, self._window)
                self._connect(action, command)
        action.setObjectName(command.name)
        action.setShortcuts([QKeySequence(key) for key in command.shortcuts])
        action.setStatusTip(command.tip)
        if command.local:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._canvas.addAction(action)
        self._all[command.name] = action
        return action

    def _connect(self, action: QAction, command: Command) -> None:
        slot: Callable[..., object] = operator.attrgetter(command.slot)(self._window)
        if not command.group:
            action.triggered.connect(lambda _on: slot(command.value) if command.value else slot())
            return
        action.setCheckable(True)
        if command.group == command.name:
            action.triggered.connect(lambda on: slot(on))
            return
        action.triggered.connect(lambda _on: slot(command.value))
        if command.group not in self._groups:
            self._groups[command.group] = QActionGroup(self._window)
        self._groups[command.group].addAction(action)

    def show_recent(
        self, paths: Sequence[str], open_: Callable[[Path], object], clear: Callable[[], object]
    ) -> None:
        """Fill the menu of recent files; files of one name are told apart by their folders."""
        self.recent.clear()
        names = [Path(path).name for path in paths]
        for path, name in zip(paths, names, strict=True):
            text = name if names.count(name) == 1 else f"{name} — {Path(path).parent}"
            action = self.recent.addAction(text.replace("&", "&&"))
            action.setStatusTip(path)
            action.triggered.connect(lambda _checked, path=path: open_(Path(path)))
        self.recent.addSeparator()
        self.recent.addAction(QCoreApplication.translate("Actions", "Clear list")).triggered.connect(
            lambda _checked: clear()
        )
        self.recent.menuAction().setVisible(bool(paths))

    def set_theme(self, theme: Theme) -> None:
        """Recolour the icons."""
        for command in self._commands:
            if command.icon:
                self._all[command.name].setIcon(icon(command.icon, theme))
