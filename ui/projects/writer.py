"""The thread that writes projects: a slow disk holds up neither training nor the window."""

from __future__ import annotations

import queue
import threading
import traceback
from typing import TYPE_CHECKING

from engine.errors import UnfoldError
from engine.files.projects.project import write_project
from ui.projects.file_stamp import stamp_of
from ui.training.mailbox import Failure, ProjectNotSaved, ProjectSaved
from ui.training.run_mark import mark_of_project
from ui.wording.faults import file_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.files.projects.project import Project
    from ui.training.mailbox import Report, SaveProject


class ProjectWriter:
    """Writes one project after the other; the thread begins with the first.

    Parameters
    ----------
    tell : callable
        Takes a ProjectSaved or a ProjectNotSaved for each, in that thread.
    """

    def __init__(self, tell: Callable[[Report], None]) -> None:
        self._tell = tell
        self._waiting: queue.SimpleQueue[tuple[SaveProject, Project] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def write(self, command: SaveProject, project: Project) -> None:
        """Write a project as soon as those before it are written."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="unfold-writer", daemon=True)
            self._thread.start()
        self._waiting.put((command, project))

    def stop(self) -> None:
        """Write what is waiting, and end."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            self._tell(self._answer(*item))

    def _answer(self, command: SaveProject, project: Project) -> Report:
        path = command.path
        try:
            write_project(path, project)
            stamp = stamp_of(path)
            if stamp is None:
                raise OSError(None, "it cannot be read back")
        except OSError as error:
            return ProjectNotSaved(command.ticket, path, (file_problem(error, path),))
        except UnfoldError as error:
            return ProjectNotSaved(command.ticket, path, error.problems)
        except Exception as error:
            self._tell(Failure(traceback.format_exc()))
            return ProjectNotSaved(command.ticket, path, (f"{path}: {type(error).__name__}: {error}",))
        return ProjectSaved(command.ticket, path, stamp, mark_of_project(project))
