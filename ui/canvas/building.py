"""What headers, keys and menus ask of layers: whole networks, and which layers are selected then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from engine.weight_edits import Redraw
from ui.canvas.layer_menu import layer_menu
from ui.canvas.selection import Selection
from ui.editing import layer_edits as edits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QMenu

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Layer, Network, Output
    from engine.graft import Origin
    from ui.canvas.strip import HeaderStrip

_MORE = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)


class Building(QObject):
    """Turns what is done to layers into a valid network and a text for the undo menu.

    The text names the thing but not its value, so that the steps of one gesture can become one.
    ``networkEdited`` also carries where layers and neurons come from; ``weightsEdited`` a weight edit.
    """

    networkEdited = Signal(object, str, object)
    weightsEdited = Signal(object, str)
    settingsRequested = Signal(int)

    def __init__(self, strip: HeaderStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._experiment: Experiment | None = None
        self._editing = False
        self._menu: QMenu | None = None
        self.selection = Selection(self)
        self.selection.changed.connect(strip.show_selected)
        strip.addRequested.connect(self.add)
        strip.removeRequested.connect(lambda index: self.remove((index,)))
        strip.unitsEdited.connect(self._set_units)
        strip.activationEdited.connect(lambda index, entry: self._choose(index, "activation", entry))
        strip.initializerEdited.connect(lambda index, entry: self._choose(index, "initializer", entry))
        strip.picked.connect(self._pick)
        strip.dropped.connect(self._drop)
        strip.menuRequested.connect(self.open_menu)
        strip.settingsRequested.connect(self.open_settings)

    def show_experiment(self, experiment: Experiment) -> None:
        """Take the document as it is."""
        self._experiment = experiment
        if not self._editing:
            self.selection.set_output(len(experiment.network.layers))

    @property
    def network(self) -> Network:
        """The network as it is."""
        assert self._experiment is not None
        return self._experiment.network

    def part(self, index: int) -> Layer | Output:
        """Return a hidden layer, or the output behind the last."""
        layers = self.network.layers
        return layers[index] if index < len(layers) else self.network.output

    # What the menus and keys call: about the selected layers

    def add_layer(self) -> None:
        """Add a layer behind the selected ones, before a selected output, else before the output."""
        hidden = self.selection.hidden
        self.add(hidden[-1] + 1 if hidden else len(self.network.layers))

    def remove_layers(self) -> None:
        """Remove the selected layers, or the last one where none is selected."""
        last = len(self.network.layers) - 1
        chosen = self.selection.hidden or ((last,) if last >= 0 else ())
        if chosen:
            self.remove(chosen)

    def duplicate_layers(self) -> None:
        """Put a copy behind each selected layer."""
        chosen = self.selection.hidden
        network, origin = edits.with_layer_duplicated(self.network, *chosen)
        copies = (
            [i for i, old in enumerate(origin.layers) if i and origin.layers[i - 1] == old] if origin else ()
        )
        self._edit(network, self._of(self.tr("Duplicate {layer}"), chosen), origin, copies)

    def move_left(self) -> None:
        """Move the selected layers one place towards the inputs."""
        if self.selection.hidden:
            self.move(self.selection.hidden, self.selection.hidden[0] - 1)

    def move_right(self) -> None:
        """Move the selected layers one place towards the output."""
        chosen = self.selection.hidden
        if chosen:
            unmoved_before = chosen[-1] + 1 - len(chosen)
            self.move(chosen, unmoved_before + 1)

    def select_all(self) -> None:
        """Select all hidden layers."""
        self.selection.all()

    def change(self, text: str, **fields: Any) -> None:
        """Change fields of the selected layers; ``text`` names the thing."""
        chosen = self.selection.layers
        self._edit(edits.with_changes(self.network, chosen, **fields), self._thing(text, chosen))

    def are_muted(self) -> bool:
        """Return whether all neurons of all selected hidden layers are muted."""
        return all(edits.is_muted(self.network.layers[index]) for index in self.selection.hidden)

    def toggle_mute(self) -> None:
        """Mute the selected layers, or let them be heard again if all of them are muted."""
        chosen, muted = self.selection.hidden, not self.are_muted()
        text = self.tr("Mute {layer}") if muted else self.tr("Unmute {layer}")
        self._edit(edits.with_muted(self.network, chosen, muted), self._of(text, chosen))

    def are_frozen(self) -> bool:
        """Return whether all selected layers are frozen."""
        return all(self.part(index).frozen for index in self.selection.layers)

    def toggle_freeze(self) -> None:
        """Freeze the selected layers, or let them learn again if all of them are frozen."""
        chosen, frozen = self.selection.layers, not self.are_frozen()
        text = self.tr("Freeze {layer}") if frozen else self.tr("Unfreeze {layer}")
        self._edit(edits.with_changes(self.network, chosen, frozen=frozen), self._of(text, chosen))

    def redraw(self) -> None:
        """Draw the weights of the selected layers anew, in one step."""
        chosen = self.selection.layers
        self.weightsEdited.emit(Redraw(chosen), self._of(self.tr("Re-initialise {layer}"), chosen))

    def open_settings(self, index: int) -> None:
        """Select a layer alone, and ask for its settings."""
        self.selection.pick(index)
        self.settingsRequested.emit(index)

    # About layers that are named

    def add(self, index: int) -> None:
        """Add a layer at a position, and select it."""
        network, origin = edits.with_layer_added(self.network, index)
        self._edit(network, self.tr("Add layer"), origin, (index,))

    def remove(self, layers: tuple[int, ...]) -> None:
        """Remove hidden layers; of selected ones the selection passes to what takes their place."""
        network, origin = edits.with_layer_removed(self.network, *layers)
        select = None
        if network.layers and set(layers) & set(self.selection.layers):
            select = (min(layers[0], len(network.layers) - 1),)
        self._edit(network, self._of(self.tr("Remove {layer}"), layers), origin, select)

    def move(self, layers: tuple[int, ...], target: int) -> None:
        """Move hidden layers so that the first of them comes to a position of the result."""
        network, origin = edits.with_layers_moved(self.network, layers, target)
        text = self._of(self.tr("Move {layer}"), layers)
        had_focus = self._strip.title_with_focus()
        self._edit(network, text, origin)
        if origin is not None and had_focus is not None and had_focus in origin.layers:
            self._strip.layers[origin.layers.index(had_focus)].title.setFocus(Qt.FocusReason.TabFocusReason)

    def step_units(self, layers: Iterable[int], change: int) -> None:
        """Give hidden layers so many neurons more."""
        network, chosen = self.network, tuple(layers)
        for index in chosen:
            network = edits.with_units(network, index, network.layers[index].units + change)
        self._edit(network, self._thing(self.tr("Neurons"), chosen))

    # Keys and menus

    def key(self, event: QKeyEvent, target: tuple[int, ...] | None) -> bool:
        """Do what a key says to layers; return whether it says anything.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        target : tuple of int or None
            The neuron or link that is pointed at or pinned, column first: keys that those know too are about
            it, and + and − about its layer, whichever layers are selected.
        """
        if self._experiment is None:
            return False
        key, hidden = event.key(), self.selection.hidden
        keys = Qt.KeyboardModifier
        if event.modifiers() & (keys.ControlModifier | keys.AltModifier):
            return False
        if key in _MORE or key == Qt.Key.Key_Minus:
            if target is not None:
                hidden = (target[0] - 1,) if 0 < target[0] <= len(self.network.layers) else ()
            self.step_units(hidden, 1 if key in _MORE else -1)
        elif key == Qt.Key.Key_Insert:
            self.add_layer()
        elif not self.selection.layers or target is not None:
            return False
        elif key == Qt.Key.Key_Delete and hidden:
            self.remove(hidden)
        elif key == Qt.Key.Key_M and hidden:
            self.toggle_mute()
        elif key == Qt.Key.Key_F:
            self.toggle_freeze()
        elif key == Qt.Key.Key_R:
            self.redraw()
        elif key == Qt.Key.Key_Escape:
            self.selection.set(())
        elif key == Qt.Key.Key_F10 and event.modifiers() == keys.ShiftModifier:
            self.open_menu_for_keyboard(None)
        else:
            return False
        return True

    def open_menu_for_keyboard(self, target: tuple[int, ...] | None) -> bool:
        """Open the menu of the selected layers; return False where the keyboard is on something else."""
        if target is not None or not self.selection.layers:
            return False
        self.open_menu(self.selection.layers[0], self._strip.menu_place(self.selection.layers[0]))
        return True

    def open_menu(self, index: int, place: QPoint) -> None:
        """Open the menu of the selected layers, or of another one, which is selected then."""
        if index not in self.selection.layers:
            self.selection.pick(index)
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = layer_menu(self, self._strip)
        self._menu.popup(place)

    # What the strip tells

    def _pick(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        keys = Qt.KeyboardModifier
        extend, toggle = bool(modifiers & keys.ShiftModifier), bool(modifiers & keys.ControlModifier)
        self.selection.pick(index, extend=extend, toggle=toggle)

    def _drop(self, index: int, gap: int) -> None:
        """Move a layer, with the others if it is one of several selected, to before the layer of a gap."""
        chosen = self.selection.hidden if index in self.selection.hidden else (index,)
        if chosen == (index,):
            self.selection.pick(index)
        self.move(chosen, gap - sum(one < gap for one in chosen))

    def _set_units(self, index: int, units: int) -> None:
        """Give a layer a width or a step, and the others too if it is one of several selected."""
        chosen = self.selection.hidden if index in self.selection.hidden else (index,)
        change = units - self.network.layers[index].units
        if abs(change) == 1:
            self.step_units(chosen, change)
        else:
            network = edits.with_changes(self.network, chosen, units=units)
            self._edit(network, self._thing(self.tr("Neurons"), chosen))

    def _choose(self, index: int, field: str, entry: Entry) -> None:
        """Change a choice of a layer, and of the others too if it is one of several selected."""
        chosen = self.selection.layers if index in self.selection.layers else (index,)
        output = len(self.network.layers)
        if (
            field == "activation"
        ):  # what the output may end with is up to its own header, which knows the loss
            chosen = (output,) if index == output else tuple(one for one in chosen if one != output)
        text = self.tr("Activation") if field == "activation" else self.tr("Initializer")
        network = edits.with_changes(self.network, chosen, **{field: entry})
        self._edit(network, self._thing(text, chosen))

    # Telling

    def _edit(
        self, network: Network, text: str, origin: Origin | None = None, select: Iterable[int] | None = None
    ) -> None:
        """Tell an edit; the selection follows the layers, or is what ``select`` says."""
        if network == self.network and (origin is None or not origin.moves):
            return
        output = len(self.network.layers)
        follow = self.selection.layers
        if select is None and origin is not None:
            select = [i for i, old in enumerate(origin.layers) if old in follow]
            select += [len(origin.layers)] if output in follow else []
        self._editing = True
        try:
            self.networkEdited.emit(network, text, origin)
        finally:
            self._editing = False
        # What was refused leaves everything as it was.
        accepted = self._experiment is not None and self._experiment.network == network
        if not accepted or select is None:
            self.selection.set_output(len(self.network.layers))
        else:
            self.selection.replace(select, len(network.layers))

    def name(self, index: int) -> str:
        """Return what a layer is called within a sentence."""
        if index == len(self.network.layers):
            return self.tr("output")
        return self.tr("layer {number}").format(number=index + 1)

    def _of(self, template: str, layers: tuple[int, ...]) -> str:
        name = self.name(layers[0]) if len(layers) == 1 else self.tr("{n} layers").format(n=len(layers))
        return template.format(layer=name)

    def _thing(self, thing: str, layers: tuple[int, ...]) -> str:
        return self._of(self.tr("{thing} of {layer}").format(thing=thing, layer="{layer}"), layers)
