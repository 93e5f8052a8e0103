"""Which layers the inspector is about: a list, and what can be done with them as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.experiment import MAX_LAYERS
from ui.looks.icons import icon
from ui.panels.inspector.subject import Subject
from ui.widgets.choice_box import QuietComboBox
from ui.wording.texts import tip

if TYPE_CHECKING:
    from engine.experiment import Network
    from ui.looks.theme import Theme

WIDTH = 132

Layers = tuple[int, ...]


class LayerChooser(QWidget):
    """A list of the layers, and below it the acts on those that are chosen.

    ``picked`` carries indices of layers, the output behind the last hidden one.
    """

    picked = Signal(object)
    duplicateRequested = Signal()
    removeRequested = Signal()
    redrawRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: list[Layers] = []
        self.box = QuietComboBox()
        self.box.setAccessibleName(self.tr("Layer"))
        self.box.setToolTip(
            tip(self.tr("Layer"), self.tr("Whose settings are shown here. The diagram shows it selected."))
        )
        self.box.activated.connect(lambda index: self.picked.emit(self._offered[index]))
        self.duplicate = self._button(self.tr("Duplicate"))
        self.remove = self._button(self.tr("Remove"))
        self.remove.setToolTip(
            tip(
                self.tr("Remove"),
                self.tr("Take the chosen hidden layers out. All others keep their weights."),
            )
        )
        self.redraw = self._button(self.tr("Re-initialise"))
        self.redraw.setToolTip(
            tip(
                self.tr("Re-initialise"),
                self.tr("Draw the weights and biases of the chosen layers anew, as their initializers say."),
            )
        )
        self._signs = {"duplicate": self.duplicate, "close": self.remove, "refresh": self.redraw}
        self.duplicate.clicked.connect(self.duplicateRequested)
        self.remove.clicked.connect(self.removeRequested)
        self.redraw.clicked.connect(self.redrawRequested)
        self.setFixedWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.box)
        layout.addSpacing(4)
        for button in self._signs.values():
            layout.addWidget(button)
        layout.addStretch(1)

    @staticmethod
    def _button(name: str) -> QToolButton:
        button = QToolButton()
        button.setText(name)
        button.setAccessibleName(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(16, 16))
        button.setFixedHeight(28)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        for name, button in self._signs.items():
            button.setIcon(icon(name, theme, theme.muted))

    def show_layers(self, network: Network, layers: Layers) -> None:
        """Show which of a network's layers are chosen."""
        subject, hidden = Subject(network, layers), len(network.layers)
        self._offer(hidden)
        if layers in self._offered:
            self.box.setCurrentIndex(self._offered.index(layers))
        else:
            chosen = subject.name() if layers else self.tr("Choose a layer")
            self.box.setPlaceholderText(chosen)
            self.box.setCurrentIndex(-1)
        self.duplicate.setVisible(bool(subject.hidden))
        self.remove.setVisible(bool(subject.hidden))
        self.redraw.setVisible(bool(layers))
        room = hidden + len(subject.hidden) <= MAX_LAYERS
        self.duplicate.setEnabled(room)
        explanation = (
            self.tr("Put a copy, weights included, right behind each of the chosen hidden layers.")
            if room
            else self.tr("A network has at most {most} hidden layers.").format(most=MAX_LAYERS)
        )
        self.duplicate.setToolTip(tip(self.tr("Duplicate"), explanation))

    def _offer(self, hidden: int) -> None:
        offered: list[Layers] = [(i,) for i in range(hidden + 1)]
        names = [self.tr("Layer {number}").format(number=i + 1) for i in range(hidden)]
        names.append(self.tr("Output"))
        if hidden > 1:
            offered.append(tuple(range(hidden)))
            names.append(self.tr("Hidden layers"))
        if offered == self._offered:
            return
        self._offered = offered
        self.box.clear()
        self.box.addItems(names)
        widest = max(self.box.fontMetrics().horizontalAdvance(name) for name in names)
        self.box.view().setMinimumWidth(widest + 36)
