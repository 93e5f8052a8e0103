"""TRAINING: the loss, the optimizer and everything else that says how the network learns."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.catalog.losses import LOSSES
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.problems import problems_of
from ui.panels.training_sections.batches import BatchSection
from ui.panels.training_sections.optimizer import OptimizerRows
from ui.panels.training_sections.seed import SeedRow
from ui.panels.training_sections.stop import StopSection
from ui.widgets.entry_rows import EntryRows
from ui.widgets.row import SectionTitle
from ui.widgets.themed import spread_theme

if TYPE_CHECKING:
    from engine.experiment import Experiment, Training
    from engine.snapshot import Frame
    from ui.looks.theme import Theme


_PENALTY = frozenset({"rate", "l1_share", "limit"})  # how strong a regularizer is


class TrainingPanel(QWidget):
    """Edits the training part of an experiment, and its seed.

    ``trainingEdited`` carries a validated `Training` and what was changed, ``seedEdited`` a seed.
    """

    trainingEdited = Signal(object, str)
    seedEdited = Signal(object)  # an int; as one of Qt it would have 31 bits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self._build_choices()
        self.batches = BatchSection()
        self.stop = StopSection()
        for section in (self.batches, self.stop):
            section.edited.connect(lambda changes, text: self._edit(text, **changes))
        self.seed = SeedRow()
        self.seed.chosen.connect(self.seedEdited)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 6)
        layout.setSpacing(6)
        layout.addWidget(SectionTitle(self.tr("TRAINING")))
        for widget in (
            self.loss,
            self.optimizer,
            self.schedule,
            self.batches,
            self.regularizer,
            self.stop,
            self.seed,
        ):
            layout.addWidget(widget)

    def _build_choices(self) -> None:
        hint = self.tr("Show the settings that are good as they are in most cases.")
        self.loss = EntryRows(
            self.tr("Loss"),
            LOSSES,
            (self.tr("More loss settings"), hint),
            labels={"label_smoothing": self.tr("Smoothing")},
            folded=frozenset({"label_smoothing"}),
            carried=("label_smoothing", "class_weights"),
        )
        self.loss.entryEdited.connect(lambda entry, text: self._edit(text, loss=entry))
        self.optimizer = OptimizerRows()
        self.optimizer.entryEdited.connect(lambda entry, text: self._edit(text, optimizer=entry))
        self.schedule = EntryRows(
            self.tr("Schedule"),
            SCHEDULES,
            (self.tr("More schedule settings"), hint),
            folded=frozenset({"warmup", "start", "rise", "end", "threshold"}),
            carried=("warmup",),
        )
        self.schedule.entryEdited.connect(lambda entry, text: self._edit(text, schedule=entry))
        self.schedule.setVisible(len(SCHEDULES) > 1)  # a list of one is no choice
        self.regularizer = EntryRows(
            self.tr("Regularizer"),
            REGULARIZERS,
            (self.tr("More regularizer settings"), hint),
            labels={"rate": self.tr("Penalty rate")},
            carried=("rate",),
        )
        self.regularizer.entryEdited.connect(lambda entry, text: self._edit(text, regularizer=entry))

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        spread_theme(self, theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment; tells nothing."""
        before, self._experiment = self._experiment, experiment
        training, hidden = experiment.training, experiment.view.hidden
        self.batches.batch_size.setHidden("batchSize" in hidden)
        self.regularizer.setHidden({"regularization", "regularizationRate"} <= set(hidden))
        self.regularizer.choice.setHidden("regularization" in hidden)
        self.regularizer.form.set_away(_PENALTY if "regularizationRate" in hidden else frozenset())
        self.optimizer.hide_rate("learningRate" in hidden)
        if (
            before is None
            or before.data != experiment.data
            or before.network.output != experiment.network.output
        ):
            self._offer_losses(experiment)
        if before is None or before.data != experiment.data:
            samples = getattr(experiment.data, "samples", 0)
            self.batches.set_rows(samples - round(samples * experiment.data.test_fraction))
        self.loss.show_entry(training.loss)
        self.optimizer.show_training(training)
        self.schedule.show_entry(training.schedule)
        self.batches.show_training(training)
        self.regularizer.show_entry(training.regularizer)
        self.stop.show_training(training)
        self.seed.show_seed(experiment.seed)

    def show_frame(self, frame: Frame) -> None:
        """Show the present learning rate, and learn from the data how many rows a table has to train on."""
        now = self._experiment
        if now is None:
            return
        rows = len(frame.data.train_rows)
        if rows != self.batches.rows and frame.experiment.data == now.data:
            self.batches.set_rows(rows)
        if frame.experiment.training == now.training:
            self.optimizer.show_rate(frame.snapshot.learning_rate)

    def _offer_losses(self, experiment: Experiment) -> None:
        """Offer the losses of the task; grey those that the output's activation excludes, and say so."""
        self.loss.box.set_table([loss for loss in LOSSES if experiment.data.task in loss.tasks])
        refusals = {}
        for loss in LOSSES:
            try:
                experiment.edited(training=experiment.training.edited(loss=loss.model_validate({})))
            except ValidationError as error:
                # the path is of no use where the way to mend it is said in words
                refusals[loss.key()] = escape(problems_of(error, {})[0].split(": ", 1)[-1])
        self.loss.box.set_refusals(refusals)

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
