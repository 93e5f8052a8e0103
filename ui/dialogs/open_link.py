"""Pasting a link of TensorFlow Playground; told at once what it opens, or what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine.errors import UnfoldError
from engine.files.playground.link import read_link
from ui.dialogs.buttons import lead
from ui.widgets.facts import Facts
from ui.widgets.themed import label, spread_theme
from ui.wording.link_text import facts_of
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from engine.files.playground.link import Link
    from ui.looks.theme import Theme

_WIDTH = 560
_ROOM = 260  # of what is said of the link, so that nothing jumps while one types


class LinkEdit(QPlainTextEdit):
    """A few lines for one long link; Return is not a part of any."""

    submitted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        else:
            super().keyPressEvent(event)


class OpenLinkDialog(QDialog):
    """A field for the link and, below it, what it opens.

    Parameters
    ----------
    text : str
        The link to begin with, or nothing.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Open link"))
        self.link: Link | None = None
        """What the field says, None as long as it is no link."""

        caption = QLabel(self.tr("Link of TensorFlow Playground"))
        self.field = LinkEdit(text)
        self.field.setPlaceholderText("https://playground.tensorflow.org/#activation=tanh&batchSize=10…")
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(caption.text())
        self.field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * 4 + 16)
        self.field.setToolTip(
            tip(
                self.tr("Paste a link"),
                self.tr("The whole address, or only its part after #. Nothing is fetched from the network."),
            )
        )
        caption.setBuddy(self.field)
        self.facts = Facts()
        self.notes = label("", "muted")
        self.problem = label("", "danger")
        for one in (self.notes, self.problem):
            one.setWordWrap(True)
            one.setTextFormat(Qt.TextFormat.PlainText)
            one.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        said = QWidget()
        said.setMinimumHeight(_ROOM)
        below = QVBoxLayout(said)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(10)
        for part in (self.problem, self.facts, self.notes):
            below.addWidget(part)
        below.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button = buttons.addButton(self.tr("Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.open_button)
        self.open_button.setToolTip(
            tip(self.tr("Open"), self.tr("Opens it as another document, from its initial weights."))
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(caption)
        layout.addWidget(self.field)
        layout.addSpacing(4)
        layout.addWidget(said, 1)
        layout.addWidget(buttons)
        self.setFixedWidth(_WIDTH)
        self.field.textChanged.connect(self._read)
        self.field.submitted.connect(self.open_button.click)  # which does nothing while disabled
        self.field.selectAll()
        self._read()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def _read(self) -> None:
        """Say what the link opens, or what is wrong with it; an empty field is no mistake yet."""
        text = self.field.toPlainText()
        self.link = None
        problems: tuple[str, ...] = ()
        try:
            self.link = read_link(text)
        except UnfoldError as error:
            problems = error.problems if text.strip() else ()
        self.problem.setText("\n".join(problems[:8]))
        self.problem.setVisible(bool(problems))
        self.field.setAccessibleDescription(self.problem.text())
        self.facts.setVisible(self.link is not None)
        self.notes.setVisible(not problems)
        self.notes.setText(self.tr("What the link opens will stand here before anything is opened."))
        self.open_button.setEnabled(self.link is not None)
        if self.link is not None:
            self.facts.show_facts(self.tr("What will open"), facts_of(self.link.experiment))
            self.notes.setText("\n".join(self.link.notes))
