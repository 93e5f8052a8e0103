"""What a layer's activation does, and where the layer's neurons stand on its curve."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.catalog.activations import Activation, Maxout, Softmax
from engine.tensors import SLOPE
from ui.looks.theme import LIGHT, Theme
from ui.views.activation_curve import curve_of, reach_of
from ui.views.activation_plot import ActivationPlot
from ui.widgets.layer_box import LayerBox
from ui.widgets.themed import label
from ui.widgets.throttle import Throttle
from ui.wording.layer_names import activation_of, layer_of, layer_titles, unit_titles
from ui.wording.names import plain_number
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment
    from engine.snapshot import Frame, LayerStatistics

_TEXT_WIDTH = 300
_MOST_NAMED = 4
_REFRESH = 0.05  # seconds: bars move smoothly, and painting them takes a few ms


def _bold(share: float) -> str:
    return f"<b>{100 * share:.1f} %</b>"


class ActivationCard(QWidget):
    """The curve of one layer's activation with the layer's sums on it, and what they mean.

    ``statisticsWanted`` tells whether frames should bring statistics: while this is in sight.
    """

    statisticsWanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._frame: Frame | None = None
        self._throttle = Throttle(self._show, _REFRESH, self)
        self.layer = LayerBox()
        self.layer.setToolTip(
            tip(self.tr("Layer"), self.tr("Whose activation is shown; a click on a header chooses one too."))
        )
        self.layer.currentIndexChanged.connect(self._show)
        self.plot = ActivationPlot()
        self.plot.setToolTip(
            tip(
                self.tr("Activation"),
                self.tr(
                    "The neuron's weighted sum goes in from below, its activation comes out at the left. "
                    "The steeper the curve where the bars stand, the more gradient passes."
                ),
            )
        )
        self.name = label("", "number")
        self.formula, self.note = self._text(""), self._text("caption")
        self.saturated, self.dead, self.sums = self._text(""), self._text(""), self._text("caption")
        for part in (self.saturated, self.dead):
            part.setTextFormat(Qt.TextFormat.RichText)
        self.advice = self._text("caption")
        self._lay_out()

    def _text(self, look: str) -> QLabel:
        result = label("", look)
        result.setWordWrap(True)
        result.setTextFormat(Qt.TextFormat.PlainText)
        result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return result

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.layer)
        head.addWidget(self.name, 1)
        body = QWidget()
        body.setProperty("look", "column")
        texts = QVBoxLayout(body)
        texts.setContentsMargins(0, 4, 12, 8)
        texts.setSpacing(7)
        for part in (self.formula, self.note, self.saturated, self.dead, self.sums, self.advice):
            texts.addWidget(part)
        texts.addStretch(1)
        scroll = QScrollArea()
        scroll.setProperty("look", "texts")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(self.tr("What the activation does"))
        scroll.setAccessibleDescription(
            self.tr("Its formula, when to use it, and what goes wrong; Up and Down scroll.")
        )
        scroll.setWidget(body)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(head)
        right.addWidget(scroll, 1)
        side = QWidget()
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        side.setMinimumWidth(190)
        side.setMaximumWidth(_TEXT_WIDTH + 60)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 6, 6)
        layout.setSpacing(16)
        layout.addWidget(self.plot, 3)
        layout.addWidget(side, 2)

    # -- what is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.plot.set_theme(theme)

    def show_layer(self, index: int) -> None:
        """Show a layer, the output after the last hidden one; one that does not exist is ignored."""
        if 0 <= index < self.layer.count():
            self.layer.setCurrentIndex(index)

    def shown_layer(self) -> int:
        """Return which layer is shown."""
        return self.layer.layer()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show the activation of a document; its numbers follow with the next frame."""
        if self._frame is not None and not _alike(self._frame.experiment, experiment):
            self._frame = None
        self._experiment = experiment
        self.layer.offer(layer_titles(experiment))
        self._show()

    def show_frame(self, frame: Frame) -> None:
        """Show the numbers of a frame."""
        self._frame = frame
        if not self.isVisible():
            return
        if frame.running:
            self._throttle.wish()
        else:
            self._throttle.now()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for numbers."""
        super().showEvent(event)
        self.statisticsWanted.emit(True)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Spare the engine what nobody sees."""
        super().hideEvent(event)
        self._throttle.drop()
        self.statisticsWanted.emit(False)

    def _show(self) -> None:
        experiment, frame = self._experiment, self._frame
        if experiment is None or not self.isVisible():
            return
        if frame is not None and not _alike(frame.experiment, experiment):
            frame = None
        found = frame.statistics[self.layer.layer()] if frame is not None and frame.statistics else None
        tensors = frame.snapshot.tensors if frame is not None else ()
        classes = len(frame.data.classes) if frame is not None else _classes(experiment)
        entry = activation_of(experiment, self.layer.layer(), classes)
        trained = tensors[self.layer.layer()].get(SLOPE) if tensors else None
        units = len(found.dead) if found is not None else max(classes, 1)
        sums = found.preactivations if found is not None else None
        self.plot.show_curve(curve_of(entry, reach_of(sums), trained, units), sums)
        self._show_texts(entry)
        self._show_numbers(entry, found)

    def _show_texts(self, entry: Entry) -> None:
        _set(self.name, catalog(type(entry).label))
        lines = [type(entry).formula, getattr(type(entry), "derivative", "")]
        _set(self.formula, "\n".join(catalog(text) for text in lines if text))
        _set(self.note, self._note(entry))
        _set(self.advice, "\n".join(catalog(text) for text in (entry.advice, entry.pitfall) if text))

    def _note(self, entry: Entry) -> str:
        assert self._experiment is not None
        notes = []
        if isinstance(entry, Softmax):
            notes.append(self.tr("Drawn for one logit while the others stay at 0."))
        elif isinstance(entry, Maxout):
            notes.append(
                self.tr("Drawn for the largest of a neuron's {count} sums.").format(count=entry.pieces)
            )
        elif isinstance(entry, Activation) and entry.trained:
            notes.append(self.tr("One line for every neuron: each has learned its own slope below zero."))
        if getattr(layer_of(self._experiment, self.layer.layer()), "normalization", "none") != "none":
            notes.append(self.tr("The sums are those after normalization."))
        return " ".join(notes)

    def _show_numbers(self, entry: Entry, found: LayerStatistics | None) -> None:
        if found is None:
            for part in (self.saturated, self.dead):
                _set(part, "")
            _set(self.sums, self.tr("Numbers of this layer come with the next frame."))
            return
        if isinstance(entry, Maxout):
            _set(self.saturated, self.tr("Maxout never saturates: the largest sum has the slope 1."))
        else:
            sentence = self.tr(
                "{share} saturated: for so many pairs of a neuron and a training point the slope is below "
                "5 % of its largest, so that hardly any gradient passes."
            )
            _set(self.saturated, sentence.format(share=_bold(found.saturated_share)))
        _set(self.dead, self._dead(found))
        sums = found.preactivations
        sentence = self.tr("Sums: mean {mean}, standard deviation {std}, from {low} to {high}.")
        low, high = (plain_number(float(sums.edges[i])) for i in (0, -1))
        _set(
            self.sums,
            sentence.format(mean=plain_number(sums.mean), std=plain_number(sums.std), low=low, high=high),
        )

    def _dead(self, found: LayerStatistics) -> str:
        """Say how many neurons are dead, and which where they are few."""
        assert self._experiment is not None
        dead = found.dead.nonzero()[0].tolist()
        text = self.tr("{share} dead ({count} of {all})").format(
            share=_bold(found.dead_share), count=len(dead), all=len(found.dead)
        )
        if not dead:
            return self.tr("{text}: every neuron has a slope for some training point.").format(text=text)
        which = ""
        if len(dead) <= _MOST_NAMED:
            classes = self._frame.data.classes if self._frame is not None else ()
            names = unit_titles(self._experiment, self.layer.layer(), len(found.dead), classes)
            which = f" ({escape(', '.join(names[unit] for unit in dead))})"
        sentence = self.tr("{text}: the slope is 0 for every training point, so they learn no more{which}.")
        return sentence.format(text=text, which=which)


def _set(part: QLabel, text: str) -> None:
    """Show a text, or nothing where there is none; frames come often, changes seldom."""
    if text != part.text():
        part.setText(text)
    part.setVisible(bool(text))


def _classes(experiment: Experiment) -> int:
    """Return how many classes a document speaks of, as far as it tells; 0 for a regression."""
    data = experiment.data
    return 0 if data.task == "regression" else int(getattr(data, "classes", 2))


def _alike(old: Experiment, new: Experiment) -> bool:
    """Return whether the numbers of one network may stand beside the curve of another."""
    if old is new or old.network is new.network:
        return True
    before, after = old.network, new.network
    return (
        [(layer.units, layer.activation.kind) for layer in before.layers]
        == [(layer.units, layer.activation.kind) for layer in after.layers]
        and before.output.activation == after.output.activation
        and (old.data is new.data or old.data == new.data)
    )
