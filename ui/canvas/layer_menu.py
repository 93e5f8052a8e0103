"""The menu of the selected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from engine.catalog.entry import number_text
from engine.experiment import MAX_LAYERS
from ui.wording.texts import tip

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
    menu.setToolTipsVisible(True)

    def add(
        text: str,
        key: str,
        do: Callable[[], object],
        enabled: bool = True,
        checked: bool | None = None,
        about: str = "",
    ) -> None:
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setToolTip(tip(text.rstrip("…"), about))
        action.setEnabled(enabled)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _on=False: do())

    room = len(network.layers) < MAX_LAYERS
    like = translate("LayerMenu", "It repeats the activation and width of the layer before it.")
    add(translate("LayerMenu", "Add layer before"), "", lambda: building.add(chosen[0]), room, about=like)
    if hidden:
        behind = translate("LayerMenu", "Ins")
        add(
            translate("LayerMenu", "Add layer after"),
            behind,
            lambda: building.add(hidden[-1] + 1),
            room,
            about=like,
        )
        copies = translate("LayerMenu", "A copy right behind it, with the same settings and weights.")
        add(translate("LayerMenu", "Duplicate"), "Ctrl+D", building.duplicate_layers, room, about=copies)
        last = len(network.layers) - 1
        together = hidden[-1] - hidden[0] == len(hidden) - 1
        left, right = (translate("LayerMenu", key) for key in ("Ctrl+Shift+Left", "Ctrl+Shift+Right"))
        along = translate("LayerMenu", "It takes its weights along.")
        can_left, can_right = hidden[0] > 0 or not together, hidden[-1] < last or not together
        add(translate("LayerMenu", "Move left"), left, building.move_left, can_left, about=along)
        add(translate("LayerMenu", "Move right"), right, building.move_right, can_right, about=along)
        add(
            translate("LayerMenu", "Remove"),
            translate("LayerMenu", "Del"),
            building.remove_layers,
            about=translate("LayerMenu", "All other layers keep their weights."),
        )
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
            translate(
                "LayerMenu", "Gives the sums of this layer mean 0 and variance 1 before the activation."
            ),
        )
        dropout = translate("LayerMenu", "Dropout")
        _choices(
            menu,
            dropout,
            [(f"{number_text(100 * share)} %", share) for share in DROPOUTS],
            {layer.dropout for layer in layers},
            lambda value: building.change(dropout, dropout=value),
            translate("LayerMenu", "The share of neurons that is left out at random in every training step."),
        )
        all_residual = all(layer.residual for layer in layers)
        residual = translate("LayerMenu", "Residual connection")
        add(
            residual,
            "",
            lambda: building.change(residual, residual=not all_residual),
            checked=all_residual,
            about=translate("LayerMenu", "Adds what goes into this layer to what comes out of it."),
        )
        add(
            translate("LayerMenu", "Mute"),
            "M",
            building.toggle_mute,
            checked=building.are_muted(),
            about=translate("LayerMenu", "All neurons of this layer count as zero."),
        )
    add(
        translate("LayerMenu", "Freeze"),
        "F",
        building.toggle_freeze,
        checked=building.are_frozen(),
        about=translate("LayerMenu", "Training leaves the weights and biases of this layer as they are."),
    )
    menu.addSeparator()
    add(
        translate("LayerMenu", "Re-initialise"),
        "R",
        building.redraw,
        about=translate("LayerMenu", "Draws the weights anew with this layer's initializer."),
    )
    add(
        translate("LayerMenu", "Settings…"),
        "",
        lambda: building.settingsRequested.emit(chosen[0]),
        about=translate("LayerMenu", "Everything about this layer, on the page below the diagram."),
    )
    return menu


def _choices(
    menu: QMenu,
    title: str,
    choices: Sequence[tuple[str, object]],
    current: Collection[object],
    choose: Callable[[object], None],
    about: str,
) -> None:
    """Add a submenu in which one is checked, unless the layers differ."""
    submenu = menu.addMenu(title)
    submenu.menuAction().setToolTip(tip(title, about))
    group = QActionGroup(submenu)
    for text, value in choices:
        action = submenu.addAction(text)
        action.setCheckable(True)
        action.setChecked(set(current) == {value})
        group.addAction(action)
        action.triggered.connect(lambda _on=False, value=value: choose(value))
