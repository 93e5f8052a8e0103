"""A thin slider over a scale of values, and its row with a label and a value that can be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QSlider, QWidget

from ui.looks.theme import LIGHT, Theme
from ui.widgets.row import ROW_GAP, ROW_HEIGHT, RowLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from ui.widgets.scale import Scale

_RADIUS = 6.0  # of the handle
_GROOVE = 4.0
_PAGE = 10
VALUE_WIDTH = 54
_OWN_MARGIN = 5  # that every line edit adds, with its edge

_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_PageDown: -_PAGE,
    Qt.Key.Key_PageUp: _PAGE,
    Qt.Key.Key_Home: -1_000_000,
    Qt.Key.Key_End: 1_000_000,
}


class ScaleSlider(QSlider):
    """A slider whose positions are the stops of a `Scale`; its value may also lie between two stops.

    A click jumps to the place clicked, as a person expects of a line; the wheel acts only on a slider
    that was clicked before, so that scrolling a panel changes nothing.
    """

    valueEdited = Signal(float)
    editingFinished = Signal()

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme: Theme = LIGHT
        self._scale = scale
        self._exact = scale.stops[0]
        self._mixed = False
        self._wheel = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_scale(scale)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def set_scale(self, scale: Scale) -> None:
        """Change what the positions stand for; the value stays."""
        self._scale = scale
        self.setRange(0, len(scale.stops) - 1)
        self.setPageStep(_PAGE)
        self.set_exact(self._exact)

    def exact(self) -> float:
        """Return the value shown."""
        return self._exact

    def set_exact(self, value: float) -> None:
        """Show a value without telling anyone."""
        self._exact = value
        self._mixed = False
        blocked = self.blockSignals(True)
        self.setValue(round(self._scale.position(value) * self.maximum()))
        self.blockSignals(blocked)
        self.update()

    def is_mixed(self) -> bool:
        """Return whether the value shown is one of several."""
        return self._mixed

    def set_mixed(self) -> None:
        """Show that there are several values; keys start from the one set last."""
        self._mixed = True
        self.update()

    def sizeHint(self) -> QSize:
        """Return the usual size; the width follows the layout."""
        return QSize(96, 20)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(40, 20)

    def _edit(self, value: float) -> bool:
        if value == self._exact and not self._mixed:
            return False
        self.set_exact(value)
        self.valueEdited.emit(value)
        return True

    def _edit_at(self, x: float) -> None:
        span = max(self.width() - 2 * _RADIUS - 2, 1.0)
        share = (x - _RADIUS - 1) / span
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        self._edit(self._scale.nearest(min(max(share, 0.0), 1.0)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the place clicked and begin a drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._edit_at(event.position().x())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse, telling every value on the way."""
        if self.isSliderDown():
            self._edit_at(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if self.isSliderDown():
            self.setSliderDown(False)
            self.update()
            self.editingFinished.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by stops: arrows by one, page keys by ten, Home and End to the ends."""
        steps = _KEYS.get(Qt.Key(event.key()))
        if steps is None:
            event.ignore()
            return
        if self._edit(self._scale.moved(self._exact, steps)):
            self.editingFinished.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move by stops if this slider has the focus; else let the panel scroll."""
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / 120)  # a touch pad sends many small parts of a notch
        self._wheel -= steps * 120
        if steps and self._edit(self._scale.moved(self._exact, steps)):
            self.editingFinished.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, its part left of the handle, and the ring."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        left, right = 1 + _RADIUS, self.width() - 1 - _RADIUS
        share = self._scale.position(self._exact)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        x = left + share * (right - left)
        groove = QRectF(1, middle - _GROOVE / 2, self.width() - 2, _GROOVE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.border))
        painter.drawRoundedRect(groove, _GROOVE / 2, _GROOVE / 2)
        accent = QColor(theme.accent if self.isEnabled() else theme.faint)
        if self._mixed:  # no place on the line is the value
            if self.hasFocus():
                painter.setPen(QPen(accent, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(groove.adjusted(-0.5, -2.5, 0.5, 2.5), _GROOVE, _GROOVE)
            return
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            groove.setLeft(x)
        else:
            groove.setRight(x)
        painter.setBrush(accent)
        painter.drawRoundedRect(groove, _GROOVE / 2, _GROOVE / 2)
        if self.hasFocus() or self.isSliderDown() or self.underMouse():
            halo = QColor(accent)
            halo.setAlpha(70 if self.hasFocus() or self.isSliderDown() else 36)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(x, middle), _RADIUS + 3.4, _RADIUS + 3.4)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(QColor(theme.panel))
        painter.drawEllipse(QPointF(x, middle), _RADIUS, _RADIUS)


class ValueEdit(QLineEdit):
    """A number that looks like text until it is clicked; Escape brings back what was there."""

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "value")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setTextMargins(0, 0, -_OWN_MARGIN, 0)  # numbers end where boxes do
        self.setFixedWidth(VALUE_WIDTH)
        self._shown = ""
        self.editingFinished.connect(self._commit)

    def show_text(self, text: str) -> None:
        """Show a text without telling anyone; what is being typed is left alone."""
        if text == self._shown and not self.isModified():
            return
        self._shown = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)

    def _commit(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        typed = self.text()
        self.setText(self._shown)  # shown as typed only if it is accepted
        self.committed.emit(typed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select all, so that typing replaces."""
        super().focusInEvent(event)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self._shown)
            self.setModified(False)
            self.selectAll()
            return
        super().keyPressEvent(event)


class LabelledSlider(QWidget):
    """A row: label, slider, and the value, which can be typed.

    ``valueEdited`` tells every value a user chooses, during a drag too; ``editingFinished`` the end of
    one gesture (a drag, a key, a typed number).  Setting values from the program tells nothing.
    """

    valueEdited = Signal(float)
    editingFinished = Signal()

    def __init__(self, label: str, scale: Scale, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self._label = RowLabel(label)
        self.slider = ScaleSlider(scale)
        self.edit = ValueEdit()
        self._label.setBuddy(self.slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._label)
        row.addSpacing(ROW_GAP)
        row.addWidget(self.slider, 1)
        row.addSpacing(2)
        row.addWidget(self.edit)
        self.setFixedHeight(ROW_HEIGHT)
        self.slider.setAccessibleName(label)
        self.edit.setAccessibleName(label)
        self.setToolTip(tip)
        self.slider.valueEdited.connect(self._slid)
        self.slider.editingFinished.connect(self.editingFinished)
        self.edit.committed.connect(self._typed)
        self.set_value(scale.stops[0])

    def value(self) -> float:
        """Return the value shown."""
        return self.slider.exact()

    def set_value(self, value: float) -> None:
        """Show a value without telling anyone."""
        if value != self.slider.exact() or self.slider.is_mixed():
            self.slider.set_exact(value)
        self._write(value)

    def set_mixed(self, value: float, word: str) -> None:
        """Show a word for several values, of which one is given; whatever is chosen then is told."""
        self.set_value(value)
        self.slider.set_mixed()
        self.slider.setAccessibleDescription(word)
        self.edit.show_text(word)

    def set_scale(self, scale: Scale) -> None:
        """Change what the slider's positions stand for; the value stays."""
        if scale != self._scale:
            self._scale = scale
            self.slider.set_scale(scale)
            self._write(self.value())

    def _write(self, value: float) -> None:
        text = self._scale.text(value)
        self.edit.show_text(text)
        self.slider.setAccessibleDescription(text)

    def _slid(self, value: float) -> None:
        self._write(value)
        self.valueEdited.emit(value)

    def _typed(self, text: str) -> None:
        value = self._scale.parsed(text)
        if value is not None and (value != self.value() or self.slider.is_mixed()):
            self.set_value(value)
            self.valueEdited.emit(value)
            self.editingFinished.emit()
