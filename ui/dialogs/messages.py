"""Questions and bad news."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui.dialogs.buttons import lead
from ui.looks.icons import pixmap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ui.looks.theme import Theme

Answer = TypeVar("Answer", bound=Enum)


def ask(box: QMessageBox) -> int:
    """Show a question, its text and its buttons between one left and one right edge; return exec's answer."""
    box.ensurePolished()
    grid, buttons = box.layout(), box.findChild(QDialogButtonBox)
    corner = grid.itemAtPosition(0, 0) if isinstance(grid, QGridLayout) else None
    indent = corner.spacerItem() if corner is not None else None
    if isinstance(grid, QGridLayout) and indent is not None:
        indent.changeSize(0, 0)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(0)
        grid.setContentsMargins(20, 18, 20, 16)
        grid.setVerticalSpacing(10)
    if isinstance(buttons, QDialogButtonBox):
        buttons.setCenterButtons(False)
        lead(buttons, box.defaultButton())
    answer = box.exec()
    box.deleteLater()
    return answer


def choose(
    parent: QWidget, headline: str, text: str, answers: dict[str, Answer], cancelled: Answer
) -> Answer:
    """Ask with a button an answer, the first of them the usual one, and Cancel."""
    box = QMessageBox(parent)
    box.setWindowTitle("Unfold")
    box.setText(headline)
    box.setInformativeText(text)
    buttons = {box.addButton(name, QMessageBox.ButtonRole.AcceptRole): answers[name] for name in answers}
    box.setDefaultButton(next(iter(buttons)))
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    ask(box)
    return next((value for button, value in buttons.items() if button is box.clickedButton()), cancelled)


class Unsaved(Enum):
    """What to do with unsaved edits."""

    SAVE = auto()
    DISCARD = auto()
    CANCEL = auto()


def ask_unsaved(parent: QWidget, name: str, trained: bool = False) -> Unsaved:
    """Ask what becomes of the edits of a document that is about to be closed, and of what it has learned."""
    box = QMessageBox(parent)
    box.setWindowTitle("Unfold")
    box.setText(QCoreApplication.translate("Messages", "Save the changes to “{name}”?").format(name=name))
    lost = (
        QCoreApplication.translate(
            "Messages", "Without saving they are lost, and what the network has learned since."
        )
        if trained
        else QCoreApplication.translate("Messages", "Without saving they are lost.")
    )
    box.setInformativeText(lost)
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = ask(box)
    return {buttons.Save: Unsaved.SAVE, buttons.Discard: Unsaved.DISCARD}.get(buttons(answer), Unsaved.CANCEL)


def ask_overwrite(parent: QWidget, path: Path) -> bool:
    """Ask whether an existing file may be replaced."""
    box = QMessageBox(parent)
    box.setWindowTitle("Unfold")
    box.setText(QCoreApplication.translate("Messages", "Replace “{name}”?").format(name=path.name))
    box.setInformativeText(
        QCoreApplication.translate("Messages", "The folder already has a file of this name.")
    )
    replace = box.addButton(
        QCoreApplication.translate("Messages", "Replace"), QMessageBox.ButtonRole.AcceptRole
    )
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    ask(box)
    return box.clickedButton() is replace


class ProblemDialog(QDialog):
    """A headline and every problem on a line of its own, to be read, selected and copied."""

    def __init__(self, parent: QWidget | None, theme: Theme, headline: str, problems: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unfold")
        mark = QLabel()
        mark.setPixmap(pixmap("warning", theme.danger, 24, self.devicePixelRatioF()))
        title = QLabel(headline)
        title.setWordWrap(True)
        font = QFont(title.font())
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(title, 1)

        self.text = QPlainTextEdit("\n".join(problems))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Problems"))
        lines = min(max(len(problems) + 1, 3), 14)
        self.text.setMinimumSize(520, lines * self.text.fontMetrics().lineSpacing() + 26)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        lead(buttons, close)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(14)
        layout.addLayout(top)
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)
        self.resize(self.minimumSizeHint())
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


def show_problems(parent: QWidget | None, theme: Theme, headline: str, problems: Sequence[str]) -> None:
    """Tell what could not be done and why; returns when it has been read."""
    dialog = ProblemDialog(parent, theme, headline, problems)
    dialog.exec()
    dialog.deleteLater()
