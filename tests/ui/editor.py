"""A panel under test: what a hand does to it, and what it asks for."""

from __future__ import annotations

from types import SimpleNamespace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton

from engine.data import prepare
from engine.snapshot import Snapshot
from ui.looks import theme

LEFT = Qt.MouseButton.LeftButton
WIDTH = 267


class Editor:
    """A panel, the experiment it shows, and what it asked for; intents are carried out as the window does."""

    def __init__(self, qtbot, panel, experiment, intents):
        self.qtbot, self.panel, self.experiment = qtbot, panel, experiment
        self.asked = []
        for name, change in intents.items():
            getattr(panel, name).connect(lambda *values, change=change: self._carry_out(change, values))
        qtbot.addWidget(panel)
        panel.resize(WIDTH, 700)
        panel.set_theme(theme.LIGHT)
        panel.show_experiment(experiment)
        panel.show()
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)

    def _carry_out(self, change, values):
        self.asked.append(values)
        self.show(change(self.experiment, values[0]))

    def show(self, experiment):
        self.experiment = experiment
        self.panel.show_experiment(experiment)

    def click(self, widget):
        at = (
            QPoint(8, widget.height() // 2) if isinstance(widget, QAbstractButton) else widget.rect().center()
        )
        self.qtbot.mouseClick(widget, LEFT, pos=at)

    def key(self, widget, *keys):
        widget.setFocus()
        for key in keys:
            self.qtbot.keyClick(widget, key)

    def type(self, edit, text):
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)
        self.qtbot.keyClick(edit, Qt.Key.Key_Return)


def frame(experiment, **changes):
    numbers = {
        "epoch": 1284,
        "step": 32100,
        "losses": {"train": 0.0213, "test": 0.0391},
        "metrics": {"train": {"accuracy": 0.99}, "test": {"accuracy": 0.988}},
        "parameters": (),
    }
    data = prepare(experiment.data, experiment.features, experiment.seed)
    return SimpleNamespace(experiment=experiment, data=data, snapshot=Snapshot(**{**numbers, **changes}))
