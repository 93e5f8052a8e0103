"""A diagram without a view, what its pictures show, and a view of a small one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from engine.experiment import Experiment
from ui.canvas.curves import curve
from ui.canvas.diagram import Diagram
from ui.canvas.layout import arrange
from ui.canvas.model import shape_of
from ui.canvas.network_view import NetworkView
from ui.looks import theme

GROUND = QColor(theme.LIGHT.canvas)


class Drawn:
    """A diagram, and pictures of it."""

    def __init__(self, experiment, size=(700, 500), weights=None, biases=None, seed=0):
        self.experiment = experiment
        self.shape = shape_of(experiment)
        self.diagram = Diagram(theme.LIGHT)
        self.size = size
        frame = frame_of(experiment, seed=seed)
        parameters = [
            (
                weight if weights is None else np.full_like(weight, weights),
                bias if biases is None else np.resize(np.float32(biases), bias.shape),
            )
            for weight, bias in frame.snapshot.parameters
        ]
        self.frame = replace(frame, snapshot=replace(frame.snapshot, parameters=tuple(parameters)))
        self.place()
        self.diagram.set_marks(experiment)

    def place(self, first=(), zoom=1.0):
        labels = self.diagram.label_widths(self.shape, QFont())
        self.layout = arrange(self.shape.units, *self.size, zoom=zoom, first=first, labels=labels)
        self.diagram.set_layout(self.layout, 1.0)
        self.diagram.show_values(self.layout, self.shape, self.frame)

    def picture(self, hovered=None, link=None, pinned=None):
        image = QImage(*self.size, QImage.Format.Format_RGB32)
        region = QRectF(0, 0, *self.size)
        while True:
            painter = QPainter(image)
            behind = self.diagram.paint(painter, region, self.layout, self.shape, hovered, link, pinned)
            painter.end()
            if not behind:
                return image

    def tile(self, column, unit):
        return self.layout.tile_rect(column, unit)

    def along(self, image, column, unit, source):
        """Return the colours along a link from 12 to 88 % of its way."""
        start, end = self.tile(column - 1, source), self.tile(column, unit)
        path = curve(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))
        points = [path.pointAtPercent(share) for share in np.linspace(0.12, 0.88, 300)]
        return [image.pixelColor(int(point.x()), int(point.y())) for point in points]


def away(colour, other=GROUND):
    """Return how far apart two colours are."""
    pairs = zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True)
    return max(abs(one - two) for one, two in pairs)


def pixel(image, point):
    return image.pixelColor(int(point.x()), int(point.y()))


def parts_that_differ(one, two, rect):
    rect = rect.toRect()
    return sum(
        one.pixel(x, y) != two.pixel(x, y)
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
    )


def network(*layers, output=None, **more):
    return Experiment.parse({"network": {"layers": list(layers), "output": output or {}}, **more})


def shown_view(qtbot):
    """Return a view that shows a layer of three neurons."""
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show_experiment(experiment_of(3))
    view.show()
    return view
