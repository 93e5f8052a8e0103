"""The edits of a document as a list: a click goes back or forth to the state after one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from ui.looks.icons import pixmap
from ui.looks.theme import LIGHT, Theme
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

_ROW = 24
_ARROW = 14
_INDENT = 26


class _States(QStyledItemDelegate):
    """Paints the current state bold behind an arrow, what was undone in muted italics."""

    def __init__(self, view: QUndoView) -> None:
        super().__init__(view)
        self._view = view
        self.theme: Theme = LIGHT

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, row, now = self.theme, index.row(), self._view.currentIndex().row()
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if row == now:
            painter.setBrush(QColor(theme.accent_soft))
            if self._view.hasFocus():
                painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(ground, 4, 4)
            arrow = pixmap("chevron-right", theme.accent, _ARROW, self._view.devicePixelRatioF())
            painter.drawPixmap(rect.left() + 6, rect.center().y() - _ARROW // 2 + 1, arrow)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(ground, 4, 4)
        font = QFont(self._view.font())
        if row == now:
            font.setWeight(QFont.Weight.DemiBold)
        font.setItalic(row > now)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted if row > now else theme.text))
        inner = rect.adjusted(_INDENT, 0, -8, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


class HistoryList(QWidget):
    """The texts of an undo stack, the newest at the bottom; the arrow keys go through them.

    Parameters
    ----------
    stack : QUndoStack
        What is shown, and moved by a click.
    """

    def __init__(self, stack: QUndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QUndoView(stack)
        self.view.setEmptyLabel(self.tr("As it was opened"))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.view.setAccessibleName(self.tr("History of edits"))
        self.view.setToolTip(
            tip(
                self.tr("History"),
                self.tr(
                    "Click an edit to go back to how all was after it, weights included. What lies below "
                    "is undone until you edit anew; then it is gone."
                ),
            )
        )
        self._states = _States(self.view)
        self.view.setItemDelegate(self._states)
        self.empty: QLabel = label("", "muted")
        self.empty.setText(
            self.tr(
                "No edits yet. Each edit of the data, the network, the training or a weight is listed here; "
                "a click on one goes back to it."
            )
        )
        self.empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setSpacing(6)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.empty)
        stack.indexChanged.connect(self._follow)
        self._follow()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._states.theme = theme
        self.view.viewport().update()

    def _follow(self) -> None:
        """Keep the current state in sight, and say how it works while there is none."""
        self.empty.setVisible(self.view.model().rowCount() < 2)  # by the model: the stack may be going
        self.view.viewport().update()
        self.view.scrollTo(self.view.currentIndex())
