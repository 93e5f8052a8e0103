"""The card of what is pinned: the same lines, its number to be edited, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from ui.canvas.card import LINE, PAD, Card
from ui.canvas.describe import freeze_text, mute_text, redraw_text
from ui.canvas.number_field import NumberField
from ui.canvas.spots import Abilities
from ui.canvas.state_chip import StateChip
from ui.widgets.buttons import Chip, PaintedButton
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.themed import chain_tabs
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QWheelEvent

    from ui.canvas.describe import Description
    from ui.canvas.readings import Reading
    from ui.looks.theme import Theme

_FIELD_ROW = 24
_PILL_GAP = 6
_ABOVE_PILLS = 9
_PIECE_ROW = 28


class PinnedCard(Card):
    """Shows and edits a pinned neuron or link.

    ``numberEdited`` carries every new bias or weight, ``muteAsked`` and ``freezeAsked`` whether it is to be,
    ``pieceChosen`` the weighted sum of a maxout unit to look at, ``closeAsked`` a press of Escape.
    """

    numberEdited = Signal(float)
    muteAsked = Signal(bool)
    freezeAsked = Signal(bool)
    redrawAsked = Signal()
    pieceChosen = Signal(int)
    closeAsked = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._abilities = Abilities("")
        self.field = NumberField(self)
        self.problem = QLabel(self)
        self.problem.setProperty("look", "danger")
        self.piece = QuietComboBox(self)
        self.piece.setProperty("look", "small")
        self.freeze = StateChip(self.tr("Freeze"), self.tr("Frozen"), self)
        self.mute = StateChip(self.tr("Mute"), self.tr("Muted"), self)
        self.redraw = Chip(self.tr("Re-initialise"), checkable=False, parent=self)
        self.piece.setToolTip(
            tip(
                self.tr("Piece"),
                self.tr(
                    "Maxout computes several weighted sums and passes on the largest; each has weights and a "
                    "bias of its own. The links are drawn by the piece of largest magnitude."
                ),
            )
        )
        self.mute.setAccessibleName(self.tr("Mute"))
        self.freeze.setAccessibleName(self.tr("Freeze"))
        self.field.numberEdited.connect(self.numberEdited)
        self.field.problemFound.connect(self._show_problem)
        self.field.left.connect(self.closeAsked)
        self.piece.activated.connect(self.pieceChosen)
        self.freeze.clicked.connect(self._ask_freeze)
        self.mute.clicked.connect(self.muteAsked)
        self.redraw.clicked.connect(self.redrawAsked)
        for control in self.controls():
            control.hide()
        self.problem.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        self.field.set_theme(theme)
        for pill in (self.freeze, self.mute, self.redraw):
            pill.set_theme(theme)

    def controls(self) -> list[QWidget]:
        """Return what the Tab key visits, in order."""
        return [self.field, self.piece, *self._pills()]

    def visible_controls(self) -> list[QWidget]:
        """Return those of them that can be used with what is pinned."""
        return [control for control in self.controls() if not control.isHidden() and control.isEnabled()]

    def _pills(self) -> Sequence[PaintedButton]:
        return self.freeze, self.mute, self.redraw

    def show_spot(
        self,
        description: Description,
        reading: Reading,
        abilities: Abilities,
        target: QRect,
        room: QRect,
    ) -> None:
        """Show what is pinned beside its place, inside the room."""
        if abilities != self._abilities:
            self._take(abilities)
        told = abilities.editable and reading.value is not None and bool(description.rows)
        self.field.setVisible(told)
        if told and reading.value is not None:
            self.field.show_number(reading.value)
        self._offer_pieces(reading if abilities.editable else None)
        self.show_beside(description, target, room)
        self._place()

    def _take(self, now: Abilities) -> None:
        self._abilities = now
        self.freeze.set_on(now.frozen)
        self.freeze.set_locked(now.held)
        self.mute.set_on(now.muted)
        if now.hidden:
            self.field.forget()  # without the focus it would take over what was typed
        self.field.setEnabled(not now.hidden)
        self.freeze.setVisible(now.editable)
        self.mute.setVisible(now.editable and now.can_mute)
        self.redraw.setVisible(now.editable)
        thing = self.tr("Weight") if now.is_link else self.tr("Bias")
        self.setAccessibleName(now.name)
        self.field.setAccessibleName(self.tr("{thing} of {name}").format(thing=thing, name=now.name))
        self.piece.setAccessibleName(self.tr("Piece of {name}").format(name=now.name))
        self.field.setToolTip(
            tip(
                thing,
                now.hidden
                or self.tr(
                    "Type a number, drag sideways, turn the wheel or press Up and Down; Shift takes larger "
                    "steps, Ctrl finer ones. The network answers at once."
                ),
            )
        )
        about = now.held or freeze_text(now.is_link)
        self.freeze.setToolTip(tip(self.tr("Freeze"), about))
        self.mute.setToolTip(tip(self.tr("Mute"), mute_text(now.is_link)))
        self.redraw.setToolTip(tip(self.tr("Re-initialise"), redraw_text(now.is_link)))

    def _offer_pieces(self, reading: Reading | None) -> None:
        pieces = reading.pieces if reading is not None else 1
        self.piece.setVisible(pieces > 1)
        if pieces > 1 and self.piece.count() != pieces:
            self.piece.clear()
            for i in range(pieces):
                text = self.tr("Piece {number} of {count}").format(number=i + 1, count=pieces)
                self.piece.addItem(text)
        if reading is not None:
            self.piece.setCurrentIndex(reading.piece)

    def clear(self) -> None:
        """Disappear, forgetting what was being typed."""
        for control in self.controls():
            control.hide()
        self.field.forget()
        self._abilities = Abilities("")
        super().clear()

    def begin_editing(self) -> None:
        """Give the number the focus, or the first control there is."""
        found = self.visible_controls()
        if found:
            found[0].setFocus(Qt.FocusReason.TabFocusReason)

    def chain(self, before: QWidget) -> None:
        """Let the Tab key go from a widget through the controls."""
        chain_tabs(before, self.controls())

    # Measures

    def row_height(self, index: int) -> int:
        """Return the height of a row of values; that of the number's field is higher."""
        return _FIELD_ROW if index == 0 and not self.field.isHidden() else LINE

    def extra(self) -> QSize:
        """Return the room for a problem, the choice of a piece and the pills."""
        shown = [pill for pill in self._pills() if not pill.isHidden()]
        width = sum(pill.sizeHint().width() for pill in shown) + _PILL_GAP * (len(shown) - 1)
        height = Chip.HEIGHT + _ABOVE_PILLS if shown else 0
        height += 0 if self.piece.isHidden() else _PIECE_ROW
        if not self.problem.isHidden():
            height += LINE
            width = max(width, self.problem.sizeHint().width())
        return QSize(max(width, 0), height)

    def is_painted(self, row: int, column: int) -> bool:
        """Return whether a value is painted: the first is in its field."""
        return (row, column) != (0, 0) or self.field.isHidden()

    def _place(self) -> None:
        assert self.description is not None
        box = self.box()
        left, width = box.left() + PAD, box.width() - 2 * PAD
        if not self.field.isHidden():
            _, room = self.cells(0)[0]
            # The digits end where those of the painted values do.
            self.field.setGeometry(room.adjusted(0, 1, 3, -1))
        top = self.row_top(len(self.description.rows))
        if not self.problem.isHidden():
            self.problem.setGeometry(left, top, width, LINE)
            top += LINE
        if not self.piece.isHidden():
            self.piece.setGeometry(left, top + 4, min(width, 130), 22)
            top += _PIECE_ROW
        for pill in self._pills():
            if not pill.isHidden():
                pill.setGeometry(QRect(left, top + _ABOVE_PILLS, pill.sizeHint().width(), Chip.HEIGHT))
                left += pill.width() + _PILL_GAP

    def _ask_freeze(self, on: bool) -> None:
        if not self._abilities.held:
            self.freezeAsked.emit(on)

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        if self.description is not None:
            self._measure(self.description)
            self.resize(self._size)
            self._place()
            self.update()

    # Events: what is on the card is not meant for the diagram below

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell that the pointer is here, and no longer on the diagram."""
        super().enterEvent(event)
        self.entered.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep a press beside the controls from reaching the diagram, but not one in the shadow."""
        event.setAccepted(self.box().contains(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep a drag that began on the card from pointing at what it covers."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Likewise."""
        event.setAccepted(self.box().contains(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Likewise."""
        event.setAccepted(self.box().contains(event.position().toPoint()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel beside the number from scrolling the diagram."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape, whichever control has the focus; other keys are not meant for the diagram."""
        if event.key() == Qt.Key.Key_Escape:
            self.closeAsked.emit()
        event.accept()
