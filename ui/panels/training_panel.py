"""TRAINING: the loss, the optimizer and everything else that says how the network learns."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from engine.catalog.entry import by_key
from engine.catalog.losses import LOSSES
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.problems import problems_of
from ui.icons import icon
from ui.texts import tip
from ui.theme import LIGHT, Theme
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.row import Row, SectionTitle
from ui.widgets.scale import Scale, log_stops
from ui.widgets.slider import LabelledSlider
from ui.widgets.themed import spread_theme

if TYPE_CHECKING:
    from engine.experiment import Experiment, Training
    from engine.snapshot import Frame

_LARGEST_SEED = 2**32 - 1
_LARGEST_BATCH = 1_000_000
_FULL = math.inf
_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
_OFF = 0.0
_UNKNOWN_ROWS = 1000
# Their defaults are right nearly always; a row that differs from its default is shown all the same.
_RARELY_CHANGED = frozenset({"beta1", "beta2", "alpha", "epsilon"})


def _beside(control: QWidget, button: QToolButton) -> QWidget:
    """Return a control with a square button at its right."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(control, 1)
    row.addWidget(button)
    both.setFocusProxy(control)
    return both


class TrainingPanel(QWidget):
    """Edits the training part of an experiment, and its seed.

    ``trainingEdited`` carries a validated `Training` and what was changed, ``seedEdited`` a seed.
    """

    trainingEdited = Signal(object, str)
    seedEdited = Signal(object)  # an int; as one of Qt it would have 31 bits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._rows = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(self.tr("TRAINING")))
        self._build_choices(layout)
        self._build_batch(layout)
        self._build_penalty(layout)
        self._build_seed(layout)

    def _build_choices(self, layout: QVBoxLayout) -> None:
        self.loss = ChoiceBox()
        self.loss.chosen.connect(
            lambda key: self._edit(self.tr("Loss"), loss=by_key(LOSSES)[key].model_validate({}))
        )
        layout.addWidget(Row(self.tr("Loss"), self.loss))
        self.optimizer = ChoiceBox(OPTIMIZERS)
        self.optimizer.set_note(
            self.tr(
                "Another optimizer takes over the learning rate: one change at a time shows what it does."
            )
        )
        self.optimizer.chosen.connect(self._optimizer_chosen)
        self.more = self._square_button(
            self.tr("More optimizer settings"),
            self.tr("Show the settings that are good as they are in most cases."),
        )
        self.more.setCheckable(True)
        layout.addWidget(Row(self.tr("Optimizer"), _beside(self.optimizer, self.more)))
        self.optimizer_form = ParameterForm(order=("learning_rate",), folded=_RARELY_CHANGED)
        self.more.toggled.connect(self._unfold)
        self.optimizer_form.entryEdited.connect(lambda entry, text: self._edit(text, optimizer=entry))
        layout.addWidget(self.optimizer_form)
        self.schedule = ChoiceBox(SCHEDULES)
        self.schedule.chosen.connect(
            lambda key: self._edit(self.tr("Schedule"), schedule=by_key(SCHEDULES)[key].model_validate({}))
        )
        self.schedule_form = ParameterForm()
        self.schedule_form.entryEdited.connect(lambda entry, text: self._edit(text, schedule=entry))
        row = Row(self.tr("Schedule"), self.schedule)
        row.setVisible(len(SCHEDULES) > 1)  # a list of one is no choice
        layout.addWidget(row)
        layout.addWidget(self.schedule_form)

    def _build_batch(self, layout: QVBoxLayout) -> None:
        self.batch_size = LabelledSlider(
            self.tr("Batch size"),
            self._batch_scale(),
            tip(
                self.tr("Batch size"),
                self.tr(
                    "Points that one update is computed from. Small batches are noisy and take many steps an "
                    'epoch; "full" follows the exact gradient, one step an epoch.'
                ),
            ),
        )
        self.batch_size.valueEdited.connect(
            lambda value: self._edit(
                self.tr("Batch size"), batch_size="full" if value == _FULL else max(1, round(value))
            )
        )
        layout.addWidget(self.batch_size)
        self.shuffle = QCheckBox(self.tr("every epoch"))
        shuffle_tip = tip(
            self.tr("Shuffle"),
            self.tr(
                "Draw a new order of the points in every epoch. Without it, the same batches come again."
            ),
        )
        self.shuffle.setToolTip(shuffle_tip)
        self.shuffle.setAccessibleName(self.tr("Shuffle every epoch"))
        self.shuffle.clicked.connect(lambda on: self._edit(self.tr("Shuffle"), shuffle=bool(on)))
        layout.addWidget(Row(self.tr("Shuffle"), self.shuffle, shuffle_tip))

    def _build_penalty(self, layout: QVBoxLayout) -> None:
        self.regularizer = ChoiceBox(REGULARIZERS)
        self.regularizer.chosen.connect(self._regularizer_chosen)
        layout.addWidget(Row(self.tr("Regularizer"), self.regularizer))
        self.regularizer_form = ParameterForm(labels={"rate": self.tr("Penalty rate")})
        self.regularizer_form.entryEdited.connect(lambda entry, text: self._edit(text, regularizer=entry))
        layout.addWidget(self.regularizer_form)
        self.gradient_clip = LabelledSlider(
            self.tr("Gradient clip"),
            Scale((_OFF, *log_stops(0.01, 100.0)), 1e-6, 1e6, words=((_OFF, self.tr("off")),)),
            tip(
                self.tr("Gradient clip"),
                self.tr("A gradient longer than this is shortened to it, so that one wild batch cannot "
                        "throw the network off. Off leaves gradients as they are."),
            ),
        )  # fmt: skip
        self.gradient_clip.valueEdited.connect(
            lambda value: self._edit(self.tr("Gradient clip"), gradient_clip=None if value == _OFF else value)
        )
        layout.addWidget(self.gradient_clip)

    def _build_seed(self, layout: QVBoxLayout) -> None:
        self.seed = QLineEdit()
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{1,10}"), self.seed))
        self.seed.editingFinished.connect(self._seed_typed)
        self.new_seed = self._square_button(
            self.tr("Next seed"),
            self.tr("Other points, other initial weights, another order: was the last result luck?"),
        )
        self.new_seed.clicked.connect(self._next_seed)
        hint = tip(
            self.tr("Seed"),
            self.tr("All randomness follows from it: the same seed gives the same run, to the last digit."),
        )
        self.seed.setToolTip(hint)
        self.seed.setAccessibleName(self.tr("Seed"))
        layout.addWidget(Row(self.tr("Seed"), _beside(self.seed, self.new_seed), hint))

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        spread_theme(self, theme)
        self.new_seed.setIcon(icon("refresh", theme))
        self._unfold(self.more.isChecked())

    def _square_button(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setFixedSize(34, 28)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(name)
        button.setToolTip(tip(name, text))
        return button

    def _unfold(self, unfolded: bool) -> None:
        self.optimizer_form.set_unfolded(unfolded)
        self.more.setIcon(icon("tune", self._theme, self._theme.accent if unfolded else None))

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment; tells nothing."""
        before, self._experiment = self._experiment, experiment
        training = experiment.training
        if (
            before is None
            or before.data != experiment.data
            or before.network.output != experiment.network.output
        ):
            self._offer_losses(experiment)
        if before is None or before.data != experiment.data:
            samples = getattr(experiment.data, "samples", 0)
            self._rows = samples - round(samples * experiment.data.test_fraction)
            self.batch_size.set_scale(self._batch_scale())
        self.loss.set_current(training.loss.kind)
        self.optimizer.set_current(training.optimizer.kind)
        self.optimizer_form.set_entry(training.optimizer)
        self.more.setVisible(self.optimizer_form.has_folded())
        self.schedule.set_current(training.schedule.kind)
        self.schedule_form.set_entry(training.schedule)
        self.batch_size.set_value(_FULL if training.batch_size == "full" else float(training.batch_size))
        self.shuffle.setChecked(training.shuffle)
        self.regularizer.set_current(training.regularizer.kind)
        self.regularizer_form.set_entry(training.regularizer)
        self.gradient_clip.set_value(_OFF if training.gradient_clip is None else training.gradient_clip)
        if not self.seed.isModified() or not self.seed.hasFocus():
            self.seed.setText(str(experiment.seed))

    def show_frame(self, frame: Frame) -> None:
        """Learn from the data how many rows a table has to train on."""
        rows = len(frame.data.train_rows)
        if (
            rows != self._rows
            and self._experiment is not None
            and frame.experiment.data == self._experiment.data
        ):
            self._rows = rows
            self.batch_size.set_scale(self._batch_scale())

    def _batch_scale(self) -> Scale:
        """Return batch sizes up to the number of training rows, and all of them."""
        rows = self._rows or _UNKNOWN_ROWS
        stops = tuple(float(size) for size in _BATCHES if size < rows) or (1.0,)
        return Scale((*stops, _FULL), 1, _LARGEST_BATCH, whole=True, words=((_FULL, self.tr("full")),))

    def _offer_losses(self, experiment: Experiment) -> None:
        """Offer the losses of the task; grey those that the output's activation excludes, and say so."""
        self.loss.set_table([loss for loss in LOSSES if experiment.data.task in loss.tasks])
        refusals = {}
        for loss in LOSSES:
            try:
                experiment.edited(training=experiment.training.edited(loss=loss.model_validate({})))
            except ValidationError as error:
                # the path is of no use where the way to mend it is said in words
                refusals[loss.key()] = escape(problems_of(error, {})[0].split(": ", 1)[-1])
        self.loss.set_refusals(refusals)

    def _edit(self, text: str, **changes: Any) -> None:
        """Tell the training part with some fields replaced, unless it stays the same or is not valid."""
        if self._experiment is None:
            return
        before: Training = self._experiment.training
        try:
            after = before.edited(**changes)
            self._experiment.edited(training=after)
        except ValidationError:
            self.show_experiment(self._experiment)
            return
        if after != before:
            self.trainingEdited.emit(after, text)

    def _optimizer_chosen(self, key: str) -> None:
        if self._experiment is not None:
            kind, rate = by_key(OPTIMIZERS)[key], self._experiment.training.optimizer.learning_rate
            self._edit(self.tr("Optimizer"), optimizer=kind.model_validate({"learning_rate": rate}))

    def _regularizer_chosen(self, key: str) -> None:
        kind = by_key(REGULARIZERS)[key]
        rate = getattr(self._experiment.training.regularizer, "rate", None) if self._experiment else None
        keeps = rate is not None and "rate" in kind.model_fields
        self._edit(self.tr("Regularizer"), regularizer=kind.model_validate({"rate": rate} if keeps else {}))

    def _next_seed(self) -> None:
        if self._experiment is not None:
            # The next number, not a random one: runs can be told apart and found again.
            self.seedEdited.emit((self._experiment.seed + 1) % (_LARGEST_SEED + 1))

    def _seed_typed(self) -> None:
        if self._experiment is None or not self.seed.isModified():
            return
        self.seed.setModified(False)
        text = self.seed.text()
        seed = min(int(text), _LARGEST_SEED) if text else self._experiment.seed
        self.seed.setText(str(seed))
        if seed != self._experiment.seed:
            self.seedEdited.emit(seed)
