"""The whole network as a picture of its own, on whatever there is to paint on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from engine.output import output_activation
from ui.canvas.diagram import Diagram
from ui.canvas.flow import PERIOD
from ui.canvas.glyphs import blank
from ui.canvas.layout import MARGIN, WIDEST_PITCH, arrange
from ui.looks.painting import is_vector
from ui.looks.theme import LIGHT, Theme, caption_font
from ui.wording.counts import counted
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from engine.experiment import Experiment
    from engine.snapshot import Frame
    from ui.canvas.diagram_view import DiagramView
    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape

_COLUMN, _MOST_ROWS = 150.0, 16
_HEAD = 62.0  # the names of the layers
translate = QCoreApplication.translate


class NetworkSheet:
    """Paints what a view shows, as much of it as there is, whatever is scrolled out of sight.

    Parameters
    ----------
    view : DiagramView
        Where the network and the frame come from.
    moving : bool
        Whether lights travel along the links while it is trained, as on the screen.
    """

    def __init__(self, view: DiagramView, moving: bool = False) -> None:
        self._view, self._moving = view, moving
        self._diagram = Diagram(LIGHT)
        self._layout: Layout | None = None
        self._key: tuple[object, ...] = ()
        self._frame: Frame | None = None
        self._heads: QPixmap | None = None

    def size(self) -> QSizeF:
        """Return the size at which words have their usual size."""
        _, shape, _ = self._view.shown()
        units = shape.units if shape is not None else (1, 1)
        rows = min(max(units), _MOST_ROWS) + (1 if max(units) > _MOST_ROWS else 0)
        height = max(rows * WIDEST_PITCH + 2 * MARGIN, 300.0)
        return QSizeF(max(len(units) * _COLUMN + 60, 480.0), height + _HEAD)

    def paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint the network of the last frame into a rectangle."""
        experiment, shape, frame = self._view.shown()
        if experiment is None or shape is None:
            painter.fillRect(rect, QColor(theme.canvas))
            return
        layout = self._arranged(painter, rect, theme, experiment, shape)
        if frame is not self._frame:
            self._frame = frame
            self._diagram.show_values(layout, shape, frame)
        flows = self._moving and frame is not None and frame.running
        self._diagram.set_flow(time.monotonic() / PERIOD % 1.0 if flows else None)
        painter.fillRect(rect, QColor(theme.canvas))
        painter.save()
        # A network that does not fit is painted smaller.
        room = QSizeF(rect.width(), rect.height() - _HEAD)
        scale = min(room.width() / layout.size.width(), room.height() / layout.size.height(), 1.0)
        painter.translate(rect.left() + (rect.width() - scale * layout.size.width()) / 2, rect.top() + _HEAD)
        painter.scale(scale, scale)
        whole = QRectF(0, 0, layout.size.width(), layout.size.height())
        self._diagram.paint(painter, whole, layout, shape, None, None)
        painter.restore()
        corner = QPointF(rect.left() + (rect.width() - scale * layout.size.width()) / 2, rect.top())
        if is_vector(painter):
            painter.save()
            painter.translate(corner)
            self._paint_heads(painter, layout, scale, experiment, shape, theme)
            painter.restore()
            return
        if self._heads is None:  # words are slow, and stay
            size = QSizeF(layout.size.width() * scale, _HEAD)
            self._heads = blank(size.width(), size.height(), painter.device().devicePixelRatioF())
            inner = QPainter(self._heads)
            self._paint_heads(inner, layout, scale, experiment, shape, theme)
            inner.end()
        painter.drawPixmap(corner, self._heads)

    def _arranged(
        self, painter: QPainter, rect: QRectF, theme: Theme, experiment: Experiment, shape: Shape
    ) -> Layout:
        """Return the layout for a rectangle, a new one only where something about it has changed."""
        ratio = painter.device().devicePixelRatioF()
        key = experiment, shape, theme, rect.width(), rect.height(), ratio, is_vector(painter)
        if self._layout is not None and key == self._key:
            return self._layout
        self._diagram.set_theme(theme)
        labels = self._diagram.label_widths(shape, self._view.font())
        layout = arrange(shape.units, rect.width(), rect.height() - _HEAD, labels=labels)
        self._diagram.set_marks(experiment)
        self._diagram.set_layout(layout, ratio)
        self._layout, self._key, self._frame, self._heads = layout, key, None, None
        return layout

    def _paint_heads(
        self,
        painter: QPainter,
        layout: Layout,
        scale: float,
        experiment: Experiment,
        shape: Shape,
        theme: Theme,
    ) -> None:
        """Write above every column what it is."""
        bold, plain = QFont(self._view.font()), caption_font(self._view.font())
        bold.setWeight(QFont.Weight.DemiBold)
        for i, column in enumerate(layout.columns):
            width = max(column.width * scale - 6, 30.0)
            middle = column.centre * scale
            texts = _heads(experiment, shape, i)
            for row, (text, font, colour) in enumerate(
                zip(texts, (bold, plain, plain), (theme.text, theme.text, theme.muted), strict=True)
            ):
                shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
                painter.setFont(font)
                painter.setPen(QColor(colour))
                place = QRectF(middle - width / 2, 10.0 + 17 * row, width, 17)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)


def _heads(experiment: Experiment, shape: Shape, column: int) -> tuple[str, str, str]:
    """Return the name of a column, its activation, and how many units it has."""
    count = shape.units[column]
    if column == 0:
        features = counted(count, translate("Sheet", "1 feature"), translate("Sheet", "{count} features"))
        return translate("Sheet", "Inputs"), features, ""
    neurons = counted(count, translate("Sheet", "1 neuron"), translate("Sheet", "{count} neurons"))
    if column == len(shape.units) - 1:
        activation = catalog(output_activation(experiment, len(shape.classes)).label)
        return translate("Sheet", "Output"), activation, neurons
    layer = experiment.network.layers[column - 1]
    name = translate("Sheet", "Layer {number}").format(number=column)
    return name, catalog(layer.activation.label), neurons
