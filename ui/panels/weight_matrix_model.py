"""The numbers of one table of weights, as Qt's item views want them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from ui.wording.names import read_number, weight_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QObject

    from ui.wording.weight_table import Table

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole


class WeightMatrixModel(QAbstractTableModel):
    """A table and its values; what is typed is only told, the next frame brings it."""

    numberTyped = Signal(int, int, float)
    """Row, column, value."""
    refused = Signal(str)
    """What was typed is no number: why, in a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table: Table | None = None
        self.values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.scale = 1.0
        """The magnitude that has the full colour: a round number, so that it seldom changes."""

    def show_table(self, table: Table | None, values: NDArray[np.float32]) -> None:
        """Show a table; where only its values or marks are others, the selection stays.

        Parameters
        ----------
        table : Table or None
            What to show, None for nothing.
        values : numpy.ndarray
            float32 (rows, columns).
        """
        before = self.table
        same = (
            table is not None
            and before is not None
            and (table.layer, table.key, len(table.rows), len(table.columns))
            == (before.layer, before.key, len(before.rows), len(before.columns))
        )
        if same and table is not None and before is not None:
            self.table, self.values, self.scale = table, values, _scale(values)
            if (table.rows, table.columns) != (before.rows, before.columns):
                self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(table.columns) - 1)
                self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(table.rows) - 1)
            return
        self.beginResetModel()
        self.table, self.values, self.scale = table, values, _scale(values)
        self.endResetModel()

    def tell_changed(self, top: int, left: int, bottom: int, right: int) -> None:
        """Tell the views that the numbers of a rectangle are others."""
        if 0 <= top <= bottom < self.rowCount() and 0 <= left <= right < self.columnCount():
            self.dataChanged.emit(self.index(top, left), self.index(bottom, right))

    def describe(self, row: int, column: int) -> str:
        """Return everything there is to say of a cell."""
        assert self.table is not None
        title = self.table.columns[column].title
        place = self.tr("{row}, {column}").format(row=self.table.rows[row], column=title)
        parts = [f"{place}: {self._exact(row, column)}".replace("-", "−")]
        if self.table.is_muted(row, column):
            parts.append(self.tr("Muted: carries nothing."))
        if self.table.is_frozen(row, column):
            parts.append(self.tr("Frozen: training leaves it as it is."))
        return "\n".join(parts)

    def _exact(self, row: int, column: int) -> str:
        return str(self.values[row, column])

    # -- Qt

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of rows."""
        return len(self.values) if not parent.isValid() else 0

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return self.values.shape[1] if not parent.isValid() else 0

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let every number be selected and edited."""
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        """Return a number as text: short to show, exact to edit."""
        row, column = index.row(), index.column()
        if self.table is None or not (0 <= row < self.rowCount() and 0 <= column < self.columnCount()):
            return None
        match role:
            case _Role.DisplayRole:
                return weight_text(float(self.values[row, column]))
            case _Role.EditRole:
                return self._exact(row, column)
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return self.describe(row, column)
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Tell what was typed."""
        number = read_number(str(value))
        if number is None:
            self.refused.emit(self.tr("“{text}” is not a number").format(text=str(value).strip()[:24]))
            return False
        self.numberTyped.emit(index.row(), index.column(), number)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Return the names of rows and columns."""
        if self.table is None or role not in (_Role.DisplayRole, _Role.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self.table.columns[section].title if section < len(self.table.columns) else None
        return self.table.rows[section] if section < len(self.table.rows) else None


def _scale(values: NDArray[np.float32]) -> float:
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    if largest < 1e-30:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10) if step * power >= largest * (1 - 1e-9))
