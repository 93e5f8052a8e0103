"""A process that trains and saves until it is killed, and one that begins such processes in no time.

Run as ``python -m tests.engine.killed_saver``: each line of the standard input is the path of a project.  A
copy of the process, in which everything is imported and compiled already, trains and saves there in a loop;
``begun PID`` is answered, then ``saved STEP`` after every save, and ``ended`` when it has been killed.
"""

from __future__ import annotations

import os
import sys

from engine.files.projects.project import content_of, write_project
from engine.history import Recorder
from tests.engine.projects import begun, everything, project_of, recorded


def tell(text: str) -> None:
    """Write a line at once and in one piece, so that a kill cannot tear it."""
    os.write(1, f"{text}\n".encode())


def main() -> None:
    trainer, recorder = begun(everything(optimizer={"kind": "adam"})), Recorder()
    recorded(trainer, recorder)
    content_of(project_of(trainer, recorder.state()))
    tell("ready")
    for line in sys.stdin:
        child = os.fork()
        if child:
            tell(f"begun {child}")
            os.waitpid(child, 0)
            tell("ended")
            continue
        while True:
            write_project(line.rstrip("\n"), project_of(trainer, recorder.state()))
            tell(f"saved {trainer.step}")
            trainer.advance(batches=1)
            recorded(trainer, recorder)


if __name__ == "__main__":
    main()
