"""The seed that all randomness follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.looks.icons import icon
from ui.widgets.entry_rows import beside, sign_button
from ui.widgets.row import Row
from ui.wording.texts import tip

if TYPE_CHECKING:
    from ui.looks.theme import Theme

LARGEST_SEED = 2**32 - 1


class SeedRow(QWidget):
    """The seed, typed or counted on; ``chosen`` carries it."""

    chosen = Signal(object)  # an int; as one of Qt it would have 31 bits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed = 0
        self.edit = QLineEdit()
        self.edit.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{1,10}"), self.edit))
        self.edit.editingFinished.connect(self._typed)
        self.next = sign_button(
            self.tr("Next seed"),
            self.tr("Other points, other initial weights, another order: was the last result luck?"),
            width=28,
        )
        # The next number, not a random one: runs can be told apart and found again.
        self.next.clicked.connect(lambda: self.chosen.emit((self._seed + 1) % (LARGEST_SEED + 1)))
        hint = tip(
            self.tr("Seed"),
            self.tr("All randomness follows from it: the same seed gives the same run, to the last digit."),
        )
        self.edit.setToolTip(hint)
        self.edit.setAccessibleName(self.tr("Seed"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Row(self.tr("Seed"), beside(self.edit, self.next, gap=8), hint))

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.next.setIcon(icon("refresh", theme))

    def show_seed(self, seed: int) -> None:
        """Show a seed without telling anyone; what is being typed is left alone."""
        self._seed = seed
        if not self.edit.isModified() or not self.edit.hasFocus():
            self.edit.setText(str(seed))

    def _typed(self) -> None:
        if not self.edit.isModified():
            return
        self.edit.setModified(False)
        text = self.edit.text()
        seed = min(int(text), LARGEST_SEED) if text else self._seed
        self.edit.setText(str(seed))
        if seed != self._seed:
            self.chosen.emit(seed)
