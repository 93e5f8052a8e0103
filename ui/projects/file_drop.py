"""Opening a file that is dropped onto the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from engine.files.projects.project import SUFFIX

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

SUFFIXES = (SUFFIX, ".json")


class DropWindow(QMainWindow):
    """A window that takes one project or experiment at a time, wherever it is dropped."""

    fileDropped = Signal(object)
    """The Path of a file that was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a drag of such a file."""
        if _file_of(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which file was dropped."""
        path = _file_of(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            # A question may come: the other program need not wait for the answer.
            QTimer.singleShot(0, self, lambda: self.fileDropped.emit(path))


def _file_of(data: QMimeData) -> Path | None:
    """Return the file that is dragged, None where it is none to open or more than one."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix.lower() in SUFFIXES else None
