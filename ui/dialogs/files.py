"""Asking for files: the suffix follows the filter or what was typed, and nothing is overwritten unasked."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLineEdit, QListView, QToolButton

from ui.dialogs.buttons import lead
from ui.dialogs.messages import ask_overwrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class FileType:
    """A kind of file: what it is called, and its suffix with the dot."""

    text: str
    suffix: str

    @property
    def filter(self) -> str:
        """The line in the dialog's list of types."""
        return f"{self.text} (*{self.suffix})"


def ask_open(parent: QWidget, title: str, types: Sequence[FileType], folder: str) -> Path | None:
    """Let the user choose an existing file; None if they think better of it."""
    dialog = _dialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    every = QCoreApplication.translate("FileDialog", "All files") + " (*)"
    filters = [kind.filter for kind in types]
    if len(types) > 1:  # all of them at once first
        patterns = " ".join(f"*{kind.suffix}" for kind in types)
        filters.insert(0, f"{QCoreApplication.translate('FileDialog', 'All of these')} ({patterns})")
    dialog.setNameFilters([*filters, every])
    return _chosen(dialog)


def ask_save(parent: QWidget, title: str, types: Sequence[FileType], folder: str, name: str) -> Path | None:
    """Let the user choose a file to write; None if they think better of it.

    Parameters
    ----------
    types : sequence of FileType
        The kinds that can be written, the usual one first.
    name : str
        The name to begin with, without suffix.
    """
    while True:
        dialog = _dialog(parent, title, folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        # Asked below, about the name with its suffix.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilters([kind.filter for kind in types])
        dialog.selectFile(name + types[0].suffix)
        dialog.filterSelected.connect(lambda chosen, d=dialog: _show_suffix(d, types, chosen))
        path = _chosen(dialog)
        if path is None:
            return None
        path = with_suffix(path, types, dialog.selectedNameFilter())
        if not path.exists() or ask_overwrite(parent, path):
            return path
        folder, name = str(path.parent), path.name.removesuffix(path.suffix)


def with_suffix(path: Path, types: Sequence[FileType], chosen: str) -> Path:
    """Return the path with a suffix of one of the types: as typed, or that of the chosen filter."""
    if any(path.name.lower().endswith(kind.suffix) and path.name.lower() != kind.suffix for kind in types):
        return path
    kind = next((kind for kind in types if kind.filter == chosen), types[0])
    return path.with_name(path.name + kind.suffix)


def _show_suffix(dialog: QFileDialog, types: Sequence[FileType], chosen: str) -> None:
    """Let the name on show follow the type that was chosen in the list."""
    new = next((kind.suffix for kind in types if kind.filter == chosen), "")
    selected = dialog.selectedFiles()
    if not new or not selected:
        return
    name = Path(selected[0]).name
    old = next((kind.suffix for kind in types if name.lower().endswith(kind.suffix)), None)
    if old is not None:
        dialog.selectFile(name[: -len(old)] + new)


def _dialog(parent: QWidget, title: str, folder: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    if sys.platform.startswith("linux") and not os.environ.get("XDG_CURRENT_DESKTOP"):
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setDirectory(folder if folder and Path(folder).is_dir() else str(Path.home()))
    _heed_typing(dialog)
    _recolour_arrows(dialog)
    return dialog


def _recolour_arrows(dialog: QFileDialog) -> None:
    """Paint the arrows in the colour of texts: the style has them black, on whatever ground."""
    for name in ("backButton", "forwardButton", "toParentButton"):
        button = dialog.findChild(QToolButton, name)
        if isinstance(button, QToolButton):  # not in the desktop's own dialog
            ratio, size = dialog.devicePixelRatioF(), button.iconSize()
            icon = QIcon()
            for mode, group in (
                (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
                (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
            ):
                image = button.icon().pixmap(size, ratio, QIcon.Mode.Normal)
                painter = QPainter(image)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
                painter.fillRect(image.rect(), dialog.palette().color(group, QPalette.ColorRole.ButtonText))
                painter.end()
                icon.addPixmap(image, mode)
            button.setIcon(icon)


def _heed_typing(dialog: QFileDialog) -> None:
    """Let what is typed decide, never a folder that the list selected on the way there.

    While a path is typed, Qt selects each folder that it passes, and drops it only while the line has the
    focus. The popup of completions takes that for a moment: then the folder stays selected, and Enter goes
    there, or nowhere where the dialog is there already.
    """
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    listed = dialog.findChild(QListView, "listView")
    if line is None or listed is None:  # the desktop's own dialog
        return
    line.setCompleter(None)  # type: ignore[arg-type]  # Qt allows it, the stubs do not
    line.textEdited.connect(lambda: listed.selectionModel().clearSelection())


def _chosen(dialog: QFileDialog) -> Path | None:
    buttons = dialog.findChild(QDialogButtonBox)
    if isinstance(buttons, QDialogButtonBox):  # not the desktop's own dialog
        kinds = QDialogButtonBox.StandardButton
        saves = dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
        lead(buttons, buttons.button(kinds.Save if saves else kinds.Open))
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    files = dialog.selectedFiles() if accepted else []
    dialog.deleteLater()
    return Path(files[0]) if files else None
