"""Where the walk is, and how to go on: phases, first, previous, play, next and last."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from engine.walkthrough import PHASES
from ui.looks.icons import icon
from ui.looks.theme import LIGHT, Theme
from ui.widgets.buttons import SegmentedControl
from ui.widgets.themed import label
from ui.wording.texts import tip

SIDE = 28


class Controls(QWidget):
    """Emits what is asked for; shows only what it is told.

    Phases and counter are its own; ``buttons`` is a row that stands elsewhere.
    """

    phaseChosen = Signal(str)
    firstRequested = Signal()
    previousRequested = Signal()
    playToggled = Signal()
    nextRequested = Signal()
    lastRequested = Signal()
    copyRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._playing = False
        self.buttons = QWidget()
        self.phases = SegmentedControl(
            (
                (PHASES[0], self.tr("Forward"), self._hint(self.tr("Forward"), self.tr(
                    "From the sample to the output: weighted sums and activations, layer by layer."))),
                (PHASES[1], self.tr("Loss"), self._hint(self.tr("Loss"), self.tr(
                    "How far the output is from the target; penalties stand apart from it."))),
                (PHASES[2], self.tr("Backward"), self._hint(self.tr("Backward"), self.tr(
                    "The chain rule from the loss back to every weight: backpropagation."))),
                (PHASES[3], self.tr("Update"), self._hint(self.tr("Update"), self.tr(
                    "What the optimizer makes of the gradient: new weights."))),
            )
        )  # fmt: skip
        self.phases.chosen.connect(self.phaseChosen)
        self.first = self._button(self.tr("First step"), self.tr("Home"), self.firstRequested)
        self.previous = self._button(self.tr("Previous step"), self.tr("Left"), self.previousRequested)
        self.play = self._button(self.tr("Play the steps"), self.tr("Space"), self.playToggled)
        self.next = self._button(self.tr("Next step"), self.tr("Right"), self.nextRequested)
        self.last = self._button(self.tr("Last step"), self.tr("End"), self.lastRequested)
        self.copy = self._button(self.tr("Copy this step as text"), "", self.copyRequested)
        self.counter: QLabel = label("", "note")
        self.counter.setMinimumWidth(58)
        self.counter.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # Equal segments, so that the widest counts, in bold as the chosen one is.
        widest = max(self.phases.button(phase).sizeHint().width() for phase in PHASES)
        self.phases.setMinimumWidth(len(PHASES) * widest + 4)
        self._lay_out()
        self.set_theme(LIGHT)
        self.show_place(None, 0, "")

    @staticmethod
    def _hint(title: str, text: str) -> str:
        return tip(title, text)

    def _button(self, name: str, key: str, signal: object) -> QToolButton:
        button = QToolButton()
        button.setProperty("look", "flat")
        button.setFixedSize(SIDE, SIDE)
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(name)
        button.setToolTip(tip(f"{name} ({key})" if key else name))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: signal.emit())  # type: ignore[attr-defined]
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.phases)
        layout.addStretch(1)
        layout.addWidget(self.counter)
        layout.addWidget(self.copy)
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in (self.first, self.previous, self.play, self.next, self.last):
            row.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        for button, name in (
            (self.first, "first"),
            (self.previous, "chevron-left"),
            (self.play, "pause" if self._playing else "play"),
            (self.next, "chevron-right"),
            (self.last, "last"),
            (self.copy, "copy"),
        ):
            button.setIcon(icon(name, theme))

    def show_playing(self, playing: bool) -> None:
        """Show whether the steps follow one another by themselves."""
        self._playing = playing
        name = self.tr("Pause the steps") if playing else self.tr("Play the steps")
        self.play.setAccessibleName(name)
        self.play.setToolTip(tip(f"{name} ({self.tr('Space')})"))
        self.set_theme(self._theme)

    def show_place(self, index: int | None, count: int, phase: str) -> None:
        """Show which step of how many it is; None while there is no walk."""
        is_walk = index is not None
        at = index or 0
        for button in (self.first, self.previous):
            button.setEnabled(is_walk and at > 0)
        for button in (self.next, self.last, self.play):
            button.setEnabled(is_walk and at < count - 1)
        self.phases.setEnabled(is_walk)
        self.copy.setEnabled(is_walk)
        text = self.tr("{step} of {count}").format(step=at + 1, count=count) if is_walk else ""
        self.counter.setText(text)
        if phase:
            self.phases.set_current(phase)
