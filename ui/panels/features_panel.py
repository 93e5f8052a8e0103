"""INPUTS: what the network sees of each point, as chips to switch on and off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.catalog.features import offers, parse
from engine.catalog.sources import CsvData
from engine.errors import DataError
from engine.view import INPUTS
from ui.looks.theme import LIGHT, Theme
from ui.widgets.buttons import Chip
from ui.widgets.flow import FlowLayout
from ui.widgets.row import SectionTitle
from ui.widgets.themed import chain_tabs, repolish, spread_theme
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from engine.catalog.features import Feature
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.snapshot import Frame

_MOST_COLUMN_CHIPS = 40  # a table's further columns are reached by a formula such as x41


@dataclass(frozen=True)
class _Shown:
    """One chip: the formula it stands for, its label, and what it is good for."""

    text: str
    label: str
    advice: str


class FormulaEdit(QLineEdit):
    """The line in which a formula is typed; Escape gives up."""

    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)


class FeaturesPanel(QWidget):
    """Edits the features of an experiment.

    ``featuresEdited`` carries the formulas, in the order of the chips, and what was changed.
    """

    featuresEdited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._prepared: PreparedData | None = None
        self._own: list[str] = []  # formulas of the user's, also those that are switched off at present
        self._shown: tuple[_Shown, ...] = ()
        self.chips: dict[str, Chip] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 2, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(SectionTitle(self.tr("INPUTS")))
        self._body = QWidget()
        self._flow = FlowLayout(self._body)
        layout.addWidget(self._body)
        self.add = Chip(self.tr("+ formula"), checkable=False)
        self.add.setAccessibleName(self.tr("Add a formula"))
        self.add.setToolTip(
            tip(
                self.tr("Add a formula"),
                self.tr("Your own input, such as x1**2 + x2**2, sin(2*x1) or abs(x1 - x2)."),
            )
        )
        self.add.clicked.connect(self._open)
        self._flow.addWidget(self.add)
        self.formula = FormulaEdit()
        self.formula.setPlaceholderText(self.tr("such as x1**2 + x2**2"))
        self.formula.setAccessibleName(self.tr("Formula"))
        self.formula.setMaxLength(200)
        self.formula.textChanged.connect(self._check)
        self.formula.returnPressed.connect(self._accept)
        self.formula.cancelled.connect(self._close)
        self.problem = QLabel()
        self.problem.setProperty("look", "danger")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.formula)
        layout.addWidget(self.problem)
        self._close()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        spread_theme(self, theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment; tells nothing."""
        before, self._experiment = self._experiment, experiment
        if before is not None and (before.data, before.features) == (experiment.data, experiment.features):
            self._hide_chips(experiment)
            return
        if before is not None and before.data.input_names != experiment.data.input_names:
            self._own = []
        self._rebuild(self._wanted(experiment))
        chosen = set(experiment.features)
        reason = self.tr("A network needs at least one input. Switch on another before this one off.")
        for text, chip in self.chips.items():
            chip.show_checked(text in chosen)
            chip.set_locked(reason if chosen == {text} else "")
        for shown in self._shown:
            last = reason if chosen == {shown.text} else ""
            self.chips[shown.text].setToolTip(tip(shown.label, " ".join(filter(None, (shown.advice, last)))))
        self._hide_chips(experiment)

    def _hide_chips(self, experiment: Experiment) -> None:
        """Hide the switches that the document hides."""
        hidden = {INPUTS[name] for name in experiment.view.hidden if name in INPUTS}
        for text, chip in self.chips.items():
            chip.setHidden(text in hidden)

    def show_frame(self, frame: Frame) -> None:
        """Keep the points, to see whether a formula has a value for all of them."""
        self._prepared = frame.data

    def _wanted(self, experiment: Experiment) -> tuple[_Shown, ...]:
        """Return the chips for an experiment: what is offered for its inputs, then the user's formulas."""
        data = experiment.data
        inputs = len(data.input_names)
        names = data.input_names if isinstance(data, CsvData) else ()
        offered = offers(inputs)
        if inputs > _MOST_COLUMN_CHIPS:
            offered = offered[:_MOST_COLUMN_CHIPS]
        if names:  # of a table every column, and no formula that is about a plane
            offered = offered[: min(inputs, _MOST_COLUMN_CHIPS)]
        found = []
        for index, offer in enumerate(offered):
            text = parse(offer.text, inputs).labelled(names)
            advice = self.tr("Column {number} of the table.").format(number=index + 1) if names else ""
            found.append(_Shown(offer.text, text, advice or catalog(offer.advice)))
        known = {offer.text for offer in offered}
        for text in experiment.features:
            if text not in known and text not in self._own:
                self._own.append(text)
        for text in self._own:
            if (feature := self._parsed(text, inputs)) is not None:
                found.append(_Shown(text, feature.labelled(names), text))
        return tuple(found)

    def _parsed(self, text: str, inputs: int) -> Feature | None:
        try:
            return parse(text, inputs)
        except DataError:
            return None

    def _rebuild(self, wanted: tuple[_Shown, ...]) -> None:
        if wanted == self._shown:
            return
        self._shown = wanted
        for chip in self.chips.values():
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = {}
        for index, shown in enumerate(wanted):
            chip = Chip(shown.label)
            chip.set_theme(self._theme)
            chip.clicked.connect(self._toggled)
            self._flow.insert(index, chip)
            self.chips[shown.text] = chip
            chip.show()
        chain_tabs(self._body, [*self.chips.values(), self.add, self.formula])
        self.updateGeometry()

    def _toggled(self) -> None:
        """Tell the formulas that are on; a locked chip was clicked if none has changed."""
        if self._experiment is None:
            return
        features = tuple(text for text, chip in self.chips.items() if chip.isChecked())
        # a table with more columns than chips keeps those that have none
        features += tuple(text for text in self._experiment.features if text not in self.chips)
        if features and set(features) != set(self._experiment.features):
            self.featuresEdited.emit(features, self.tr("Inputs"))

    def _open(self) -> None:
        self.add.hide()
        self.formula.show()
        self.formula.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        had_focus = self.formula.hasFocus()
        self.formula.clear()
        self.formula.hide()
        self.problem.hide()
        self.add.show()
        if had_focus:
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self, text: str) -> None:
        """Say at once what is wrong with the formula as it stands."""
        problem = self._problem(text) if text.strip() else ""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if self.formula.property("wrong") != bool(problem):
            self.formula.setProperty("wrong", bool(problem))
            repolish(self.formula)

    def _problem(self, text: str) -> str:
        """Return one sentence about a formula that cannot be used, or nothing."""
        if self._experiment is None:
            return ""
        inputs = len(self._experiment.data.input_names)
        try:
            feature = parse(text, inputs)
        except DataError as error:
            return error.problems[0].split(": ", 1)[-1]  # what was typed is right above
        if feature.text in self._experiment.features:
            return self.tr("is already one of the inputs")
        data = self._prepared
        if data is not None and len(data.input_names) == inputs:
            for part in (data.train_inputs, data.test_inputs):
                with np.errstate(over="ignore"):
                    values = feature.compute((part - data.mean) / data.scale).astype(np.float32)
                if not np.isfinite(values).all():
                    return self.tr("has no finite value for some of the points")
        return ""

    def _accept(self) -> None:
        text = self.formula.text().strip()
        experiment = self._experiment
        if experiment is None or not text:
            self._close()
            return
        if self._problem(text):
            return
        feature = parse(text, len(experiment.data.input_names))
        self._close()
        self.featuresEdited.emit((*experiment.features, feature.text), self.tr("Add an input"))
