"""Tables of numbers as text, as spreadsheets and NumPy write them: read, checked and written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.errors import UnfoldError
from ui.wording.counts import counted
from ui.wording.names import read_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SHOWN = 24  # characters of a cell that an error repeats

translate = QCoreApplication.translate  # by a name that lupdate finds


class NumberTableError(UnfoldError):
    """A text that is no table of numbers, or one of another shape."""


def write_numbers(values: NDArray[np.float32]) -> str:
    """Write a matrix as lines of tab-separated numbers, each as short as still tells its float32.

    Parameters
    ----------
    values : numpy.ndarray
        float32 (rows, columns).
    """
    return "\n".join("\t".join(str(number) for number in row) for row in np.asarray(values, np.float32))


def read_numbers(text: str, rows: int, columns: int) -> NDArray[np.float32]:
    """Read a table of numbers with a decimal point.

    Columns are separated by tabs; in a text without any, by semicolons; without these, by commas; else by
    spaces.  A real minus sign is one too.

    Parameters
    ----------
    text : str
        What was pasted.
    rows, columns : int
        The largest shape that there is room for.

    Returns
    -------
    numpy.ndarray
        float32 (n, m) with n and m at least 1.

    Raises
    ------
    NumberTableError
        With one sentence that says what is wrong, and where.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise NumberTableError(translate("NumberTable", "there is no text to paste"))
    table = [_cells(line, _separator(text)) for line in lines]
    for at, cells in enumerate(table, start=1):
        if len(cells) != len(table[0]):
            raise NumberTableError(
                translate("NumberTable", "line {line} has {numbers}, line 1 has {first}").format(
                    line=at,
                    numbers=counted(
                        len(cells),
                        translate("NumberTable", "1 number"),
                        translate("NumberTable", "{count} numbers"),
                    ),
                    first=len(table[0]),
                )
            )
    if len(table) > rows or len(table[0]) > columns:
        raise NumberTableError(
            translate(
                "NumberTable", "{rows} × {columns} numbers do not fit: from this cell on there are {room}"
            ).format(rows=len(table), columns=len(table[0]), room=f"{rows} × {columns}")
        )
    return np.array(
        [[_number(cell, i, j) for j, cell in enumerate(cells, 1)] for i, cells in enumerate(table, 1)],
        np.float32,
    )


def _separator(text: str) -> str | None:
    return next((mark for mark in "\t;," if mark in text), None)


def _cells(line: str, separator: str | None) -> list[str]:
    return line.split(separator) if line.strip() else [""]


def _number(cell: str, line: int, place: int) -> float:
    value = read_number(cell) if "," not in cell else None  # in a table a comma may separate numbers
    if value is not None:
        return value
    shown = cell.strip()
    if not shown:
        why = translate("NumberTable", "line {line}, number {place}: is empty")
    elif _NUMBER.fullmatch(shown.replace("−", "-")):
        why = translate("NumberTable", "line {line}, number {place}: “{text}” is too large")
    elif re.fullmatch(r"[-+−]?[0-9]*,[0-9]+", shown):
        why = translate("NumberTable", "line {line}, number {place}: “{text}” needs a decimal point")
    else:
        why = translate("NumberTable", "line {line}, number {place}: “{text}” is not a number")
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    raise NumberTableError(why.format(line=line, place=place, text=shown))
