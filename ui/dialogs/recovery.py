"""Offering work back that a crash has left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QSize, Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QWidget

from ui.dialogs.about import Sheet
from ui.dialogs.buttons import lead
from ui.widgets.themed import label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.projects.recovery_files import Left

_MOST_ROWS = 5


class RecoveryDialog(Sheet):
    """A list of what was left behind; what is discarded goes at once, and the dialog with the last of it.

    Parameters
    ----------
    parent : QWidget
        The window.
    found : sequence of Left
        What is offered, at least one.
    discard : callable
        Removes one of them.
    notes : sequence of str
        What else there is to say, a line each.
    """

    def __init__(
        self,
        parent: QWidget | None,
        found: Sequence[Left],
        discard: Callable[[Left], None],
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self._found = list(found)
        self._drop = discard
        self.show_headline(self.tr("Restore unsaved work?"))
        text = QLabel(
            self.tr("Unfold ended before this was saved. What you restore stays unsaved until you save it.")
        )
        text.setWordWrap(True)
        self.content.addWidget(text)
        self.list = QListWidget()
        self.list.setProperty("look", "choice")
        self.list.setAccessibleName(self.tr("Unsaved work"))
        self.list.setMinimumWidth(460)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        height = 2 * self.list.fontMetrics().lineSpacing() + 14
        for left in self._found:
            item = QListWidgetItem(f"{left.name}\n{_when_and_where(left)}")
            item.setSizeHint(QSize(0, height))
            item.setToolTip(str(left.path) if left.path is not None else "")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(len(self._found), _MOST_ROWS) * height + 12)
        self.list.itemActivated.connect(self.accept)
        self.content.addWidget(self.list)
        self._rest = label(self.tr("What is not restored now is offered again at the next start."), "caption")
        self._rest.setVisible(len(self._found) > 1)
        self.content.addWidget(self._rest)
        for note in notes:
            told = label(note, "caption")
            told.setWordWrap(True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.content.addWidget(told)
        self._answer_with_buttons()

    def _answer_with_buttons(self) -> None:
        roles = QDialogButtonBox.ButtonRole
        box = self.buttons
        box.clear()
        self.restore = box.addButton(self.tr("Restore"), roles.AcceptRole)
        self.later = box.addButton(self.tr("Later"), roles.RejectRole)
        self.discard = box.addButton(self.tr("Discard"), roles.DestructiveRole)
        for button, does in (
            (self.restore, self.tr("Open the selected work.")),
            (self.later, self.tr("Keep it, and ask again at the next start.")),
            (self.discard, self.tr("Remove the selected work for good.")),
        ):
            button.setToolTip(does)
            button.setAccessibleDescription(does)
        box.accepted.connect(self.accept)
        self.discard.clicked.connect(self._remove)
        lead(box, self.restore)
        self.restore.setFocus()

    @property
    def chosen(self) -> Left:
        """What is selected."""
        return self._found[self.list.currentRow()]

    def _remove(self) -> None:
        row = self.list.currentRow()
        self._drop(self._found.pop(row))
        self.list.takeItem(row)
        self._rest.setVisible(len(self._found) > 1)
        if not self._found:
            self.reject()


def _when_and_where(left: Left) -> str:
    """Return when it was kept, how far it had trained, and which file it belongs to."""
    when = QDateTime.fromSecsSinceEpoch(round(left.written))
    day = QLocale().toString(when.date(), "d MMM yyyy")
    time = QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
    if when.date() == QDate.currentDate():
        day = QCoreApplication.translate("Recovery", "Today")
    epoch = QCoreApplication.translate("Recovery", "epoch {number}").format(number=f"{left.epoch:,}")
    never = QCoreApplication.translate("Recovery", "never saved")
    place = never if left.path is None else left.path.name
    return f"{day} {time} · {epoch} · {place}"
