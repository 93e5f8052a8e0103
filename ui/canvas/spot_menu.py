"""The menu of a neuron or a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from ui.canvas.describe import freeze_text, mute_text, redraw_text
from ui.canvas.spots import is_link, is_unit
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from ui.canvas.key_view import KeyView
    from ui.canvas.spots import Spot

translate = QCoreApplication.translate  # by a name that lupdate finds


def spot_menu(view: KeyView, spot: Spot) -> QMenu:
    """Return the menu of a neuron or a link; the keys shown in it act on the canvas without it too."""
    menu = QMenu(view)
    menu.setToolTipsVisible(True)
    commands, now = view.commands, view.commands.abilities(spot)
    menu.setAccessibleName(now.name)

    def add(
        text: str, key: str, about: str, do: Callable[[], object], checked: bool | None = None
    ) -> QAction:
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setToolTip(tip(text.rstrip("…"), about))
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _=False: do())
        return action

    pinned = spot == view.pinned()
    add(
        translate("SpotMenu", "Unpin") if pinned else translate("SpotMenu", "Pin"),
        translate("SpotMenu", "Return"),
        translate("SpotMenu", "A pinned card stays open, and its numbers can be edited."),
        lambda: view.pin(None if pinned else spot),
    )
    if not now.editable:
        return menu
    if is_link(spot):
        add(
            translate("SpotMenu", "Edit weight…"),
            "",
            now.hidden
            or translate("SpotMenu", "Type, drag or turn the weight, and watch the network answer."),
            lambda: view.edit(spot),
        ).setEnabled(not now.hidden)
        add(
            translate("SpotMenu", "Set weight to zero"),
            "",
            now.hidden or translate("SpotMenu", "The link carries nothing until training moves it again."),
            lambda: view.set_to_zero(spot),
        ).setEnabled(not now.hidden)
    else:
        add(
            translate("SpotMenu", "Edit bias…"),
            "",
            translate("SpotMenu", "Type, drag or turn the bias, and watch the network answer."),
            lambda: view.edit(spot),
        )
    menu.addSeparator()
    freeze = add(
        translate("SpotMenu", "Freeze"),
        "F",
        now.held or freeze_text(is_link(spot)),
        lambda: commands.toggle_frozen(spot),
        now.frozen,
    )
    freeze.setEnabled(not now.held)
    if now.can_mute:
        add(
            translate("SpotMenu", "Mute"),
            "M",
            mute_text(is_link(spot)),
            lambda: commands.toggle_muted(spot),
            now.muted,
        )
    add(
        translate("SpotMenu", "Re-initialise"),
        "R",
        redraw_text(is_link(spot)),
        lambda: commands.redraw(spot),
    )
    if is_unit(spot) and commands.is_hidden_unit(spot):
        menu.addSeparator()
        reason = commands.why_not_duplicated(spot)
        add(
            translate("SpotMenu", "Duplicate this neuron"),
            "",
            reason
            or translate(
                "SpotMenu",
                "A second neuron with the same bias and weights, in and out: both pass on twice as much.",
            ),
            lambda: commands.duplicate(spot),
        ).setEnabled(not reason)
        reason = commands.why_not_removed(spot)
        add(
            translate("SpotMenu", "Remove this neuron"),
            translate("SpotMenu", "Del"),
            reason or translate("SpotMenu", "All other neurons keep their weights."),
            lambda: view.remove(spot),
        ).setEnabled(not reason)
    return menu
