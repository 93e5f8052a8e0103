"""Questions about a file that somebody else has, or has changed; and waiting for a slow disk."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout

from ui.dialogs.messages import choose

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class InUse(Enum):
    """What to do with a project that another window has open."""

    COPY = auto()
    ANYWAY = auto()
    CANCEL = auto()


class Conflict(Enum):
    """What to do where saving would replace somebody else's work."""

    OVERWRITE = auto()
    SAVE_AS = auto()
    CANCEL = auto()


def ask_in_use(parent: QWidget, name: str) -> InUse:
    """Ask how to open a project that another window has open."""
    translate = QCoreApplication.translate
    return choose(
        parent,
        translate("Conflicts", "“{name}” is open in another window").format(name=name),
        translate(
            "Conflicts",
            "A copy leaves the file to that window. Opened anyway, each window can overwrite what the other "
            "saves.",
        ),
        {
            translate("Conflicts", "Open a copy"): InUse.COPY,
            translate("Conflicts", "Open anyway"): InUse.ANYWAY,
        },
        InUse.CANCEL,
    )


def ask_changed(parent: QWidget, name: str) -> Conflict:
    """Ask whether to replace a file that has changed since it was opened or saved here."""
    translate = QCoreApplication.translate
    return _ask_conflict(
        parent,
        translate("Conflicts", "“{name}” was changed by another program").format(name=name),
        translate("Conflicts", "Overwriting it loses what was changed there since it was opened here."),
    )


def ask_taken(parent: QWidget, name: str) -> Conflict:
    """Ask whether to replace a project that another window has open."""
    translate = QCoreApplication.translate
    return _ask_conflict(
        parent,
        translate("Conflicts", "“{name}” is open in another window").format(name=name),
        translate("Conflicts", "Overwriting it loses what was saved there."),
    )


def _ask_conflict(parent: QWidget, headline: str, text: str) -> Conflict:
    translate = QCoreApplication.translate
    answers = {
        translate("Conflicts", "Save as…"): Conflict.SAVE_AS,
        translate("Conflicts", "Overwrite"): Conflict.OVERWRITE,
    }
    return choose(parent, headline, text, answers, Conflict.CANCEL)


class SavingDialog(QDialog):
    """Says that a save takes its time; rejected where the user would rather keep the document open."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unfold")
        text = QLabel(self.tr("Saving “{name}”…").format(name=name))
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(text.text())
        buttons = QDialogButtonBox()
        keep = buttons.addButton(self.tr("Keep it open"), QDialogButtonBox.ButtonRole.RejectRole)
        keep.setAccessibleDescription(self.tr("Back to the document; it is saved as soon as possible."))
        keep.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(text)
        layout.addWidget(bar)
        layout.addWidget(buttons)
        self.setMinimumWidth(340)
