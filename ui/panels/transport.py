"""The bar above everything: run, step, reset, the counters, the speed, and the export."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.looks.icons import icon
from ui.looks.theme import LIGHT, Theme
from ui.training.speed import DEFAULT_SPEED, SPEEDS, Speed
from ui.widgets.counter import NONE, Counter, Notice
from ui.widgets.row import line
from ui.widgets.scale import Scale
from ui.widgets.slider import ScaleSlider
from ui.widgets.themed import chain_tabs, label, spread_theme
from ui.wording.counts import counted
from ui.wording.names import loss_text
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.experiment import Experiment
    from engine.snapshot import Divergence, Finish, Frame, Snapshot

HEIGHT = 53


def _loss(value: float | None) -> str:
    return NONE if value is None else loss_text(value)


def count_text(value: int) -> str:
    """Write a count in full, or from ten millions on shortened: full speed gets there in minutes."""
    if value < 10_000_000:
        return f"{value:,}"
    return f"{value / 1e6:,.1f} M" if value < 1e9 else f"{value / 1e9:,.2f} G"


def score_text(metrics: Mapping[str, float]) -> str:
    """Write the accuracy in per cent, or R² with three decimals, whichever is given."""
    if (share := metrics.get("accuracy")) is not None and not math.isnan(share):
        return f"{100 * share:.1f} %"
    if (fit := metrics.get("r2")) is not None and not math.isnan(fit):
        return f"{fit:.3f}".replace("-", "−")
    return NONE


class TransportBar(QWidget):
    """Everything that starts, stops and measures a run."""

    playToggled = Signal()
    stepBatchRequested = Signal()
    stepEpochRequested = Signal()
    resetRequested = Signal()
    speedChanged = Signal(object)
    exportRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._running = False
        self._preparing = False
        self._speed = DEFAULT_SPEED
        self._shortcuts: dict[str, str] = {}
        self._shown: Snapshot | None = None
        self._divergence: Divergence | None = None
        self._finish: Finish | None = None
        self._separators: list[QWidget] = []
        self.setFixedHeight(HEIGHT)
        self._build_buttons()
        self._build_counters()
        self._build_speed()
        self._lay_out()
        self.show_speed(DEFAULT_SPEED)
        self._say_state()

    def _build_buttons(self) -> None:
        self.play = QPushButton()
        self.play.setProperty("look", "primary")
        self.step_batch = QPushButton(self.tr("Step batch"))
        self.step_epoch = QPushButton(self.tr("Step epoch"))
        self.reset = QPushButton(self.tr("Reset"))
        self.export = QPushButton(self.tr("Export…"))
        self.export.setProperty("look", "accent")
        self._tips: dict[str, tuple[QPushButton, str, str]] = {
            "play": (self.play, self.tr("Play or pause"), self.tr("Train until you pause.")),
            "step_batch": (
                self.step_batch,
                self.tr("Step batch"),
                self.tr("Train on one batch: one update of the weights."),
            ),
            "step_epoch": (
                self.step_epoch,
                self.tr("Step epoch"),
                self.tr("Train until every training point has been used once more."),
            ),
            "reset": (
                self.reset,
                self.tr("Reset"),
                self.tr("Back to epoch 0, with the initial weights that belong to the seed."),
            ),
            "export": (
                self.export,
                self.tr("Export"),
                self.tr("Take the trained network with you: its weights, ONNX, or code that runs anywhere."),
            ),
        }
        self.show_shortcuts({})
        for button, signal in (
            (self.play, self.playToggled),
            (self.step_batch, self.stepBatchRequested),
            (self.step_epoch, self.stepEpochRequested),
            (self.reset, self.resetRequested),
            (self.export, self.exportRequested),
        ):
            button.clicked.connect(signal)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a ring after a click would only disturb

    def _build_counters(self) -> None:
        self.epoch = Counter(self.tr("Epoch"), "88,888")
        self.step = Counter(self.tr("Step"), "8,888,888")
        self.train_loss = Counter(self.tr("Train loss"), "8.88e−8")
        self.test_loss = Counter(self.tr("Test loss"), "8.88e−8")
        self.score = Counter(self.tr("Test accuracy"), "88.8 %")
        self.epoch.setToolTip(tip(self.tr("Epoch"), self.tr("Passes over all training points.")))
        self.step.setToolTip(tip(self.tr("Step"), self.tr("Updates of the weights, one a batch.")))
        self.train_loss.setToolTip(
            tip(
                self.tr("Train loss"), self.tr("Mean loss over all training points, without the regularizer.")
            )
        )
        self.test_loss.setToolTip(
            tip(
                self.tr("Test loss"),
                self.tr("Mean loss over the points held back. When it rises while the train loss falls, "
                        "the network memorizes."),
            )
        )  # fmt: skip
        self.diverged = Notice("warning", "danger")
        self.finished = Notice("check", "muted")
        for notice in (self.diverged, self.finished):
            notice.hide()

    def _build_speed(self) -> None:
        stops = tuple(float(i) for i in range(len(SPEEDS)))
        self.speed = ScaleSlider(Scale(stops, 0.0, stops[-1], whole=True))
        self.speed.setMinimumWidth(70)
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(
            tip(
                self.tr("Speed"),
                self.tr("From one step a second, to see every update, to as fast as the processor can."),
            )
        )
        self.speed.valueEdited.connect(self._speed_edited)
        self.speed_caption = label("", "caption")
        self.speed_caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        self.play.setMinimumWidth(96)
        for button in (self.play, self.step_batch, self.step_epoch, self.reset):
            row.addWidget(button)
        row.addSpacing(8)
        for counter in (self.epoch, self.step, self.train_loss, self.test_loss, self.score):
            row.addWidget(self._separator())
            row.addWidget(counter)
        row.addWidget(self._separator())
        holder = QWidget()
        holder.setMaximumWidth(206)
        speed = QVBoxLayout(holder)
        speed.setContentsMargins(0, 0, 0, 0)
        speed.setSpacing(0)
        speed.addStretch(1)
        speed.addWidget(self.speed_caption)
        speed.addWidget(self.speed)
        speed.addStretch(1)
        row.addWidget(holder, 1000)  # the first to take room and the first to give it
        row.addWidget(self.diverged)
        row.addWidget(self.finished)
        row.addStretch(1)
        row.addWidget(self.export)
        chain_tabs(self.reset, (self.speed, self.export))

    def _separator(self) -> QWidget:
        result = line(vertical=True)
        result.setFixedHeight(34)
        self._separators.append(result)
        return result

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        spread_theme(self, theme)
        self._say_state()

    def show_shortcuts(self, shortcuts: Mapping[str, str]) -> None:
        """Name keys in the tooltips, by "play", "step_batch", "step_epoch", "reset" and "export"."""
        self._shortcuts = dict(shortcuts)
        for name, (button, title, text) in self._tips.items():
            key = shortcuts.get(name, "")
            button.setToolTip(tip(f"{title} ({key})" if key else title, text))
            button.setAccessibleDescription(text)

    def show_speed(self, speed: Speed) -> None:
        """Show a speed without telling anyone."""
        if speed in SPEEDS:
            self.speed.set_exact(float(SPEEDS.index(speed)))
        self._say_speed(speed)

    def shown_speed(self) -> Speed:
        """Return the speed that is shown."""
        return self._speed

    def _speed_edited(self, index: float) -> None:
        speed = SPEEDS[round(index)]
        self._say_speed(speed)
        self.speedChanged.emit(speed)

    def _say_speed(self, speed: Speed) -> None:
        self._speed = speed
        if speed.epochs_per_frame is not None:
            count = speed.epochs_per_frame
            what = counted(count, self.tr("1 epoch per frame"), self.tr("{count} epochs per frame"))
        elif speed.steps_per_second is not None:
            count = round(speed.steps_per_second)
            what = counted(count, self.tr("1 step per second"), self.tr("{count} steps per second"))
        else:
            what = self.tr("full speed")
        self.speed_caption.setText(self.tr("Speed · {speed}").format(speed=what))
        self.speed.setAccessibleDescription(what)

    def show_running(self, running: bool) -> None:
        """Turn the first button into Pause or Play."""
        if running != self._running:
            self._running = running
            self._say_state()

    def show_preparing(self, preparing: bool, text: str = "") -> None:
        """Say that the engine is not ready yet; nothing can be run until it is."""
        self._preparing = preparing
        self._say_state()
        if preparing:
            self.play.setToolTip(text)
        else:
            self.show_shortcuts(self._shortcuts)

    def _say_state(self) -> None:
        text = self.tr("Pause") if self._running else self.tr("Play")
        if self._preparing:
            text = self.tr("Preparing…")
        self.play.setText(text)
        self.play.setAccessibleName(text)
        colour = self._theme.faint if self._preparing else self._theme.accent_text
        self.play.setIcon(icon("pause" if self._running else "play", self._theme, colour))
        for button in (self.play, self.step_batch, self.step_epoch):
            button.setEnabled(not self._preparing)

    def show_experiment(self, experiment: Experiment) -> None:
        """Name the score that fits the task, and hide what the document hides."""
        for name, buttons in (
            ("playButton", (self.play,)),
            ("stepButton", (self.step_batch, self.step_epoch)),
            ("resetButton", (self.reset,)),
        ):
            for button in buttons:
                button.setHidden(name in experiment.view.hidden)
        self._separators[0].setHidden(
            {"playButton", "stepButton", "resetButton"} <= set(experiment.view.hidden)
        )
        if experiment.data.task == "classification":
            self.score.set_caption(self.tr("Test accuracy"))
            self.score.setToolTip(
                tip(self.tr("Test accuracy"), self.tr("Share of the points held back whose class is right."))
            )
        else:
            self.score.set_caption(self.tr("Test R²"))
            self.score.setToolTip(
                tip(
                    self.tr("Test R²"),
                    self.tr("1 is a perfect fit; 0 is no better than the mean of the values."),
                )
            )

    def show_frame(self, frame: Frame) -> None:
        """Show the numbers of a frame."""
        snapshot = frame.snapshot
        if snapshot is self._shown:
            return
        self._shown = snapshot
        losses = snapshot.losses
        diverged = snapshot.diverged is not None
        self.epoch.set_value(count_text(snapshot.epoch))
        self.step.set_value(count_text(snapshot.step))
        self.train_loss.set_value(_loss(losses.get("train")), diverged)
        self.test_loss.set_value(_loss(losses.get("test")), diverged)
        self.score.set_value(score_text(snapshot.metrics.get("test", {})))
        if snapshot.diverged != self._divergence:
            self._show_divergence(snapshot.diverged)
        if snapshot.finished != self._finish:
            self._show_finish(snapshot.finished)

    def _show_divergence(self, found: Divergence | None) -> None:
        self._divergence = found
        self.diverged.setVisible(found is not None)
        if found is not None:
            # Without the epoch, which stands at the left: cut off in a narrow window it would be another.
            self.diverged.set_text(self.tr("Diverged"))
            self.diverged.setToolTip(tip(self.tr("Training has left the finite numbers"), found.reason))

    def _show_finish(self, found: Finish | None) -> None:
        self._finish = found
        self.finished.setVisible(found is not None)
        if found is not None:
            self.finished.set_text(self.tr("Finished"))
            text = self.tr("Training {reason}.").format(reason=found.reason)
            self.finished.setToolTip(tip(self.tr("A stop rule holds"), text))
