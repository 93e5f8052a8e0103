"""What can be done with a neuron or a link, as edits of the network and of its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.experiment import MAX_UNITS
from engine.weight_edits import Redraw, SetNumber
from ui.canvas import unit_marks
from ui.canvas.describe import pieces_of, spot_name
from ui.canvas.spots import Abilities, address, is_link, is_unit
from ui.editing.layer_edits import with_unit_duplicated, without_unit

if TYPE_CHECKING:
    from engine.experiment import Experiment, Network
    from ui.canvas.model import Shape
    from ui.canvas.spots import Spot, Unit


class SpotCommands(QObject):
    """Turns what is done to a spot into an edit with a text for the undo menu.

    ``networkEdited`` carries a valid network, the text, and where the units come from or None;
    ``weightsEdited`` a weight edit and the text, which names the thing but not its value, so that the steps
    of one gesture can become one.
    """

    networkEdited = Signal(object, str, object)
    weightsEdited = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self._shape: Shape | None = None

    def show_experiment(self, experiment: Experiment, shape: Shape) -> None:
        """Take the document as it is."""
        self._experiment, self._shape = experiment, shape

    def abilities(self, spot: Spot) -> Abilities:
        """Return what can be done with a spot, and how it stands."""
        now, shape = self._now()
        if spot[0] == 0:
            return Abilities(spot_name(shape, spot))
        network = now.network
        held = ""
        if unit_marks.is_layer_frozen(network, spot):
            held = self.tr("The whole layer is frozen; free it in the settings of the layer.")
        can_mute = unit_marks.can_mute(network, spot)
        muted = can_mute and unit_marks.is_muted(network, spot)
        hidden = ""
        if muted and is_link(spot):
            hidden = self.tr("It is muted: it acts as 0, and its own weight is kept. Unmute it to set that.")
        return Abilities(
            spot_name(shape, spot),
            is_link(spot),
            True,
            can_mute,
            muted,
            unit_marks.is_frozen(network, spot, shape.units[spot[0] - 1]),
            held,
            hidden,
        )

    def set_number(self, spot: Spot, piece: int, value: float) -> None:
        """Set a neuron's bias or a link's weight; that of a muted link, which is not shown, stays."""
        now, shape = self._now()
        if spot[0] == 0 or self.abilities(spot).hidden:
            return
        thing = self.tr("Weight of {name}") if is_link(spot) else self.tr("Bias of {name}")
        text = thing.format(name=spot_name(shape, spot))
        if pieces_of(now, spot[0]) > 1:
            text = self.tr("{text}, piece {number}").format(text=text, number=piece + 1)
        name, index = address(spot, piece, shape.units[spot[0]])
        self.weightsEdited.emit(SetNumber(spot[0] - 1, name, index, value), text)

    def redraw(self, spot: Spot) -> None:
        """Draw a weight, or a neuron's weights and bias, anew."""
        _, shape = self._now()
        if spot[0] > 0:
            source = spot[2] if is_link(spot) else None
            text = self.tr("Re-initialise {name}").format(name=spot_name(shape, spot))
            self.weightsEdited.emit(Redraw(spot[0] - 1, spot[1], source), text)

    def set_muted(self, spot: Spot, muted: bool) -> None:
        """Mute a spot, or let it be heard again."""
        now, shape = self._now()
        if unit_marks.can_mute(now.network, spot):
            text = self.tr("Mute {name}") if muted else self.tr("Unmute {name}")
            network = unit_marks.with_muted(now.network, spot, muted)
            self._edit(network, text.format(name=spot_name(shape, spot)))

    def set_frozen(self, spot: Spot, frozen: bool) -> None:
        """Freeze a spot's weights, or let them learn again."""
        now, shape = self._now()
        if spot[0] > 0 and not unit_marks.is_layer_frozen(now.network, spot):
            text = self.tr("Freeze {name}") if frozen else self.tr("Unfreeze {name}")
            network = unit_marks.with_frozen(now.network, spot, frozen, shape.units[spot[0] - 1])
            self._edit(network, text.format(name=spot_name(shape, spot)))

    def toggle_muted(self, spot: Spot) -> None:
        """Mute a spot that is heard, or the other way round."""
        self.set_muted(spot, not self.abilities(spot).muted)

    def toggle_frozen(self, spot: Spot) -> None:
        """Freeze a spot that learns, or the other way round."""
        self.set_frozen(spot, not self.abilities(spot).frozen)

    def why_not_removed(self, spot: Spot) -> str:
        """Return why a spot cannot be removed, empty where it can."""
        now, _ = self._now()
        if not is_unit(spot) or not self.is_hidden_unit(spot):
            return self.tr("Only neurons of hidden layers can be removed.")
        if now.network.layers[spot[0] - 1].units == 1:
            return self.tr("It is the only neuron of its layer: remove the layer instead.")
        return ""

    def why_not_duplicated(self, spot: Spot) -> str:
        """Return why a spot cannot be duplicated, empty where it can."""
        now, _ = self._now()
        if not is_unit(spot) or not self.is_hidden_unit(spot):
            return self.tr("Only neurons of hidden layers can be duplicated.")
        if now.network.layers[spot[0] - 1].units >= MAX_UNITS:
            return self.tr("A layer has at most {count} neurons.").format(count=MAX_UNITS)
        return ""

    def is_hidden_unit(self, spot: Spot) -> bool:
        """Return whether a spot is a neuron of a hidden layer."""
        now, _ = self._now()
        return is_unit(spot) and 0 < spot[0] <= len(now.network.layers)

    def remove(self, unit: Unit) -> bool:
        """Remove a neuron of a hidden layer that has others; return whether it went."""
        now, shape = self._now()
        if self.why_not_removed(unit):
            return False
        network, origin = without_unit(now.network, unit[0] - 1, unit[1])
        text = self.tr("Remove {name}").format(name=spot_name(shape, unit))
        self.networkEdited.emit(network, text, origin)
        return True

    def duplicate(self, unit: Unit) -> None:
        """Put a second neuron with the same weights beside one of a hidden layer."""
        now, shape = self._now()
        if not self.why_not_duplicated(unit):
            network, origin = with_unit_duplicated(now.network, unit[0] - 1, unit[1])
            text = self.tr("Duplicate {name}").format(name=spot_name(shape, unit))
            self.networkEdited.emit(network, text, origin)

    def _edit(self, network: Network, text: str) -> None:
        now, _ = self._now()
        if network != now.network:
            self.networkEdited.emit(network, text, None)

    def _now(self) -> tuple[Experiment, Shape]:
        assert self._experiment is not None and self._shape is not None
        return self._experiment, self._shape
