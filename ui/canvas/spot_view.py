"""The view that knows what is pointed at and what is pinned, and shows a card beside each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QTimer, Signal
from PySide6.QtWidgets import QApplication

from ui.canvas.card import Card
from ui.canvas.describe import describe
from ui.canvas.diagram_view import DiagramView
from ui.canvas.following import followed
from ui.canvas.pinned_card import PinnedCard
from ui.canvas.places import is_over, place_of
from ui.canvas.readings import Reading, read
from ui.canvas.spot_commands import SpotCommands
from ui.canvas.spots import exists, is_link, is_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.canvas.model import Shape
    from ui.canvas.spots import Link, Spot, Unit
    from ui.looks.theme import Theme


class SpotView(DiagramView):
    """Keeps the neuron or link that is pointed at, and the one that is pinned.

    ``neuronHovered`` carries the (column, unit) that the big field is to show: what is pointed at, else the
    pinned neuron, else None.  ``detailsWanted`` carries whether a card is open that shows gradients and
    statistics.
    """

    neuronHovered = Signal(object)
    detailsWanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered: Unit | None = None
        self._link: Link | None = None
        self._pinned: Spot | None = None
        self._piece: int | None = None
        self._reading = Reading()
        self._told: Unit | None = None
        self._wanted = False
        self._pointer: QPointF | None = None
        # Others learn where it went when they know the new network too.
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(0)
        self._telling.timeout.connect(self._tell)
        self._card = Card(self.viewport())
        self.pinned_card = PinnedCard(self.viewport())
        self.commands = SpotCommands(self)
        self.commands.networkEdited.connect(self.tell_edit)
        self.commands.weightsEdited.connect(self.weightsEdited)
        card = self.pinned_card
        card.numberEdited.connect(self._set_pinned_number)
        card.muteAsked.connect(lambda on: self._on_pinned(self.commands.set_muted, on))
        card.freezeAsked.connect(lambda on: self._on_pinned(self.commands.set_frozen, on))
        card.redrawAsked.connect(lambda: self._on_pinned(self.commands.redraw))
        card.pieceChosen.connect(self._choose_piece)
        card.closeAsked.connect(self._close_pinned)
        card.entered.connect(lambda: self.point_to(None))

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        super().set_theme(theme)
        self._card.set_theme(theme)
        self.pinned_card.set_theme(theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the network of a document; what is gone is neither pointed at nor pinned any more."""
        super().show_experiment(experiment)
        assert self._shape is not None and self._layout is not None
        self.commands.show_experiment(experiment, self._shape)  # the first time nothing was left
        spot = self.pointed()
        if spot is not None and place_of(self._layout, spot) is None:
            self.point_to(None)
        self._show_cards()

    def leave(self, experiment: Experiment, shape: Shape) -> None:
        """Let go of what another network, about to be shown, has not."""
        super().leave(experiment, shape)
        assert self._shape is not None and self._experiment is not None
        spot = self.pointed()
        if spot is not None and not exists(spot, shape.units):
            self.point_to(None)
        origin = self.origin_of(experiment.network)
        if self._pinned is not None:
            self._keep_pinned(followed(self._pinned, self._experiment, experiment, origin), shape)
        self.commands.show_experiment(experiment, shape)

    def _keep_pinned(self, spot: Spot | None, shape: Shape) -> None:
        """Keep what is pinned in its new place, or let go of it if it has none."""
        if spot is None or not exists(spot, shape.units):
            self.pinned_card.field.forget()  # what was typed was meant for what goes
            self.pin(None)
            return
        if self._shape != shape:
            # Its number stays until the next frame; which input weighs most may be one that is gone.
            self._reading = replace(self._reading, largest=None)
        if spot != self._pinned:
            self._pinned = spot
            self._telling.start()

    def show_frame(self, frame: Frame) -> None:
        """Show the state of a run."""
        super().show_frame(frame)
        assert self._experiment is not None and self._shape is not None
        self.commands.show_experiment(self._experiment, self._shape)
        self._show_cards()

    def arrange(self) -> None:
        """Lay out the network for the present size and zoom."""
        super().arrange()
        self._show_cards()

    def scrolled(self) -> None:
        """Follow another offset."""
        super().scrolled()
        self._show_cards()

    def lit(self) -> tuple[Unit | None, Link | None]:
        """Return the neuron and the link to be highlighted because they are pointed at."""
        return self._hovered, self._link

    # What is pointed at, and what is pinned

    def hovered(self) -> Unit | None:
        """Return the (column, unit) pointed at by mouse or keyboard."""
        return self._hovered

    def pointed(self) -> Spot | None:
        """Return the neuron or link pointed at by mouse or keyboard."""
        return self._hovered or self._link

    def pinned(self) -> Spot | None:
        """Return the neuron or link whose card stays open."""
        return self._pinned

    def target(self) -> Spot | None:
        """Return what a command is about: what is pointed at, else what is pinned."""
        return self.pointed() or self._pinned

    def spot_at(self, point: QPointF) -> Spot | None:
        """Return what lies at a point of the content; what is pinned comes before other links."""
        if self._layout is None:
            return None
        unit = self._layout.unit_at(point)
        if unit is not None:
            return unit
        if self._pinned is not None and is_over(self._layout, self._pinned, point):
            return self._pinned
        return self._diagram.link_at(self._layout, point)

    def point_to(self, spot: Spot | None, at: QPointF | None = None) -> None:
        """Point to a neuron or a link; ``at`` is where the pointer is on it, None for its middle."""
        self._pointer = at
        if spot == self.pointed():
            return
        self._hovered = spot if is_unit(spot) else None
        self._link = spot if is_link(spot) else None
        self._tell()

    def pin(self, spot: Spot | None) -> None:
        """Keep the card of a neuron or a link open; None closes it."""
        if spot == self._pinned:
            return
        focused = QApplication.focusWidget()
        if focused is not None and self.pinned_card.isAncestorOf(focused):
            self.setFocus()  # which also takes over what was being typed
        self._pinned, self._piece, self._reading = spot, None, Reading()
        self.pinned_card.clear()
        self._tell()
        if spot is not None:
            self.pinned_card.chain(self)

    def edit(self, spot: Spot) -> None:
        """Pin a spot and give its number the focus."""
        self.pin(spot)
        self.pinned_card.begin_editing()

    def set_to_zero(self, link: Link) -> None:
        """Set a link's weight to zero; of several pieces that which is drawn, or chosen in the card."""
        if self._experiment is not None and self._shape is not None:
            piece = self._piece if link == self._pinned else None
            reading = read(self._frame, self._experiment, self._shape, link, piece)
            self.commands.set_number(link, reading.piece, 0.0)

    def _tell(self) -> None:
        """Show what is pointed at and pinned, and tell those who want to know."""
        self._show_cards()
        self.viewport().update()
        shown = self._hovered
        if shown is None and self._link is None and is_unit(self._pinned):
            shown = self._pinned
        if shown is not None and self._is_sole_output(shown):
            shown = None  # the only output is what the field shows anyway
        if shown != self._told:
            self._told = shown
            self.neuronHovered.emit(shown)
        wanted = any(spot is not None and spot[0] > 0 for spot in (self.pointed(), self._pinned))
        if wanted != self._wanted:
            self._wanted = wanted
            self.detailsWanted.emit(wanted)

    def _is_sole_output(self, unit: Unit) -> bool:
        return self._shape is not None and unit[0] == len(self._shape.units) - 1 and not self._shape.outputs

    # The cards

    def _show_cards(self) -> None:
        if self._layout is None or self._shape is None or self._experiment is None:
            return
        room = self.viewport().rect()
        avoid = self._show_pinned_card(room)
        spot = self.pointed()
        place = self._place_of(spot) if spot is not None and spot != self._pinned else None
        if spot is None or place is None:
            self._card.clear()
            return
        reading = read(self._frame, self._experiment, self._shape, spot)
        text = describe(self._experiment, self._shape, spot, reading)
        if is_link(spot) and self._pointer is not None:
            pointer = (self._pointer - self.offset()).toPoint()
            place = QRect(pointer.x() - 2, pointer.y() - 2, 4, 4)
        self._card.show_beside(text, place, room, avoid)

    def _show_pinned_card(self, room: QRect) -> QRect | None:
        """Show the card of what is pinned; return where it is, None while that is out of sight."""
        spot, card = self._pinned, self.pinned_card
        if spot is None:
            return None
        assert self._experiment is not None and self._shape is not None
        if not exists(spot, self._shape.units):
            return None
        reading = read(self._frame, self._experiment, self._shape, spot, self._piece)
        if spot[0] == 0 or reading.value is not None or self._reading.pieces != reading.pieces:
            self._reading = reading  # else a frame of the new network is on its way: the old numbers stay
        if self._piece is None and self._reading.value is not None:
            self._piece = self._reading.piece  # which one is largest may change under the hand
        place = self._place_of(spot)
        if place is None or not place.intersects(room):
            card.hide()
            return None
        text = describe(self._experiment, self._shape, spot, self._reading)
        card.show_spot(text, self._reading, self.commands.abilities(spot), place, room)
        return card.geometry()

    def _place_of(self, spot: Spot) -> QRect | None:
        assert self._layout is not None
        rect: QRectF | None = place_of(self._layout, spot)
        return rect.translated(-self.offset()).toRect() if rect is not None else None

    # What the pinned card asks for

    def _on_pinned(self, command: Callable[..., object], *arguments: object) -> None:
        if self._pinned is not None:
            command(self._pinned, *arguments)

    def _set_pinned_number(self, value: float) -> None:
        if self._pinned is not None:
            self.commands.set_number(self._pinned, self._piece or 0, value)

    def _choose_piece(self, piece: int) -> None:
        self._piece = piece
        self.pinned_card.field.forget()
        self._show_cards()

    def _close_pinned(self) -> None:
        self.setFocus()
        self.pin(None)
