"""Projects: an experiment with everything that its run depends on, in one ``.unfold`` file.

A project is a zip archive; docs/files.md describes its members.  Reading checks everything before it is used:
a damaged file is refused with a sentence that says what is wrong with it.
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from engine.catalog.entry import MOST_COUNTED
from engine.catalog.sources import CsvData
from engine.changes import Change, classify
from engine.errors import ExperimentError, ProjectError, UnfoldError
from engine.experiment import Experiment
from engine.files import archive
from engine.files.archive import ArchiveError
from engine.files.atomic import write_atomically
from engine.files.json_document import FORMAT, current, version_of
from engine.files.projects import kept_tables, table_folder
from engine.files.projects.members import (
    EXPERIMENT,
    HISTORY,
    MAX_EXPERIMENT,
    MAX_HISTORY,
    MAX_RECORD,
    MAX_WINDOW,
    MEMBERS,
    RECORD,
    SMALL_WINDOW,
    STATE,
    TABLE,
    WEIGHTS,
    compact,
    experiment_text,
    json_of,
    parsed,
)
from engine.files.table import MAX_BYTES as MAX_TABLE
from engine.problems import problems_of
from engine.sentences import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.checkpoint import Checkpoint
    from engine.files.projects.record import ProjectRecord, RunRecord
    from engine.history import Curves

SUFFIX = ".unfold"
MAX_RUN = 2 << 30  # bytes
MOST_PROBLEMS, MOST_LETTERS = 8, 300  # that are told of a file


@dataclass(frozen=True, eq=False)
class Project:
    """What a project file holds.

    Parameters
    ----------
    experiment : Experiment
        The document.  In one that has been read, a table's path is absolute.
    checkpoint : Checkpoint or None
        The run of this experiment, None where it has none yet.
    curves : Curves or None
        Its history.
    taken_back : int or None
        The step to which early stopping has gone back, while no other has been taken since.
    window : mapping
        What the window wants to find again: plain JSON values, of no meaning here.
    """

    experiment: Experiment
    checkpoint: Checkpoint | None
    curves: Curves | None
    taken_back: int | None = None
    window: Mapping[str, Any] = field(default_factory=dict)


def write_project(path: str | Path, project: Project) -> None:
    """Write a project file, atomically and to the disk itself.

    A table becomes part of it: the user's file where it still gives the arrays of the run, else one made
    from these.  A table that can neither be read nor be made from a run is left where it is.

    Raises
    ------
    OSError
        Where the file cannot be written, or the run takes over 2 GB; it names the file, and an existing one
        is as it was.
    ValueError
        Where the checkpoint is of another experiment, ``window`` is not plain JSON or over 960 kB, or the
        experiment is over 8 MB, which no painted points are.
    """
    path = Path(path)
    _check_room(path, project)
    write_atomically(path, content_of(project))


def _check_room(path: Path, project: Project) -> None:
    """Raise for a run that would take more than an archive holds, before it is copied."""
    if project.checkpoint is not None:
        arrays = {id(array): array.nbytes for array in project.checkpoint.arrays()}
        if (size := sum(arrays.values())) > MAX_RUN:
            reason = f"the run takes {size >> 20} MB, at most {MAX_RUN >> 20} MB can be kept"
            raise OSError(errno.EFBIG, reason, str(path))


def content_of(project: Project) -> bytes:
    """Return the bytes of a project file; see `write_project`."""
    from engine.files.projects import curves_table  # a program that starts need not wait for what files need
    from engine.files.projects.record import CurvesRecord, ProjectRecord, within_count

    experiment, checkpoint, curves = project.experiment, project.checkpoint, project.curves
    if checkpoint is not None and classify(checkpoint.experiment, experiment) is not Change.VIEW:
        raise ValueError("the checkpoint is of another experiment than the project")
    table = kept_tables.content_of(experiment, None if checkpoint is None else checkpoint.data)
    inside = experiment
    if isinstance(experiment.data, CsvData) and table is not None:
        inside = experiment.edited(data=experiment.data.edited(path=TABLE))
    members = {RECORD: b"", EXPERIMENT: experiment_text(inside)}
    run: RunRecord | None = None
    if checkpoint is not None:
        from engine.files.projects.run_state import pack
        from engine.files.weights import safetensors_of

        packed = pack(checkpoint)
        members[WEIGHTS] = safetensors_of(packed.weights, inside)
        members[STATE] = safetensors_of(packed.state)
        run = packed.record
    if table is not None:
        members[TABLE] = table
    if curves is not None:
        members[HISTORY] = curves_table.text_of(curves).encode()
    record = ProjectRecord(
        format="unfold.project",
        version=1,
        table=kept_tables.name_of(experiment.data) if table is not None else None,
        table_sha256=hashlib.sha256(table).hexdigest() if table is not None else None,
        run=run,
        curves=curves
        and CurvesRecord(**within_count({"stride": curves.stride, "since_kept": curves.since_kept})),
        taken_back=project.taken_back and min(project.taken_back, MOST_COUNTED),
        window={},
    )
    # The window's part is written as it is given, so that what is no plain JSON is not passed over.
    document = record.model_dump(mode="json") | {"window": dict(project.window)}
    size = len(compact(document["window"]))
    if size > MAX_WINDOW:
        raise ValueError("the settings of the window are too long to be kept")
    # What is nested deeply becomes many times longer with spaces.
    members[RECORD] = json_of(document) if size <= SMALL_WINDOW else compact(document)
    return archive.archive_of(members)


def read_project(path: str | Path) -> Project:
    """Read a project file, checking everything in it; a table in it is kept for as long as it is needed.

    Returns
    -------
    Project
        ``Trainer.resumed`` goes on with it.

    Raises
    ------
    ProjectError
        Where the file cannot be read, is damaged or is no project; with one sentence a problem.
    """
    path = Path(path)
    try:
        with archive.opened(path, MEMBERS) as members:
            return _read(members)
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {reason_of(error)}") from error
    except ArchiveError as error:
        if other := archive.other_kind(path):
            why = f"{other}, where a project is a zip archive"
            raise ProjectError(f"{path.name}: this is no Unfold project: {why}") from error
        raise ProjectError(_told(f"{path.name}: no readable project", error)) from error
    except UnfoldError as error:
        raise ProjectError(_told(path.name, error)) from error


def _told(where: str, error: UnfoldError) -> list[str]:
    """Return the first problems, each as one line that is not too long to be shown."""
    found = []
    for problem in error.problems[:MOST_PROBLEMS]:
        line = "".join(c if c.isprintable() else " " for c in problem)
        found.append(f"{where}: {line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 3] + '...'}")
    more = len(error.problems) - len(found)
    return [*found, f"{where}: and {more} more"] if more else found


def open_document(path: str | Path) -> Project:
    """Open a project or an experiment, whichever the file's content says it is.

    Raises
    ------
    ProjectError, ExperimentError
        Where it is neither, or is damaged.
    """
    path = Path(path)
    if path.suffix.lower() == SUFFIX or archive.is_archive(path):
        return read_project(path)
    return Project(Experiment.load(path), None, None)


def _read(members: archive.Archive) -> Project:
    """Put a project together, the cheap checks first."""
    record = _record(members)
    experiment = _experiment(members)
    table = _table(members, experiment, record)
    curves = _curves(members, record)
    checkpoint = _checkpoint(members, experiment, record, table)
    if table is not None and isinstance(experiment.data, CsvData):
        experiment = experiment.edited(data=experiment.data.edited(path=_keep(table, record.table or "")))
    if checkpoint is not None:
        checkpoint = replace(checkpoint, experiment=experiment)
    return Project(experiment, checkpoint, curves, record.taken_back, record.window)


def _keep(table: bytes, name: str) -> str:
    try:
        return str(kept_tables.keep(table, name))
    except OSError as error:
        reason = reason_of(error)
        raise ProjectError(f"its table cannot be kept in {table_folder.folder()}: {reason}") from error


def _record(members: archive.Archive) -> ProjectRecord:
    from engine.files.projects.record import FORMAT as PROJECT
    from engine.files.projects.record import VERSION, ProjectRecord

    document = parsed(members, RECORD, MAX_RECORD, "a project", PROJECT)
    if document.get("format") != PROJECT:
        raise ProjectError(f'{RECORD}: format: must be "{PROJECT}"')
    try:
        version_of(document, VERSION)
        record = ProjectRecord.model_validate(document)
        window = compact(record.window)  # NaN, infinities and broken text would not be written again
    except ExperimentError as error:
        raise ProjectError(f"{RECORD}: {problem}" for problem in error.problems) from error
    except ValidationError as error:
        raise ProjectError(f"{RECORD}: {p}" for p in problems_of(error, document)) from error
    except ValueError as error:
        raise ProjectError(f"{RECORD}: window: holds what is not plain JSON") from error
    if len(window) > MAX_WINDOW:
        raise ProjectError(f"{RECORD}: window: longer than {MAX_WINDOW >> 10} kB")
    return record


def _experiment(members: archive.Archive) -> Experiment:
    try:
        return Experiment.parse(current(parsed(members, EXPERIMENT, MAX_EXPERIMENT, "an experiment", FORMAT)))
    except ExperimentError as error:
        raise ProjectError(f"{EXPERIMENT}: {problem}" for problem in error.problems) from error


def _table(members: archive.Archive, experiment: Experiment, record: ProjectRecord) -> bytes | None:
    """Return the user's data, if they are those that were saved: the run may belong to no others."""
    if record.table is None:
        if TABLE in members:
            raise ProjectError(f"{TABLE} is there, but {RECORD} does not name it")
        if record.table_sha256 is not None:
            raise ProjectError(f"{RECORD}: table_sha256: there is no table")
        return None
    if not isinstance(experiment.data, CsvData):
        raise ProjectError(f"{RECORD}: table: the experiment has no table")
    table = members.read(TABLE, MAX_TABLE)
    if record.table_sha256 not in (None, hashlib.sha256(table).hexdigest()):
        raise ProjectError(
            f"{TABLE}: was changed after the project was saved (its SHA-256 is not that in {RECORD}); "
            "put the saved table back, or import the changed one as CSV"
        )
    return table


def _curves(members: archive.Archive, record: ProjectRecord) -> Curves | None:
    from engine.files.projects import curves_table

    if record.curves is None:
        if HISTORY in members:
            raise ProjectError(f"{HISTORY} is there, but {RECORD} does not tell of it")
        return None
    text = members.read(HISTORY, MAX_HISTORY)
    try:
        return curves_table.curves_of(text, record.curves.stride, record.curves.since_kept)
    except UnfoldError as error:
        raise ProjectError(f"{HISTORY}: {problem}" for problem in error.problems) from error


def _checkpoint(
    members: archive.Archive, experiment: Experiment, record: ProjectRecord, table: bytes | None
) -> Checkpoint | None:
    if record.run is None:
        for name in (WEIGHTS, STATE):
            if name in members:
                raise ProjectError(f"{name} is there, but {RECORD} does not tell of a run")
        return None
    # The engine's heavy parts come along with it: only where there is a run.
    from engine.files.projects.run_reader import read_run

    return read_run(members, experiment, record.run, table)
