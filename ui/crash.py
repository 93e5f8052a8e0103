"""Nothing fails silently: what nobody catches is written to a log and told to the user."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from platformdirs import user_log_path
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, Slot, qInstallMessageHandler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_path() -> Path:
    """Return where the log is kept."""
    return user_log_path("unfold", appauthor=False) / "unfold.log"


def start_log() -> None:
    """Log to standard error and, where it can be written, to a file of at most twice half a megabyte."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        path = log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                path, maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True
            )
        )
    except OSError as error:
        sys.stderr.write(f"unfold: no log file: {error}\n")
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.WARNING, format=form, handlers=handlers)


class CrashGuard(QObject):
    """Catches what is left uncaught in any thread, and Qt's own messages.

    Parameters
    ----------
    tell : callable
        Shows a traceback to the user; called in this object's thread, never while it is already telling.
    parent : QObject, optional
        The owner.
    """

    telling = Signal()
    """A traceback is about to be told, in this object's thread."""

    _caught = Signal(str)

    def __init__(self, tell: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tell = tell
        self._telling = False
        # Queued, so that a fault in a paint event does not open a dialog within it.
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Begin to catch."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(_on_qt_message)

    def remove(self) -> None:
        """End it: Python and Qt report as they used to."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def report(self, trace: str) -> None:
        """Log a traceback and tell it; from any thread."""
        logging.getLogger("unfold").error("uncaught exception\n%s", trace)
        self._caught.emit(trace)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report("".join(traceback.format_exception(kind, error, trace)))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.report("".join(traceback.format_exception(arguments.exc_value)))

    @Slot(str)
    def _show(self, trace: str) -> None:
        if self._telling:  # one dialog is enough; the log has the rest
            return
        self._telling = True
        self.telling.emit()
        try:
            self._tell(trace)
        finally:
            self._telling = False


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    category = getattr(context, "category", None) or "default"
    logging.getLogger(f"qt.{category}").log(_LEVELS.get(kind, logging.WARNING), message)
