"""What the inspector is about: some layers of a document, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.catalog.entry import by_key
from engine.catalog.initializers import INITIALIZERS
from ui.editing.layer_edits import with_changes

if TYPE_CHECKING:
    from engine.experiment import Layer, Network, Output

_KINDS = by_key(INITIALIZERS)


@dataclass(frozen=True)
class Subject:
    """Some layers of a network, the output behind the last hidden one."""

    network: Network
    layers: tuple[int, ...]

    @property
    def hidden(self) -> tuple[int, ...]:
        """The hidden layers among them."""
        return tuple(i for i in self.layers if i < len(self.network.layers))

    @property
    def active(self) -> tuple[int, ...]:
        """Those whose activation is edited: the hidden ones, or the output where it is alone."""
        return self.hidden or self.layers

    def parts(self) -> list[Layer | Output]:
        """Return what the document says of each."""
        every: tuple[Layer | Output, ...] = (*self.network.layers, self.network.output)
        return [every[i] for i in self.layers]

    def hidden_parts(self) -> list[Layer]:
        """Return what the document says of each hidden one."""
        return [self.network.layers[i] for i in self.hidden]

    def name(self, layers: tuple[int, ...] | None = None) -> str:
        """Return what they, or some of them, are called within a sentence."""
        named = self.layers if layers is None else layers
        if len(named) > 1:
            return QCoreApplication.translate("Inspector", "{count} layers").format(count=len(named))
        if named[0] == len(self.network.layers):
            return QCoreApplication.translate("Inspector", "output")
        return QCoreApplication.translate("Inspector", "layer {number}").format(number=named[0] + 1)

    def with_initializer(self, key: str) -> Network:
        """Return the network with another distribution of their weights; each keeps its initial bias."""
        network = self.network
        for layer, part in zip(self.layers, self.parts(), strict=True):
            entry = _KINDS[key].model_validate({"bias": part.initializer.bias})
            network = with_changes(network, (layer,), initializer=entry)
        return network
