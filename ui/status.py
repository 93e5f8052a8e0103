"""The line at the foot of the window: the network's size, how fast it all goes, and a message."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStatusBar, QWidget

from ui.looks.theme import caption_font
from ui.size import parameter_count
from ui.widgets.themed import set_look
from ui.wording.counts import counted

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from engine.experiment import Experiment, Network
    from engine.graft import Kept
    from engine.snapshot import Divergence, Finish, Frame
    from ui.looks.theme import Theme

_WINDOW = 1.0  # seconds over which frames are counted
_REFRESH_MS = 400  # numbers that change faster cannot be read


def speed_text(samples: float) -> str:
    """Write samples a second with three digits and a prefix."""
    for factor, prefix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if samples >= factor:
            return f"{samples / factor:.3g}{prefix}"
    return f"{samples:.0f}"


def _ending(frame: Frame) -> tuple[Divergence | None, Finish | None]:
    return frame.snapshot.diverged, frame.snapshot.finished


class _Message(QLabel):
    """A message at the right that is shortened where it does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._full = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        """Show a text; the whole of it is in the tooltip where it is shortened."""
        self._full = text
        self._fit()

    def full_text(self) -> str:
        """Return the whole text."""
        return self._full

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class StatusLine(QStatusBar):
    """Shows what a frame tells in numbers, and one message at a time."""

    HEIGHT = 26

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(self.HEIGHT)
        self.network, self.speed, self.frames = QLabel(), QLabel(), QLabel()
        self.hidden_controls = QLabel()
        self.message = _Message()
        self._shown_at: deque[float] = deque()
        self._frame: Frame | None = None
        self._size: tuple[Network, int, int] | None = None
        self._state, self._notice, self._waiting = "", "", ""
        self._outcome, self._outcome_look = "", ""  # how training has ended by itself
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(22)
        for one in (self.network, self.hidden_controls, self.speed, self.frames):
            one.setProperty("look", "caption")
            layout.addWidget(one)
        # Room for the longest numbers, so that what comes behind stays where it is.
        metrics = QFontMetrics(caption_font(self.font()))
        longest = (
            self.tr("{number} samples/s").format(number="88.8 M"),
            self.tr("{number} fps").format(number="888"),
        )
        for one, text in zip((self.speed, self.frames), longest, strict=True):
            one.setMinimumWidth(metrics.horizontalAdvance(text) + 6)
        self.message.setProperty("look", "caption")
        layout.addWidget(self.message, 1)
        self.addWidget(row, 1)
        self.network.setToolTip(self.tr("Units of every layer, and how many numbers training can change"))
        self.speed.setToolTip(self.tr("Training samples the network learns from each second"))
        self.frames.setToolTip(self.tr("Pictures of the window each second"))
        self.hidden_controls.setToolTip(
            self.tr("Left out of the window for a lesson. View → Show hidden controls brings them back.")
        )
        self.hidden_controls.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)

    def sizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(400, self.HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Do nothing: the style sheet has the colours."""

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the size of a network before its first frame comes, and how many controls it hides."""
        self._show_hidden(len(experiment.view.hidden))
        if self._frame is not None and self._frame.experiment.data == experiment.data:
            outputs = self._frame.data.outputs
        else:
            names = len(experiment.data.target_names)
            classes = getattr(experiment.data, "classes", 0)
            outputs = names if experiment.data.task == "regression" else classes if classes > 2 else 1
        self._show_size(experiment, outputs)

    def show_frame(self, frame: Frame) -> None:
        """Count a frame, and show its numbers when it is time to."""
        old, self._frame = self._frame, frame
        began = frame.running and not (old is not None and old.running)
        if began:
            self._shown_at.clear()
        if frame.running:
            self._shown_at.append(time.perf_counter())
            if not self._timer.isActive():
                self._timer.start()
        if _ending(frame) != (_ending(old) if old is not None else (None, None)):
            self._take_outcome(*_ending(frame))
        if began or not frame.running:
            self._refresh()

    def _take_outcome(self, diverged: Divergence | None, finished: Finish | None) -> None:
        if diverged is not None:
            self._outcome, self._outcome_look = diverged.reason, "danger"
        elif finished is not None:
            text = self.tr("Training {reason}. To go on, reset or change the rule.")
            self._outcome, self._outcome_look = text.format(reason=finished.reason), "outcome"
        else:
            self._outcome = ""
        self._notice = ""  # what happened now matters more than what was said before
        self._show_message()

    def show_message(self, text: str) -> None:
        """Show a message until another one comes; an empty text clears it."""
        self._notice = text
        self._show_message()

    @Slot(object)
    def show_kept(self, kept: Kept) -> None:
        """Say what an edit has done to the weights."""
        said = [counted(kept.kept, self.tr("1 weight kept"), self.tr("{count} weights kept"))]
        if kept.drawn:
            said.append(self.tr("{count} drawn anew").format(count=f"{kept.drawn:,}"))
        if kept.dropped or not kept.drawn:
            said.append(self.tr("{count} dropped").format(count=f"{kept.dropped:,}"))
        self.show_message(", ".join(said))

    @Slot(int)
    def show_restored(self, epoch: int) -> None:
        """Say that the weights have been brought back."""
        self.show_message(self.tr("Weights are as they were at epoch {epoch}").format(epoch=f"{epoch:,}"))

    @Slot()
    def show_lost(self) -> None:
        """Say that an undo could not bring the weights back."""
        self.show_message(self.tr("These weights were not kept: there was no room left to bring them back."))

    def show_running(self, running: bool) -> None:
        """Forget what was said before a run, which would hide how that run ends."""
        if running:
            self.show_message("")

    @Slot(bool)
    def show_waiting(self, waiting: bool) -> None:
        """Say, in front of all else, whether a command waits for the engine."""
        self._waiting = self.tr("Waiting for the engine: this goes on by itself…") if waiting else ""
        self._show_message()

    def show_state(self, text: str) -> None:
        """Say what the program is busy with, wherever no message stands in front of it."""
        self._state = text
        self._show_message()

    def _show_message(self) -> None:
        set_look(
            self.message,
            self._outcome_look if self._outcome and not (self._waiting or self._notice) else "caption",
        )
        self.message.show_text(self._waiting or self._notice or self._outcome or self._state)

    def _show_hidden(self, count: int) -> None:
        one, many = self.tr("1 control hidden"), self.tr("{count} controls hidden")
        self.hidden_controls.setText(counted(count, one, many))
        self.hidden_controls.setVisible(count > 0)

    def _show_size(self, experiment: Experiment, outputs: int) -> None:
        network, inputs = experiment.network, len(experiment.features)
        if (network, inputs, outputs) == self._size:
            return
        self._size = (network, inputs, outputs)
        units = (inputs, *(layer.units for layer in network.layers), outputs)
        self.network.setText(
            self.tr("{units} · {count} parameters").format(
                units=" → ".join(str(n) for n in units),
                count=f"{parameter_count(network, inputs, outputs):,}",
            )
        )

    def _refresh(self) -> None:
        frame = self._frame
        if frame is None:
            return
        self._show_size(frame.experiment, frame.data.outputs)
        now = time.perf_counter()
        while self._shown_at and self._shown_at[0] < now - _WINDOW:
            self._shown_at.popleft()
        if not frame.running:
            self._timer.stop()
            self.speed.clear()
            self.frames.clear()
            return
        number = speed_text(frame.samples_per_second)
        text = self.tr("1 sample/s") if number == "1" else self.tr("{number} samples/s")
        self.speed.setText(text.format(number=number))
        spanned = now - self._shown_at[0] if self._shown_at else 0.0
        if spanned > _WINDOW / 2:  # before, there is too little to count
            self.frames.setText(self.tr("{number} fps").format(number=round(len(self._shown_at) / spanned)))
