"""The output over the plane: the big field, its legend, and what is shown on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.names import class_label, input_name, plain_number
from ui.texts import tip
from ui.theme import LIGHT, Theme
from ui.views.draw_points import MOST_POINTS
from ui.views.field_canvas import FieldCanvas
from ui.views.legend import Legend
from ui.views.projection import classes_shown, scale_of, shown_axes
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.row import SectionTitle
from ui.widgets.themed import label

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.snapshot import Frame

MARGIN = 14


class FieldView(QWidget):
    """Shows the field of every frame.

    ``axesChanged`` carries the two inputs that should span the plane, asked for with tables of more
    than two.
    """

    axesChanged = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._frame: Frame | None = None
        self._inputs: tuple[str, ...] = ()
        self._wanted: tuple[int, int] | None = None
        self._neuron: tuple[int, int] | None = None
        self._waiting = False
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
        self.train.setChecked(True)
        self.test.setChecked(True)
        for box in (self.train, self.test, self.hard):
            box.toggled.connect(self._show_parts)
        self._axes = self._axes_row()
        checks = QHBoxLayout()
        checks.setSpacing(16)
        for box in (self.train, self.test, self.hard):
            checks.addWidget(box)
        checks.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 13, MARGIN, 6)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addSpacing(8)
        layout.addWidget(self._axes)
        layout.addWidget(self.canvas, 1)
        layout.addSpacing(7)
        layout.addWidget(self.legend)
        layout.addSpacing(3)
        layout.addLayout(checks)
        self._show_note()

    def _check(self, text: str, hint: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setProperty("look", "muted")
        box.setToolTip(tip(text, hint))
        box.setAccessibleDescription(hint)
        return box

    def _axes_row(self) -> QWidget:
        """Build the choice of the two inputs that span the plane."""
        row = QWidget()
        self.across, self.down = QuietComboBox(), QuietComboBox()
        self.across.setAccessibleName(self.tr("Input from left to right"))
        self.down.setAccessibleName(self.tr("Input from bottom to top"))
        for combo in (self.across, self.down):
            combo.setProperty("look", "small")
            combo.setToolTip(
                tip(
                    combo.accessibleName(),
                    self.tr("The plane shows two inputs; the others stay at their mean."),
                )
            )
        self.across.activated.connect(lambda _: self._choose_axes(self.across))
        self.down.activated.connect(lambda _: self._choose_axes(self.down))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 7)
        layout.setSpacing(6)
        layout.addWidget(self.across, 1)
        layout.addWidget(QLabel("×"))
        layout.addWidget(self.down, 1)
        layout.addWidget(label(self.tr("others at their mean"), "caption"))
        row.hide()
        return row

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)

    def show_experiment(self, experiment: Experiment) -> None:
        """Do nothing: everything shown comes with the frames."""

    def show_frame(self, frame: Frame) -> None:
        """Show the field of a frame."""
        self._frame = frame
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
        self.hard.setVisible(bool(frame.data.classes))

    def _show_inputs(self, frame: Frame) -> None:
        names, axes = frame.data.input_names, shown_axes(frame)
        if names != self._inputs:
            self._inputs = names
            self._wanted = None
            for combo in (self.across, self.down):
                combo.clear()
                combo.addItems([input_name(name) for name in names])
            self._axes.setVisible(len(names) > 2)
        if self._wanted is None or self._wanted == axes:
            self._wanted = None
            self.across.setCurrentIndex(axes[0])
            self.down.setCurrentIndex(axes[1])
        rows = len(frame.data.train_targets), len(frame.data.test_targets)
        hint = ""
        if max(rows) > MOST_POINTS:
            text = self.tr("At most {most} each of {train} training and {test} test points are shown.")
            counts = {"most": f"{MOST_POINTS:,}", "train": f"{rows[0]:,}", "test": f"{rows[1]:,}"}
            hint = tip(self.tr("A part of the points"), text.format(**counts))
        if hint != self.canvas.toolTip():
            self.canvas.setToolTip(hint)

    def _choose_axes(self, changed: QuietComboBox) -> None:
        """Ask for other inputs; the same one twice swaps the two."""
        across, down = self.across.currentIndex(), self.down.currentIndex()
        if across == down and self._frame is not None:
            old = shown_axes(self._frame)
            if changed is self.across:
                down = old[0]
            else:
                across = old[1]
            self.across.setCurrentIndex(across)
            self.down.setCurrentIndex(down)
        # Frames still on their way show the old inputs; the choice must not jump back.
        self._wanted = (across, down)
        self.axesChanged.emit(across, down)
