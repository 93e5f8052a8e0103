"""Choosing what to leave out of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from engine.view import CONTROLS, INPUTS
from ui.dialogs.buttons import lead
from ui.widgets.flow import FlowLayout
from ui.widgets.themed import label
from ui.wording.control_names import control_names
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
        words = control_names()
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
                for name in names:
                    column.addWidget(self._box(name, words[name]))
            column.addStretch(1)
            columns.addLayout(column, 1)
        inputs = QWidget()
        flow = FlowLayout(inputs, gap=14)
        for name in INPUTS:
            flow.addWidget(self._box(name, words[name]))
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

    def _groups(self) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]:
        """Return the columns, each of titled groups of names."""
        run = ("playButton", "stepButton", "resetButton")
        data = ("problem", "dataset", "noise", "percTrainData")
        network = ("numHiddenLayers", "activation")
        training = ("learningRate", "batchSize", "regularization", "regularizationRate")
        output = ("showTestData", "discretize")
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
