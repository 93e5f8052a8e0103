"""The hidden layers as a line of text that can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.experiment import MAX_LAYERS, MAX_UNITS
from ui.editing.layer_edits import with_architecture
from ui.widgets.row import ROW_GAP, RowLabel
from ui.widgets.themed import label, repolish, spread_theme
from ui.wording.architecture_text import ArchitectureError, architecture_text, parse_architecture
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from engine.experiment import Experiment, Network
    from ui.looks.theme import Theme

_LONGEST = 24  # letters of a wrong word that are repeated


class _LayersEdit(QLineEdit):
    """A line that Escape brings back to what it said."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up on Escape, where there is something to give up."""
        if event.key() == Qt.Key.Key_Escape and (self.isModified() or self.property("wrong")):
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class ArchitectureField(QWidget):
    """A labelled line that says ``8 tanh, 8 tanh``, and below it what is wrong with what was typed.

    ``networkEdited`` carries a network, what was edited, and where its layers come from.  A text that
    describes no network stays to be mended and changes nothing.
    """

    networkEdited = Signal(object, str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        name = self.tr("Layers")
        self.edit = _LayersEdit()
        self.edit.setAccessibleName(self.tr("Hidden layers as text"))
        self.edit.setPlaceholderText(self.tr("no hidden layers; type 8 tanh, 8 tanh for two"))
        self.edit.setToolTip(
            tip(
                name,
                self.tr(
                    "The hidden layers from the inputs to the output: neurons and activation, with commas "
                    "between. 8 tanh, 4 relu is two layers; 3x8 tanh is three of the same. Layers that stay "
                    "keep their weights and settings. Return takes it, Escape gives it up."
                ),
            )
        )
        self.problem = label("", "danger")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self._caption = RowLabel(name)
        self._caption.setFixedWidth(self._caption.fontMetrics().horizontalAdvance(name) + 12)
        self._caption.setBuddy(self.edit)
        self._arrange()
        self.edit.editingFinished.connect(self._commit)
        self.edit.textEdited.connect(lambda: self._complain(""))
        self.edit.given_up.connect(self._give_up)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(ROW_GAP)
        row.addWidget(self._caption)
        row.addWidget(self.edit, 1)
        below = QHBoxLayout()
        below.addSpacing(self._caption.width() + ROW_GAP)
        below.addWidget(self.problem, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addLayout(below)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the hidden layers of an experiment; what is being typed is left alone."""
        self._network = experiment.network
        if not self.edit.isModified() and not self.problem.text():
            self._write()

    def _write(self) -> None:
        text = architecture_text(self._network) if self._network is not None else ""
        if text != self.edit.text():
            self.edit.setText(text)
            if not self.edit.hasFocus():
                self.edit.setCursorPosition(0)  # of a long line the first layers count
        self.edit.setModified(False)

    def _give_up(self) -> None:
        self._complain("")
        self._write()
        self.edit.selectAll()

    def _commit(self) -> None:
        if self._network is None or not self.edit.isModified():
            return
        try:
            wanted = parse_architecture(self.edit.text())
        except ArchitectureError as error:
            self._complain(self._sentence(error))
            if self.edit.hasFocus():
                self.edit.setSelection(error.start, len(error.word))
            return
        self._complain("")
        self.edit.setModified(False)
        network, origin = with_architecture(self._network, wanted)
        if network != self._network:
            self.networkEdited.emit(network, self.tr("Layers"), origin)
        self._write()  # as it is now, whether it was taken or not

    def _complain(self, problem: str) -> None:
        """Say what is wrong, or that nothing is."""
        if problem == self.problem.text():
            return
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.edit.setAccessibleDescription(problem)
        self.edit.setProperty("wrong", bool(problem))
        repolish(self.edit)

    def _sentence(self, error: ArchitectureError) -> str:
        """Return where a text is wrong and what to do about it."""
        if error.reason == "empty":
            text = self.tr(
                "Nothing at character {place}: type a layer there, such as 8 tanh, or remove a comma."
            )
            return text.format(place=error.start + 1)
        word = error.word if len(error.word) <= _LONGEST else f"{error.word[: _LONGEST - 1]}…"
        where = self.tr("“{word}” at character {place}").format(word=word, place=error.start + 1)
        return f"{where}: {self._remedy(error)}"

    def _remedy(self, error: ArchitectureError) -> str:
        match error.reason:
            case "number":
                return self.tr("a layer begins with its number of neurons, as in 8 tanh.")
            case "units":
                return self.tr("a layer has 1 to {most} neurons.").format(most=MAX_UNITS)
            case "copies":
                return self.tr("a layer can be repeated 1 to {most} times.").format(most=MAX_LAYERS)
            case "layers":
                return self.tr("that is more than {most} layers; remove some.").format(most=MAX_LAYERS)
        if error.suggestion:
            return self.tr("no such activation. Did you mean {name}?").format(name=error.suggestion)
        return self.tr("no such activation. Use a name from the list, such as tanh or relu.")
