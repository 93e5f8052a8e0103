"""The application around the window: display, theme, translations, log, crash guard."""

from __future__ import annotations

import gc
import signal
import socket
import sys
from typing import TYPE_CHECKING

import resources
from engine.errors import UnfoldError
from engine.experiment import Experiment
from ui import display
from ui.projects.file_read import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.garbage import Collector
    from ui.looks.appearance import Appearance
    from ui.projects.file_read import FileRead
    from ui.projects.recovery import Recovery
    from ui.window import MainWindow

# How long a thread may keep the GIL while another wants it.  Between two chunks the worker needs it for
# some microseconds; at Python's 5 ms a busy window would cost it a whole chunk each time.
SWITCH_SECONDS = 0.0005
UNCOLLECTED_MS = 15_000


def run(path: Path | None) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    path : Path or None
        A project or an experiment to open.

    Returns
    -------
    int
        The exit status: 2 where there is no display or the file cannot be trained on.
    """
    read = None
    if path is not None:
        try:
            read = read_file(path)
        except UnfoldError as error:
            return _refuse(*error.problems)
    lacking = display.problem()
    if lacking is not None:
        return _refuse(f"{lacking}; to train without a window: unfold train FILE")
    return _show(read)


def _refuse(*problems: str) -> int:
    for problem in problems:
        sys.stderr.write(f"unfold: {problem}\n")
    return 2


def _show(read: FileRead | None) -> int:
    # Here, so that the answers above come without Qt.
    import shiboken6
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from ui import crash, settings
    from ui.garbage import Collector
    from ui.looks.appearance import Appearance
    from ui.projects.recovery import Recovery
    from ui.window import MainWindow

    sys.setswitchinterval(SWITCH_SECONDS)
    gc.disable()  # until the first frame
    crash.start_log()
    app = QApplication([sys.argv[0]])
    app.setApplicationName("unfold")
    app.setApplicationDisplayName("Unfold")
    app.setDesktopFileName("unfold")
    _translate(app)
    store = settings.Store(settings.default_path(), app)
    appearance = Appearance(app, store.settings.theme)
    guard = crash.CrashGuard(lambda trace: _tell_crash(appearance, trace), app)
    guard.install()
    example = Experiment.load(resources.path("experiments", "two-spirals.json"))
    window = MainWindow(example if read is None else read.project.experiment, None, appearance, store)
    recovery = Recovery(window, window.files, appearance)
    guard.telling.connect(window.files.autosave.now)
    window.session.failed.connect(guard.report)
    collector = Collector(app)
    window.session.frameReady.connect(
        lambda _frame: _spare_what_stays(collector), Qt.ConnectionType.SingleShotConnection
    )
    # Where the engine is compiled first, or does not start, there is no frame for long.
    QTimer.singleShot(UNCOLLECTED_MS, collector, collector.start)
    _quit_on_interrupt(app)
    # Questions may come with either, so only once the window is there to ask them.
    window.started.connect(lambda: _begin(window, read, example, recovery))
    window.show()
    try:
        return app.exec()
    finally:
        window.finish(asked=False)  # unless it was closed, which has asked and finished
        guard.remove()
        # Top down, as Qt does: at its exit Python would delete widgets in any order, and crash at times.
        shiboken6.delete(window)
        collector.stop()  # only now: no other thread is left


def _begin(window: MainWindow, read: FileRead | None, example: Experiment, recovery: Recovery) -> None:
    """Open the file of the command line, and offer what a crash has left behind."""
    if read is not None and not window.files.show(read, asking=False):
        window.document.replace(example)
    recovery.offer()


def _spare_what_stays(collector: Collector) -> None:
    """Let the collector begin, and pass over all that is there already: it stays until the end.

    Modules, the compiler's tables and the window's parts are 300,000 objects.  Every look through all of
    them took up to 60 ms, while no thread could run: three times during a start alone.  Of what comes later
    a look through everything takes 1 ms, one at the youngest 0.3 ms.
    """
    gc.freeze()
    collector.start()


def _tell_crash(appearance: Appearance, trace: str) -> None:
    from PySide6.QtCore import QCoreApplication

    from ui.crash import log_path
    from ui.dialogs.messages import show_problems

    translate = QCoreApplication.translate
    headline = translate("Crash", "Something went wrong. Your work is still there; save it to be safe.")
    place = translate("Crash", "This was written to {path}").format(path=log_path())
    show_problems(None, appearance.theme, headline, [place, "", *trace.rstrip().split("\n")])


def _translate(app: QApplication) -> None:
    """Use the translations for the system's language, where there are some."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    places = {
        "unfold": str(resources.path("translations")),
        "qtbase": QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath),
    }
    translators = {name: QTranslator(app) for name in places}
    # Qt's own texts only together with ours: half a translated window is worse than none.
    if translators["unfold"].load(QLocale(), "unfold", "_", places["unfold"]):
        app.installTranslator(translators["unfold"])
        if translators["qtbase"].load(QLocale(), "qtbase", "_", places["qtbase"]):
            app.installTranslator(translators["qtbase"])


def _quit_on_interrupt(app: QApplication) -> None:
    """Let Ctrl+C in the terminal end the program as if the window were closed, without asking.

    Python handles signals between two of its instructions, but Qt's loop runs none while idle: the
    signal's number is written to a socket that Qt watches.
    """
    from PySide6.QtCore import QSocketNotifier

    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, app)
    notifier.activated.connect(lambda: reader.recv(64))
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: app.exit(0))
    app.setProperty("wakeup", (reader, writer))  # kept open as long as the application lives
