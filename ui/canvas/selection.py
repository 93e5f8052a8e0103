"""Which layers are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable


class Selection(QObject):
    """Indices of layers: the hidden ones from 0, the output behind the last.

    ``changed`` carries them in ascending order.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[int, ...] = ()
        self._anchor: int | None = None
        self._output = 0

    @property
    def layers(self) -> tuple[int, ...]:
        """All selected layers."""
        return self._layers

    @property
    def hidden(self) -> tuple[int, ...]:
        """The selected hidden layers."""
        return tuple(index for index in self._layers if index != self._output)

    def set_output(self, index: int) -> None:
        """Note how many hidden layers there are: what is gone is selected no more."""
        had_output = self._output in self._layers
        hidden = [layer for layer in self.hidden if layer < index]
        self._output = index
        if self._anchor is not None and self._anchor > index:
            self._anchor = None
        self.set([*hidden, index] if had_output else hidden)

    def replace(self, layers: Iterable[int], output: int) -> None:
        """Select these layers of a network with another number of hidden ones."""
        self._output = output
        self._anchor = None
        self.set(layers)

    def set(self, layers: Iterable[int]) -> None:
        """Select these layers alone."""
        found = tuple(sorted({layer for layer in layers if 0 <= layer <= self._output}))
        if found != self._layers:
            self._layers = found
            self.changed.emit(found)

    def all(self) -> None:
        """Select all hidden layers."""
        self.set(range(self._output))

    def pick(self, layer: int, *, extend: bool = False, toggle: bool = False) -> None:
        """Select one layer: alone, with all up to the one picked before, or in or out by itself."""
        if extend and self._anchor is not None:
            low, high = sorted((self._anchor, layer))
            self.set(range(low, high + 1))
            return
        self._anchor = layer
        if toggle:
            self.set(set(self._layers) ^ {layer})
        else:
            self.set((layer,))
