"""Recording training: what is asked before a file is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QSpinBox, QVBoxLayout, QWidget

from engine.files.recordings.recording import MOST_SECONDS, RATES, can_write_video
from ui.dialogs.buttons import lead
from ui.dialogs.picture_form import PictureForm
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.looks.theme import Theme
    from ui.pictures import Source

WIDTHS = (160, 1920)
_USUAL_WIDTH = 960  # what is wider makes large files


@dataclass(frozen=True)
class Pace:
    """Frames a second, and how many seconds; None until it is stopped."""

    rate: int = 15
    seconds: int | None = 10


class RecordDialog(QDialog):
    """Shows what will be recorded; ``form`` and ``pace`` have what was chosen.

    Parameters
    ----------
    sources : sequence of Source
        The pictures.
    theme : Theme
        That of the window.
    pace : Pace
        What to begin with.
    parent : QWidget, optional
        The window.
    """

    def __init__(
        self, sources: Sequence[Source], theme: Theme, pace: Pace, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Record training"))
        self.form = PictureForm(sources, theme, WIDTHS, moving=True)
        self.rate = QSpinBox()
        self.rate.setRange(*RATES)
        self.rate.setValue(pace.rate)
        self.rate.setSuffix(self.tr(" frames/s"))
        self.rate.setAccessibleName(self.tr("Frame rate"))
        self.rate.setToolTip(
            tip(self.tr("Frame rate"), self.tr("More frames move more smoothly and make a larger file."))
        )
        self.seconds = QSpinBox()
        self.seconds.setRange(1, MOST_SECONDS)
        self.seconds.setValue(pace.seconds or Pace().seconds or 1)
        self.seconds.setSuffix(self.tr(" s"))
        self.seconds.setAccessibleName(self.tr("Length"))
        self.seconds.setToolTip(
            tip(self.tr("Length"), self.tr("The recording ends by itself after so many seconds of training."))
        )
        self.endless = QCheckBox(self.tr("Until I stop it"))
        self.endless.setChecked(pace.seconds is None)
        most = self.tr("It ends after {minutes} minutes at the latest.").format(minutes=MOST_SECONDS // 60)
        self.endless.setToolTip(tip(self.endless.text(), most))
        self.endless.setAccessibleDescription(most)
        self.endless.toggled.connect(self.seconds.setDisabled)
        self.seconds.setDisabled(self.endless.isChecked())
        self.form.add_row(self.tr("Frame rate"), self.rate)
        self.form.add_row(self.tr("Length"), self.seconds)
        self.form.rows.addWidget(self.endless, self.form.rows.rowCount(), 1)
        self.note = label(_note(self), "caption")
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(self.tr("Record…"), QDialogButtonBox.ButtonRole.AcceptRole)
        lead(buttons, self.accept_button)
        self.accept_button.setToolTip(self.tr("Choose the file; its suffix is the format"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(self.form, 1)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.form.picture.currentIndexChanged.connect(self._limit)
        self.form.changed.connect(self._show_size)
        self._limit()
        self._show_size()
        self.form.picture.setFocus()

    def pace(self) -> Pace:
        """Return the chosen rate and length."""
        return Pace(self.rate.value(), None if self.endless.isChecked() else self.seconds.value())

    def pixels(self) -> tuple[int, int]:
        """Return width and height, both even, as video needs them."""
        width, height = self.form.width_chosen(), self.form.height_chosen()
        return width + width % 2, height + height % 2

    def _limit(self) -> None:
        self.form.width_box.setValue(min(self.form.width_chosen(), _USUAL_WIDTH))

    def _show_size(self) -> None:
        width, height = self.pixels()
        self.form.measure.setText(self.tr("{width} × {height} pixels").format(width=width, height=height))


def _note(dialog: QDialog) -> str:
    """Return what one should know before."""
    texts = [dialog.tr("It records while training runs; while it is paused, the recording waits.")]
    if can_write_video():
        texts.append(dialog.tr("The file is a GIF, a WebP or an MP4."))
    else:
        texts.append(
            dialog.tr(
                "The file is a GIF or a WebP. For MP4 install the package av: pip install “unfold[video]”."
            )
        )
    return " ".join(texts)
