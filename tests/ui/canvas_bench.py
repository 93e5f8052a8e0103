"""A network diagram whose intents are carried out, for the tests of it."""

from __future__ import annotations

from fake_frames import frame_of
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.canvas.network_view import NetworkView
from ui.looks import theme

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Canvas:
    """A diagram whose intents are carried out as the window does."""

    def __init__(self, qtbot, experiment, size=(793, 600), frame=True):
        self.qtbot = qtbot
        self.view = NetworkView()
        self.experiment = experiment
        self.edits: list[str] = []
        self.hovered: list[object] = []
        self.view.networkEdited.connect(self._edit)
        self.view.neuronHovered.connect(self.hovered.append)
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.view.set_theme(theme.LIGHT)
        self.view.show_experiment(experiment)
        self.view.show()
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        if frame:
            self.view.show_frame(frame_of(experiment))

    def _edit(self, network, text):
        self.edits.append(text)
        self.experiment = self.experiment.edited(network=network)
        self.view.show_experiment(self.experiment)

    @property
    def layers(self):
        return self.experiment.network.layers

    def header(self, index):
        return self.view.strip.layers[index]

    def click(self, widget):
        self.qtbot.mouseClick(widget, LEFT)

    def point_at(self, layer, unit):
        rect = self.view.unit_rect(layer, unit)
        self.qtbot.mouseMove(self.view.viewport(), rect.center())
        return rect

    def picture(self):
        return self.view.viewport().grab().toImage()


def wheel(view, steps, position, modifiers=NONE):
    event = QWheelEvent(
        QPointF(position),
        QPointF(view.viewport().mapToGlobal(position)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
