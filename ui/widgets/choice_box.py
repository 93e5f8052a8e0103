"""A combo box over a catalog table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ui.wording.texts import catalog, entry_tip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent, QWheelEvent

    from engine.catalog.entry import Entry


class QuietComboBox(QComboBox):
    """A combo box that the wheel changes only when it has the focus, and that never widens its panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(20)
        self.setItemDelegate(QStyledItemDelegate(self))  # the default one ignores the style sheet

    def minimumSizeHint(self) -> QSize:
        """Ask for room for three letters: the column's width is given."""
        return QSize(60, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as ever, but end a text that is too long in an ellipsis."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        elide = Qt.TextElideMode.ElideRight
        shown = option.currentText if self.currentIndex() >= 0 else self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(shown, elide, field.width() - 2)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel unless this box was clicked before."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceBox(QuietComboBox):
    """One entry of a catalog table; ``chosen`` tells the key of the one a user picks."""

    chosen = Signal(str)

    def __init__(self, table: Sequence[type[Entry]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table: tuple[type[Entry], ...] = ()
        self._shown = ""
        self._note = ""
        self.set_table(table)
        self.activated.connect(self._activated)

    def set_table(self, table: Sequence[type[Entry]]) -> None:
        """Offer the entries of a table; the choice stays where it still exists."""
        if tuple(table) == self._table:
            return
        self._table = tuple(table)
        blocked = self.blockSignals(True)
        self.clear()
        for entry in table:
            self.addItem(catalog(entry.label), entry.key())
            self.setItemData(self.count() - 1, entry_tip(entry), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.findData(self._shown))
        self.blockSignals(blocked)
        self._fit_popup()

    def _fit_popup(self) -> None:
        """Make the list wide enough for its longest label, however narrow the box is."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(widest + 36)

    def set_note(self, note: str) -> None:
        """Add a line to the tooltip, about choosing rather than about one choice."""
        self._note = note
        self._describe()

    def set_refusals(self, refusals: Mapping[str, str]) -> None:
        """Grey the entries with these keys; the tooltip of each says why."""
        model = self.model()
        if not isinstance(model, QStandardItemModel):
            return
        for index, entry in enumerate(self._table):
            item = model.item(index)
            reason = refusals.get(entry.key(), "")
            item.setEnabled(not reason)
            item.setToolTip(entry_tip(entry) if not reason else f"<div style='width:300px'>{reason}</div>")

    def current(self) -> str:
        """Return the key of the entry shown, empty before the first."""
        return self._shown

    def set_current(self, key: str) -> None:
        """Show an entry without telling anyone."""
        if key == self._shown and self.currentData() == key:
            return
        self._shown = key
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self.findData(key))
        self.blockSignals(blocked)
        self._describe()

    def _describe(self) -> None:
        entry = next((entry for entry in self._table if entry.key() == self._shown), None)
        text = entry_tip(entry) if entry is not None else ""
        self.setToolTip(f"{text}<p style='margin:0'>{self._note}</p>" if self._note else text)

    def _activated(self, index: int) -> None:
        key = str(self.itemData(index))
        if key != self._shown:
            self._shown = key
            self._describe()
            self.chosen.emit(key)
