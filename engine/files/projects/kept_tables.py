"""The user's tables in projects: taken in when one is saved, kept in a folder of our own when one is opened.

A kept table lies under the hash of its content, so that opening a project twice keeps it once, and nothing
that was opened before ever changes.  `table_folder` says how long it stays.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from engine.catalog.sources import CsvData
from engine.data import PreparedData, prepare
from engine.errors import DataError
from engine.files.atomic import write_atomically
from engine.files.bounded import read_bounded
from engine.files.projects.table_folder import SUFFIX, folder, is_kept, use
from engine.files.table import MAX_BYTES

if TYPE_CHECKING:
    from engine.catalog.sources import DataSource
    from engine.experiment import Experiment

ARRAYS = ("train_rows", "test_rows", "train_inputs", "test_inputs", "train_targets", "test_targets")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # on Windows
LINES_PER_ROW, FREE_LINES = 100, 10_000  # cells may hold line ends, and lines may be blank
MAX_NAME = 100  # bytes, so that no file system finds it too long

# The hash of the file that gives these data, so that saving a project again need not parse it again.
_known: WeakKeyDictionary[PreparedData, bytes] = WeakKeyDictionary()


def keep(content: bytes, name: str) -> Path:
    """Keep a table and return where.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        What it is called; what could lead out of the folder is taken out of it.

    Raises
    ------
    OSError
        Where the folder cannot be written.
    """
    path = folder() / hashlib.sha256(content).hexdigest()[:16] / safe_name(name)
    folder().mkdir(parents=True, exist_ok=True)
    use(path)
    if not _holds(path, content):
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
    return path


def safe_name(name: str) -> str:
    """Return a file name that is one everywhere, and ends in ``.csv``."""
    stem = _UNSAFE.sub("_", name.encode("utf-8", "replace").decode()).strip(". ")
    if stem.lower().endswith(SUFFIX):
        stem = stem[: -len(SUFFIX)].rstrip(". ")
    stem = stem.encode()[:MAX_NAME].decode(errors="ignore").strip(". ")
    if not stem or _RESERVED.match(stem):
        stem = f"table_{stem}" if stem else "table"
    return stem + SUFFIX


def name_of(source: DataSource) -> str | None:
    """Return the name of a table's file."""
    return safe_name(Path(source.path).name) if isinstance(source, CsvData) else None


def content_of(experiment: Experiment, data: PreparedData | None) -> bytes | None:
    """Return the table that a project of this experiment takes along.

    Parameters
    ----------
    experiment : Experiment
        The document.
    data : PreparedData or None
        What a run has made of its data.

    Returns
    -------
    bytes or None
        The file as it is while it gives the same rows, in not many more lines; else the rows that the run
        has, written anew.  None where the source is no table, or there is neither a file nor a run.
    """
    source = experiment.data
    if not isinstance(source, CsvData):
        return None
    content = _file(Path(source.path))
    if data is None:
        return content
    if content is not None and not has_many_lines(content, len(data.train_rows) + len(data.test_rows)):
        digest = hashlib.sha256(content).digest()
        if _known.get(data) == digest:
            return content
        if _gives(content, experiment, data):
            _known[data] = digest
            return content
    return written(data)


def has_many_lines(content: bytes, rows: int) -> bool:
    """Tell whether a file has far more lines than a table of so many rows; parsing them would take long."""
    return max(content.count(b"\n"), content.count(b"\r")) > LINES_PER_ROW * rows + FREE_LINES


def written(data: PreparedData) -> bytes:
    """Return a table of the raw rows of some data, in the order of their source; exact to the bit."""
    rows = len(data.train_rows) + len(data.test_rows)
    cells: list[list[str]] = [[] for _ in range(rows)]
    for part in ("train", "test"):
        places, inputs, targets = (getattr(data, f"{part}_{what}") for what in ("rows", "inputs", "targets"))
        for place, row, target in zip(places.tolist(), inputs.tolist(), targets.tolist(), strict=True):
            wanted = [data.classes[target]] if data.classes else [repr(value) for value in target]
            cells[place] = [*map(repr, row), *wanted]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*data.input_names, *data.target_names))
    writer.writerows(cells)
    return text.getvalue().encode()


def save_experiment(experiment: Experiment, path: str | Path) -> Path | None:
    """Write an experiment file; a table that is kept here for a project gets a copy beside it.

    The copy is named after the experiment.  A file of that name that holds something else stays, and the
    copy gets a number.

    Returns
    -------
    Path or None
        The copy, None where none was needed.

    Raises
    ------
    OSError
        Where a file cannot be written or the table cannot be read; an existing experiment is then unchanged.
    """
    path = Path(path)
    source = experiment.data
    if not isinstance(source, CsvData) or not is_kept(source.path):
        experiment.save(path)
        return None
    use(Path(source.path))
    content = Path(source.path).read_bytes()
    copy = next(p for p in _numbered(path) if not os.path.lexists(p) or _holds(p, content))
    if not copy.exists():
        write_atomically(copy, content)
    absolute = os.path.abspath(copy)
    experiment.edited(data=source.edited(path=absolute)).save(path)
    return copy


def _numbered(path: Path) -> itertools.chain[Path]:
    first = path.with_suffix(SUFFIX)
    others = (path.with_name(f"{path.stem}-{i}{SUFFIX}") for i in itertools.count(2))
    return itertools.chain((first,), others)


def _holds(path: Path, content: bytes) -> bool:
    """Tell whether a file has this content."""
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _file(path: Path) -> bytes | None:
    use(path)
    try:
        return read_bounded(path, MAX_BYTES) if path.is_file() else None
    except OSError:
        return None


def _gives(content: bytes, experiment: Experiment, data: PreparedData) -> bool:
    try:
        found = prepare(experiment.data, None, experiment.seed, table=content)
    except DataError:
        return False
    return same_rows(found, data)


def same_rows(one: PreparedData, other: PreparedData) -> bool:
    """Tell whether two data have the same raw rows, classes and split."""
    if one.classes != other.classes:
        return False
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
            return False
    return True
