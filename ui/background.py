"""Work that takes a while, in a thread of its own, and its result in the window's."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.errors import UnfoldError
from ui.wording.faults import told

if TYPE_CHECKING:
    from collections.abc import Callable


class Background(QObject):
    """Calls one function at a time.

    Parameters
    ----------
    name : str
        Of the thread.
    parent : QObject, optional
        The owner; what ends after it is gone is told to nobody.
    """

    done = Signal(object)
    """What the function has returned."""
    refused = Signal(object)
    """The UnfoldError that it raised; an OSError becomes one."""
    failed = Signal(str)
    """A fault of the program: its traceback."""

    _ended = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._stopped = False
        # Queued: the thread emits, the window's takes.
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a function is under way."""
        return self._thread is not None

    def start(self, work: Callable[[], Any]) -> None:
        """Call a function; the one before must have ended."""
        assert self._thread is None, "one at a time"
        self._thread = threading.Thread(target=self._work, args=(work,), name=self._name, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is under way any more."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Wait at the end of the program; nobody is told any more, and the log alone knows what failed."""
        self._stopped = True
        self.wait()

    def _work(self, work: Callable[[], Any]) -> None:
        try:
            self._ended.emit(work(), None)
        except Exception as error:
            self._ended.emit(None, told(error))

    @Slot(object, object)
    def _tell(self, result: Any, error: UnfoldError | str | None) -> None:
        self.wait()
        self._thread = None
        if self._stopped:
            if error is not None:
                logging.getLogger(__name__).warning("at the end, in %s: %s", self._name, error)
        elif error is None:
            self.done.emit(result)
        elif isinstance(error, UnfoldError):
            self.refused.emit(error)
        else:
            self.failed.emit(error)
