"""Opening a file or a link that is dropped onto the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from engine.files.projects.project import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

DOCUMENTS = (SUFFIX, ".json")
TABLES = (".csv", ".tsv")
NETWORKS = (".onnx", ".safetensors", ".npz")


class DropWindow(QMainWindow):
    """A window that takes one file or one link at a time, wherever it is dropped."""

    fileDropped = Signal(object)
    """The Path of a project or an experiment that was dropped."""
    tableDropped = Signal(object)
    """The Path of a table."""
    networkDropped = Signal(object)
    """The Path of a network or its weights."""
    linkDropped = Signal(str)
    """A link of TensorFlow Playground."""
    dropRefused = Signal(str)
    """What is dragged cannot be opened: what can be."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a drag of what can be opened, and say of what else another program brings what that is."""
        if self._opener(event.mimeData()) is not None:
            event.acceptProposedAction()
        elif event.source() is None:
            self.dropRefused.emit(
                self.tr(
                    "Drop one file here: .unfold, .json, .csv, .tsv, .onnx, .safetensors or .npz; or a link "
                    "of TensorFlow Playground"
                )
            )

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        opener = self._opener(event.mimeData())
        if opener is not None:
            event.acceptProposedAction()
            # A question may come: the other program need not wait for the answer.
            QTimer.singleShot(0, self, opener)

    def _opener(self, data: QMimeData) -> Callable[[], None] | None:
        """Return what tells of a drag, None where it is nothing to open or more than one file."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            path = files[0]
            kinds = (
                (DOCUMENTS, self.fileDropped),
                (TABLES, self.tableDropped),
                (NETWORKS, self.networkDropped),
            )
            told = next((signal for suffixes, signal in kinds if path.suffix.lower() in suffixes), None)
            return None if told is None or len(files) > 1 else lambda: told.emit(path)
        link = _link_of(data)
        return None if link is None else lambda: self.linkDropped.emit(link)


def _link_of(data: QMimeData) -> str | None:
    """Return the link that is dragged as an address or as text."""
    from engine.files.playground.link import is_link  # the start need not wait for links

    texts = (data.text(), *(bytes(url.toEncoded().data()).decode() for url in data.urls()))
    return next((text for text in texts if is_link(text)), None)
