"""Choosing what to leave out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from engine.catalog.features import parse
from engine.view import CONTROLS, INPUTS
from ui.dialogs.buttons import lead
from ui.widgets.flow import FlowLayout
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Collection


class HiddenControlsDialog(QDialog):
    """A check box for every control that can be hidden; checked ones are.

    Parameters
    ----------
    hidden : collection of str
        The names of those that are hidden now.
    """

    def __init__(self, hidden: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Hidden controls"))
        self.boxes: dict[str, QCheckBox] = {}
        text = label(
            self.tr(
                "What is checked is left out of the window, for a lesson that can do without it. It is kept "
                "with the experiment and in its link; menus and keys go on working."
            ),
            "muted",
        )
        text.setWordWrap(True)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        for groups in self._groups():
            column = QVBoxLayout()
            column.setSpacing(7)
            for title, names in groups:
                if column.count():
                    column.addSpacing(9)
                column.addWidget(label(title.upper(), "title"))
                for name, what in names:
                    column.addWidget(self._box(name, what))
            column.addStretch(1)
            columns.addLayout(column, 1)
        inputs = QWidget()
        flow = FlowLayout(inputs, gap=14)
        for name, formula in INPUTS.items():
            flow.addWidget(self._box(name, parse(formula, 2).label))
        for name, box in self.boxes.items():
            box.setChecked(name in hidden)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.none = buttons.addButton(self.tr("Hide nothing"), QDialogButtonBox.ButtonRole.ResetRole)
        lead(buttons, buttons.button(QDialogButtonBox.StandardButton.Ok))
        self.none.setToolTip(tip(self.tr("Hide nothing"), self.tr("Clear all marks.")))
        self.none.clicked.connect(self._clear)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addLayout(columns)
        layout.addWidget(label(self.tr("INPUTS"), "title"))
        layout.addWidget(inputs)
        layout.addSpacing(4)
        layout.addWidget(buttons)
        self.setMinimumWidth(610)

    def _groups(self) -> tuple[tuple[tuple[str, tuple[tuple[str, str], ...]], ...], ...]:
        """Return the columns, each of titled groups of (name, text)."""
        run = (
            ("playButton", self.tr("Play")),
            ("stepButton", self.tr("Step batch, step epoch")),
            ("resetButton", self.tr("Reset")),
        )
        data = (
            ("problem", self.tr("Classify, regress, my data")),
            ("dataset", self.tr("Data sets")),
            ("noise", self.tr("Noise")),
            ("percTrainData", self.tr("Test share")),
        )
        network = (
            ("numHiddenLayers", self.tr("Add and remove layers")),
            ("activation", self.tr("Activations")),
        )
        training = (
            ("learningRate", self.tr("Learning rate")),
            ("batchSize", self.tr("Batch size")),
            ("regularization", self.tr("Regularizer")),
            ("regularizationRate", self.tr("Penalty rate")),
        )
        output = (
            ("showTestData", self.tr("Test points")),
            ("discretize", self.tr("Hard boundary")),
        )
        return (
            ((self.tr("Run"), run), (self.tr("Data"), data)),
            ((self.tr("Network"), network), (self.tr("Training"), training)),
            ((self.tr("Output"), output),),
        )

    def _box(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tip(text, self.tr("Checked: it is not shown in the window.")))
        self.boxes[name] = box
        return box

    def _clear(self) -> None:
        for box in self.boxes.values():
            box.setChecked(False)

    def hidden(self) -> tuple[str, ...]:
        """Return the names of what is to be hidden."""
        return tuple(name for name in CONTROLS if self.boxes[name].isChecked())
