"""Rows that are rarely needed, folded behind a quiet header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui.looks.icons import pixmap
from ui.widgets.buttons import PaintedButton
from ui.widgets.row import ROW_HEIGHT

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent

_SIGN = 14
_INSET = 2  # of the sign, in the ring that shows where the keyboard is
_GAP = 4


class Disclosure(PaintedButton):
    """A header that is checked while the rows below it are open.

    Space and Return switch it, the arrow keys open and close it as they do in a tree.

    Parameters
    ----------
    text : str
        What the rows are about.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._summary = ""
        self.setCheckable(True)
        self.setFixedHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)

    def set_summary(self, text: str) -> None:
        """Say at the right, while folded, what the rows come to."""
        if text != self._summary:
            self._summary = text
            self.setAccessibleDescription(text)
            self.update()

    def summary(self) -> str:
        """Return what is said at the right."""
        return self._summary

    def sizeHint(self) -> QSize:
        """Return the size of the text and the sign."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + _SIGN + _GAP, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Ask for no width: the column's is given, and the text is shortened."""
        return QSize(_SIGN, ROW_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open and close."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            if self.isChecked() != (key == Qt.Key.Key_Right):
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text at the left, summary and sign at the right."""
        theme, painter = self.theme, self.begin()
        colour = theme.text if self.underMouse() or self.has_ring() else theme.muted
        left = QRect(self.rect())
        left.setRight(self.width() - _SIGN - 2 * _INSET - _GAP)
        painter.setPen(QColor(theme.muted))
        if not self.isChecked():
            painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._summary)
            left.setRight(left.right() - painter.fontMetrics().horizontalAdvance(self._summary) - _GAP)
        painter.setPen(QColor(colour))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        self._paint_sign(painter, colour)

    def _paint_sign(self, painter: QPainter, colour: str) -> None:
        name = "chevron-down" if self.isChecked() else "chevron-right"
        sign = pixmap(name, colour, _SIGN, self.devicePixelRatioF())
        x, y = self.width() - _SIGN - _INSET, (self.height() - _SIGN) // 2
        painter.drawPixmap(x, y, sign)
        if self.has_ring():
            painter.setPen(QPen(QColor(self.theme.accent), 1))
            side = _SIGN + 2 * _INSET - 1
            painter.drawRoundedRect(QRectF(x - _INSET + 0.5, y - _INSET + 0.5, side, side), 4, 4)


class Fold(QWidget):
    """A header and the rows that it opens; a row that is not as usual stays in sight.

    Parameters
    ----------
    title : str
        What the rows are about.
    hint : str
        The header's tooltip.
    summary : str
        What the header says while folded and all rows are as usual.
    """

    def __init__(self, title: str, hint: str, summary: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = summary
        self._unusual: dict[QWidget, bool] = {}
        self.header = Disclosure(title)
        self.header.setToolTip(hint)
        self.header.toggled.connect(self._toggled)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.header)

    def add(self, row: QWidget) -> None:
        """Append a row."""
        self._unusual[row] = False
        self._layout.addWidget(row)
        row.hide()

    def set_unusual(self, row: QWidget, unusual: bool) -> None:
        """Note whether a row shows something else than usual."""
        self._unusual[row] = unusual
        self._show_rows()

    def is_open(self) -> bool:
        """Return whether all rows are shown."""
        return self.header.isChecked()

    def _show_rows(self) -> None:
        for row, unusual in self._unusual.items():
            row.setVisible(unusual or self.is_open())
        self.header.set_summary("" if any(self._unusual.values()) else self._summary)

    def _toggled(self, opened: bool) -> None:
        self._show_rows()
        if opened:
            QTimer.singleShot(0, self, self._reveal)  # laid out by then

    def _reveal(self) -> None:
        """Scroll the column until the rows are in sight."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(self, 0, _GAP)
