"""The files that a command is to write: what they become, and what would keep them from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.cli import status
from engine.cli.output import Written
from engine.cli.suffixes import LABELS, PROJECT, REPORT
from engine.errors import UnfoldError
from engine.files.atomic import check_writable, no_folder
from engine.sentences import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from engine.cli.output import Output
    from engine.history import Recorder
    from engine.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Result:
    """What there is to write: a run, its curves, and what a project keeps besides."""

    trainer: Trainer
    curves: Recorder
    taken_back: int | None
    window: Mapping[str, Any]


def path_problems(paths: Sequence[Path]) -> Iterator[str]:
    """Say what would keep files from being written, before hours of training."""
    for i, path in enumerate(paths):
        if any(is_same(path, other) for other in paths[:i]):
            yield f"{path}: is named twice"
        if path.is_dir():
            yield f"{path}: is a folder; name a file"
        elif problem := no_folder(path):
            yield f"{path}: {problem}"
        else:
            try:
                check_writable(path)
            except OSError as error:
                yield f"{path}: cannot be written: {reason_of(error)}"


def suffix_problems(paths: Sequence[Path]) -> Iterator[str]:
    """Say which names do not tell what to write."""
    for path in paths:
        name = path.name.lower()
        if not any(name.endswith(suffix) and name != suffix for suffix in LABELS):
            yield f"{path.name}: the suffix tells what to write; use one of {', '.join(LABELS)}"


def refusals(paths: Sequence[Path], trainer: Trainer) -> Iterator[str]:
    """Say what the formats cannot hold of a network, trained or not."""
    from engine.files.export.formats import format_of
    from engine.files.export.portable import portable

    exports = [path for path in paths if not path.name.lower().endswith((PROJECT, REPORT))]
    network = portable(trainer) if exports else None
    for path in exports:
        assert network is not None
        yield from (f"{path.name}: {problem}" for problem in format_of(path).problems(network))


def write_all(paths: Sequence[Path], write: Callable[[Path], Written], output: Output) -> int:
    """Write every file that can be written; what fails is told and does not keep the others.

    Returns
    -------
    int
        The exit status: done, an export refused, or a file that cannot be written.
    """
    refused = failed = False
    for path in paths:
        try:
            output.wrote(write(path))
        except UnfoldError as error:
            refused = True
            output.problems(error.problems)
        except OSError as error:
            failed = True
            output.problems([f"{error.filename or path}: {reason_of(error)}"])
    return status.REFUSED if refused else status.BAD_INPUT if failed else status.DONE


def write_result(path: Path, result: Result) -> Written:
    """Write a project, a report or an export.

    Raises
    ------
    UnfoldError
        Where an export is refused.
    OSError
        Where the file cannot be written.
    """
    trainer, name = result.trainer, path.name.lower()
    if name.endswith(PROJECT):
        from engine.files.projects.project import Project, write_project

        curves = result.curves.state()
        project = Project(trainer.experiment, trainer.checkpoint(), curves, result.taken_back, result.window)
        write_project(path, project)
        return Written(path)
    if name.endswith(REPORT):
        from engine.files.report import write_report

        write_report(path, trainer, result.curves.view(), date=f"{datetime.now():%Y-%m-%d %H:%M}")
        return Written(path)
    from engine.files.export.portable import portable
    from engine.files.export.verify import export

    done = export(path, portable(trainer), trainer.predict)
    return Written(path, done.check, done.notes)


def is_same(a: Path, b: Path) -> bool:
    """Return whether two names are of one file."""
    return os.path.realpath(a) == os.path.realpath(b)
