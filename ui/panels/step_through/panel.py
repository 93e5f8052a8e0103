"""The page that walks one sample through the network, with the real numbers in every formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.walkthrough import Request, written
from ui.panels.step_through import markup
from ui.panels.step_through.age import same_document, same_weights
from ui.panels.step_through.controls import Controls
from ui.panels.step_through.heading import Heading
from ui.panels.step_through.page import StepPage
from ui.panels.step_through.player import Player
from ui.panels.step_through.sample_box import SampleBox
from ui.widgets.counter import Notice
from ui.widgets.row import line
from ui.widgets.themed import label, spread_theme
from ui.wording.texts import tip

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from engine.walkthrough import Phase, Step, Walkthrough
    from ui.looks.theme import Theme

_STEP_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class StepThrough(QWidget):
    """One sample forward, its loss, back, and the update; every step points at the canvas.

    Numbers that no longer hold, since training went on or something was edited, are never shown as if they
    did: they are muted, said to be old, and nothing of them stands on the canvas.
    """

    walkRequested = Signal(object)
    """A Request: which sample to walk with."""
    pauseRequested = Signal()
    """A walk begins: the numbers should stand still."""
    focusChanged = Signal(object, object, object)
    """Units, links, and the text of its number by unit, of the step; without one no labels, None."""
    weightsEdited = Signal(object, str)
    """A TakeStep that makes the shown update, and what to call it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk: Walkthrough | None = None
        self._experiment: Experiment | None = None
        self._old_weights = False  # the last frame had others
        self.player = Player(self)
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        self.sample = SampleBox()
        self.controls = Controls()
        self.page = StepPage()
        self.notice = Notice("warning", "danger")
        self.refresh = QPushButton(self.tr("Refresh"))
        self.refresh.setToolTip(
            tip(self.tr("Refresh"), self.tr("Walk the same sample through the network as it is now."))
        )
        self.apply = QPushButton(self.tr("Apply update"))
        self.apply.setProperty("look", "accent")
        self.apply.setToolTip(
            tip(
                self.tr("Apply this update"),
                self.tr(
                    "Make exactly this step: the weights become the ones shown, and the optimizer's memory "
                    "and its count of steps go on with it. It can be undone."
                ),
            )
        )
        self.invitation = label(
            self.tr(
                "Follow one sample through the network: every sum, the loss, the chain rule and the update, "
                "with the real numbers. Draw one, or choose a row."
            ),
            "muted",
        )
        self.invitation.setWordWrap(True)
        self.invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.heading = Heading(self.apply)
        self._stale_row = QWidget()
        stale = QHBoxLayout(self._stale_row)
        stale.setContentsMargins(0, 0, 0, 0)
        stale.addWidget(self.notice)
        stale.addStretch(1)
        stale.addWidget(self.refresh)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.controls)
        right.addWidget(self._stale_row)
        right.addWidget(self.heading)
        right.addWidget(self.page, 1)
        right.addWidget(self.invitation, 1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.sample, 1)
        left.addWidget(self.controls.buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(12)
        layout.addLayout(left)
        layout.addWidget(line(vertical=True))
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.sample.requested.connect(self._ask)
        controls, player = self.controls, self.player
        player.moved.connect(self._show)
        player.playingChanged.connect(controls.show_playing)
        controls.phaseChosen.connect(self._go_to_phase)
        controls.firstRequested.connect(player.first)
        controls.previousRequested.connect(player.previous)
        controls.playToggled.connect(player.toggle)
        controls.nextRequested.connect(player.next)
        controls.lastRequested.connect(player.last)
        controls.copyRequested.connect(self._copy)
        self.sample.digitsChosen.connect(self._show_digits)
        self.refresh.clicked.connect(self._refresh)
        self.apply.clicked.connect(self._apply)
        slots = (player.previous, player.next, player.first, player.last)
        for key, slot in zip(_STEP_KEYS, slots, strict=True):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        # Only on the text: elsewhere the space bar presses the button that has the focus.
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.page)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(player.toggle)

    def event(self, event: QEvent) -> bool:
        """Leave the keys of the steps to a control with the focus that uses them itself."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _STEP_KEYS
            and not self._lends_keys(self.focusWidget())
        ):
            event.accept()
            return True
        return super().event(event)

    def _lends_keys(self, widget: QWidget | None) -> bool:
        """Whether a control has no use for the keys of the steps: the text, or a button of its own."""
        if isinstance(widget, QAbstractButton):
            return widget.group() is None
        return widget in (None, self, self.page)

    # -- what the window tells

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)
        self._show_text()

    def show_experiment(self, experiment: Experiment) -> None:
        """Note what the document is now: numbers of another one are old."""
        self._experiment = experiment
        self.sample.show_experiment(experiment)
        self._check()

    def show_frame(self, frame: Frame) -> None:
        """Note the data, and whether the weights are still those of the walk."""
        self.sample.show_data(frame.data)
        if self._walk is not None:
            self._old_weights = not same_weights(self._walk, frame)
            self._check()

    @Slot(object)
    def show_walk(self, walk: Walkthrough) -> None:
        """Show a walk from its first step; a refreshed one where the old one was."""
        refreshed = self._walk is not None and walk.request == self._walk.request
        self.player.begin(len(walk.steps), self.player.index if refreshed else 0)
        self._walk, self._old_weights = walk, False
        self._show()

    @Slot(str, int)
    def show_picked(self, part: str, row: int) -> None:
        """Walk with a row that was picked in the field."""
        self.sample.ask(Request("test" if part == "test" else "train", row))

    @Slot(object)
    def show_probe(self, inputs: tuple[float, ...] | None) -> None:
        """Offer the probe point of the field, by its raw inputs; None while there is none."""
        self.sample.show_probe(inputs)

    # -- where the walk is

    @property
    def step(self) -> Step | None:
        """The step that is shown."""
        return self._walk.steps[self.player.index] if self._walk is not None else None

    @property
    def is_stale(self) -> bool:
        """Whether the numbers shown no longer hold."""
        if self._walk is None:
            return False
        return self._old_weights or not same_document(self._walk.experiment, self._experiment)

    @Slot(str)
    def _go_to_phase(self, phase: Phase) -> None:
        at = self._walk.first(phase) if self._walk is not None else None
        if at is not None:
            self.player.go(at)

    # -- what is asked for

    @Slot(object)
    def _ask(self, request: Request) -> None:
        self.player.stop()
        self.pauseRequested.emit()
        self.walkRequested.emit(request)

    @Slot()
    def _refresh(self) -> None:
        if self._walk is not None:
            self._ask(self._walk.request)

    @Slot()
    def _apply(self) -> None:
        edit = self._walk.edit() if self._walk is not None else None
        if edit is not None and not self.is_stale:
            self.weightsEdited.emit(edit, self.tr("Apply update"))

    @Slot()
    def _copy(self) -> None:
        if self.step is not None:
            QGuiApplication.clipboard().setText(markup.copied(self.step, round(self.sample.digits.value())))

    # -- what is shown

    def _check(self) -> None:
        """Show anew where numbers have become old, or hold again."""
        if self._walk is not None and self._stale_row.isHidden() == self.is_stale:
            self._show()

    def _show(self) -> None:
        walk, step = self._walk, self.step
        self.invitation.setVisible(walk is None)
        for widget in (self.page, self.heading):
            widget.setVisible(walk is not None)
        self._stale_row.setVisible(self.is_stale)
        if self.is_stale:
            self.player.stop()
        self.apply.setVisible(walk is not None and walk.after is not None and self.player.at_end)
        self.apply.setEnabled(not self.is_stale)
        at, count = self.player.index, self.player.count
        self.controls.show_place(None if walk is None else at, count, step.phase if step else "")
        self._show_text()
        self._tell_focus()

    def _show_text(self) -> None:
        walk, step, digits = self._walk, self.step, round(self.sample.digits.value())
        self.page.show_step(step, digits, self.is_stale)
        if walk is None or step is None:
            return
        title = markup.phrase(step.title, digits)
        self.heading.show_texts(title, markup.result(step, digits), self.is_stale)
        self.page.setAccessibleName(
            self.tr("Step {step} of {count}: {title}").format(
                step=self.player.index + 1, count=self.player.count, title=title
            )
        )
        self.page.setAccessibleDescription(markup.copied(step, digits))
        self.notice.set_text(
            self.tr("The weights have changed since: old numbers, of step {step}.").format(
                step=f"{walk.memory.step:,}"
            )
        )

    @Slot()
    def _show_digits(self) -> None:
        self._show_text()
        self._tell_focus()

    def _tell_focus(self) -> None:
        step = self.step
        if step is None or self.is_stale or not self.isVisible():
            self.focusChanged.emit((), (), None)
        else:
            digits = round(self.sample.digits.value())
            labels = {unit: written(value, digits) for unit, value in step.labels.items()}
            self.focusChanged.emit(step.units, step.links, labels)

    def showEvent(self, event: QShowEvent) -> None:
        """Point at the canvas again."""
        super().showEvent(event)
        self._tell_focus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Point at nothing any more, and stop."""
        super().hideEvent(event)
        self.player.stop()
        self._tell_focus()
