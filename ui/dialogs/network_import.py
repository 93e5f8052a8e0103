"""What a file's network is, and what becomes of it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.catalog.activations import ACTIVATIONS, Activation, Maxout, Prelu, Tanh
from engine.catalog.entry import by_key
from engine.errors import UnfoldError
from engine.files.imports.document import network_for
from ui.dialogs.buttons import lead
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.themed import label
from ui.wording.counts import counted
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.files.imports.imported import Imported, ImportedLayer

# These bring numbers of their own, which a file that does not tell its activation does not hold.
CHOICES = tuple(entry for entry in ACTIVATIONS if entry not in (Prelu, Maxout))


class NetworkImportDialog(QDialog):
    """Shows the layers, asks for what the file does not tell, and says what does not fit.

    Parameters
    ----------
    name : str
        The file's.
    imported : Imported
        Its network.
    experiment : Experiment
        The document as it is.
    parent : QWidget, optional
        The window.
    """

    def __init__(
        self, name: str, imported: Imported, experiment: Experiment, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import a network"))
        self._imported, self._document = imported, experiment
        self.experiment: Experiment | None = None
        """The document with the file's network in it, None as long as it does not fit."""
        self.into = QRadioButton(self.tr("Build it here, for the data on the left"))
        self.whole = QRadioButton(self.tr("Open the experiment that the file carries, with its data"))
        self.into.setToolTip(
            tip(
                self.tr("Build it here"),
                self.tr("Replaces the layers; data and training stay."),
            )
        )
        self.whole.setToolTip(
            tip(self.tr("Open the experiment"), self.tr("Opens it as another document, with these weights."))
        )
        group = QButtonGroup(self)
        for button in (self.into, self.whole):
            group.addButton(button)
        self.into.setChecked(True)
        self.activation = ChoiceBox(CHOICES)
        self.activation.setAccessibleName(self.tr("Activation of the hidden layers"))
        self.activation.set_current(self._usual())
        self.problem = label("", "danger")
        self.problem.setWordWrap(True)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setMinimumHeight(2 * self.problem.fontMetrics().lineSpacing())
        self.problem.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(self.tr("Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        self.accept_button.setToolTip(
            tip(self.tr("Import"), self.tr("Use the weights of the file; undo brings the network back."))
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._arrange(name, buttons)
        group.buttonToggled.connect(lambda *_: self._check())
        self.activation.currentIndexChanged.connect(lambda _index: self._check())
        self._check()
        if self.experiment is None and imported.experiment is not None:
            self.whole.setChecked(True)

    @property
    def opens(self) -> bool:
        """Whether the file's own experiment is to be opened."""
        return self.whole.isChecked()

    def _usual(self) -> str:
        """Return the activation that the document's hidden layers have, if all have one of the choices."""
        kinds = {layer.activation.key() for layer in self._document.network.layers}
        known = kinds & {entry.key() for entry in CHOICES}
        return known.pop() if len(kinds) == len(known) == 1 else Tanh.key()

    def _arrange(self, name: str, buttons: QDialogButtonBox) -> None:
        imported = self._imported
        units = [str(imported.inputs), *(str(layer.units) for layer in imported.layers)]
        head = QLabel(f"{name}: {' → '.join(units)}")
        head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(head)
        layout.addLayout(self._table())
        if not imported.is_complete:
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(
                label(self.tr("The file does not tell the activation of its hidden layers:"), "muted")
            )
            row.addWidget(self.activation, 1)
            layout.addLayout(row)
        else:
            self.activation.hide()
        for note in imported.notes:
            text = label(f"• {note}", "caption")
            text.setWordWrap(True)
            layout.addWidget(text)
        layout.addWidget(self.into)
        layout.addWidget(self.whole)
        self.whole.setVisible(imported.experiment is not None)
        self.into.setVisible(imported.experiment is not None)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(520)

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        last = len(self._imported.layers) - 1
        for i, layer in enumerate(self._imported.layers):
            title = self.tr("Output") if i == last else self.tr("Layer {number}").format(number=i + 1)
            grid.addWidget(label(title, "muted"), i, 0)
            grid.addWidget(QLabel(self._counted(layer.units)), i, 1)
            grid.addWidget(QLabel(self._described(layer, i == last)), i, 2)
        return grid

    def _counted(self, units: int) -> str:
        return counted(units, self.tr("1 neuron"), self.tr("{count} neurons"))

    def _described(self, layer: ImportedLayer, is_last: bool) -> str:
        parts = []
        if layer.activation is not None:
            parts.append(catalog(layer.activation.label))
        elif is_last:
            parts.append(self.tr("as the loss needs it"))
        if layer.normalization != "none":
            parts.append(
                self.tr("batch normalization")
                if layer.normalization == "batch"
                else self.tr("layer normalization")
            )
        if layer.residual:
            parts.append(self.tr("residual"))
        return ", ".join(parts)

    def _check(self) -> None:
        self.experiment = None
        problems: tuple[str, ...] = ()
        if self.opens:
            self.experiment = self._imported.experiment
        else:
            activation = by_key(CHOICES)[self.activation.currentData()].model_validate({})
            assert isinstance(activation, Activation)
            try:
                self.experiment = network_for(self._document, self._imported, activation)
            except UnfoldError as error:
                problems = error.problems
        self.problem.setText("\n".join(problems))
        self.accept_button.setEnabled(self.experiment is not None)
