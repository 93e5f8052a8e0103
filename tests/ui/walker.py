"""A page of the walk under test: walks are made at once, by a trainer of its own."""

from __future__ import annotations

from types import SimpleNamespace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton

from engine import Experiment, Trainer
from engine.walkthrough.walk import walk_of
from ui.looks import theme
from ui.panels.step_through import StepThrough

SMALL = {
    "seed": 4,
    "data": {"kind": "moons", "samples": 40},
    "network": {"layers": [{"units": 3}]},
    "training": {"optimizer": {"kind": "adam", "learning_rate": 0.05}},
}


class Walker:
    """A page whose walks are made at once, by a trainer of its own."""

    def __init__(self, qtbot, document=SMALL, epochs=3):
        self.qtbot = qtbot
        self.experiment = Experiment.parse(document)
        self.trainer = Trainer(self.experiment)
        self.trainer.advance(epochs=epochs)
        self.panel = StepThrough()
        self.asked, self.focus, self.edits, self.events = [], [], [], []
        self.panel.walkRequested.connect(self._walk)
        self.panel.pauseRequested.connect(lambda: self.events.append("pause"))
        self.panel.focusChanged.connect(lambda *focus: self.focus.append(focus))
        self.panel.weightsEdited.connect(lambda *edit: self.edits.append(edit))
        qtbot.addWidget(self.panel)
        self.panel.resize(780, 220)
        self.panel.set_theme(theme.LIGHT)
        self.panel.show_experiment(self.experiment)
        self.show_frame()
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitUntil(self.panel.isActiveWindow)

    def _walk(self, request):
        self.asked.append(request)
        self.events.append("walk")
        self.panel.show_walk(walk_of(self.trainer, request))

    def show_frame(self):
        self.panel.show_frame(SimpleNamespace(data=self.trainer.data, snapshot=self.trainer.snapshot()))

    def draw(self):
        self.click(self.panel.sample.draw)
        return self.panel

    def click(self, widget):
        at = QPoint(8, widget.height() // 2) if isinstance(widget, QAbstractButton) else QPoint(4, 4)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def key(self, key, widget=None):
        widget = widget or self.panel.page
        widget.setFocus()
        self.qtbot.keyClick(widget, key)

    @property
    def walk(self):
        return self.panel._walk

    @property
    def counter(self):
        return self.panel.controls.counter.text()

    def text(self):
        return self.panel.page.toPlainText()
