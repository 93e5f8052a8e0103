"""Paints the diagram of one layout: links, tiles, names, marks, and what is pointed at or talked about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor, QPainter

from engine.pieces import strongest
from ui.canvas.emphasis import Emphasis
from ui.canvas.flow import Flow
from ui.canvas.labels import Labels
from ui.canvas.links import Links
from ui.canvas.marks import marks_of
from ui.canvas.model import kept
from ui.canvas.neurons import Neurons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QFont

    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.snapshot import Frame
    from ui.canvas.layout import Layout
    from ui.canvas.model import Shape
    from ui.looks.theme import Theme

    Parameters = tuple[NDArray[np.float32], NDArray[np.float32]]
    Unit = tuple[int, int]
    Link = tuple[int, int, int]


@dataclass(frozen=True)
class _Focus:
    """What the window talks about, and the numbers on tiles."""

    units: tuple[Unit, ...] = ()
    links: tuple[Link, ...] = ()
    numbers: Mapping[Unit, str] = field(default_factory=dict)


class Diagram:
    """What is painted of a network, from the last frame."""

    def __init__(self, theme: Theme) -> None:
        self._links = Links()
        self._flow = Flow()
        self._labels = Labels()
        self._neurons = Neurons(theme)
        self._parameters: list[Parameters | None] = []
        self._weights: list[NDArray[np.float32] | None] = []
        self._activations: tuple[Floats, ...] | None = None
        self._layout: Layout | None = None
        self._ratio = 1.0
        self._focus = _Focus()
        self._selected: tuple[int, ...] = ()
        self._drop: int | None = None
        self.set_theme(theme)

    # What is to be shown

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.ground = QColor(theme.canvas)
        self._emphasis = Emphasis(theme)
        self._neurons.set_theme(theme, self._emphasis.tint)
        for part in (self._links, self._flow, self._labels):
            part.set_theme(theme)

    def label_widths(self, shape: Shape, font: QFont) -> tuple[float, float]:
        """Return the room that the names left of the features and right of the outputs need."""
        return self._labels.widths(shape, font)

    def set_layout(self, layout: Layout, ratio: float) -> None:
        """Take new places; ``ratio`` is the screen's device pixels a pixel."""
        self._layout, self._ratio = layout, ratio
        self._neurons.set_layout(layout, ratio)
        self._links.set_layout(layout, ratio)
        self._labels.forget_places()
        self._weights = [None] * (len(layout.columns) - 1)
        self._show_marks()

    def set_marks(self, experiment: Experiment) -> None:
        """Show what a document says is muted and frozen."""
        self._neurons.marks = marks_of(experiment)
        self._show_marks()

    def _show_marks(self) -> None:
        if self._layout is not None:
            columns = self._layout.columns
            gaps = range(len(columns) - 1)
            self._links.set_styles([self._neurons.marks.styles(i, columns[i + 1], columns[i]) for i in gaps])

    def set_flow(self, phase: float | None) -> None:
        """Let lights travel along the strongest links, or stop them.

        Parameters
        ----------
        phase : float or None
            How far they are on their way to the place of the next one, 0 to 1; None hides them.
        """
        self._flow.phase = phase

    def set_contributions(self, activations: tuple[Floats, ...] | None) -> None:
        """Show what links carry, weight times activation, or the weights alone.

        Parameters
        ----------
        activations : tuple of numpy.ndarray or None
            Float32 (units,) a column, the features first; None for the weights.
        """
        self._activations = activations
        self._show_links()

    def show_focus(
        self, units: tuple[Unit, ...], links: tuple[Link, ...], labels: Mapping[Unit, str]
    ) -> None:
        """Ring neurons, paint links in full, and put numbers on tiles.

        Where neurons or links are named, everything else is dimmed; empty arguments end it.
        """
        self._focus = _Focus(units, links, dict(labels))

    def set_selected(self, columns: tuple[int, ...]) -> None:
        """Show columns as selected."""
        self._selected = self._neurons.tinted = columns

    def set_drop(self, gap: int | None) -> None:
        """Show that a dragged layer would go between column ``gap`` and the next, or nowhere."""
        self._drop = gap

    def show_values(self, layout: Layout, shape: Shape, frame: Frame | None) -> None:
        """Take pictures and weights from a frame, as far as they belong to what is laid out.

        While the window waits for the first frame after an edit, what stayed the same stays in sight.
        """
        columns = layout.columns
        count = len(columns)
        pictures: list[NDArray[np.uint8] | None] = [None] * count
        by_class = False
        self._parameters = [None] * count
        biases: list[list[float]] = [[] for _ in columns]
        weights: list[NDArray[np.float32] | None] = [None] * (count - 1)
        if frame is not None:
            source = kept(tuple(len(one) for one in frame.thumbnails), shape.units)
            for i, (column, old) in enumerate(zip(columns, source, strict=True)):
                if old is None:
                    continue
                pictures[i] = frame.thumbnails[old][column.first : column.first + column.shown]
                if i == count - 1:
                    by_class = shape.by_class and old == len(frame.thumbnails) - 1
                if i == 0 or old == 0:
                    continue
                units = len(frame.thumbnails[old])
                weight, bias = (strongest(array, units) for array in frame.snapshot.parameters[old - 1])
                self._parameters[i] = weight, bias
                biases[i] = bias[column.first : column.first + column.shown].tolist()
                before = columns[i - 1]
                if source[i - 1] == old - 1:
                    weights[i - 1] = _window(
                        weight, (column.first, column.shown), (before.first, before.shown)
                    )
        self._neurons.show(pictures, biases, by_class=by_class)
        self._weights = weights
        self._show_links()

    def _show_links(self) -> None:
        """Hand the links their weights, or what they carry at the probe."""
        carried, columns = self._activations, self._layout.columns if self._layout else ()
        if carried is None or len(carried) != len(columns):
            self._links.set_weights(self._weights)
            return
        shown: list[NDArray[np.float32] | None] = []
        for weight, column, values in zip(self._weights, columns, carried, strict=False):
            known = weight is not None and len(values) == column.units
            part = values[column.first : column.first + column.shown]
            shown.append(weight * part if weight is not None and known else weight)
        self._links.set_weights(shown)

    def link_at(self, layout: Layout, point: QPointF) -> tuple[int, int, int] | None:
        """Return the link under a point as (layer it leads to, unit there, unit it comes from)."""
        gap = layout.gap_at(point.x())
        if gap is None or self._parameters[gap + 1 : gap + 2] in ([], [None]):
            return None
        found = self._links.link_at(gap, point)
        if found is None:
            return None
        return gap + 1, layout.columns[gap + 1].first + found[0], layout.columns[gap].first + found[1]

    # Painting

    def paint(
        self,
        painter: QPainter,
        region: QRectF,
        layout: Layout,
        shape: Shape,
        hovered: Unit | None,
        link: Link | None,
        pinned: Unit | Link | None = None,
    ) -> bool:
        """Paint a region of the content; return whether links are still to be brought up to date."""
        antialiasing, smooth = QPainter.RenderHint.Antialiasing, QPainter.RenderHint.SmoothPixmapTransform
        behind = self._links.paint(painter, region)
        self._flow.paint(painter, self._links)
        painter.setRenderHints(antialiasing | smooth)
        if self._selected:
            self._emphasis.paint_selected(painter, layout, self._selected)
        focused = self._focus.units or self._focus.links
        if focused:
            self._neurons.paint(painter, region, layout)
            self._emphasis.paint_veil(painter, region)
            for one in self._focus.links:
                self._paint_link(painter, layout, one)
        pointed = [one for one in (link, pinned) if one is not None and len(one) == 3]
        for one in pointed:
            self._paint_link(painter, layout, one)
        if not focused:
            self._neurons.paint(painter, region, layout)
        for unit in self._focus.units:
            tile = layout.tile_rect(*unit)
            if tile is not None:
                self._emphasis.paint_meant(painter, tile)
                self._neurons.paint_one(painter, *unit)
        self._labels.paint_names(painter, layout, shape, self._neurons.rects, self._ratio)
        self._labels.paint_pills(painter, layout)
        if self._drop is not None:
            self._emphasis.paint_drop(painter, layout, region, self._drop)
        for unit in {one for one in (hovered, pinned) if one is not None and len(one) == 2}:
            tile = layout.tile_rect(*unit)
            if tile is not None:
                self._emphasis.paint_pointed(painter, tile)
                self._neurons.paint_signs(painter, *unit)
        if self._focus.numbers:
            self._labels.paint_numbers(painter, layout, region, self._focus.numbers)
        self._paint_pin(painter, layout, pinned)
        return behind

    def _paint_link(self, painter: QPainter, layout: Layout, link: Link) -> None:
        """Paint a link once more, in full."""
        place = self._place(layout, link)
        if place is not None:
            self._links.paint_highlight(painter, *place)

    def _place(self, layout: Layout, link: Link) -> tuple[int, int, int] | None:
        """Return the gap of a link and its shown rows there, None where there is no such gap."""
        layer, target, source = link
        if not 0 < layer < len(layout.columns):
            return None
        return layer - 1, target - layout.columns[layer].first, source - layout.columns[layer - 1].first

    def _paint_pin(self, painter: QPainter, layout: Layout, pinned: Unit | Link | None) -> None:
        """Mark what is pinned, so that it differs from what is pointed at."""
        if pinned is None:
            return
        if len(pinned) == 2:
            tile = layout.tile_rect(*pinned)
            if tile is not None:
                self._neurons.paint_pin(painter, tile.topLeft())
            return
        place = self._place(layout, pinned)
        middle = self._links.middle(*place) if place is not None else None
        if middle is not None:
            self._neurons.paint_pin(painter, middle)


def _window(weight: NDArray[np.float32], out: tuple[int, int], into: tuple[int, int]) -> NDArray[np.float32]:
    """Return the weights between the shown units; zero where the frame's network was smaller."""
    part = weight[out[0] : out[0] + out[1], into[0] : into[0] + into[1]]
    if part.shape == (out[1], into[1]):
        return part
    result = np.zeros((out[1], into[1]), np.float32)
    result[: part.shape[0], : part.shape[1]] = part
    return result
