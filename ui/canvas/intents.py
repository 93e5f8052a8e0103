"""What the headers' controls ask for, as whole networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.canvas import edits

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Network
    from ui.canvas.strip import HeaderStrip


class NetworkIntents(QObject):
    """Turns what is done in the headers into a valid network and a text for the undo menu.

    The text names the thing but not its value, so that the steps of one gesture can become one.
    ``experiment`` is the document as it is.
    """

    networkEdited = Signal(object, str)

    def __init__(self, strip: HeaderStrip) -> None:
        super().__init__(strip)
        self.experiment: Experiment | None = None
        strip.addRequested.connect(self._add_layer)
        strip.removeRequested.connect(self._remove_layer)
        strip.unitsEdited.connect(self._set_units)
        strip.activationEdited.connect(self._set_activation)
        strip.initializerEdited.connect(self._set_initializer)

    def _layer_name(self, experiment: Experiment, index: int) -> str:
        if index == len(experiment.network.layers):
            return self.tr("output")
        return self.tr("layer {number}").format(number=index + 1)

    def _emit(self, experiment: Experiment, network: Network, text: str) -> None:
        if network != experiment.network:
            self.networkEdited.emit(network, text)

    def _add_layer(self, index: int) -> None:
        if (now := self.experiment) is not None:
            network = edits.with_layer_added(now.network, index)
            self._emit(now, network, self.tr("Add layer"))

    def _remove_layer(self, index: int) -> None:
        if (now := self.experiment) is not None:
            network = edits.with_layer_removed(now.network, index)
            self._emit(now, network, self.tr("Remove {layer}").format(layer=self._layer_name(now, index)))

    def _set_units(self, index: int, units: int) -> None:
        if (now := self.experiment) is not None:
            network = edits.with_units(now.network, index, units)
            self._emit(now, network, self.tr("Neurons of {layer}").format(layer=self._layer_name(now, index)))

    def _set_activation(self, index: int, activation: Entry, parameter: str) -> None:
        if (now := self.experiment) is not None:
            network = edits.with_activation(now.network, index, activation)
            self._emit(now, network, self._of(parameter or self.tr("Activation"), now, index))

    def _set_initializer(self, index: int, initializer: Entry, parameter: str) -> None:
        if (now := self.experiment) is not None:
            network = edits.with_initializer(now.network, index, initializer)
            self._emit(now, network, self._of(parameter or self.tr("Initializer"), now, index))

    def _of(self, thing: str, now: Experiment, index: int) -> str:
        return self.tr("{thing} of {layer}").format(thing=thing, layer=self._layer_name(now, index))
