"""Batches: how large they are, in which order, with what noise, and how their gradients are limited."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from engine.experiment import MAX_BATCH, Training
from ui.widgets.disclosure import Fold
from ui.widgets.optional_slider import OptionalSlider, bounds_of
from ui.widgets.row import Row
from ui.widgets.scale import Scale, log_stops
from ui.widgets.slider import LabelledSlider
from ui.wording.texts import catalog, tip

_FULL = math.inf
_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
_UNKNOWN_ROWS = 1000


class BatchSection(QWidget):
    """The batch size, and folded what else happens to batches and their gradients.

    ``edited`` carries the fields of the training part with their new values, and what was changed.
    """

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = 0  # to train on, 0 where that is not known
        self.batch_size = LabelledSlider(self.tr("Batch size"), self._scale())
        self.batch_size.valueEdited.connect(
            lambda value: self._tell(
                self.tr("Batch size"), batch_size="full" if value == _FULL else max(1, round(value))
            )
        )
        self.fold = Fold(
            self.tr("Shuffle, noise, clipping"),
            tip(
                self.tr("Shuffle, noise, clipping"),
                self.tr("The order of the points, noise on the inputs, and limits for the gradient."),
            ),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.batch_size)
        layout.addWidget(self.fold)
        self._build_shuffle()
        self._build_noise()
        self.clip_norm = self._clip(
            "gradient_clip",
            self.tr("Clip norm"),
            self.tr("Gradient clipping by norm"),
            self.tr("A gradient longer than this is shortened to it and keeps its direction, so that one "
                    "wild batch cannot throw the network off."),
        )  # fmt: skip
        self.clip_value = self._clip(
            "gradient_clip_value",
            self.tr("Clip value"),
            self.tr("Gradient clipping by value"),
            self.tr("Each number of the gradient is cut off at plus and minus this. Simple, but it turns the "
                    "gradient's direction."),
        )  # fmt: skip

    def _build_shuffle(self) -> None:
        self.shuffle = QCheckBox(self.tr("every epoch"))
        hint = tip(
            self.tr("Shuffle"),
            self.tr(
                "Draw a new order of the points in every epoch. Without it, the same batches come again."
            ),
        )
        self.shuffle.setToolTip(hint)
        self.shuffle.setAccessibleName(self.tr("Shuffle every epoch"))
        self.shuffle.clicked.connect(lambda on: self._tell(self.tr("Shuffle"), shuffle=bool(on)))
        self._shuffle_row = Row(self.tr("Shuffle"), self.shuffle, hint)
        self.fold.add(self._shuffle_row)

    def _build_noise(self) -> None:
        low, high = bounds_of(Training, "input_noise")
        label = self.tr("Input noise")
        self.noise = LabelledSlider(
            label,
            Scale((low, *log_stops(0.01, 2.0)), low, high, words=((low, self.tr("off")),)),
            tip(
                label,
                self.tr("Standard deviation of fresh Gaussian noise on every feature in every step. It blurs "
                        "the points, so that the network cannot learn them by heart."),
            ),
        )  # fmt: skip
        self.noise.valueEdited.connect(lambda value: self._tell(label, input_noise=value))
        self.fold.add(self.noise)

    def _clip(self, field: str, label: str, title: str, text: str) -> OptionalSlider:
        bounds = bounds_of(Training, field)
        row = OptionalSlider(label, log_stops(0.01, 100.0), bounds, self.tr("off"), hint=tip(title, text))
        row.chosen.connect(lambda value: self._tell(label, **{field: value}))
        self.fold.add(row)
        return row

    def _tell(self, text: str, **changes: Any) -> None:
        self.edited.emit(changes, text)

    def show_training(self, training: Training) -> None:
        """Show the fields."""
        self._show_size(training)
        self.shuffle.setChecked(training.shuffle)
        self.noise.set_value(training.input_noise)
        self.clip_norm.set_number(training.gradient_clip)
        self.clip_value.set_number(training.gradient_clip_value)
        self.fold.set_unusual(self._shuffle_row, not training.shuffle)
        self.fold.set_unusual(self.noise, training.input_noise != 0)
        self.fold.set_unusual(self.clip_norm, training.gradient_clip is not None)
        self.fold.set_unusual(self.clip_value, training.gradient_clip_value is not None)

    def _show_size(self, training: Training) -> None:
        always_full = training.optimizer.full_batch
        full = always_full or training.batch_size == "full"
        self.batch_size.set_value(_FULL if full else float(training.batch_size))
        self.batch_size.setEnabled(not always_full)
        self._shuffle_row.setEnabled(not always_full)  # one batch of all points has no order
        text = self.tr(
            "Points that one update is computed from. Small batches are noisy and take many steps an epoch; "
            '"full" follows the exact gradient, one step an epoch.'
        )
        if always_full:
            text = self.tr(
                "{optimizer} compares losses and gradients along its way, so each step uses all training "
                "points: with batches it would compare different losses."
            ).format(optimizer=catalog(training.optimizer.label))
        self.batch_size.setToolTip(tip(self.tr("Batch size"), text))

    def set_rows(self, rows: int) -> None:
        """Offer batch sizes up to a number of training rows; 0 where it is not known."""
        if rows != self.rows:
            self.rows = rows
            self.batch_size.set_scale(self._scale())

    def _scale(self) -> Scale:
        """Return batch sizes up to the number of training rows, and all of them."""
        rows = self.rows or _UNKNOWN_ROWS
        stops = tuple(float(size) for size in _BATCHES if size < rows) or (1.0,)
        return Scale((*stops, _FULL), 1, MAX_BATCH, whole=True, words=((_FULL, self.tr("full")),))
