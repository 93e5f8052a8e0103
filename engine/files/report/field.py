"""The network's answer over its inputs, with the points of the data, as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.chart import round_ticks
from engine.colours import CLASSES
from engine.files.report.colours import class_picture, png, signed_picture, signed_table
from engine.files.report.drawing import Axes, drawing, input_label, line, short, symbols, words
from engine.files.report.markup import Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.floats import Floats
    from engine.snapshot import Frame

SIDE = 360.0
_LEFT, _TOP, _RIGHT, _BELOW = 62.0, 12.0, 14.0, 44.0
_LEGEND = 26.0
_MOST_POINTS = 1000
_VALUES = 16  # colours of a regression's points
_OUTLINES = (("train", "#14171c"), ("test", "#ffffff"))


def field_drawing(frame: Frame) -> Markup:
    """Return the field of a frame with axes, points and a legend."""
    curve = len(frame.data.input_names) == 1
    shown = _curve(frame) if curve else _plane(frame)
    width, height = _LEFT + SIDE + _RIGHT, _TOP + SIDE + _BELOW + _LEGEND
    parts = (*shown, _legend(frame, _TOP + SIDE + _BELOW + 12, curve))
    return drawing("Answer of the network", field_words(frame), width, height, joined(parts))


def field_words(frame: Frame) -> str:
    """Say what the drawing shows."""
    data = frame.data
    names = [input_label(data.input_names[axis]) for axis in frame.request.axes][: len(data.input_names)]
    what = "the probability of every class" if data.classes else f"the predicted {data.target_names[0]}"
    parts = [f"Colours show {what} over {' and '.join(names)}."]
    if len(names) == 1:
        parts = [f"Curves show {what} over {names[0]}."]
    if len(data.input_names) > 2:
        parts.append("The other inputs stay at their mean.")
    if not data.classes and data.outputs > 1 and len(names) > 1:
        parts.append(f"Of {data.outputs} outputs the first is shown.")
    parts.append("Dark outlines: points it learned from; light outlines: points held back to test it.")
    most = max(len(data.train_targets), len(data.test_targets))
    if most > _MOST_POINTS:
        parts.append(f"At most {_MOST_POINTS:,} points of each are shown.")
    return " ".join(parts)


def _plane(frame: Frame) -> Iterator[Markup]:
    data = frame.data
    first, second = frame.request.axes
    axes = Axes(_LEFT, _TOP, SIDE, SIDE, data.extent[first], data.extent[second])
    box = {"x": _LEFT, "y": _TOP, "width": SIDE, "height": SIDE}
    yield element("image", href=png(_picture(frame)), preserveAspectRatio="none", **box)
    yield element("rect", class_="frame", **box)
    yield axes.ticks_across(round_ticks(*axes.across, 6))
    yield axes.ticks_up(round_ticks(*axes.up, 6), grid=False)
    yield axes.titles(input_label(data.input_names[first]), input_label(data.input_names[second]))
    for outline, inputs, targets in _parts(data):
        x, y = axes.x(inputs[:, first]), axes.y(inputs[:, second])
        yield _points(x, y, targets, frame, outline)


def _curve(frame: Frame) -> Iterator[Markup]:
    data, field = frame.data, frame.field[:, 0, :].astype(np.float64)
    reach = 1.35 * frame.value_scale
    axes = Axes(_LEFT, _TOP, SIDE, SIDE, data.extent[0], (-0.1, 1.1) if data.classes else (-reach, reach))
    # A ground of its own, on which dark and light outlines show in either scheme.
    yield element("rect", class_="plot", x=_LEFT, y=_TOP, width=SIDE, height=SIDE)
    yield axes.ticks_up(round_ticks(*axes.up, 6))
    yield axes.ticks_across(round_ticks(*axes.across, 6))
    yield axes.titles(
        input_label(data.input_names[0]), "probability" if data.classes else data.target_names[0]
    )
    for outline, inputs, targets in _parts(data):
        heights = targets / max(len(data.classes) - 1, 1) if data.classes else targets[:, 0]
        yield _points(axes.x(inputs[:, 0]), axes.y(heights), targets, frame, outline)
    low, high = axes.across
    x = low + (np.arange(field.shape[1]) + 0.5) / field.shape[1] * (high - low)
    for output, values in enumerate(field):
        stroke = f"stroke:{CLASSES[output % len(CLASSES)]}" if len(field) > 1 else None
        yield axes.curve(x, values, "curve train", style=stroke)


def _picture(frame: Frame) -> NDArray[np.uint8]:
    field: Floats = frame.field
    if len(frame.data.classes) > 2:
        return class_picture(field)
    if frame.data.classes:
        return signed_picture(2 * field[0] - 1)
    return signed_picture(field[0] / np.float32(max(frame.value_scale, 1e-12)))


def _parts(data: PreparedData) -> Iterator[tuple[str, NDArray[np.float64], NDArray[Any]]]:
    """Yield outline, inputs and targets of the points to show, the test points below the others."""
    for part, outline in reversed(_OUTLINES):
        inputs = data.train_inputs if part == "train" else data.test_inputs
        targets = data.train_targets if part == "train" else data.test_targets
        count = len(inputs)
        rows = np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(np.intp)
        yield outline, inputs[rows], targets[rows]


def _points(
    x: NDArray[np.float64], y: NDArray[np.float64], targets: NDArray[Any], frame: Frame, outline: str
) -> Markup:
    classes = len(frame.data.classes)
    colours: tuple[str, ...]
    if classes:
        groups, colours = targets.astype(np.int64), CLASSES
    else:
        share = np.clip((targets[:, 0] / max(frame.value_scale, 1e-12) + 1) / 2, 0, 1)
        groups = np.minimum((share * _VALUES).astype(np.int64), _VALUES - 1)
        levels = ((np.arange(_VALUES) + 0.5) / _VALUES * 255).astype(np.intp)
        colours = tuple("#{:02x}{:02x}{:02x}".format(*one) for one in signed_table(1.0)[levels].tolist())
    return joined(
        symbols(
            group if classes else 1, x[groups == group], y[groups == group],
            fill=colours[group % len(colours)], stroke=outline, stroke_width="1.1",
        )
        for group in np.unique(groups).tolist()
    )  # fmt: skip


def _legend(frame: Frame, y: float, curve: bool) -> Markup:
    """Name the classes, or the ends of the colours."""
    classes = frame.data.classes
    if classes:
        step = min(SIDE / len(classes), 110.0)
        most = max(2, int(step / 7) - 2)
        parts = []
        for i, name in enumerate(classes):
            x = np.array([_LEFT + 6 + i * step])
            shown = f"class {name}" if name.isdecimal() and len(classes) <= 4 else name
            shown = shown if len(shown) <= most else shown[: most - 1] + "…"
            parts += [
                symbols(i, x, np.array([y]), fill=CLASSES[i % len(CLASSES)]),
                words(float(x[0]) + 9, y + 4, shown, "tick"),
            ]
        return joined(parts)
    if curve:
        return Markup("")
    low, middle, high = ("#{:02x}{:02x}{:02x}".format(*signed_table(1.0)[i].tolist()) for i in (0, 128, 255))
    stops = joined(
        element("stop", offset=share, stop_color=colour)
        for share, colour in ((0, low), (0.5, middle), (1, high))
    )
    return joined(
        (
            element("defs", element("linearGradient", stops, id="values")),
            element("rect", x=_LEFT + 70, y=y - 5, width=SIDE - 140, height=9, rx=4, fill="url(#values)"),
            words(_LEFT + 62, y + 4, short(-frame.value_scale), "tick", text_anchor="end"),
            words(_LEFT + SIDE - 62, y + 4, short(frame.value_scale), "tick"),
            line(_LEFT + SIDE / 2, y - 5, _LEFT + SIDE / 2, y + 4, "grid"),
        )
    )
