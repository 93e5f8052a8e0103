"""The loss over the epochs as a drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.chart import SMALLEST, bounds_of, log_ticks, peaks, round_ticks
from engine.files.report.drawing import Axes, drawing, line, words
from engine.files.report.markup import Markup, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.snapshot import History

    Floats = NDArray[np.float64]

WIDTH, HEIGHT = 640.0, 280.0
_MOST = 400  # stretches of a curve


def loss_drawing(history: History, log: bool) -> Markup:
    """Return the curves, on a logarithmic or a linear scale; nothing without any point."""
    if not len(history.epoch):
        return Markup("")
    parts = [("train", history.train_loss), ("test", history.test_loss)]
    known = [(name, curve) for name, curve in parts if np.isfinite(curve).any()]
    bounds = bounds_of(history.epoch, tuple(curve for _, curve in known), log)
    axes = Axes(62, 14, WIDTH - 76, HEIGHT - 62, (0.0, bounds.right), (bounds.low, bounds.high))
    ticks = log_ticks(bounds.low, bounds.high, 8) if log else round_ticks(bounds.low, bounds.high, 5)
    shown = [axes.ticks_up(ticks, log=log), axes.ticks_across(round_ticks(0.0, bounds.right, 6))]
    for name, curve in known:
        x, y = peaks(history.epoch, _scaled(curve, log), _MOST)
        shown.append(axes.curve(x, y, f"curve {name}"))
        if len(x) == 1:
            shown.append(axes.curve(np.repeat(x, 2), np.repeat(y, 2), f"curve dot {name}"))
    shown.append(axes.titles("epoch", "loss (logarithmic)" if log else "loss"))
    for i, (name, _) in enumerate(known):
        x0 = axes.left + axes.width - 64 * (len(known) - i)
        shown += [line(x0, 8, x0 + 22, 8, f"curve {name}"), words(x0 + 27, 12, name, "tick")]
    return drawing("Loss over the epochs", _told(history, known), WIDTH, HEIGHT, joined(shown))


def _scaled(values: Floats, log: bool) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.log10(np.maximum(values, SMALLEST)) if log else values, np.float64)


def _told(history: History, known: list[tuple[str, Floats]]) -> str:
    """Say in words what the curves do."""
    sentences = []
    for name, curve in known:
        begin, end = float(curve[0]), float(curve[-1])
        if math.isfinite(begin) and math.isfinite(end):
            sentences.append(
                f"The {name} loss goes from {begin:.4g} at epoch {history.epoch[0]:g} to {end:.4g} at epoch "
                f"{history.epoch[-1]:g}."
            )
    return " ".join(sentences)
