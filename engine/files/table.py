"""Reading tables: CSV files with a header line, as people and spreadsheets write them."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError
from engine.files.bounded import is_regular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_BYTES = 512 * 1024 * 1024
SHOWN_PROBLEMS = 5
SEPARATORS = (",", ";", "\t")

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
_NOT_A_CLASS = {"", "nan", "inf", "+inf", "-inf", "infinity", "-infinity"}

_EMPTY = "{}: the file is empty; a header line and lines of data are needed"
_NO_ROWS = "{}: there is a header but no line of data below it"


@dataclass(frozen=True, eq=False)
class Table:
    """The wanted columns of a table.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    numbers : numpy.ndarray
        float64 (rows, number columns), finite, read-only.
    texts : dict
        For every text column its cells, without blanks at their ends, none empty.
    lines : numpy.ndarray
        int64 (rows,): the line of the file, from 1, on which each row starts.
    """

    name: str
    numbers: NDArray[np.float64]
    texts: dict[str, list[str]]
    lines: NDArray[np.int64]


def read_table(path: str | Path, numbers: Sequence[str], texts: Sequence[str] = ()) -> Table:
    """Read columns of a CSV file.

    UTF-8 (with or without a mark) or marked UTF-16; the separator (comma, semicolon or tab) is the one
    under which the header holds the wanted columns; quoted cells may hold separators and line ends.

    Parameters
    ----------
    path : str or Path
        The file.
    numbers : sequence of str
        Columns in which every cell must be a finite number.
    texts : sequence of str
        Columns in which every cell must hold a text (the names of classes).

    Returns
    -------
    Table
        At least one row.

    Raises
    ------
    DataError
        The first five problems, each with file, line and column, and how many more there are.
    """
    return parse_table(_content(Path(path)), Path(path).name, numbers, texts)


def read_header(path: str | Path) -> tuple[str, ...]:
    """Return the names of a CSV file's columns, to choose from.

    Raises
    ------
    DataError
        If the file cannot be read or has no header.
    """
    name = Path(path).name
    return _header(_decoded(_content(Path(path)), name), name, ())[0]


def read_rows(path: str | Path, most: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the header and at most so many rows below it as they are written, ragged ones too.

    Raises
    ------
    DataError
        If the file cannot be read, has no header or no row.
    """
    name = Path(path).name
    text = _decoded(_content(Path(path)), name)
    header, separator = _header(text, name, ())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = list(itertools.islice((row for row in reader if not _is_blank(row)), 1, most + 1))
    except csv.Error as error:
        raise DataError(f"{name}, line {max(reader.line_num, 1)}: {_csv_problem(error)}") from None
    if not rows:
        raise DataError(_NO_ROWS.format(name))
    return header, rows


def parse_table(content: bytes, name: str, numbers: Sequence[str], texts: Sequence[str] = ()) -> Table:
    """Read columns of a table that is in memory; as `read_table`, with a name for the messages."""
    text = _decoded(content, name)
    wanted = [*numbers, *texts]
    header, separator = _header(text, name, wanted)
    places = _places(header, name, wanted)

    cells, lines = _columns(text, name, separator, len(header), sorted(set(places.values())))

    found: list[tuple[int, int, str]] = []
    columns = []
    for column in numbers:
        place = places[column]
        values = _numbers(cells[place], plain="_" not in text and text.isascii())
        if values is None:
            found += [(i, place, p) for i, cell in enumerate(cells[place]) if (p := _not_a_number(cell))]
        else:
            columns.append(values)
    named = {}
    for column in texts:
        place = places[column]
        named[column] = [cell.strip() for cell in cells[place]]
        if not _NOT_A_CLASS.isdisjoint({cell.lower() for cell in set(named[column])}):
            found += [
                (i, place, f"{cell!r} is not a class" if cell else "the cell is empty")
                for i, cell in enumerate(named[column])
                if cell.lower() in _NOT_A_CLASS
            ]
    if found:
        found.sort()
        problems = [f"{name}, line {lines[i]}, column {header[place]!r}: {what}" for i, place, what in found]
        raise DataError(_first(problems, name))
    matrix = np.column_stack(columns) if columns else np.empty((len(lines), 0))
    matrix.setflags(write=False)
    lines.setflags(write=False)
    return Table(name, matrix, named, lines)


def is_number(cell: str) -> bool:
    """Return whether a cell holds a finite number in plain decimal notation."""
    return not _not_a_number(cell)


def _content(path: Path) -> bytes:
    """Read a regular file whole, or say why not."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError(f"{path}: this is a folder, not a CSV file")
        if not is_regular(path):
            raise DataError(f"{path}: this is not a file")
        if status.st_size > MAX_BYTES:
            raise DataError(
                f"{path}: the file has {status.st_size >> 20} MB; at most {MAX_BYTES >> 20} MB can be read"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except PermissionError:
        raise DataError(f"{path}: no permission to read this file") from None
    except (OSError, ValueError) as error:  # ValueError: a path that cannot exist, such as one with a NUL
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{str(path)[:200]}: the file cannot be read ({reason})") from None


def _decoded(content: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 if it is marked as such."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise DataError(f"{name}: the file is broken UTF-16; save it as UTF-8") from None
    else:
        if b"\0" in content:
            raise DataError(f"{name}: this is not a text file; export the table as CSV")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise DataError(f"{name}, line {line}: this is not UTF-8; save the table as CSV UTF-8") from None
    if "\0" in text:
        raise DataError(f"{name}: this is not a text file; export the table as CSV")
    if not text.strip():
        raise DataError(_EMPTY.format(name))
    return text


def _is_blank(row: list[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())


def _first_row(text: str, separator: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return [cell.strip() for cell in next(row for row in reader if not _is_blank(row))]


def _header(text: str, name: str, wanted: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the header and the separator under which it holds most of what is wanted."""
    best: tuple[tuple[int, int], list[str], str] | None = None
    failure = ""
    for separator in SEPARATORS:
        try:
            header = _first_row(text, separator)
        except csv.Error as error:
            failure = failure or _csv_problem(error)
            continue
        except StopIteration:
            raise DataError(_EMPTY.format(name)) from None
        score = (len(set(wanted) & set(header)), len(header))
        if best is None or score > best[0]:
            best = (score, header, separator)
    if best is None:
        raise DataError(f"{name}, line 1: {failure}")
    return tuple(best[1]), best[2]


def _places(header: tuple[str, ...], name: str, wanted: Sequence[str]) -> dict[str, int]:
    """Return where the wanted columns are."""
    problems = []
    missing = [column for column in dict.fromkeys(wanted) if column not in header]
    if missing and all(_NUMBER.fullmatch(cell) for cell in header):
        raise DataError(f"{name}, line 1: the columns have no names; write a header line above the numbers")
    if missing:
        shown = ", ".join(_shown(column) for column in header[:20]) + (", ..." if len(header) > 20 else "")
        problems += [f"{name}: there is no column {_shown(column)}; there are {shown}" for column in missing]
    for column in dict.fromkeys(wanted):
        if header.count(column) > 1:
            at = " and ".join(str(i + 1) for i, other in enumerate(header) if other == column)
            problems.append(f"{name}, line 1: the name {_shown(column)} is given to the columns {at}")
    if problems:
        raise DataError(_first(problems, name))
    return {column: header.index(column) for column in wanted}


def _columns(
    text: str, name: str, separator: str, width: int, wanted: Sequence[int]
) -> tuple[dict[int, list[str]], NDArray[np.int64]]:
    """Return the cells below the header of the wanted columns, and the line each row starts on.

    Blank lines are left out.  The rows are taken in blocks because so many lists alive at once would
    keep the garbage collector busy for as long as the reading takes.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    cells: dict[int, list[str]] = {place: [] for place in wanted}
    lines: list[int] = []
    problems: list[str] = []
    next_line = 1
    in_header = True
    try:
        while block := list(itertools.islice(reader, 500)):
            starts: Sequence[int] = range(next_line, next_line + len(block))
            if reader.line_num >= next_line + len(block):  # a quoted cell goes over several lines
                heights = (1 + sum(len(_LINE_END.findall(cell)) for cell in row) for row in block)
                starts = list(itertools.accumulate(heights, initial=next_line))[:-1]
            next_line = reader.line_num + 1
            if in_header or set(map(len, block)) != {width}:
                kept = [(row, line) for row, line in zip(block, starts, strict=True) if not _is_blank(row)]
                if in_header and kept:
                    in_header = False
                    del kept[0]
                problems += [_ragged(name, line, len(row), width) for row, line in kept if len(row) != width]
                kept = [(row, line) for row, line in kept if len(row) == width]
                block, starts = [row for row, _ in kept], [line for _, line in kept]
            lines += starts
            for place, column in cells.items():
                column += [row[place] for row in block]
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: {_csv_problem(error)}") from None
    if problems:
        raise DataError(_first(problems, name))
    if not lines:
        raise DataError(_NO_ROWS.format(name))
    return cells, np.array(lines, np.int64)


def _ragged(name: str, line: int, count: int, width: int) -> str:
    return f"{name}, line {line}: {count} cell{'s' * (count > 1)}, but the header has {width}"


def _csv_problem(error: csv.Error) -> str:
    """Say in the user's words what the csv module found."""
    message = str(error)
    if "field larger" in message:
        return f"a cell is longer than {csv.field_size_limit()} characters; is a closing quote missing?"
    if "unexpected end" in message:
        return "a quoted cell is never closed; add the missing quote"
    if "expected after" in message:
        return "text follows a closing quote; write a quote inside a quoted cell twice"
    return f"this line is not CSV ({message})"


def _numbers(cells: list[str], plain: bool) -> NDArray[np.float64] | None:
    """Convert a column, or return None if a cell is not a finite number.

    ``plain`` says that no cell can hold what float() takes and a table does not mean: 1_000, or digits
    of other scripts.
    """
    if not plain and not all(_NUMBER.fullmatch(cell.strip()) for cell in cells):
        return None
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _not_a_number(cell: str) -> str:
    """Return what is wrong with a cell that should hold a number, or nothing."""
    cell = cell.strip()
    if _NUMBER.fullmatch(cell):
        return "" if math.isfinite(float(cell)) else f"{_shown(cell)} is too large a number"
    if not cell:
        return "the cell is empty; fill it in or delete the line"
    if cell.lower() in _MISSING:
        return f"the value is missing ({_shown(cell)}); fill it in or delete the line"
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        return f"{_shown(cell)} has a decimal comma; write a decimal point"
    return f"{_shown(cell)} is not a finite number"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _first(problems: list[str], name: str) -> list[str]:
    """Keep the first few problems and count the rest."""
    more = len(problems) - SHOWN_PROBLEMS
    if more <= 0:
        return problems
    return [*problems[:SHOWN_PROBLEMS], f"{name}: and {more} more like {'these' if more > 1 else 'this'}"]
