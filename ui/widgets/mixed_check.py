"""A check box for something that several things have, or only some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox

if TYPE_CHECKING:
    from collections.abc import Iterable


class MixedCheckBox(QCheckBox):
    """On, off, or a dash where both occur; a click on the dash switches all of them on.

    ``clicked`` tells what a user chose; showing states tells nothing.
    """

    def show_states(self, states: Iterable[bool | None]) -> None:
        """Show the states of several things, None for one that is itself partly on."""
        found = set(states)
        mixed = None in found or len(found) > 1
        blocked = self.blockSignals(True)
        if mixed:
            self.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self.setTristate(False)
            self.setChecked(True in found)
        self.blockSignals(blocked)
        word = QCoreApplication.translate("MixedCheckBox", "mixed") if mixed else ""
        self.setAccessibleDescription(word)

    def is_mixed(self) -> bool:
        """Return whether both states are shown."""
        return self.checkState() == Qt.CheckState.PartiallyChecked

    def nextCheckState(self) -> None:
        """Go from the dash to on: what a user chooses is never mixed."""
        on = self.checkState() != Qt.CheckState.Checked
        self.setTristate(False)
        self.setChecked(on)
