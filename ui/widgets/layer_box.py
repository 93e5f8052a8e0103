"""The choice of one layer of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.widgets.choice_box import QuietComboBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

_WIDTH = 112


class LayerBox(QuietComboBox):
    """Offers the layers of a document by name, the output after the last hidden one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Layer"))
        self.setFixedWidth(_WIDTH)

    def layer(self) -> int:
        """Return the layer chosen, 0 before there are any."""
        return max(self.currentIndex(), 0)

    def offer(self, titles: Sequence[str]) -> None:
        """Offer other layers; the one chosen stays, or gives way to the last."""
        if list(titles) == [self.itemText(i) for i in range(self.count())]:
            return
        chosen = self.layer()
        self.clear()
        self.addItems(list(titles))
        self.setCurrentIndex(min(chosen, len(titles) - 1))
