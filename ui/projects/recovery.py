"""After a crash: the work that was left behind, offered back once at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from ui.dialogs.messages import show_problems
from ui.projects.recovery_files import left_behind, recovery_folder

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from ui.commands.files import FileCommands
    from ui.looks.appearance import Appearance
    from ui.projects.recovery_files import Left


class Recovery(QObject):
    """Asks what becomes of work that an earlier program has not saved.

    Parameters
    ----------
    window : QWidget
        The parent of the dialogs, and the owner.
    files : FileCommands
        Opens what is restored.
    appearance : Appearance
        The theme.
    folder : Path, optional
        Where to look.
    """

    def __init__(
        self, window: QWidget, files: FileCommands, appearance: Appearance, folder: Path | None = None
    ) -> None:
        super().__init__(window)
        self._window = window
        self._files = files
        self._appearance = appearance
        self._folder = folder or recovery_folder()

    @Slot()
    def offer(self) -> None:
        """Offer what there is; nothing happens where there is none."""
        found, problems = left_behind(self._folder)
        if problems and not found:
            headline = self.tr("Unsaved work of an earlier start could not be read; it is kept")
            show_problems(self._window, self._appearance.theme, headline, problems)
        if not found:
            return
        from ui.dialogs.recovery import RecoveryDialog  # most starts need none

        notes = [self.tr("Not readable, but kept:"), *problems] if problems else []
        dialog = RecoveryDialog(self._window, found, lambda left: self._discard(found, left), notes)
        chosen = dialog.chosen if dialog.exec() == RecoveryDialog.DialogCode.Accepted else None
        dialog.deleteLater()
        for left in found:
            if left is not chosen:
                left.slot.leave()
        if chosen is not None and not self._files.restore(chosen):
            chosen.slot.leave()

    def _discard(self, found: list[Left], left: Left) -> None:
        found.remove(left)
        left.slot.drop()
