"""The small controls of a column's header; they paint themselves and fit narrow columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from engine.experiment import MAX_UNITS
from ui.looks.theme import LIGHT, Theme, caption_font
from ui.widgets.buttons import PaintedButton
from ui.widgets.choice_box import ChoiceBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from engine.catalog.entry import Entry


class HeaderChoice(ChoiceBox):
    """A choice from a catalog table that is as wide as what it shows.

    Parameters
    ----------
    table : sequence of Entry classes
        What can be chosen.
    quiet : bool
        Muted and frameless until it is pointed at, for what is changed less often.
    """

    FRAMED, QUIET = 22, 18

    def __init__(
        self, table: Sequence[type[Entry]] = (), quiet: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(table, parent)
        self.theme: Theme = LIGHT
        self._quiet = quiet
        self._shown_as: tuple[str, ...] = ()
        self.compact = False
        self.setProperty("look", "small")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        self.update()

    def set_shown_as(self, *texts: str) -> None:
        """Show the first of these texts that fits instead of the choice's label; none shows the label."""
        if texts != self._shown_as:
            self._shown_as = texts
            self.update()

    def shown_text(self) -> str:
        """Return the text that stands in the closed box."""
        metrics = QFontMetrics(self._text_font())
        room = self.width() - self._around() + 2
        texts = self._texts()
        return next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])

    def width_within(self, room: int) -> int:
        """Return the width that shows the longest text that fits into a room; the room if none does."""
        metrics = QFontMetrics(self._text_font())
        widths = [metrics.horizontalAdvance(text) + self._around() for text in self._texts()]
        return next((width for width in widths if width <= room), room)

    def _texts(self) -> tuple[str, ...]:
        return self._shown_as or (self.currentText(),)

    def sizeHint(self) -> QSize:
        """Return the size that shows the text in full."""
        return QSize(self.width_within(10_000), self.QUIET if self._quiet else self.FRAMED)

    def minimumSizeHint(self) -> QSize:
        """Return a size that shows a few letters."""
        return QSize(36, self.sizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the diagram: it scrolls and zooms there."""
        event.ignore()

    def _around(self) -> int:
        if self._quiet:
            return 6 if self.compact else 18
        return 19 if self.compact else 28

    def _text_font(self) -> QFont:
        return caption_font(self.font()) if self._quiet or self.compact else self.font()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text and a small arrow, in a frame where there is one."""
        theme = self.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot, focused = self.underMouse() and self.isEnabled(), self.hasFocus()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if not self._quiet:
            painter.setBrush(QColor(theme.hover if hot else theme.panel))
            painter.setPen(QPen(QColor(theme.accent if focused else theme.control_border), 1))
            painter.drawRoundedRect(box, 5, 5)
        elif hot or focused:
            painter.setBrush(QColor(theme.hover))
            painter.setPen(QPen(QColor(theme.accent), 1) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 5, 5)
        painter.setFont(self._text_font())
        painter.setPen(QColor(theme.muted if self._quiet and not hot else theme.text))
        left = 3 if self._quiet else 4 if self.compact else 8
        room = self.rect().adjusted(left, 0, left - self._around(), 0)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self.shown_text(), Qt.TextElideMode.ElideRight, room.width() + 2)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self._quiet and self.compact:
            return
        painter.setPen(QPen(QColor(theme.muted), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = self.width() - (7.0 if self._quiet else 8.5 if self.compact else 12.0), self.height() / 2
        painter.drawPolyline([QPointF(x - 2.6, y - 1.3), QPointF(x, y + 1.5), QPointF(x + 2.6, y - 1.3)])


_SIDES = {"minus": 20, "plus": 20, "close": 16, "tune": 18, "add": 24}


class GlyphButton(PaintedButton):
    """A small button with a painted sign: "minus", "plus", "close", "tune" or "add" (a dashed circle).

    "minus" and "plus" repeat while they are held down.
    """

    def __init__(self, glyph: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._glyph = glyph
        side = _SIDES[glyph]
        self.setFixedSize(side, side)
        if glyph in ("minus", "plus"):
            self.setAutoRepeat(True)
            self.setAutoRepeatDelay(380)
            self.setAutoRepeatInterval(70)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the sign."""
        theme, painter = self.theme, self.begin()
        hot = self.underMouse() and self.isEnabled()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        colour = theme.text if hot else theme.muted if self.isEnabled() else theme.faint
        if self._glyph == "add":
            box.adjust(1, 1, -1, -1)
            painter.setBrush(QColor(theme.accent_soft if hot else theme.canvas))
            colour = theme.accent if hot or self.hasFocus() else theme.muted
            # Lengths that divide the circle evenly, in units of the pen's width.
            dash = box.width() * 3.14159 / 1.1 / 32
            pen = QPen(QColor(colour), 1.1)
            if not self.hasFocus():
                pen.setDashPattern([dash, dash])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawEllipse(box)
        elif self._glyph in ("minus", "plus"):
            painter.setBrush(QColor(theme.pressed if self.isDown() else theme.hover if hot else theme.panel))
            painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.control_border), 1))
            painter.drawEllipse(box)
            colour = theme.text if self.isEnabled() else theme.faint
        elif hot or self.hasFocus():
            painter.setBrush(QColor(theme.hover))
            painter.setPen(QPen(QColor(theme.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 5, 5)
        self._paint_sign(painter, QColor(colour))

    def _paint_sign(self, painter: QPainter, colour: QColor) -> None:
        middle = QRectF(self.rect()).center()
        x, y = middle.x(), middle.y()
        pen = QPen(colour, 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if self._glyph == "close":
            painter.drawLine(QPointF(x - 2.8, y - 2.8), QPointF(x + 2.8, y + 2.8))
            painter.drawLine(QPointF(x - 2.8, y + 2.8), QPointF(x + 2.8, y - 2.8))
            return
        if self._glyph == "tune":  # two sliders
            painter.setBrush(QColor(self.theme.canvas))
            for row, knob in ((-2.6, 1.8), (2.6, -1.8)):
                painter.drawLine(QPointF(x - 4.6, y + row), QPointF(x + 4.6, y + row))
                painter.drawEllipse(QPointF(x + knob, y + row), 1.6, 1.6)
            return
        reach = 3.2
        painter.drawLine(QPointF(x - reach, y), QPointF(x + reach, y))
        if self._glyph != "minus":
            painter.drawLine(QPointF(x, y - reach), QPointF(x, y + reach))


class UnitsField(QLineEdit):
    """The number of neurons between − and +: reads as text, can be typed over.

    ``unitsEdited`` carries a whole number within the allowed range.
    """

    unitsEdited = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._units = 1
        self._compact = False
        self.setProperty("look", "value")
        self.setFrame(False)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMaxLength(len(str(MAX_UNITS)) + 12)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.editingFinished.connect(self._finish)

    def units(self) -> int:
        """Return the number shown."""
        return self._units

    def set_units(self, units: int, compact: bool) -> None:
        """Show a number; compact leaves out the word behind it."""
        if (units, compact) == (self._units, self._compact) and self.text():
            return
        changed = units != self._units
        self._units, self._compact = units, compact
        if self.hasFocus():
            if changed:
                self.setText(str(units))
        else:
            self._show()

    def forget(self) -> None:
        """Give up what is being typed: it was meant for another network."""
        if self.isModified():
            self.setText(str(self._units))
            self.selectAll()

    def _show(self) -> None:
        word = self.tr("neuron") if self._units == 1 else self.tr("neurons")
        self.setText(str(self._units) if self._compact else f"{self._units} {word}")
        self.setCursorPosition(0)

    def _finish(self) -> None:
        digits = self.text().split(" ")[0].strip()
        if digits.isdecimal():
            units = min(max(int(digits), 1), MAX_UNITS)
            if units != self._units:
                self.unitsEdited.emit(units)
        if self.hasFocus():
            self.setText(str(self._units))
            self.selectAll()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the number alone, ready to be typed over."""
        super().focusInEvent(event)
        self.setText(str(self._units))
        self.selectAll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep everything selected after the click that gave the focus."""
        super().mouseReleaseEvent(event)
        if not self.isModified():
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read as text again."""
        super().focusOutEvent(event)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, give up with Escape."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is not None:
            units = min(max(self._units + step, 1), MAX_UNITS)
            if units != self._units:
                self.unitsEdited.emit(units)
        elif event.key() == Qt.Key.Key_Escape:
            self.setText(str(self._units))
            self.clearFocus()
        else:
            super().keyPressEvent(event)
