"""The menu of the selected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from engine.catalog.entry import number_text
from engine.experiment import MAX_LAYERS
from ui.layer_edits import is_muted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from PySide6.QtWidgets import QWidget

    from ui.canvas.building import Building

translate = QCoreApplication.translate
DROPOUTS = (0.0, 0.1, 0.25, 0.5)


def layer_menu(building: Building, parent: QWidget) -> QMenu:
    """Return a menu that acts on the selected layers; what the output does not have is left out for it."""
    menu = QMenu(parent)
    chosen, hidden = building.selection.layers, building.selection.hidden
    network = building.network
    menu.setAccessibleName(translate("LayerMenu", "Layer"))

    def add(
        text: str, key: str, do: Callable[[], object], enabled: bool = True, checked: bool | None = None
    ) -> None:
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setEnabled(enabled)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _on=False: do())

    room = len(network.layers) < MAX_LAYERS
    add(translate("LayerMenu", "Add layer before"), "", lambda: building.add(chosen[0]), room)
    if hidden:
        behind = translate("LayerMenu", "Ins")
        add(translate("LayerMenu", "Add layer after"), behind, lambda: building.add(hidden[-1] + 1), room)
        add(translate("LayerMenu", "Duplicate"), "Ctrl+D", building.duplicate_layers, room)
        last = len(network.layers) - 1
        together = hidden[-1] - hidden[0] == len(hidden) - 1
        left, right = (translate("LayerMenu", key) for key in ("Ctrl+Shift+Left", "Ctrl+Shift+Right"))
        add(translate("LayerMenu", "Move left"), left, building.move_left, hidden[0] > 0 or not together)
        add(
            translate("LayerMenu", "Move right"),
            right,
            building.move_right,
            hidden[-1] < last or not together,
        )
        add(translate("LayerMenu", "Remove"), translate("LayerMenu", "Del"), building.remove_layers)
    menu.addSeparator()
    if hidden:
        layers = [network.layers[index] for index in hidden]
        words = {
            "none": translate("LayerMenu", "None"),
            "batch": translate("LayerMenu", "Batch normalization"),
            "layer": translate("LayerMenu", "Layer normalization"),
        }
        text = translate("LayerMenu", "Normalization")
        _choices(
            menu,
            text,
            [(word, key) for key, word in words.items()],
            {layer.normalization for layer in layers},
            lambda value: building.change(text, normalization=value),
        )
        dropout = translate("LayerMenu", "Dropout")
        _choices(
            menu,
            dropout,
            [(f"{number_text(100 * share)} %", share) for share in DROPOUTS],
            {layer.dropout for layer in layers},
            lambda value: building.change(dropout, dropout=value),
        )
        all_residual = all(layer.residual for layer in layers)
        residual = translate("LayerMenu", "Residual connection")
        add(
            residual,
            "",
            lambda: building.change(residual, residual=not all_residual),
            checked=all_residual,
        )
        all_muted = all(is_muted(layer) for layer in layers)
        add(translate("LayerMenu", "Mute"), "", lambda: building.mute(not all_muted), checked=all_muted)
    all_frozen = all(building.part(index).frozen for index in chosen)
    freeze = translate("LayerMenu", "Freeze")
    add(freeze, "", lambda: building.change(freeze, frozen=not all_frozen), checked=all_frozen)
    menu.addSeparator()
    add(translate("LayerMenu", "Re-initialise"), "", building.redraw)
    add(translate("LayerMenu", "Settings…"), "", lambda: building.settingsRequested.emit(chosen[0]))
    return menu


def _choices(
    menu: QMenu,
    title: str,
    choices: Sequence[tuple[str, object]],
    current: Collection[object],
    choose: Callable[[object], None],
) -> None:
    """Add a submenu in which one is checked, unless the layers differ."""
    submenu = menu.addMenu(title)
    group = QActionGroup(submenu)
    for text, value in choices:
        action = submenu.addAction(text)
        action.setCheckable(True)
        action.setChecked(set(current) == {value})
        group.addAction(action)
        action.triggered.connect(lambda _on=False, value=value: choose(value))
