"""The inspector under test: what a hand does to it, and what it asks for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton

from engine.experiment import Experiment, Layer, Network
from ui.looks import theme
from ui.panels.inspector import Inspector

LEFT = Qt.MouseButton.LeftButton
KEYS = Qt.Key
THREE = Network(
    layers=(
        Layer(units=8, activation="leaky_relu", initializer="he_normal", dropout=0.2),
        Layer(units=6, activation="tanh", frozen=True, residual=True),
        Layer(units=6, activation={"kind": "leaky_relu", "negative_slope": 0.2}, muted_units=(1,)),
    )
)


class Page:
    """The inspector, the document it shows, and what it asked for; edits are carried out as by the window."""

    def __init__(self, qtbot, experiment=None, layers=(), size=(780, 220), accepts=True):
        self.qtbot, self.accepts = qtbot, accepts
        self.experiment = experiment or Experiment(network=THREE)
        self.asked, self.weights, self.picked = [], [], []
        self.panel = panel = Inspector()
        qtbot.addWidget(panel)
        panel.networkEdited.connect(self._take)
        panel.weightsEdited.connect(lambda edit, text: self.weights.append((edit, text)))
        panel.layersPicked.connect(self.picked.append)
        panel.set_theme(theme.LIGHT)
        panel.show_experiment(self.experiment)
        panel.show_layers(layers)
        panel.resize(*size)
        panel.show()
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)
        self.fields, self.chooser = panel.fields, panel.chooser

    def _take(self, network, text, origin):
        self.asked.append((network, text, origin))
        if self.accepts:
            self.experiment = self.experiment.edited(network=network)
            self.panel.show_experiment(self.experiment)

    def click(self, widget):
        box = isinstance(widget, QAbstractButton) and widget.isCheckable()
        at = QPoint(8, widget.height() // 2) if box else widget.rect().center()
        self.panel.area.ensureWidgetVisible(widget)
        self.qtbot.mouseClick(widget, LEFT, pos=at)

    def choose(self, combo, key):
        """Open the list, go to an entry and take it."""
        self.panel.area.ensureWidgetVisible(combo)
        self.qtbot.mouseClick(combo, LEFT)
        view = combo.view()
        self.qtbot.waitUntil(view.isVisible)
        view.setCurrentIndex(combo.model().index(combo.findData(key), 0))
        self.qtbot.keyClick(view, KEYS.Key_Return)
        self.qtbot.waitUntil(lambda: not view.isVisible())

    def type(self, slider, text):
        slider.edit.setFocus()
        slider.edit.selectAll()
        self.qtbot.keyClicks(slider.edit, text)
        self.qtbot.keyClick(slider.edit, KEYS.Key_Return)

    @property
    def layers(self):
        return self.experiment.network.layers

    @property
    def texts(self):
        return [text for _, text, _ in self.asked]
