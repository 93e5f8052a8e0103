"""A first look at a table: its columns, some rows, and what could be learned from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from engine.catalog.sources import MAX_CLASSES
from engine.files import table

if TYPE_CHECKING:
    from engine.catalog.generated import Task

LOOKED_AT = 2000
_TARGETS = ("target", "label", "class", "species", "y", "output")


class Obstacle(Enum):
    """Why a column can be no input."""

    NO_NAME = "no name"
    REPEATED = "repeated"
    EMPTY_CELLS = "empty cells"
    TEXT = "text"


@dataclass(frozen=True)
class Preview:
    """The first rows of a table as they are written.

    Parameters
    ----------
    header : tuple of str
        The columns.
    rows : tuple of tuple of str
        At most 2000, each with a cell for every column: missing ones are "", surplus ones left out.
    numeric : tuple of bool
        Whether every one of these cells of a column is a number.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    def target(self) -> int:
        """Return the column that most likely is to be predicted: by its name, else the last that has one."""
        named = [i for i in range(len(self.header)) if self.is_told_apart(i)]
        for i in named:
            if self.header[i].lower() in _TARGETS:
                return i
        return named[-1] if named else len(self.header) - 1

    def is_told_apart(self, column: int) -> bool:
        """Return whether a column has a name that no other has, by which it can be chosen."""
        name = self.header[column]
        return bool(name) and self.header.count(name) == 1

    def obstacle(self, column: int) -> Obstacle | None:
        """Return why a column can be no input, None where it can."""
        if not self.is_told_apart(column):
            return Obstacle.REPEATED if self.header[column] else Obstacle.NO_NAME
        if self.numeric[column]:
            return None
        cells = [row[column].strip() for row in self.rows]
        numbers = all(table.is_number(cell) for cell in cells if cell)
        return Obstacle.EMPTY_CELLS if numbers else Obstacle.TEXT

    def task(self, column: int) -> Task:
        """Return what can be learned of a column: classes for names or a few whole numbers."""
        if not self.numeric[column]:
            return "classification"
        values = {float(row[column]) for row in self.rows}
        few = 2 <= len(values) <= MAX_CLASSES and all(value.is_integer() for value in values)
        return "classification" if few else "regression"

    def inputs(self, target: int) -> tuple[int, ...]:
        """Return the columns to predict from: all that can be inputs but the target."""
        return tuple(i for i in range(len(self.header)) if i != target and not self.obstacle(i))


def read_preview(path: str | Path) -> Preview:
    """Look at a CSV file.

    Raises
    ------
    DataError
        If the file cannot be read, has no header or no line of data.
    """
    path = Path(path)
    header, rows = table.read_rows(path, LOOKED_AT)
    width = len(header)
    whole = tuple(tuple((*row, *[""] * width)[:width]) for row in rows)
    numeric = tuple(all(table.is_number(row[i]) for row in whole) for i in range(width))
    return Preview(header, whole, numeric)
