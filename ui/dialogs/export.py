"""Choosing a format: what each is for, what the file will hold, and how it was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from engine.files.export.format import Check
from engine.files.export.formats import FORMATS
from ui.dialogs.buttons import lead
from ui.widgets.themed import label, set_look
from ui.wording.counts import counted
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.files.export.format import Format
    from engine.files.export.portable import Portable

SHOWN = Check("", None, reason="this is the preview, not an exported file")
PREVIEWED_PARAMETERS = 20_000
PREVIEWED_CHARACTERS = 20_000


class ExportDialog(QDialog):
    """Shows every format with a preview of the file; stays open, so that several can be written.

    Parameters
    ----------
    network : Portable
        What to show; a file holds the network as it is when that is written.
    suffix : str
        The format chosen last.
    parent : QWidget, optional
        The window.
    """

    exportRequested = Signal(object)
    """Write the file in this Format."""

    def __init__(self, network: Portable, suffix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._network = network
        self._texts: dict[str, str] = {}
        self._focus: QWidget | None = None  # what had it before a file was written
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.formats = QListWidget()
        set_look(self.formats, "choice")
        self.formats.setAccessibleName(self.tr("Format"))
        self.formats.setToolTip(
            tip(self.tr("Format"), self.tr("Each is for another program; the preview shows the file."))
        )
        self.head = label("", "number")
        self.advice = label("", "muted")
        self.notes = label("", "caption")
        self.outcome = label("", "outcome")
        for text in (self.advice, self.notes, self.outcome):
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setTabChangesFocus(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setAccessibleName(self.tr("Preview of the file"))
        self.preview.setToolTip(tip(self.tr("Preview"), self.tr("What the file will hold.")))
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.setAccessibleName(self.tr("The file is being checked"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip(tip(self.tr("Copy"), self.tr("Put the text of the file onto the clipboard.")))
        self.save = buttons.addButton(self.tr("Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setToolTip(
            tip(
                self.tr("Export…"),
                self.tr("Write the file, run it on 1,000 points, and compare it with Unfold."),
            )
        )
        lead(buttons, self.save)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(lambda: self.exportRequested.emit(self.chosen))
        for kind in FORMATS:
            item = QListWidgetItem(f"{catalog(kind.label)}\n{kind.suffix}")
            item.setSizeHint(QSize(0, 40))
            self.formats.addItem(item)
        self._arrange(buttons)
        self.formats.currentRowChanged.connect(lambda _row: self._show_format())
        self.choose(suffix)
        self._show_state()
        self.show_busy(False)
        self.formats.setFocus()

    @property
    def chosen(self) -> Format:
        """The format on show."""
        return FORMATS[max(self.formats.currentRow(), 0)]

    def choose(self, suffix: str) -> None:
        """Show a format, the first where there is none of this suffix."""
        known = [kind.suffix for kind in FORMATS]
        self.formats.setCurrentRow(known.index(suffix) if suffix in known else 0)

    def show_busy(self, busy: bool) -> None:
        """Show whether a file is being written and checked; nothing else can be begun meanwhile."""
        size = self.progress.sizePolicy()
        size.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(size)
        self.progress.setVisible(busy)
        focus = self.focusWidget()
        if busy and focus in (self.formats, self.save):
            self._focus = focus
            self.preview.setFocus()  # Qt would move it on to a button, which the next Enter would press
        self.formats.setEnabled(not busy)
        self.save.setEnabled(not busy and not self._problems())
        if busy:
            self._show_outcome(self.tr("Writing the file and checking it…"))
        elif self._focus is not None:
            if focus is self.preview:  # nobody has moved it on
                self._focus.setFocus()
            self._focus = None

    def show_network(self, network: Portable) -> None:
        """Show another moment of the network."""
        self._network = network
        self._texts.clear()
        self._show_state()
        self._show_format()

    def show_exported(self, text: str) -> None:
        """Tell where the file is and how it was checked."""
        self.show_busy(False)
        self._show_outcome(text)

    def show_refused(self, problems: Sequence[str]) -> None:
        """Tell why there is no file."""
        self.show_busy(False)
        self._show_outcome("\n".join(problems), "danger")

    def _arrange(self, buttons: QDialogButtonBox) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(label(self.tr("FORMAT"), "title"))
        left.addWidget(self.formats, 1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.head)
        right.addWidget(self.advice)
        right.addWidget(self.preview, 1)
        right.addWidget(self.notes)
        columns = QHBoxLayout()
        columns.setSpacing(18)
        columns.addLayout(left)
        columns.addLayout(right, 1)
        self.formats.setFixedWidth(196)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.state)
        layout.addLayout(columns, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.outcome)
        layout.addWidget(buttons)
        self.outcome.setMinimumHeight(2 * self.outcome.fontMetrics().lineSpacing())
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setMinimumSize(640, 540)
        self.resize(860, 660)

    def _show_state(self) -> None:
        epochs = counted(self._network.epoch, self.tr("1 epoch"), self.tr("{count} epochs"))
        text = self.tr(
            "The preview shows the network after {epochs} of training; a file holds it as it is when "
            "it is written."
        )
        self.state.setText(text.format(epochs=epochs))

    def _problems(self) -> tuple[str, ...]:
        return self.chosen.problems(self._network)

    def _show_format(self) -> None:
        kind, problems = self.chosen, self._problems()
        self.head.setText(f"{catalog(kind.label)} ({kind.suffix})")
        self.advice.setText(catalog(kind.advice))
        self.preview.setPlainText("" if problems else self._preview(kind))
        self.notes.setText("\n".join(f"• {note}" for note in kind.notes(self._network)))
        self.notes.setVisible(bool(self.notes.text()) and not problems)
        self.copy.setEnabled(not kind.binary and not problems)
        self.save.setEnabled(not problems)
        self._show_outcome("\n".join(problems), "danger")

    def _preview(self, kind: Format) -> str:
        size = sum(array.size for layer in self._network.layers for array in layer.tensors.values())
        if kind.binary:
            return self._contents()
        if size > PREVIEWED_PARAMETERS:
            return self.tr("{size} numbers: too many for a preview.").format(size=f"{size:,}")
        text = self._text(kind)
        if len(text) <= PREVIEWED_CHARACTERS:
            return text
        rest = counted(
            len(text) - PREVIEWED_CHARACTERS,
            self.tr("… and 1 character more"),
            self.tr("… and {count} characters more"),
        )
        return f"{text[:PREVIEWED_CHARACTERS]}\n{rest}"

    def _text(self, kind: Format) -> str:
        if kind.suffix not in self._texts:
            self._texts[kind.suffix] = kind.render(self._network, SHOWN).decode()
        return self._texts[kind.suffix]

    def _contents(self) -> str:
        """List what a file holds whose bytes say nothing to a reader."""
        network = self._network
        outputs = ", ".join(network.output_names)
        if network.data.classes:
            outputs = self.tr("the probability of {classes}").format(classes=outputs)
        arrays = {
            f"layers.{i}.{name}": " × ".join(map(str, array.shape))
            for i, layer in enumerate(network.layers)
            for name, array in layer.tensors.items()
        }
        width = max(map(len, arrays)) + 2
        head = (
            self.tr("inputs: {names}").format(names=", ".join(network.input_names)),
            self.tr("outputs: {names}").format(names=outputs),
        )
        return "\n".join((*head, "", *(f"{name:<{width}}{shape}" for name, shape in arrays.items())))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text(self.chosen))
        self._show_outcome(self.tr("The text is on the clipboard; it was not checked by running it."))

    def _show_outcome(self, text: str, look: str = "outcome") -> None:
        self.outcome.setText(text)
        set_look(self.outcome, look)
