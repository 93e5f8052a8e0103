"""The line of text that says what all hidden layers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.experiment import MAX_LAYERS, MAX_UNITS
from ui.architecture_text import ArchitectureError, architecture_text, parse_architecture
from ui.texts import tip
from ui.widgets.row import Row
from ui.widgets.themed import repolish

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from engine.experiment import Network


class ArchitectureEdit(QLineEdit):
    """The field; Escape brings back what was there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up on Escape."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self.shown)
            self.setModified(False)
            self.selectAll()
            return
        super().keyPressEvent(event)


class ArchitectureRow(QWidget):
    """All hidden layers as text, such as ``8 tanh, 8 tanh``, and below it what is wrong with a line typed.

    ``chosen`` carries the layers of a line that was entered.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = ArchitectureEdit()
        self.edit.setMaxLength(1000)
        self.edit.setPlaceholderText(self.tr("no hidden layers; such as 8 tanh, 4 relu"))
        hint = tip(
            self.tr("All hidden layers as text"),
            self.tr(
                "Neurons and activation of every layer, from the input to the output: 8 tanh, 4 relu. "
                "3x8 tanh is three layers. A layer that stays keeps its weights and settings."
            ),
        )
        self.edit.setToolTip(hint)
        self.problem = QLabel()
        self.problem.setProperty("look", "danger")
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(Row(self.tr("Hidden layers"), self.edit, hint))
        layout.addWidget(self.problem)
        self.edit.textChanged.connect(self._check)
        self.edit.editingFinished.connect(self._finish)

    def show_network(self, network: Network) -> None:
        """Show the layers of a network; what is being typed is left alone."""
        text = architecture_text(network)
        self.edit.shown = text
        if not (self.edit.hasFocus() and self.edit.isModified()):
            self.edit.setText(text)
            self.edit.setCursorPosition(0)

    def _check(self, text: str) -> None:
        """Say at once what is wrong with the line as it stands."""
        try:
            parse_architecture(text)
            problem = ""
        except ArchitectureError as error:
            problem = self._sentence(error)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.edit.setAccessibleDescription(problem)
        if bool(self.edit.property("wrong")) != bool(problem):
            self.edit.setProperty("wrong", bool(problem))
            repolish(self.edit)

    def _finish(self) -> None:
        if not self.edit.isModified():
            return
        try:
            layers = parse_architecture(self.edit.text())
        except ArchitectureError as error:
            if self.edit.hasFocus():
                self.edit.setSelection(error.start, len(error.word))
            else:  # the field was left: what was typed is given up
                self.edit.setText(self.edit.shown)
            return
        self.edit.setModified(False)
        self.chosen.emit(layers)
        self.edit.setText(self.edit.shown)

    def _sentence(self, error: ArchitectureError) -> str:
        """Return what is wrong, where, and what to do."""
        sentences = {
            "empty": self.tr("there is nothing between two commas; write a layer there or take one away"),
            "number": self.tr("“{word}” must begin with a number of neurons, as in 8 tanh"),
            "units": self.tr("{word} neurons are not possible; choose 1 to {units}"),
            "copies": self.tr("{word} times is not possible; choose 1 to {layers}"),
            "layers": self.tr("“{word}” makes more than {layers} layers; leave some out"),
            "activation": self.tr("there is no activation “{word}”"),
        }
        text = sentences[error.reason].format(word=_short(error.word), units=MAX_UNITS, layers=MAX_LAYERS)
        if error.suggestion:
            text += self.tr("; did you mean {name}?").format(name=error.suggestion)
        return self.tr("Layer {number}: {text}").format(number=error.layer, text=text)


def _short(word: str) -> str:
    return word if len(word) <= 24 else word[:23] + "…"
