"""Choosing what to learn from a table: inputs, target, task; told at once what is wrong with the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.sources import CsvData
from engine.data import prepare
from engine.errors import DataError
from engine.files.preview import Obstacle
from engine.problems import problems_of
from ui.dialogs.buttons import lead
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.preview import Preview

_SHOWN_ROWS = 8
_CHECKED = Qt.CheckState.Checked


class CsvImportDialog(QDialog):
    """Shows a table's columns and first rows, and makes data of what is chosen.

    Parameters
    ----------
    path : Path
        The table.
    preview : Preview
        Its columns and rows.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, path: Path, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import CSV"))
        self._path = path
        self._preview = preview
        self.data: CsvData | None = None
        """What was chosen, None as long as it cannot be trained on."""

        self.inputs = QListWidget()
        self.inputs.setAccessibleName(self.tr("Inputs"))
        self.inputs.setToolTip(
            tip(self.tr("Inputs"), self.tr("The columns to predict from; each must hold numbers."))
        )
        self.inputs.setMaximumHeight(190)
        self.target = QComboBox()
        self.target.setAccessibleName(self.tr("Target"))
        self.target.setToolTip(tip(self.tr("Target"), self.tr("The column to predict.")))
        self.task = QComboBox()
        self.task.setAccessibleName(self.tr("Task"))
        self.task.addItem(self.tr("Tell classes apart"), "classification")
        self.task.addItem(self.tr("Predict a number"), "regression")
        self.standardize = QCheckBox(self.tr("Standardize the inputs"))
        self.standardize.setChecked(True)
        self.standardize.setToolTip(
            tip(
                self.tr("Standardize"),
                self.tr("Give every input the mean 0 and the standard deviation 1, so that all count alike."),
            )
        )
        self.problem = label("", "danger")
        self.problem.setWordWrap(True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing() * 2)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(self.tr("Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        self._fill()
        self._arrange(self._table(), buttons)
        # Reading a large table for every click of a quick row of clicks would be slow: once, after them.
        self._check = QTimer(self, singleShot=True, interval=0)
        self._check.timeout.connect(self._show_problems)
        self.inputs.itemChanged.connect(self._check.start)
        self.target.currentIndexChanged.connect(self._choose_target)
        self.task.currentIndexChanged.connect(self._check.start)
        self.standardize.toggled.connect(self._check.start)
        self._choose_target(self.target.currentIndex())
        self._show_problems()

    def _fill(self) -> None:
        reasons = {
            Obstacle.NO_NAME: self.tr("its cell in the header is empty"),
            Obstacle.REPEATED: self.tr("same name as another column"),
            Obstacle.EMPTY_CELLS: self.tr("has empty cells"),
            Obstacle.TEXT: self.tr("holds text"),
        }
        for i, name in enumerate(self._preview.header):
            found = self._preview.obstacle(i)
            reason = f" — {reasons[found]}" if found else ""
            item = QListWidgetItem((name or self.tr("(no name)")) + reason)
            if found:
                item.setToolTip(
                    self.tr("This column can be no input: {reason}.").format(reason=reasons[found])
                )
            item.setCheckState(Qt.CheckState.Unchecked)
            self.inputs.addItem(item)
            self.target.addItem(name if self._preview.is_told_apart(i) else item.text())
        target = self._preview.target()
        self.target.setCurrentIndex(target)
        for i in self._preview.inputs(target):
            self.inputs.item(i).setCheckState(_CHECKED)

    def _table(self) -> QTableWidget:
        rows = self._preview.rows[:_SHOWN_ROWS]
        table = QTableWidget(len(rows), len(self._preview.header))
        table.setAccessibleName(self.tr("First rows"))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                item = QTableWidgetItem(cell)
                if self._preview.numeric[x]:
                    item.setTextAlignment(right)
                table.setItem(y, x, item)
        for x, name in enumerate(self._preview.header):
            head = QTableWidgetItem(name)
            head.setTextAlignment(right if self._preview.numeric[x] else left)
            table.setHorizontalHeaderItem(x, head)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setHighlightSections(False)
        table.setMinimumHeight(26 * (_SHOWN_ROWS + 1) + 14)
        return table

    def _arrange(self, table: QTableWidget, buttons: QDialogButtonBox) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        form.addWidget(label(self.tr("Target"), "muted"), 0, 0)
        form.addWidget(self.target, 0, 1)
        form.addWidget(label(self.tr("Task"), "muted"), 1, 0)
        form.addWidget(self.task, 1, 1)
        form.addWidget(self.standardize, 2, 1)
        form.setRowStretch(3, 1)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(label(self.tr("INPUTS"), "title"))
        left.addWidget(self.inputs)
        below = QHBoxLayout()
        below.setSpacing(24)
        below.addLayout(left, 1)
        below.addLayout(form, 1)
        head = QLabel(self._path.name)
        head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(head)
        layout.addWidget(table, 1)
        layout.addLayout(below)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.resize(640, 560)

    def _choose_target(self, column: int) -> None:
        """Guess the task, and do not predict a column from itself."""
        self.task.setCurrentIndex(self.task.findData(self._preview.task(column)))
        self.task.setEnabled(self._preview.numeric[column])
        for i in range(self.inputs.count()):
            item = self.inputs.item(i)
            enabled = self._preview.obstacle(i) is None and i != column
            flags = item.flags() | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(flags if enabled else flags & ~Qt.ItemFlag.ItemIsEnabled)
            if i == column:
                item.setCheckState(Qt.CheckState.Unchecked)
        self._check.start()

    def _show_problems(self) -> None:
        problems: list[str] = []
        self.data = None
        try:
            data = self._chosen()
            prepare(data, None, 0)
            self.data = data
        except ValidationError as error:
            problems = problems_of(error, {})
        except DataError as error:
            problems = list(error.problems)
        self.problem.setText("\n".join(problems[:3]))
        self.accept_button.setEnabled(not problems)

    def _chosen(self) -> CsvData:
        header = self._preview.header
        checked = [i for i in range(self.inputs.count()) if self.inputs.item(i).checkState() == _CHECKED]
        return CsvData(
            path=str(self._path),
            inputs=tuple(header[i] for i in checked),
            target=header[self.target.currentIndex()],
            task=self.task.currentData(),
            standardize=self.standardize.isChecked(),
        )
