"""The card that floats beside what the pointer is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.looks.theme import LIGHT, Theme, tabular

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from ui.canvas.describe import Description

SHADOW = 10
PAD = 12
LINE = 19
_BETWEEN = 14  # a name and its value
_APART = 22  # two named values of a row
_AWAY = 10  # from what the card is about
_INSIDE = 2  # from the edges of the room
_WIDEST_VALUE = "−0.0000"

Box = tuple[QRect, QRect]


class Card(QWidget):
    """Shows a `Description`; lets the pointer through, so that it is never in the way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme: Theme = LIGHT
        self._description: Description | None = None
        self._size = QSize()
        self.hide()

    @property
    def description(self) -> Description | None:
        """What is shown, None while hidden."""
        return self._description

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_beside(
        self, description: Description, target: QRect, room: QRect, avoid: QRect | None = None
    ) -> None:
        """Show a text beside a target, inside the room: right of it and below, or where there is space."""
        if description != self._description:
            self._description = description
            self._measure(description)
            self.update()
        self.resize(self._size)
        self.move(_placed(self._size, target, room, avoid))
        if self.isHidden():
            self.show()
            self.raise_()

    def clear(self) -> None:
        """Disappear."""
        self._description = None
        self._size = QSize()
        self.hide()

    # What a card with controls of its own adds

    def row_height(self, index: int) -> int:
        """Return the height of a row of values."""
        return LINE

    def extra(self) -> QSize:
        """Return the room that is needed below the rows."""
        return QSize(0, 0)

    def is_painted(self, row: int, column: int) -> bool:
        """Return whether a value is painted here, and not shown by a control."""
        return True

    # Measures

    def box(self) -> QRect:
        """Return the card without its shadow."""
        return self.rect().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def row_top(self, index: int) -> int:
        """Return where a row of values begins; behind the last one, where the rows end."""
        assert self._description is not None
        first = self.box().top() + PAD - 2 + LINE * (1 + bool(self._description.formula))
        return first + sum(self.row_height(i) for i in range(index))

    def cells(self, row: int) -> list[Box]:
        """Return the room of every name and its value in a row."""
        assert self._description is not None
        inner = self.box().adjusted(PAD, 0, -PAD, 0)
        pairs = self._description.rows[row]
        width = (inner.width() - _APART * (len(pairs) - 1)) // len(pairs)
        top, height = self.row_top(row), self.row_height(row)
        plain = QFontMetrics(self.font())
        found = []
        for i, (name, _) in enumerate(pairs):
            left = inner.left() + i * (width + _APART)
            label = plain.horizontalAdvance(name)
            found.append(
                (
                    QRect(left, top, label + 1, height),
                    QRect(left + label + 4, top, width - label - 4, height),
                )
            )
        return found

    def _fonts(self) -> tuple[QFont, QFont, QFont]:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        return bold, self.font(), tabular(bold)

    def _measure(self, description: Description) -> None:
        bold, plain, _ = (QFontMetrics(font) for font in self._fonts())
        widths = [bold.horizontalAdvance(description.title), plain.horizontalAdvance(description.formula)]
        for row in description.rows:
            # A value's room does not follow its digits, or the card would tremble while training.
            cells = [
                plain.horizontalAdvance(name)
                + _BETWEEN
                + max(bold.horizontalAdvance(value), bold.horizontalAdvance(_WIDEST_VALUE))
                for name, value in row
            ]
            widths.append(max(cells) * len(cells) + _APART * (len(cells) - 1))
        extra = self.extra()
        width = max(*widths, extra.width()) + 2 * (PAD + SHADOW)
        rows = sum(self.row_height(i) for i in range(len(description.rows)))
        lines = LINE * (1 + bool(description.formula)) + rows
        height = lines + extra.height() + 2 * PAD - 3 + 2 * SHADOW
        self._size = QSize(max(width, self._size.width()), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel and its lines."""
        if self._description is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_panel(painter)
        theme = self._theme
        bold, plain, numbers = self._fonts()
        box = self.box()
        line = QRect(box.left() + PAD, box.top() + PAD - 2, box.width() - 2 * PAD, LINE)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        painter.drawText(line, left, self._description.title)
        painter.setFont(plain)
        if self._description.formula:
            painter.setPen(QColor(theme.muted))
            painter.drawText(line.translated(0, LINE), left, self._description.formula)
        for i, row in enumerate(self._description.rows):
            for j, ((name, value), (label, room)) in enumerate(zip(row, self.cells(i), strict=True)):
                painter.setFont(plain)
                painter.setPen(QColor(theme.muted))
                painter.drawText(label, left, name)
                if self.is_painted(i, j):
                    painter.setFont(numbers)
                    painter.setPen(QColor(theme.text))
                    painter.drawText(room, right, value)

    def _paint_panel(self, painter: QPainter) -> None:
        theme, box = self._theme, QRectF(self.box())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 20 if theme.is_dark else 7))
        for spread in range(SHADOW - 2, 0, -2):
            painter.drawRoundedRect(
                box.adjusted(-spread, -spread + 3, spread, spread + 2), 8 + spread, 8 + spread
            )
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _placed(size: QSize, target: QRect, room: QRect, avoid: QRect | None) -> QPoint:
    """Return the corner of a card beside a target: the first that fits and leaves ``avoid`` in sight."""
    width, height = size.width(), size.height()
    beside = (target.right() + _AWAY - SHADOW, target.left() - _AWAY - width + SHADOW)
    along = (target.center().y() + 8 - SHADOW, target.center().y() - 8 - height + SHADOW)
    beyond = SHADOW - _INSIDE
    whole = room.adjusted(-beyond, -beyond, beyond, beyond)
    places = [QRect(x, y, width, height) for y in along for x in beside]
    fits = [place for place in places if whole.contains(place)]
    if avoid is not None:
        margins = SHADOW, SHADOW, -SHADOW, -SHADOW
        fits = [one for one in fits if not one.adjusted(*margins).intersects(avoid)] or fits
    if fits:
        return fits[0].topLeft()
    x = beside[0] if beside[0] + width <= whole.right() else beside[1]
    y = along[0] if along[0] + height <= whole.bottom() else along[1]
    return QPoint(
        min(max(x, whole.left()), max(whole.right() - width, whole.left())),
        min(max(y, whole.top()), max(whole.bottom() - height, whole.top())),
    )
