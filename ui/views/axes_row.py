"""The choice of the two inputs that span the plane."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.widgets.choice_box import QuietComboBox
from ui.widgets.themed import label
from ui.wording.names import input_name
from ui.wording.texts import tip


class AxesRow(QWidget):
    """Two choices of an input, hidden where there are no more than two.

    ``chosen`` carries the inputs from left to right and from bottom to top.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._shown = (0, 1)
        self._wanted: tuple[int, int] | None = None
        self.across, self.down = QuietComboBox(), QuietComboBox()
        self.across.setAccessibleName(self.tr("Input from left to right"))
        self.down.setAccessibleName(self.tr("Input from bottom to top"))
        for combo in (self.across, self.down):
            combo.setProperty("look", "small")
            combo.setToolTip(
                tip(
                    combo.accessibleName(),
                    self.tr("The plane shows two inputs; the others stay at their mean."),
                )
            )
        self.across.activated.connect(lambda _: self._choose(self.across))
        self.down.activated.connect(lambda _: self._choose(self.down))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 7)
        layout.setSpacing(6)
        layout.addWidget(self.across, 1)
        layout.addWidget(QLabel("×"))
        layout.addWidget(self.down, 1)
        layout.addWidget(label(self.tr("others at their mean"), "caption"))
        self.hide()

    def show_axes(self, names: tuple[str, ...], axes: tuple[int, int]) -> None:
        """Show the inputs there are, and which of them a frame shows."""
        if names != self._names:
            self._names = names
            self._wanted = None
            for combo in (self.across, self.down):
                combo.clear()
                combo.addItems([input_name(name) for name in names])
            self.setVisible(len(names) > 2)
        self._shown = axes
        if self._wanted is None or self._wanted == axes:
            self._wanted = None
            self.across.setCurrentIndex(axes[0])
            self.down.setCurrentIndex(axes[1])

    def _choose(self, changed: QuietComboBox) -> None:
        """Ask for other inputs; the same one twice swaps the two."""
        across, down = self.across.currentIndex(), self.down.currentIndex()
        if across == down:
            if changed is self.across:
                down = self._shown[0]
            else:
                across = self._shown[1]
            self.across.setCurrentIndex(across)
            self.down.setCurrentIndex(down)
        # Frames still on their way show the old inputs; the choice must not jump back.
        self._wanted = (across, down)
        self.chosen.emit(across, down)
