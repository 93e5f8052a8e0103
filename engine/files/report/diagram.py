"""The network as a small drawing: every neuron's picture, and the links by sign and strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.colours import NEGATIVE, POSITIVE
from engine.files.report.colours import class_table, indexed_png, signed_table
from engine.files.report.drawing import drawing, words
from engine.files.report.markup import Markup, element, joined
from engine.pieces import strongest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.floats import Bytes
    from engine.snapshot import Frame

THUMBNAIL = 32
_TILE, _PITCH, _MARGIN, _HEAD = 30.0, 37.0, 8.0, 34.0
_MOST_UNITS = 12  # of a column; the others are counted
_WIDTH = 640.0
_FULL_WEIGHT = 5.0  # weights of this size and beyond get the widest link
_LEVELS = 44


@dataclass(frozen=True)
class _Column:
    left: float
    tops: tuple[float, ...]
    hidden: int

    def middle(self, unit: int) -> float:
        return self.tops[unit] + _TILE / 2


def network_drawing(frame: Frame) -> Markup:
    """Return the diagram of a frame's network."""
    counts = [len(one) for one in frame.thumbnails]
    tallest = min(max(counts), _MOST_UNITS)
    more = any(count > _MOST_UNITS for count in counts)
    height = _HEAD + tallest * _PITCH + _MARGIN + (18 if more else 0)
    names = ["Inputs", *(str(i) for i in range(1, len(counts) - 1)), "Output"]
    labels = [name if len(name) <= 12 else name[:11] + "…" for name in frame.data.feature_labels]
    room = 8 + 6.6 * max(len(name) for name in labels)
    step = (_WIDTH - room - _TILE - 40) / max(len(counts) - 1, 1)
    columns = []
    for i, count in enumerate(counts):
        shown = min(count, _MOST_UNITS)
        top = _HEAD + (tallest - shown) * _PITCH / 2
        left = room + min(step, 130.0) * i
        columns.append(_Column(left, tuple(top + unit * _PITCH for unit in range(shown)), count - shown))
    width = columns[-1].left + _TILE + 40
    parts = [
        *_links(frame, columns),
        *_tiles(frame, columns),
        *(
            words(column.left + _TILE / 2, 14, name, "head", text_anchor="middle")
            for name, column in zip(names, columns, strict=True)
        ),
        *(
            words(
                column.left + _TILE / 2, height - 6, f"+ {column.hidden} more", "tick", text_anchor="middle"
            )
            for column in columns
            if column.hidden
        ),
        *(
            words(columns[0].left - 6, columns[0].middle(unit) + 4, labels[unit], "tick", text_anchor="end")
            for unit in range(len(columns[0].tops))
        ),
    ]
    told = (
        f"Neurons from input to output: {', '.join(map(str, counts))}. Links: orange negative, blue positive."
    )
    return drawing("The network", told, width, height, joined(parts))


def _links(frame: Frame, columns: list[_Column]) -> Iterator[Markup]:
    parameters = frame.snapshot.parameters
    for i, (weight, _) in enumerate(parameters):
        before, after = columns[i], columns[i + 1]
        links = strongest(weight, len(frame.thumbnails[i + 1]))
        shown = links[: len(after.tops), : len(before.tops)]
        for place in np.argsort(np.abs(shown), axis=None, kind="stable").tolist():
            target, source = divmod(place, shown.shape[1])
            value = float(shown[target, source])
            share = min(abs(value) / _FULL_WEIGHT, 1.0) ** 0.8 if np.isfinite(value) else 0.0
            left, right = before.left + _TILE, after.left
            start, end, half = before.middle(source), after.middle(target), (left + right) / 2
            bends = f"C{half:.1f} {start:.1f} {half:.1f} {end:.1f} {right:.1f} {end:.1f}"
            yield element(
                "path",
                d=f"M{left:.1f} {start:.1f}{bends}",
                fill="none",
                stroke=POSITIVE if value >= 0 else NEGATIVE,
                stroke_width=f"{0.5 + 4 * share:.2f}",
                stroke_opacity=f"{0.25 + 0.7 * min(1.0, 2.2 * share):.2f}",
            )


def _tiles(frame: Frame, columns: list[_Column]) -> Iterator[Markup]:
    by_class = len(frame.data.classes) > 2
    for i, (pictures, column) in enumerate(zip(frame.thumbnails, columns, strict=True)):
        for unit, top in enumerate(column.tops):
            table = class_table(unit) if by_class and i == len(columns) - 1 else signed_table()
            box = {"x": column.left, "y": top, "width": _TILE, "height": _TILE}
            image = indexed_png(_square(pictures[unit]), table)
            yield element("image", href=image, preserveAspectRatio="none", **box)
            yield element("rect", class_="frame", **box)


def _square(picture: Bytes) -> Bytes:
    """Return a picture as it is; of a single input, the area between zero and its values."""
    if len(picture) > 1:
        return picture
    level = np.linspace(127, -128, _LEVELS)[:, None]
    value = picture.astype(np.int16) - 128
    filled = ((level > 0) & (value >= level)) | ((level < 0) & (value <= level))
    return np.where(filled, picture, np.uint8(128))
