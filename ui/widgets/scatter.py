"""Small pictures of data, painted once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from ui.looks.theme import Theme, field_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVELS = 16  # colours of a regression: more cannot be told apart on points of three pixels
_DOT = 3.4
_MARGIN = 2.0


def scatter(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    classes: int,
    extent: float,
    theme: Theme,
    side: int,
    scale: float = 1.0,
) -> QPixmap:
    """Return a picture of labelled points.

    Parameters
    ----------
    X : numpy.ndarray
        float64 (n, 1 or 2).  With one input, the picture shows y over it.
    y : numpy.ndarray
        Class index, or value.
    classes : int
        Number of classes; 0 for values.
    extent : float
        Half-width of the square shown; points outside are set on its edge.
    theme : Theme
        The colours.
    side : int
        Width and height in pixels.
    scale : float
        The screen's device pixel ratio.
    """
    result = QPixmap(round(side * scale), round(side * scale))
    result.setDevicePixelRatio(scale)
    result.fill(Qt.GlobalColor.transparent)
    largest = float(np.abs(y).max(initial=1e-12))
    up = X[:, 1] / extent if X.shape[1] > 1 else y / max(largest, 1.0) * 0.8
    half = side / 2 - _MARGIN
    across = side / 2 + half * np.clip(X[:, 0] / extent, -1, 1)
    down = side / 2 - half * np.clip(up, -1, 1)
    if classes:
        group = y.astype(np.int64)
        colours = [QColor(colour) for colour in theme.classes]
    else:
        group = np.clip((y / largest + 1) / 2 * _LEVELS, 0, _LEVELS - 1).astype(np.int64)
        table = field_table(theme, 1.0)
        colours = [QColor.fromRgb(table[round((i + 0.5) / _LEVELS * 255)]) for i in range(_LEVELS)]
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in np.unique(group).tolist():
        chosen = group == number
        points = [QPointF(a, b) for a, b in zip(across[chosen].tolist(), down[chosen].tolist(), strict=True)]
        # Squares and discs, as in the big field: colour is never the only sign.
        square = classes > 0 and number % 2 == 0
        cap = Qt.PenCapStyle.SquareCap if square else Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(colours[number % len(colours)], _DOT - 0.7 * square, Qt.PenStyle.SolidLine, cap))
        painter.drawPoints(points)
    painter.end()
    return result
