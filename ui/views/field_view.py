"""The output over the plane: the big field, its legend, and what is shown on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from engine.view import View
from ui.looks.theme import LIGHT, Theme
from ui.views.axes_row import AxesRow
from ui.views.draw_points import MOST_POINTS
from ui.views.field_canvas import FieldCanvas
from ui.views.legend import Legend
from ui.views.projection import classes_shown, scale_of, shown_axes
from ui.widgets.flow import FlowLayout
from ui.widgets.row import SectionTitle
from ui.wording.names import class_label, plain_number
from ui.wording.texts import tip

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.views.field_sheet import FieldSheet
    from ui.views.samples import Part

MARGIN = 14


class FieldView(QWidget):
    """Shows the field of every frame.

    ``axesChanged`` carries the two inputs that should span the plane, asked for with tables of more
    than two; ``probeMoved`` the raw inputs of the probe point, a tuple of floats, None when it is removed;
    ``samplePicked`` the part ("train" or "test") and the row of a data point that was clicked;
    ``viewEdited`` how the document shall be shown, and what was changed.
    """

    viewEdited = Signal(object, str)
    axesChanged = Signal(int, int)
    probeMoved = Signal(object)
    samplePicked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._frame: Frame | None = None
        self._view = View()
        self._neuron: tuple[int, int] | None = None
        self._waiting = False
        self._hint = ""
        self.title = SectionTitle(self.tr("Output").upper())
        self.canvas = FieldCanvas()
        self.canvas.setAccessibleName(self.tr("The network's answer over the plane"))
        self.legend = Legend()
        self.train = self._check(
            self.tr("Train points"), self.tr("The points the network learns from: dark outlines.")
        )
        self.test = self._check(
            self.tr("Test points"), self.tr("The points held back to test what was learned: light outlines.")
        )
        self.hard = self._check(
            self.tr("Hard boundary"),
            self.tr("Show only which class is likelier, without how sure the network is."),
        )
        self.probe = self._check(
            self.tr("Probe"),
            self.tr(
                "A point of your choice, followed through the network: every neuron shows its activation "
                "there. Drag it, or move it with the arrow keys. Double-click the field, or press P."
            ),
        )
        self.probe.setEnabled(False)  # until there is a field to put it on
        self.train.setChecked(True)
        self.test.setChecked(True)
        for box in (self.train, self.test, self.hard):
            box.toggled.connect(self._show_parts)
        self.test.clicked.connect(lambda on: self._edit(self.test, show_test=bool(on)))
        self.hard.clicked.connect(lambda on: self._edit(self.hard, discretize=bool(on)))
        self.probe.toggled.connect(self.canvas.switch_probe)
        self.canvas.probeMoved.connect(self._probe_moved)
        self.canvas.samplePicked.connect(self.samplePicked)
        self.axes = AxesRow()
        self.axes.chosen.connect(self.axesChanged)
        checks = QWidget()
        row = FlowLayout(checks, gap=8)  # a wide font takes a second line
        for box in (self.train, self.test, self.hard, self.probe):
            row.addWidget(box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 13, MARGIN, 6)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addSpacing(8)
        layout.addWidget(self.axes)
        layout.addWidget(self.canvas, 1)
        layout.addSpacing(7)
        layout.addWidget(self.legend)
        layout.addSpacing(3)
        layout.addWidget(checks)
        self._show_note()

    def _check(self, text: str, hint: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setProperty("look", "muted")
        box.setToolTip(tip(text, hint))
        box.setAccessibleDescription(hint)
        return box

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show what the document says of points and boundary; what else is shown comes with the frames.

        A probe point that was set among other inputs is removed.
        """
        self._view = view = experiment.view
        self.test.setChecked(view.show_test)
        self.hard.setChecked(view.discretize)
        self.test.setHidden("showTestData" in view.hidden)
        self._offer_hard(experiment.data.task == "classification")
        self.canvas.probe.keep_among(experiment.data.input_names)

    def _edit(self, box: QCheckBox, **changes: bool) -> None:
        """Tell how the document shall be shown."""
        self._view = self._view.edited(**changes)
        self.viewEdited.emit(self._view, box.text())

    def _offer_hard(self, has_classes: bool) -> None:
        """Offer the hard boundary where there are classes, unless the document hides it."""
        self.hard.setVisible(has_classes and "discretize" not in self._view.hidden)

    def show_frame(self, frame: Frame) -> None:
        """Show the field of a frame."""
        self._frame = frame
        self.probe.setEnabled(True)
        self._show_inputs(frame)
        if self._waiting:
            if frame.request.shown != self._neuron and self._preview(frame):
                return
            self._waiting = False
        self.canvas.show_frame(frame, scale_of(frame))
        self.title.set_note(self._note(frame))
        self._show_legend(frame)

    def show_neuron(self, neuron: tuple[int, int] | None) -> None:
        """Show a neuron, or the output again, from thumbnails until a frame brings it in full.

        So pointing at a neuron never waits for the engine.
        """
        self._neuron, self._waiting = neuron, True
        if self._frame is not None:
            self.show_frame(self._frame)

    def show_picked(self, part: Part, row: int | None) -> None:
        """Ring a row of the training or test data, or none."""
        self.canvas.show_picked(part, row)

    # What a picture of it needs

    def make_sheet(self) -> FieldSheet:
        """Return what paints the field as a picture of its own."""
        from ui.views.field_sheet import FieldSheet  # the start need not wait for it

        return FieldSheet(self)

    def frame(self) -> Frame | None:
        """Return the frame that is shown, None before the first."""
        return self._frame

    def scale(self) -> float:
        """Return the value that has the full colour."""
        return scale_of(self._frame) if self._frame is not None else 1.0

    def parts(self) -> tuple[bool, bool, bool]:
        """Return whether the train points, the test points and a hard boundary are shown."""
        return self.train.isChecked(), self.test.isChecked(), self.hard.isChecked()

    def caption(self) -> str:
        """Return which neuron is shown, nothing for the network's answer."""
        frame = self._frame
        return self._note(frame) if frame is not None and frame.request.shown is not None else ""

    @Slot(object)
    def _probe_moved(self, inputs: tuple[float, ...] | None) -> None:
        self.probe.setChecked(inputs is not None)
        self._show_hint()
        self.probeMoved.emit(inputs)

    def _preview(self, frame: Frame) -> bool:
        """Show the wanted neuron from a frame's thumbnails; return whether the frame knows it."""
        layer, unit = (len(frame.thumbnails) - 1, 0) if self._neuron is None else self._neuron
        if not (layer < len(frame.thumbnails) and unit < len(frame.thumbnails[layer])):
            return False
        field = (frame.thumbnails[layer].astype(np.float32) - 128) / np.float32(127)
        if self._neuron is not None:
            field = field[unit : unit + 1]
        elif frame.data.classes:
            field = np.maximum(field, 0) if len(frame.data.classes) > 2 else (field + 1) / 2
        request = replace(frame.request, shown=self._neuron)
        shown = replace(frame, request=request, field=field.astype(np.float32, copy=False), value_scale=1.0)
        self.canvas.show_frame(shown, 1.0)
        self.title.set_note(self._note(shown))
        return True

    def _show_parts(self) -> None:
        self.canvas.set_parts(
            train=self.train.isChecked(), test=self.test.isChecked(), hard=self.hard.isChecked()
        )

    def _show_note(self) -> None:
        self.title.set_note(self.tr("hover a neuron to see it here"))

    def _note(self, frame: Frame) -> str:
        shown = frame.request.shown
        if shown is None:
            return self.tr("hover a neuron to see it here")
        layer, unit = shown
        if layer == 0 and unit < len(frame.data.feature_labels):
            return self.tr("Input {name}").format(name=frame.data.feature_labels[unit])
        if layer < len(frame.thumbnails) - 1:
            return self.tr("Layer {layer} · neuron {unit}").format(layer=layer, unit=unit + 1)
        names = [class_label(name) for name in frame.data.classes] or list(frame.data.target_names)
        name = names[unit] if len(names) == frame.data.outputs and unit < len(names) else str(unit + 1)
        return self.tr("Output · {name}").format(name=name)

    def _show_legend(self, frame: Frame) -> None:
        classes = classes_shown(frame)
        if classes:
            self.legend.show_classes(tuple(class_label(name) for name in frame.data.classes))
        else:
            reach = plain_number(scale_of(frame))
            self.legend.show_range(f"−{reach}", f"+{reach}")
        self._offer_hard(bool(frame.data.classes))

    def _show_inputs(self, frame: Frame) -> None:
        self.axes.show_axes(frame.data.input_names, shown_axes(frame))
        self._show_hint()

    def _show_hint(self) -> None:
        """Say what can be done with the field."""
        if self.probe.isChecked():
            text = self.tr(
                "Drag the cross-hair, or move it with the arrow keys (with Shift ten times as far). "
                "Esc removes it."
            )
        else:
            text = self.tr("Double-click, or press P, for a probe point. Click a data point to pick it.")
        if self._frame is not None:
            data = self._frame.data
            rows = len(data.train_targets), len(data.test_targets)
            if max(rows) > MOST_POINTS:
                counts = {"most": f"{MOST_POINTS:,}", "train": f"{rows[0]:,}", "test": f"{rows[1]:,}"}
                more = self.tr("At most {most} each of {train} training and {test} test points are shown.")
                text = f"{text} {more.format(**counts)}"
        if text != self._hint:
            self._hint = text
            self.canvas.setToolTip(tip(self.canvas.accessibleName(), text))
