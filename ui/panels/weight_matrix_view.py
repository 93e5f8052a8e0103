"""The heat map of weights: how a cell is painted and edited, copied and pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.looks.theme import LIGHT, Theme, caption_font, tabular
from ui.panels.weight_matrix_model import WeightMatrixModel
from ui.wording.names import weight_text
from ui.wording.number_table import write_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent

    from ui.panels.weight_matrix_model import Index

CELL_WIDTH, CELL_HEIGHT = 58, 22  # eight inputs and the bias fit beside each other in a small window
_STRENGTH = 0.85  # how far the largest number goes towards the full colour
_WIDEST_NAME, _NAME_MARGINS = 160, 28
_GAP = 8  # before the column of another tensor


def cell_colours(value: float, scale: float, theme: Theme) -> tuple[QColor, QColor]:
    """Return ground and ink of a number; the ink is the one that stands out more."""
    if not np.isfinite(value):
        return QColor(theme.danger_soft), QColor(theme.danger)
    share = _STRENGTH * min(abs(value) / scale, 1.0)
    end, start = QColor(theme.positive if value > 0 else theme.negative), QColor(theme.zero)
    ground = QColor.fromRgbF(
        start.redF() + (end.redF() - start.redF()) * share,
        start.greenF() + (end.greenF() - start.greenF()) * share,
        start.blueF() + (end.blueF() - start.blueF()) * share,
    )
    inks = QColor("#ffffff"), QColor("#000000")  # one of them always has a contrast of 4.5
    return ground, max(inks, key=lambda ink: _contrast(ground, ink))


def _contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of WCAG 2."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class _Cells(QStyledItemDelegate):
    """Paints a cell in its number's colour; a muted one hatched, a frozen one with a lock."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.theme: Theme = LIGHT

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, WeightMatrixModel)
        if model.table is None:
            return
        row, column = index.row(), index.column()
        value = float(model.values[row, column])
        ground, ink = cell_colours(value, model.scale, self.theme)
        cell = QRectF(option.rect).adjusted(_gap(model, column), 0, -1, -1)
        painter.save()
        painter.fillRect(cell, ground)
        if model.table.is_muted(row, column):
            hatch = QColor(ink)
            hatch.setAlphaF(0.35)
            painter.fillRect(cell, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
        painter.setPen(ink)
        painter.setFont(self._view.font())
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, weight_text(value))
        if model.table.is_frozen(row, column):
            _paint_lock(painter, cell, ink)
        state = option.state
        if state & QStyle.StateFlag.State_Selected or index == self._view.currentIndex():
            self._paint_frame(painter, cell, index == self._view.currentIndex() and self._view.hasFocus())
        painter.restore()

    def _paint_frame(self, painter: QPainter, cell: QRectF, strong: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 2 if strong else 1))
        inset = 1.0 if strong else 0.5
        painter.drawRect(cell.adjusted(inset, inset, -inset, -inset))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        editor.setProperty("look", "cell")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill the editor once: frames that come while somebody types leave the text alone."""
        if isinstance(editor, QLineEdit) and editor.property("before") is None:
            text = str(index.data(Qt.ItemDataRole.EditRole))
            editor.setProperty("before", text)
            editor.setText(text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != editor.property("before"):
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)


def _gap(model: WeightMatrixModel, column: int) -> int:
    """Return the room before a column: some before another tensor, the bias say."""
    assert model.table is not None
    columns = model.table.columns
    return _GAP if column and columns[column].tensor != columns[column - 1].tensor else 0


def _paint_lock(painter: QPainter, cell: QRectF, ink: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left, top = cell.right() - 8.5, cell.top() + 2.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.1))
    painter.drawArc(QRectF(left + 1.2, top, 3.6, 5.0), 0, 180 * 16)
    painter.fillRect(QRectF(left, top + 2.6, 6.0, 4.2), ink)


class WeightMatrixView(QTableView):
    """Rows are neurons, columns what goes into them."""

    pasted = Signal(str)
    """A text to be put from the first selected cell on."""

    def __init__(self, model: WeightMatrixModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self._cells = _Cells(self)
        self.setItemDelegate(self._cells)
        self.setProperty("look", "matrix")
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setTabKeyNavigation(False)  # the Tab key leads out
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        for header, size in ((self.horizontalHeader(), CELL_WIDTH), (self.verticalHeader(), CELL_HEIGHT)):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(size)
            header.setDefaultSectionSize(size)
            header.setHighlightSections(False)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(self.tr("Weight matrix"))
        model.modelReset.connect(self._spread)
        self._set_fonts()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._cells.theme = theme
        self._set_fonts()
        self.viewport().update()

    def _set_fonts(self) -> None:
        small = tabular(caption_font(self.window().font()))
        self.setFont(small)
        self.horizontalHeader().setFont(small)
        self.verticalHeader().setFont(small)

    def _spread(self) -> None:
        """Give the column of another tensor its gap, and the names of the rows their room."""
        if self._model.table is None:
            return
        for column in range(self._model.columnCount()):
            width = CELL_WIDTH + _gap(self._model, column)
            if self.columnWidth(column) != width:
                self.setColumnWidth(column, width)
        metrics = self.verticalHeader().fontMetrics()
        widest = max(map(metrics.horizontalAdvance, self._model.table.rows), default=0)
        self.verticalHeader().setFixedWidth(min(widest + _NAME_MARGINS, _WIDEST_NAME))

    def refresh(self) -> None:
        """Repaint the cells in sight, whose numbers have changed."""
        rows, columns = self._model.rowCount(), self._model.columnCount()
        if not rows or not columns:
            return
        room = self.viewport().size()
        bottom, right = self.rowAt(room.height() - 1), self.columnAt(room.width() - 1)
        self._model.tell_changed(
            max(self.rowAt(0), 0),
            max(self.columnAt(0), 0),
            bottom if bottom >= 0 else rows - 1,
            right if right >= 0 else columns - 1,
        )

    def rectangle(self) -> tuple[int, int, int, int]:
        """Return the selected (top, left, bottom, right); without a selection all there is."""
        chosen = self.selectionModel().selection()
        if chosen.isEmpty():
            return 0, 0, self._model.rowCount() - 1, self._model.columnCount() - 1
        indexes = chosen.indexes()
        rows, columns = [one.row() for one in indexes], [one.column() for one in indexes]
        return min(rows), min(columns), max(rows), max(columns)

    def selected_numbers(self) -> NDArray[np.float32]:
        """Return the numbers of the rectangle."""
        top, left, bottom, right = self.rectangle()
        return self._model.values[top : bottom + 1, left : right + 1]

    def copy(self) -> None:
        """Put the selected numbers on the clipboard, as a spreadsheet takes them."""
        if self._model.rowCount():
            QGuiApplication.clipboard().setText(write_numbers(self.selected_numbers()))

    def paste(self) -> None:
        """Ask for the clipboard's numbers to be put from the selection's first cell on."""
        if self._model.rowCount():
            self.pasted.emit(QGuiApplication.clipboard().text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy and paste; everything else as in any table."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)
